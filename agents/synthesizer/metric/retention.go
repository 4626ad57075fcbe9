package metric

import (
	"strings"

	"firstmile/planner/plan"
)

// A retention is read from cohorts: every entity with the period of its first event, laid over the periods from that one
// on to the last that the other event's data reaches, so that an age at which nobody was active shows 0.

// age is the dimension of a cohort's age, nil where there is none.
func (b *builder) age() *plan.Dimension {
	for i, d := range b.spec.Dimensions {
		if d.Age != nil {
			return &b.spec.Dimensions[i]
		}
	}
	return nil
}

func (b *builder) validAge() error {
	d := b.age()
	if d == nil {
		return nil
	}
	for _, m := range b.spec.Measures {
		for _, leaf := range leaves(m) {
			if m.Kind != plan.Retention {
				return refuse("age", "%s has no cohorts, so it has no %s; only retentions do.", nameOr(leaf.Name, m.Name), d.Name)
			}
		}
	}
	switch {
	case b.spec.Rank != nil:
		return refuse("age", "Cohorts at different ages cannot be ranked.")
	case b.spec.Time != nil && b.spec.Time.Spine:
		return refuse("age", "A period in which nobody began has no cohort that could be shown.")
	}
	return nil
}

func (b *builder) openRetention(s *source) (block, error) {
	m := s.first
	cohorts, entity, err := b.cohortStep(s)
	if err != nil {
		return block{}, err
	}
	active, err := b.activeStep(m)
	if err != nil {
		return block{}, err
	}
	periods, err := b.activePeriods(m, cohorts)
	if err != nil {
		return block{}, err
	}
	born, at := Column{cohorts, b.spec.Time.Name}, Column{periods, b.activePeriod()}
	within := []Scalar{Op{">=", at, born}}
	if most := b.age().Age.Max; most > 0 {
		within = append(within, Op{"<=", at, b.later(born, most)})
	}
	sel := Select{From: Table{Name: cohorts}, Items: []Item{{born, b.spec.Time.Name}}, Joins: []Join{
		{Kind: Inner, Table: Table{Name: periods}, On: within},
		{Kind: Left, Table: Table{Name: active}, On: []Scalar{Op{"=", Column{active, entity}, Column{cohorts, entity}}, Op{"=", Column{active, b.activePeriod()}, at}}}}}
	for _, d := range b.spec.Dimensions {
		item := Item{Column{cohorts, d.Name}, d.Name}
		if d.Age != nil {
			item.Expr = Elapsed{From: born, To: at, Grain: b.spec.Time.Grain}
		}
		sel.Items = append(sel.Items, item)
	}
	return block{sel, func(a *atom) (Scalar, error) {
		from := cohorts
		if a.measure.Calculation == plan.Retained {
			from = active
		}
		return Aggregate{Func: plan.CountDistinct, Arg: Column{from, entity}}, nil
	}}, nil
}

// activePeriod is the column with the periods in which there was activity.
func (b *builder) activePeriod() string { return b.free("active_" + string(b.spec.Time.Grain)) }

// cohortStep lists every entity with the period and the dimensions of its first event. The window and the Spec's filters choose
// among the cohorts; the first event is the first of all that the measure's own filters let through.
func (b *builder) cohortStep(s *source) (step, entity string, err error) {
	sel, r, first, err := b.firstRows(s, false)
	if err != nil {
		return "", "", err
	}
	filters := append(append([]plan.Filter(nil), b.spec.Filters...), s.first.Filters...)
	if err := b.addFilters(r, &sel, filters); err != nil {
		return "", "", err
	}
	if err := b.addKeys(r, &sel); err != nil {
		return "", "", err
	}
	sel.Distinct = true
	sel.Items = append(sel.Items, Item{Column{s.alias, first.entity}, first.entity})
	r.finish(&sel)
	return b.step(entityNoun(first.entity)+"_cohorts", "", sel), first.entity, nil
}

