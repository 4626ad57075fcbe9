package synthesizer

import (
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// wholeOf is a measure over all groups of a period that have the same values of the dimensions which the whole lies within.
func (n *naive) wholeOf(m plan.Measure, g group, all []leaf) any {
	whole := naive{tables: n.tables, spec: n.spec}
	whole.spec.Dimensions, whole.spec.Rank = nil, nil
	var dims []string
	for i, cell := range strings.Split(g.dims, "\x00") {
		if i < len(n.spec.Dimensions) && slices.Contains(m.Whole.Within, n.spec.Dimensions[i].Name) {
			whole.spec.Dimensions = append(whole.spec.Dimensions, n.spec.Dimensions[i])
			dims = append(dims, cell)
		}
	}
	m.Whole = nil
	return whole.value(m, nil, group{g.start, strings.Join(dims, "\x00")}, all)
}

// share is a part of a total of what is counted or added up.
func (g *generator) share() plan.Measure {
	r := g.r
	part := pick(r, g.orders, g.refunds)()
	part.Agg, part.Expr, part.Percentile = plan.Count, nil, 0
	switch r.IntN(4) {
	case 0:
		part.Agg, part.Expr = plan.Sum, column("amount")
	case 1:
		part.Agg, part.Expr = plan.CountDistinct, column("customer_id")
	case 2:
		if g.spec.Time != nil {
			part = population(g.name(), plan.Closing)
		}
	}
	out := shareOf(part)
	out.Name = g.name()
	return out
}

// within puts the wholes of the shares into the groups of a dimension, where none is taken together with the rest.
func (g *generator) within() {
	d := g.spec.Dimensions
	if len(d) < 2 || g.spec.Rank != nil && g.spec.Rank.Rest {
		return
	}
	for _, m := range g.spec.Measures {
		if m.Denominator != nil && m.Denominator.Whole != nil && maybe(g.r, 50) {
			m.Denominator.Whole.Within = []string{pick(g.r, d...).Name}
		}
	}
}

// shareOf is a measure as a part of all groups, or of those with the same values of some dimensions.
func shareOf(m plan.Measure, within ...string) plan.Measure {
	whole := m
	whole.Whole = &plan.Whole{Within: within}
	return plan.Measure{Name: "share_of_" + m.Name, Kind: plan.Ratio, Numerator: &m, Denominator: &whole, Format: plan.Rate}
}
