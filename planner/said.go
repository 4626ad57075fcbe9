package planner

import (
	"slices"
	"strings"
	"time"

	"firstmile/planner/plan"
)

// said takes a message of a person: a new request, an answer, a revision, a
// correction of an earlier message, or the wish to stop.
func (s *step) said(m plan.Said) {
	m.Text = strings.TrimSpace(m.Text)
	switch {
	case m.Edited:
		s.corrected(m)
	case s.defines(m):
		// A word for the glossary.
	case s.fresh() && !m.Mention:
		// Nobody spoke to the bot.
	case isCancel(m.Text) && !s.fresh():
		s.cancel(m.Person)
	case s.fresh():
		s.begin(m)
	case s.waiting():
		s.answered(m)
	case m.Text == "" || isHelp(m.Text):
		if m.Mention {
			s.post("", plan.Message{Kind: plan.SayHelp, Text: helpText, Examples: s.cfg.Examples})
		}
	case s.amended(m):
		// An earlier answer was taken back.
	case s.t.Stage == plan.StageDeclined && s.reading().Spec == nil:
		s.begin(m)
	default:
		s.revise(m, append(slices.Clone(s.turns()), s.turnOf(m, len(s.turns()) > 0)))
	}
}

// fresh reports whether only a mention can make the thread do something.
func (s *step) fresh() bool {
	return s.t.Stage == plan.StageNew || s.t.Stage == plan.StageCancelled
}

func (s *step) turnOf(m plan.Said, revises bool) plan.Turn {
	return plan.Turn{Person: m.Person, Text: m.Text, Message: m.Message, At: s.at, Revises: revises}
}

// turns is the request so far, with a revision that is still being read.
func (s *step) turns() []plan.Turn {
	if s.t.Revision != nil {
		return s.t.Revision.Turns
	}
	return s.t.Turns
}

// begin starts a design in a new, cancelled or declined thread. A pull request
// of an earlier design in the same thread stays known only while it is the same design.
func (s *step) begin(m plan.Said) {
	s.forget()
	keep := s.t
	s.t = plan.Thread{ID: keep.ID, Stage: plan.StageNew, Root: keep.Root, Usage: keep.Usage, Next: keep.Next,
		Waiting: keep.Waiting, Retries: keep.Retries, Lessons: keep.Lessons, Early: keep.Early}
	for id, slot := range keep.Posting {
		if _, ok := lessonSlot(slot); ok {
			set(&s.t.Posting, id, slot)
		}
	}
	if s.t.Root.IsZero() {
		s.t.Root = m.Message
	}
	s.t.Requester, s.t.Project, s.t.Assume, s.t.AsOf = m.Person, m.Project, m.Assume, m.AsOf
	s.react(m.Message)
	if m.Text == "" || isHelp(m.Text) || isCancel(m.Text) {
		s.t.Stage = plan.StageNew
		s.post("", plan.Message{Kind: plan.SayHelp, Text: helpText, Examples: s.cfg.Examples})
		return
	}
	s.t.Turns = []plan.Turn{s.turnOf(m, false)}
	s.chooseProject()
}

// chooseProject asks which project is meant when the channel serves several.
func (s *step) chooseProject() {
	if s.t.Project == "" && len(s.cfg.Projects) == 1 {
		s.t.Project = s.cfg.Projects[0]
	}
	if s.t.Project != "" {
		s.resolve()
		return
	}
	if len(s.cfg.Projects) == 0 {
		s.giveUp(plan.Failure{Class: plan.Permanent, Code: "no_project",
			Message: "No dbt project is configured for this channel. Ask whoever runs the bot to add one under projects."})
		return
	}
	var options []plan.Option
	for _, p := range s.cfg.Projects {
		options = append(options, plan.Option{ID: string(p), Label: string(p)})
	}
	s.ask([]plan.Question{plan.NewQuestion(plan.AskProject, "project", "Which dbt project is this for?",
		"Several projects serve this channel.", options...)})
}

func (s *step) resolve() {
	s.t.Stage, s.t.Attempts = plan.StageResolving, 0
	s.do(plan.Effect{Kind: plan.DoResolve, Project: s.t.Project})
}

func (s *step) resolved(base plan.Base, rules *plan.Rules) {
	s.t.Base = base
	if rules != nil {
		s.t.Rules = *rules
	}
	if s.t.AsOf == "" {
		s.t.AsOf = s.t.Rules.AsOf
	}
	if s.t.AsOf == "" && len(s.t.Turns) > 0 {
		s.t.AsOf = s.t.Turns[0].At.UTC().Format(time.DateOnly)
	}
	if len(s.t.Carried) > 0 { // the branch moved while publishing: the Spec stands, the files are made again
		s.synthesize(nil)
		return
	}
	s.t.Stage = plan.StageInterpreting
	s.do(plan.Effect{Kind: plan.DoInterpret, Request: ptr(s.request(s.t.Turns))})
}

// request is what the interpreter reads.
func (s *step) request(turns []plan.Turn) plan.Request {
	return plan.Request{Base: s.t.Base, Turns: turns, Answers: s.t.Answers, Assume: s.t.Assume, AsOf: s.t.AsOf}
}

func (s *step) reading() plan.Reading {
	if s.t.Reading == nil {
		return plan.Reading{}
	}
	return *s.t.Reading
}

// cancel ends the design. What is published stays: closing a pull request is for people.
func (s *step) cancel(by plan.Person) {
	if s.t.Stage == plan.StagePublishing {
		s.post("", plan.Message{Kind: plan.SayNote, To: &by,
			Text: "Too late to stop: the pull request is being opened. Close it on GitHub if it is not wanted."})
		return
	}
	s.forget()
	s.stopTimers()
	s.dropLessons()
	text := "Stopped. Nothing was published. Mention me again when you want to go on."
	if s.t.PR != nil {
		text = "Stopped. The pull request stays as it is; close it on GitHub if it is not wanted."
	}
	s.closeQuestions()
	s.staleProposal()
	published := s.t.Stage == plan.StagePublished
	s.t.Stage, s.t.Revision, s.t.Approvals, s.t.Carried = plan.StageCancelled, nil, nil, nil
	s.post("", plan.Message{Kind: plan.SayCancelled, Text: text})
	if !published {
		s.remember()
	}
}

func ptr[T any](v T) *T { return &v }
