package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"firstmile/store"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// RunRandom does steps random operations on a new store and on a plain model, and compares every answer and, now and then,
// everything there is. open is as in Run; reopen closes the store and opens it again, and may be nil. A failure
// names the seed.
func RunRandom(t *testing.T, seed uint64, steps int, open func(t *testing.T, clock *Clock) Backend, reopen func(Backend) Backend) {
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	clock := NewClock()
	r := &random{
		suite: &suite{T: t, ctx: t.Context(), clock: clock, Backend: open(t, clock)},
		Rand:  rand.New(rand.NewPCG(seed, 0)),
		model: map[string]*modelThread{},
	}
	operations := []func(){r.append, r.append, r.append, r.commit, r.commit, r.start, r.finish, r.finish, r.fire, r.claim}
	for i := range steps {
		operations[r.IntN(len(operations))]()
		clock.Advance(time.Duration(r.IntN(1000)) * time.Millisecond)
		if i%50 == 49 {
			if reopen != nil && r.IntN(3) == 0 {
				r.Backend = reopen(r.Backend)
				for _, m := range r.model {
					m.lease = time.Time{}
				}
			}
			r.compare()
		}
		if t.Failed() {
			t.Fatalf("after operation %d", i+1)
		}
	}
	r.must(r.Close())
}

// modelThread is what a thread should be, in the plainest terms.
type modelThread struct {
	state    string
	seq      uint64
	events   []string // keys, in order
	effects  map[string]*modelEffect
	order    []string // ids of effects
	timers   map[string]time.Time
	fence    store.Fence
	lease    time.Time
	listed   bool
	journals int
}

type modelEffect struct {
	done     bool
	attempts int
	result   uint64
}

type random struct {
	*suite
	*rand.Rand
	model map[string]*modelThread
	ids   int
}

// thread picks a thread.
func (r *random) thread() (string, *modelThread) {
	name := "t" + strconv.Itoa(r.IntN(4))
	if r.model[name] == nil {
		r.model[name] = &modelThread{effects: map[string]*modelEffect{}, timers: map[string]time.Time{}}
	}
	return name, r.model[name]
}

// add is the model's append.
func (m *modelThread) add(key string) (seq uint64, fresh bool) {
	if i := slices.Index(m.events, key); i >= 0 {
		return uint64(i + 1), false
	}
	m.events = append(m.events, key)
	m.journals++
	return uint64(len(m.events)), true
}

func (r *random) append() {
	name, m := r.thread()
	key := "k" + strconv.Itoa(r.IntN(60))
	wantSeq, wantFresh := m.add(key)
	seq, fresh, err := r.Append(r.ctx, name, key, []byte(key))
	r.must(err)
	r.same("append", fmt.Sprint(seq, fresh), fmt.Sprint(wantSeq, wantFresh))
}

func (r *random) commit() {
	name, m := r.thread()
	c := store.Commit{Thread: name, Fence: m.fence, Expected: m.seq, State: []byte(strconv.Itoa(r.IntN(1000)))}
	c.Seq = c.Expected + uint64(r.IntN(len(m.events)-int(m.seq)+1))
	for range r.IntN(3) {
		r.ids++
		c.Effects = append(c.Effects, store.Effect{ID: "e" + strconv.Itoa(r.ids), Kind: "k", Data: []byte("d")})
	}
	for range r.IntN(2) {
		c.Timers = append(c.Timers, store.Timer{Name: "w" + strconv.Itoa(r.IntN(3)), At: r.clock.Now().Add(time.Duration(r.IntN(20)) * time.Second)})
	}
	if r.IntN(4) == 0 {
		c.Cancel = []string{"w" + strconv.Itoa(r.IntN(3))}
	}
	if r.IntN(3) == 0 {
		c.Listing = &store.Listing{Person: "p", Data: c.State}
	}
	switch r.IntN(8) {
	case 0:
		c.Expected++
		c.Seq++
		r.want(r.Commit(r.ctx, c), store.ErrConflict)
		return
	case 1:
		c.Fence++
		r.want(r.Commit(r.ctx, c), store.ErrFence)
		return
	case 2:
		if len(m.order) > 0 {
			c.Effects = append(c.Effects, store.Effect{ID: m.order[r.IntN(len(m.order))]})
			r.want(r.Commit(r.ctx, c), store.ErrInvalid)
			return
		}
	}
	r.must(r.Commit(r.ctx, c))
	m.commit(c)
}

func (m *modelThread) commit(c store.Commit) {
	m.state, m.seq = string(c.State), c.Seq
	for _, e := range c.Effects {
		m.effects[e.ID] = &modelEffect{}
		m.order = append(m.order, e.ID)
	}
	for _, name := range c.Cancel {
		delete(m.timers, name)
	}
	for _, timer := range c.Timers {
		m.timers[timer.Name] = timer.At
	}
	m.listed = m.listed || c.Listing != nil
	m.journals += 1 + len(c.Effects) + len(c.Timers)
}

