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

// unreadAnswers asks again when an answer in free words could not be read in
// its question's place: one unlucky reply must not end the design.
func (s *step) unreadAnswers(r plan.Reading) bool {
	if r.Outcome != plan.OutcomeDeclined && r.Outcome != plan.OutcomeChatter {
		return false
	}
	var again []plan.Question
	var words []string
	for _, q := range s.t.Questions {
		i := slices.IndexFunc(s.t.Answers, func(a plan.Answer) bool { return a.Question == q.ID && a.Option == "" })
		if i >= 0 {
			words = append(words, "“"+s.t.Answers[i].Text+"”")
			s.t.Answers = slices.Delete(s.t.Answers, i, i+1)
			again = append(again, q)
		}
	}
	if len(again) == 0 {
		return false
	}
	text := "I could not read " + strings.Join(words, " and ") + " as an answer."
	if r.Outcome == plan.OutcomeDeclined {
		text += " " + r.Message
	}
	s.replaceQuestions("Asked again below.")
	s.post("", plan.Message{Kind: plan.SayNote, Text: text})
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
	for _, q := range questions {
		if s.t.Rounds[q.ID] >= s.cfg.MaxRounds {
			s.t.Stage, s.t.Questions = plan.StageEscalated, nil
			s.post("", plan.Message{Kind: plan.SayEscalated, Text: fmt.Sprintf(
				"I asked about “%s” %d times and still cannot tell what is meant. Someone of the data team should look at this thread.",
				q.Subject, s.cfg.MaxRounds)})
			return
		}
		set(&s.t.Rounds, q.ID, s.t.Rounds[q.ID]+1)
	}
	s.t.Stage, s.t.Questions = plan.StageAsking, questions
	delete(s.t.Slots, slotQuestions)
	s.show(slotQuestions, s.questionsMessage())
	s.timer(timerRemind, s.cfg.Remind)
	s.timer(timerPark, s.cfg.Park)
}

func (s *step) questionsMessage() plan.Message {
	text := "One question before I start:"
	if n := len(s.t.Questions); n > 1 {
		text = fmt.Sprintf("%d questions before I start:", n)
	}
	return plan.Message{Kind: plan.SayQuestions, Text: text, Questions: s.t.Questions, Answers: s.t.Answers}
}

// answered reads a reply to open questions. A line for each question answers
// them in order; a text that names an option of exactly one question answers
// that one; anything else is free text for the first open question, which the
// interpreter reads in the question's place.
func (s *step) answered(m plan.Said) {
	open := s.open()
	if m.Text == "" || len(open) == 0 {
		return
	}
	lines := nonEmptyLines(m.Text)
	if len(open) > 1 && len(lines) == len(open) {
		for i, q := range open {
			s.take(q, stripNumber(lines[i]), m.Person)
		}
		s.afterAnswer()
		return
	}
	if len(open) > 1 && !isDefault(m.Text) {
		if i, ok := onlyMatch(open, m.Text); ok {
			s.take(open[i], m.Text, m.Person)
			s.afterAnswer()
			return
		}
	}
	if isDefault(m.Text) {
		for _, q := range open {
			s.take(q, m.Text, m.Person)
		}
		s.afterAnswer()
		return
	}
	s.take(open[0], m.Text, m.Person)
	s.afterAnswer()
}

// take settles one question by a text.
func (s *step) take(q plan.Question, text string, by plan.Person) {
	a := plan.Answer{Question: q.ID, Text: text, Person: by}
	if o, ok := q.Match(text); ok {
		a.Option = o.ID
	} else if o, ok := q.DefaultOption(); ok && isDefault(text) {
		a.Option, a.Assumed = o.ID, true
	}
	s.settle(a)
}

// settle records an answer in the place of an earlier one to the same question.
func (s *step) settle(a plan.Answer) {
	s.t.Answers = slices.DeleteFunc(s.t.Answers, func(old plan.Answer) bool { return old.Question == a.Question })
	s.t.Answers = append(s.t.Answers, a)
}

func (s *step) pressedAnswer(p plan.Pressed) {
	i := slices.IndexFunc(s.open(), func(q plan.Question) bool { return q.ID == p.Question })
	if s.t.Stage != plan.StageAsking && s.t.Stage != plan.StageParked || i < 0 {
		s.post("", plan.Message{Kind: plan.SayNote, To: &p.Person,
			Text: "That question is settled already. Reply in the thread to change the request."})
		return
	}
	q := s.open()[i]
	if p.Option == "" && p.Text != "" {
		s.take(q, p.Text, p.Person)
		s.afterAnswer()
		return
	}
	if !slices.ContainsFunc(q.Options, func(o plan.Option) bool { return o.ID == p.Option }) {
		return
	}
	s.settle(plan.Answer{Question: q.ID, Option: p.Option, Person: p.Person})
	s.afterAnswer()
}

// afterAnswer waits for the rest, or interprets again.
func (s *step) afterAnswer() {
	s.show(slotQuestions, s.questionsMessage())
	if len(s.open()) > 0 {
		s.t.Stage = plan.StageAsking
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
	case timer == timerPark && s.t.Stage == plan.StageAsking:
		s.t.Stage = plan.StageParked
		s.post("", plan.Message{Kind: plan.SayNote,
			Text: "I'll leave it here for now. Answer the question whenever you like and I will go on."})
	default:
		s.retry(timer)
	}
}

func onlyMatch(questions []plan.Question, text string) (int, bool) {
	found, at := 0, 0
	for i, q := range questions {
		if _, ok := q.Match(text); ok {
			found, at = found+1, i
		}
	}
	return at, found == 1
}

func nonEmptyLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// stripNumber takes "2. " or "2) " off the front of a line that holds more.
func stripNumber(line string) string {
	i := 0
	for i < len(line) && line[i] >= '0' && line[i] <= '9' {
		i++
	}
	if i > 0 && i+1 < len(line) && (line[i] == '.' || line[i] == ')') && line[i+1] == ' ' {
		return strings.TrimSpace(line[i+1:])
	}
	return line
}
