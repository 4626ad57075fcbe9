package tester

import (
	"context"
	"fmt"
	"strings"

	"firstmile/agents/tester/reading"
	"firstmile/planner/plan"
)

// emptied says why a model has no rows, as far as counting can tell: the condition that no base row meets, else
// that none meets all of them. A requester can do something about that; the SQL is not at fault.
func (s *subject) emptied(ctx context.Context) string {
	base, ok := firstFact(s.spec.Measures)
	if !ok {
		return ""
	}
	probe := plan.Measure{Name: "n", Kind: plan.Simple, Model: base.Model, Agg: plan.Count, Time: base.Time, TimePath: base.TimePath}
	if all, err := s.countRows(ctx, plan.Spec{}, probe); err != nil || all == 0 {
		return ": " + base.Model + " has none"
	}
	var words []string
	filters := append(append([]plan.Filter(nil), s.spec.Filters...), base.Filters...)
	for _, f := range filters {
		if n, err := s.countRows(ctx, plan.Spec{Filters: []plan.Filter{f}}, probe); err == nil && n == 0 {
			return fmt.Sprintf(": no row of %s has %s", base.Model, filterWords(f))
		}
		words = append(words, filterWords(f))
	}
	if w := s.spec.Window; w != nil {
		if n, err := s.countRows(ctx, plan.Spec{Window: w}, probe); err == nil && n == 0 {
			return fmt.Sprintf(": no row of %s has its %s %s", base.Model, base.Time, windowWords(w))
		}
		words = append(words, base.Time+" "+windowWords(w))
	}
	if len(words) < 2 {
		return ""
	}
	return fmt.Sprintf(": no row of %s meets all of these: %s", base.Model, strings.Join(words, "; "))
}

func (s *subject) countRows(ctx context.Context, spec plan.Spec, m plan.Measure) (int, error) {
	sql, err := reading.Query(spec, m, s.relationName, underTest)
	if err != nil {
		return 0, err
	}
	got, err := s.query(ctx, sql, 1)
	if err != nil {
		return 0, err
	}
	return whole(got.Rows[0][0]), nil
}

// firstFact is the first measure, or part of one, that is computed from rows as they are.
func firstFact(measures []plan.Measure) (plan.Measure, bool) {
	for _, m := range measures {
		parts := m.Parts()
		if fact, ok := firstFact(parts); ok {
			return fact, true
		}
		if len(parts) == 0 && m.Kind != plan.Population && m.Model != "" {
			return m, true
		}
	}
	return plan.Measure{}, false
}

func filterWords(f plan.Filter) string {
	if f.Label != "" {
		return f.Label
	}
	var values []string
	for _, v := range f.Values {
		values = append(values, v.Text)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Column, strings.ReplaceAll(string(f.Op), "_", " "), strings.Join(values, ", ")))
}

func windowWords(w *plan.Window) string {
	switch {
	case w.From == "":
		return "before " + w.To
	case w.To == "":
		return "from " + w.From + " on"
	}
	return "from " + w.From + " until " + w.To + " (not included)"
}
