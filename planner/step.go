package planner

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"firstmile/planner/plan"
	"firstmile/planner/verify"
)

// Config is what Step needs to know beside the thread and the event. The same
// Config, thread and event always give the same result.
type Config struct {
	// Emoji are the reactions that approve, without colons.
	Emoji []string
	// Projects are the configured dbt projects, for the question which one is meant.
	Projects []plan.ProjectID
	// MaxAttempts bounds the designs tried after a red gate, and the tries of
	// an effect that fails for the moment.
	MaxAttempts int
	// MaxRounds bounds how often one subject is asked before a person is called in.
	MaxRounds int
	// Remind and Park are the waits for an answer before a reminder and before
	// the thread is parked. Zero: never.
	Remind, Park time.Duration
	// Watch is the wait before the first look at an open pull request; each further one doubles it, up to a day. Zero: never.
	Watch time.Duration
	// Backoff is the first wait before a retry; each further one doubles it.
	Backoff time.Duration
	// Examples are requests to show to someone who asks for help.
	Examples []string
}

// DefaultConfig is what a server uses when nothing else is configured.
func DefaultConfig() Config {
	return Config{
		Emoji:       []string{"white_check_mark", "rocket"},
		MaxAttempts: 3,
		MaxRounds:   3,
		Remind:      24 * time.Hour,
		Park:        72 * time.Hour,
		Watch:       time.Hour,
		Backoff:     2 * time.Second,
	}
}

// Step is the Planner's judgement: what the thread becomes after the event and
// what shall be done about it, in the order it shall be done. It changes neither
// argument. An event that the stage does not accept changes nothing.
func Step(cfg Config, thread plan.Thread, event plan.Event) (plan.Thread, []plan.Effect) {
	s := &step{cfg: cfg, t: clone(thread), at: event.At}
	if s.t.Stage == "" {
		s.t.Stage = plan.StageNew
	}
	s.dispatch(event)
	if event.At.After(s.t.Touched) {
		s.t.Touched = event.At
	}
	return s.t, s.out
}

// step is one call of Step in the making.
type step struct {
	cfg Config
	t   plan.Thread
	at  time.Time
	out []plan.Effect
}

func (s *step) dispatch(e plan.Event) {
	switch {
	case e.Said != nil:
		s.said(*e.Said)
	case e.Pressed != nil:
		s.pressed(*e.Pressed, e)
	case e.Reacted != nil:
		s.reacted(*e.Reacted, e)
	case e.Done != nil:
		s.done(*e.Done)
	case e.Failed != nil:
		s.failed(*e.Failed)
	case e.Fired != nil:
		s.fired(e.Fired.Timer)
	}
}

// done takes the result of an effect. A result that nobody waits for any more
// (the request was revised or cancelled meanwhile) is stale and dropped.
func (s *step) done(d plan.Done) {
	kind, ok := s.t.Waiting[d.Effect]
	if !ok {
		return
	}
	delete(s.t.Waiting, d.Effect)
	delete(s.t.Tries, d.Effect)
	r := d.Result
	s.addUsage(r.Usage)
	switch {
	case kind == plan.DoPost:
		s.posted(d.Effect, r.Message)
	case kind == plan.DoResolve && r.Base != nil:
		s.resolved(*r.Base, r.Rules)
	case kind == plan.DoInterpret && r.Reading != nil:
		s.interpreted(d.Effect, *r.Reading)
	case kind == plan.DoReuse && r.Reuse != nil:
		s.reused(*r.Reuse)
	case kind == plan.DoSynthesize && r.Change != nil:
		s.synthesized(*r.Change)
	case kind == plan.DoCover && r.Change != nil:
		s.covered(*r.Change)
	case kind == plan.DoDocument && r.Change != nil:
		s.documented(*r.Change)
	case kind == plan.DoCheck && r.Report != nil:
		s.checked(*r.Report)
	case kind == plan.DoRecall:
		s.recalled(r.Past)
	case kind == plan.DoTeach && r.Teaching != nil:
		s.taught(d.Effect, *r.Teaching)
	case kind == plan.DoProve && r.Report != nil:
		s.proven(d.Effect, *r.Report)
	case kind == plan.DoSpread && r.PR != nil:
		s.spread(d.Effect, *r.PR)
	case kind == plan.DoWatch && r.Status != nil:
		s.watched(*r.Status)
	case kind == plan.DoPublish && r.PR != nil:
		s.published(*r.PR, r.Description)
	case silent(kind):
	default:
		s.giveUp(plan.Failure{Class: plan.Permanent, Code: "empty_result",
			Message: fmt.Sprintf("The step %q gave no result. The log of the bot says why.", kind)})
	}
}

