package interpreter

import (
	"context"
	"errors"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// warehouse is a fake of the project's data: the rows of the Spec, and those of each model by name.
type warehouse struct {
	spec   plan.Preview
	models map[string]plan.Preview
}

func (w warehouse) Rows(_ context.Context, _ plan.Base, spec plan.Spec) (plan.Preview, error) {
	if spec.Window != nil {
		return plan.Preview{}, errors.New("equal rows within a window prove nothing")
	}
	return w.spec, nil
}

func (w warehouse) Query(_ context.Context, _ plan.Base, sql string) (plan.Preview, error) {
	for name, p := range w.models {
		if strings.Contains(sql, `"`+name+`"`) {
			return p, nil
		}
	}
	return plan.Preview{}, errors.New("no such table")
}

func TestReuse(t *testing.T) {
	f := folder{dir: "../../bot/sample/project"}
	rows := [][]any{{"2026-04-01", "EMEA", 10.0}, {"2026-04-01", "unknown", 1.5}, {"2026-05-01", "EMEA", 12.0}, {"2026-06-01", "EMEA", 5.0}}
	wanted := plan.Preview{Columns: []string{"month", "billing_region", "net_revenue"}, Rows: rows}
	// month, region, then invoices, gross_revenue, refunds, net_revenue.
	table := func(last float64) plan.Preview {
		return plan.Preview{Columns: []string{"month", "billing_region", "invoices", "gross_revenue", "refunds", "net_revenue"}, Rows: [][]any{
			{"2026-06-01 00:00:00", "EMEA", 1.0, 5.0, 0.0, 5.0},
			{"2026-05-01 00:00:00", "EMEA", 2.0, 13.0, 1.0, last},
			{"2026-04-01 00:00:00", nil, 1.0, 1.5, 0.0, "1.50"},
			{"2026-04-01 00:00:00", "EMEA", 2.0, 10.0, 0.0, 10.0},
		}}
	}
	for _, c := range []struct {
		name, text string
		figures    Figures
		verdict    plan.ReuseVerdict
		evidence   string
	}{
		{"the same figures", "monthly net revenue by billing region", warehouse{wanted, map[string]plan.Preview{"fct_monthly_revenue": table(12.0000001)}}, plan.Exists, "its column net_revenue holds Net revenue"},
		{"other figures", "monthly net revenue by billing region", warehouse{wanted, map[string]plan.Preview{"fct_monthly_revenue": table(11)}}, plan.New, "its column net_revenue has other figures"},
		{"no data", "monthly net revenue by billing region", nil, plan.New, "without data I cannot tell"},
		{"a window of whole periods", "monthly net revenue by billing region since May 2026", warehouse{wanted, map[string]plan.Preview{"fct_monthly_revenue": table(12)}}, plan.Exists, ""},
		{"a window that cuts a period", "monthly net revenue by billing region since 2026-05-15", warehouse{wanted, map[string]plan.Preview{"fct_monthly_revenue": table(12)}}, plan.New, ""},
		{"another grain", "net revenue by segment", warehouse{wanted, nil}, plan.New, ""},
	} {
		i, err := New(f, f, WithFigures(c.figures))
		if err != nil {
			t.Fatal(err)
		}
		if c.figures == nil {
			i = interpreterFor(t, f)
		}
		r := read(t, i, request(c.text))
		if r.Outcome != plan.OutcomeSpec {
			t.Fatalf("%s: %s", c.text, short(r))
		}
		got, err := i.Reuse(t.Context(), request("").Base, *r.Spec)
		if err != nil || got.Verdict != c.verdict || !strings.Contains(strings.Join(got.Evidence, "\n"), c.evidence) {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
		if got.Verdict == plan.Exists && (got.Model != "fct_monthly_revenue" || !strings.HasSuffix(got.Path, "fct_monthly_revenue.sql") ||
			!strings.Contains(got.Query, "revenue_month as month, billing_region, net_revenue")) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

// A question says by how much the answers differ when there is data.
func TestQuestionsAreMeasured(t *testing.T) {
	f := folder{dir: "testdata/subs"}
	i, err := New(f, f, WithFigures(countingFigures{}))
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, i, request("monthly churn"))
	if len(r.Questions) != 1 || r.Questions[0].Why != "It changes the number: 2.5 % or 4.0 % in the period that begins on 2026-05-01." {
		t.Errorf("%+v", r.Questions)
	}
}

// countingFigures gives another rate for each measure.
type countingFigures struct{}

func (countingFigures) Rows(_ context.Context, _ plan.Base, spec plan.Spec) (plan.Preview, error) {
	rate := 0.025
	if strings.HasPrefix(spec.Measures[0].Name, "revenue") {
		rate = 0.04
	}
	return plan.Preview{Columns: []string{"month", spec.Measures[0].Name}, Rows: [][]any{{"2026-04-01", 0.5}, {"2026-05-01", rate}}}, nil
}

func (countingFigures) Query(context.Context, plan.Base, string) (plan.Preview, error) {
	return plan.Preview{}, errors.New("not asked for")
}
