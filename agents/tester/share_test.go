package tester

import (
	"slices"
	"testing"

	"firstmile/planner/plan"
)

// TestSharesOfCountsAreHeld: shares of what is counted lie between 0 and 1; of amounts and of other ratios nothing is claimed.
func TestSharesOfCountsAreHeld(t *testing.T) {
	amount := plan.Col("amount")
	orders := plan.Measure{Name: "orders", Kind: plan.Simple, Model: "o", Agg: plan.Count}
	revenue := plan.Measure{Name: "revenue", Kind: plan.Simple, Model: "o", Agg: plan.Sum, Expr: &amount}
	members := plan.Measure{Name: "members", Kind: plan.Population, Model: "o", Interval: &plan.Interval{Entity: "member_id"}}
	share := func(m plan.Measure, whole *plan.Whole) plan.Measure {
		den := m
		den.Whole = whole
		return plan.Measure{Name: "share_of_" + m.Name, Kind: plan.Ratio, Numerator: &m, Denominator: &den}
	}
	plain := share(orders, nil)
	plain.Name = "plain"
	spec := plan.Spec{Measures: []plan.Measure{share(orders, &plan.Whole{}), share(revenue, &plan.Whole{}), share(members, &plan.Whole{}), plain, orders}}
	if got, want := countShares(spec), []string{"share_of_orders", "share_of_members"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
