package driver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"firstmile/planner"
	"firstmile/planner/plan"
	"firstmile/store"
)

// loop leads one thread while it has work.
type loop struct {
	d    *Driver
	id   plan.ThreadID
	log  *slog.Logger
	more bool // guarded by Driver.mu: something came in since the last look
	wake chan struct{}

	fence   store.Fence
	state   plan.Thread
	running map[string]context.CancelFunc // by the effect's id in the store
	done    chan string                   // ids of effects that ended
	chat    []queued                      // messages still to send, in order
	talking bool                          // one of them is being sent
}

// queued is an effect as the store knows it.
type queued struct {
	id     string
	effect plan.Effect
	fence  store.Fence // of the claim under which it was started
}

// name is what OnBoundary is told.
func (q queued) name() string { return string(q.effect.Kind) + " " + q.id }

func newLoop(d *Driver, id plan.ThreadID) *loop {
	return &loop{d: d, id: id, log: d.opts.Log.With("thread", string(id)), wake: make(chan struct{}, 1),
		running: map[string]context.CancelFunc{}, done: make(chan string)}
}

func (l *loop) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// run goes on until nothing is unread and nothing runs.
func (l *loop) run(ctx context.Context) {
	for {
		err := l.advance(ctx)
		if err != nil && ctx.Err() == nil {
			l.log.Error("leading the thread", "err", err)
		}
		if len(l.running) == 0 {
			l.release() // before leaving: whoever comes next must be able to claim
			// After an error what is stored stays; the next event or start tries again.
			if l.d.leave(l, err != nil) {
				return
			}
			continue
		}
		select {
		case <-l.wake:
		case id := <-l.done:
			l.ended(id)
		case <-ctx.Done():
			l.drain()
			l.release()
			l.d.leave(l, true)
			return
		}
	}
}

// release gives the claim back. The store may be closing; then the lease ends by itself.
func (l *loop) release() {
	if l.fence == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := l.d.store.Release(ctx, string(l.id), l.fence); err != nil {
		l.log.Debug("releasing the thread", "err", err)
	}
	l.fence = 0
}

// drain waits for effects that were told to stop.
func (l *loop) drain() {
	for _, cancel := range l.running {
		cancel()
	}
	for len(l.running) > 0 {
		l.ended(<-l.done)
	}
}

func (l *loop) ended(id string) {
	if cancel := l.running[id]; cancel != nil {
		cancel()
	}
	delete(l.running, id)
	if len(l.chat) > 0 && l.chat[0].id == id {
		l.chat, l.talking = l.chat[1:], false
	}
}

// advance feeds every unread event to Step and starts every effect that does not run yet.
func (l *loop) advance(ctx context.Context) error {
	fence, err := l.d.store.Claim(ctx, string(l.id), lease, l.fence)
	if err != nil {
		return fmt.Errorf("claiming: %w", err)
	}
	l.fence = fence
	for {
		stored, err := l.d.store.Load(ctx, string(l.id))
		if err != nil {
			return fmt.Errorf("loading: %w", err)
		}
		if l.state, err = decodeState(l.id, stored.State); err != nil {
			return err
		}
		if len(stored.Inbox) == 0 {
			l.begin(ctx, stored.Effects)
			return nil
		}
		if err := l.step(ctx, stored); err != nil {
			return err
		}
	}
}

// step consumes the oldest unread event.
func (l *loop) step(ctx context.Context, stored store.Thread) error {
	next := stored.Inbox[0]
	c := store.Commit{Thread: string(l.id), Fence: l.fence, Expected: stored.Seq, Seq: next.Seq, State: stored.State}
	var event plan.Event
	if err := json.Unmarshal(next.Data, &event); err != nil {
		// Nothing can be made of it, now or later: it stays in the journal and is passed over.
		l.log.Error("reading an event", "seq", next.Seq, "key", next.Key, "err", err)
		return l.commit(ctx, c, event)
	}
	state, effects := planner.Step(l.d.opts.Config, l.state, event)
	var err error
	if c.State, err = json.Marshal(state); err != nil {
		return fmt.Errorf("encoding the state: %w", err)
	}
	for i, e := range effects {
		if e.Kind == plan.DoTimer {
			l.setTimer(&c, e)
			continue
		}
		data, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encoding effect %s: %w", e.ID, err)
		}
		// The same effect may be asked for again after a failure: its id in the store tells the tries apart.
		c.Effects = append(c.Effects, store.Effect{ID: fmt.Sprintf("%s@%d.%d", e.ID, next.Seq, i), Kind: string(e.Kind), Data: data})
	}
	if state.Requester.ID != "" {
		c.Listing = &store.Listing{Person: state.Requester.ID, Data: listing(state)}
	}
	if err := l.commit(ctx, c, event); err != nil {
		return err
	}
	l.cancelStale(state)
	return nil
}

func (l *loop) commit(ctx context.Context, c store.Commit, event plan.Event) error {
	if err := l.d.store.Commit(ctx, c); err != nil {
		return fmt.Errorf("committing the step for event %s: %w", event.Key, err)
	}
	if len(c.Timers) > 0 {
		select {
		case l.d.wake <- struct{}{}:
		default:
		}
	}
	l.d.boundary(AfterCommit, event.Key)
	return nil
}

