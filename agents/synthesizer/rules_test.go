package synthesizer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstmile/planner/plan"
)

// TestAgainstSQL compares designs with SQL that was written by hand, on rows chosen for their traps.
func TestAgainstSQL(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t,
		`insert into fct_orders values
			(1, 1, '2025-12-28 23:59', 10, 'paid', true, 'a'), (2, 1, '2025-12-29 00:00', 20, 'open', null, 'b'),
			(3, 2, '2026-01-04 12:00', 5.5, 'paid', false, 'a'), (3, 2, '2026-01-04 12:00', 5.5, 'paid', false, 'a'),
			(4, 9, '2026-01-05 00:00', 7, null, true, 'c'), (5, null, '2026-02-01 00:00', null, 'void', true, 'c'),
			(6, 3, null, 100, 'paid', true, 'a'), (7, 1, '2026-03-31 22:30', 1, 'paid', true, 'd')`,
		`insert into fct_refunds values (1, 1, '2026-01-06', 4), (2, 4, '2026-02-10', 2), (3, 2, '2026-01-07', null)`,
		`insert into dim_customers values (1, 'DE', 'small', true), (2, 'US', 'large', false), (3, 'XX', null, true), (4, null, 'small', null)`,
		`insert into dim_countries values ('DE', 'EMEA'), ('US', 'NA'), ('FR', 'EMEA')`,
		`insert into fct_balances values (1, 1, '2026-01-10', 100), (1, 1, '2026-01-31', 80), (2, 2, '2026-01-20', 50), (2, 2, '2026-02-03', 60), (1, 1, '2026-01-31', 5)`,
		`insert into fct_subscriptions values (1, 1, 'basic', 10, '2025-12-01', '2026-01-15'), (2, 1, 'pro', 20, '2026-01-15', null),
			(3, 2, 'basic', 10, '2025-12-10', '2026-01-10'), (4, 2, 'basic', 15, '2026-01-20', '2026-02-20'),
			(5, 3, 'pro', 30, '2026-02-01', null), (6, 4, 'pro', 30, '2026-01-01', '2026-01-31 12:00'), (7, null, 'pro', 1, '2025-12-01', null)`)
	specs := designs(t)
	region := `coalesce(c.region, 'unknown')`
	joined := ` o left join dim_customers d on d.customer_id = o.customer_id left join dim_countries c on c.country_code = d.country_code `
	for name, want := range map[string]string{
		"simple": `select date_trunc('month', ordered_at)::date, ` + region + `, sum(amount), count(*), count(distinct o.customer_id)
			from fct_orders` + joined + `where ordered_at is not null group by all`,
		"total": `select sum(amount) from fct_orders where status = 'paid'`,
		"two_facts": `select * from (values (date '2025-10-01', 'EMEA', 0 / 30.0), ('2026-01-01', 'EMEA', 4 / 1.0), ('2026-01-01', 'NA', 0 / 11.0),
			('2026-01-01', 'unknown', 2 / 7.0))`,
		"churn": `with w as (select unnest(generate_series(date '2025-12-01', date '2026-02-09', interval 7 day)) as week), v as (
				select week, o.customer_id, ` + region + ` as region, exists (select 1 from fct_subscriptions x where x.customer_id = o.customer_id
					and x.started_at < week + interval 7 day and coalesce(x.ended_at, '2999-01-01') >= week + interval 7 day) as stays
				from w, fct_subscriptions` + joined + `where o.customer_id is not null and o.started_at < week and coalesce(o.ended_at, '2999-01-01') >= week)
			select week::date, region, count(distinct customer_id) filter (not stays) / count(distinct customer_id) from v group by all`,
		"balance":    `select * from (values (date '2026-01-01', 'EMEA', 85.0), ('2026-01-01', 'NA', 50), ('2026-02-01', 'NA', 60))`,
		"growth":     `select date_trunc('month', ordered_at)::date, null from fct_orders where ordered_at is not null group by all`,
		"cumulative": `select * from (values (date '2025-12-01', 30, 30, 30), ('2026-01-01', 48, 18, 18), ('2026-02-01', 48, null, 18), ('2026-03-01', 49, 1, 19))`,
		"top":        `select * from (values ('EMEA', 31.0), ('NA', 11.0), ('unknown', 107.0))`,
		"over_periods": `with d as (select unnest(generate_series(date '2025-12-28', date '2026-03-31', interval 1 day)) as day), r as (
				select distinct ` + region + ` as region from fct_orders` + joined + `where ordered_at is not null)
			select date_trunc('month', day)::date, region, avg((select count(*) from fct_orders` + joined + `where ordered_at::date = day and ` + region + ` = r.region))
			from d, r group by all`,
		"best_week": `select max(n) from (select sum(amount) as n from fct_orders where ordered_at < '2026-03-30' group by date_trunc('week', ordered_at))`,
		"fiscal":    `select * from (values (date '2025-11-01', 48.0), ('2026-02-01', 1))`,
		"weekday":   `select isodow(ordered_at), count(*) from fct_orders where not (ordered_at >= '2026-01-01' and ordered_at < '2026-02-01') group by 1`,
		"nights":    `select 3`,
		"two_periods": `select ` + region + `, coalesce(sum(amount) filter (where month(ordered_at) = 1), 0), coalesce(sum(amount) filter (where month(ordered_at) = 12), 0),
				(coalesce(sum(amount) filter (where month(ordered_at) = 1), 0) - coalesce(sum(amount) filter (where month(ordered_at) = 12), 0)) / nullif(coalesce(sum(amount) filter (where month(ordered_at) = 12), 0), 0)
			from fct_orders` + joined + `where ordered_at >= '2025-12-01' and ordered_at < '2026-02-01' group by all`,
		"best_month": `select date '2025-12-01', 30`,
		"zone":       `select * from (values (date '2025-12-29', 2), ('2026-01-04', 2), ('2026-01-05', 1), ('2026-02-01', 1), ('2026-04-01', 1))`,
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Compile(p, specs[name])
			if err != nil {
				t.Fatal(err)
			}
			got, wanted := rows(t, s, c.SQL), rows(t, s, want)
			if name == "cumulative" { // 0 where no row is within reach
				for i := range wanted {
					wanted[i] = strings.ReplaceAll(wanted[i], "null", "0")
				}
			}
			if diff := cmp.Diff(wanted, got); diff != "" {
				t.Errorf("(-by hand +compiled)\n%s\n%s", diff, c.SQL)
			}
		})
	}
}

