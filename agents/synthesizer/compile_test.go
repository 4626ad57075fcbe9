package synthesizer

import (
	"slices"
	"testing"

	"firstmile/planner/plan"
)

func sortStrings(s []string) []string { slices.Sort(s); return s }

func TestSmoke(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t,
		"insert into fct_orders values (1, 1, '2026-01-01 10:00', 10, 'paid', true, 'a'), (2, 2, '2026-01-08', 5, 'open', false, 'b')",
		"insert into fct_subscriptions values (1, 1, 'a', 10, '2026-01-01', null), (2, 2, 'a', 10, '2026-01-01', '2026-01-14'), (3, 3, 'a', 1, '2026-01-20', null)",
		"insert into dim_customers values (1, 'DE', 's', true), (2, 'US', 's', false)",
		"insert into dim_countries values ('DE', 'EMEA'), ('US', 'NA')")
	specs := []plan.Spec{churn(),
		{Measures: []plan.Measure{simple("revenue", plan.Sum, column("amount"))}, Dimensions: []plan.Dimension{regionDimension("unknown", "fct_orders")}, Time: every(plan.Month)},
	}
	for _, spec := range specs {
		c, err := Compile(p, spec)
		if err != nil {
			t.Fatal(err)
		}
		t.Log("\n" + c.SQL)
		for _, r := range rows(t, s, c.SQL) {
			t.Log(r)
		}
	}
}
