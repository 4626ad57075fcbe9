package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// proposal shows everything a person needs to decide. It returns the SQL as a file when it is too long to be shown whole.
func proposal(p *page, m plan.Message, o Options) *File {
	if m.Proposal == nil {
		say(p, "", m.Text)
		return nil
	}
	d := m.Proposal
	tail := newPage()
	footer(tail, d)
	p.room(len(tail.blocks), maxMessage-tail.left) // the end is never squeezed out by what comes before
	p.header(firstOf(d.Title, m.Text))
	p.text(stateText(p, d)...)
	if d.Restatement != "" && d.Restatement != d.Title {
		say(p, "", d.Restatement)
	}
	p.text(extension(p, d)...)
	p.text(assumptions(p, d.Assumptions)...)
	preview(p, d)
	if o.Chart != "" {
		picture(p, d, o.Chart)
	}
	sql := sqlBlock(p, d)
	p.text(checks(p, d.Checks)...)
	p.blocks = append(p.blocks, tail.blocks...)
	p.cut = p.cut || tail.cut
	return sql
}

func firstOf(list ...string) string {
	for _, s := range list {
		if line(s) != "" {
			return s
		}
	}
	return "Proposal"
}

// stateLine is where the proposal stands, in plain words.
func stateLine(d *plan.Proposal) string {
	switch {
	case d.Stale:
		return "⏹️ Closed: a newer proposal took its place, or the request was stopped. It can no longer be approved."
	case d.PR != nil:
		return "🎉 Published."
	case d.Approved != nil:
		return "🚀 Approved. The pull request is being opened."
	}
	switch d.State {
	case plan.Green:
		return "🟢 Everything required is green. Ready to approve."
	case plan.Waiting:
		return "⏳ dbt running: green so far. An approval given now counts once everything is green."
	case plan.Partial:
		return "🟡 Nothing failed, but something required could not be checked."
	case plan.Red:
		return "🔴 A check failed. This cannot be approved as it is."
	}
	return "The checks have not reported yet."
}

func stateText(p *page, d *plan.Proposal) []string {
	l := stateLine(d)
	if d.Approved != nil && d.Approved.Name != "" && !d.Stale {
		l += " Approved by " + p.item(d.Approved.Name, maxLine) + "."
	}
	if d.PR != nil {
		l += " " + prText(p, d.PR)
	}
	lines := []string{l}
	if !d.Stale && d.State != plan.Green {
		lines = append(lines, bullets(p, d.Reasons)...)
	}
	return lines
}

func assumptions(p *page, list []plan.Assumption) []string {
	if len(list) == 0 {
		return nil
	}
	lines := []string{"*Assumptions*"}
	for _, major := range []bool{true, false} {
		for _, a := range list {
			switch {
			case a.Major != major:
			case major:
				lines = append(lines, "⚠️ *"+p.item(a.Text, maxLine)+"* (changes the numbers)")
			default:
				lines = append(lines, "• "+p.item(a.Text, maxLine))
			}
		}
	}
	return lines
}

// extension says which model is edited, why that one, and how to have another.
func extension(p *page, d *plan.Proposal) []string {
	if !d.Reuse.Extends() {
		return nil
	}
	lines := []string{"*Extends* " + code(cropped(p, d.Model)) + ", which has these rows already; its own columns stay as they are."}
	lines = append(lines, bullets(p, d.Reuse.Evidence)...)
	if !d.Stale && d.Approved == nil && d.PR == nil {
		lines = append(lines, "Reply “"+plan.AsNewModel+"” to have one of its own instead.")
	}
	return lines
}

func sqlBlock(p *page, d *plan.Proposal) *File {
	if strings.TrimSpace(d.SQL) == "" {
		return nil
	}
	title, shown := "*SQL*", d.SQL
	if d.Diff != "" {
		title, shown = "*Changed lines of*", d.Diff
	}
	if path := code(cropped(p, firstOf(d.Path, d.Model))); path != "" {
		title += " " + path
	}
	block, cut := fence(shown, maxSQL)
	if count(block) > p.left-count(title)-200 { // the rest of the message is long: show less, never nothing
		block, cut = fence(shown, max(p.left-count(title)-1_000, 200))
	}
	p.text(title)
	fits := p.add(count(block), slack.NewSectionBlock(rich(block), nil, nil))
	if !cut && fits {
		return nil
	}
	p.small("The SQL is shortened here. The whole file is in this thread.")
	return &File{Name: fileName(d.Path, d.Model), Content: []byte(d.SQL)}
}