// TestDefinitions checks figures counted by hand: where a definition could be read in two ways.
func TestDefinitions(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t,
		// 1 leaves and comes back within the week; 2 changes plan; 3 leaves; 4 comes; 5 is there for three days in mid-week; 6 ends
		// and 7 starts at the very end of the week, 9 ends and 8 starts at its very start.
		`insert into fct_subscriptions values (1, 1, 'pro', 10, '2026-01-01', '2026-01-06'), (2, 1, 'pro', 10, '2026-01-09', null),
			(3, 2, 'pro', 10, '2026-01-01', '2026-01-07'), (4, 2, 'basic', 5, '2026-01-07', null), (5, 3, 'pro', 7, '2026-01-01', '2026-01-08'),
			(6, 4, 'basic', 1, '2026-01-08', null), (7, 5, 'pro', 1, '2026-01-06', '2026-01-09'), (8, 6, 'pro', 3, '2026-01-01', '2026-01-12'),
			(9, 7, 'pro', 3, '2026-01-12', null), (10, 8, 'pro', 2, '2026-01-05', null), (11, 9, 'pro', 4, '2026-01-01', '2026-01-05')`)
	pro := []plan.Filter{{Column: plan.ColumnRef{Relation: "fct_subscriptions", Column: "plan"}, Op: plan.Eq, Values: []plan.Literal{{Kind: plan.StringLiteral, Text: "pro"}}}}
	week := plan.Window{From: "2026-01-05", To: "2026-01-12"}
	for _, c := range []struct {
		name  string
		state plan.PopulationState
		agg   plan.Aggregation
		own   []plan.Filter // of the measure: defines the population
		spec  []plan.Filter // of the design: a slice of it
		want  string
	}{
		{"opening: who starts at the edge is not in yet, who ends there still is", plan.Opening, plan.CountDistinct, nil, nil, "5"},
		{"closing: the opening of the next week", plan.Closing, plan.CountDistinct, nil, nil, "5"},
		{"lost: at the start of the week too; coming back and changing plan are no loss", plan.Lost, plan.CountDistinct, nil, nil, "2"},
		{"gained: at the start of the week too; not who came back, not who was there only in between", plan.Gained, plan.CountDistinct, nil, nil, "2"},
		{"lost revenue", plan.Lost, plan.Sum, nil, nil, "11"},
		{"population of pro: a change to basic leaves it", plan.Lost, plan.CountDistinct, pro, nil, "3"},
		{"slice of pro: a change to basic stays", plan.Lost, plan.CountDistinct, nil, pro, "2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := population("n", c.state)
			m.Filters, m.Agg = c.own, c.agg
			if c.agg == plan.Sum {
				m.Expr = column("mrr")
			}
			for _, spec := range []plan.Spec{
				{Measures: []plan.Measure{m}, Window: &week, Filters: c.spec},
				{Measures: []plan.Measure{m}, Window: &week, Filters: c.spec, Time: every(plan.Week)},
			} {
				compiled, err := Compile(p, spec)
				if err != nil {
					t.Fatal(err)
				}
				want := c.want
				if spec.Time != nil {
					want = "2026-01-05 | " + want
				}
				if diff := cmp.Diff([]string{want}, rows(t, s, compiled.SQL)); diff != "" {
					t.Errorf("(-want +got)\n%s\n%s", diff, compiled.SQL)
				}
			}
		})
	}
}

