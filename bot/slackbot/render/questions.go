package render

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// Actions of the buttons. Answer buttons have a number after the colon that makes them unique in their block.
const (
	ActionAnswer  = "answer:"
	ActionApprove = "approve"
	ActionCancel  = "cancel"
)

// answer is the value of an answer button.
type answer struct {
	Question string `json:"q"`
	Option   string `json:"o"`
}

// Answer is the value of the button that answers a question by an option, and false where Slack's limit does not
// hold it: then the question is answered in words.
func Answer(question, option string) (string, bool) {
	b, err := json.Marshal(answer{Question: question, Option: option})
	if err != nil || count(string(b)) > maxValue {
		return "", false
	}
	var back answer // JSON has no room for broken UTF-8
	if json.Unmarshal(b, &back) != nil || back.Question != question || back.Option != option {
		return "", false
	}
	return string(b), true
}

// ParseAnswer reads a value that Answer made.
func ParseAnswer(value string) (question, option string, ok bool) {
	var a answer
	if err := json.Unmarshal([]byte(value), &a); err != nil || a.Question == "" || a.Option == "" {
		return "", "", false
	}
	return a.Question, a.Option, true
}

func questions(p *page, m plan.Message) {
	p.room(1, maxHint)
	say(p, "", m.Text)
	open, options := 0, 0
	for i, q := range m.Questions {
		title := "*" + p.item(q.Text, 2*maxLine) + "*"
		if len(m.Questions) > 1 {
			title = fmt.Sprintf("*%d. %s*", i+1, p.item(q.Text, 2*maxLine))
		}
		if a := given(m.Answers, q.ID); a != nil {
			p.text(title, "✓ "+p.item(chosen(q, *a), maxLine))
			if b := rememberButton(q, *a); b != nil {
				p.add(buttonsSize([]slack.BlockElement{b}), slack.NewActionBlock("", b))
			}
			continue
		}
		open, options = open+1, options+len(q.Options)
		question(p, title, q)
	}
	p.maxBlocks, p.left = p.maxBlocks+1, p.left+maxHint
	p.small(hint(open, options))
}

const maxHint = 200

// hint says how to answer.
func hint(open, options int) string {
	text := "Press a button, or reply in this thread: a number, a label, or your own words."
	switch {
	case open == 0:
		return ""
	case options == 0:
		text = "Reply in this thread in your own words."
	}
	if open > 1 {
		text += " Several answers at once: “1, 2”, or a line each."
	}
	return text
}

// question shows one open question with its options, numbered from 1.
func question(p *page, title string, q plan.Question) {
	lines := []string{title}
	if q.Why != "" {
		lines = append(lines, p.item(q.Why, 2*maxLine))
	}
	var buttons []slack.BlockElement
	for n, o := range q.Options {
		l := fmt.Sprintf("%d. %s", n+1, p.item(o.Label, maxLine))
		if o.Default {
			l += " _(default)_"
		}
		if o.Detail != "" {
			l += " – " + p.item(o.Detail, maxLine)
		}
		lines = append(lines, l)
		if b := optionButton(n, o, q.ID); b != nil && len(buttons) < maxElements {
			buttons = append(buttons, b)
		}
	}
	p.text(lines...)
	if len(buttons) > 0 {
		p.add(buttonsSize(buttons), slack.NewActionBlock("", buttons...))
	}
}

func optionButton(n int, o plan.Option, question string) slack.BlockElement {
	value, ok := Answer(question, o.ID)
	if !ok {
		return nil
	}
	label := fmt.Sprintf("%d. %s", n+1, o.Label)
	if o.Default {
		short, _ := clip(line(label), maxButton-len(" (default)"))
		label = short + " (default)"
	}
	return slack.NewButtonBlockElement(fmt.Sprintf("%s%d", ActionAnswer, n+1), value, plain(label, maxButton))
}

func buttonsSize(list []slack.BlockElement) int {
	n := 0
	for _, e := range list {
		if b, ok := e.(*slack.ButtonBlockElement); ok {
			n += count(b.Text.Text)
		}
	}
	return n
}

func given(answers []plan.Answer, question string) *plan.Answer {
	for i := range answers {
		if answers[i].Question == question {
			return &answers[i]
		}
	}
	return nil
}

// chosen is an answer in words.
func chosen(q plan.Question, a plan.Answer) string {
	text := a.Text
	for _, o := range q.Options {
		if a.Option != "" && o.ID == a.Option {
			text = o.Label
		}
	}
	for _, id := range a.Also {
		for _, o := range q.Options {
			if o.ID == id {
				text += " and " + o.Label
			}
		}
	}
	if strings.TrimSpace(text) == "" {
		text = a.Option
	}
	if a.Assumed {
		text += " (the default)"
	}
	if a.Person.Name != "" && !a.Assumed {
		text += " – " + a.Person.Name
	}
	return text
}
