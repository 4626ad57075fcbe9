package reading

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

func TestMain(m *testing.M) {
	sandbox.ChildMain()
	os.Exit(m.Run())
}

// town is a small town's visits, orders and tiers: ann visits twice and orders between and after, bob orders a day late, cid never does.
func town(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	file := filepath.Join(t.TempDir(), "town.duckdb")
	if err := sandbox.Build(t.Context(), file, "", []string{
		`create table visits as select * from (values ('ann', timestamp '2026-01-01 10:00'), ('ann', '2026-01-20 09:00'), ('bob', '2026-01-31 23:30'), ('cid', '2026-02-03 08:00'), (null, '2026-02-04 08:00')) as t(who, "at")`,
		`create table orders as select * from (values ('ann', timestamp '2026-01-05 10:00', 10), ('ann', '2026-01-21 10:00', 20), ('ann', '2026-01-22 10:00', 5), ('bob', '2026-02-08 00:00', 1)) as t(who, "at", amount)`,
		`create table tiers as select * from (values ('ann', 'gold', date '2026-01-01', date '2026-01-21'), ('ann', 'plain', '2026-01-21', null), ('bob', 'plain', '2026-02-09', null),
			('dan', 'gold', '2026-01-01', '2026-02-01'), ('dan', 'plain', '2026-02-01', null)) as t(who, tier, since, until)`,
		`create table stays as select * from (values ('ann', date '2026-01-10', date '2026-02-01'), ('bob', '2026-02-01', null), ('dan', '2026-01-05', null)) as t(who, came, went)`,
		`create table leases as select * from (values ('ann', date '2025-12-10', date '2026-04-30'), ('bob', '2026-01-31', null)) as t(who, came, went)`,
		`create table stock as select * from (values ('a', date '2026-01-10', 5), ('a', '2026-01-30', 7), ('b', '2026-01-20', 2), ('b', '2026-02-02', 4)) as t(shelf, day, pieces)`,
	}); err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.Start(t.Context(), sandbox.Options{Scratch: t.TempDir(), Database: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	return box
}

func event(name, model string) plan.Measure {
	return plan.Measure{Name: name, Kind: plan.Simple, Model: model, Agg: plan.Count, Time: "at"}
}

func stays(state plan.PopulationState) plan.Measure {
	return plan.Measure{Kind: plan.Population, Model: "stays", Interval: &plan.Interval{Entity: "who", From: "came", To: "went", State: state}}
}

func onlyAnn() plan.Filter {
	return plan.Filter{Column: plan.ColumnRef{Relation: "orders", Column: "who"}, Op: plan.Eq, Values: []plan.Literal{{Kind: plan.StringLiteral, Text: "ann"}}}
}

func monthly() *plan.TimeAxis { return &plan.TimeAxis{Name: "month", Grain: plan.Month, Zone: "UTC"} }

// compareBoth compares two models, of rows with the period, the dimensions and the figures, with the reading of the last figure. The first
// must agree, the second must not. Today is 1 February 2026.
func compareBoth(t *testing.T, box *sandbox.Sandbox, spec plan.Spec, right, wrong string) {
	t.Helper()
	columns := (&builder{spec: spec}).keys()
	for _, m := range spec.Measures {
		columns = append(columns, ident(m.Name))
	}
	names := func(name string) (string, error) { return name, nil }
	ask := func(sql string, err error) []any {
		if err != nil || sql == "" {
			if err != nil {
				t.Fatal(err)
			}
			return []any{json.Number("0")}
		}
		got, err := box.Query(t.Context(), sandbox.Trusted(sql), sandbox.QueryOptions{Limit: 2, Today: "2026-02-01"})
		if err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
		return got.Rows[0]
	}
	for rows, want := range map[string]bool{right: true, wrong: false} {
		model := fmt.Sprintf("(select * from (values %s) as t(%s))", rows, strings.Join(columns, ", "))
		compared := ask(Compare(spec, spec.Measures[len(spec.Measures)-1], names, model))
		unsupported := ask(Support(spec, names, model))
		if agree := fmt.Sprint(compared[1:4], unsupported) == "[0 0 0] [0]"; agree != want {
			t.Errorf("%s: agrees %v, want %v (%v, %v)", rows, agree, want, compared, unsupported)
		}
	}
}

// TestSecondWay compares rows counted by hand, and rows that are wrong in one respect, with the reading of each kind.
func TestSecondWay(t *testing.T) {
	box := town(t)
	week := &plan.Span{Count: 7, Unit: plan.Day}
	who := &plan.Interval{Entity: "who"}
	pair := []plan.Measure{event("visits", "visits"), event("orders", "orders")}
	pieces := plan.Col("pieces")
	revenue := plan.Measure{Name: "m", Kind: plan.Simple, Model: "orders", Agg: plan.Sum, Time: "at"}
	amount := plan.Col("amount")
	revenue.Expr = &amount
	asOf := plan.Dimension{Name: "tier", NullAs: "none", Column: plan.ColumnRef{Relation: "tiers", Column: "tier"}, Paths: []plan.JoinPath{{From: "orders", To: "tiers",
		Hops: []plan.Hop{{From: "orders", To: "tiers", FromColumns: []string{"who"}, ToColumns: []string{"who"}, AsOf: &plan.Validity{From: "since", To: "until"}}}}}}
	fromStays := asOf.Paths[0]
	fromStays.From, fromStays.Hops = "stays", slices.Clone(fromStays.Hops)
	fromStays.Hops[0].From = "stays"
	asOf.Paths = append(asOf.Paths, fromStays)
	tokyo := monthly()
	tokyo.Zone = "Asia/Tokyo"
	age := []plan.Dimension{{Name: "age", Age: &plan.Age{}}}
	complete := monthly()
	complete.Complete = true
	leases := stays(plan.Closing)
	leases.Model = "leases"
	now, before := event("now", "orders"), event("before", "orders")
	before.Offset = &plan.Span{Count: 1, Unit: plan.Month}
	change, err := plan.ParseExpr("now - before")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name         string
		spec         plan.Spec
		m            plan.Measure
		right, wrong string // rows of the model: month, dimensions, figure
	}{
		{"conversion: the nearest visit converts, once", plan.Spec{Time: monthly()},
			plan.Measure{Kind: plan.Conversion, Inputs: pair, Interval: who, Trailing: week, Calculation: plan.Conversions},
			`(date '2026-01-01', 2), ('2026-02-01', 0)`, `(date '2026-01-01', 3), ('2026-02-01', 0)`},
		{"conversion: a day more lets bob in", plan.Spec{Time: monthly()},
			plan.Measure{Kind: plan.Conversion, Inputs: pair, Interval: who, Trailing: &plan.Span{Count: 8, Unit: plan.Day}, Calculation: plan.Conversions},
			`(date '2026-01-01', 3), ('2026-02-01', 0)`, `(date '2026-01-01', 2), ('2026-02-01', 0)`},
		{"conversion rate: nobody's visit is a visit", plan.Spec{Time: monthly()}, plan.Measure{Kind: plan.Conversion, Inputs: pair, Interval: who},
			`(date '2026-01-01', 1.0), ('2026-02-01', 0.0)`, `(date '2026-01-01', 0.75), ('2026-02-01', 0.0)`},
		{"retention", plan.Spec{Time: monthly(), Dimensions: age}, plan.Measure{Kind: plan.Retention, Inputs: pair, Interval: who, Calculation: plan.Retained},
			`(date '2026-01-01', 0, 1), ('2026-01-01', 1, 1), ('2026-02-01', 0, 0)`, `(date '2026-01-01', 0, 1), ('2026-01-01', 1, 0), ('2026-02-01', 0, 0)`},
		{"retention: the cohort keeps its size", plan.Spec{Time: monthly(), Dimensions: age}, plan.Measure{Kind: plan.Retention, Inputs: pair, Interval: who, Calculation: plan.CohortSize},
			`(date '2026-01-01', 0, 2), ('2026-01-01', 1, 2), ('2026-02-01', 0, 1)`, `(date '2026-01-01', 0, 2), ('2026-01-01', 1, 1), ('2026-02-01', 0, 1)`},
		{"funnel: entered with the first visit of the month", plan.Spec{Time: monthly()},
			plan.Measure{Kind: plan.Funnel, Inputs: append(pair, event("again", "orders")), Interval: who, Trailing: &plan.Span{Count: 30, Unit: plan.Day}, Step: 2},
			`(date '2026-01-01', 2), ('2026-02-01', 0)`, `(date '2026-01-01', 1), ('2026-02-01', 0)`},
		{"balance: each shelf's last day", plan.Spec{Time: monthly()}, plan.Measure{Kind: plan.Balance, Model: "stock", Agg: plan.Sum, Expr: &pieces, Time: "day", Interval: &plan.Interval{Entity: "shelf"}},
			`(date '2026-01-01', 9), ('2026-02-01', 4)`, `(date '2026-01-01', 7), ('2026-02-01', 4)`},
		{"as of the order's day", plan.Spec{Time: monthly(), Dimensions: []plan.Dimension{asOf}}, revenue,
			`(date '2026-01-01', 'gold', 10), ('2026-01-01', 'plain', 25), ('2026-02-01', 'none', 1)`, `(date '2026-01-01', 'plain', 35), ('2026-02-01', 'plain', 1)`},
		{"in Tokyo bob's visit is one of February", plan.Spec{Time: tokyo}, event("m", "visits"),
			`(date '2026-01-01', 2), ('2026-02-01', 3)`, `(date '2026-01-01', 3), ('2026-02-01', 2)`},
		{"gained on the first of the month", plan.Spec{Time: monthly()}, stays(plan.Gained), `(date '2026-01-01', 2), ('2026-02-01', 1)`, `(date '2026-01-01', 2), ('2026-02-01', 0)`},
		{"lost on the first of the month", plan.Spec{Time: monthly()}, stays(plan.Lost), `(date '2026-02-01', 1)`, `(date '2026-01-01', 1), ('2026-02-01', 0)`},
		{"nobody to lose in January", plan.Spec{Time: monthly()}, stays(plan.Lost), `(date '2026-02-01', 1)`, `(date '2026-01-01', 0), ('2026-02-01', 1)`},
		{"versions just before the edge", plan.Spec{Time: monthly(), Dimensions: []plan.Dimension{asOf}}, stays(plan.Closing),
			`(date '2026-01-01', 'gold', 1), ('2026-01-01', 'plain', 1), ('2026-02-01', 'plain', 2)`, `(date '2026-01-01', 'plain', 2), ('2026-02-01', 'plain', 2)`},
		{"quiet for ten days", plan.Spec{Time: &plan.TimeAxis{Name: "month", Grain: plan.Month, Zone: "UTC"}},
			plan.Measure{Kind: plan.Population, Model: "visits", Interval: &plan.Interval{Entity: "who", From: "at", For: &plan.Span{Count: 10, Unit: plan.Day}, State: plan.Closing}},
			`(date '2026-01-01', 1)`, `(date '2026-01-01', 2)`},
		{"today: who starts is there, who ends is not", plan.Spec{}, stays(plan.Closing), `(2)`, `(3)`},
		{"versions of today", plan.Spec{Dimensions: []plan.Dimension{asOf}}, stays(plan.Closing), `('none', 1), ('plain', 1)`, `('none', 1), ('gold', 1)`},
		{"before a day", plan.Spec{Window: &plan.Window{To: "2026-02-01"}}, stays(plan.Closing), `(2)`, `(3)`},
		{"a month that only the one before supports", plan.Spec{Time: monthly(), Filters: []plan.Filter{onlyAnn()}}, plan.Measure{Kind: plan.Derived, Formula: &change, Inputs: []plan.Measure{now, before}},
			`(date '2026-01-01', null), ('2026-02-01', -3)`, `(date '2026-01-01', null)`},
		{"a month that the data do not reach the end of", plan.Spec{Time: complete}, event("m", "visits"), `(date '2026-01-01', 3)`, `(date '2026-01-01', 3), ('2026-02-01', 2)`},
		{"an end that is planned completes no month", plan.Spec{Time: complete}, leases, `(date '2025-12-01', 1), ('2026-01-01', 2)`, `(date '2025-12-01', 1), ('2026-01-01', 2), ('2026-02-01', 2)`},
		{"an empty row of a month without rows", plan.Spec{Time: monthly(), Filters: []plan.Filter{onlyAnn()}}, revenue, `(date '2026-01-01', 35)`, `(date '2026-01-01', 35), ('2026-02-01', null)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.m.Name = "m"
			c.spec.Measures = []plan.Measure{c.m}
			compareBoth(t, box, c.spec, c.right, c.wrong)
		})
	}
}
