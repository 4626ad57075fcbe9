package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"firstmile/store"
)

func (s *suite) effects() {
	s.add("t", "k", "")
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Seq: 1, Effects: effects("a", "b")}))
	for want := 1; want <= 2; want++ {
		attempt, err := s.Start(s.ctx, "t", 0, "a")
		s.must(err)
		s.same("attempt", attempt, want)
	}
	open := s.load("t").Effects
	s.same("open effects", open, []store.Effect{
		{ID: "a", Kind: "ask", Data: []byte("do a"), State: store.Started, Attempts: 2},
		{ID: "b", Kind: "ask", Data: []byte("do b"), State: store.Intended}})
	_, err := s.Finish(s.ctx, "t", "a", []byte("r"))
	s.must(err)
	_, err = s.Start(s.ctx, "t", 0, "a")
	s.want(err, store.ErrDone)
	s.same("open effects", s.load("t").Effects, open[1:])
	_, err = s.Start(s.ctx, "t", 0, "nobody")
	s.want(err, store.ErrUnknown)
	_, err = s.Finish(s.ctx, "t", "nobody", nil)
	s.want(err, store.ErrUnknown)
}

func (s *suite) results() {
	s.add("t", "k", "")
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Seq: 1, Effects: effects("a", "quiet")}))
	_, err := s.Claim(s.ctx, "t", time.Minute, 0)
	s.must(err)
	// Finishing asks for no claim, and an effect may be finished that nobody started.
	seq, err := s.Finish(s.ctx, "t", "a", []byte("result"))
	s.must(err)
	s.same("position", seq, uint64(2))
	again, err := s.Finish(s.ctx, "t", "a", []byte("second result"))
	s.must(err)
	s.same("position of the second", again, seq)
	s.same("inbox", s.load("t").Inbox, []store.Event{{Seq: 2, Key: "effect:a", At: s.clock.Now(), Data: []byte("result")}})
	none, err := s.Finish(s.ctx, "t", "quiet", nil)
	s.must(err)
	s.same("position of no result", none, uint64(0))
	s.same("head", s.load("t").Head, uint64(2))
}

func (s *suite) timers() {
	now := s.clock.Now()
	_, ok, err := s.Next(s.ctx)
	s.must(err)
	s.same("a timer in an empty store", ok, false)
	set := func(expected, seq uint64, timers ...store.Timer) {
		s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Expected: expected, Seq: seq, Timers: timers}))
	}
	set(0, 0, store.Timer{Name: "late", At: now.Add(3 * time.Hour)}, store.Timer{Name: "soon", At: now.Add(time.Hour), Data: []byte("x")},
		store.Timer{Name: "moved", At: now.Add(time.Minute)}, store.Timer{Name: "gone", At: now.Add(time.Second)})
	old, err := s.Due(s.ctx, now.Add(2*time.Minute), 0)
	s.must(err)
	s.same("due", names(old), []string{"gone", "moved"})
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Cancel: []string{"gone", "unknown"},
		Timers: []store.Timer{{Name: "moved", At: now.Add(2 * time.Hour)}}}))
	for _, timer := range old {
		_, fired, err := s.Fire(s.ctx, timer)
		s.must(err)
		s.same("fired though cancelled or moved", fired, false)
	}
	at, _, err := s.Next(s.ctx)
	s.must(err)
	s.same("next", at, now.Add(time.Hour))
	due, err := s.Due(s.ctx, now.Add(2*time.Hour), 0)
	s.must(err)
	s.same("due", names(due), []string{"soon", "moved"})
	first, err := s.Due(s.ctx, now.Add(2*time.Hour), 1)
	s.must(err)
	s.same("first due", first, due[:1])
	seq, fired, err := s.Fire(s.ctx, due[0])
	s.must(err)
	s.same("fired", fmt.Sprint(seq, fired), "1 true")
	_, fired, err = s.Fire(s.ctx, due[0])
	s.must(err)
	s.same("fired twice", fired, false)
	inbox := s.load("t").Inbox
	s.same("event", string(inbox[0].Data), "x")
	// The same name at the same time is a new timer only once the old one has fired.
	set(0, 1, store.Timer{Name: "soon", At: now.Add(4 * time.Hour)})
	due, err = s.Due(s.ctx, now.Add(5*time.Hour), 0)
	s.must(err)
	s.same("due", names(due), []string{"moved", "late", "soon"})
}

func names(timers []store.Timer) []string {
	var out []string
	for _, t := range timers {
		out = append(out, t.Name)
	}
	return out
}

func (s *suite) pending() {
	list := func(want ...string) {
		s.Helper()
		got, err := s.Pending(s.ctx)
		s.must(err)
		s.same("pending", got, want)
	}
	list()
	s.add("b", "k", "")
	s.add("a", "k", "")
	list("a", "b")
	s.must(s.Commit(s.ctx, store.Commit{Thread: "a", Seq: 1}))
	s.must(s.Commit(s.ctx, store.Commit{Thread: "b", Seq: 1, Effects: effects("x")}))
	list("b")
	_, err := s.Finish(s.ctx, "b", "x", []byte("r"))
	s.must(err)
	list("b")
	s.must(s.Commit(s.ctx, store.Commit{Thread: "b", Expected: 1, Seq: 2}))
	list()
	all, err := s.Threads(s.ctx)
	s.must(err)
	s.same("threads", all, []string{"a", "b"})
}

