package interpreter

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// folder is a project and its glossary in a folder.
type folder struct {
	dir        string
	noGlossary bool
	fiscal     time.Month
}

// Calendar of the stories about time.
func (f folder) Calendar(context.Context, plan.Base) (Calendar, error) {
	return Calendar{FiscalStart: f.fiscal}, nil
}

func (f folder) Project(context.Context, plan.Base) (*dbt.Project, error) {
	return dbt.Read(os.DirFS(f.dir), ".")
}

func (f folder) Glossary(context.Context, plan.Base) (*glossary.Glossary, error) {
	if f.noGlossary {
		return &glossary.Glossary{}, nil
	}
	return glossary.Load(os.DirFS(f.dir), "glossary")
}

func interpreterFor(t testing.TB, f folder) *Interpreter {
	t.Helper()
	i, err := New(f, f, WithCalendars(f))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

const asOf = "2026-06-30"

func request(text string, answers ...string) plan.Request {
	r := plan.Request{Base: plan.Base{Project: "test", Commit: "1"}, AsOf: asOf, Turns: []plan.Turn{{Text: text}}}
	for _, a := range answers {
		id, v, _ := strings.Cut(a, "=")
		r.Answers = append(r.Answers, plan.Answer{Question: id, Text: v})
	}
	return r
}

func read(t testing.TB, i *Interpreter, r plan.Request) plan.Reading {
	t.Helper()
	out, err := i.Interpret(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// short writes a reading on a line or two, so that a table of them can be read.
func short(r plan.Reading) string {
	switch r.Outcome {
	case plan.OutcomeSpec:
		return shortSpec(*r.Spec)
	case plan.OutcomeQuestions:
		var parts []string
		for _, q := range r.Questions {
			var options []string
			for _, o := range q.Options {
				id := o.ID
				if o.Default {
					id = "*" + id
				}
				options = append(options, id)
			}
			parts = append(parts, q.ID+"["+strings.Join(options, " ")+"]")
		}
		return "ask " + strings.Join(parts, " ")
	case plan.OutcomeDeclined:
		var words []string
		for _, u := range r.Unknown {
			words = append(words, u.Words)
		}
		return "declined " + strings.Join(words, ", ")
	}
	return string(r.Outcome)
}

func shortSpec(s plan.Spec) string {
	var b strings.Builder
	for i, m := range s.Measures {
		if i > 0 {
			b.WriteString(" & ")
		}
		b.WriteString(shortMeasure(m))
	}
	for _, d := range s.Dimensions {
		hops := 0
		for _, p := range d.Paths {
			hops = max(hops, len(p.Hops))
		}
		fmt.Fprintf(&b, " by %s(%d)", d.Column, hops)
		if d.Part != "" {
			fmt.Fprintf(&b, " %s", d.Part)
		}
	}
	if s.Time != nil {
		fmt.Fprintf(&b, " per %s", strings.ReplaceAll(s.Time.Name, "_", " "))
	}
	if s.Window != nil {
		fmt.Fprintf(&b, " in %s..%s", s.Window.From, s.Window.To)
	}
	for _, f := range s.Filters {
		fmt.Fprintf(&b, " where %s", f.Label)
	}
	if r := s.Rank; r != nil {
		fmt.Fprintf(&b, " rank %d %v %s", r.N, r.Descending, r.By)
		if r.PerPeriod {
			b.WriteString(" of each period")
		}
	}
	switch {
	case s.Target.Extends != "":
		b.WriteString(" into " + s.Target.Extends)
	case s.Target.Separate:
		b.WriteString(" apart")
	}
	return b.String()
}

func shortMeasure(m plan.Measure) string {
	if m.Origin.Kind == plan.FromTerm && m.Kind != plan.Cumulative && m.Origin.Ref == m.Name || m.Origin.Kind == plan.FromAnswer {
		return m.Name + lent(m)
	}
	s := string(m.Kind) + " "
	switch m.Kind {
	case plan.Ratio:
		if w := m.Denominator.Whole; w != nil {
			return strings.TrimSuffix("share of "+shortMeasure(*m.Numerator)+" within "+strings.Join(w.Within, " "), " within ")
		}
		s += "(" + shortMeasure(*m.Numerator) + " / " + shortMeasure(*m.Denominator) + ")"
	case plan.Derived:
		s = m.Formula.String()
	case plan.OverPeriods:
		s = fmt.Sprintf("%s(%s per %s)", m.Agg, shortMeasure(m.Inputs[0]), m.Periods.Grain)
	default:
		expr := "*"
		if m.Expr != nil {
			expr = m.Expr.String()
		}
		s += fmt.Sprintf("%s(%s.%s)", m.Agg, m.Model, expr)
	}
	for _, f := range m.Filters {
		s += " if " + f.Label
	}
	if m.GrainToDate != "" {
		s += " to date " + string(m.GrainToDate)
	}
	if m.Trailing != nil {
		s += fmt.Sprintf(" trailing %d %s", m.Trailing.Count, m.Trailing.Unit)
	}
	return s + lent(m)
}

// lent says which column of another relation dates a measure.
func lent(m plan.Measure) string {
	if m.TimePath == nil {
		return ""
	}
	return " dated by " + m.Dated().String()
}
