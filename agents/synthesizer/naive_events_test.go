package synthesizer

import (
	"maps"
	"time"

	"firstmile/planner/plan"
)

// atEdge is a row of a population with the edge that it is counted for.
func (n *naive) atEdge(m plan.Measure, r record, start time.Time) record {
	from, to := start, time.Time{}
	if n.spec.Time != nil {
		to = n.next(start)
	} else {
		from, to = date(n.spec.Window.From), date(n.spec.Window.To)
	}
	out := maps.Clone(r)
	if out[edge] = to; m.Interval.State == plan.Opening || m.Interval.State == plan.Lost {
		out[edge] = from
	}
	return out
}

// calculations are the figures that a conversion is made of.
func calculations(m plan.Measure) []plan.Calculation {
	if m.Calculation == plan.Conversions || m.Calculation == plan.Opportunities {
		return []plan.Calculation{m.Calculation}
	}
	return []plan.Calculation{plan.Conversions, plan.Opportunities}
}

// eventsOf is a figure of a conversion over its base events.
func eventsOf(m plan.Measure, c plan.Calculation) plan.Measure {
	out := m.Inputs[0]
	out.Kind, out.Calculation, out.Inputs, out.Interval, out.Trailing = plan.Conversion, c, m.Inputs, m.Interval, m.Trailing
	return out
}

// sameEvents reports whether two figures look at the same base events and at the same that follow.
func sameEvents(a, b plan.Measure) bool {
	key := func(m plan.Measure) string {
		m.Name, m.Agg, m.Expr, m.Calculation = "", "", nil, ""
		base, then := m.Inputs[0], m.Inputs[1]
		base.Name, base.Agg, base.Expr, then.Name, then.Agg, then.Expr = "", "", nil, "", "", nil
		m.Inputs = []plan.Measure{base, then}
		return plan.Spec{Measures: []plan.Measure{m}}.Canonical()
	}
	return key(a) == key(b)
}

// converts looks at every event of the other kind: whether it follows the base event r within the window, and r is the last base
// event of its entity before it.
func (n *naive) converts(m plan.Measure, r record) bool {
	base, then := m.Inputs[0], m.Inputs[1]
	who := r[m.Interval.Entity]
	dayOnly := then.Time == "refunded_on" || then.Time == lentDay
	at := func(o record, column string) (time.Time, bool) {
		t, ok := o[column].(time.Time)
		if dayOnly {
			t = t.Truncate(24 * time.Hour)
		}
		return t, ok
	}
	began, ok := at(r, base.Time)
	if who == nil || !ok {
		return false
	}
	for _, c := range n.tables[then.Model] {
		when, ok := at(c, then.Time)
		if !ok || c[m.Interval.Entity] != who || when.Before(began) || !n.passes(then.Model, c, then.Filters) {
			continue
		}
		if m.Trailing != nil && !when.Before(move(began, m.Trailing.Count, m.Trailing.Unit)) {
			continue
		}
		nearer := false
		for _, o := range n.tables[base.Model] {
			t, ok := at(o, base.Time)
			nearer = nearer || ok && o[m.Interval.Entity] == who && t.After(began) && !t.After(when) && n.passes(base.Model, o, base.Filters)
		}
		if !nearer {
			return true
		}
	}
	return false
}
