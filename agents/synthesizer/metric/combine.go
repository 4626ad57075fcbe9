package metric

import (
	"strings"

	"firstmile/planner/plan"
)

// combine makes one result of all sources.
func (b *builder) combine() (Select, error) {
	if len(b.sources) == 1 && !b.needsSkeleton() {
		if b.hasFormula() && (b.sources[0].first.Kind == plan.Population || b.repeats()) {
			return b.counted()
		}
		return b.single()
	}
	for _, s := range b.sources {
		if err := b.resultStep(s); err != nil {
			return Select{}, err
		}
	}
	switch {
	case b.needsSkeleton():
		return b.overSkeleton()
	case len(b.keyNames()) == 0:
		return b.crossed()
	case len(b.sources) == 2 && b.keysNeverNull():
		return b.fullJoin()
	}
	return b.overKeys()
}

// needsSkeleton: the rows of the result are not simply those that a source has.
func (b *builder) needsSkeleton() bool {
	return b.split && (b.spec.Time.Spine || b.longestOffset() != nil)
}

func (b *builder) keyNames() []string {
	var out []string
	if b.split {
		out = append(out, b.spec.Time.Name)
	}
	for _, d := range b.spec.Dimensions {
		out = append(out, d.Name)
	}
	return out
}

func (b *builder) keysNeverNull() bool {
	for _, d := range b.spec.Dimensions {
		if d.NullAs == "" {
			return false
		}
	}
	return true
}

func (b *builder) hasFormula() bool {
	for _, m := range b.spec.Measures {
		switch m.Kind {
		case plan.Ratio, plan.Derived:
			return true
		case plan.Conversion, plan.Retention:
			if len(figuresOf(m)) > 1 {
				return true
			}
		}
	}
	return false
}

// repeats reports whether an aggregate with conditions of its own would be written more than once.
func (b *builder) repeats() bool {
	shared := sharedFilters(b.sources[0].atoms)
	uses := map[*atom]int{}
	for _, m := range b.spec.Measures {
		if _, err := b.value(m, nil, func(a *atom) Scalar { uses[a]++; return Null{} }); err != nil {
			return false // said where the measures are written
		}
	}
	for a, n := range uses {
		if n > 1 && len(without(a.measure.Filters, shared)) > 0 {
			return true
		}
	}
	return false
}

// counted puts the parts of a formula into a step of their own, where the formula over them can be read.
func (b *builder) counted() (Select, error) {
	s := b.sources[0]
	if err := b.resultStep(s); err != nil {
		return Select{}, err
	}
	sel := keysOf(s.step, b.keyNames())
	return sel, b.addMeasures(&sel, func(a *atom) Scalar { return Column{s.step, a.name} })
}

// single computes the measures where the rows are read.
func (b *builder) single() (Select, error) {
	blk, err := b.open(b.sources[0])
	if err != nil {
		return Select{}, err
	}
	sel := blk.sel
	sel.Grouped, sel.Keys = true, len(sel.Items)
	var failed error
	get := func(a *atom) Scalar {
		s, err := blk.cell(a)
		if err != nil {
			failed = err
		}
		return s
	}
	if err := b.addMeasures(&sel, get); err != nil {
		return Select{}, err
	}
	return sel, failed
}

func (b *builder) addMeasures(sel *Select, get func(*atom) Scalar) error {
	for _, m := range b.spec.Measures {
		v, err := b.value(m, nil, get)
		if err != nil {
			return err
		}
		sel.Items = append(sel.Items, Item{v, m.Name})
	}
	return nil
}

// resultStep aggregates one source into a step of its own.
func (b *builder) resultStep(s *source) error {
	blk, err := b.open(s)
	if err != nil {
		return err
	}
	sel := blk.sel
	sel.Grouped, sel.Keys = true, len(sel.Items)
	for _, a := range s.atoms {
		cell, err := blk.cell(a)
		if err != nil {
			return err
		}
		sel.Items = append(sel.Items, Item{cell, a.name})
	}
	s.step = b.step(b.resultName(s), "", sel)
	return nil
}

// resultName says what a source's step holds: orders_by_month_and_region, or refunds_by_month for a single figure.
func (b *builder) resultName(s *source) string {
	what := s.alias
	switch {
	case len(s.atoms) == 1:
		what = s.atoms[0].label
	case s.first.Kind == plan.Population:
		what = plural(entityNoun(s.first.Interval.Entity))
	}
	keys := b.keyNames()
	if len(keys) > 3 {
		keys = append(keys[:2:2], "more")
	}
	if len(keys) == 0 {
		return what + "_total"
	}
	return what + "_by_" + strings.Join(keys, "_and_")
}

