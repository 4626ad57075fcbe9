package driver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/planner"
	"firstmile/planner/plan"
	"firstmile/store"
)

var errDead = errors.New("the process is dead")

// life is one process: once dead, nothing that it does has any effect.
type life struct {
	mu    sync.Mutex
	dead  bool
	left  int // boundaries until death; negative: immortal
	died  chan struct{}
	where string
}

func (l *life) alive() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errDead
	}
	return nil
}

func (l *life) boundary(at Boundary, what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left < 0 || l.dead {
		return
	}
	if l.left--; l.left < 0 {
		l.dead, l.where = true, fmt.Sprintf("%s of %s", at, what)
		close(l.died)
	}
}

// mortalStore is a store as one process sees it.
type mortalStore struct {
	*store.DB
	life *life
}

func (m mortalStore) Append(ctx context.Context, thread, key string, event []byte) (uint64, bool, error) {
	if err := m.life.alive(); err != nil {
		return 0, false, err
	}
	return m.DB.Append(ctx, thread, key, event)
}

func (m mortalStore) Commit(ctx context.Context, c store.Commit) error {
	if err := m.life.alive(); err != nil {
		return err
	}
	return m.DB.Commit(ctx, c)
}

func (m mortalStore) Start(ctx context.Context, thread string, fence store.Fence, effect string) (int, error) {
	if err := m.life.alive(); err != nil {
		return 0, err
	}
	return m.DB.Start(ctx, thread, fence, effect)
}

func (m mortalStore) Finish(ctx context.Context, thread, effect string, result []byte) (uint64, error) {
	if err := m.life.alive(); err != nil {
		return 0, err
	}
	return m.DB.Finish(ctx, thread, effect, result)
}

// outside is the world that outlives the process: a chat and a forge that are
// idempotent by the effect's id and the branch, as the real ones are.
type outside struct {
	mu       sync.Mutex
	messages []string          // kind and text, in order of first posting
	byEffect map[string]string // effect -> ts
	prs      map[string]plan.PR
	past     map[string]plan.PastState // by meaning
	commits  int
}

type hands struct {
	*outside
	life *life
}

func (h hands) React(context.Context, plan.MessageRef, string) error { return h.life.alive() }

