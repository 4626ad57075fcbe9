package tester

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// untimed says which base rows are in no period because their time is not known: no check fails for them, and a
// reader who misses them should not have to search. It is empty when there are none.
func (s *subject) untimed(ctx context.Context) (string, error) {
	if s.spec.Time == nil && s.spec.Window == nil {
		return "", nil
	}
	var out []string
	for _, c := range timeColumns(s.spec.Measures) {
		from, err := s.relationName(c.Relation)
		if err != nil {
			return "", err
		}
		got, err := s.query(ctx, fmt.Sprintf("select count(*), count(*) filter (where %s is null) from %s", quoteName(c.Column), from), 1)
		if err != nil {
			return "", err
		}
		if all, lost := whole(got.Rows[0][0]), whole(got.Rows[0][1]); lost > 0 {
			verb := "have no %s and are in no period"
			if lost == 1 {
				verb = "has no %s and is in no period"
			}
			out = append(out, fmt.Sprintf("%d of %s of %s "+verb, lost, count(all, "row"), c.Relation, c.Column))
		}
	}
	return strings.Join(out, "; "), nil
}

// timeColumns lists the columns that place base rows in time, each once: the time of a fact, the start of an interval.
func timeColumns(measures []plan.Measure) []plan.ColumnRef {
	var out []plan.ColumnRef
	for _, m := range measures {
		var found []plan.ColumnRef
		switch {
		case m.Numerator != nil && m.Denominator != nil:
			found = timeColumns([]plan.Measure{*m.Numerator, *m.Denominator})
		case len(m.Inputs) > 0:
			found = timeColumns(m.Inputs)
		case m.Kind == plan.Population && m.Interval != nil:
			found = []plan.ColumnRef{{Relation: m.Model, Column: m.Interval.From}}
		case m.Time != "":
			found = []plan.ColumnRef{{Relation: m.Model, Column: m.Time}}
		}
		for _, c := range found {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}
