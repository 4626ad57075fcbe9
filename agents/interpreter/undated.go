package interpreter

import (
	"context"
	"fmt"
	"slices"

	"firstmile/agents/interpreter/compose"
	"firstmile/planner/plan"
)

// gap is how many rows of a relation have no value in a column, of how many. Rows is 0 when it could not be counted.
type gap struct{ empty, rows int }

// countUndated says how many rows a design leaves out because they have no date, where there is data to count them in. Where
// there are none, nothing is said.
func (s *session) countUndated(ctx context.Context, r plan.Reading) plan.Reading {
	for _, date := range s.undated {
		g := s.gapOf(ctx, date)
		if g.rows == 0 {
			continue
		}
		at := slices.IndexFunc(r.Assumptions, func(a plan.Assumption) bool { return a.Text == compose.UndatedText(date) })
		if at < 0 {
			continue
		}
		r.Assumptions = slices.Clone(r.Assumptions)
		if g.empty == 0 {
			r.Assumptions = slices.Delete(r.Assumptions, at, at+1)
			continue
		}
		r.Assumptions[at] = plan.Assumption{Major: true,
			Text: fmt.Sprintf("%d of the %d rows of %s have no %s and are left out.", g.empty, g.rows, date.Relation, date.Column)}
	}
	return r
}

// gapOf counts once per commit.
func (s *session) gapOf(ctx context.Context, date plan.ColumnRef) gap {
	s.i.mu.Lock()
	g, known := s.k.undated[date]
	s.i.mu.Unlock()
	node, ok := s.k.Project.Relation(date.Relation)
	if known || !ok || s.i.figures == nil {
		return g
	}
	rows, err := s.i.figures.Query(ctx, s.request.Base, fmt.Sprintf("select count(*) - count(%s), count(*) from %s", quoteName(date.Column), node.Relation.SQL()))
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
		s.k.undated = map[plan.ColumnRef]gap{}
	}
	s.k.undated[date] = g
	return g
}
