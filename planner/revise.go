package planner

import (
	"slices"

	"firstmile/planner/plan"
)

// revise has a reply read as a change of the request. Nothing else changes
// until the reading is there, so that "nice!" does not undo a proposal.
func (s *step) revise(m plan.Said, turns []plan.Turn) {
	s.reviseTo(m, turns, s.answers())
}

// reviseTo is revise with other answers to questions that are closed.
func (s *step) reviseTo(m plan.Said, turns []plan.Turn, answers []plan.Answer) {
	mention := m.Mention || s.t.Revision != nil && s.t.Revision.Mention
	if m.Mention {
		s.react(m.Message)
	}
	if s.t.Base.Project == "" { // nothing was resolved yet: the words join the request
		s.t.Turns = turns
		return
	}
	request := s.request(turns)
	request.Answers = answers
	effect := s.do(plan.Effect{Kind: plan.DoInterpret, Request: &request})
	s.t.Revision = &plan.Revision{Effect: effect, Turns: turns, Answers: answers, Mention: mention}
}

// corrected takes the new text of a message that was edited. Only messages that
// are part of the request or answered a question matter.
func (s *step) corrected(m plan.Said) {
	if s.fresh() {
		return
	}
	turns := slices.Clone(s.turns())
	i := slices.IndexFunc(turns, func(t plan.Turn) bool { return t.Message == m.Message })
	if i >= 0 && turns[i].Beside != "" { // an answer and a further wish in one message: both are said anew
		s.t.Turns = slices.DeleteFunc(slices.Clone(s.t.Turns), func(t plan.Turn) bool { return t.Message == m.Message })
		if s.t.Revision != nil {
			rev := *s.t.Revision
			rev.Turns = slices.Delete(turns, i, i+1)
			s.t.Revision = &rev
		}
		i = -1
	}
	if i < 0 {
		s.editedAnswer(m)
		return
	}
	if turns[i].Text == m.Text || m.Text == "" {
		return
	}
	turns[i].Text = m.Text
	if s.waiting() || s.t.Stage == plan.StageParked || s.t.Stage == plan.StageDeclined {
		s.stopTimers()
		s.closeQuestions()
		s.t.Turns, s.t.Stage = turns, plan.StageInterpreting
		s.do(plan.Effect{Kind: plan.DoInterpret, Request: ptr(s.request(turns))})
		return
	}
	s.revise(m, turns)
}

// revised takes the reading of a revision.
func (s *step) revised(r plan.Reading) {
	rev := *s.t.Revision
	if s.t.Stage == plan.StagePublishing {
		rev.Reading = &r
		s.t.Revision = &rev
		return
	}
	s.t.Revision = nil
	switch r.Outcome {
	case plan.OutcomeSpec, plan.OutcomeQuestions:
		if rev.Answers != nil {
			s.t.Answers = rev.Answers
		}
		s.replan(rev.Turns, r)
		return
	case plan.OutcomeChatter:
		if rev.Mention {
			s.post("", plan.Message{Kind: plan.SayHelp, Text: r.Message, Examples: s.cfg.Examples})
		}
	case plan.OutcomeDeclined:
		s.post("", plan.Message{Kind: plan.SayDeclined, Text: r.Message, Unknown: r.Unknown})
	case plan.OutcomeOutside:
		s.post("", plan.Message{Kind: plan.SayEscalated, Text: r.Message})
	}
	s.tryPublish()
}

// replan leaves the design so far and goes on with the revised request. The
// pull request, if there is one, is kept: the new design revises it.
func (s *step) replan(turns []plan.Turn, r plan.Reading) {
	s.forget()
	s.stopTimers()
	s.closeQuestions()
	s.staleProposal()
	s.t.Turns, s.t.Approvals, s.t.Carried = turns, nil, nil
	s.t.Attempts, s.t.Tried, s.t.Rounds = 0, nil, nil
	s.t.Revisions++
	s.t.Stage = plan.StageInterpreting
	s.adopt(r)
}
