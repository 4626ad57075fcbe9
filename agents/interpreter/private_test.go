package interpreter

import (
	"context"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// hides excludes one column of a project.
type hides string

func (h hides) Excluded(context.Context, plan.Base) (func(relation, column string) bool, error) {
	return func(relation, column string) bool { return relation+"."+column == string(h) }, nil
}

// A column that the team excludes is neither split by, nor a condition, nor a figure; its different values can be counted.
func TestExcludedColumns(t *testing.T) {
	f := folder{dir: "testdata/shop", noGlossary: true}
	for _, c := range []struct {
		hidden, text string
		ok           bool
	}{
		{"dim_customers.segment", "number of orders by segment", false},
		{"dim_customers.segment", "number of orders where segment is 'enterprise'", false},
		{"dim_customers.segment", "number of orders for enterprise", false},
		{"dim_customers.segment", "number of distinct segments", true},
		{"dim_customers.segment", "number of orders by city", true},
		{"fct_orders.amount", "total amount by city", false},
		{"fct_orders.ordered_at", "number of orders per month", false},
	} {
		i, err := New(f, f, WithExclusions(hides(c.hidden)))
		if err != nil {
			t.Fatal(err)
		}
		r := read(t, i, request(c.text))
		if (r.Outcome == plan.OutcomeSpec) != c.ok {
			t.Errorf("%s without %s: %s", c.text, c.hidden, short(r))
		}
		column := c.hidden[strings.IndexByte(c.hidden, '.')+1:]
		if strings.Contains(c.text, column) && !c.ok && !strings.Contains(r.Message, "firstmile.yml") {
			t.Errorf("%s: the reason is not given: %s", c.text, r.Message)
		}
	}
}
