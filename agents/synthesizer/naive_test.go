package synthesizer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"firstmile/planner/plan"
)

// A naive evaluator: it looks at every row for every cell of the result, straight from the definitions, and shares
// nothing with the compiler or the database.

type record map[string]any // float64, string, bool, time.Time or nil

type naive struct {
	tables map[string][]record
	spec   plan.Spec
	// whole is true when totals over all periods are computed for a ranking.
	whole bool
	// best holds the best groups by period (the zero time: in all of them); nil without a ranking.
	best map[time.Time]map[string]bool
	// bestPeriods are the periods that a ranking without groups keeps.
	bestPeriods map[time.Time]bool
}

// group is a row of the result: its period (zero when there is none) and its dimensions.
type group struct {
	start time.Time
	dims  string
}

// leaf is a measure without parts at a distance back in time.
type leaf struct {
	m      plan.Measure
	offset *plan.Span
}

func leaves(m plan.Measure, offset *plan.Span) []leaf {
	switch m.Kind {
	case plan.Ratio:
		if m.Denominator.Whole != nil {
			return leaves(*m.Numerator, offset)
		}
		return append(leaves(*m.Numerator, offset), leaves(*m.Denominator, offset)...)
	case plan.Derived:
		var out []leaf
		for _, in := range m.Inputs {
			out = append(out, leaves(in, in.Offset)...)
		}
		return out
	case plan.Conversion:
		var out []leaf
		for _, c := range calculations(m) {
			out = append(out, leaf{eventsOf(m, c), offset})
		}
		return out
	}
	return []leaf{{m, offset}}
}

// anything marks a sum over nulls or no rows, which may be null or zero; unknown is what a formula makes of it.
const (
	anything = "0 or null"
	unknown  = "?"
)

func (n *naive) leaves() []leaf {
	var all []leaf
	for _, m := range n.spec.Measures {
		all = append(all, leaves(m, nil)...)
	}
	return all
}

func (n *naive) rows() []string {
	if n.spec.Measures[0].Kind == plan.OverPeriods {
		return n.overPeriods()
	}
	n.rank()
	all := n.leaves()
	var out []string
	for g := range n.groups(all) {
		if n.best != nil && !n.spec.Rank.Rest && !n.isBest(g.start, g.dims) || n.bestPeriods != nil && !n.bestPeriods[g.start] {
			continue
		}
		cells := []string{}
		if n.spec.Time != nil {
			cells = append(cells, n.stamp(g.start))
		}
		if len(n.spec.Dimensions) > 0 {
			cells = append(cells, strings.Split(g.dims, "\x00")...)
		}
		for _, m := range n.spec.Measures {
			cells = append(cells, n.text(n.value(m, nil, g, all)))
		}
		out = append(out, strings.Join(cells, " | "))
	}
	slices.Sort(out)
	return out
}

func (n *naive) stamp(t time.Time) string {
	if n.spec.Time.Grain == plan.Hour {
		return t.Format("2006-01-02T15:04:05")
	}
	return t.Format("2006-01-02")
}

func (n *naive) text(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		return number(v)
	}
	return fmt.Sprint(v)
}

// groups lists the rows of the result.
func (n *naive) groups(all []leaf) map[group]bool {
	own := map[group]bool{} // the groups that were there at any time since the earliest period that is looked up
	for _, l := range all {
		for _, p := range n.lookedAt(all) {
			for dims := range n.present(l.m, all, p) {
				own[group{p, dims}] = true
			}
		}
	}
	t := n.spec.Time
	out := map[group]bool{}
	if t != nil && t.Spine && !n.whole {
		for _, p := range n.periods(all) {
			if len(n.spec.Dimensions) == 0 {
				out[group{p, ""}] = true
			}
			for g := range own {
				out[group{p, g.dims}] = true
			}
		}
		return out
	}
	for _, l := range all {
		for _, p := range n.periods(all) {
			at := p
			if l.offset != nil {
				at = move(p, -l.offset.Count, l.offset.Unit)
			}
			for dims := range n.present(l.m, all, at) {
				out[group{p, dims}] = true
			}
		}
	}
	if (t == nil || n.whole) && len(n.spec.Dimensions) == 0 {
		out[group{}] = true
	}
	return out
}

