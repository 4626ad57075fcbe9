package metric

import (
	"strconv"
)

// overSkeleton lays the sources over every period and group, so that periods without rows are there when asked for and an
// earlier period can be looked up.
func (b *builder) overSkeleton() (Select, error) {
	groups, err := b.skeletonStep()
	if err != nil {
		return Select{}, err
	}
	sel := Select{From: Table{Name: groups}}
	for _, k := range b.keyNames() {
		sel.Items = append(sel.Items, Item{Column{groups, k}, k})
	}
	aliases := map[string]string{}
	for _, a := range b.atoms {
		alias := lookupName(a)
		if _, done := aliases[alias]; !done {
			aliases[alias] = a.source.step
			sel.Joins = append(sel.Joins, b.joinSource(a.source.step, alias, groups, a.offset))
		}
	}
	b.limitSkeleton(&sel, groups)
	return b.figures(sel, func(a *atom) Scalar { return b.looked(a, groups) })
}

// lookupName is the alias of a source's result, one for each distance back.
func lookupName(a *atom) string {
	if a.offset == nil {
		return a.source.step
	}
	return a.source.step + "_" + strconv.Itoa(a.offset.Count) + "_" + string(a.offset.Unit) + "_earlier"
}

// skeletonStep is every period with every group that any source has.
func (b *builder) skeletonStep() (string, error) {
	periods, err := b.periodsStep()
	if err != nil || len(b.spec.Dimensions) == 0 {
		return periods, err
	}
	var parts []Select
	for _, s := range b.sources {
		keys := keysOf(s.step, b.keyNames()[1:])
		keys.Distinct = len(b.sources) == 1
		parts = append(parts, keys)
	}
	var q Query = Union{Parts: parts, Distinct: true}
	if len(parts) == 1 {
		q = parts[0]
	}
	groups := b.step("all_groups", "", q)
	sel := Select{From: Table{Name: periods}, Joins: []Join{{Kind: Cross, Table: Table{Name: groups}}}}
	sel.Items = []Item{{Column{periods, b.spec.Time.Name}, b.spec.Time.Name}}
	for _, d := range b.spec.Dimensions {
		sel.Items = append(sel.Items, Item{Column{groups, d.Name}, d.Name})
	}
	return b.step("all_"+plural(b.spec.Time.Name)+"_and_groups", "", sel), nil
}

// limitSkeleton cuts what was only needed to look back and, unless empty periods were asked for, what no source has.
func (b *builder) limitSkeleton(sel *Select, groups string) {
	t := b.spec.Time
	if w := b.spec.Window; w != nil && w.From != "" && b.longestOffset() != nil {
		from, _ := civil(w.From)
		sel.Where = append(sel.Where, Op{">=", Column{groups, t.Name}, b.start(floorOn(from, *t))})
	}
	if t.Spine {
		return
	}
	var present Scalar
	seen := map[string]bool{}
	for _, a := range b.atoms {
		alias := lookupName(a)
		if seen[alias] {
			continue
		}
		seen[alias] = true
		there := IsNull{Arg: Column{alias, t.Name}, Negated: true}
		if present == nil {
			present = there
		} else {
			present = Op{"or", present, there}
		}
	}
	sel.Where = append(sel.Where, present)
}

// looked is an atom in its joined result. An earlier period without rows is 0 only if the data reaches that far back.
func (b *builder) looked(a *atom, groups string) Scalar {
	at := filled(a, lookupName(a))
	if a.offset == nil || !a.fills() {
		return at
	}
	known := Op{">=", b.earlier(Column{groups, b.spec.Time.Name}, *a.offset), b.dataStart()}
	return Case{When: []Scalar{known}, Then: []Scalar{at}}
}
