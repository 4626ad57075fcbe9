package planner

import (
	"firstmile/planner/plan"
)

// Slots under which a thread remembers messages that it will change.
const (
	slotProgress  = "progress"
	slotQuestions = "questions"
	slotProposal  = "proposal"
	// slotOvertaken takes a proposal that was overtaken before it was even posted.
	slotOvertaken = "overtaken"
)

// maxEarly bounds the reactions kept while a post is under way.
const maxEarly = 50

// post says something once. With a slot, the message can be changed later.
func (s *step) post(slot string, m plan.Message) {
	id := s.do(plan.Effect{Kind: plan.DoPost, Slot: slot, Message: &m})
	if slot != "" {
		set(&s.t.Posting, id, slot)
	}
}

func (s *step) react(m plan.MessageRef) {
	s.do(plan.Effect{Kind: plan.DoReact, Target: m, Emoji: "eyes"})
}

// show posts the message of a slot, or brings the posted one up to date. While
// the first version is still on its way, the newest content waits for it.
func (s *step) show(slot string, m plan.Message) {
	if ref, ok := s.t.Slots[slot]; ok {
		s.do(plan.Effect{Kind: plan.DoEdit, Target: ref, Slot: slot, Message: &m})
		return
	}
	if s.unposted(slot) {
		set(&s.t.Later, slot, m)
		return
	}
	s.post(slot, m)
}

// unposted reports whether the slot's message is on its way.
func (s *step) unposted(slot string) bool {
	for id, sl := range s.t.Posting {
		if _, waiting := s.t.Waiting[id]; waiting && sl == slot {
			return true
		}
	}
	return false
}

// posted learns where a message is, shows what it should say by now, and takes
// up the reactions that came before.
func (s *step) posted(effect plan.EffectID, ref *plan.MessageRef) {
	slot, ok := s.t.Posting[effect]
	delete(s.t.Posting, effect)
	if !ok || ref == nil {
		return
	}
	if n, ok := lessonSlot(slot); ok {
		s.lessonPosted(n, *ref)
		return
	}
	if slot == slotOvertaken {
		s.t.Proposals = append(s.t.Proposals, *ref)
		s.do(plan.Effect{Kind: plan.DoEdit, Target: *ref, Message: &plan.Message{Kind: plan.SayNote,
			Text: "This proposal was overtaken by a newer one."}})
		return
	}
	set(&s.t.Slots, slot, *ref)
	if slot == slotProposal {
		s.t.Proposals = append(s.t.Proposals, *ref)
	}
	if m, ok := s.t.Later[slot]; ok {
		delete(s.t.Later, slot)
		s.show(slot, m)
	}
	if slot == slotProposal {
		s.takeEarly()
	}
}

// overtake makes sure that a message still on its way with an older proposal
// never becomes the one that a newer proposal is approved on.
func (s *step) overtake() {
	for id, slot := range s.t.Posting {
		if slot == slotProposal {
			s.t.Posting[id] = slotOvertaken
		}
	}
	delete(s.t.Later, slotProposal)
	delete(s.t.Slots, slotProposal)
}

func (s *step) early(e plan.Event) {
	if len(s.t.Early) < maxEarly {
		s.t.Early = append(s.t.Early, e)
	}
}

// takeEarly takes up the reactions and presses that came before it was known where their message is.
func (s *step) takeEarly() {
	early := s.t.Early
	s.t.Early = nil
	for _, e := range early {
		s.dispatch(e)
	}
}

// closeQuestions shows the questions as settled, without buttons, also when their message is still on its way.
func (s *step) closeQuestions() {
	if len(s.t.Questions) == 0 {
		return
	}
	s.t.Questions = nil
	s.replaceQuestions("These questions are closed.")
}

// replaceQuestions puts a line in the place of the posted questions.
func (s *step) replaceQuestions(text string) {
	if _, posted := s.t.Slots[slotQuestions]; posted || s.unposted(slotQuestions) {
		s.show(slotQuestions, plan.Message{Kind: plan.SayQuestions, Text: text})
	}
}

// progress shows how far the design is, in one message that is updated.
func (s *step) progress() {
	order := []struct {
		name   string
		stages []plan.Stage
	}{
		{"Write the model, its tests and descriptions", []plan.Stage{plan.StageSynthesizing, plan.StageCovering, plan.StageDocumenting}},
		{"Check it on data", []plan.Stage{plan.StageChecking}},
	}
	at := len(order)
	for i, o := range order {
		for _, st := range o.stages {
			if st == s.t.Stage {
				at = i
			}
		}
	}
	m := plan.Message{Kind: plan.SayProgress, Text: "Working on it"}
	for i, o := range order {
		p := plan.ProgressStep{Name: o.name, State: plan.StepWaiting}
		switch {
		case i < at:
			p.State = plan.StepDone
		case i == at:
			p.State = plan.StepRunning
		}
		m.Steps = append(m.Steps, p)
	}
	if at == len(order) {
		m.Text = "Done: the proposal is below"
	}
	s.show(slotProgress, m)
}
