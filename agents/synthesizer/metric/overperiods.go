package metric

import (
	"strconv"
	"time"

	"firstmile/planner/plan"
)

// validOverPeriods checks the axis within the axis; the measure on it is checked when it is planned.
func (b *builder) validOverPeriods(m plan.Measure) error {
	p := m.Periods
	if p == nil || len(m.Inputs) != 1 || m.Inputs[0].Name == "" {
		return refuse("over_periods", "%s does not say of what, or over which periods, it is taken.", m.Name)
	}
	if err := validTime(p); err != nil {
		return err
	}
	switch m.Agg {
	case plan.Average, plan.Min, plan.Max, plan.Median, plan.Percentile:
	default:
		return refuse("aggregation", "%s takes the %q over periods, which I do not know.", m.Name, m.Agg)
	}
	if t := b.spec.Time; t != nil && !finer(p.Grain, t.Grain) {
		return refuse("over_periods", "%s is taken over the %ss of each %s, of which there are none.", m.Name, p.Grain, t.Grain)
	}
	if len(leaves(m)) == 0 {
		return refuse("no_model", "%s does not say which relation it is computed on.", m.Name)
	}
	if m.Inputs[0].Kind == plan.OverPeriods {
		return refuse("over_periods", "%s is taken over periods twice.", m.Name)
	}
	return nil
}

// openOverPeriods computes the inputs for every period of the axis within the axis, in a plan of its own, and takes the
// aggregate over these rows.
func (b *builder) openOverPeriods(s *source) (block, error) {
	if b.top != nil && b.top.rest {
		return block{}, refuse("rest", "%s cannot be told for all the other groups together.", s.first.Name)
	}
	p := s.first.Periods
	b.names.used[p.Name] = true
	input := s.first.Inputs[0]
	spec := b.within(*p, input)
	if w := spec.Window; w != nil && w.From != "" && w.To != "" && w.From >= w.To {
		return block{}, refuse("over_periods", "No whole %s lies within the period that %s is asked for.", p.Grain, s.first.Name)
	}
	inner := b.sub(spec, true)
	if err := inner.validate(); err != nil {
		return block{}, err
	}
	rows, err := inner.result()
	if err != nil {
		return block{}, err
	}
	name := b.step(input.Name+"_by_"+p.Name, "", rows)
	sel := Select{From: Table{Name: name}}
	if b.split {
		at := b.bucket(Column{name, p.Name})
		sel.Items = []Item{{at, b.spec.Time.Name}}
		if sel.Where, err = b.wholeOnly(at); err != nil {
			return block{}, err
		}
	}
	for _, d := range b.spec.Dimensions {
		sel.Items = append(sel.Items, Item{Column{name, d.Name}, d.Name})
	}
	r := newReach(b, s.node, s.alias)
	if err := b.applyTop(r, &sel, false); err != nil {
		return block{}, err
	}
	sel.Joins = r.joins
	return block{sel, func(a *atom) (Scalar, error) {
		return Aggregate{Func: a.measure.Agg, Arg: Column{name, input.Name}, Percentile: a.measure.Percentile}, nil
	}}, nil
}

// wholeOnly leaves out the period of the Spec that has not ended, where only complete ones count.
func (b *builder) wholeOnly(at Scalar) ([]Scalar, error) {
	_, to := b.edges()
	switch {
	case !b.spec.Time.Complete:
		return nil, nil
	case !to.IsZero():
		return []Scalar{Op{"<", at, dateLiteral(to)}}, nil
	}
	open, err := b.openStep()
	return []Scalar{Op{"<", at, One{open, "starts_on"}}}, err
}

// within is the Spec of the input on its own axis: the same groups and filters, and only whole periods.
func (b *builder) within(axis plan.TimeAxis, input plan.Measure) plan.Spec {
	axis.Complete = true
	spec := plan.Spec{Measures: []plan.Measure{input}, Dimensions: b.spec.Dimensions, Filters: b.spec.Filters, Time: &axis}
	if b.spec.Window == nil {
		return spec
	}
	spec.Window = &plan.Window{}
	if from, _ := b.edges(); !from.IsZero() {
		if start := floorOn(from, axis); start.Before(from) {
			from = add(start, 1, axis.Grain)
		}
		spec.Window.From = from.Format(civilLayout)
	}
	if to, err := civil(b.spec.Window.To); err == nil {
		spec.Window.To = floorOn(to, axis).Format(civilLayout)
	}
	return spec
}

// leaves are the parts of a measure that read rows.
func leaves(m plan.Measure) []plan.Measure {
	if m.Model != "" {
		return []plan.Measure{m}
	}
	parts := m.Inputs
	if m.Numerator != nil && m.Denominator != nil {
		parts = []plan.Measure{*m.Numerator, *m.Denominator}
	}
	var out []plan.Measure
	for _, p := range parts {
		out = append(out, leaves(p)...)
	}
	return out
}

// clockSources are the relations whose times say how far a source reaches: those that its input reads, where it has one.
func (b *builder) clockSources(s *source) ([]*source, error) {
	if s.first.Kind != plan.OverPeriods {
		return []*source{s}, nil
	}
	var out []*source
	for _, m := range leaves(s.first) {
		node, alias, err := b.relation(m.Model)
		if err != nil {
			return nil, err
		}
		out = append(out, &source{node: node, alias: alias, first: m})
	}
	return out, nil
}

// floorOn is the first day of the axis's period that t lies in.
func floorOn(t time.Time, axis plan.TimeAxis) time.Time {
	back := fiscalShift(axis.Grain, axis.FiscalStart)
	if back == 0 {
		return floor(t, axis.Grain, axis.WeekStart)
	}
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC) // the day does not matter, and may not exist
	return add(floor(add(first, -back, plan.Month), axis.Grain, axis.WeekStart), back, plan.Month)
}

// fiscalShift is how many months the periods of a fiscal calendar begin after those of the civil one.
func fiscalShift(g plan.Grain, start int) int {
	if start < 2 {
		return 0
	}
	switch g {
	case plan.Quarter:
		return (start - 1) % 3
	case plan.Year:
		return start - 1
	}
	return 0
}

// bucketOf is the period of a grain that a moment falls into, in the calendar of an axis.
func bucketOf(at Scalar, g plan.Grain, axis plan.TimeAxis) Scalar {
	back := fiscalShift(g, axis.FiscalStart)
	if back == 0 {
		return Bucket{Arg: at, Grain: g, WeekStart: axis.WeekStart}
	}
	earlier := Shift{Arg: at, Count: -back, Unit: plan.Month, Clock: true}
	return Shift{Arg: Bucket{Arg: earlier, Grain: g, WeekStart: axis.WeekStart}, Count: back, Unit: plan.Month}
}

// validFiscal checks the month that a fiscal year begins with.
func validFiscal(t *plan.TimeAxis) error {
	if t.FiscalStart < 0 || t.FiscalStart > 12 {
		return refuse("fiscal_start", "A fiscal year cannot begin with month %s.", strconv.Itoa(t.FiscalStart))
	}
	return nil
}