func (s *suite) journal() {
	start := s.clock.Now()
	tick := func() time.Time { s.clock.Advance(time.Second); return s.clock.Now() }
	s.add("t", "k", "hello")
	at2 := tick()
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t", Seq: 1, Effects: effects("a"), Timers: []store.Timer{{Name: "w", At: at2}}}))
	at3 := tick()
	_, err := s.Start(s.ctx, "t", 0, "a")
	s.must(err)
	at4 := tick()
	_, err = s.Finish(s.ctx, "t", "a", []byte("done"))
	s.must(err)
	got, err := s.Journal(s.ctx, "t")
	s.must(err)
	s.same("journal", got, []store.Record{
		{N: 1, At: start, Kind: store.RecordEvent, Seq: 1, Key: "k", Data: []byte("hello")},
		{N: 2, At: at2, Kind: store.RecordIntended, Effect: "a", EffectKind: "ask", Data: []byte("do a")},
		{N: 3, At: at2, Kind: store.RecordTimer, Key: "w"},
		{N: 4, At: at2, Kind: store.RecordCommit, Seq: 1},
		{N: 5, At: at3, Kind: store.RecordStarted, Effect: "a", EffectKind: "ask", Attempt: 1},
		{N: 6, At: at4, Kind: store.RecordEvent, Seq: 2, Key: "effect:a", Data: []byte("done")},
		{N: 7, At: at4, Kind: store.RecordDone, Effect: "a", EffectKind: "ask", Seq: 2},
	})
}

func (s *suite) isolation() {
	// One name is the beginning of the other, and one sorts like a separator.
	for _, thread := range []string{"t", "t1", "t\x01", "t/1"} {
		s.add(thread, "k", thread)
		s.must(s.Commit(s.ctx, store.Commit{Thread: thread, State: []byte(thread), Effects: effects("a"),
			Timers: []store.Timer{{Name: "w", At: s.clock.Now()}}, Listing: &store.Listing{Person: thread}}))
	}
	got := s.load("t")
	s.same("counts", []int{len(got.Inbox), len(got.Effects), len(got.Timers)}, []int{1, 1, 1})
	s.same("event", string(got.Inbox[0].Data), "t")
	mine, err := s.Requests(s.ctx, "t", 0)
	s.must(err)
	s.same("requests", len(mine), 1)
}

func (s *suite) notes() {
	s.must(s.Put(s.ctx, "a", "k", []byte("1")))
	s.must(s.Put(s.ctx, "a", "k", []byte("2")))
	s.must(s.Put(s.ctx, "a", "k/x", nil))
	s.must(s.Put(s.ctx, "ab", "k", []byte("other")))
	v, ok, err := s.Get(s.ctx, "a", "k")
	s.must(err)
	s.same("value", fmt.Sprintf("%s %v", v, ok), "2 true")
	v, ok, err = s.Get(s.ctx, "a", "k/x")
	s.must(err)
	s.same("empty value", fmt.Sprint(len(v), ok), "0 true")
	_, ok, err = s.Get(s.ctx, "a", "none")
	s.must(err)
	s.same("unknown key", ok, false)
	var keys []string
	collect := func(key string, _ []byte) error { keys = append(keys, key); return nil }
	s.must(s.Scan(s.ctx, "a", "", collect))
	s.same("keys", keys, []string{"k", "k/x"})
	keys = nil
	s.must(s.Scan(s.ctx, "a", "k/", collect))
	s.same("keys", keys, []string{"k/x"})
	stop := errors.New("stop")
	s.want(s.Scan(s.ctx, "a", "", func(string, []byte) error { return stop }), stop)
	s.must(s.Delete(s.ctx, "a", "k"))
	s.must(s.Delete(s.ctx, "a", "k"))
	_, ok, err = s.Get(s.ctx, "a", "k")
	s.must(err)
	s.same("deleted key", ok, false)
}

func (s *suite) requests() {
	for _, thread := range []string{"t1", "t2", "t3"} {
		s.must(s.Commit(s.ctx, store.Commit{Thread: thread, Listing: &store.Listing{Person: "p", Data: []byte(thread)}}))
		s.clock.Advance(time.Minute)
	}
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t1", Listing: &store.Listing{Person: "p", Data: []byte("again")}}))
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t2", Listing: &store.Listing{Person: "q"}}))
	s.must(s.Commit(s.ctx, store.Commit{Thread: "t3"})) // leaves the listing as it is
	list, err := s.Requests(s.ctx, "p", 0)
	s.must(err)
	var got []string
	for _, l := range list {
		got = append(got, l.Thread+"="+string(l.Data))
	}
	s.same("requests", got, []string{"t1=again", "t3=t3"})
	list, err = s.Requests(s.ctx, "p", 1)
	s.must(err)
	s.same("limited", len(list), 1)
}

func (s *suite) invalid() {
	for _, name := range []string{"", "a\x00b", strings.Repeat("x", 1025)} {
		_, _, err := s.Append(s.ctx, name, "k", nil)
		s.want(err, store.ErrInvalid)
		_, _, err = s.Append(s.ctx, "t", name, nil)
		s.want(err, store.ErrInvalid)
		s.want(s.Commit(s.ctx, store.Commit{Thread: "t", Effects: effects(name)}), store.ErrInvalid)
		s.want(s.Put(s.ctx, name, "k", nil), store.ErrInvalid)
	}
	_, _, err := s.Append(s.ctx, "t", "effect:a", nil)
	s.want(err, store.ErrInvalid)
	s.same("thread", s.load("t"), store.Thread{ID: "t"})
}

func (s *suite) canceled() {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, _, err := s.Append(ctx, "t", "k", nil)
	s.want(err, context.Canceled)
	s.same("thread", s.load("t"), store.Thread{ID: "t"})
}

func (s *suite) closed() {
	s.must(s.Close())
	_, _, err := s.Append(s.ctx, "t", "k", nil)
	s.want(err, store.ErrClosed)
	_, err = s.Load(s.ctx, "t")
	s.want(err, store.ErrClosed)
}
