package render

import (
	"strings"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// ActionRemember is the button that puts an answer into the glossary; its value is that of an answer button.
const ActionRemember = "remember"

// rememberButton asks to put an answer into the glossary; nil where the answer is none that a glossary holds.
func rememberButton(q plan.Question, a plan.Answer) slack.BlockElement {
	if !q.Memorable(a) {
		return nil
	}
	value, ok := Answer(q.ID, a.Option)
	if !ok {
		return nil
	}
	return slack.NewButtonBlockElement(ActionRemember, value, plain("📌 Remember that", maxButton))
}

// lesson shows a change of the glossary: what it says, its lines, its checks, and how to approve it.
func lesson(p *page, m plan.Message) {
	c := m.Lesson
	if c == nil {
		say(p, "", m.Text)
		return
	}
	p.text("📖 *Glossary: " + p.item(c.Title, 2*maxLine) + "*")
	say(p, "", m.Text)
	block, cut := fence(c.Diff, maxSQL)
	p.cut = p.cut || cut
	p.section(block)
	p.text(checks(p, c.Checks)...)
	switch c.Stage {
	case plan.LessonProposed:
		p.small(howToApprove(p, &plan.Proposal{Approvers: c.Approvers, Emoji: c.Emoji}))
		if c.Digest != "" && count(c.Digest) <= maxValue {
			b := slack.NewButtonBlockElement(ActionApprove, c.Digest, plain("Approve", maxButton)).WithStyle(slack.StylePrimary)
			p.add(buttonsSize([]slack.BlockElement{b}), slack.NewActionBlock("", b))
		}
	case plan.LessonDropped:
		p.small("⏹️ Dropped. Say it again to have it proposed anew.")
	case plan.LessonPublishing:
		p.small("🚀 Approved" + by(p, c.Approved) + ". The pull request is being opened.")
	case plan.LessonPublished:
		if c.PR != nil {
			p.text("🎉 Published" + by(p, c.Approved) + ": " + prText(p, c.PR))
		}
	}
}

func by(p *page, who *plan.Person) string {
	if who == nil || strings.TrimSpace(who.Name) == "" {
		return ""
	}
	return " by " + p.item(who.Name, maxLine)
}

func plainLesson(w *writer, c *plan.LessonCard) {
	w.say("%s\n%s", c.Title, c.Diff)
	for _, k := range c.Checks {
		w.say("%s %s – %s", checkMarks[k.Status], k.Name, k.Detail)
	}
	w.say("Who may approve: %s", c.Approvers)
}
