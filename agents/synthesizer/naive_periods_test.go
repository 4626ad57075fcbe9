package synthesizer

import (
	"slices"
	"strings"
	"time"

	"firstmile/planner/plan"
)

// calendar is the axis of the design with another grain.
func (n *naive) calendar(g plan.Grain) plan.TimeAxis {
	axis := *n.spec.Time
	axis.Grain = g
	return axis
}

// partOf is a part of a date that comes back.
func partOf(v any, part plan.DatePart) any {
	at, ok := v.(time.Time)
	if !ok || part == "" {
		return v
	}
	switch part {
	case plan.HourOfDay:
		return float64(at.Hour())
	case plan.MonthOfYear:
		return float64(at.Month())
	}
	if at.Weekday() == time.Sunday {
		return 7.0
	}
	return float64(at.Weekday())
}

// rankPeriods finds the best periods; of equal ones the earlier.
func (n *naive) rankPeriods(by plan.Measure, r *plan.Rank) {
	all := n.leaves()
	type scored struct {
		start time.Time
		value any
	}
	var list []scored
	for g := range n.groups(all) {
		list = append(list, scored{g.start, n.value(by, nil, g, all)})
	}
	slices.SortFunc(list, func(a, b scored) int {
		if c := order(a.value, b.value, r.Descending); c != 0 {
			return c
		}
		return a.start.Compare(b.start)
	})
	n.bestPeriods = map[time.Time]bool{}
	for _, s := range list[:min(r.N, len(list))] {
		n.bestPeriods[s.start] = true
	}
}

// overPeriods evaluates designs whose measures are all taken over the same periods of one input.
func (n *naive) overPeriods() []string {
	first := n.spec.Measures[0]
	axis := *first.Periods
	axis.Complete = true
	sub := &naive{tables: n.tables, spec: plan.Spec{Measures: first.Inputs, Time: &axis}}
	ordered := dateOf(first.Inputs[0])
	for _, d := range n.spec.Dimensions {
		if d.Column != ordered {
			sub.spec.Dimensions = append(sub.spec.Dimensions, d)
		}
	}
	var own []plan.Filter
	for _, f := range n.spec.Filters {
		if f.Column == ordered {
			own = append(own, f)
		} else {
			sub.spec.Filters = append(sub.spec.Filters, f)
		}
	}
	if w := n.spec.Window; w != nil {
		sub.spec.Window = whole(*w, axis)
	}
	all := sub.leaves()
	values := map[group][]any{}
	for g := range sub.groups(all) {
		v := sub.value(first.Inputs[0], nil, g, all)
		if v == anything && axis.Spine && first.Inputs[0].Kind == plan.Simple {
			v = 0.0
		}
		if slices.ContainsFunc(own, func(f plan.Filter) bool { return !passes(partOf(g.start, f.Part), f) }) {
			continue
		}
		at := group{dims: n.withParts(g, ordered)}
		if n.spec.Time != nil {
			at.start = begin(g.start, *n.spec.Time)
		}
		if values[at] = append(values[at], nil); v != nil {
			values[at] = append(values[at], v)
		}
	}
	if n.spec.Time == nil && len(n.spec.Dimensions) == 0 {
		values[group{}] = append(values[group{}], nil)
	}
	var out []string
	for g, list := range values {
		var cells []string
		if n.spec.Time != nil {
			if _, last := n.range_(all); n.spec.Time.Complete && g.start.After(last) {
				continue
			}
			cells = append(cells, n.stamp(g.start))
		}
		if len(n.spec.Dimensions) > 0 {
			cells = append(cells, strings.Split(g.dims, "\x00")...)
		}
		for _, m := range n.spec.Measures {
			if slices.Contains(list, anything) || slices.Contains(list, unknown) {
				cells = append(cells, unknown)
				continue
			}
			cells = append(cells, n.text(fold(m, slices.DeleteFunc(slices.Clone(list), func(v any) bool { return v == nil }))))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	slices.Sort(out)
	return out
}

// withParts are the dimensions of a group of the inner periods, the parts of their own date among them.
func (n *naive) withParts(g group, date plan.ColumnRef) string {
	rest := strings.Split(g.dims, "\x00")
	var out []string
	for _, d := range n.spec.Dimensions {
		if d.Column == date {
			out = append(out, n.text(partOf(g.start, d.Part)))
			continue
		}
		out, rest = append(out, rest[0]), rest[1:]
	}
	return strings.Join(out, "\x00")
}

// whole cuts a window to whole periods.
func whole(w plan.Window, axis plan.TimeAxis) *plan.Window {
	if w.From != "" {
		at := date(w.From)
		for !begin(at, axis).Equal(at) {
			at = at.AddDate(0, 0, 1)
		}
		w.From = at.Format("2006-01-02")
	}
	if w.To != "" {
		w.To = begin(date(w.To), axis).Format("2006-01-02")
	}
	return &w
}
