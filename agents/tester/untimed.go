package tester

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/tester/reading"
	"firstmile/planner/plan"
)

// untimed says which base rows are in no period because their time is not known: no check fails for them, and a
// reader who misses them should not have to search. It is empty when there are none.
func (s *subject) untimed(ctx context.Context) (string, error) {
	if s.spec.Time == nil && s.spec.Window == nil {
		return "", nil
	}
	var out []string
	for _, m := range timed(s.spec.Measures) {
		from, column, err := reading.Dated(m, s.relationName)
		if err != nil {
			return "", err
		}
		got, err := s.query(ctx, fmt.Sprintf("select count(*), count(*) filter (where %s is null) from %s", quoteName(column), from), 1)
		if err != nil {
			return "", err
		}
		if all, lost := whole(got.Rows[0][0]), whole(got.Rows[0][1]); lost > 0 {
			verb := "have no %s and are in no period"
			if lost == 1 {
				verb = "has no %s and is in no period"
			}
			date := m.Time
			if m.TimePath != nil {
				date = m.Dated().String()
			}
			out = append(out, fmt.Sprintf("%d of %s of %s "+verb, lost, count(all, "row"), m.Model, date))
		}
	}
	return strings.Join(out, "; "), nil
}

// timed lists the relations whose rows are placed in time, each once for each way: by the time of a fact, by the start of an interval.
func timed(measures []plan.Measure) []plan.Measure {
	var out []plan.Measure
	for _, m := range measures {
		var found []plan.Measure
		switch {
		case len(m.Parts()) > 0:
			found = timed(m.Parts())
		case m.Kind == plan.Population && m.Interval != nil:
			found = []plan.Measure{{Model: m.Model, Time: m.Interval.From}}
		case m.Time != "":
			found = []plan.Measure{{Model: m.Model, Time: m.Time, TimePath: m.TimePath}}
		}
		for _, x := range found {
			if !slices.ContainsFunc(out, func(y plan.Measure) bool { return x.Model == y.Model && x.SameTime(y) }) {
				out = append(out, x)
			}
		}
	}
	return out
}
