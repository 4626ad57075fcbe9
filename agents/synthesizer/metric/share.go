package metric

import (
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// A share of a total is computed in two moves: the parts are figures of the result like any other, and the whole is laid beside them.
// Where the parts add up to the whole it is their sum over the rows of the result; otherwise (distinct counts, populations, a
// result that a rank has cut) it is read from the rows once more, with fewer groups.

// isShare reports whether a measure is divided by the whole that it is a part of.
func isShare(m plan.Measure) bool {
	return m.Kind == plan.Ratio && m.Denominator != nil && m.Denominator.Whole != nil
}

func (b *builder) hasShares() bool { return slices.ContainsFunc(b.spec.Measures, isShare) }

// validWhole checks a share; a whole stands nowhere but under a measure of the design itself.
func (b *builder) validWhole(m plan.Measure) error {
	if !isShare(m) {
		if anyWhole(m) {
			return refuse("share", "%s is made of a share of a total, which cannot be part of another figure.", m.Name)
		}
		return nil
	}
	if m.Numerator == nil || anyWhole(*m.Numerator) {
		return refuse("share", "%s does not say what it is the share of.", m.Name)
	}
	if den := *m.Denominator; !addsUp(*m.Numerator) || !addsUp(den) {
		return refuse("share", "%s would be a share of something that is neither counted nor added up, so there is no total.", m.Name)
	}
	if slices.ContainsFunc(b.spec.Dimensions, func(d plan.Dimension) bool { return d.Age != nil }) {
		return refuse("share", "%s cannot be told by the age of a cohort.", m.Name)
	}
	for _, name := range m.Denominator.Whole.Within {
		if !slices.ContainsFunc(b.spec.Dimensions, func(d plan.Dimension) bool { return d.Name == name }) {
			return refuse("share", "%s is a share within %q, by which the design is not split.", m.Name, name)
		}
	}
	if r := b.spec.Rank; r != nil && r.Rest && len(m.Denominator.Whole.Within) > 0 {
		return refuse("share", "%s is a share within groups, of which the rest would be taken together.", m.Name)
	}
	return nil
}

func anyWhole(m plan.Measure) bool {
	for _, part := range []*plan.Measure{m.Numerator, m.Denominator} {
		if part != nil && (part.Whole != nil || anyWhole(*part)) {
			return true
		}
	}
	return slices.ContainsFunc(m.Inputs, anyWhole)
}

// addsUp reports whether a whole can be told of a measure: it is counted or added up.
func addsUp(m plan.Measure) bool {
	switch m.Kind {
	case plan.Population:
		return true
	case plan.Simple, plan.Balance:
		switch m.Agg {
		case plan.Sum, plan.Count, plan.CountDistinct, plan.SumBoolean:
			return true
		}
	}
	return false
}

// shares plans a result that has shares.
func (b *builder) shares() (Select, error) {
	spec := b.spec
	spec.Rank, spec.Measures = nil, nil
	columns := make([]string, len(b.spec.Measures)) // of each measure, or of the part that it is a share with
	for i, m := range b.spec.Measures {
		if isShare(m) {
			m = *m.Numerator
			m.Name = nameOr(m.Name, b.spec.Measures[i].Name+"_part")
		}
		columns[i] = b.addPart(&spec, m, isShare(b.spec.Measures[i]))
	}
	parts := b.sub(spec, b.split)
	parts.top = b.top
	rows, err := parts.result()
	if err != nil {
		return Select{}, err
	}
	figures := b.step(byKeys(spec.Measures[0].Name, b.keyNames()), "", rows)
	sel := keysOf(figures, b.keyNames())
	for i, m := range b.spec.Measures {
		value := Scalar(Column{figures, columns[i]})
		if isShare(m) {
			whole, err := b.whole(m, parts, figures, columns[i], &sel)
			if err != nil {
				return Select{}, err
			}
			value = Divide{value, whole}
		}
		sel.Items = append(sel.Items, Item{value, m.Name})
	}
	return sel, nil
}

// addPart adds a measure to those of the parts, unless it is there, and returns its column.
func (b *builder) addPart(spec *plan.Spec, m plan.Measure, part bool) string {
	for _, other := range slices.Concat(spec.Measures, b.spec.Measures) {
		if part && !isShare(other) && atomKey(other) == atomKey(m) {
			m = other
		}
	}
	if !slices.ContainsFunc(spec.Measures, func(o plan.Measure) bool { return o.Name == m.Name && atomKey(o) == atomKey(m) }) {
		taken := func(name string) bool {
			named := func(o plan.Measure) bool { return strings.EqualFold(o.Name, name) && atomKey(o) != atomKey(m) }
			keyed := func(k string) bool { return strings.EqualFold(k, name) }
			return slices.ContainsFunc(spec.Measures, named) || part && slices.ContainsFunc(b.spec.Measures, named) || slices.ContainsFunc(b.keyNames(), keyed)
		}
		for taken(m.Name) {
			m.Name += "_part"
		}
		spec.Measures = append(spec.Measures, m)
	}
	return m.Name
}

// whole is what a share is divided by: a sum over the rows of the result, or a column of the totals, which are joined to sel.
func (b *builder) whole(m plan.Measure, parts *builder, figures, column string, sel *Select) (Scalar, error) {
	within := m.Denominator.Whole.Within
	keys := slices.DeleteFunc(b.keyNames(), func(k string) bool {
		return b.isDimension(k) && !slices.Contains(within, k)
	})
	if b.allRowsAdd(m) {
		over := Total{Arg: Column{figures, column}}
		for _, k := range keys {
			over.Partition = append(over.Partition, Column{figures, k})
		}
		return over, nil
	}
	name := "total_" + column
	totals := b.sub(b.totalsSpec(m, name, parts), b.split)
	totals.beside = parts.sources
	rows, err := totals.result()
	if err != nil {
		return nil, err
	}
	step := b.step(byKeys(name, keys), "", rows)
	join := Join{Kind: Cross, Table: Table{Name: step}}
	if len(keys) > 0 {
		join = totals.joinSource(step, step, figures, nil)
	}
	if !slices.ContainsFunc(sel.Joins, func(j Join) bool { return j.Table.Name == step }) {
		sel.Joins = append(sel.Joins, join)
	}
	return Column{step, name}, nil
}

// totalsSpec asks for a whole by itself, over the same rows as the parts: where these look back, their first period is there as a whole.
func (b *builder) totalsSpec(m plan.Measure, name string, parts *builder) plan.Spec {
	spec := b.spec
	spec.Rank, spec.Dimensions = nil, nil
	for _, d := range b.spec.Dimensions {
		if slices.Contains(m.Denominator.Whole.Within, d.Name) {
			spec.Dimensions = append(spec.Dimensions, d)
		}
	}
	den := *m.Denominator
	den.Whole, den.Name = nil, name
	spec.Measures = []plan.Measure{den}
	if spec.Time != nil {
		axis := *spec.Time
		axis.Spine = false
		spec.Time = &axis
	}
	if from, _ := b.edges(); b.split && !from.IsZero() && parts.longestOffset() != nil {
		window := *spec.Window
		window.From = floorOn(from, *spec.Time).Format(civilLayout)
		spec.Window = &window
	}
	return spec
}

// byKeys names a step: revenue_by_month_and_region.
func byKeys(what string, keys []string) string {
	if len(keys) == 0 {
		return what
	}
	return what + "_by_" + strings.Join(keys, "_and_")
}

func (b *builder) isDimension(name string) bool {
	return slices.ContainsFunc(b.spec.Dimensions, func(d plan.Dimension) bool { return d.Name == name })
}

// allRowsAdd reports whether the rows of the result add up to the whole: each row of the fact counts in one group, and no group has been cut.
func (b *builder) allRowsAdd(m plan.Measure) bool {
	den := *m.Denominator
	den.Whole = nil
	adds := den.Kind == plan.Simple && (den.Agg == plan.Sum || den.Agg == plan.Count || den.Agg == plan.SumBoolean)
	return adds && atomKey(den) == atomKey(*m.Numerator) && (b.top == nil || b.top.rest)
}
