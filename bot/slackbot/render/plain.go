package render

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// Plain is the whole message as plain text, not escaped and not shortened: for files and, shortened and
// escaped, for notifications.
func Plain(m plan.Message) string {
	w := &writer{}
	w.say("%s", m.Text)
	for _, s := range m.Steps {
		w.say("%s %s %s", stepMarks[s.State], s.Name, s.Note)
	}
	for i, q := range m.Questions {
		plainQuestion(w, i+1, q, given(m.Answers, q.ID))
	}
	for _, u := range m.Unknown {
		if u.Reason != m.Text {
			w.say("“%s” – %s", u.Words, u.Reason)
		}
		if len(u.Nearest) > 0 {
			w.say("  Nearest: %s", strings.Join(u.Nearest, ", "))
		}
	}
	for _, e := range m.Examples {
		w.say("• %s", e)
	}
	for _, d := range m.Past {
		w.say("%s", d.Link)
	}
	if m.Reuse != nil {
		plainReuse(w, m.Reuse)
	}
	if m.PR != nil && !strings.Contains(m.Text, m.PR.String()) {
		w.say("%s", m.PR.String())
	}
	if m.PR != nil {
		w.say("%s", m.PR.Warning)
	}
	if m.Lesson != nil {
		plainLesson(w, m.Lesson)
	}
	if m.Proposal != nil {
		plainProposal(w, m.Proposal)
	}
	return strings.TrimSpace(clean(w.String()))
}

// writer writes a line for everything that is not empty.
type writer struct{ strings.Builder }

func (w *writer) say(format string, args ...any) {
	if l := strings.TrimRight(fmt.Sprintf(format, args...), " \n"); l != "" {
		w.WriteString(l + "\n")
	}
}

func plainQuestion(w *writer, n int, q plan.Question, a *plan.Answer) {
	w.say("\n%d. %s", n, q.Text)
	if a != nil {
		w.say("✓ %s", chosen(q, *a))
		return
	}
	w.say("%s", q.Why)
	for i, o := range q.Options {
		mark := ""
		if o.Default {
			mark = " (default)"
		}
		w.say("   %d. %s%s %s", i+1, o.Label, mark, o.Detail)
	}
}

func plainReuse(w *writer, r *plan.Reuse) {
	w.say("%s", strings.TrimSpace(r.Model+" "+r.Path))
	w.say("%s", r.Query)
	for _, e := range r.Evidence {
		w.say("• %s", e)
	}
}

func plainProposal(w *writer, d *plan.Proposal) {
	w.say("%s\n%s\n%s", d.Title, d.Restatement, stateLine(d))
	for _, r := range d.Reasons {
		w.say("• %s", r)
	}
	if d.Reuse.Extends() {
		w.say("Extends %s", d.Model)
		for _, e := range d.Reuse.Evidence {
			w.say("• %s", e)
		}
		w.say("Reply “%s” to have one of its own instead.", plan.AsNewModel)
	}
	for _, a := range d.Assumptions {
		mark := "•"
		if a.Major {
			mark = "⚠️"
		}
		w.say("%s %s", mark, a.Text)
	}
	for _, f := range d.Files {
		w.say("File: %s", f)
	}
	if d.Diff != "" {
		w.say("\nChanged lines:\n%s", d.Diff)
	}
	w.say("\n%s", d.SQL)
	if d.Preview != nil {
		w.say("\n%s", strings.Join(d.Preview.Columns, "\t"))
		for _, row := range d.Preview.Rows {
			cells := make([]string, len(d.Preview.Columns))
			for i, c := range d.Preview.Columns {
				cells[i] = line(Value(at(row, i), formatOf(d.Spec, c)))
			}
			w.say("%s", strings.Join(cells, "\t"))
		}
	}
	for _, c := range d.Checks {
		w.say("%s %s – %s", checkMarks[c.Status], c.Name, c.Detail)
	}
	w.say("Who may approve: %s", d.Approvers)
}