// groupsName is the name of a list of all groups.
func (b *builder) groupsName() string {
	if len(b.spec.Dimensions) == 0 {
		return "all_" + plural(b.spec.Time.Name)
	}
	return "all_groups"
}

// crossed joins one-row results.
func (b *builder) crossed() (Select, error) {
	sel := Select{From: Table{Name: b.sources[0].step}}
	for _, s := range b.sources[1:] {
		sel.Joins = append(sel.Joins, Join{Kind: Cross, Table: Table{Name: s.step}})
	}
	return sel, b.addMeasures(&sel, func(a *atom) Scalar { return filled(a, a.source.step) })
}

// fullJoin keeps the groups of both sources.
func (b *builder) fullJoin() (Select, error) {
	sel := Select{From: Table{Name: b.sources[0].step}}
	sel.Joins = []Join{{Kind: Full, Table: Table{Name: b.sources[1].step}, Using: b.keyNames()}}
	for _, k := range b.keyNames() {
		sel.Items = append(sel.Items, Item{Column{"", k}, k})
	}
	return b.figures(sel, func(a *atom) Scalar { return filled(a, a.source.step) })
}

// figures adds the measures to joined results. Where a formula is to be computed over them, its parts are
// joined in a step of their own, so that the formula can be read.
func (b *builder) figures(sel Select, get func(*atom) Scalar) (Select, error) {
	if !b.hasFormula() {
		return sel, b.addMeasures(&sel, get)
	}
	names := map[*atom]string{}
	for _, a := range b.atoms {
		names[a] = freeItem(sel.Items, a.label)
		sel.Items = append(sel.Items, Item{get(a), names[a]})
	}
	step := b.step("figures", "", sel)
	out := keysOf(step, b.keyNames())
	return out, b.addMeasures(&out, func(a *atom) Scalar { return Column{step, names[a]} })
}

func freeItem(items []Item, name string) string {
	for _, item := range items {
		if item.Name == name {
			return freeItem(items, name+"_2")
		}
	}
	return name
}

func filled(a *atom, table string) Scalar {
	if !a.fills() {
		return Column{table, a.name}
	}
	return Call{"coalesce", []Scalar{Column{table, a.name}, Literal{plan.Literal{Kind: plan.NumberLiteral, Text: "0"}}}}
}

// overKeys joins every source to the list of all groups that any of them has. Unlike a chain of full
// joins it also takes null as a group.
func (b *builder) overKeys() (Select, error) {
	var parts []Select
	for _, s := range b.sources {
		parts = append(parts, keysOf(s.step, b.keyNames()))
	}
	all := b.step(b.groupsName(), "", Union{Parts: parts, Distinct: true})
	sel := Select{From: Table{Name: all}}
	for _, k := range b.keyNames() {
		sel.Items = append(sel.Items, Item{Column{all, k}, k})
	}
	for _, s := range b.sources {
		sel.Joins = append(sel.Joins, b.joinSource(s.step, s.step, all, nil))
	}
	return b.figures(sel, func(a *atom) Scalar { return filled(a, a.source.step) })
}

func keysOf(step string, keys []string) Select {
	sel := Select{From: Table{Name: step}}
	for _, k := range keys {
		sel.Items = append(sel.Items, Item{Column{step, k}, k})
	}
	return sel
}

// joinSource is the left join of a source's result to the groups; with an offset, of the period that lies so much earlier.
func (b *builder) joinSource(step, alias, groups string, offset *plan.Span) Join {
	j := Join{Kind: Left, Table: Table{Name: step, Alias: alias}}
	if b.split {
		at := Scalar(Column{groups, b.spec.Time.Name})
		if offset != nil {
			at = b.earlier(at, *offset)
		}
		j.On = append(j.On, Op{"=", Column{alias, b.spec.Time.Name}, at})
	}
	for _, d := range b.spec.Dimensions {
		j.On = append(j.On, sameGroup(d, Column{alias, d.Name}, Column{groups, d.Name}))
	}
	return j
}

// sameGroup compares a dimension; null is a group unless it has a name.
func sameGroup(d plan.Dimension, l, r Scalar) Scalar {
	if d.NullAs == "" {
		return Same{l, r}
	}
	return Op{"=", l, r}
}

func (b *builder) earlier(at Scalar, s plan.Span) Scalar {
	return Shift{Arg: at, Count: -s.Count, Unit: s.Unit, Clock: b.spec.Time.Grain == plan.Hour}
}
