package planner

import (
	"slices"
	"strings"

	"firstmile/planner/plan"
	"firstmile/planner/verify"
)

// propose shows the change and waits for a yes. dbt, where it is required,
// runs on while people read.
func (s *step) propose(level plan.CheckLevel) {
	s.t.Stage = plan.StageProposed
	s.progress()
	s.overtake()
	s.t.Approvals = nil
	if carried := s.t.Carried; len(carried) > 0 {
		s.t.Carried = nil
		if carried[0].Digest == s.t.Change.Digest() {
			s.t.Approvals = carried
		} else {
			s.post("", plan.Message{Kind: plan.SayNote, Text: "The target branch moved and the files had to be made again differently. Please look once more and approve again."})
		}
	}
	s.show(slotProposal, s.proposalMessage())
	if level == plan.LevelEmbedded && s.t.Rules.DBT {
		s.check(plan.LevelDBT)
	}
	s.tryPublish()
}

// showProposal brings the posted proposal up to date.
func (s *step) showProposal() { s.show(slotProposal, s.proposalMessage()) }

func (s *step) proposalMessage() plan.Message {
	v, c, r := s.verdict(), s.t.Change, s.reading()
	p := plan.Proposal{Digest: c.Digest(), Restatement: r.Restatement, Model: c.Model, Path: c.ModelPath, Diff: c.Diff,
		Spec: s.spec(), Assumptions: s.t.Assumptions(), Checks: v.Checks, Reuse: s.t.Reuse, State: v.State,
		Reasons: v.Reasons, Approvers: approversText(s.t.Rules.Approvers, v.State), Emoji: s.cfg.Emoji, PR: s.publishedPR()}
	if r.Spec != nil {
		p.Title = r.Spec.Title
	}
	for _, f := range c.Files {
		p.Files = append(p.Files, f.Path)
		if f.Path == c.ModelPath {
			p.SQL = string(f.Content)
		}
	}
	for _, rep := range s.t.Reports {
		if rep.Preview != nil {
			p.Preview = rep.Preview
		}
	}
	if s.t.Stage == plan.StagePublishing || s.t.Stage == plan.StagePublished {
		if n := len(s.t.Approvals); n > 0 {
			p.Approved = &s.t.Approvals[n-1].Person
		}
	}
	return plan.Message{Kind: plan.SayProposal, Text: "Proposal: " + p.Title, Proposal: &p}
}

// publishedPR is the pull request once it holds the current change.
func (s *step) publishedPR() *plan.PR {
	if s.t.Stage == plan.StagePublished {
		return s.t.PR
	}
	return nil
}

// staleProposal marks the posted proposal as overtaken: it can no longer be approved.
func (s *step) staleProposal() {
	if s.t.Change == nil || len(s.t.Reports) == 0 || s.t.Stage != plan.StageProposed {
		return
	}
	m := s.proposalMessage()
	m.Proposal.Stale = true
	s.show(slotProposal, m)
}

// pressed takes a button. A press may arrive before the bot has heard that its message was posted.
func (s *step) pressed(p plan.Pressed, e plan.Event) {
	switch p.Button {
	case plan.PressRemember:
		s.rememberAnswer(p.Question, p.Person)
	case plan.PressAnswer:
		s.pressedAnswer(p)
	case plan.PressCancel:
		if !s.fresh() {
			s.cancel(p.Person)
		}
	case plan.PressApprove:
		if s.pressedOnLesson(p, e) {
			return
		}
		if s.unposted(slotProposal) {
			s.early(e)
			return
		}
		s.approve(plan.Approval{Person: p.Person, Digest: p.Digest, Message: p.Message, At: s.at})
	}
}

// reacted takes an emoji put on or taken off.
func (s *step) reacted(r plan.Reacted, e plan.Event) {
	if r.Emoji == pin && r.Added && r.Message == s.t.Slots[slotQuestions] {
		s.rememberAnswers(r.Person)
		return
	}
	if !slices.Contains(s.cfg.Emoji, r.Emoji) || s.reactedToLesson(r, e) {
		return
	}
	if s.unposted(slotProposal) {
		s.early(e)
		return
	}
	if !r.Added {
		s.withdraw(r)
		return
	}
	if r.Message != s.t.Slots[slotProposal] {
		if s.t.Change != nil && slices.Contains(s.t.Proposals, r.Message) {
			s.refuse(r.Person, "That proposal was overtaken by a newer one. Look at the newest proposal in the thread and approve that.")
		}
		return
	}
	digest := ""
	if s.t.Change != nil {
		digest = s.t.Change.Digest()
	}
	s.approve(plan.Approval{Person: r.Person, Digest: digest, Message: r.Message, At: s.at, Emoji: r.Emoji})
}

