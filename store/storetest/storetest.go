// Package storetest holds what every store must do, as tests that run against any implementation: Run for the
// rules one by one, RunRandom for long random sequences of operations compared with a plain model.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"firstmile/store"

	"github.com/google/go-cmp/cmp"
)

// Backend is what the suite asks of a store. *store.DB satisfies it.
type Backend interface {
	Append(ctx context.Context, thread, key string, event []byte) (seq uint64, fresh bool, err error)
	Load(ctx context.Context, thread string) (store.Thread, error)
	Commit(ctx context.Context, c store.Commit) error
	Claim(ctx context.Context, thread string, lease time.Duration, fence store.Fence) (store.Fence, error)
	Release(ctx context.Context, thread string, fence store.Fence) error
	Start(ctx context.Context, thread string, fence store.Fence, effect string) (attempt int, err error)
	Finish(ctx context.Context, thread, effect string, result []byte) (seq uint64, err error)
	Due(ctx context.Context, now time.Time, limit int) ([]store.Timer, error)
	Next(ctx context.Context) (at time.Time, ok bool, err error)
	Fire(ctx context.Context, timer store.Timer) (seq uint64, fired bool, err error)
	Pending(ctx context.Context) ([]string, error)
	Threads(ctx context.Context) ([]string, error)
	Journal(ctx context.Context, thread string) ([]store.Record, error)
	Put(ctx context.Context, space, key string, value []byte) error
	Get(ctx context.Context, space, key string) (value []byte, ok bool, err error)
	Delete(ctx context.Context, space, key string) error
	Scan(ctx context.Context, space, prefix string, fn func(key string, value []byte) error) error
	Requests(ctx context.Context, person string, limit int) ([]store.Listing, error)
	Close() error
}

// Clock is a clock that only Advance moves.
type Clock struct{ at time.Time }

// NewClock starts at a fixed time.
func NewClock() *Clock { return &Clock{time.Date(2025, 3, 3, 9, 0, 0, 0, time.UTC)} }

// Now returns the clock's time, for store.Options.
func (c *Clock) Now() time.Time { return c.at }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.at = c.at.Add(d) }

// Run tests the rules. open returns a new, empty store that reads the clock.
func Run(t *testing.T, open func(t *testing.T, clock *Clock) Backend) {
	for _, test := range []struct {
		name string
		run  func(*suite)
	}{
		{"an event is stored once per key", (*suite).appendOnce},
		{"a commit is all or nothing", (*suite).commitAtomic},
		{"a commit from an old state is refused", (*suite).commitConflict},
		{"a claim fences off the one before", (*suite).claims},
		{"an effect goes from intended to done", (*suite).effects},
		{"a result arrives with the end of its effect", (*suite).results},
		{"timers fire once and can be moved", (*suite).timers},
		{"pending names what is left to do", (*suite).pending},
		{"the journal tells everything in order", (*suite).journal},
		{"threads do not see each other", (*suite).isolation},
		{"notes are kept by space and key", (*suite).notes},
		{"a person's requests come newest first", (*suite).requests},
		{"bad names are refused", (*suite).invalid},
		{"a cancelled call does nothing", (*suite).canceled},
		{"a closed store says so", (*suite).closed},
	} {
		t.Run(test.name, func(t *testing.T) {
			clock := NewClock()
			s := &suite{T: t, ctx: t.Context(), clock: clock, Backend: open(t, clock)}
			test.run(s)
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

type suite struct {
	*testing.T
	Backend
	ctx   context.Context
	clock *Clock
}

// must fails the test on an error.
func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) want(err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("got error %v, want %v", err, want)
	}
}

func (s *suite) same(what string, got, want any) {
	s.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (s *suite) add(thread, key, data string) uint64 {
	s.Helper()
	seq, _, err := s.Append(s.ctx, thread, key, []byte(data))
	s.must(err)
	return seq
}

func (s *suite) load(thread string) store.Thread {
	s.Helper()
	t, err := s.Load(s.ctx, thread)
	s.must(err)
	return t
}

func effects(ids ...string) []store.Effect {
	var out []store.Effect
	for _, id := range ids {
		out = append(out, store.Effect{ID: id, Kind: "ask", Data: []byte("do " + id)})
	}
	return out
}

func (s *suite) appendOnce() {
	first, fresh, err := s.Append(s.ctx, "t", "k1", []byte("one"))
	s.must(err)
	s.same("first", fmt.Sprint(first, fresh), "1 true")
	again, fresh, err := s.Append(s.ctx, "t", "k1", []byte("other"))
	s.must(err)
	s.same("again", fmt.Sprint(again, fresh), "1 false")
	s.same("second", s.add("t", "k2", ""), uint64(2))
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Seq: 2}))
	s.same("after it was consumed", s.add("t", "k1", "late"), uint64(1))
	s.add("t", "k3", "three")
	want := store.Thread{ID: "t", State: []byte{}, Seq: 2, Head: 3,
		Inbox: []store.Event{{Seq: 3, Key: "k3", At: s.clock.Now(), Data: []byte("three")}}}
	s.same("thread", s.load("t"), want)
	s.same("unknown thread", s.load("u"), store.Thread{ID: "u"})
}