// silent effects are waited for only so that they can be retried.
func silent(kind plan.EffectKind) bool {
	switch kind {
	case plan.DoReact, plan.DoEdit, plan.DoLearn, plan.DoTimer, plan.DoRecall, plan.DoWatch:
		return true
	}
	return false
}

func (s *step) addUsage(u *plan.Usage) {
	if u == nil {
		return
	}
	s.t.Usage.ModelCalls += u.ModelCalls
	s.t.Usage.PromptTokens += u.PromptTokens
	s.t.Usage.CompletionTokens += u.CompletionTokens
}

// do adds an effect and waits for its result.
func (s *step) do(e plan.Effect) plan.EffectID {
	s.t.Next++
	e.Deadline = deadline(e)
	e.ID = plan.EffectID(fmt.Sprintf("%s#%d", s.t.ID, s.t.Next))
	if s.t.Waiting == nil {
		s.t.Waiting = map[plan.EffectID]plan.EffectKind{}
	}
	s.t.Waiting[e.ID] = e.Kind
	s.out = append(s.out, e)
	return e.ID
}

// forget drops every pending piece of work, so that its result will be stale.
// What was said to the thread (posts, edits, reactions) stays awaited.
func (s *step) forget() {
	for id, kind := range s.t.Waiting {
		if work(kind) {
			delete(s.t.Waiting, id)
		}
	}
	for name, e := range s.t.Retries {
		if work(e.Kind) {
			delete(s.t.Retries, name)
		}
	}
}

// work is an effect that changes the design, as against one that talks about it.
func work(kind plan.EffectKind) bool {
	switch kind {
	case plan.DoResolve, plan.DoInterpret, plan.DoReuse, plan.DoSynthesize, plan.DoCover,
		plan.DoDocument, plan.DoCheck, plan.DoPublish:
		return true
	}
	return false
}

// deadline bounds one try of an effect, by what it has to wait for.
func deadline(e plan.Effect) time.Duration {
	switch {
	case e.Kind == plan.DoCheck && e.Level == plan.LevelDBT:
		return 10 * time.Minute
	case e.Kind == plan.DoPublish, e.Kind == plan.DoSpread, e.Kind == plan.DoTeach, e.Kind == plan.DoResolve:
		return 3 * time.Minute
	case work(e.Kind):
		return time.Minute
	}
	return 30 * time.Second
}

// verdict is the gate's word about the current change.
func (s *step) verdict() verify.Verdict {
	if s.t.Change == nil {
		return verify.Verdict{State: plan.Waiting}
	}
	policy := verify.PolicyFor(s.t.Rules)
	if f, ok := s.t.Change.File(s.t.Change.ModelPath); ok && f.Action == plan.Edit {
		policy = policy.ForEdit()
	}
	return verify.Decide(policy, s.t.Change.Digest(), s.t.Reports)
}

// brief is what documenter and publisher may know.
func (s *step) brief() plan.Brief {
	b := plan.Brief{Thread: s.t.ID, Requester: s.t.Requester, Request: s.request(s.t.Turns),
		Reuse: s.t.Reuse, Reports: s.t.Reports}
	if r := s.t.Reading; r != nil {
		b.Restatement, b.Assumptions, b.Rejected, b.Evidence = r.Restatement, s.t.Assumptions(), r.Rejected, r.Evidence
	}
	if spec := s.spec(); spec != nil {
		b.Spec = *spec
	}
	if s.t.Change != nil {
		b.Change = *s.t.Change
	}
	return b
}

// clone copies everything that a step may change in place. Values behind
// pointers (Reading, Change, …) are replaced, never written into.
func clone(t plan.Thread) plan.Thread {
	t.Turns = slices.Clone(t.Turns)
	t.Answers = slices.Clone(t.Answers)
	t.Questions = slices.Clone(t.Questions)
	t.Asked = slices.Clone(t.Asked)
	t.Linked = slices.Clone(t.Linked)
	t.Lessons = slices.Clone(t.Lessons)
	t.Reports = slices.Clone(t.Reports)
	t.Approvals = slices.Clone(t.Approvals)
	t.Carried = slices.Clone(t.Carried)
	t.Tried = slices.Clone(t.Tried)
	t.Early = slices.Clone(t.Early)
	t.Rounds = maps.Clone(t.Rounds)
	t.Slots = maps.Clone(t.Slots)
	t.Waiting = maps.Clone(t.Waiting)
	t.Later = maps.Clone(t.Later)
	t.Retries = maps.Clone(t.Retries)
	t.Posting = maps.Clone(t.Posting)
	t.Tries = maps.Clone(t.Tries)
	t.Proposals = slices.Clone(t.Proposals)
	return t
}

func set[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}