// fileName is the last part of a path, or a name made of the model's.
func fileName(path, model string) string {
	if name := path[strings.LastIndex(path, "/")+1:]; name != "" {
		return safeName(name, "model.sql")
	}
	return safeName(model, "model") + ".sql"
}

// safeName keeps what a file's name may consist of everywhere.
func safeName(name, otherwise string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, name)
	name = name[max(len(name)-100, 0):]
	if strings.Trim(name, "._-") == "" {
		return otherwise
	}
	return name
}

var checkMarks = map[plan.CheckStatus]string{plan.Passed: "✅", plan.Failed: "❌", plan.NotRun: "▫️"}

// checkLabels are the checks in people's words.
var checkLabels = map[string]string{
	plan.CheckPaths: "Only allowed files are touched", plan.CheckYAML: "YAML is valid, existing lines are kept",
	plan.CheckJinja: "Only harmless Jinja", plan.CheckSelect: "One SELECT, no side effects",
	plan.CheckRefs: "Every ref and source exists", plan.CheckBinds: "Columns exist, types fit",
	plan.CheckConventions: "The project's conventions", plan.CheckCoverage: "Tests and descriptions are there",
	plan.CheckGlossary:   "The glossary has no new problems",
	plan.CheckUnchanged:  "Its own columns have the same rows as before",
	plan.CheckDownstream: "Models that build on it still work", plan.CheckRuns: "Runs on data",
	plan.CheckGrain: "One row per grain", plan.CheckTotals: "Totals agree with the source",
	plan.CheckIndependent: "A second calculation agrees", plan.CheckDBT: "dbt build",
}

func checks(p *page, list []plan.Check) []string {
	if len(list) == 0 {
		return nil
	}
	lines := []string{"*Checks*"}
	for _, c := range list {
		mark, label := checkMarks[c.Status], checkLabels[c.Name]
		if mark == "" {
			mark = "▫️"
		}
		if label == "" {
			label = c.Name
		}
		l := mark + " " + p.item(label, maxLine)
		if c.Detail != "" {
			l += " – " + p.item(c.Detail, maxLine/2)
		}
		lines = append(lines, l)
	}
	return lines
}

// footer says how to decide or change, and holds the buttons.
func footer(p *page, d *plan.Proposal) {
	decided := d.Stale || d.Approved != nil || d.PR != nil
	if d.Stale {
		return
	}
	if !decided {
		p.small(howToApprove(p, d))
	}
	p.small("To change something, reply in this thread, for example “also by plan”.")
	if decided {
		return
	}
	var buttons []slack.BlockElement
	if d.State != plan.Red && d.Digest != "" && count(d.Digest) <= maxValue {
		buttons = append(buttons, slack.NewButtonBlockElement(ActionApprove, d.Digest, plain("Approve", maxButton)).WithStyle(slack.StylePrimary))
	}
	buttons = append(buttons, slack.NewButtonBlockElement(ActionCancel, "", plain("Cancel", maxButton)))
	p.add(buttonsSize(buttons), slack.NewActionBlock("", buttons...))
}

func howToApprove(p *page, d *plan.Proposal) string {
	how := "press Approve"
	var emoji []string
	for _, e := range d.Emoji {
		if name := emojiName(e); name != "" {
			emoji = append(emoji, ":"+name+":")
		}
	}
	if len(emoji) > 0 {
		how += " or react with " + strings.Join(emoji, " or ")
	}
	text := "To approve, " + how + "."
	if d.State == plan.Red {
		text = ""
	}
	if who := line(d.Approvers); who != "" {
		first, size := utf8.DecodeRuneInString(who)
		text += " " + p.item(string(unicode.ToUpper(first))+who[size:], maxLine) + "."
	}
	return strings.TrimSpace(text)
}

// emojiName keeps what a reaction's name may consist of.
func emojiName(s string) string {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("_+-'", r)) {
			return ""
		}
	}
	return s
}
