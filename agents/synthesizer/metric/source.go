package metric

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// source is a set of atoms that are aggregates over the same rows.
type source struct {
	key   string
	node  *dbt.Node
	alias string
	first plan.Measure // decides which rows are read: model, time, interval, …
	atoms []*atom
	step  string // the step with its result, when it is not the only source
}

// assign puts an atom into the source that reads its rows.
func (b *builder) assign(a *atom) error {
	m := a.measure
	if err := b.needsTime(m); err != nil {
		return err
	}
	node, alias, err := b.relation(leaves(m)[0].Model)
	if err != nil {
		return err
	}
	key := sourceKey(node, m, b.timed() || b.asOf())
	for _, s := range b.sources {
		if s.key == key {
			a.source, a.name = s, s.freeName(a.name)
			s.atoms = append(s.atoms, a)
			return nil
		}
	}
	s := &source{key: key, node: node, alias: alias, first: m, atoms: []*atom{a}}
	a.source = s
	b.sources = append(b.sources, s)
	return nil
}

func (s *source) freeName(name string) string {
	for _, a := range s.atoms {
		if a.name == name {
			return s.freeName(name + "_2")
		}
	}
	return name
}

// sourceKey names the rows that a measure reads. Filters of a simple measure are conditions within
// the aggregate; those of a population or balance decide which rows count as the state of an entity.
func sourceKey(node *dbt.Node, m plan.Measure, timed bool) string {
	parts := []any{node.ID, m.Kind}
	if timed && m.Kind != plan.Population {
		parts = append(parts, timeKey(m))
	}
	switch m.Kind {
	case plan.Population:
		iv := *m.Interval
		atEnd := iv.State == plan.Closing || iv.State == plan.Gained
		parts = append(parts, iv.Entity, iv.From, iv.To, iv.For, atEnd, filtersKey(m.Filters))
	case plan.Balance:
		parts = append(parts, m.Interval, filtersKey(m.Filters))
	case plan.Cumulative:
		parts = append(parts, m.Trailing, m.GrainToDate)
	case plan.OverPeriods:
		parts = append(parts, m.Periods, m.Inputs[0].Name, atomKey(m.Inputs[0]))
	case plan.Conversion, plan.Retention, plan.Funnel:
		parts = append(parts, timeKey(m), filtersKey(m.Filters), m.Interval.Entity, m.Trailing)
		for _, then := range m.Inputs[1:] {
			parts = append(parts, then.Model, timeKey(then), filtersKey(then.Filters))
		}
	}
	return keyOf(parts)
}

// timeKey is what dates the rows of a measure, and how it is reached.
func timeKey(m plan.Measure) string {
	return atomKey(plan.Measure{Time: m.Time, TimePath: m.TimePath})
}

// timed reports whether rows have to be placed in time at all.
func (b *builder) timed() bool { return b.spec.Time != nil || b.spec.Window != nil }

func (b *builder) needsTime(m plan.Measure) error {
	switch {
	case m.Kind == plan.Population && !b.split:
		return b.needsEdge(m)
	case m.Kind == plan.Cumulative && !b.split && (m.Trailing != nil || m.GrainToDate != ""):
		return refuse("cumulative", "%s runs over a trailing period, so the design needs a row for each period.", m.Name)
	case m.Kind == plan.Cumulative && m.GrainToDate != "" && !nests(b.spec.Time.Grain, m.GrainToDate):
		return refuse("cumulative", "%s adds up since the start of the %s, but a %s can lie in two of them.",
			m.Name, m.GrainToDate, b.spec.Time.Grain)
	case m.Kind == plan.Cumulative && m.Trailing != nil && m.Trailing.Count <= 0:
		return refuse("cumulative", "The trailing period of %s must be longer than zero.", m.Name)
	case m.Kind == plan.Balance && m.Time == "":
		return refuse("no_time", "%s does not say which column orders its rows in time.", m.Name)
	case m.Kind != plan.Population && m.Kind != plan.OverPeriods && b.timed() && m.Time == "":
		return refuse("no_time", "%s does not say which column puts its rows into a period.", m.Name)
	}
	return nil
}

// block is what a source's result is selected from, before anyone has said which columns are wanted.
type block struct {
	sel  Select // From, Joins, Where, and the keys as Items
	cell func(*atom) (Scalar, error)
}

// open plans the rows of a source: preparing steps are added to the plan, the rest is the block.
func (b *builder) open(s *source) (block, error) {
	switch s.first.Kind {
	case plan.Population:
		return b.openPopulation(s)
	case plan.Balance:
		return b.openBalance(s)
	case plan.OverPeriods:
		return b.openOverPeriods(s)
	case plan.Conversion:
		return b.openConversion(s)
	case plan.Retention:
		return b.openRetention(s)
	case plan.Funnel:
		return b.openFunnel(s)
	case plan.Cumulative:
		if b.split {
			return b.openCumulative(s)
		}
	}
	return b.openRows(s)
}

// openRows reads the rows of a fact as they are.
func (b *builder) openRows(s *source) (block, error) {
	r, err := b.reachAt(s.node, s.alias, s.first)
	if err != nil {
		return block{}, err
	}
	sel, err := b.timedRows(s, r)
	if err != nil {
		return block{}, err
	}
	return b.rowsBlock(s, r, sel)
}

