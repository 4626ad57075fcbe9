package glossary

import (
	"os"
	"strings"
	"testing"

	"firstmile/planner/plan"

	"github.com/google/go-cmp/cmp"
)

func example(t *testing.T, name string) *Glossary {
	t.Helper()
	g, err := Load(os.DirFS("testdata"), name)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestMeasures(t *testing.T) {
	shop, subs := example(t, "shop"), example(t, "subscriptions")
	for _, c := range []struct {
		g    *Glossary
		id   string
		want string // kind, models and the parts of the measure, in short
	}{
		{shop, "revenue", "simple fct_orders sum(amount - coalesce(refunded_amount, 0)) where status is completed by ordered_at"},
		{shop, "average_order_value", "ratio(simple fct_orders sum(amount - coalesce(refunded_amount, 0)) where status is completed by ordered_at, simple fct_orders count_distinct(order_id) where status is completed by ordered_at)"},
		{shop, "revenue_to_date", "cumulative fct_orders sum(amount - coalesce(refunded_amount, 0)) where status is completed by ordered_at to date year"},
		{subs, "customers_lost", "population subscriptions count_distinct(customer_id) where trial is false lost"},
	} {
		m, err := c.g.Measure(c.id)
		if err != nil {
			t.Errorf("%s: %v", c.id, err)
			continue
		}
		if got := short(m); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.id, got, c.want)
		}
		if m.Origin != (plan.Origin{Kind: plan.FromTerm, Ref: c.id}) || m.Name != c.id {
			t.Errorf("%s: origin %+v, name %s", c.id, m.Origin, m.Name)
		}
	}
	growth, err := shop.Measure("revenue_growth")
	if err != nil {
		t.Fatal(err)
	}
	if len(growth.Inputs) != 2 || growth.Inputs[1].Name != "revenue_before" || *growth.Inputs[1].Offset != (plan.Span{Count: 1, Unit: plan.Month}) {
		t.Errorf("inputs of a derived metric: %+v", growth.Inputs)
	}
}

// short writes a measure on one line.
func short(m plan.Measure) string {
	if m.Kind == plan.Ratio {
		return "ratio(" + short(*m.Numerator) + ", " + short(*m.Denominator) + ")"
	}
	s := string(m.Kind) + " " + m.Model + " " + string(m.Agg) + "(" + m.Expr.String() + ")"
	for _, f := range m.Filters {
		s += " where " + f.Label
	}
	if m.Time != "" {
		s += " by " + m.Time
	}
	if m.GrainToDate != "" {
		s += " to date " + string(m.GrainToDate)
	}
	if m.Interval != nil {
		s += " " + string(m.Interval.State)
	}
	return s
}

func TestDimensionsAndFilters(t *testing.T) {
	g := example(t, "subscriptions")
	d, err := g.Dimension("billing_region")
	if err != nil || d.Column.String() != "customers.billing_region" {
		t.Errorf("dimension: %+v, %v", d, err)
	}
	want := []plan.ColumnRef{{Relation: "customers", Column: "billing_region"}, {Relation: "customers", Column: "segment"}}
	if diff := cmp.Diff(want, g.Preferred("customer_churn_rate")); diff != "" {
		t.Error(diff)
	}
	fs, err := g.Filters("enterprise_customers")
	if err != nil || len(fs) != 1 || fs[0].Label != "segment is Enterprise" || fs[0].Column.Relation != "customers" {
		t.Errorf("filters: %+v, %v", fs, err)
	}
}

func TestParseWhere(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1":                                "a eq 1",
		"1 < a":                                "a gt 1",
		"a <> 'x' or a is null":                "a ne x keep null",
		"a not in ('x', 'y')":                  "a not_in x|y",
		"is_test":                              "is_test eq true",
		"not is_test":                          "is_test eq false",
		"a between 1 and 2":                    "a between 1|2",
		"a is not null and b >= -3":            "a not_null; b gte -3",
		"a >= date '2026-01-01' and (b = 'x')": "a gte 2026-01-01; b eq x",
		"a = 1 or b = 2":                       "error",
		"a = b":                                "error",
		"a + 1 = 2":                            "error",
		"not (a = 1)":                          "error",
		"a":                                    "a eq true",
		"":                                     "error",
	} {
		fs, err := ParseWhere("m", text)
		got := "error"
		if err == nil {
			var parts []string
			for _, f := range fs {
				var vs []string
				for _, v := range f.Values {
					vs = append(vs, v.Text)
				}
				s := strings.TrimSpace(f.Column.Column + " " + string(f.Op) + " " + strings.Join(vs, "|"))
				if f.KeepNull {
					s += " keep null"
				}
				parts = append(parts, s)
			}
			got = strings.Join(parts, "; ")
		}
		if got != want {
			t.Errorf("%q: %s (%v), want %s", text, got, err, want)
		}
	}
}
