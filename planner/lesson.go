package planner

import (
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// A lesson is a word that shall mean something in the glossary. It goes its own way beside the design: made into a
// change, checked, shown, approved for its digest, published as a pull request of its own. Nothing of it touches the design.

// pin is the reaction that asks to remember the answers of a question message.
const pin = "pushpin"

// defines takes a message that says what a word means. Where the word is what was asked about, it answers that as well.
func (s *step) defines(m plan.Said) bool {
	word, means, explicit, ok := definition(m.Text)
	if !ok || s.fresh() && !m.Mention || !explicit && !m.Mention && !s.asked(word) {
		return false
	}
	l := plan.Lesson{Word: word, Means: means, Person: m.Person, At: s.at}
	if s.t.Project == "" {
		switch {
		case m.Project != "":
			s.t.Project = m.Project
		case len(s.cfg.Projects) == 1:
			s.t.Project = s.cfg.Projects[0]
		default:
			s.post("", plan.Message{Kind: plan.SayNote, Text: "Several dbt projects serve this channel, each with its own words. Say that in a thread in which the project is settled."})
			return true
		}
	}
	if s.t.Root.IsZero() {
		s.t.Root = m.Message
	}
	if m.Mention {
		s.react(m.Message)
	}
	for _, q := range slices.Concat(s.open(), s.settledQuestions()) {
		if q.Subject != strings.ToLower(word) {
			continue
		}
		r := readReply(means, []plan.Question{q})
		if r.free || r.unclear != "" || r.rest != "" || len(r.answers) != 1 || len(r.answers[0].Also) > 0 || r.answers[0].Assumed {
			break
		}
		l.Ref = r.answers[0].Option
		s.teach(l)
		if !s.fresh() && !s.answeredSo(r.answers[0]) {
			m.Mention = false // it has its 👀
			s.amend(r, m)
		}
		return true
	}
	s.teach(l)
	return true
}

// asked reports whether there was a question about a word.
func (s *step) asked(word string) bool {
	return slices.ContainsFunc(s.t.Asked, func(q plan.Question) bool { return q.Subject == strings.ToLower(word) })
}

// answeredSo reports whether the question has this very answer already.
func (s *step) answeredSo(a plan.Answer) bool {
	return slices.ContainsFunc(s.answers(), func(old plan.Answer) bool {
		return old.Question == a.Question && old.Option == a.Option && len(old.Also) == 0
	})
}

// rememberAnswer makes a lesson of one answer.
func (s *step) rememberAnswer(question string, by plan.Person) {
	for _, q := range s.t.Asked {
		if q.ID == question && s.remembered(q, by) {
			return
		}
	}
	s.post("", plan.Message{Kind: plan.SayNote, To: &by, Text: "There is no answer there that a glossary could hold. Say it as “remember: WORD means …”."})
}

// rememberAnswers makes a lesson of each answer in this design.
func (s *step) rememberAnswers(by plan.Person) {
	for _, q := range s.t.Asked {
		s.remembered(q, by)
	}
}

// remembered makes a lesson of the answer to a question, if there is one that a glossary can hold.
func (s *step) remembered(q plan.Question, by plan.Person) bool {
	for _, a := range s.answers() {
		i := slices.IndexFunc(q.Options, func(o plan.Option) bool { return o.ID == a.Option })
		if i >= 0 && q.Memorable(a) {
			s.teach(plan.Lesson{Word: q.Subject, Means: q.Options[i].Label, Ref: a.Option, Person: by, At: s.at})
			return true
		}
	}
	return false
}

// teach begins a lesson, unless the same one is under way.
func (s *step) teach(l plan.Lesson) {
	for _, old := range s.t.Lessons {
		if old.Stage != plan.LessonDropped && strings.EqualFold(old.Lesson.Word, l.Word) && old.Lesson.Means == l.Means {
			s.post("", plan.Message{Kind: plan.SayNote, To: &l.Person, Text: "That is proposed already: look for it in this thread."})
			return
		}
	}
	id := s.do(plan.Effect{Kind: plan.DoTeach, Project: s.t.Project, Lesson: &l})
	s.t.Lessons = append(s.t.Lessons, plan.LessonState{N: len(s.t.Lessons) + 1, Lesson: l, Stage: plan.LessonReading, Effect: id})
}

// lesson is the lesson that waited for an effect, to be changed in place; nil when it was dropped.
func (s *step) lesson(id plan.EffectID) *plan.LessonState {
	i := slices.IndexFunc(s.t.Lessons, func(l plan.LessonState) bool { return l.Effect == id && l.Stage != plan.LessonDropped })
	if i < 0 {
		return nil
	}
	s.t.Lessons[i].Effect = ""
	return &s.t.Lessons[i]
}

// dropLessons ends what is not approved yet.
func (s *step) dropLessons() {
	for i := range s.t.Lessons {
		if l := &s.t.Lessons[i]; l.Stage == plan.LessonReading || l.Stage == plan.LessonProposed {
			l.Stage = plan.LessonDropped
			if l.Teaching != nil {
				s.showLesson(*l)
			}
		}
	}
}
