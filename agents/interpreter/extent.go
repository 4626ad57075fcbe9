package interpreter

import (
	"context"
	"fmt"
	"time"

	"firstmile/agents/interpreter/compose"
	"firstmile/planner/plan"
)

// extent is the first and the last day in a column of dates; both zero when that is not known.
type extent struct{ first, last time.Time }

// checkExtent compares the periods of a design with the dates that the data has. A period without a single row, or a comparison
// with a time before the data begins, would be a table that says nothing: it is declined with what there is. A period that
// the data covers in part is said so.
func (s *session) checkExtent(ctx context.Context, r plan.Reading) plan.Reading {
	seen := map[plan.ColumnRef]bool{}
	for _, m := range r.Spec.Measures {
		for _, part := range dated(m, plan.Span{}) {
			e := s.extentOf(ctx, part.date)
			if e.first.IsZero() {
				continue
			}
			if u, ok := beyond(*r.Spec, part, e); ok {
				return declined([]plan.Unknown{u})
			}
			if !seen[part.date] && !part.state {
				seen[part.date] = true
				r.Assumptions = append(r.Assumptions, partly(*r.Spec, part, e)...)
			}
		}
	}
	return r
}

// datedPart is a part of a measure that reads rows by a date.
type datedPart struct {
	date     plan.ColumnRef
	quote    string
	state    bool // the date is where a state begins
	from, to string
	back     plan.Span
}

// dated lists the parts of a measure with the dates that they are restricted to by themselves.
func dated(m plan.Measure, back plan.Span) []datedPart {
	if m.Offset != nil {
		back = *m.Offset
	}
	if m.Model != "" {
		p := datedPart{date: m.Dated(), quote: m.Origin.Quote, back: back}
		if m.Kind == plan.Population && m.Interval != nil {
			p.date, p.state = plan.ColumnRef{Relation: m.Model, Column: m.Interval.From}, true
		}
		for _, f := range m.Filters {
			if f.Column == p.date && len(f.Values) == 1 && f.Values[0].Kind == plan.DateLiteral {
				switch f.Op {
				case plan.Gte:
					p.from = max(p.from, f.Values[0].Text)
				case plan.Lt:
					p.to = f.Values[0].Text
				}
			}
		}
		if p.date.Column == "" {
			return nil
		}
		return []datedPart{p}
	}
	var out []datedPart
	for _, x := range []*plan.Measure{m.Numerator, m.Denominator} {
		if x != nil {
			out = append(out, dated(*x, back)...)
		}
	}
	for _, in := range m.Inputs {
		out = append(out, dated(in, back)...)
	}
	return out
}

// bounds are the edges that the window and the part itself set; a zero time is an open edge.
func bounds(spec plan.Spec, p datedPart) (from, to time.Time) {
	if w := spec.Window; w != nil {
		from, _ = time.Parse(time.DateOnly, max(w.From, p.from))
		if to, _ = time.Parse(time.DateOnly, w.To); p.to != "" {
			to, _ = time.Parse(time.DateOnly, p.to)
		}
	}
	return from, to
}

// beyond says why no row can be in a part's period.
func beyond(spec plan.Spec, p datedPart, e extent) (plan.Unknown, bool) {
	from, to := bounds(spec, p)
	runs := fmt.Sprintf("%s of %s runs from %s to %s", p.date.Column, p.date.Relation, e.first.Format(time.DateOnly), e.last.Format(time.DateOnly))
	if spec.Window != nil {
		words := spec.Window.Origin.Quote
		late := !from.IsZero() && e.last.Before(from) && !p.state
		early := !to.IsZero() && !e.first.Before(to)
		if (late || early) && p.back.Count == 0 {
			return plan.Unknown{Words: words, Reason: fmt.Sprintf("There is no data for %q: %s.", words, runs)}, true
		}
	}
	if p.back.Count == 0 || spec.Time == nil {
		return plan.Unknown{}, false
	}
	last := e.last
	if !to.IsZero() && to.Before(last) {
		last = to
	}
	unit := fmt.Sprintf("%d %ss", p.back.Count, p.back.Unit)
	if p.back.Count == 1 {
		unit = "a " + string(p.back.Unit)
	}
	if !p.state && compose.Later(e.first, p.back).After(last) {
		return plan.Unknown{Words: p.quote, Reason: fmt.Sprintf("There is nothing to compare with: %s, so no %s has one %s before it.", runs, spec.Time.Grain, unit)}, true
	}
	return plan.Unknown{}, false
}

// sliver is the share of a window that may lack data without a word.
const sliver = 0.1

// partly says which part of the window the data does not cover.
func partly(spec plan.Spec, p datedPart, e extent) []plan.Assumption {
	from, to := bounds(spec, p)
	if from.IsZero() || to.IsZero() {
		return nil
	}
	whole := to.Sub(from).Hours()
	var out []plan.Assumption
	if e.first.Sub(from).Hours() > sliver*whole {
		out = append(out, plan.Assumption{Major: true, Text: fmt.Sprintf("The data of %s begins on %s, after the beginning of the period.", p.date.Relation, e.first.Format(time.DateOnly))})
	}
	if to.Sub(e.last).Hours()-24 > sliver*whole {
		out = append(out, plan.Assumption{Major: true, Text: fmt.Sprintf("The data of %s ends on %s, before the end of the period.", p.date.Relation, e.last.Format(time.DateOnly))})
	}
	return out
}

// extentOf asks once per commit.
func (s *session) extentOf(ctx context.Context, date plan.ColumnRef) extent {
	s.i.mu.Lock()
	e, known := s.k.extents[date]
	s.i.mu.Unlock()
	node, ok := s.k.Project.Relation(date.Relation)
	if known || !ok || s.i.figures == nil {
		return e
	}
	rows, err := s.i.figures.Query(ctx, s.request.Base, fmt.Sprintf("select cast(min(%[1]s) as date), cast(max(%[1]s) as date) from %[2]s", quoteName(date.Column), node.Relation.SQL()))
	if err == nil && len(rows.Rows) == 1 && len(rows.Rows[0]) == 2 {
		first, err1 := time.Parse(time.DateOnly, firstTen(cell(rows.Rows[0][0])))
		last, err2 := time.Parse(time.DateOnly, firstTen(cell(rows.Rows[0][1])))
		if err1 == nil && err2 == nil {
			e = extent{first, last}
		}
	}
	s.i.mu.Lock()
	defer s.i.mu.Unlock()
	if s.k.extents == nil {
		s.k.extents = map[plan.ColumnRef]extent{}
	}
	s.k.extents[date] = e
	return e
}

// firstTen is the day of a date or time as text.
func firstTen(text string) string { return text[:min(len(text), 10)] }
