package slackbot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"firstmile/bot/slackbot"
	"firstmile/planner/plan"
)

// desk stands for the planner and the store: it keeps what is delivered, once per key, and remembers notes. It
// outlives the bot, as a store on disk does.
type desk struct {
	mu       sync.Mutex
	keys     map[string]bool
	events   []delivered
	open     []slackbot.OpenThread
	requests []slackbot.Request
	notes    map[string][]byte
	fail     int           // so many deliveries fail first
	changed  chan struct{} // closed at the next delivery
}

type delivered struct {
	thread plan.ThreadID
	event  plan.Event
}

func newDesk() *desk {
	return &desk{keys: map[string]bool{}, notes: map[string][]byte{}, changed: make(chan struct{})}
}

func (d *desk) Deliver(_ context.Context, thread plan.ThreadID, e plan.Event) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail > 0 {
		d.fail--
		return errors.New("the disk is full")
	}
	key := string(thread) + " " + e.Key
	if d.keys[key] {
		return nil
	}
	d.keys[key] = true
	d.events = append(d.events, delivered{thread, e})
	close(d.changed)
	d.changed = make(chan struct{})
	return nil
}

func (d *desk) Known(_ context.Context, thread plan.ThreadID) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for k := range d.keys {
		if strings.HasPrefix(k, string(thread)+" ") {
			return true, nil
		}
	}
	return false, nil
}

func (d *desk) Open(context.Context) ([]slackbot.OpenThread, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]slackbot.OpenThread(nil), d.open...), nil
}

func (d *desk) Requests(context.Context, string) ([]slackbot.Request, error) { return d.requests, nil }

func (d *desk) Put(_ context.Context, space, key string, value []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes[space+" "+key] = append([]byte(nil), value...)
	return nil
}

func (d *desk) Get(_ context.Context, space, key string) ([]byte, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.notes[space+" "+key]
	return v, ok, nil
}

func (d *desk) setOpen(open ...slackbot.OpenThread) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = open
}

// wait gives the first n deliveries, as soon as there are so many.
func (d *desk) wait(t *testing.T, n int) []delivered {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		d.mu.Lock()
		events, changed := append([]delivered(nil), d.events...), d.changed
		d.mu.Unlock()
		if len(events) >= n {
			return events
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("%d deliveries, want %d: %s", len(events), n, describe(events))
		}
	}
}

// last is the n-th delivery; it is an error if there are more.
func (d *desk) last(t *testing.T, n int) delivered {
	t.Helper()
	events := d.wait(t, n)
	if len(events) > n {
		t.Fatalf("%d deliveries, want %d: %s", len(events), n, describe(events))
	}
	return events[n-1]
}

func describe(events []delivered) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString("\n  " + string(e.thread) + " " + e.event.Key)
		if e.event.Said != nil {
			b.WriteString(" said " + e.event.Said.Text)
		}
	}
	return b.String()
}
