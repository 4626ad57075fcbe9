package metric

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// A hop to a relation of versions leads to the one that was valid when the measured row happened. Versions that overlap would count the row
// more than once; nothing in the project can rule that out, so the gate looks at the data.

// instant is the time at which versions, or the rows of a population, are looked at.
type instant struct {
	at   Scalar
	day  bool // known to the day only
	edge bool // the edge of a period: what is looked at is the state just before it
}

// within compares the two ends of a validity with the instant. At the edge of a period a start and an end at the very edge
// both belong to the period that begins there (plan.PopulationState).
func (i instant) within(from, to Scalar) (begun, lasts Op) {
	if i.edge {
		return Op{"<", from, i.at}, Op{">=", to, i.at}
	}
	return Op{"<=", from, i.at}, Op{">", to, i.at}
}

// reachAt reaches columns as of the time of the row; a measure without one reaches no versions.
func (b *builder) reachAt(n *dbt.Node, alias string, m plan.Measure) (*reach, error) {
	r := newReach(b, n, alias)
	switch {
	case m.Time == "":
		return r, nil
	case !b.asOf() && m.TimePath != nil:
		return r, nil
	case !b.asOf():
		_, err := column(n, m.Time)
		return r, err
	}
	at, col, err := r.moment(m)
	r.event = &instant{at: at, day: toTheDay(col)}
	return r, err
}

// moment is the civil time of a row of a measure and the column that it comes from, which may lie on a related relation.
func (r *reach) moment(m plan.Measure) (Scalar, dbt.Column, error) {
	var paths []plan.JoinPath
	if m.TimePath != nil {
		paths = m.DatePaths()
	}
	dated := m.Dated()
	at, col, err := r.to(dated, paths, "the date of "+m.Model)
	if err != nil {
		return nil, col, err
	}
	at, err = r.b.localized(dated.Relation, at, col)
	return at, col, err
}

// validThen is true for the version that is valid at the row's time, of a population at the instant that it is counted
// for. A version that begins within a day is that day's where only the day is known.
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
	begun, lasts := r.event.within(edges[0], edges[1])
	return []Scalar{begun, Op{"or", lasts, open}}, nil
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