// approve takes one person's yes to one digest, or says why it does not count.
func (s *step) approve(a plan.Approval) {
	switch {
	case s.t.Stage == plan.StagePublishing || s.t.Stage == plan.StagePublished:
		if s.t.Change == nil || a.Digest != s.t.Change.Digest() {
			s.refuse(a.Person, "That proposal was overtaken by a newer one.")
		}
		return // the same yes once more
	case s.t.Stage != plan.StageProposed:
		s.refuse(a.Person, "There is nothing to approve here right now: the design is being worked on or was stopped.")
		return
	case a.Message != s.t.Slots[slotProposal] || a.Digest != s.t.Change.Digest():
		s.refuse(a.Person, "That proposal was overtaken by a newer one. Look at the newest proposal in the thread and approve that.")
		return
	}
	v := s.verdict()
	if !s.mayApprove(a.Person, v.State) {
		s.refuse(a.Person, "Your approval does not count for this proposal: "+approversText(s.t.Rules.Approvers, v.State)+".")
		return
	}
	if slices.ContainsFunc(s.t.Approvals, func(old plan.Approval) bool { return old.Person.ID == a.Person.ID }) {
		return
	}
	s.t.Approvals = append(s.t.Approvals, a)
	if s.tryPublish() {
		return
	}
	switch {
	case v.State == plan.Waiting:
		s.post("", plan.Message{Kind: plan.SayNote, To: &a.Person, Text: "Noted. The pull request opens as soon as the remaining checks are green."})
	case len(s.t.Approvals) < s.t.Rules.Approvers.Needed():
		s.post("", plan.Message{Kind: plan.SayNote, Text: "Noted. One more approval is needed."})
	}
}

func (s *step) mayApprove(p plan.Person, state plan.VerdictState) bool {
	if state == plan.Partial {
		return s.t.Rules.Approvers.InDataTeam(p)
	}
	return s.t.Rules.Approvers.May(p, s.t.Requester)
}

// withdraw takes an approval back while nothing has been published.
func (s *step) withdraw(r plan.Reacted) {
	if r.Message != s.t.Slots[slotProposal] {
		return
	}
	i := slices.IndexFunc(s.t.Approvals, func(a plan.Approval) bool { return a.Person.ID == r.Person.ID && a.Emoji == r.Emoji })
	if i < 0 {
		return
	}
	if s.t.Stage != plan.StageProposed {
		s.refuse(r.Person, "Too late to take the approval back: the pull request is open. Close it on GitHub if it is not wanted.")
		return
	}
	s.t.Approvals = slices.Delete(s.t.Approvals, i, i+1)
}

func (s *step) refuse(p plan.Person, why string) {
	s.post("", plan.Message{Kind: plan.SayRefused, To: &p, Text: why})
}

// counted lists the approvals that count for the verdict as it is now.
func (s *step) counted(state plan.VerdictState) []plan.Approval {
	var out []plan.Approval
	for _, a := range s.t.Approvals {
		if a.Digest == s.t.Change.Digest() && s.mayApprove(a.Person, state) {
			out = append(out, a)
		}
	}
	return out
}

// tryPublish publishes when the gate is content and enough people said yes to these very bytes.
func (s *step) tryPublish() bool {
	if s.t.Stage != plan.StageProposed || s.t.Revision != nil || s.t.Change == nil {
		return false
	}
	v := s.verdict()
	if v.State != plan.Green && v.State != plan.Partial {
		return false
	}
	if len(s.counted(v.State)) < s.t.Rules.Approvers.Needed() {
		s.tellUncounted(v)
		return false
	}
	s.publish()
	return true
}

// tellUncounted says to early approvers that their yes stopped counting because a check could not run.
func (s *step) tellUncounted(v verify.Verdict) {
	var keep []plan.Approval
	for _, a := range s.t.Approvals {
		if s.mayApprove(a.Person, v.State) {
			keep = append(keep, a)
			continue
		}
		s.refuse(a.Person, "Not everything could be checked ("+strings.Join(v.Reasons, "; ")+"), so your approval does not count: "+
			approversText(s.t.Rules.Approvers, v.State)+".")
	}
	s.t.Approvals = keep
}

// approversText says who may approve, to follow "… because " or to stand alone.
func approversText(a plan.Approvers, state plan.VerdictState) string {
	team := "nobody (no data team is configured)"
	if len(a.DataTeam) > 0 {
		team = "the data team (" + strings.Join(a.DataTeam, ", ") + ")"
	}
	if state == plan.Partial {
		return "only " + team + " may approve what could not be checked completely"
	}
	var who []string
	if a.Requester {
		who = append(who, "the requester")
	}
	if len(a.People) > 0 {
		who = append(who, strings.Join(a.People, ", "))
	}
	groups := slices.DeleteFunc(slices.Clone(a.Groups), func(g string) bool { return slices.Contains(a.DataTeam, g) })
	if len(groups) > 0 {
		who = append(who, "members of "+strings.Join(groups, ", "))
	}
	if len(a.DataTeam) > 0 || len(who) == 0 {
		who = append(who, team)
	}
	text := strings.Join(who, " or ") + " may approve"
	if a.Needed() == 2 {
		text = "two of: " + text
	}
	return text
}
