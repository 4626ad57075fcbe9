package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"firstmile/planner/plan"
	"firstmile/planner/verify"
)

// A lesson is a word that shall mean something in the glossary. It goes its own way beside the design: made into a
// change, checked, shown, approved for its digest, published as a pull request of its own. Nothing of it touches the design.

// pin is the reaction that asks to remember the answers of a question message.
const pin = "pushpin"

const lessonPrefix = "lesson:"

func lessonSlot(slot string) (int, bool) {
	rest, ok := strings.CutPrefix(slot, lessonPrefix)
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil
}

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
		if q.ID != question {
			continue
		}
		for _, a := range s.answers() {
			for _, o := range q.Options {
				if a.Option == o.ID && q.Memorable(a) {
					s.teach(plan.Lesson{Word: q.Subject, Means: o.Label, Ref: o.ID, Person: by, At: s.at})
					return
				}
			}
		}
	}
	s.post("", plan.Message{Kind: plan.SayNote, To: &by, Text: "There is no answer there that a glossary could hold. Say it as “remember: WORD means …”."})
}

// rememberAnswers makes a lesson of each answer to the questions shown last.
func (s *step) rememberAnswers(by plan.Person) {
	for _, q := range s.t.Asked {
		answered := slices.ContainsFunc(s.answers(), func(a plan.Answer) bool {
			return q.Memorable(a)
		})
		if answered {
			s.rememberAnswer(q.ID, by)
		}
	}
}

// teach begins a lesson, unless the same one is under way.
func (s *step) teach(l plan.Lesson) {
	for _, old := range s.t.Lessons {
		if old.Stage != plan.LessonDropped && strings.EqualFold(old.Lesson.Word, l.Word) && old.Lesson.Means == l.Means {
			s.post("", plan.Message{Kind: plan.SayNote, To: &l.Person, Text: "That is proposed already: look for it in this thread."})
			return
		}
	}
	n := len(s.t.Lessons) + 1
	s.t.Lessons = append(s.t.Lessons, plan.LessonState{N: n, Lesson: l, Stage: plan.LessonReading})
	s.lessonDo(n, plan.Effect{Kind: plan.DoTeach, Project: s.t.Project, Lesson: &l})
}

func (s *step) lessonDo(n int, e plan.Effect) {
	set(&s.t.Learning, s.do(e), n)
}

// lesson is the lesson that an effect belongs to, to be changed in place; nil when it was dropped.
func (s *step) lesson(id plan.EffectID) *plan.LessonState {
	n := s.t.Learning[id]
	delete(s.t.Learning, id)
	if n < 1 || n > len(s.t.Lessons) || s.t.Lessons[n-1].Stage == plan.LessonDropped {
		return nil
	}
	return &s.t.Lessons[n-1]
}

func (s *step) taught(id plan.EffectID, t plan.Teaching) {
	l := s.lesson(id)
	if l == nil || l.Stage != plan.LessonReading {
		return
	}
	l.Teaching, l.Reports = &t, nil
	s.lessonDo(l.N, plan.Effect{Kind: plan.DoProve, Change: &t.Change})
}

func (s *step) lessonVerdict(l plan.LessonState) verify.Verdict {
	return verify.Decide(verify.GlossaryPolicy(), l.Teaching.Change.Digest(), l.Reports)
}

func (s *step) proven(id plan.EffectID, r plan.Report) {
	l := s.lesson(id)
	if l == nil || l.Stage != plan.LessonReading {
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
	early := s.t.Early
	s.t.Early = nil
	for _, e := range early {
		s.dispatch(e)
	}
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
	s.lessonDo(n, plan.Effect{Kind: plan.DoSpread, Brief: &brief, Teaching: l.Teaching})
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
	if l == nil || l.Stage != plan.LessonPublishing {
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
