package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"firstmile/planner/plan"
	"firstmile/planner/verify"
)

// The way of a lesson once it is wished for: a change of the glossary that is checked, shown, approved and published.

// lessonPrefix begins the slots of lessons' messages.
const lessonPrefix = "lesson:"

func lessonSlot(slot string) (int, bool) {
	rest, ok := strings.CutPrefix(slot, lessonPrefix)
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil
}

func (s *step) taught(id plan.EffectID, t plan.Teaching) {
	l := s.lesson(id)
	if l == nil {
		return
	}
	l.Teaching, l.Reports = &t, nil
	l.Effect = s.do(plan.Effect{Kind: plan.DoProve, Change: &t.Change})
}

func (s *step) lessonVerdict(l plan.LessonState) verify.Verdict {
	return verify.Decide(verify.GlossaryPolicy(), l.Teaching.Change.Digest(), l.Reports)
}

func (s *step) proven(id plan.EffectID, r plan.Report) {
	l := s.lesson(id)
	if l == nil {
		return
	}
	l.Reports = []plan.Report{r}
	if v := s.lessonVerdict(*l); v.State != plan.Green {
		l.Stage = plan.LessonDropped
		s.post("", plan.Message{Kind: plan.SayNote, Text: fmt.Sprintf("I cannot put “%s” into the glossary like that: %s.", l.Lesson.Word, strings.Join(v.Reasons, "; "))})
		return
	}
	l.Stage = plan.LessonProposed
	s.post(lessonPrefix+strconv.Itoa(l.N), s.lessonMessage(*l))
}

func (s *step) lessonMessage(l plan.LessonState) plan.Message {
	t := l.Teaching
	c := plan.LessonCard{Digest: t.Change.Digest(), Title: t.Title, Diff: t.Diff, Checks: s.lessonVerdict(l).Checks, Emoji: s.cfg.Emoji,
		Approvers: lessonApprovers(*t), Stage: l.Stage, PR: l.PR}
	for _, f := range t.Change.Files {
		c.Files = append(c.Files, f.Path)
	}
	if len(l.Approvals) > 0 {
		c.Approved = &l.Approvals[0].Person
	}
	return plan.Message{Kind: plan.SayLesson, Text: t.Text, Lesson: &c}
}

func (s *step) showLesson(l plan.LessonState) {
	if !l.Message.IsZero() {
		s.do(plan.Effect{Kind: plan.DoEdit, Target: l.Message, Message: ptr(s.lessonMessage(l))})
	}
}

// lessonPosted learns where a lesson is shown, and takes up what people did before that was known.
func (s *step) lessonPosted(n int, ref plan.MessageRef) {
	if n < 1 || n > len(s.t.Lessons) {
		return
	}
	l := &s.t.Lessons[n-1]
	l.Message = ref
	if l.Stage != plan.LessonProposed {
		s.showLesson(*l)
	}
	s.takeEarly()
}

// lessonOf finds the lesson shown in a message.
func (s *step) lessonOf(m plan.MessageRef) (int, bool) {
	for _, l := range s.t.Lessons {
		if l.Teaching != nil && l.Message == m && !m.IsZero() {
			return l.N, true
		}
	}
	return 0, false
}

// pressedOnLesson takes a press that belongs to a lesson. One whose message is still on its way waits for that.
func (s *step) pressedOnLesson(p plan.Pressed, e plan.Event) bool {
	if n, ok := s.lessonOf(p.Message); ok {
		s.approveLesson(n, plan.Approval{Person: p.Person, Digest: p.Digest, Message: p.Message, At: s.at})
		return true
	}
	for _, l := range s.t.Lessons {
		if l.Teaching != nil && l.Message.IsZero() && l.Stage == plan.LessonProposed && l.Teaching.Change.Digest() == p.Digest {
			if s.lessonUnposted() {
				s.early(e)
			}
			return true
		}
	}
	return false
}

