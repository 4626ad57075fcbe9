// Package memory keeps what outlives a thread: past designs with their words, choices, approvals, reviewers' comments
// and what became of them. It tells a thread of open requests that are the same, and offers what was chosen before
// as the default of a question.
//
// It owns the space "past_designs" of the store's notes. A key is "PROJECT/THREAD/MEANING" (the meaning's first 16
// hex digits), the value a plan.PastDesign as JSON: words people wrote, ids of terms and columns, links. No row of data,
// no SQL, no secret is ever in it. Forget takes designs out again.
//
// What is known of a private channel or a direct message is told nowhere else: a design is visible from its own channel,
// and from every channel when its own is public. A channel of which that cannot be found out counts as private.
package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"firstmile/planner/plan"
)

// Notes is the part of the store that the memory needs.
type Notes interface {
	Put(ctx context.Context, space, key string, value []byte) error
	Delete(ctx context.Context, space, key string) error
	Scan(ctx context.Context, space, prefix string, fn func(key string, value []byte) error) error
}

// Rooms knows the channels.
type Rooms interface {
	// Room describes a channel by its id: its name for people ("#data-requests"), and whether everybody may read it.
	Room(ctx context.Context, channel string) (name string, public bool, err error)
	// Link is the address of a message; empty when there is none.
	Link(ctx context.Context, m plan.MessageRef) string
}

// Memory is safe for concurrent use.
type Memory struct {
	notes Notes
	rooms Rooms // nil: nothing is visible outside its own channel

	mu    sync.Mutex
	known map[plan.ProjectID]map[string]plan.PastDesign // by key, read when first asked for
	swept bool                                          // oldSpace is empty
}

// space of the store's notes.
const space = "past_designs"

// oldSpace held published designs whole, their SQL included, before there was a memory. Nothing reads it any more, and what
// a person wants forgotten stands in it, too: it is emptied.
const oldSpace = "designs"

// maxAlike bounds how many like requests a thread is told of.
const maxAlike = 3

// New makes a memory on a store.
func New(notes Notes, rooms Rooms) *Memory {
	return &Memory{notes: notes, rooms: rooms, known: map[plan.ProjectID]map[string]plan.PastDesign{}}
}

func key(p plan.PastDesign) string {
	return string(p.Project) + "/" + string(p.Thread) + "/" + p.Meaning[:min(len(p.Meaning), 16)]
}

// Learn keeps a design. An older one of the same thread that came to nothing is dropped: the request was changed.
func (m *Memory) Learn(ctx context.Context, p plan.PastDesign) error {
	p.Where, p.Link = "", ""
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encoding a past design: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	all, err := m.load(ctx, p.Project)
	if err != nil {
		return err
	}
	if err := m.notes.Put(ctx, space, key(p), body); err != nil {
		return fmt.Errorf("keeping a past design: %w", err)
	}
	all[key(p)] = p
	for k, old := range all {
		if old.Thread == p.Thread && k != key(p) && old.State == plan.PastOpen {
			if err := m.drop(ctx, p.Project, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// Designs lists what is remembered of a project, the oldest first.
func (m *Memory) Designs(ctx context.Context, project plan.ProjectID) ([]plan.PastDesign, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all, err := m.load(ctx, project)
	if err != nil {
		return nil, err
	}
	out := make([]plan.PastDesign, 0, len(all))
	for _, p := range all {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b plan.PastDesign) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Thread, b.Thread), cmp.Compare(a.Meaning, b.Meaning))
	})
	return out, nil
}

// Alike lists the open designs of other threads with the same meaning that the design's channel may know of, the oldest first.
func (m *Memory) Alike(ctx context.Context, p plan.PastDesign) ([]plan.PastDesign, error) {
	all, err := m.Designs(ctx, p.Project)
	if err != nil {
		return nil, err
	}
	var out []plan.PastDesign
	for _, o := range all {
		if len(out) == maxAlike || o.Thread == p.Thread || o.Meaning != p.Meaning || !o.State.Open() {
			continue
		}
		if told, ok := m.visible(ctx, o, p.Root.Channel); ok {
			out = append(out, told)
		}
	}
	return out, nil
}

// visible is a design as it may be told of in a channel; false where it may not.
func (m *Memory) visible(ctx context.Context, p plan.PastDesign, channel string) (plan.PastDesign, bool) {
	same := p.Root.Channel == channel && channel != ""
	if m.rooms == nil || p.Root.IsZero() {
		return p, same
	}
	name, public, err := m.rooms.Room(ctx, p.Root.Channel)
	if !same && (err != nil || !public) {
		return plan.PastDesign{}, false
	}
	p.Where, p.Link = name, m.rooms.Link(ctx, p.Root)
	return p, true
}

// Forget takes out every design for which which is true, and counts them; a dry run only counts.
func (m *Memory) Forget(ctx context.Context, which func(plan.PastDesign) bool, dry bool) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := map[string]plan.ProjectID{}
	err := m.notes.Scan(ctx, space, "", func(k string, value []byte) error {
		var p plan.PastDesign
		if json.Unmarshal(value, &p) != nil || which(p) { // what cannot be read helps nobody
			found[k] = p.Project
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("looking through the memory: %w", err)
	}
	if dry {
		return len(found), nil
	}
	if err := m.sweep(ctx); err != nil {
		return 0, err
	}
	for k, project := range found {
		if err := m.drop(ctx, project, k); err != nil {
			return 0, err
		}
	}
	return len(found), nil
}

func (m *Memory) drop(ctx context.Context, project plan.ProjectID, k string) error {
	if err := m.notes.Delete(ctx, space, k); err != nil {
		return fmt.Errorf("forgetting a past design: %w", err)
	}
	delete(m.known[project], k)
	return nil
}

// load reads a project's designs once. One that cannot be read is passed over: it was written by another version.
func (m *Memory) load(ctx context.Context, project plan.ProjectID) (map[string]plan.PastDesign, error) {
	if all, ok := m.known[project]; ok {
		return all, nil
	}
	if err := m.sweep(ctx); err != nil {
		return nil, err
	}
	all := map[string]plan.PastDesign{}
	err := m.notes.Scan(ctx, space, string(project)+"/", func(k string, value []byte) error {
		var p plan.PastDesign
		if json.Unmarshal(value, &p) == nil && p.Project == project && strings.HasPrefix(k, string(project)+"/") {
			all[k] = p
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the memory: %w", err)
	}
	m.known[project] = all
	return all, nil
}

// sweep empties oldSpace, once.
func (m *Memory) sweep(ctx context.Context) error {
	if m.swept {
		return nil
	}
	var keys []string
	err := m.notes.Scan(ctx, oldSpace, "", func(k string, _ []byte) error {
		keys = append(keys, k)
		return nil
	})
	for _, k := range keys {
		err = errors.Join(err, m.notes.Delete(ctx, oldSpace, k))
	}
	if err != nil {
		return fmt.Errorf("dropping the designs of an earlier version: %w", err)
	}
	m.swept = true
	return nil
}