// timedRows are the rows of a fact within the window, with their period.
func (b *builder) timedRows(s *source, r *reach) (Select, error) {
	var sel Select
	if !b.timed() {
		return sel, nil
	}
	at, _, err := r.moment(s.first)
	if err != nil {
		return sel, err
	}
	if b.split {
		sel.Items = append(sel.Items, Item{b.bucket(at), b.spec.Time.Name})
	}
	sel.Where, err = b.inWindow(s, at)
	return sel, err
}

// rowsBlock adds filters and dimensions to the rows of a fact and aggregates them.
func (b *builder) rowsBlock(s *source, r *reach, sel Select) (block, error) {
	shared := sharedFilters(s.atoms)
	if err := b.addFilters(r, &sel, append(append([]plan.Filter(nil), b.spec.Filters...), shared...)); err != nil {
		return block{}, err
	}
	if err := b.addKeys(r, &sel); err != nil {
		return block{}, err
	}
	conditions := map[*atom]Scalar{}
	for _, a := range s.atoms {
		when, err := b.condition(r, without(a.measure.Filters, shared))
		if err != nil {
			return block{}, err
		}
		conditions[a] = when
	}
	r.finish(&sel)
	return block{sel, func(a *atom) (Scalar, error) {
		return aggregate(s.node, s.alias, a.measure, conditions[a])
	}}, nil
}

// sharedFilters are the filters that every atom has: they can stand where the rows are read.
func sharedFilters(atoms []*atom) []plan.Filter {
	var out []plan.Filter
	for _, f := range atoms[0].measure.Filters {
		everywhere := true
		for _, a := range atoms[1:] {
			everywhere = everywhere && hasFilter(a.measure.Filters, f)
		}
		if everywhere {
			out = append(out, f)
		}
	}
	return out
}

func hasFilter(list []plan.Filter, f plan.Filter) bool {
	for _, g := range list {
		if filterKey(g) == filterKey(f) {
			return true
		}
	}
	return false
}

func filterKey(f plan.Filter) string { return filtersKey([]plan.Filter{f}) }

// filtersKey is the meaning of filters, whoever worded them.
func filtersKey(list []plan.Filter) string { return plan.Spec{Filters: list}.Canonical() }

func without(list, drop []plan.Filter) []plan.Filter {
	var out []plan.Filter
	for _, f := range list {
		if !hasFilter(drop, f) {
			out = append(out, f)
		}
	}
	return out
}

// aggregate is an atom over the rows of its relation; when is nil or the condition for a row to count.
func aggregate(n *dbt.Node, alias string, m plan.Measure, when Scalar) (Scalar, error) {
	var arg Scalar
	if m.Expr != nil {
		var err error
		if arg, err = rowExpr(n, alias, *m.Expr); err != nil {
			return nil, err
		}
	}
	return aggregateOf(m, arg, when), nil
}

func aggregateOf(m plan.Measure, arg, when Scalar) Scalar {
	one := Literal{plan.Literal{Kind: plan.NumberLiteral, Text: "1"}}
	zero := Literal{plan.Literal{Kind: plan.NumberLiteral, Text: "0"}}
	if m.Agg == plan.SumBoolean {
		if when == nil {
			when = arg
		} else {
			when = Op{"and", when, arg}
		}
		return Aggregate{Func: plan.Count, Arg: Case{When: []Scalar{when}, Then: []Scalar{one}}}
	}
	agg := Aggregate{Func: m.Agg, Arg: arg, Percentile: m.Percentile}
	if when == nil {
		return agg
	}
	switch {
	case arg == nil:
		agg.Arg = Case{When: []Scalar{when}, Then: []Scalar{one}}
	case m.Agg == plan.Sum:
		agg.Arg = Case{When: []Scalar{when}, Then: []Scalar{arg}, Else: zero}
	default:
		agg.Arg = Case{When: []Scalar{when}, Then: []Scalar{arg}}
	}
	return agg
}

// addKeys adds the dimensions to the items, after what is there, and applies the best groups.
func (b *builder) addKeys(r *reach, sel *Select) error { return b.addKeysOf(r, sel, false) }

func (b *builder) addKeysOf(r *reach, sel *Select, keep bool) error {
	for _, d := range b.spec.Dimensions {
		if d.Age != nil {
			continue // counted where the cohorts are
		}
		at, col, err := r.to(d.Column, d.Paths, d.Name)
		if err != nil {
			return err
		}
		if at, err = b.partOf(at, d.Column.Relation, col, d.Part); err != nil {
			return err
		}
		sel.Items = append(sel.Items, Item{bucketed(at, col.Type, d.NullAs), d.Name})
	}
	return b.applyTop(r, sel, keep)
}

// bucketed puts null into its named bucket, as text.
func bucketed(at Scalar, kind, nullAs string) Scalar {
	if nullAs == "" {
		return at
	}
	if family(kind) != textFamily && family(kind) != unknownFamily {
		at = Cast{at, "varchar"}
	}
	return Call{"coalesce", []Scalar{at, Literal{plan.Literal{Kind: plan.StringLiteral, Text: nullAs}}}}
}