// present lists the groups that the rows behind a measure have in a period: rows that pass the filters which all
// measures over the same rows share.
func (n *naive) present(m plan.Measure, all []leaf, start time.Time) map[string]bool {
	var shared []plan.Filter
	first := true
	for _, l := range all {
		if !sameRows(l.m, m) {
			continue
		}
		if first {
			shared, first = l.m.Filters, false
			continue
		}
		shared = slices.DeleteFunc(slices.Clone(shared), func(f plan.Filter) bool {
			return !slices.ContainsFunc(l.m.Filters, func(g plan.Filter) bool { return fmt.Sprint(f) == fmt.Sprint(g) })
		})
	}
	out := map[string]bool{}
	probe := m
	probe.Filters = shared
	if m.Kind == plan.Population {
		probe.Filters = m.Filters
		iv := *m.Interval
		iv.State = map[plan.PopulationState]plan.PopulationState{plan.Lost: plan.Opening, plan.Gained: plan.Closing,
			plan.Opening: plan.Opening, plan.Closing: plan.Closing}[iv.State]
		probe.Interval = &iv
	}
	for _, r := range n.counted(probe, all, start) {
		out[n.dims(m.Model, r, start)] = true
	}
	return out
}

func sameRows(a, b plan.Measure) bool {
	if a.Kind != b.Kind || a.Model != b.Model {
		return false
	}
	if a.Kind == plan.Conversion {
		return sameEvents(a, b)
	}
	return a.Kind != plan.Cumulative || fmt.Sprint(a.Trailing) == fmt.Sprint(b.Trailing) && a.GrainToDate == b.GrainToDate
}

// counted lists the rows that a measure looks at in a period, all filters applied.
func (n *naive) counted(m plan.Measure, all []leaf, start time.Time) []record {
	var out []record
	for _, r := range n.tables[m.Model] {
		if !n.passes(m.Model, r, n.spec.Filters) {
			continue
		}
		if m.Kind == plan.Population {
			if r[m.Interval.Entity] != nil && n.passes(m.Model, r, m.Filters) && n.inState(m, r, start) {
				out = append(out, n.atEdge(m, r, start))
			}
			continue
		}
		if n.passes(m.Model, r, m.Filters) && n.inTime(m, r, all, start) {
			out = append(out, r)
		}
	}
	if m.Kind == plan.Balance {
		out = n.lastOf(m, out)
	}
	return out
}

func (n *naive) inTime(m plan.Measure, r record, all []leaf, start time.Time) bool {
	t, ok := r[m.Time].(time.Time)
	if n.spec.Time == nil && n.spec.Window == nil && m.Kind != plan.Balance {
		return true
	}
	if !ok {
		return false
	}
	if m.Kind == plan.Cumulative && n.spec.Time != nil {
		end := n.next(start)
		if !t.Before(end) {
			return false
		}
		if m.Trailing != nil {
			return !t.Before(move(end, -m.Trailing.Count, m.Trailing.Unit))
		}
		return m.GrainToDate == "" || !t.Before(begin(start, n.calendar(m.GrainToDate)))
	}
	if n.spec.Time == nil {
		return n.within(t)
	}
	if n.whole {
		_, last := n.range_(all)
		return n.within(t) && (!n.spec.Time.Complete || !begin(t, *n.spec.Time).After(last))
	}
	return begin(t, *n.spec.Time).Equal(start) && n.within(t)
}

func (n *naive) looksBack() bool {
	for _, m := range n.spec.Measures {
		for _, in := range m.Inputs {
			if in.Offset != nil {
				return true
			}
		}
	}
	return false
}

func (n *naive) within(t time.Time) bool {
	w := n.spec.Window
	if w == nil {
		return true
	}
	return (w.From == "" || !t.Before(date(w.From)) || n.looksBack()) && (w.To == "" || t.Before(date(w.To)))
}

func date(s string) time.Time { t, _ := time.Parse("2006-01-02", s); return t }