// TestPopulationReach: the periods of a population go on to its last start or end; what is planned leads no further. Who starts on the first
// of a month is no part of the month before.
func TestPopulationReach(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t, `insert into fct_subscriptions values (1, 1, 'pro', 10, '2025-01-10', '2025-04-20'), (2, 2, 'pro', 10, '2025-02-01', null),
		(3, 3, 'pro', 10, '2025-02-03', '2999-12-31')`)
	for complete, want := range map[bool][]string{
		false: {"2025-01-01 | 1", "2025-02-01 | 3", "2025-03-01 | 3", "2025-04-01 | 2"},
		true:  {"2025-01-01 | 1", "2025-02-01 | 3", "2025-03-01 | 3"},
	} {
		axis := every(plan.Month)
		axis.Complete = complete
		c, err := Compile(p, plan.Spec{Measures: []plan.Measure{population("n", plan.Closing)}, Time: axis})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rows(t, s, c.SQL)); diff != "" {
			t.Errorf("complete %v: (-want +got)\n%s\n%s", complete, diff, c.SQL)
		}
	}
}

// TestVersionsAtTheEdge: what a population is split by is looked at just before the edge, too. What begins with the month is the
// next one's opening state, and an order of the same moment already has it.
func TestVersionsAtTheEdge(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t, `insert into fct_subscriptions values (1, 1, 'pro', 10, '2026-01-10', null)`,
		`insert into dim_tiers values (1, 'silver', '2026-01-01', '2026-02-01'), (1, 'gold', '2026-02-01', null)`,
		`insert into fct_orders values (1, 1, '2026-02-01', 10, 'paid', false, 'a')`)
	tier := []plan.Dimension{tierDimension("none", "fct_subscriptions", "fct_orders")}
	january := &plan.Window{From: "2026-01-01", To: "2026-02-01"}
	for want, spec := range map[string]plan.Spec{
		"silver | 1": {Measures: []plan.Measure{population("n", plan.Closing)}, Dimensions: tier, Window: january},
		"gold | 10":  {Measures: []plan.Measure{simple("revenue", plan.Sum, column("amount"))}, Dimensions: tier},
	} {
		c, err := Compile(p, spec)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{want}, rows(t, s, c.SQL)); diff != "" {
			t.Errorf("(-want +got)\n%s\n%s", diff, c.SQL)
		}
	}
}