func (s *suite) commitAtomic() {
	s.add("t", "k", "e")
	good := store.Commit{Thread: "t", Seq: 1, State: []byte("s1"), Effects: effects("a", "b"),
		Timers: []store.Timer{{Name: "retry", At: s.clock.Now().Add(time.Hour), Data: []byte("tick")}}}
	bad := good
	bad.Effects = effects("c", "a", "c") // twice the same
	s.want(s.Commit(s.ctx, bad), store.ErrInvalid)
	after := s.load("t")
	s.same("after a refused commit", fmt.Sprint(after.Seq, len(after.Effects), len(after.Timers), after.State == nil), "0 0 0 true")
	s.must(s.Commit(s.ctx, good))
	got := s.load("t")
	s.same("state", string(got.State), "s1")
	s.same("effects", []string{got.Effects[0].ID, got.Effects[1].ID}, []string{"a", "b"})
	s.same("timers", got.Timers, []store.Timer{{Thread: "t", Name: "retry", At: s.clock.Now().Add(time.Hour), Data: []byte("tick")}})
	s.want(s.Commit(s.ctx, store.Commit{Thread: "t", Expected: 1, Seq: 1, Effects: effects("a")}), store.ErrInvalid)
}

func (s *suite) commitConflict() {
	s.add("t", "k1", "")
	s.add("t", "k2", "")
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Seq: 1, State: []byte("first")}))
	s.want(s.Commit(s.ctx, store.Commit{Thread: "t", Seq: 2, State: []byte("late")}), store.ErrConflict)
	s.want(s.Commit(s.ctx, store.Commit{Thread: "t", Expected: 1, Seq: 3}), store.ErrInvalid)
	s.want(s.Commit(s.ctx, store.Commit{Thread: "t", Expected: 1, Seq: 0}), store.ErrInvalid)
	s.same("state", string(s.load("t").State), "first")
}

func (s *suite) claims() {
	s.add("t", "k", "")
	one, err := s.Claim(s.ctx, "t", time.Minute, 0)
	s.must(err)
	_, err = s.Claim(s.ctx, "t", time.Minute, 0)
	s.want(err, store.ErrClaimed)
	s.clock.Advance(50 * time.Second)
	renewed, err := s.Claim(s.ctx, "t", time.Minute, one)
	s.must(err)
	s.same("renewed fence", renewed, one)
	s.clock.Advance(50 * time.Second)
	_, err = s.Claim(s.ctx, "t", time.Minute, 0)
	s.want(err, store.ErrClaimed)
	s.clock.Advance(11 * time.Second)
	two, err := s.Claim(s.ctx, "t", time.Minute, 0)
	s.must(err)
	if two <= one {
		s.Errorf("fence %d after %d", two, one)
	}
	_, err = s.Claim(s.ctx, "t", time.Minute, one)
	s.want(err, store.ErrFence)
	s.want(s.Commit(s.ctx, store.Commit{Thread: "t", Fence: one, Seq: 1}), store.ErrFence)
	s.must(s.Release(s.ctx, "t", one)) // of a lost claim: does nothing
	_, err = s.Claim(s.ctx, "t", time.Minute, 0)
	s.want(err, store.ErrClaimed)
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Fence: two, Seq: 1, Effects: effects("a")}))
	_, err = s.Start(s.ctx, "t", one, "a")
	s.want(err, store.ErrFence)
	s.must(s.Release(s.ctx, "t", two))
	three, err := s.Claim(s.ctx, "t", time.Minute, 0)
	s.must(err)
	if three <= two {
		s.Errorf("fence %d after %d", three, two)
	}
}
