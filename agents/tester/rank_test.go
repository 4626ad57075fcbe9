package tester

import (
	"fmt"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// rankedSQL ranks regions by the revenue of paid orders: unknown 12 and north 12.5, so north is first.
const rankedSQL = `with orders as (

    select * from {{ ref('fct_orders') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

totals as (

    select
        coalesce(customers.region, 'unknown') as region,
        sum(orders.amount) as revenue
    from orders
    left join customers on orders.customer_id = customers.customer_id
    where orders.status = 'paid'
    group by 1

),

placed as (

    select *, row_number() over (order by revenue DIRECTION, region) as place from totals

),

final as (

    SELECT

)

select * from final
`

// TestRanking: which groups a ranking keeps is computed a second way.
func TestRanking(t *testing.T) {
	s := newShop(t)
	const best = "select region, revenue from placed where place <= 1"
	const rest = "select case when place <= 1 then region else 'other' end as region, sum(revenue) as revenue from placed group by 1"
	for name, c := range map[string]struct {
		direction, final string
		change           func(*plan.Rank)
		says             string // empty: passed
	}{
		"the best":             {"desc", best, nil, ""},
		"the worst":            {"asc", best, func(r *plan.Rank) { r.Descending = false }, ""},
		"the wrong end":        {"asc", best, nil, "of the first 1 by revenue, 1 group is missing"},
		"one too many":         {"desc", "select region, revenue from placed where place <= 2", nil, "as the first 1 by revenue, 1 group is kept"},
		"none":                 {"desc", "select region, revenue from placed where place < 1", nil, "gives no rows"},
		"more than there are":  {"desc", "select region, revenue from placed where place <= 5", func(r *plan.Rank) { r.N = 5 }, ""},
		"with the rest":        {"desc", rest, func(r *plan.Rank) { r.Rest = true }, ""},
		"the rest of the rest": {"asc", rest, func(r *plan.Rank) { r.Rest = true }, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := revenueSpec()
			spec.Time = nil
			spec.Rank = &plan.Rank{N: 1, By: "revenue", Descending: true}
			if c.change != nil {
				c.change(spec.Rank)
			}
			sql := strings.NewReplacer("DIRECTION", c.direction, "SELECT", c.final).Replace(rankedSQL)
			got := s.check(t, spec, s.change(sql, strings.Replace(goodYAML, "      - name: month\n        description: Start of the month.\n", "", 1)))
			check := got[plan.CheckIndependent]
			if c.says == "" && check.Status != plan.Passed {
				t.Errorf("%s: %s", check.Status, check.Detail)
			}
			if all := fmt.Sprint(got); c.says != "" && (check.Status == plan.Passed || !strings.Contains(all, c.says)) {
				t.Errorf("%s: %s; want %q", check.Status, check.Detail, c.says)
			}
		})
	}
}
