package synthesizer

import (
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// TestReview holds the compiler to what a reviewer of its SQL would say.
func TestReview(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	growth, err := plan.ParseExpr("(revenue - cost) / nullif(cost, 0)")
	if err != nil {
		t.Fatal(err)
	}
	revenue, cost := simple("revenue", plan.Sum, column("amount")), simple("cost", plan.Average, column("amount"))
	lost, opening := population("lost", plan.Lost), population("opening", plan.Opening)
	one := plan.Filter{Column: plan.ColumnRef{Relation: "fct_subscriptions", Column: "plan"}, Op: plan.Eq,
		Values: []plan.Literal{{Kind: plan.StringLiteral, Text: "pro"}}, Label: "on pro", Origin: plan.Origin{Kind: plan.FromTerm, Ref: "lost"}}
	other := one
	other.Label, other.Origin.Ref = "plan is pro", "churn"
	lost.Filters, opening.Filters, opening.Time = []plan.Filter{one}, []plan.Filter{other}, "started_at"
	for name, c := range map[string]struct {
		spec        plan.Spec
		holds, lack string
	}{
		"zero is excluded once": {plan.Spec{Measures: []plan.Measure{{Name: "growth", Kind: plan.Derived, Formula: &growth, Inputs: []plan.Measure{revenue, cost}}}},
			"/ nullif(avg(amount), 0)", "nullif(nullif"},
		"an import beside a column of its name": {plan.Spec{Measures: []plan.Measure{simple("orders", plan.Count, nil)}}, "from fct_orders", "_2"},
		"a table beside a column of its name": {plan.Spec{Measures: []plan.Measure{simple("fct_orders", plan.Count, nil), simple("orders", plan.Sum, column("amount"))}},
			"from all_orders", "_2"},
		"rows are read once, whoever worded their filters": {plan.Spec{Time: every(plan.Week),
			Measures: []plan.Measure{{Name: "churn", Kind: plan.Ratio, Numerator: &lost, Denominator: &opening}}}, "as lost,", "join lost_by_week"},
	} {
		compiled, err := Compile(p, c.spec)
		if err != nil {
			t.Fatal(name, err)
		}
		if !strings.Contains(compiled.SQL, c.holds) || strings.Contains(compiled.SQL, c.lack) {
			t.Errorf("%s: want %q, not %q\n%s", name, c.holds, c.lack, compiled.SQL)
		}
	}
}

// TestComments: a definition that somebody wrote stands above the model, a paraphrase of its SQL does not.
func TestComments(t *testing.T) {
	written := plan.Measure{Name: "revenue", Description: "What customers paid.", Origin: plan.Origin{Kind: plan.FromTerm, Ref: "revenue"}}
	paraphrase := plan.Measure{Name: "orders", Description: "Different values of order_id.", Origin: plan.Origin{Kind: plan.FromColumn, Ref: "orders"}}
	got := strings.Join(definitions(plan.Spec{Measures: []plan.Measure{written, paraphrase}}), "\n")
	if want := "revenue: What customers paid."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
