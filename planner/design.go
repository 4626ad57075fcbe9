package planner

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// The straight run from a Spec to a checked change: reuse, synthesize, cover,
// document, check. A red gate goes back to synthesize with the reasons.

func (s *step) lookForReuse() {
	s.t.Stage, s.t.Attempts, s.t.Reuse = plan.StageReusing, 0, nil
	s.do(plan.Effect{Kind: plan.DoReuse, Request: ptr(s.request(s.t.Turns)), Spec: s.t.Reading.Spec})
}

func (s *step) reused(r plan.Reuse) {
	if s.t.Stage != plan.StageReusing {
		return
	}
	s.t.Reuse = &r
	if r.Verdict == plan.Exists {
		s.t.Stage = plan.StageAnswered
		s.post("", plan.Message{Kind: plan.SayExists, Reuse: &r,
			Text: fmt.Sprintf("This exists already: %s. Say what is missing if you need something else.", r.Model)})
		s.remember()
		return
	}
	s.synthesize(nil)
}

// spec is what is made.
func (s *step) spec() *plan.Spec { return s.t.Made() }

// apart gives up an extension and goes on with a model of its own. It says so where the requester had named the model.
func (s *step) apart(why string) {
	old := *s.t.Reuse
	text := fmt.Sprintf("%s cannot be extended by this: %s", old.Model, why)
	s.t.Reuse = &plan.Reuse{Verdict: plan.New, Evidence: append([]string{text}, old.Evidence...)}
	if old.Asked {
		s.post("", plan.Message{Kind: plan.SayNote, Text: text + " I go on with a model of its own beside it."})
	}
	s.synthesize(nil)
}

// synthesize starts an attempt; reasons are the failed checks of the one before.
func (s *step) synthesize(reasons []plan.Check) {
	s.t.Stage, s.t.Change, s.t.Reports, s.t.Refused = plan.StageSynthesizing, nil, nil, reasons
	if len(reasons) == 0 {
		delete(s.t.Slots, slotProgress)
	}
	s.progress()
	s.do(plan.Effect{Kind: plan.DoSynthesize, Request: ptr(s.request(s.t.Turns)), Spec: s.spec(),
		Reuse: s.t.Reuse, Reasons: reasons})
}

func (s *step) synthesized(c plan.Change) {
	if s.t.Stage != plan.StageSynthesizing {
		return
	}
	s.t.Stage, s.t.Change = plan.StageCovering, &c
	s.do(plan.Effect{Kind: plan.DoCover, Spec: s.spec(), Change: &c})
}

func (s *step) covered(c plan.Change) {
	if s.t.Stage != plan.StageCovering {
		return
	}
	s.t.Stage, s.t.Change = plan.StageDocumenting, &c
	s.do(plan.Effect{Kind: plan.DoDocument, Brief: ptr(s.brief())})
}

// documented has the bytes that would be published: from here on they do not change.
func (s *step) documented(c plan.Change) {
	if s.t.Stage != plan.StageDocumenting {
		return
	}
	s.t.Change = &c
	if digest := c.Digest(); slices.Contains(s.t.Tried, digest) {
		s.callPerson("I came to the same design again that the checks had refused.", nil)
		return
	}
	s.t.Stage = plan.StageChecking
	s.progress()
	s.check(plan.LevelEmbedded)
}

func (s *step) check(level plan.CheckLevel) {
	s.do(plan.Effect{Kind: plan.DoCheck, Spec: s.spec(), Change: s.t.Change, Level: level})
}

// checked takes a report about the current change. One about other bytes
// counts for nothing, and whoever made it cannot be relied on.
func (s *step) checked(r plan.Report) {
	if s.t.Change == nil || s.t.Stage != plan.StageChecking && s.t.Stage != plan.StageProposed {
		return
	}
	if r.Digest != s.t.Change.Digest() {
		s.staleProposal()
		s.giveUp(plan.Failure{Class: plan.Permanent, Code: "foreign_report",
			Message: "The checks looked at other files than the ones proposed, so nothing is approved. The log of the bot says more."})
		return
	}
	s.t.Reports = append(s.t.Reports, r)
	v := s.verdict()
	if v.State == plan.Red {
		s.red(v.Failed())
		return
	}
	if s.t.Stage == plan.StageChecking {
		s.propose(r.Level)
		return
	}
	s.showProposal()
	s.tryPublish()
}

// red goes back to the synthesizer with the reasons, or to a person. Approvals
// given meanwhile were for bytes that turned out wrong: they are dropped.
func (s *step) red(failed []plan.Check) {
	s.t.Approvals, s.t.Carried = nil, nil
	if s.t.Stage == plan.StageProposed {
		s.showProposal()
	}
	s.t.Tried = append(s.t.Tried, s.t.Change.Digest())
	if s.t.Reuse.Extends() {
		s.staleProposal()
		s.apart(fmt.Sprintf("the check “%s” failed (%s).", failed[0].Name, failed[0].Detail))
		return
	}
	if len(s.t.Tried) >= s.cfg.MaxAttempts {
		s.callPerson(fmt.Sprintf("I tried %d designs and the checks refused each.", len(s.t.Tried)), failed)
		return
	}
	s.synthesize(failed)
}

// callPerson ends the run: someone of the data team has to look.
func (s *step) callPerson(text string, failed []plan.Check) {
	s.forget()
	s.staleProposal()
	var b strings.Builder
	b.WriteString(text)
	for _, c := range failed {
		fmt.Fprintf(&b, "\n• %s: %s", c.Name, c.Detail)
	}
	b.WriteString("\nNothing was published. Someone of the data team should take it from here; reply in the thread to change the request.")
	s.t.Stage = plan.StageEscalated
	s.post("", plan.Message{Kind: plan.SayEscalated, Text: b.String(), Call: s.t.Rules.Approvers.DataTeam})
	s.remember()
}
