// Package driver performs what planner.Step decides. For every thread with
// work it runs one loop: load from the store, feed the oldest event to Step,
// commit the new state together with the effects it asks for, perform those
// effects, append what came of them as events, and so on until nothing is left.
//
// It keeps three promises and holds no rule of its own:
//
//   - An event that Deliver accepted is on disk and will reach Step exactly once.
//   - An effect is in the journal before it is performed, and its result is
//     stored in the same transaction that marks it done. After a crash an effect
//     that had begun is performed again with Again set, under the same id.
//   - Messages of one thread are performed one after the other in the order Step
//     gave them; agents' work runs beside them and is cancelled when Step no longer waits for it.
package driver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"firstmile/planner"
	"firstmile/planner/plan"
	"firstmile/store"
)

// Store is what the driver needs of package store.
type Store interface {
	Append(ctx context.Context, thread, key string, event []byte) (seq uint64, fresh bool, err error)
	Load(ctx context.Context, thread string) (store.Thread, error)
	Commit(ctx context.Context, c store.Commit) error
	Claim(ctx context.Context, thread string, lease time.Duration, fence store.Fence) (store.Fence, error)
	Release(ctx context.Context, thread string, fence store.Fence) error
	Start(ctx context.Context, thread string, fence store.Fence, effect string) (attempt int, err error)
	Finish(ctx context.Context, thread, effect string, result []byte) (seq uint64, err error)
	Pending(ctx context.Context) ([]string, error)
	Due(ctx context.Context, now time.Time, limit int) ([]store.Timer, error)
	Next(ctx context.Context) (at time.Time, ok bool, err error)
	Fire(ctx context.Context, timer store.Timer) (seq uint64, fired bool, err error)
}

// Boundary names a point between two writes to the journal.
type Boundary string

// The boundaries, in the order an effect passes them.
const (
	AfterAppend Boundary = "append" // an event is in the inbox
	AfterCommit Boundary = "commit" // a step is stored
	AfterStart  Boundary = "start"  // an effect is marked as begun
	AfterEffect Boundary = "effect" // an effect was performed, its result not yet stored
	AfterFinish Boundary = "finish" // its result is stored
)

// Options configure a Driver. Now and Log may be nil.
type Options struct {
	Config planner.Config
	Ports  Ports
	Now    func() time.Time
	Log    *slog.Logger
	// Workers bounds how many pieces of agents' work run at once over all threads; 0 means 4.
	Workers int
	// OnBoundary, when set, is called at every journal boundary; crash tests end the process there.
	// what is the key of the event, or the kind and the id of the effect with a space between.
	OnBoundary func(at Boundary, what string)
}

// lease is how long a claim holds without being renewed; every step renews it.
const lease = 15 * time.Minute

// Driver leads any number of threads.
type Driver struct {
	store Store
	opts  Options
	slots chan struct{}

	mu      sync.Mutex
	ctx     context.Context // of Run; nil before
	resumed bool            // Run has looked for unfinished threads
	loops   map[plan.ThreadID]*loop
	settled *sync.Cond
	wake    chan struct{} // a timer was set
	running sync.WaitGroup
}

// New makes a driver on a store. Nothing happens before Run.
func New(s Store, o Options) *Driver {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Workers <= 0 {
		o.Workers = 4
	}
	d := &Driver{store: s, opts: o, slots: make(chan struct{}, o.Workers), loops: map[plan.ThreadID]*loop{},
		wake: make(chan struct{}, 1)}
	d.settled = sync.NewCond(&d.mu)
	return d
}

// Deliver puts an event into its thread's inbox. When it returns nil the event
// is on disk and the sender may be told so; a repeated key is accepted and ignored.
func (d *Driver) Deliver(ctx context.Context, thread plan.ThreadID, event plan.Event) error {
	data, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encoding event %s: %w", event.Key, err)
	}
	_, fresh, err := d.store.Append(ctx, string(thread), event.Key, data)
	if err != nil {
		return fmt.Errorf("storing event %s: %w", event.Key, err)
	}
	d.boundary(AfterAppend, event.Key)
	if fresh {
		d.rouse(thread)
	}
	return nil
}

