package metric

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// A hop to a relation of versions leads to the one that was valid when the measured row happened. Versions that overlap would count the row
// more than once; nothing in the project can rule that out, so the gate looks at the data.

// instant is the time at which versions are looked at.
type instant struct {
	at  Scalar
	day bool // known to the day only
}

// reachAt reaches columns as of a time column of the row; a measure without one reaches no versions.
func (b *builder) reachAt(n *dbt.Node, alias, time string) (*reach, error) {
	r := newReach(b, n, alias)
	if time == "" {
		return r, nil
	}
	col, err := column(n, time)
	if err != nil {
		return nil, err
	}
	if !b.asOf() {
		return r, nil
	}
	at, err := b.moment(n, alias, time)
	r.event = &instant{at, toTheDay(col)}
	return r, err
}

// validThen is true for the version that is valid at the row's time. A version that begins within a day is that day's where only
// the day is known.
func (r *reach) validThen(to end, v plan.Validity) ([]Scalar, error) {
	var edges [2]Scalar
	for i, name := range []string{v.From, v.To} {
		col, err := column(to.node, name)
		if err != nil {
			return nil, err
		}
		at, err := r.b.moment(to.node, to.alias, name)
		if err != nil {
			return nil, err
		}
		if edges[i] = at; r.event.day && !toTheDay(col) {
			edges[i] = Cast{at, "date"}
		}
	}
	open := IsNull{Arg: Column{to.alias, v.To}}
	return []Scalar{Op{"<=", edges[0], r.event.at}, Op{"or", Op{">", edges[1], r.event.at}, open}}, nil
}

// asOf reports whether any column of the design is looked at as of the time of a row.
func (b *builder) asOf() bool {
	any := false
	look := func(paths []plan.JoinPath) {
		for _, p := range paths {
			for _, h := range p.Hops {
				any = any || h.AsOf != nil
			}
		}
	}
	filters := func(list []plan.Filter) {
		for _, f := range list {
			look(f.Paths)
		}
	}
	for _, d := range b.spec.Dimensions {
		look(d.Paths)
	}
	filters(b.spec.Filters)
	var measures func([]plan.Measure)
	measures = func(list []plan.Measure) {
		for _, m := range list {
			filters(m.Filters)
			measures(m.Inputs)
			for _, part := range []*plan.Measure{m.Numerator, m.Denominator} {
				if part != nil {
					measures([]plan.Measure{*part})
				}
			}
		}
	}
	measures(b.spec.Measures)
	return any
}
