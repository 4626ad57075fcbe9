package planner

import (
	"firstmile/planner/plan"
)

// publish hands the approved bytes over. From here until the result the thread
// accepts no other design.
func (s *step) publish() {
	s.t.Stage, s.t.Attempts = plan.StagePublishing, 0
	s.stopTimers()
	s.showProposal()
	s.doPublish()
}

func (s *step) doPublish() {
	b := s.brief()
	a := s.t.Approvals[len(s.t.Approvals)-1]
	b.Approval = &a
	s.do(plan.Effect{Kind: plan.DoPublish, Brief: &b, Prior: s.t.PR})
}

func (s *step) published(pr plan.PR, d *plan.Description) {
	if s.t.Stage != plan.StagePublishing {
		return
	}
	again := s.t.PR != nil && s.t.PR.Branch == pr.Branch && s.t.PR.Number == pr.Number
	s.t.Stage, s.t.PR, s.t.Description = plan.StagePublished, &pr, d
	text := "The pull request is open: " + pr.String()
	switch {
	case pr.URL == "":
		text = "The files are on " + pr.String()
	case again:
		text = "The pull request has the new design: " + pr.String()
	}
	s.showProposal()
	s.post("", plan.Message{Kind: plan.SayPublished, Text: text, PR: &pr})
	s.t.Watched, s.t.Looks = nil, 0
	s.remember()
	s.watch()
	s.afterPublishing()
}

// afterPublishing goes on with a revision that came in meanwhile.
func (s *step) afterPublishing() {
	rev := s.t.Revision
	if rev == nil || rev.Reading == nil {
		return
	}
	s.revised(*rev.Reading)
}

// publishFailed keeps the proposal open for another try, or makes the files
// again on the branch's new head.
func (s *step) publishFailed(f plan.Failure) {
	s.t.Stage = plan.StageProposed
	if f.Code == plan.CodeBaseMoved {
		s.t.Carried, s.t.Approvals = s.t.Approvals, nil
		s.post("", plan.Message{Kind: plan.SayNote, Text: "The target branch moved. I am making and checking the files again on its new state."})
		s.resolve()
		return
	}
	s.t.Approvals = nil
	s.showProposal()
	s.post("", plan.Message{Kind: plan.SayFailed, Text: f.Message + " The proposal stays open: approve again once that is mended."})
	s.afterPublishing()
}