// effect picks an effect, or none.
func (r *random) effect() (string, *modelThread, string, *modelEffect) {
	name, m := r.thread()
	if len(m.order) == 0 {
		return name, m, "none", nil
	}
	id := m.order[r.IntN(len(m.order))]
	return name, m, id, m.effects[id]
}

func (r *random) start() {
	name, m, id, e := r.effect()
	attempt, err := r.Start(r.ctx, name, m.fence, id)
	switch {
	case e == nil:
		r.want(err, store.ErrUnknown)
	case e.done:
		r.want(err, store.ErrDone)
	default:
		r.must(err)
		e.attempts++
		m.journals++
		r.same("attempt", attempt, e.attempts)
	}
}

func (r *random) finish() {
	name, m, id, e := r.effect()
	var result []byte
	if r.IntN(4) > 0 {
		result = []byte("r")
	}
	seq, err := r.Finish(r.ctx, name, id, result)
	if e == nil {
		r.want(err, store.ErrUnknown)
		return
	}
	r.must(err)
	if !e.done {
		e.done = true
		m.journals++
		if result != nil {
			e.result, _ = m.add("effect:" + id)
		}
	}
	r.same("result", seq, e.result)
}

func (r *random) fire() {
	due, err := r.Due(r.ctx, r.clock.Now(), 0)
	r.must(err)
	var got, want []string
	for _, timer := range due {
		got = append(got, timer.Thread+timer.Name)
	}
	for name, m := range r.model {
		for timer, at := range m.timers {
			if !at.After(r.clock.Now()) {
				want = append(want, name+timer)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	r.same("due", got, want)
	if len(due) == 0 {
		return
	}
	timer := due[r.IntN(len(due))]
	m := r.model[timer.Thread]
	wantSeq, _ := m.add(fmt.Sprintf("timer:%s@%d", timer.Name, timer.At.UnixNano()))
	delete(m.timers, timer.Name)
	seq, fired, err := r.Fire(r.ctx, timer)
	r.must(err)
	r.same("fired", fmt.Sprint(seq, fired), fmt.Sprint(wantSeq, true))
}

func (r *random) claim() {
	name, m := r.thread()
	fence, err := r.Claim(r.ctx, name, 2*time.Second, 0)
	if m.lease.After(r.clock.Now()) {
		r.want(err, store.ErrClaimed)
		return
	}
	r.must(err)
	r.same("fence", fence, m.fence+1)
	m.fence, m.lease = fence, r.clock.Now().Add(2*time.Second)
	if r.IntN(2) == 0 {
		r.must(r.Release(r.ctx, name, fence))
		m.lease = time.Time{}
	}
}

// compare looks at everything.
func (r *random) compare() {
	var pending []string
	listed := 0
	for _, name := range slices.Sorted(maps.Keys(r.model)) {
		m := r.model[name]
		got := r.load(name)
		want := m.thread(name)
		if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(store.Event{}, "At", "Data")); diff != "" {
			r.Errorf("thread %s (-want +got):\n%s", name, diff)
		}
		if len(want.Inbox) > 0 || len(want.Effects) > 0 {
			pending = append(pending, name)
		}
		if m.listed {
			listed++
		}
		journal, err := r.Journal(r.ctx, name)
		r.must(err)
		r.same("length of the journal", len(journal), m.journals)
	}
	got, err := r.Pending(r.ctx)
	r.must(err)
	r.same("pending", got, pending)
	requests, err := r.Requests(r.ctx, "p", 0)
	r.must(err)
	r.same("requests", len(requests), listed)
	if !slices.IsSortedFunc(requests, func(a, b store.Listing) int { return b.At.Compare(a.At) }) {
		r.Error("requests are not sorted by time")
	}
	if _, _, err := r.Append(r.ctx, "", "k", nil); !errors.Is(err, store.ErrInvalid) {
		r.Errorf("no name: got %v", err)
	}
}

// thread is what Load should return, without times and data of events.
func (m *modelThread) thread(name string) store.Thread {
	t := store.Thread{ID: name, State: []byte(m.state), Seq: m.seq, Head: uint64(len(m.events))}
	for i := int(m.seq); i < len(m.events); i++ {
		t.Inbox = append(t.Inbox, store.Event{Seq: uint64(i + 1), Key: m.events[i]})
	}
	for _, id := range m.order {
		e := m.effects[id]
		state := store.Intended
		if e.attempts > 0 {
			state = store.Started
		}
		if !e.done {
			t.Effects = append(t.Effects, store.Effect{ID: id, Kind: "k", Data: []byte("d"), State: state, Attempts: e.attempts})
		}
	}
	for timer, at := range m.timers {
		t.Timers = append(t.Timers, store.Timer{Thread: name, Name: timer, At: at})
	}
	slices.SortFunc(t.Timers, func(a, b store.Timer) int { return cmp.Compare(a.Name, b.Name) })
	return t
}