// Run resumes every thread with unfinished work, fires timers, and drives
// threads until ctx ends. It returns when everything that was running has stopped.
func (d *Driver) Run(ctx context.Context) error {
	d.mu.Lock()
	d.ctx = ctx
	d.mu.Unlock()
	stop := context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.settled.Broadcast()
	})
	defer stop()
	pending, err := d.store.Pending(ctx)
	if err != nil {
		return fmt.Errorf("looking for unfinished threads: %w", err)
	}
	for _, id := range pending {
		d.rouse(plan.ThreadID(id))
	}
	d.mu.Lock()
	d.resumed = true
	d.settled.Broadcast()
	d.mu.Unlock()
	err = d.timers(ctx)
	d.mu.Lock() // after this no loop begins: rouse looks at ctx under the same lock
	if ctx.Err() == nil {
		d.ctx = nil
	}
	d.mu.Unlock()
	d.running.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Settled waits until Run has taken up unfinished threads and this one has no
// unread event and no unfinished effect, and returns its state. Timers may still be set.
func (d *Driver) Settled(ctx context.Context, thread plan.ThreadID) (plan.Thread, error) {
	stop := context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.settled.Broadcast()
	})
	defer stop()
	d.mu.Lock()
	for (!d.resumed || d.loops[thread] != nil) && ctx.Err() == nil && (d.ctx == nil || d.ctx.Err() == nil) {
		d.settled.Wait()
	}
	d.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return plan.Thread{}, err
	}
	return d.State(ctx, thread)
}

// State is the thread as committed last; the zero Thread for an unknown one.
func (d *Driver) State(ctx context.Context, thread plan.ThreadID) (plan.Thread, error) {
	stored, err := d.store.Load(ctx, string(thread))
	if err != nil {
		return plan.Thread{}, fmt.Errorf("loading thread: %w", err)
	}
	return decodeState(thread, stored.State)
}

func decodeState(id plan.ThreadID, data []byte) (plan.Thread, error) {
	t := plan.Thread{ID: id}
	if len(data) == 0 {
		return t, nil
	}
	if err := json.Unmarshal(data, &t); err != nil {
		return t, fmt.Errorf("reading the state of thread %s: %w", id, err)
	}
	return t, nil
}

// rouse makes sure that a loop looks at the thread.
func (d *Driver) rouse(thread plan.ThreadID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx == nil || d.ctx.Err() != nil {
		return // Run will find it in the store
	}
	if l := d.loops[thread]; l != nil {
		l.more = true
		l.signal()
		return
	}
	l := newLoop(d, thread)
	d.loops[thread] = l
	d.running.Add(1)
	go func() {
		defer d.running.Done()
		l.run(d.ctx)
	}()
}

// leave ends a loop unless something came in meanwhile.
func (d *Driver) leave(l *loop, force bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l.more && !force {
		l.more = false
		return false
	}
	delete(d.loops, l.id)
	d.settled.Broadcast()
	return true
}

// timers fires what is due and sleeps until the next.
func (d *Driver) timers(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := d.store.Due(ctx, d.opts.Now(), 100)
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("looking for due timers: %w", err)
		}
		for _, t := range due {
			if _, fired, err := d.store.Fire(ctx, t); err != nil {
				d.opts.Log.Error("firing a timer", "thread", t.Thread, "err", err)
			} else if fired {
				d.rouse(plan.ThreadID(t.Thread))
			}
		}
		if len(due) == 0 {
			d.sleep(ctx)
		}
	}
	return nil
}

// sleep waits for the next timer, a newly set one, or the end.
func (d *Driver) sleep(ctx context.Context) {
	wait := time.Minute
	if at, ok, err := d.store.Next(ctx); err == nil && ok {
		wait = min(max(at.Sub(d.opts.Now()), time.Millisecond), wait)
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-d.wake:
	case <-ctx.Done():
	}
}

func (d *Driver) boundary(at Boundary, what string) {
	if d.opts.OnBoundary != nil {
		d.opts.OnBoundary(at, what)
	}
}

// ended tells an error that only says that the program is stopping.
func ended(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}
