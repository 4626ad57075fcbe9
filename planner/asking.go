package planner

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// Names of the timers of a waiting question.
const (
	timerRemind = "remind"
	timerPark   = "park"
)

// interpreted takes a reading, of the request or of a revision of it.
func (s *step) interpreted(effect plan.EffectID, r plan.Reading) {
	if rev := s.t.Revision; rev != nil && rev.Effect == effect {
		s.revised(r)
		return
	}
	if s.t.Stage != plan.StageInterpreting || s.unreadAnswers(r) {
		return
	}
	s.adopt(r)
}

// unreadAnswers asks again when an answer in free words, several options at once, or what was said beside an answer could
// not be read: one unlucky reply must not end the design.
func (s *step) unreadAnswers(r plan.Reading) bool {
	if r.Outcome != plan.OutcomeDeclined && r.Outcome != plan.OutcomeChatter {
		return false
	}
	var again []plan.Question
	var words []string
	for _, q := range s.t.Questions {
		i := slices.IndexFunc(s.t.Answers, func(a plan.Answer) bool { return a.Question == q.ID })
		beside := slices.IndexFunc(s.t.Turns, func(t plan.Turn) bool { return t.Beside == q.ID })
		if i < 0 || s.t.Answers[i].Option != "" && len(s.t.Answers[i].Also) == 0 && beside < 0 {
			continue
		}
		said := s.t.Answers[i].Text
		if beside >= 0 {
			said = s.t.Turns[beside].Text
			s.t.Turns = slices.Delete(s.t.Turns, beside, beside+1)
		}
		if beside >= 0 || len(s.t.Answers[i].Also) == 0 { // why several options do not go together, the reading says
			words = append(words, "“"+said+"”")
		}
		s.t.Answers = slices.Delete(s.t.Answers, i, i+1)
		again = append(again, q)
	}
	if len(again) == 0 {
		return false
	}
	text := ""
	if len(words) > 0 {
		text = "I could not read " + strings.Join(words, " and ") + " as an answer. "
	}
	if r.Outcome == plan.OutcomeDeclined {
		text += r.Message
	}
	s.replaceQuestions("Asked again below.")
	s.post("", plan.Message{Kind: plan.SayNote, Text: strings.TrimSpace(text)})
	s.ask(again)
	return true
}

// adopt goes on from a reading of the current turns.
func (s *step) adopt(r plan.Reading) {
	s.t.Reading = &r
	switch r.Outcome {
	case plan.OutcomeSpec:
		if r.Spec != nil {
			s.t.Questions = nil
			s.restate(r)
			s.lookForReuse()
			s.recall()
			return
		}
	case plan.OutcomeQuestions:
		if len(r.Questions) > 0 {
			s.restate(r)
			s.ask(r.Questions)
			return
		}
	case plan.OutcomeDeclined:
		s.t.Stage = plan.StageDeclined
		s.post("", plan.Message{Kind: plan.SayDeclined, Text: r.Message, Unknown: r.Unknown})
		return
	case plan.OutcomeChatter:
		s.t.Stage, s.t.Turns = plan.StageNew, nil
		s.post("", plan.Message{Kind: plan.SayHelp, Text: r.Message, Examples: s.cfg.Examples})
		return
	case plan.OutcomeOutside:
		s.t.Stage = plan.StageEscalated
		s.post("", plan.Message{Kind: plan.SayEscalated, Text: r.Message})
		return
	}
	s.giveUp(plan.Failure{Class: plan.Permanent, Code: "empty_reading",
		Message: "I could not make sense of my own reading of this request. The log of the bot says why."})
}

// restate says the request back once per wording.
func (s *step) restate(r plan.Reading) {
	if r.Restatement == "" || s.t.Restated == r.Restatement {
		return
	}
	s.t.Restated = r.Restatement
	s.post("", plan.Message{Kind: plan.SayRestate, Text: r.Restatement})
}

// ask shows questions, or calls a person in when a subject was asked too often.
func (s *step) ask(questions []plan.Question) {
	questions = slices.Clone(questions[:min(len(questions), plan.MaxQuestions)])
	for _, q := range questions {
		s.t.Asked = slices.DeleteFunc(s.t.Asked, func(old plan.Question) bool { return old.ID == q.ID })
		s.t.Asked = append(s.t.Asked, q)
	}
	for _, q := range questions {
		if s.t.Rounds[q.Subject] >= s.cfg.MaxRounds {
			s.askOwner(q, questions)
			return
		}
	}
	for _, q := range questions {
		set(&s.t.Rounds, q.Subject, s.t.Rounds[q.Subject]+1)
	}
	s.t.Stage, s.t.Questions = plan.StageAsking, questions
	delete(s.t.Slots, slotQuestions)
	s.show(slotQuestions, s.questionsMessage())
	s.waitForAnswer()
}

// waitForAnswer starts the clock anew.
func (s *step) waitForAnswer() {
	s.timer(timerRemind, s.cfg.Remind)
	s.timer(timerPark, s.cfg.Park)
}

// askOwner calls in whoever the glossary names for the terms in question, else the data team. The questions stay open:
// an answer by anyone goes on.
func (s *step) askOwner(q plan.Question, questions []plan.Question) {
	call, who := q.Owners, strings.Join(q.Owners, " or ")
	if len(call) == 0 {
		call, who = s.t.Rules.Approvers.DataTeam, "Someone of the data team"
	}
	s.t.Stage, s.t.Questions = plan.StageEscalated, questions
	s.stopTimers()
	s.post("", plan.Message{Kind: plan.SayEscalated, Call: call, Text: fmt.Sprintf(
		"I asked about “%s” %d times and still cannot tell what is meant. %s should look at this thread: whoever names one of the options here, I go on with it.",
		q.Subject, s.cfg.MaxRounds, who)})
}

