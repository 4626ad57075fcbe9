// Package design takes one request from the words to a proposal (and, if wished,
// to a branch) without Slack: the same Planner, driver and agents, with answers
// from a file or a terminal. `firstmile design` is a thin shell around Run.
package design

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"firstmile/planner"
	"firstmile/planner/driver"
	"firstmile/planner/plan"
	"firstmile/store"
)

// Answers gives the answer to a question; ok is false when there is none.
type Answers interface {
	Answer(q plan.Question) (text string, ok bool)
}

// Options are one design.
type Options struct {
	Request string
	Project plan.ProjectID
	Assume  bool
	AsOf    string // 2006-01-02; empty: the interpreter's own today
	Approve bool
	Answers Answers // may be nil
	Ports   driver.Ports
	Log     *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

const (
	thread   = plan.ThreadID("terminal:1")
	operator = "operator"
)

// Operator is who speaks in a design without Slack: the person at the terminal
// owns the project's folder, so may approve like the data team.
func Operator() (plan.Person, plan.Approvers) {
	return plan.Person{ID: "you", Name: "you", Groups: []string{operator}},
		plan.Approvers{Requester: true, DataTeam: []string{operator}}
}

// Run leads the request until it is proposed, approved, or cannot go on.
// An error says that the design could not be made at all (the project cannot be read, …).
func Run(ctx context.Context, o Options) (Outcome, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	began := o.Now()
	cfg := planner.DefaultConfig()
	cfg.Projects = []plan.ProjectID{o.Project}
	cfg.Remind, cfg.Park = 0, 0
	listen := &listener{Chat: o.Ports.Chat}
	o.Ports.Chat = listen
	d := driver.New(store.NewMemory(store.Options{}), driver.Options{Config: cfg, Ports: o.Ports, Log: o.Log, Now: o.Now})
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- d.Run(run) }()
	defer func() { stop(); <-ended }()

	s := &session{d: d, o: o}
	t, err := s.converse(ctx)
	if err != nil {
		return Outcome{}, err
	}
	if last := listen.message(); last.Kind == plan.SayFailed {
		return Outcome{}, errors.New(last.Text)
	}
	out := outcomeOf(t, listen.message())
	out.ElapsedMS = o.Now().Sub(began).Milliseconds()
	return out, nil
}

// session feeds what the person says into the thread.
type session struct {
	d *driver.Driver
	o Options
	n int
}

func (s *session) converse(ctx context.Context) (plan.Thread, error) {
	t, err := s.say(ctx, s.o.Request, true)
	for err == nil && t.Stage == plan.StageAsking && s.o.Answers != nil {
		var answered bool
		if t, answered, err = s.answer(ctx, t); !answered {
			break
		}
	}
	if err == nil && s.o.Approve && t.Stage == plan.StageProposed {
		who, _ := Operator()
		t, err = s.deliver(ctx, plan.Event{Pressed: &plan.Pressed{Person: who, Button: plan.PressApprove,
			Message: t.Slots["proposal"], Digest: t.Change.Digest()}})
	}
	return t, err
}

// answer settles the first open question that there is an answer for.
func (s *session) answer(ctx context.Context, t plan.Thread) (plan.Thread, bool, error) {
	who, _ := Operator()
	for _, q := range t.Questions {
		if settled(t, q) {
			continue
		}
		if text, ok := s.o.Answers.Answer(q); ok {
			t, err := s.deliver(ctx, plan.Event{Pressed: &plan.Pressed{Person: who, Button: plan.PressAnswer, Question: q.ID, Text: text}})
			return t, true, err
		}
	}
	return t, false, nil
}

func settled(t plan.Thread, q plan.Question) bool {
	for _, a := range t.Answers {
		if a.Question == q.ID {
			return true
		}
	}
	return false
}

func (s *session) say(ctx context.Context, text string, mention bool) (plan.Thread, error) {
	who, _ := Operator()
	s.n++
	return s.deliver(ctx, plan.Event{Said: &plan.Said{Person: who, Text: text, Mention: mention, Project: s.o.Project,
		Assume: s.o.Assume, AsOf: s.o.AsOf, Message: plan.MessageRef{Channel: "terminal", TS: fmt.Sprintf("you%d", s.n)}}})
}

func (s *session) deliver(ctx context.Context, e plan.Event) (plan.Thread, error) {
	s.n++
	e.Key, e.At = fmt.Sprintf("you:%d", s.n), s.o.Now().UTC()
	if err := s.d.Deliver(ctx, thread, e); err != nil {
		return plan.Thread{}, err
	}
	return s.d.Settled(ctx, thread)
}

// listener passes messages on and remembers the last one.
type listener struct {
	driver.Chat
	mu   sync.Mutex
	last plan.Message
}

func (l *listener) Post(ctx context.Context, p plan.Post) (plan.MessageRef, error) {
	l.mu.Lock()
	l.last = p.Message
	l.mu.Unlock()
	return l.Chat.Post(ctx, p)
}

func (l *listener) message() plan.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}
