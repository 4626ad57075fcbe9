package plan

import (
	"strings"
	"testing"
)

func TestBeside(t *testing.T) {
	column := func(relation, name string) ColumnRef { return ColumnRef{Relation: relation, Column: name} }
	split := func(relation, name string, hops ...Hop) Dimension {
		return Dimension{Name: name, Column: column(relation, name), Paths: []JoinPath{{From: "orders", To: relation, Hops: hops}}}
	}
	sum := Measure{Name: "revenue", Label: "Revenue", Kind: Simple, Model: "orders", Agg: Sum, Expr: &Expr{Kind: ExprColumn, Name: "amount"}, Time: "ordered_at"}
	paid := sum
	paid.Time = "paid_at"
	count := Measure{Name: "orders", Label: "Orders", Kind: Simple, Model: "orders", Agg: Count, Time: "ordered_at"}
	weekly, monthly := &TimeAxis{Name: "week", Grain: Week, Zone: "UTC"}, &TimeAxis{Name: "month", Grain: Month, Zone: "UTC"}
	complete := *weekly
	complete.Complete = true
	only := []Filter{{Column: column("orders", "status"), Op: Eq, Values: []Literal{{Kind: StringLiteral, Text: "paid"}}}}
	bill, ship := Hop{From: "orders", To: "countries", FromColumns: []string{"bill"}, ToColumns: []string{"id"}},
		Hop{From: "orders", To: "countries", FromColumns: []string{"ship"}, ToColumns: []string{"id"}}
	for _, test := range []struct {
		name string
		a, b Spec
		want string // measures / dimensions, or the error
	}{
		{"two measures", Spec{Measures: []Measure{sum}, Time: weekly}, Spec{Measures: []Measure{count}, Time: weekly}, "revenue orders /"},
		{"two dates", Spec{Measures: []Measure{sum}}, Spec{Measures: []Measure{paid}}, "revenue_by_ordered_at revenue_by_paid_at /"},
		{"two splits", Spec{Measures: []Measure{sum}, Dimensions: []Dimension{split("orders", "billing"), split("orders", "plan")}},
			Spec{Measures: []Measure{sum}, Dimensions: []Dimension{split("orders", "usage"), split("orders", "plan")}}, "revenue / billing usage plan"},
		{"one name", Spec{Measures: []Measure{sum}, Dimensions: []Dimension{split("stores", "region")}},
			Spec{Measures: []Measure{sum}, Dimensions: []Dimension{split("customers", "region")}}, "revenue / region customers_region"},
		{"one is stricter", Spec{Measures: []Measure{sum}, Time: weekly}, Spec{Measures: []Measure{count}, Time: &complete}, "revenue orders / complete"},
		{"two grains", Spec{Measures: []Measure{sum}, Time: weekly}, Spec{Measures: []Measure{sum}, Time: monthly}, "one row per week or per month"},
		{"two populations", Spec{Measures: []Measure{sum}}, Spec{Measures: []Measure{sum}, Filters: only}, "keep different rows"},
		{"two ways to one column", Spec{Measures: []Measure{sum}, Dimensions: []Dimension{split("countries", "name", bill)}},
			Spec{Measures: []Measure{sum}, Dimensions: []Dimension{split("countries", "name", ship)}}, "in one way only"},
		{"the same", Spec{Measures: []Measure{sum}}, Spec{Measures: []Measure{sum}}, "in one way only"},
		{"everything", Spec{Measures: []Measure{sum}, Dimensions: []Dimension{split("orders", "billing")}},
			Spec{Measures: []Measure{count}, Dimensions: []Dimension{split("orders", "usage")}}, "what is counted and in how it is split"},
	} {
		got, err := test.a.Beside(test.b)
		if err != nil {
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: %v, want %q", test.name, err, test.want)
			}
			continue
		}
		var parts []string
		for _, m := range got.Measures {
			parts = append(parts, m.Name)
		}
		parts = append(parts, "/")
		for _, d := range got.Dimensions {
			parts = append(parts, d.Name)
		}
		if got.Time != nil && got.Time.Complete {
			parts = append(parts, "complete")
		}
		if s := strings.Join(parts, " "); s != test.want {
			t.Errorf("%s: %q, want %q", test.name, s, test.want)
		}
	}
}
