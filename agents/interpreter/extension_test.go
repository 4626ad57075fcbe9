package interpreter

import (
	"context"
	"strings"
	"testing"
	"time"

	"firstmile/planner/plan"
)

// once tells the same change of every file.
type once struct{}

func (once) LastChange(_ context.Context, _ plan.Base, path string) (LastChange, bool) {
	return LastChange{When: time.Date(2026, 5, 6, 1, 2, 3, 0, time.UTC), Subject: "Change " + path}, true
}

// TestExtension: a model is extended when its rows are those of the figures, and not when anything about them differs.
func TestExtension(t *testing.T) {
	f := folder{dir: "../../bot/sample/project"}
	figures := func(rows ...[]any) plan.Preview {
		return plan.Preview{Columns: []string{"month", "billing_region", "billed_revenue"}, Rows: rows}
	}
	table := func(rows ...[]any) map[string]plan.Preview {
		p := plan.Preview{Columns: []string{"month", "billing_region", "invoices", "gross_revenue", "refunds", "net_revenue"}}
		for _, r := range rows {
			p.Rows = append(p.Rows, append(r, 1.0, 2.0, 3.0, 4.0))
		}
		return map[string]plan.Preview{"fct_monthly_revenue": p}
	}
	april, may := []any{"2026-04-01", "EMEA"}, []any{"2026-05-01 00:00:00", nil}
	wanted := figures([]any{"2026-04-01", "EMEA", 10.0}, []any{"2026-05-01", "unknown", 7.0})
	const text = "monthly billed revenue by billing region"
	for _, c := range []struct {
		name, text string
		figures    plan.Preview
		rows       map[string]plan.Preview
		verdict    plan.ReuseVerdict
		says       string
	}{
		{"the same rows", text, wanted, table(april, may), plan.Extend, "Its key is revenue_month and billing_region: 2 rows"},
		{"rows without figures", text, wanted, table(april, may, []any{"2026-06-01", "APAC"}), plan.Extend, "lacks Billed revenue"},
		{"a group that the model lacks", text, wanted, table(april), plan.New, "1 of 2 groups of Billed revenue have no row in it, for example 2026-05-01, unknown"},
		{"a group without any figure", text, figures([]any{"2026-04-01", "EMEA", 10.0}, []any{"2026-05-01", "unknown", nil}), table(april), plan.Extend, ""},
		{"split by something else as well", text, wanted, table(april, may, april), plan.New, "split by something else"},
		{"days in a month's column", text, wanted, table(april, may, []any{"2026-05-02", "EMEA"}), plan.New, "does not hold the start of a month"},
		{"empty and a label for it", text, wanted, table(april, may, []any{"2026-05-01", "unknown"}), plan.New, "empty in some rows"},
		{"another date", "monthly refunds by billing region", wanted, table(april, may), plan.New, ""},
		{"another subject", "tickets opened per month by billing region", wanted, table(april, may), plan.New, ""},
		{"of some rows only", text + " for enterprise customers", wanted, table(april, may), plan.New, ""},
		{"in a window", text + " in 2026", wanted, table(april, may), plan.New, ""},
		{"not wanted", text + ", as a new model", wanted, table(april, may), plan.New, ""},
		{"another grain", "quarterly billed revenue by billing region", wanted, table(april, may), plan.New, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, err := New(f, f, WithFigures(warehouse{c.figures, c.rows}), WithHistories(once{}))
			if err != nil {
				t.Fatal(err)
			}
			r := read(t, i, request(c.text))
			if r.Outcome != plan.OutcomeSpec {
				t.Fatal(short(r))
			}
			got, err := i.Reuse(t.Context(), request("").Base, *r.Spec)
			if err != nil || got.Verdict != c.verdict || !strings.Contains(strings.Join(got.Evidence, "\n"), c.says) {
				t.Fatalf("%+v, %v", got, err)
			}
			if c.verdict == plan.Extend {
				extends(t, got)
			}
		})
	}
}

// extends holds an extension of the monthly revenue to what the later stages need.
func extends(t *testing.T, r plan.Reuse) {
	t.Helper()
	s := r.Spec
	if s == nil || s.Time.Name != "revenue_month" || len(s.Dimensions) != 1 || s.Dimensions[0].Name != "billing_region" || s.Dimensions[0].NullAs != "" && !strings.Contains(strings.Join(r.Evidence, ""), "1 rows") ||
		len(s.Measures) != 1 || s.Measures[0].Name != "billed_revenue" || s.Target.Name != "fct_monthly_revenue" {
		t.Errorf("%+v", s)
	}
	for _, want := range []string{"It belongs to finance-analytics.", "It was last changed on 2026-05-06: Change models/marts/finance/fct_monthly_revenue.sql", "monthly_revenue_id, revenue_month"} {
		if !strings.Contains(strings.Join(r.Evidence, "\n"), want) {
			t.Errorf("the evidence does not say %q: %q", want, r.Evidence)
		}
	}
}