// TestNamesThatCollide: a result may have columns named like those that the compiler makes for itself.
func TestNamesThatCollide(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t, `insert into fct_subscriptions values (1, 1, 'pro', 10, '2026-01-01', null), (2, 2, 'pro', 5, '2026-01-01', '2026-01-10')`,
		`insert into fct_balances values (1, 1, '2026-01-10', 100), (1, 1, '2026-01-12', 80)`)
	lost := population("place", plan.Lost)
	axis := every(plan.Week)
	axis.Name = "last_at"
	spec := plan.Spec{Measures: []plan.Measure{lost}, Time: axis, Window: &plan.Window{From: "2026-01-05", To: "2026-01-12"}, Rank: &plan.Rank{N: 1, By: "place", Descending: true},
		Dimensions: []plan.Dimension{{Name: "customer_id", Column: plan.ColumnRef{Relation: "fct_subscriptions", Column: "customer_id"}}}}
	balance := plan.Spec{Time: axis, Measures: []plan.Measure{{Name: "balance_at", Kind: plan.Balance, Model: "fct_balances", Time: "taken_on", Agg: plan.Sum, Expr: column("balance")}},
		Dimensions: []plan.Dimension{{Name: "balance_at_value", Column: plan.ColumnRef{Relation: "fct_balances", Column: "account_id"}}}}
	for want, spec := range map[string]plan.Spec{"2026-01-05 | 2 | 1": spec, "2026-01-12 | 1 | 80": balance} {
		c, err := Compile(p, spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := rows(t, s, c.SQL); got[len(got)-1] != want {
			t.Errorf("got %v, want %s\n%s", got, want, c.SQL)
		}
	}
}

// TestFilterBehindManyRows: a filter on the many side keeps each row once.
func TestFilterBehindManyRows(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t, `insert into fct_orders (order_id, customer_id, amount) values (1, 1, 10), (2, 1, 20), (3, 2, 40), (4, null, 80), (5, 3, 160)`,
		`insert into fct_refunds (refund_id, customer_id, amount) values (1, 1, 5), (2, 1, 6), (3, 2, 1), (4, null, 9), (5, 7, 9)`,
		`insert into dim_customers values (1, 'DE', 'small', true), (2, 'US', 'large', true), (3, 'DE', 'small', true)`)
	many := hop("dim_customers", "customer_id", "fct_refunds", "customer_id")
	many.Cardinality = plan.OneToMany
	over := func(op plan.Operator, text string) plan.Filter {
		return plan.Filter{Column: plan.ColumnRef{Relation: "fct_refunds", Column: "amount"}, Op: op, Values: []plan.Literal{{Kind: plan.NumberLiteral, Text: text}},
			Paths: []plan.JoinPath{{From: "fct_orders", To: "fct_refunds", Hops: []plan.Hop{hop("fct_orders", "customer_id", "dim_customers", "customer_id"), many}}}}
	}
	revenue := simple("revenue", plan.Sum, column("amount"))
	refunded := simple("refunded", plan.Sum, column("amount"), over(plan.Gte, "5"))
	for _, c := range []struct {
		spec plan.Spec
		want string
	}{
		{plan.Spec{Measures: []plan.Measure{revenue}, Filters: []plan.Filter{over(plan.Gte, "5")}}, "30"},
		{plan.Spec{Measures: []plan.Measure{revenue}, Filters: []plan.Filter{over(plan.Gt, "0")}}, "70"},
		{plan.Spec{Measures: []plan.Measure{{Name: "share", Kind: plan.Ratio, Numerator: &refunded, Denominator: &revenue}}}, number(30.0 / 310)},
	} {
		compiled, err := Compile(p, c.spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := rows(t, s, compiled.SQL); got[0] != c.want {
			t.Errorf("got %v, want %s\n%s", got, c.want, compiled.SQL)
		}
	}
	if _, err := Compile(p, plan.Spec{Measures: []plan.Measure{revenue}, Filters: []plan.Filter{over(plan.Ne, "5")}}); plan.AsFailure(err).Code != "fan_out" {
		t.Errorf("a negative filter on many rows: %v", err)
	}
}