// firstRows are the rows of the first event within the window that are the first of their entity: of all or, within, of
// those in the same period.
func (b *builder) firstRows(s *source, within bool) (Select, *reach, eventRows, error) {
	var sel Select
	rows, err := b.events(s.node, s.alias, s.first.Inputs[0], s.first.Interval.Entity, false)
	if err != nil {
		return sel, nil, rows, err
	}
	r, err := b.reachAt(s.node, s.alias, s.first)
	if err != nil {
		return sel, nil, rows, err
	}
	at, _, err := r.moment(s.first)
	if err != nil {
		return sel, nil, rows, err
	}
	if b.split {
		sel.Items = append(sel.Items, Item{b.bucket(at), b.spec.Time.Name})
	}
	if sel.Where = b.inEdges(at); within {
		if sel.Where, err = b.inWindow(s, at); err != nil {
			return sel, nil, rows, err
		}
	}
	if !notNull(s.node, rows.entity) {
		sel.Where = append(sel.Where, IsNull{Arg: Column{s.alias, rows.entity}, Negated: true})
	}
	if !unique(s.node, rows.entity) {
		firsts := Select{From: Table{Name: rows.table}, Grouped: true, Keys: 1, Where: rows.where,
			Items: []Item{{Column{rows.table, rows.entity}, rows.entity}, {Aggregate{Func: plan.Min, Arg: rows.at}, eventAt}}}
		if within {
			firsts.Where = append(append([]Scalar(nil), rows.where...), b.inEdges(rows.at)...)
			if b.split {
				firsts.Items = append([]Item{{b.bucket(rows.at), b.spec.Time.Name}}, firsts.Items...)
				firsts.Keys = 2
			}
		}
		step := b.step("first_"+strings.TrimPrefix(nameOr(s.first.Inputs[0].Name, s.alias), "first_"), "", firsts)
		r.joins = append(r.joins, Join{Kind: Inner, Table: Table{Name: step}, On: []Scalar{
			Op{"=", Column{s.alias, rows.entity}, Column{step, rows.entity}}, Op{"=", at, Column{step, eventAt}}}})
	}
	return sel, r, rows, nil
}

// inEdges keeps the rows whose time is known and lies in the window.
func (b *builder) inEdges(at Scalar) []Scalar {
	var out []Scalar
	from, to := b.edges()
	if !from.IsZero() {
		out = append(out, Op{">=", at, dateLiteral(from)})
	}
	if !to.IsZero() {
		out = append(out, Op{"<", at, dateLiteral(to)})
	}
	if len(out) == 0 {
		out = append(out, present(at))
	}
	return out
}

// activeStep lists who was active in which period.
func (b *builder) activeStep(m plan.Measure) (string, error) {
	node, alias, err := b.relation(m.Inputs[1].Model)
	if err != nil {
		return "", err
	}
	rows, err := b.events(node, alias, m.Inputs[1], m.Interval.Entity, false)
	if err != nil {
		return "", err
	}
	where := append(rows.where, present(rows.at))
	return b.step("active_"+plural(entityNoun(rows.entity)), "", Select{Distinct: true, From: Table{Name: rows.table}, Where: where,
		Items: []Item{{Column{rows.table, rows.entity}, rows.entity}, {b.bucket(rows.at), b.activePeriod()}}}), nil
}

// activePeriods is the series of periods from the first cohort on to the last that the activity's data reaches.
func (b *builder) activePeriods(m plan.Measure, cohorts string) (string, error) {
	node, alias, err := b.relation(m.Inputs[1].Model)
	if err != nil {
		return "", err
	}
	r := newReach(b, node, alias)
	at, _, err := r.moment(m.Inputs[1])
	if err != nil {
		return "", err
	}
	grain := string(b.spec.Time.Grain)
	first, last := "first_"+grain, "last_"+grain
	end := b.step("last_active_"+grain, "", Select{From: Table{Name: alias}, Joins: r.joins, Grouped: true,
		Items: []Item{{b.lastPeriod(clock{last: Aggregate{Func: plan.Max, Arg: at}}), last}}})
	span := b.step("cohort_range", "", Select{From: Table{Name: cohorts}, Grouped: true, Items: []Item{
		{Aggregate{Func: plan.Min, Arg: Column{cohorts, b.spec.Time.Name}}, first}, {One{end, last}, last}}})
	return b.step("active_"+plural(grain), "", Series{Name: b.activePeriod(), Grain: b.spec.Time.Grain, From: span, First: first, Last: last}), nil
}
