package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstmile/planner/plan"
)

// timerWatch is the wait before the next look at a pull request.
const timerWatch = "watch"

// maxLooks and longestWatch bound how often and how far apart a pull request is looked at: with the usual hour, for about a month.
const (
	maxLooks     = 40
	longestWatch = 24 * time.Hour
)

// past is what shall be remembered of the thread as it stands; false while nothing is understood.
func (s *step) past() (plan.PastDesign, bool) {
	r := s.reading()
	if r.Spec == nil || len(s.t.Turns) == 0 {
		return plan.PastDesign{}, false
	}
	p := plan.PastDesign{Thread: s.t.ID, Project: s.t.Base.Project, Root: s.t.Root, Requester: s.t.Requester, At: s.t.Turns[0].At,
		State: s.pastState(), Title: r.Spec.Title, Meaning: r.Spec.Meaning(), PR: s.t.PR, Revisions: s.t.Revisions}
	for _, t := range s.t.Turns {
		p.Words = append(p.Words, t.Text)
	}
	for _, e := range r.Evidence {
		if !slices.Contains(p.Refs, e.Ref) {
			p.Refs = append(p.Refs, e.Ref)
		}
	}
	for _, a := range s.t.Answers {
		i := slices.IndexFunc(s.t.Asked, func(q plan.Question) bool { return q.ID == a.Question })
		if i < 0 || a.Option == "" {
			continue
		}
		for _, o := range s.t.Asked[i].Options {
			if o.ID == a.Option || slices.Contains(a.Also, o.ID) {
				p.Choices = append(p.Choices, plan.Choice{Question: a.Question, Option: o.ID, Label: o.Label, Assumed: a.Assumed})
			}
		}
	}
	switch {
	case s.t.Change != nil:
		p.Model = s.t.Change.Model
	case s.t.Reuse != nil:
		p.Model = s.t.Reuse.Model
	}
	if s.t.Stage == plan.StagePublished {
		for _, a := range s.t.Approvals {
			p.Approvals = append(p.Approvals, a.Person.ID)
		}
	}
	if w := s.t.Watched; w != nil {
		p.Comments = w.Comments
	}
	return p, true
}

func (s *step) pastState() plan.PastState {
	switch s.t.Stage {
	case plan.StageAnswered:
		return plan.PastExists
	case plan.StageCancelled, plan.StageDeclined, plan.StageEscalated:
		return plan.PastGivenUp
	case plan.StagePublished:
	default:
		return plan.PastOpen
	}
	switch w := s.t.Watched; {
	case w != nil && w.State == plan.PRMerged:
		return plan.PastMerged
	case w != nil && w.State == plan.PRClosed:
		return plan.PastClosed
	}
	return plan.PastPublished
}

// remember keeps what the thread has come to.
func (s *step) remember() {
	if p, ok := s.past(); ok {
		s.do(plan.Effect{Kind: plan.DoLearn, Past: &p})
	}
}

// recall keeps the request as it was just understood, and looks who else asks for the same. The design goes on meanwhile.
func (s *step) recall() {
	if p, ok := s.past(); ok {
		s.do(plan.Effect{Kind: plan.DoRecall, Past: &p})
	}
}

// recalled links the open requests that are alike, each once.
func (s *step) recalled(found []plan.PastDesign) {
	spec := s.reading().Spec
	if s.fresh() || spec == nil {
		return
	}
	found = slices.DeleteFunc(slices.Clone(found), func(p plan.PastDesign) bool {
		return p.Meaning != spec.Meaning() || slices.Contains(s.t.Linked, p.Thread)
	})
	if len(found) == 0 {
		return
	}
	var lines []string
	for _, p := range found {
		s.t.Linked = append(s.t.Linked, p.Thread)
		lines = append(lines, alike(p))
	}
	s.post("", plan.Message{Kind: plan.SayAlike, Text: strings.Join(lines, "\n") +
		"\nSay “stop” if that serves you as well; otherwise I go on.", Past: found})
}

// alike says which other request is the same: "This looks like what Ben asked in #data-requests on 2026-11-02 …".
func alike(p plan.PastDesign) string {
	who := p.Requester.Name
	if who == "" {
		who = "someone"
	}
	where := ""
	if p.Where != "" {
		where = " in " + p.Where
	}
	text := fmt.Sprintf("This looks like what %s asked%s on %s (same measures, grain and split)", who, where, p.At.UTC().Format(time.DateOnly))
	if p.PR != nil && p.PR.Number > 0 {
		return fmt.Sprintf("%s, open as pull request #%d.", text, p.PR.Number)
	}
	return text + ", not published yet."
}

// watch waits for the next look at the pull request; a wait of zero takes an earlier one back.
func (s *step) watch() {
	wait := time.Duration(0)
	if pr := s.t.PR; pr != nil && pr.Number > 0 && s.t.Looks < maxLooks && s.cfg.Watch > 0 {
		wait = min(s.cfg.Watch<<min(s.t.Looks, 10), max(longestWatch, s.cfg.Watch))
	}
	if wait > 0 || s.t.Watched != nil {
		s.timer(timerWatch, wait)
	}
}

// look asks the forge how the pull request stands.
func (s *step) look() {
	if s.t.PR == nil {
		return
	}
	s.t.Looks++
	s.do(plan.Effect{Kind: plan.DoWatch, Project: s.t.Base.Project, Prior: s.t.PR})
}

// watched takes how the pull request stands: what people wrote and how it ended is remembered.
func (s *step) watched(now plan.PRStatus) {
	before := s.t.Watched
	s.t.Watched = &now
	fresh := before == nil || before.State != now.State || len(before.Comments) != len(now.Comments)
	if fresh && s.t.Stage == plan.StagePublished { // a revision under way is not what stands in the pull request
		s.remember()
	}
	switch {
	case now.State == plan.PROpen:
		s.watch()
	case before != nil && before.State == now.State:
	case now.State == plan.PRMerged:
		s.post("", plan.Message{Kind: plan.SayNote, Text: "The pull request was merged: " + s.t.PR.String()})
	default:
		s.post("", plan.Message{Kind: plan.SayNote, Text: "The pull request was closed without being merged: " + s.t.PR.String() + ". A reply here makes a new one."})
	}
}
