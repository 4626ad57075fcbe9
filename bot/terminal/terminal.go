// Package terminal shows a thread on a terminal: the same messages that Slack
// gets, as plain text. It is the chat of `firstmile design`.
package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"

	"firstmile/planner/plan"
)

// Chat writes every message of a thread to W. Safe for concurrent use.
type Chat struct {
	mu   sync.Mutex
	w    io.Writer
	n    int
	seen map[plan.EffectID]plan.MessageRef
}

// New makes a Chat. A nil writer shows nothing.
func New(w io.Writer) *Chat {
	if w == nil {
		w = io.Discard
	}
	return &Chat{w: w, seen: map[plan.EffectID]plan.MessageRef{}}
}

// React does nothing: a terminal has no reactions.
func (c *Chat) React(context.Context, plan.MessageRef, string) error { return nil }

// Post writes the message once.
func (c *Chat) Post(_ context.Context, p plan.Post) (plan.MessageRef, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ref, ok := c.seen[p.Effect]; ok {
		return ref, nil
	}
	c.n++
	ref := plan.MessageRef{Channel: "terminal", TS: fmt.Sprint(c.n)}
	c.seen[p.Effect] = ref
	if text := Render(p.Message); text != "" {
		if _, err := fmt.Fprintln(c.w, text); err != nil {
			return ref, plan.NewFailure(plan.Permanent, "terminal_closed", "The terminal cannot be written to.", err)
		}
	}
	return ref, nil
}

// Edit writes what is new in a proposal: the checks that ran after it was shown.
func (c *Chat) Edit(_ context.Context, _ plan.MessageRef, p plan.Post) error {
	m := p.Message
	if m.Proposal == nil || m.Proposal.State == plan.Waiting || m.Proposal.Stale || m.Proposal.PR != nil || m.Proposal.Approved != nil {
		return nil
	}
	var b strings.Builder
	writeChecks(&b, m.Proposal)
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := fmt.Fprintln(c.w, strings.TrimRight(b.String(), "\n"))
	return err
}

// Render is a message as plain text; empty for what a terminal need not show.
func Render(m plan.Message) string {
	var b strings.Builder
	switch m.Kind {
	case plan.SayProgress:
		return ""
	case plan.SayProposal:
		if m.Proposal == nil {
			return clean(m.Text)
		}
		writeProposal(&b, m.Proposal)
	default:
		b.WriteString(clean(m.Text) + "\n")
	}
	for _, u := range m.Unknown {
		if u.Reason != m.Text {
			fmt.Fprintf(&b, "  “%s”: %s\n", clean(u.Words), clean(u.Reason))
		}
		if len(u.Nearest) > 0 {
			fmt.Fprintf(&b, "  nearest: %s\n", clean(strings.Join(u.Nearest, ", ")))
		}
	}
	for _, e := range m.Examples {
		fmt.Fprintf(&b, "  • %s\n", clean(e))
	}
	for _, q := range m.Questions {
		writeQuestion(&b, q)
	}
	if r := m.Reuse; r != nil && m.Kind == plan.SayExists {
		writeReuse(&b, r)
	}
	return strings.TrimRight(b.String(), "\n")
}

func writeQuestion(b *strings.Builder, q plan.Question) {
	fmt.Fprintf(b, "\n? %s\n", clean(q.Text))
	if q.Why != "" {
		fmt.Fprintf(b, "  %s\n", clean(q.Why))
	}
	for i, o := range q.Options {
		mark := ""
		if o.Default {
			mark = " (default)"
		}
		fmt.Fprintf(b, "  %d. %s%s\n", i+1, clean(o.Label), mark)
		if o.Detail != "" {
			fmt.Fprintf(b, "     %s\n", clean(o.Detail))
		}
	}
}

func writeReuse(b *strings.Builder, r *plan.Reuse) {
	fmt.Fprintf(b, "  %s\n", clean(r.Path))
	for _, e := range r.Evidence {
		fmt.Fprintf(b, "  • %s\n", clean(e))
	}
	if r.Query != "" {
		b.WriteString(indent(r.Query) + "\n")
	}
}

func writeProposal(b *strings.Builder, p *plan.Proposal) {
	fmt.Fprintf(b, "\n== %s\n", clean(p.Title))
	for _, a := range p.Assumptions {
		word := "assumed"
		if a.Major {
			word = "ASSUMED"
		}
		fmt.Fprintf(b, "  %s: %s\n", word, clean(a.Text))
	}
	if r := p.Reuse; r.Extends() {
		fmt.Fprintf(b, "  extends %s; say “%s” to have one of its own\n", clean(p.Model), plan.AsNewModel)
		for _, e := range r.Evidence {
			fmt.Fprintf(b, "  - %s\n", clean(e))
		}
	}
	text := p.SQL
	if p.Diff != "" {
		text = p.Diff
	}
	fmt.Fprintf(b, "\n%s\n%s\n", clean(p.Path), indent(text))
	if p.Preview != nil {
		b.WriteString("\n" + Table(*p.Preview, 12) + "\n")
	}
	writeChecks(b, p)
}

func writeChecks(b *strings.Builder, p *plan.Proposal) {
	for _, c := range p.Checks {
		mark := map[plan.CheckStatus]string{plan.Passed: "ok", plan.Failed: "FAILED", plan.NotRun: "not run"}[c.Status]
		fmt.Fprintf(b, "  %-12s %-8s %s\n", c.Name, mark, clean(c.Detail))
	}
	fmt.Fprintf(b, "  => %s\n", p.State)
}

// Table is a preview as text, at most limit rows.
func Table(p plan.Preview, limit int) string {
	rows := [][]string{p.Columns}
	for i, r := range p.Rows {
		if i == limit {
			break
		}
		line := make([]string, len(r))
		for j, v := range r {
			line[j] = Value(v)
		}
		rows = append(rows, line)
	}
	width := make([]int, len(p.Columns))
	for _, r := range rows {
		for j, v := range r {
			width[j] = max(width[j], len([]rune(v)))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		for j, v := range r {
			fmt.Fprintf(&b, "  %-*s", width[j], v)
		}
		b.WriteString("\n")
	}
	if more := p.RowCount - (len(rows) - 1); more > 0 {
		fmt.Fprintf(&b, "  … %d more rows\n", more)
	}
	return strings.TrimRight(b.String(), "\n")
}

// Value is one cell as text: NULL as "–", numbers with at most four decimals.
func Value(v any) string {
	switch x := v.(type) {
	case nil:
		return "–"
	case float64:
		s := fmt.Sprintf("%.4f", x)
		return strings.TrimRight(strings.TrimRight(s, "0"), ".")
	case string:
		return clean(x)
	}
	return fmt.Sprint(v)
}

// clean takes control characters out of foreign text, so that it cannot steer the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}

func indent(sql string) string {
	lines := strings.Split(strings.TrimRight(clean(sql), "\n"), "\n")
	return "    " + strings.Join(lines, "\n    ")
}
