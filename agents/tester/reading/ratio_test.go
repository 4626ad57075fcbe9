package reading

import (
	"testing"

	"firstmile/planner/plan"
)

// TestShares compares shares counted by hand, and some of another whole, with the reading: ann is one customer of January in the whole,
// also where she bought at two prices.
func TestShares(t *testing.T) {
	box := town(t)
	amount, who := plan.Col("amount"), plan.Col("who")
	revenue := plan.Measure{Name: "revenue", Kind: plan.Simple, Model: "orders", Agg: plan.Sum, Expr: &amount, Time: "at"}
	buyers := plan.Measure{Name: "buyers", Kind: plan.Simple, Model: "orders", Agg: plan.CountDistinct, Expr: &who, Time: "at"}
	by := func(column string) plan.Dimension {
		return plan.Dimension{Name: column, Column: plan.ColumnRef{Relation: "orders", Column: column}, Paths: []plan.JoinPath{{From: "orders", To: "orders"}}}
	}
	five := plan.Filter{Column: plan.ColumnRef{Relation: "orders", Column: "amount"}, Op: plan.Gte, Values: []plan.Literal{{Kind: plan.NumberLiteral, Text: "5"}}}
	for _, c := range []struct {
		name         string
		spec         plan.Spec
		part         plan.Measure
		within       []string
		right, wrong string
	}{
		{"of everything", plan.Spec{Dimensions: []plan.Dimension{by("who")}}, revenue, nil,
			`('ann', 35 / 36), ('bob', 1 / 36)`, `('ann', 1.0), ('bob', 1.0)`},
		{"of each month", plan.Spec{Time: monthly(), Dimensions: []plan.Dimension{by("who")}}, revenue, nil,
			`(date '2026-01-01', 'ann', 1.0), ('2026-02-01', 'bob', 1.0)`, `(date '2026-01-01', 'ann', 35 / 36), ('2026-02-01', 'bob', 1 / 36)`},
		{"filters hold for the whole", plan.Spec{Dimensions: []plan.Dimension{by("who")}, Filters: []plan.Filter{five}}, revenue, nil,
			`('ann', 1.0)`, `('ann', 35 / 36)`},
		{"within another split", plan.Spec{Dimensions: []plan.Dimension{by("who"), by("amount")}, Filters: []plan.Filter{five}}, revenue, []string{"who"},
			`('ann', 10, 10 / 35), ('ann', 20, 20 / 35), ('ann', 5, 5 / 35)`, `('ann', 10, 1.0), ('ann', 20, 1.0), ('ann', 5, 1.0)`},
		{"each counts once in the whole", plan.Spec{Dimensions: []plan.Dimension{by("amount")}, Filters: []plan.Filter{onlyAnn()}}, buyers, nil,
			`(10, 1.0), (20, 1.0), (5, 1.0)`, `(10, 1 / 3), (20, 1 / 3), (5, 1 / 3)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			whole := c.part
			whole.Whole = &plan.Whole{Within: c.within}
			m := plan.Measure{Name: "m", Kind: plan.Ratio, Numerator: &c.part, Denominator: &whole}
			c.spec.Measures = []plan.Measure{m}
			compareBoth(t, box, c.spec, c.right, c.wrong)
		})
	}
}
