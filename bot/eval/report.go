package eval

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"firstmile/planner/plan"
)

// WriteTable prints the first figure, a line for each kind, the figures beside those of the baselines, and every miss.
func WriteTable(w io.Writer, results []Result) error {
	var b strings.Builder
	f := FiguresOf(results)
	fmt.Fprintf(&b, "Proposed unasked and wrong: %d of %d\n\n", f.UnaskedWrong, f.Right.Of)
	writeKinds(&b, results)
	writeFigures(&b, results, f)
	writeMisses(&b, results)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeKinds(b *strings.Builder, results []Result) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "kind\tcases\tright\twrong\tunasked and wrong\tasked\tdeclined\tmedian ms\t")
	for _, g := range groups(results) {
		var right, wrong, unasked, asked, declined int
		for _, r := range g.results {
			v := r.Verdict
			right, wrong = right+count(v.Right), wrong+count(!v.Right)
			unasked, asked, declined = unasked+count(v.UnaskedWrong), asked+count(v.Asked), declined+count(v.Declined)
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", g.name, len(g.results), right, wrong, unasked, asked, declined, median(g.results).Milliseconds())
	}
	t.Flush()
	b.WriteByte('\n')
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// writeFigures prints a column for the product and, where they were run, one for each baseline.
func writeFigures(b *strings.Builder, results []Result, f Figures) {
	columns := []Figures{f}
	head := "figure\tfirstmile\t"
	if dev, held := apart(results); len(dev) > 0 && len(held) > 0 {
		head += "dev\theld\t"
		columns = append(columns, FiguresOf(dev), FiguresOf(held))
	}
	baselines := false
	for _, r := range results {
		baselines = baselines || r.NeverAsks != nil
	}
	var byName Rate
	if baselines {
		head += "always asks\tnever asks\tnames only\t"
		columns = append(columns, figuresOf(results, func(r Result) *Verdict { return r.AlwaysAsks }),
			figuresOf(results, func(r Result) *Verdict { return r.NeverAsks }))
		for _, r := range results {
			if r.ByName != nil {
				byName.add(*r.ByName)
			}
		}
	}
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, head)
	for _, row := range []struct {
		name string
		of   func(Figures) string
	}{
		{"proposed unasked and wrong", func(f Figures) string { return fmt.Sprint(f.UnaskedWrong) }},
		{"right", func(f Figures) string { return f.Right.String() }},
		{"clear requests right", func(f Figures) string { return f.Clear.String() }},
		{"ambiguity recall", func(f Figures) string { return f.AmbiguityRecall.String() }},
		{"false questions", func(f Figures) string { return f.FalseQuestions.String() }},
		{"unanswerable declined", func(f Figures) string { return f.Unanswerable.String() }},
		{"reuse", func(f Figures) string { return f.Reuse.String() }},
		{"chatter", func(f Figures) string { return f.Chatter.String() }},
		{"right source", func(f Figures) string { return f.Source.String() }},
	} {
		fmt.Fprintf(t, "%s\t", row.name)
		for _, c := range columns {
			fmt.Fprintf(t, "%s\t", row.of(c))
		}
		if baselines && row.name == "right source" {
			fmt.Fprintf(t, "%s\t", byName)
		}
		fmt.Fprintln(t)
	}
	t.Flush()
}

func writeMisses(b *strings.Builder, results []Result) {
	dev, held := apart(results)
	listMisses(b, dev)
	if slices.ContainsFunc(held, func(r Result) bool { return r.Fault != "" || !r.Verdict.Right }) {
		b.WriteString("\nHeld cases that came out wrong. Each becomes a dev case, and somebody writes a new one for it:\n")
		listMisses(b, held)
	}
}

func listMisses(b *strings.Builder, results []Result) {
	for _, r := range results {
		if r.Fault == "" && r.Verdict.Right {
			continue
		}
		fmt.Fprintf(b, "\n%s:%d: %s (%s): %s\n", r.Case.Suite, r.Case.Line, r.Case.ID, r.Case.kind(), r.Case.Request)
		if r.Fault != "" {
			fmt.Fprintf(b, "    cannot be judged: %s\n", r.Fault)
		}
		if r.Verdict.UnaskedWrong {
			b.WriteString("    PROPOSED UNASKED AND WRONG\n")
		}
		for _, p := range r.Verdict.Problems {
			fmt.Fprintf(b, "    %s\n", p)
		}
	}
}

// Record is one line of the JSON output.
type Record struct {
	ID         string          `json:"id"`
	Suite      string          `json:"suite"`
	Line       int             `json:"line"`
	Kind       string          `json:"kind"`
	Class      Class           `json:"class"`
	Held       bool            `json:"held"`
	Project    string          `json:"project"`
	Request    string          `json:"request"`
	Status     string          `json:"status"`
	Verdict    Verdict         `json:"verdict"`
	Fault      string          `json:"fault,omitempty"`
	ElapsedMS  float64         `json:"elapsed_ms"`
	Asked      []plan.Question `json:"asked"`
	Message    string          `json:"message"`
	Model      string          `json:"model,omitempty"`
	SQL        string          `json:"sql,omitempty"`
	Uses       []string        `json:"uses,omitempty"`
	Outcome    any             `json:"outcome,omitempty"` // as `firstmile design --json` prints it
	NeverAsks  *Verdict        `json:"never_asks,omitempty"`
	AlwaysAsks *Verdict        `json:"always_asks,omitempty"`
	ByName     *bool           `json:"found_by_name,omitempty"`
}

// WriteRecords writes each result as a line of JSON.
func WriteRecords(w io.Writer, results []Result) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, r := range results {
		asked := r.Answer.Asked
		if asked == nil {
			asked = []plan.Question{}
		}
		if err := e.Encode(Record{ID: r.Case.ID, Suite: r.Case.Suite, Line: r.Case.Line, Kind: r.Case.kind(), Class: r.Case.Class(), Held: r.Case.Held,
			Project: r.Case.Project, Request: r.Case.Request, Status: r.Answer.Status, Verdict: r.Verdict, Fault: r.Fault,
			ElapsedMS: float64(r.Took.Microseconds()) / 1000, Asked: asked, Message: r.Answer.Message, Model: r.Answer.Model, SQL: r.Answer.SQL,
			Uses: r.Answer.Uses, Outcome: r.Answer.Outcome, NeverAsks: r.NeverAsks, AlwaysAsks: r.AlwaysAsks, ByName: r.ByName}); err != nil {
			return fmt.Errorf("writing the answers: %w", err)
		}
	}
	return nil
}
