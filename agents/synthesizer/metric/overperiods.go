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
	if err := b.aboutDays(m); err != nil {
		return err
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
		period := b.bucket(Column{name, p.Name})
		sel.Items = []Item{{period, b.spec.Time.Name}}
		if sel.Where, err = b.wholeOnly(period); err != nil {
			return block{}, err
		}
	}
	if err := b.aboutPeriods(s.first, Column{name, p.Name}, name, &sel); err != nil {
		return block{}, err
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
	spec := plan.Spec{Measures: []plan.Measure{input}, Time: &axis}
	over := plan.Measure{Inputs: spec.Measures, Periods: &axis}
	for _, d := range b.spec.Dimensions {
		if !ofPeriod(over, d.Column, d.Paths, d.Part) {
			spec.Dimensions = append(spec.Dimensions, d)
		}
	}
	for _, f := range b.spec.Filters {
		if !ofPeriod(over, f.Column, f.Paths, f.Part) {
			spec.Filters = append(spec.Filters, f)
		}
	}
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

// ofPeriod reports whether a column is the very date that puts the rows into the periods: what is said of it is said of the
// periods. A period that a condition leaves out must not count as an empty one.
func ofPeriod(over plan.Measure, ref plan.ColumnRef, paths []plan.JoinPath, part plan.DatePart) bool {
	if part == plan.HourOfDay {
		return false
	}
	for _, m := range leaves(over) {
		if m.Kind == plan.Population || !m.DatedBy(ref, paths) {
			return false
		}
	}
	return true
}

// aboutPeriods adds the dimensions, those of the periods themselves among them, and the conditions on the periods.
func (b *builder) aboutPeriods(over plan.Measure, at Column, step string, sel *Select) error {
	for _, d := range b.spec.Dimensions {
		item := Item{Column{step, d.Name}, d.Name}
		if ofPeriod(over, d.Column, d.Paths, d.Part) {
			item.Expr = DatePart{at, d.Part}
		}
		sel.Items = append(sel.Items, item)
	}
	for _, f := range b.spec.Filters {
		if !ofPeriod(over, f.Column, f.Paths, f.Part) {
			continue
		}
		when, err := onPeriod(f, at)
		if err != nil {
			return err
		}
		sel.Where = append(sel.Where, when)
	}
	return nil
}

// onPeriod is a condition on the day that a period is.
func onPeriod(f plan.Filter, day Scalar) (Scalar, error) {
	if f.Part != "" {
		day = DatePart{day, f.Part}
	}
	if f.Op == plan.IsNull || f.Op == plan.NotNull {
		return IsNull{Arg: day, Negated: f.Op == plan.NotNull}, nil
	}
	values := make([]Scalar, len(f.Values))
	for i, v := range f.Values {
		var err error
		if values[i], err = literalOf(v); err != nil {
			return nil, err
		}
	}
	return compare(f, day, values)
}

// aboutDays refuses conditions and dimensions on the date of the rows where a period is longer than a day, so that a part of it
// would be left out.
func (b *builder) aboutDays(m plan.Measure) error {
	if m.Periods.Grain == plan.Day {
		return nil
	}
	said := false
	for _, d := range b.spec.Dimensions {
		said = said || ofPeriod(m, d.Column, d.Paths, d.Part)
	}
	for _, f := range b.spec.Filters {
		said = said || ofPeriod(m, f.Column, f.Paths, f.Part) && !wholePeriodsOut(f, *m.Periods)
	}
	if said {
		return refuse("over_periods", "%s would count parts of a %s, because the design leaves out or splits by days.", m.Name, m.Periods.Grain)
	}
	return nil
}

// wholePeriodsOut reports whether a filter leaves out whole periods of an axis and nothing else.
func wholePeriodsOut(f plan.Filter, axis plan.TimeAxis) bool {
	if f.Op != plan.NotBetween || f.Part != "" || len(f.Values) != 2 {
		return false
	}
	from, err := civil(f.Values[0].Text)
	last, err2 := civil(f.Values[1].Text)
	next := last.AddDate(0, 0, 1)
	return err == nil && err2 == nil && floorOn(from, axis).Equal(from) && floorOn(next, axis).Equal(next)
}

// leaves are the parts of a measure that read rows.
func leaves(m plan.Measure) []plan.Measure {
	if m.Model != "" {
		return []plan.Measure{m}
	}
	var out []plan.Measure
	for _, p := range m.Parts() {
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