func (h hands) Post(_ context.Context, p plan.Post) (plan.MessageRef, error) {
	if err := h.life.alive(); err != nil {
		return plan.MessageRef{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	ts, ok := h.byEffect[string(p.Effect)]
	if ok && !p.Again {
		return plan.MessageRef{}, fmt.Errorf("posted %s twice without being told that it may be a repetition", p.Effect)
	}
	if !ok {
		ts = fmt.Sprintf("b%d", len(h.messages)+1)
		h.byEffect[string(p.Effect)] = ts
		h.messages = append(h.messages, string(p.Message.Kind)+" "+p.Message.Text)
	}
	return plan.MessageRef{Channel: "C", TS: ts}, nil
}

func (h hands) Edit(context.Context, plan.MessageRef, plan.Post) error { return h.life.alive() }

func (h hands) Resolve(context.Context, plan.ProjectID) (plan.Base, plan.Rules, error) {
	return plan.Base{Project: "p", Commit: "c"}, plan.Rules{DataSource: true, DBT: true,
		Approvers: plan.Approvers{Requester: true}}, h.life.alive()
}

func (h hands) Interpret(_ context.Context, r plan.Request) (plan.Reading, error) {
	if len(r.Answers) == 0 {
		return plan.Reading{Outcome: plan.OutcomeQuestions, Restatement: "churn", Questions: []plan.Question{
			plan.NewQuestion(plan.AskDefinition, "churn", "Which?", "It matters.", plan.Option{ID: "a", Label: "A"}, plan.Option{ID: "b", Label: "B"})}}, h.life.alive()
	}
	return plan.Reading{Outcome: plan.OutcomeSpec, Restatement: "churn " + r.Answers[0].Option, Spec: &plan.Spec{Title: "churn"}}, h.life.alive()
}

func (h hands) Reuse(context.Context, plan.Base, plan.Spec) (plan.Reuse, error) {
	return plan.Reuse{Verdict: plan.New}, h.life.alive()
}

func (h hands) Synthesize(_ context.Context, base plan.Base, _ plan.Spec, _ plan.Reuse, _ []plan.Check) (plan.Change, error) {
	return plan.Change{Base: base, Model: "m", ModelPath: "m.sql", Files: []plan.File{{Path: "m.sql", Content: []byte("select 1")}}}, h.life.alive()
}

func (h hands) Cover(_ context.Context, _ plan.Spec, c plan.Change) (plan.Change, error) {
	return c, h.life.alive()
}

func (h hands) Check(_ context.Context, _ plan.Spec, c plan.Change, level plan.CheckLevel) (plan.Report, error) {
	r := plan.Report{Digest: c.Digest(), Level: level}
	for _, name := range plan.CheckNames() {
		if (name == plan.CheckDBT) == (level == plan.LevelDBT) {
			r.Checks = append(r.Checks, plan.Check{Name: name, Status: plan.Passed})
		}
	}
	return r, h.life.alive()
}

func (h hands) Document(_ context.Context, b plan.Brief) (plan.Change, error) {
	return b.Change, h.life.alive()
}

func (h hands) Describe(context.Context, plan.Brief) (plan.Description, error) {
	return plan.Description{Title: "t"}, h.life.alive()
}

func (h hands) Publish(_ context.Context, p plan.Publication) (plan.PR, error) {
	if err := h.life.alive(); err != nil {
		return plan.PR{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	pr, ok := h.prs[p.Branch]
	if !ok {
		h.commits++
		pr = plan.PR{Number: len(h.prs) + 1, URL: fmt.Sprint("pull/", len(h.prs)+1), Branch: p.Branch}
		h.prs[p.Branch] = pr
	}
	return pr, nil
}

func (h hands) Learn(_ context.Context, p plan.PastDesign) error {
	if err := h.life.alive(); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.past[p.Meaning] = p.State
	return nil
}

func (h hands) Alike(context.Context, plan.PastDesign) ([]plan.PastDesign, error) {
	return nil, h.life.alive()
}

func (h hands) Teach(_ context.Context, _ plan.ProjectID, l plan.Lesson) (plan.Teaching, error) {
	return plan.Teaching{Term: "churn", Title: l.Word + " means " + l.Means, Rules: plan.Rules{Approvers: plan.Approvers{Requester: true}},
		Change: plan.Change{Files: []plan.File{{Path: "glossary/g.yml", Content: []byte("terms")}}}}, h.life.alive()
}

func (h hands) Prove(_ context.Context, c plan.Change) (plan.Report, error) {
	r := plan.Report{Digest: c.Digest(), Level: plan.LevelEmbedded}
	for _, name := range []string{plan.CheckPaths, plan.CheckYAML, plan.CheckGlossary} {
		r.Checks = append(r.Checks, plan.Check{Name: name, Status: plan.Passed})
	}
	return r, h.life.alive()
}

// process starts a driver on the store that dies after a number of boundaries.
func process(t *testing.T, db *store.DB, out *outside, left int) (d *Driver, l *life, stop func()) {
	t.Helper()
	l = &life{left: left, died: make(chan struct{})}
	h := hands{out, l}
	cfg := planner.DefaultConfig()
	cfg.Projects = []plan.ProjectID{"p"}
	d = New(mortalStore{db, l}, Options{Config: cfg, OnBoundary: l.boundary,
		Ports: Ports{Resolver: h, Interpreter: h, Synthesizer: h, Tester: h, Documenter: h, Publisher: h, Chat: h, Memory: h, Teacher: h}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = d.Run(ctx) }()
	return d, l, func() { cancel(); <-done }
}

// TestCrashAtEveryBoundary ends the process at each journal boundary of a whole
// conversation in turn, starts it again, and expects the same outcome.
func TestCrashAtEveryBoundary(t *testing.T) {
	want := converse(t, -1)
	if len(want.prs) != 2 || want.commits != 2 {
		t.Fatalf("without a crash: %d pull requests instead of the design's and the glossary's; messages %q", len(want.prs), want.messages)
	}
	crashes := 0
	for n := 0; ; n++ {
		got := converse(t, n)
		if got == nil {
			break
		}
		crashes++
		if diff := cmp.Diff(want.messages, got.messages); diff != "" {
			t.Errorf("crash %d: other messages (-want +got):\n%s", n, diff)
		}
		if diff := cmp.Diff(want.past, got.past); diff != "" {
			t.Errorf("crash %d: something else is remembered (-want +got):\n%s", n, diff)
		}
		if len(got.prs) != 2 || got.commits != 2 {
			t.Errorf("crash %d: %d pull requests, %d commits", n, len(got.prs), got.commits)
		}
	}
	if crashes < 30 {
		t.Errorf("only %d boundaries were reached", crashes)
	}
}

// converse plays the conversation with a crash after n boundaries (n < 0: none).
// It returns nil when the conversation has fewer boundaries.
func converse(t *testing.T, n int) *outside {
	t.Helper()
	db := store.NewMemory(store.Options{})
	out := &outside{byEffect: map[string]string{}, prs: map[string]plan.PR{}, past: map[string]plan.PastState{}}
	d, l, stop := process(t, db, out, n)
	defer func() { stop() }()
	crashed := false
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	restart := func() {
		crashed = true
		stop()
		d, l, stop = process(t, db, out, -1)
	}
	for _, e := range conversation() {
		for { // the sender repeats what was not acknowledged, as Slack does
			ready(t, ctx, d, e, l)
			err := d.Deliver(ctx, "th", e)
			if err == nil {
				break
			}
			restart()
		}
		if dies(ctx, d, l) {
			restart()
		}
	}
	for {
		state, err := d.Settled(ctx, "th")
		if err != nil {
			t.Fatalf("crash %d at %s: %v", n, l.where, err)
		}
		if l.alive() != nil {
			restart()
			continue
		}
		if state.Stage != plan.StagePublished || len(state.Lessons) != 1 || state.Lessons[0].Stage != plan.LessonPublished {
			t.Fatalf("crash %d at %s: ended %s; messages %q", n, l.where, state.Stage, out.messages)
		}
		break
	}
	if n >= 0 && !crashed {
		return nil
	}
	return out
}

// dies waits until the thread has settled or the process is dead.
func dies(ctx context.Context, d *Driver, l *life) bool {
	settled := make(chan struct{})
	go func() { defer close(settled); _, _ = d.Settled(ctx, "th") }()
	select {
	case <-settled:
		return l.alive() != nil
	case <-l.died:
		return true
	}
}

// ready waits until what the event refers to has been shown.
func ready(t *testing.T, ctx context.Context, d *Driver, e plan.Event, l *life) {
	t.Helper()
	if l.alive() != nil || e.Said != nil && e.Said.Mention {
		return
	}
	if _, err := d.Settled(ctx, "th"); err != nil {
		t.Fatal(err)
	}
}

func conversation() []plan.Event {
	ana := plan.Person{ID: "ana"}
	return []plan.Event{
		{Key: "m1", Said: &plan.Said{Person: ana, Text: "churn", Mention: true, Message: plan.MessageRef{Channel: "C", TS: "u1"}}},
		{Key: "m2", Said: &plan.Said{Person: ana, Text: "b", Message: plan.MessageRef{Channel: "C", TS: "u2"}}},
		{Key: "r1", Reacted: &plan.Reacted{Person: ana, Emoji: "rocket", Added: true, Message: plan.MessageRef{Channel: "C", TS: "b5"}}},
		{Key: "m3", Said: &plan.Said{Person: ana, Text: "remember: churn means b", Message: plan.MessageRef{Channel: "C", TS: "u3"}}},
		{Key: "r2", Reacted: &plan.Reacted{Person: ana, Emoji: "rocket", Added: true, Message: plan.MessageRef{Channel: "C", TS: "b7"}}},
	}
}

// TestTimers: a question that nobody answers is reminded of and parked, also when the process was down meanwhile.
func TestTimers(t *testing.T) {
	db := store.NewMemory(store.Options{})
	out := &outside{byEffect: map[string]string{}, prs: map[string]plan.PR{}, past: map[string]plan.PastState{}}
	d, _, stop := process(t, db, out, -1)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := d.Deliver(ctx, "th", conversation()[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Settled(ctx, "th"); err != nil {
		t.Fatal(err)
	}
	stop()
	late, _, _ := lateProcess(t, db, out, 80*time.Hour)
	defer late.stop()
	for {
		state, err := late.d.Settled(ctx, "th")
		if err != nil {
			t.Fatal(err)
		}
		if state.Stage == plan.StageParked {
			break
		}
	}
	if got := strings.Join(out.messages, "\n"); !strings.Contains(got, "Still waiting") || !strings.Contains(got, "leave it here") {
		t.Errorf("messages:\n%s", got)
	}
	if slices.ContainsFunc(out.messages, func(m string) bool { return strings.HasPrefix(m, "failed") }) {
		t.Errorf("an error was posted: %q", out.messages)
	}
}

type running struct {
	d    *Driver
	stop func()
}

// lateProcess is a process whose clock is ahead.
func lateProcess(t *testing.T, db *store.DB, out *outside, ahead time.Duration) (running, *life, context.Context) {
	t.Helper()
	l := &life{left: -1, died: make(chan struct{})}
	h := hands{out, l}
	cfg := planner.DefaultConfig()
	cfg.Projects = []plan.ProjectID{"p"}
	d := New(db, Options{Config: cfg, Now: func() time.Time { return time.Now().Add(ahead) },
		Ports: Ports{Resolver: h, Interpreter: h, Synthesizer: h, Tester: h, Documenter: h, Publisher: h, Chat: h}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = d.Run(ctx) }()
	return running{d, func() { cancel(); <-done }}, l, ctx
}