// TestDaylightSaving places rows around both changes of the clock into local days and hours.
func TestDaylightSaving(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t, `insert into fct_orders (order_id, ordered_at) values (1, '2026-03-28 22:59'), (2, '2026-03-28 23:00'), (3, '2026-03-29 00:59'),
		(4, '2026-03-29 01:00'), (5, '2026-03-29 21:59'), (6, '2026-03-29 22:00'), (7, '2026-10-24 22:00'), (8, '2026-10-25 00:30'), (9, '2026-10-25 01:30'),
		(10, '2026-10-25 22:59'), (11, '2026-10-25 23:00')`)
	for grain, want := range map[plan.Grain][]string{
		plan.Day: {"2026-03-28 | 1", "2026-03-29 | 4", "2026-03-30 | 1", "2026-10-25 | 4", "2026-10-26 | 1"},
		plan.Hour: {"2026-03-28T23:00:00 | 1", "2026-03-29T00:00:00 | 1", "2026-03-29T01:00:00 | 1", "2026-03-29T03:00:00 | 1", "2026-03-29T23:00:00 | 1",
			"2026-03-30T00:00:00 | 1", "2026-10-25T00:00:00 | 1", "2026-10-25T02:00:00 | 2", "2026-10-25T23:00:00 | 1", "2026-10-26T00:00:00 | 1"},
	} {
		axis := every(grain)
		axis.Zone = "Europe/Berlin"
		c, err := Compile(p, plan.Spec{Measures: []plan.Measure{simple("orders", plan.Count, nil)}, Time: axis})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rows(t, s, c.SQL)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", grain, diff)
		}
	}
}

// TestEmptyTables: no rows give no groups, and one row of a design without groups.
func TestEmptyTables(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t)
	for name, spec := range designs(t) {
		c, err := Compile(p, spec)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		if len(c.Grain) == 0 {
			want = 1
		}
		if got := rows(t, s, c.SQL); len(got) != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestHeadline(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t, `insert into fct_orders (order_id, customer_id, ordered_at, amount) values (1, 1, '2026-01-05', 10), (2, 2, '2026-02-05', 5), (3, 1, '2026-02-28', 6), (4, 3, '2026-03-02', 1)`)
	month := every(plan.Month)
	month.Complete = true
	revenue := simple("revenue", plan.Sum, column("amount"))
	for _, c := range []struct {
		spec plan.Spec
		want string
	}{
		{plan.Spec{Measures: []plan.Measure{revenue}, Dimensions: []plan.Dimension{regionDimension("", "fct_orders")}, Time: month}, "2026-02-01 | 11"},
		{plan.Spec{Measures: []plan.Measure{revenue}, Dimensions: []plan.Dimension{regionDimension("", "fct_orders")},
			Rank: &plan.Rank{N: 1, By: "revenue"}}, "22"},
	} {
		compiled, err := Headline(p, c.spec)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{c.want}, rows(t, s, compiled.SQL)); diff != "" {
			t.Error(diff)
		}
	}
}
