package planner

import (
	"fmt"
	"time"

	"firstmile/planner/plan"
)

const retryPrefix = "retry:"

// failed takes an effect that did not succeed. For the moment: try again after
// a growing wait. For good: say so where it matters.
func (s *step) failed(f plan.EffectFailed) {
	kind, ok := s.t.Waiting[f.Effect]
	if !ok {
		return
	}
	if f.Failure.Class == plan.Transient && f.Again != nil && s.t.Tries[f.Effect] < s.cfg.MaxAttempts {
		s.later(f, *f.Again)
		return
	}
	delete(s.t.Waiting, f.Effect)
	delete(s.t.Tries, f.Effect)
	s.failedForGood(kind, f)
}

// later sets a timer after which the same effect, under the same id, is done again.
func (s *step) later(f plan.EffectFailed, e plan.Effect) {
	n := s.t.Tries[f.Effect] + 1
	e.Retry = n
	set(&s.t.Tries, f.Effect, n)
	wait := s.cfg.Backoff << (n - 1)
	if after := time.Duration(f.Failure.RetryAfterSeconds) * time.Second; after > wait {
		wait = after
	}
	name := retryPrefix + string(f.Effect)
	set(&s.t.Retries, name, e)
	s.timer(name, wait)
}

// retry does an effect again whose wait is over.
func (s *step) retry(timer string) {
	e, ok := s.t.Retries[timer]
	if !ok {
		return
	}
	delete(s.t.Retries, timer)
	if _, waiting := s.t.Waiting[e.ID]; waiting {
		s.out = append(s.out, e)
	}
}

func (s *step) failedForGood(kind plan.EffectKind, f plan.EffectFailed) {
	switch {
	case kind == plan.DoPost:
		delete(s.t.Posting, f.Effect)
	case kind == plan.DoTeach, kind == plan.DoProve, kind == plan.DoSpread:
		s.lessonFailed(f)
	case kind == plan.DoWatch:
		s.watch()
	case silent(kind):
		// A missing 👀 or an edit that failed is logged by the driver; the design goes on.
	case kind == plan.DoPublish:
		s.publishFailed(f.Failure)
	case kind == plan.DoInterpret && s.t.Revision != nil && s.t.Revision.Effect == f.Effect:
		s.t.Revision = nil
		s.post("", plan.Message{Kind: plan.SayFailed, Text: f.Failure.Message + " The design stays as it was."})
		s.tryPublish()
	case kind == plan.DoCheck && s.t.Stage == plan.StageProposed && s.t.Change != nil:
		s.checked(plan.Report{Digest: s.t.Change.Digest(), Level: plan.LevelDBT, Checks: []plan.Check{
			{Name: plan.CheckDBT, Status: plan.NotRun, Detail: f.Failure.Message}}})
	case kind == plan.DoSynthesize && f.Failure.Class == plan.Refused && s.t.Reuse.Extends():
		s.apart(f.Failure.Message)
	case kind == plan.DoSynthesize && f.Failure.Class == plan.Refused:
		s.callPerson(f.Failure.Message, s.t.Refused)
	default:
		s.giveUp(f.Failure)
	}
}

// giveUp says what went wrong and leaves the thread to people.
func (s *step) giveUp(f plan.Failure) {
	s.forget()
	s.t.Stage = plan.StageEscalated
	s.post("", plan.Message{Kind: plan.SayFailed, Text: f.Message})
	s.remember()
}

// timer asks for one wake-up; zero or less takes an earlier wish back.
func (s *step) timer(name string, after time.Duration) {
	s.t.Next++
	s.out = append(s.out, plan.Effect{ID: plan.EffectID(fmt.Sprintf("%s#%d", s.t.ID, s.t.Next)),
		Kind: plan.DoTimer, Timer: name, After: max(after, 0)})
}

func (s *step) stopTimers() {
	s.timer(timerRemind, 0)
	s.timer(timerPark, 0)
}