// reactedToLesson takes a reaction that belongs to a lesson, or may belong to one whose message is still on its way.
func (s *step) reactedToLesson(r plan.Reacted, e plan.Event) bool {
	if n, ok := s.lessonOf(r.Message); ok {
		if r.Added {
			digest := s.t.Lessons[n-1].Teaching.Change.Digest()
			s.approveLesson(n, plan.Approval{Person: r.Person, Digest: digest, Message: r.Message, At: s.at, Emoji: r.Emoji})
		}
		return true
	}
	known := r.Message == s.t.Slots[slotProposal] || slices.Contains(s.t.Proposals, r.Message) || s.unposted(slotProposal)
	if !known && s.lessonUnposted() {
		s.early(e)
		return true
	}
	return false
}

// lessonUnposted reports whether a lesson's message is on its way.
func (s *step) lessonUnposted() bool {
	for id, slot := range s.t.Posting {
		_, waiting := s.t.Waiting[id]
		if _, ok := lessonSlot(slot); ok && waiting {
			return true
		}
	}
	return false
}

// approveLesson takes a yes to the digest that was shown. One is enough.
func (s *step) approveLesson(n int, a plan.Approval) {
	l := &s.t.Lessons[n-1]
	switch {
	case l.Stage == plan.LessonPublishing || l.Stage == plan.LessonPublished:
		return // the same yes once more
	case l.Stage != plan.LessonProposed:
		s.refuse(a.Person, "That change of the glossary was dropped. Say it again to have it proposed anew.")
		return
	case a.Digest != l.Teaching.Change.Digest() || s.lessonVerdict(*l).State != plan.Green:
		s.refuse(a.Person, "These are not the files that were shown.")
		return
	case !l.Teaching.Approvers().May(a.Person, l.Lesson.Person):
		s.refuse(a.Person, "Your approval does not count for this change of the glossary: "+lessonApprovers(*l.Teaching)+".")
		return
	}
	l.Approvals, l.Stage = []plan.Approval{a}, plan.LessonPublishing
	s.showLesson(*l)
	brief := plan.Brief{Thread: lessonThread(s.t.ID, n), Requester: l.Lesson.Person, Change: l.Teaching.Change, Reports: l.Reports, Approval: &a}
	l.Effect = s.do(plan.Effect{Kind: plan.DoSpread, Brief: &brief, Teaching: l.Teaching})
}

// lessonApprovers says who may approve. The owner stands among the people and among the groups; once is enough to say.
func lessonApprovers(t plan.Teaching) string {
	a := t.Approvers()
	a.Groups = slices.DeleteFunc(slices.Clone(a.Groups), func(g string) bool { return g == t.Owner })
	return approversText(a, plan.Green)
}

// lessonThread is the name under which the forge knows a lesson: its pull request is not the design's.
func lessonThread(id plan.ThreadID, n int) plan.ThreadID {
	return plan.ThreadID(fmt.Sprintf("%s/lesson-%d", id, n))
}

func (s *step) spread(id plan.EffectID, pr plan.PR) {
	l := s.lesson(id)
	if l == nil {
		return
	}
	l.Stage, l.PR = plan.LessonPublished, &pr
	s.showLesson(*l)
	s.post("", plan.Message{Kind: plan.SayPublished, PR: &pr, Text: "The glossary's pull request is open: " + pr.String() + ". It holds once it is merged."})
}

// lessonFailed says why a lesson cannot be made or published. A failed publication can be approved again, unless the glossary has
// changed meanwhile: then it has to be made anew.
func (s *step) lessonFailed(f plan.EffectFailed) {
	l := s.lesson(f.Effect)
	if l == nil {
		return
	}
	text := f.Failure.Message
	switch {
	case f.Failure.Code == plan.CodeBaseMoved:
		l.Stage, l.Approvals = plan.LessonDropped, nil
		text = fmt.Sprintf("The glossary changed meanwhile. Say again what “%s” means, and I make the change anew.", l.Lesson.Word)
		s.showLesson(*l)
	case l.Stage == plan.LessonPublishing:
		l.Stage, l.Approvals = plan.LessonProposed, nil
		text += " The change stays proposed: approve it again once that is mended."
		s.showLesson(*l)
	default:
		l.Stage = plan.LessonDropped
	}
	s.post("", plan.Message{Kind: plan.SayNote, Text: text})
}