func (l *loop) setTimer(c *store.Commit, e plan.Effect) {
	if e.After <= 0 {
		c.Cancel = append(c.Cancel, e.Timer)
		return
	}
	at := l.d.opts.Now().Add(e.After)
	data, err := json.Marshal(plan.Event{Key: "timer:" + string(e.ID), At: at, Fired: &plan.Fired{Timer: e.Timer}})
	if err != nil {
		l.log.Error("encoding a timer", "err", err)
		return
	}
	c.Timers = append(c.Timers, store.Timer{Name: e.Timer, At: at, Data: data})
}

// cancelStale stops agents' work whose result Step no longer waits for.
func (l *loop) cancelStale(state plan.Thread) {
	for id, cancel := range l.running {
		if _, waiting := state.Waiting[effectOf(id)]; !waiting {
			cancel()
		}
	}
}

// begin starts the effects that do not run yet: agents' work at once, messages one after the other.
func (l *loop) begin(ctx context.Context, effects []store.Effect) {
	for _, stored := range effects {
		if l.running[stored.ID] != nil || l.isQueued(stored.ID) {
			continue
		}
		var e plan.Effect
		if err := json.Unmarshal(stored.Data, &e); err != nil {
			l.log.Error("reading an effect", "effect", stored.ID, "err", err)
			continue
		}
		q := queued{id: stored.ID, effect: e}
		if talk(e.Kind) {
			l.chat = append(l.chat, q)
			continue
		}
		l.start(ctx, q)
	}
	if !l.talking && len(l.chat) > 0 {
		l.talking = true
		l.start(ctx, l.chat[0])
	}
}

func (l *loop) isQueued(id string) bool {
	for _, q := range l.chat {
		if q.id == id {
			return true
		}
	}
	return false
}

// talk is an effect that people see; their order matters.
func talk(kind plan.EffectKind) bool {
	return kind == plan.DoPost || kind == plan.DoEdit || kind == plan.DoReact
}

func (l *loop) start(ctx context.Context, q queued) {
	limit := q.effect.Deadline
	if limit <= 0 {
		limit = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	l.running[q.id] = cancel
	q.fence = l.fence
	go func() {
		defer func() { l.done <- q.id }()
		l.perform(ctx, q)
	}()
}

// perform does one effect and stores what came of it.
func (l *loop) perform(ctx context.Context, q queued) {
	log := l.log.With("effect", string(q.effect.ID), "kind", string(q.effect.Kind))
	if !talk(q.effect.Kind) {
		select {
		case l.d.slots <- struct{}{}:
			defer func() { <-l.d.slots }()
		case <-ctx.Done():
		}
	}
	attempt, err := l.d.store.Start(ctx, string(l.id), q.fence, q.id)
	if err != nil {
		if !ended(ctx, err) {
			log.Error("marking an effect as begun", "err", err)
		}
		l.abandon(ctx, q, err)
		return
	}
	l.d.boundary(AfterStart, q.name())
	began := l.d.opts.Now()
	result, err := l.d.do(ctx, l, q.effect, attempt > 1 || q.effect.Retry > 0)
	l.d.boundary(AfterEffect, q.name())
	event := l.outcome(ctx, q, result, err)
	if event == nil {
		return // stopping: the next start does it again
	}
	if event.Failed != nil {
		log.Error("effect failed", "code", event.Failed.Failure.Code, "class", string(event.Failed.Failure.Class), "err", err)
	} else {
		log.Debug("effect done", "ms", l.d.opts.Now().Sub(began).Milliseconds())
	}
	l.finish(q, *event, log)
}

// abandon ends an effect that could not begin because Step no longer waits for
// it; otherwise it stays for the next start.
func (l *loop) abandon(ctx context.Context, q queued, err error) {
	if l.d.stopping() || errors.Is(err, store.ErrFence) || errors.Is(err, store.ErrDone) || ctx.Err() == nil {
		return
	}
	if event := l.outcome(ctx, q, plan.Result{}, ctx.Err()); event != nil {
		l.finish(q, *event, l.log)
	}
}

func (l *loop) finish(q queued, event plan.Event, log *slog.Logger) {
	data, err := json.Marshal(event)
	if err != nil {
		log.Error("encoding a result", "err", err)
		return
	}
	if _, err := l.d.store.Finish(context.Background(), string(l.id), q.id, data); err != nil {
		log.Error("storing a result", "err", err)
		return
	}
	l.d.boundary(AfterFinish, q.name())
	l.d.rouse(l.id)
}

// outcome is the event that an effect's end gives; nil when the program is stopping.
func (l *loop) outcome(ctx context.Context, q queued, result plan.Result, err error) *plan.Event {
	event := plan.Event{Key: "result:" + q.id, At: l.d.opts.Now()}
	if err == nil {
		event.Done = &plan.Done{Effect: q.effect.ID, Result: result}
		return &event
	}
	if ctx.Err() != nil && l.d.stopping() {
		return nil
	}
	f := plan.AsFailure(err)
	var known *plan.Failure
	if !errors.As(err, &known) && errors.Is(err, context.DeadlineExceeded) {
		f = plan.NewFailure(plan.Transient, "deadline", "This took longer than it may. ", err)
	}
	again := q.effect
	event.Failed = &plan.EffectFailed{Effect: q.effect.ID, Failure: *f, Again: &again}
	return &event
}

func (d *Driver) stopping() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ctx == nil || d.ctx.Err() != nil
}
