package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/compose"
	"firstmile/planner/plan"
)

// gap is how many rows of a relation have no value in a column, of how many. Rows is 0 when it could not be counted.
type gap struct{ empty, rows int }

// countUndated says how many rows a design leaves out because they have no date, where there is data to count them in. Where
// there are none, nothing is said.
func (s *session) countUndated(ctx context.Context, r plan.Reading) plan.Reading {
	for _, rows := range s.undated {
		g := s.gapOf(ctx, rows)
		if g.rows == 0 {
			continue
		}
		at := slices.IndexFunc(r.Assumptions, func(a plan.Assumption) bool { return a.Text == compose.UndatedText(rows) })
		if at < 0 {
			continue
		}
		r.Assumptions = slices.Clone(r.Assumptions)
		if g.empty == 0 {
			r.Assumptions = slices.Delete(r.Assumptions, at, at+1)
			continue
		}
		r.Assumptions[at] = plan.Assumption{Major: true,
			Text: fmt.Sprintf("%d of the %d rows of %s have no %s and are left out.", g.empty, g.rows, rows.Model, compose.DateName(rows))}
	}
	return r
}

// gapOf counts once per commit.
func (s *session) gapOf(ctx context.Context, m plan.Measure) gap {
	key := plan.Spec{Measures: []plan.Measure{m}}.Canonical()
	s.i.mu.Lock()
	g, known := s.k.undated[key]
	s.i.mu.Unlock()
	from, date, ok := s.datedRows(m)
	if known || !ok || s.i.figures == nil {
		return g
	}
	rows, err := s.i.figures.Query(ctx, s.request.Base, fmt.Sprintf("select count(*) - count(%s), count(*) from %s", date, from))
	if err == nil && len(rows.Rows) == 1 && len(rows.Rows[0]) == 2 {
		empty, ok := number(rows.Rows[0][0])
		all, ok2 := number(rows.Rows[0][1])
		if ok && ok2 {
			g = gap{int(empty), int(all)}
		}
	}
	s.i.mu.Lock()
	defer s.i.mu.Unlock()
	if s.k.undated == nil {
		s.k.undated = map[string]gap{}
	}
	s.k.undated[key] = g
	return g
}

// datedRows are the rows of a measure as something to select from, and their date there.
func (s *session) datedRows(m plan.Measure) (from, date string, ok bool) {
	node, ok := s.k.Project.Relation(m.Model)
	if !ok {
		return "", "", false
	}
	from, last := node.Relation.SQL()+" as d0", "d0"
	if m.TimePath == nil {
		return from, last + "." + quoteName(m.Time), true
	}
	for i, h := range m.TimePath.Hops {
		to, ok := s.k.Project.Relation(h.To)
		if !ok {
			return "", "", false
		}
		next := fmt.Sprintf("d%d", i+1)
		var on []string
		for k := range h.FromColumns {
			on = append(on, fmt.Sprintf("%s.%s = %s.%s", last, quoteName(h.FromColumns[k]), next, quoteName(h.ToColumns[k])))
		}
		from += fmt.Sprintf(" left join %s as %s on %s", to.Relation.SQL(), next, strings.Join(on, " and "))
		last = next
	}
	return from, last + "." + quoteName(m.Time), true
}