// lastOf keeps the rows of the last moment, of all or of each entity.
func (n *naive) lastOf(m plan.Measure, in []record) []record {
	key := func(r record) any {
		if m.Interval == nil {
			return nil
		}
		return r[m.Interval.Entity]
	}
	last := map[any]time.Time{}
	for _, r := range in {
		if t := r[m.Time].(time.Time); t.After(last[key(r)]) {
			last[key(r)] = t
		}
	}
	return slices.DeleteFunc(in, func(r record) bool { return !r[m.Time].(time.Time).Equal(last[key(r)]) })
}

// inState applies plan.PopulationState by asking about both edges of the period.
func (n *naive) inState(m plan.Measure, r record, start time.Time) bool {
	from, to := start, time.Time{}
	if n.spec.Time != nil {
		to = n.next(start)
	} else {
		from, to = date(n.spec.Window.From), date(n.spec.Window.To)
	}
	member := func(at time.Time) bool {
		for _, o := range n.tables[m.Model] {
			if o[m.Interval.Entity] == r[m.Interval.Entity] && n.passes(m.Model, o, m.Filters) && validAt(m, o, at) {
				return true
			}
		}
		return false
	}
	switch m.Interval.State {
	case plan.Opening:
		return validAt(m, r, from)
	case plan.Closing:
		return validAt(m, r, to)
	case plan.Lost:
		return validAt(m, r, from) && !member(to)
	}
	return validAt(m, r, to) && !member(from)
}

// validAt is the state just before an edge.
func validAt(m plan.Measure, r record, at time.Time) bool {
	from, ok := r[m.Interval.From].(time.Time)
	if !ok || !from.Before(at) {
		return false
	}
	if f := m.Interval.For; f != nil {
		return !move(from, f.Count, f.Unit).Before(at)
	}
	to, ends := r[m.Interval.To].(time.Time)
	return !ends || !to.Before(at)
}

func (n *naive) value(m plan.Measure, offset *plan.Span, g group, all []leaf) any {
	switch m.Kind {
	case plan.Ratio:
		if m.Denominator.Whole != nil {
			return divide(n.value(*m.Numerator, offset, g, all), n.wholeOf(*m.Denominator, g, all))
		}
		return divide(n.value(*m.Numerator, offset, g, all), n.value(*m.Denominator, offset, g, all))
	case plan.Conversion:
		var parts []any
		for _, c := range calculations(m) {
			parts = append(parts, n.leafValue(eventsOf(m, c), offset, g, all))
		}
		if len(parts) == 1 {
			return parts[0]
		}
		return divide(parts[0], parts[1])
	case plan.Derived:
		return n.formula(*m.Formula, func(name string) any {
			for _, in := range m.Inputs {
				if in.Name == name {
					return n.value(in, in.Offset, g, all)
				}
			}
			return nil
		})
	}
	return n.leafValue(m, offset, g, all)
}

func (n *naive) leafValue(m plan.Measure, offset *plan.Span, g group, all []leaf) any {
	at := g.start
	if offset != nil {
		at = move(at, -offset.Count, offset.Unit)
		if first, _ := (&naive{tables: n.tables, spec: plan.Spec{Time: n.spec.Time}}).range_(all); at.Before(first) || first.IsZero() {
			return nil
		}
	}
	var values []any
	rows := 0
	for _, r := range n.counted(m, all, at) {
		if n.dims(m.Model, r, at) != g.dims {
			continue
		}
		rows++
		if m.Kind == plan.Conversion && m.Calculation == plan.Conversions && !n.converts(m, r) {
			continue
		}
		v := any(1.0)
		if m.Kind == plan.Population && m.Agg == plan.CountDistinct {
			v = r[m.Interval.Entity]
		} else if m.Expr != nil {
			v = n.formula(*m.Expr, func(name string) any { return r[name] })
		}
		if v != nil {
			values = append(values, v)
		}
	}
	if rows == 0 && m.Agg == plan.Sum && n.spec.Time != nil && n.spec.Time.Spine && m.Kind != plan.Balance {
		return 0.0
	}
	return fold(m, values)
}
