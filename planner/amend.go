package planner

import (
	"slices"

	"firstmile/planner/plan"
)

// amended takes an earlier answer back after the questions were closed: "sorry, I meant usage region". Without such
// words a message that happens to name an option is a change of the request like any other.
func (s *step) amended(m plan.Said) bool {
	text, marked := correction(m.Text)
	return marked && s.reopen(m, text, true)
}

// reopen finds the one earlier answer that a text corrects: by an option's name, or with marked words by a number,
// "both" or "not sure", which concern the newest answer. It changes just that subject, and reports whether there was one.
func (s *step) reopen(m plan.Said, text string, marked bool) bool {
	settled := s.settledQuestions()
	if len(settled) == 0 {
		return false
	}
	if _, _, named := onlyMatch(s.open(), text); named {
		return false
	}
	target := settled
	if _, _, named := onlyMatch(settled, text); !named {
		if !marked {
			return false
		}
		newest := settled[len(settled)-1]
		if _, number := newest.MatchNumber(text); number || isBoth(text) || isDefault(text) {
			target = []plan.Question{newest}
		}
	}
	r := readReply(text, target)
	if r.unclear != "" || r.free {
		return false
	}
	s.amend(r, m)
	return true
}

// amend puts the corrected answers in place. While the rest of the same questions is open it waits for that; else the request is read
// again, and a design that is there already stays until it has been.
func (s *step) amend(r reply, m plan.Said) {
	answers, same := s.answers(), s.waiting() && r.rest == ""
	var about []plan.Question
	for _, a := range r.answers {
		about = append(about, s.t.Asked[slices.IndexFunc(s.t.Asked, func(q plan.Question) bool { return q.ID == a.Question })])
		a.Person, a.Message = m.Person, m.Message
		answers = settled(answers, a)
		same = same && slices.ContainsFunc(s.t.Questions, func(q plan.Question) bool { return q.ID == a.Question })
	}
	turns := slices.Clone(s.turns())
	if r.rest != "" {
		t := s.turnOf(m, true)
		t.Text, t.Beside = r.rest, r.answers[len(r.answers)-1].Question
		turns = append(turns, t)
	}
	switch {
	case same:
		s.t.Answers = answers
		s.afterAnswer()
	case s.waiting():
		s.stopTimers()
		s.closeQuestions()
		s.t.Turns, s.t.Answers, s.t.Questions, s.t.Stage = turns, answers, about, plan.StageInterpreting
		s.do(plan.Effect{Kind: plan.DoInterpret, Request: ptr(s.request(turns))})
	default:
		s.reviseTo(m, turns, answers)
	}
}

// answers are those given so far, with a revision that is still being read.
func (s *step) answers() []plan.Answer {
	if s.t.Revision != nil && s.t.Revision.Answers != nil {
		return s.t.Revision.Answers
	}
	return s.t.Answers
}

// settledQuestions are the questions of this design that have an answer, the newest answer last. Which project is meant is
// not among them: another project is another request.
func (s *step) settledQuestions() []plan.Question {
	var out []plan.Question
	for _, a := range s.answers() {
		i := slices.IndexFunc(s.t.Asked, func(q plan.Question) bool { return q.ID == a.Question && q.Kind != plan.AskProject })
		if i >= 0 {
			out = append(out, s.t.Asked[i])
		}
	}
	return out
}

// editedAnswer takes the new text of a message that answered questions: it answers the same ones anew.
func (s *step) editedAnswer(m plan.Said) bool {
	var about []plan.Question
	for _, q := range s.settledQuestions() {
		if slices.ContainsFunc(s.answers(), func(a plan.Answer) bool { return a.Question == q.ID && a.Message == m.Message }) {
			about = append(about, q)
		}
	}
	if len(about) == 0 || m.Text == "" {
		return false
	}
	text, _ := correction(m.Text)
	r := readReply(text, about)
	if r.unclear != "" {
		s.post("", plan.Message{Kind: plan.SayNote, Text: r.unclear})
		return true
	}
	s.amend(r, m)
	return true
}
