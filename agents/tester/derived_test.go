package tester

import (
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// TestDerivedIsReadTwice: a figure beside that of an earlier period is computed a second way, and a wrong one is found.
func TestDerivedIsReadTwice(t *testing.T) {
	s := newShop(t)
	spec := revenueSpec()
	revenue, before := spec.Measures[0], spec.Measures[0]
	before.Name, before.Offset = "before", &plan.Span{Count: 1, Unit: plan.Month}
	formula, err := plan.ParseExpr("(revenue - before) / before")
	if err != nil {
		t.Fatal(err)
	}
	last := plan.Col("before")
	spec.Measures = []plan.Measure{revenue,
		{Name: "revenue_before", Kind: plan.Derived, Formula: &last, Inputs: []plan.Measure{before}},
		{Name: "growth", Kind: plan.Derived, Formula: &formula, Inputs: []plan.Measure{revenue, before}}}
	const sql = `with monthly as (

    select
        cast(date_trunc('month', orders.ordered_at) as date) as month,
        coalesce(customers.region, 'unknown') as region,
        sum(orders.amount) as revenue
    from {{ ref('fct_orders') }} as orders
    left join {{ ref('dim_customers') }} as customers on orders.customer_id = customers.customer_id
    where orders.status = 'paid' and orders.ordered_at is not null
    group by 1, 2

),

groups as (

    select month, region from monthly
    union
    select cast(month + interval '1 month' as date), region from monthly
    where month < (select max(month) from monthly)

),

final as (

    select
        month,
        region,
        coalesce(now.revenue, 0) as revenue,
        case when month > date '2026-01-01' then coalesce(earlier.revenue, 0) end as revenue_before,
        (coalesce(now.revenue, 0) - revenue_before) / nullif(revenue_before, 0) as growth
    from groups
    left join monthly as now using (month, region)
    left join monthly as earlier on earlier.region = groups.region and earlier.month = cast(groups.month - interval '1 month' as date)

)

select * from final
`
	yaml := strings.Replace(goodYAML, "    data_tests", "      - name: revenue_before\n        description: A month before.\n      - name: growth\n        description: Change.\n    data_tests", 1)
	for name, c := range map[string]struct {
		from, to string
		want     plan.CheckStatus
	}{
		"right":                      {"", "", plan.Passed},
		"two months back":            {"groups.month - interval '1 month'", "groups.month - interval '2 month'", plan.Failed},
		"the other way round":        {"- revenue_before) /", "+ revenue_before) /", plan.Failed},
		"a share of the wrong month": {"nullif(revenue_before, 0)", "nullif(now.revenue, 0)", plan.Failed},
		"nothing from before":        {"case when month > date '2026-01-01' then coalesce(earlier.revenue, 0) end", "null", plan.Failed},
	} {
		checks := s.check(t, spec, s.change(strings.Replace(sql, c.from, c.to, 1), yaml))
		if got := checks[plan.CheckIndependent]; got.Status != c.want {
			t.Errorf("%s: %s: %s (runs: %s)", name, got.Status, got.Detail, checks[plan.CheckRuns].Detail)
		}
	}
}

// TestCumulativeIsReadTwice: running totals, trailing times and totals to date are summed up again from the rows.
func TestCumulativeIsReadTwice(t *testing.T) {
	s := newShop(t)
	const sql = `with months as (

    select distinct cast(date_trunc('month', ordered_at) as date) as month from {{ ref('fct_orders') }}
    where ordered_at is not null

),

final as (

    select
        months.month,
        coalesce(customers.region, 'unknown') as region,
        sum(orders.amount) as revenue
    from months
    inner join {{ ref('fct_orders') }} as orders on orders.ordered_at < months.month + interval '1 month'
        and orders.ordered_at >= SINCE
    left join {{ ref('dim_customers') }} as customers on orders.customer_id = customers.customer_id
    where orders.status = 'paid'
    group by 1, 2

)

select * from final
`
	ever, trailing, year := "date '1900-01-01'", "months.month + interval '1 month' - interval '30 day'", "date_trunc('year', months.month)"
	month := "months.month"
	for _, c := range []struct {
		name  string
		m     plan.Measure
		since string
		want  plan.CheckStatus
	}{
		{"running total", plan.Measure{}, ever, plan.Passed},
		{"running total of the month alone", plan.Measure{}, month, plan.Failed},
		{"trailing", plan.Measure{Trailing: &plan.Span{Count: 30, Unit: plan.Day}}, trailing, plan.Passed},
		{"trailing without an end", plan.Measure{Trailing: &plan.Span{Count: 30, Unit: plan.Day}}, ever, plan.Failed},
		{"to date", plan.Measure{GrainToDate: plan.Year}, year, plan.Passed},
		{"to date of the wrong period", plan.Measure{GrainToDate: plan.Year}, month, plan.Failed},
	} {
		spec := revenueSpec()
		m := &spec.Measures[0]
		m.Kind, m.Trailing, m.GrainToDate = plan.Cumulative, c.m.Trailing, c.m.GrainToDate
		checks := s.check(t, spec, s.change(strings.Replace(sql, "SINCE", c.since, 1), goodYAML))
		if got := checks[plan.CheckIndependent]; got.Status != c.want {
			t.Errorf("%s: %s: %s (runs: %s)", c.name, got.Status, got.Detail, checks[plan.CheckRuns].Detail)
		}
	}
}