func (s *step) questionsMessage() plan.Message {
	text := "One question before I start:"
	if n := len(s.t.Questions); n > 1 {
		text = fmt.Sprintf("%d questions before I start:", n)
	}
	return plan.Message{Kind: plan.SayQuestions, Text: text, Questions: s.t.Questions, Answers: s.t.Answers}
}

// answered reads a message while questions are open: an answer to them, or the correction of an earlier one.
func (s *step) answered(m plan.Said) {
	open := s.open()
	if m.Text == "" || len(open) == 0 {
		return
	}
	text, marked := correction(m.Text)
	if s.reopen(m, text, marked) {
		return
	}
	if !marked {
		text = m.Text
	}
	r := readReply(text, open)
	if s.t.Stage == plan.StageEscalated && r.free {
		return // people talk among themselves about it
	}
	s.takeReply(r, m)
}

// takeReply settles what a message answers, and keeps a further wish in it as a turn of the request.
func (s *step) takeReply(r reply, m plan.Said) {
	if r.unclear != "" {
		s.post("", plan.Message{Kind: plan.SayNote, Text: r.unclear})
		return
	}
	for _, a := range r.answers {
		a.Person, a.Message = m.Person, m.Message
		s.settle(a)
	}
	if r.rest != "" {
		t := s.turnOf(m, true)
		t.Text, t.Beside = r.rest, r.answers[len(r.answers)-1].Question
		s.t.Turns = append(s.t.Turns, t)
	}
	s.afterAnswer()
}

// settle records an answer in the place of an earlier one to the same question.
func (s *step) settle(a plan.Answer) {
	s.t.Answers = settled(s.t.Answers, a)
}

func settled(answers []plan.Answer, a plan.Answer) []plan.Answer {
	rest := slices.DeleteFunc(slices.Clone(answers), func(old plan.Answer) bool { return old.Question == a.Question })
	return append(rest, a)
}

// pressedAnswer takes a click, which may also correct an answer while the others are still missing.
func (s *step) pressedAnswer(p plan.Pressed) {
	i := slices.IndexFunc(s.t.Questions, func(q plan.Question) bool { return q.ID == p.Question })
	if !s.waiting() || i < 0 || len(s.open()) == 0 {
		s.post("", plan.Message{Kind: plan.SayNote, To: &p.Person,
			Text: "That question is settled already. Reply in the thread to change the request, for example “sorry, I meant …”."})
		return
	}
	q := s.t.Questions[i]
	if p.Option == "" && p.Text != "" {
		s.takeReply(readReply(p.Text, []plan.Question{q}), plan.Said{Person: p.Person})
		return
	}
	if !slices.ContainsFunc(q.Options, func(o plan.Option) bool { return o.ID == p.Option }) {
		return
	}
	s.settle(plan.Answer{Question: q.ID, Option: p.Option, Person: p.Person})
	s.afterAnswer()
}

// waiting reports whether an answer would be taken.
func (s *step) waiting() bool {
	switch s.t.Stage {
	case plan.StageAsking, plan.StageParked, plan.StageEscalated:
		return len(s.t.Questions) > 0
	}
	return false
}

// afterAnswer waits for the rest, or interprets again.
func (s *step) afterAnswer() {
	s.show(slotQuestions, s.questionsMessage())
	if len(s.open()) > 0 {
		if s.t.Stage != plan.StageAsking {
			s.t.Stage = plan.StageAsking
			s.waitForAnswer()
		}
		return
	}
	s.stopTimers()
	for _, a := range s.t.Answers {
		if strings.HasPrefix(a.Question, string(plan.AskProject)+":") && s.t.Project == "" {
			if !slices.Contains(s.cfg.Projects, plan.ProjectID(a.Option)) {
				s.t.Answers = nil
				s.chooseProject()
				return
			}
			s.t.Project, s.t.Answers = plan.ProjectID(a.Option), nil
			s.resolve()
			return
		}
	}
	s.t.Stage = plan.StageInterpreting
	s.do(plan.Effect{Kind: plan.DoInterpret, Request: ptr(s.request(s.t.Turns))})
}

// open lists the questions without an answer given since they were asked.
func (s *step) open() []plan.Question {
	var out []plan.Question
	for _, q := range s.t.Questions {
		if !slices.ContainsFunc(s.t.Answers, func(a plan.Answer) bool { return a.Question == q.ID }) {
			out = append(out, q)
		}
	}
	return out
}

// fired takes a timer: a reminder, the end of waiting, or a retry.
func (s *step) fired(timer string) {
	switch {
	case timer == timerRemind && s.t.Stage == plan.StageAsking:
		s.post("", plan.Message{Kind: plan.SayNote,
			Text: "Still waiting for an answer above. Say “default” to take the marked options, or “cancel” to stop."})
	case timer == timerWatch:
		s.look()
	case timer == timerPark && s.t.Stage == plan.StageAsking:
		s.t.Stage = plan.StageParked
		s.post("", plan.Message{Kind: plan.SayNote,
			Text: "I'll leave it here for now. Answer the question whenever you like and I will go on."})
	default:
		s.retry(timer)
	}
}
