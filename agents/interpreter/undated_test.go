package interpreter

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// gaps is data in which a relation has so many rows without a date.
type gaps struct{ empty, rows float64 }

func (g gaps) Rows(context.Context, plan.Base, plan.Spec) (plan.Preview, error) {
	return plan.Preview{}, errors.New("not asked for here")
}

func (g gaps) Query(_ context.Context, _ plan.Base, sql string) (plan.Preview, error) {
	if !strings.HasPrefix(sql, "select count(*) - count(") {
		return plan.Preview{}, errors.New("not asked for here")
	}
	return plan.Preview{Rows: [][]any{{g.empty, g.rows}}}, nil
}

// Rows without a date are left out of periods, and the proposal says how many there are.
func TestRowsWithoutDate(t *testing.T) {
	f := folder{dir: "testdata/shop"}
	for _, c := range []struct {
		figures Figures
		want    string
	}{
		{nil, "Rows of fct_orders without ordered_at are left out."},
		{gaps{3, 40}, "3 of the 40 rows of fct_orders have no ordered_at and are left out."},
		{gaps{0, 40}, ""},
	} {
		i, err := New(f, f, WithFigures(c.figures))
		if err != nil {
			t.Fatal(err)
		}
		r := read(t, i, request("monthly revenue"))
		at := slices.IndexFunc(r.Assumptions, func(a plan.Assumption) bool { return strings.Contains(a.Text, "left out") })
		switch {
		case c.want == "" && at >= 0:
			t.Errorf("nothing is left out, but it says: %s", r.Assumptions[at].Text)
		case c.want != "" && (at < 0 || r.Assumptions[at].Text != c.want):
			t.Errorf("want %q in %+v", c.want, r.Assumptions)
		}
	}
}

// What is open is worded by the kind of the question.
func TestOpenRestatement(t *testing.T) {
	i := interpreterFor(t, folder{dir: "testdata/subs"})
	for text, want := range map[string]string{
		"weekly churn by region": "“churn” and “region” can mean more than one thing here.",
		"mrr by tier":            "it is open how “mrr” becomes one number.",
		"churn":                  "“churn” can mean more than one thing here and it is open for which period.",
	} {
		if r := read(t, i, request(text)); !strings.HasSuffix(r.Restatement, want) {
			t.Errorf("%q: %s", text, r.Restatement)
		}
	}
}
