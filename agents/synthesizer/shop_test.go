package synthesizer

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

func TestMain(m *testing.M) {
	sandbox.ChildMain()
	os.Exit(m.Run())
}

// The shop of these tests: two facts, two dimensions in a chain, intervals and daily balances.
var shopTables = map[string][]string{ // table -> "column type", …
	"fct_orders": {"order_id integer", "customer_id integer", "ordered_at timestamp", "amount double", "status varchar",
		"is_gift boolean", "product varchar"},
	"fct_refunds":       {"refund_id integer", "customer_id integer", "refunded_on date", "amount double"},
	"dim_customers":     {"customer_id integer", "country_code varchar", "segment varchar", "vip boolean"},
	"dim_countries":     {"country_code varchar", "region varchar"},
	"fct_subscriptions": {"subscription_id integer", "customer_id integer", "plan varchar", "mrr double", "started_at timestamp", "ended_at timestamp"},
	"dim_tiers":         {"customer_id integer", "tier varchar", "valid_from timestamp", "valid_to timestamp"},
	"dim_days":          {"day_id integer", "on_day date"},
	"dim_sales":         {"sale_id integer", "day_id integer", "sold_at timestamp"},
	"fct_lines":         {"line_id integer", "sale_id integer", "customer_id integer", "quantity double"},
	"fct_balances":      {"account_id integer", "customer_id integer", "taken_on date", "balance double"},
}

// shopProject is a project whose marts are the tables above; dir is its folder in the repository.
func shopProject(t testing.TB, dir, adapter string) (*dbt.Project, fstest.MapFS) {
	t.Helper()
	files := fstest.MapFS{}
	add := func(name, text string) {
		files[strings.TrimPrefix(dir+"/"+name, "./")] = &fstest.MapFile{Data: []byte(text)}
	}
	add("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n")
	add("profiles.yml", fmt.Sprintf("shop:\n  target: dev\n  outputs:\n    dev:\n      type: %s\n      schema: main\n      path: shop.duckdb\n", adapter))
	var yaml strings.Builder
	yaml.WriteString("version: 2\n\nmodels:\n")
	for _, table := range sortedTables() {
		add("models/marts/"+table+".sql", "select * from {{ source('raw', '"+table+"') }}\n")
		fmt.Fprintf(&yaml, "  - name: %s\n    description: The %s.\n    columns:\n", table, table)
		for _, col := range shopTables[table] {
			name, kind, _ := strings.Cut(col, " ")
			fmt.Fprintf(&yaml, "      - name: %s\n        data_type: %s\n", name, kind)
		}
		yaml.WriteString("\n")
	}
	add("models/marts/_marts__models.yml", strings.TrimSuffix(yaml.String(), "\n"))
	add("models/staging/_sources.yml", "version: 2\n\nsources:\n  - name: raw\n    tables:\n"+sourceLines())
	p, err := dbt.Read(files, dir)
	if err != nil {
		t.Fatal(err)
	}
	return p, files
}

func sourceLines() string {
	var b strings.Builder
	for _, table := range sortedTables() {
		b.WriteString("      - name: " + table + "\n")
	}
	return b.String()
}

func sortedTables() []string {
	return []string{"dim_countries", "dim_customers", "dim_days", "dim_sales", "dim_tiers", "fct_balances", "fct_lines", "fct_orders", "fct_refunds", "fct_subscriptions"}
}

// warehouse is a DuckDB file with the tables, filled by the statements.
func warehouse(t testing.TB, inserts ...string) *sandbox.Sandbox {
	t.Helper()
	var statements []string
	for _, table := range sortedTables() {
		statements = append(statements, "create table "+table+" ("+strings.Join(shopTables[table], ", ")+")")
	}
	file := filepath.Join(t.TempDir(), "shop.duckdb")
	if err := sandbox.Build(t.Context(), file, "", append(statements, inserts...)); err != nil {
		t.Fatal(err)
	}
	s, err := sandbox.Start(t.Context(), sandbox.Options{Scratch: t.TempDir(), Database: file})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// rows runs a query and gives its rows as text, sorted.
func rows(t testing.TB, s *sandbox.Sandbox, sql string) []string {
	t.Helper()
	r, err := s.Query(t.Context(), sandbox.Trusted(sql), sandbox.QueryOptions{Limit: 100000})
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	out := make([]string, 0, len(r.Rows))
	for _, row := range r.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cell(v)
		}
		out = append(out, strings.Join(cells, " | "))
	}
	slices.Sort(out)
	return out
}

// cell writes a value so that 2, 2.0 and 2.000000001 are the same.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return number(f)
	case float64:
		return number(v)
	}
	return fmt.Sprint(v)
}

func number(f float64) string {
	s := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.6f", f), "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

func hop(from, fromColumn, to, toColumn string) plan.Hop {
	return plan.Hop{From: from, To: to, FromColumns: []string{fromColumn}, ToColumns: []string{toColumn}, Cardinality: plan.ManyToOne}
}

// regionFrom is the path from a fact over the customer to its country.
func regionFrom(fact string) plan.JoinPath {
	return plan.JoinPath{From: fact, To: "dim_countries", Hops: []plan.Hop{
		hop(fact, "customer_id", "dim_customers", "customer_id"),
		hop("dim_customers", "country_code", "dim_countries", "country_code")}}
}

func segmentFrom(fact string) plan.JoinPath {
	return plan.JoinPath{From: fact, To: "dim_customers", Hops: []plan.Hop{hop(fact, "customer_id", "dim_customers", "customer_id")}}
}

func regionDimension(nullAs string, facts ...string) plan.Dimension {
	d := plan.Dimension{Name: "region", NullAs: nullAs, Column: plan.ColumnRef{Relation: "dim_countries", Column: "region"}}
	for _, f := range facts {
		d.Paths = append(d.Paths, regionFrom(f))
	}
	return d
}

// tierFrom is the hop from a fact to the tier that its customer had then.
func tierFrom(fact string) plan.JoinPath {
	h := hop(fact, "customer_id", "dim_tiers", "customer_id")
	h.Cardinality, h.AsOf = plan.OneToMany, &plan.Validity{From: "valid_from", To: "valid_to"}
	return plan.JoinPath{From: fact, To: "dim_tiers", Hops: []plan.Hop{h}}
}

func tierDimension(nullAs string, facts ...string) plan.Dimension {
	d := plan.Dimension{Name: "tier", NullAs: nullAs, Column: plan.ColumnRef{Relation: "dim_tiers", Column: "tier"}}
	for _, f := range facts {
		d.Paths = append(d.Paths, tierFrom(f))
	}
	return d
}

// age is the number of periods since a row's cohort.
func age(most int) plan.Dimension {
	return plan.Dimension{Name: "periods_since", Age: &plan.Age{Max: most}}
}

// retention is one measure for each calculation, by customer.
func retention(cohort, activity plan.Measure, calculations ...plan.Calculation) []plan.Measure {
	var out []plan.Measure
	for _, c := range calculations {
		out = append(out, plan.Measure{Name: string(c), Kind: plan.Retention, Inputs: []plan.Measure{cohort, activity},
			Interval: &plan.Interval{Entity: "customer_id"}, Calculation: c})
	}
	return out
}

// funnel is one measure for each step, by customer, and the share of the last in the first.
func funnel(events []plan.Measure, window *plan.Span) []plan.Measure {
	var out []plan.Measure
	for i := range events {
		out = append(out, plan.Measure{Name: fmt.Sprintf("step_%d", i+1), Kind: plan.Funnel, Inputs: events,
			Interval: &plan.Interval{Entity: "customer_id"}, Trailing: window, Step: i + 1})
	}
	return append(out, plan.Measure{Name: "share", Kind: plan.Ratio, Numerator: &out[len(events)-1], Denominator: &out[0]})
}

func column(name string) *plan.Expr { e := plan.Col(name); return &e }

func simple(name string, agg plan.Aggregation, expr *plan.Expr, filters ...plan.Filter) plan.Measure {
	return plan.Measure{Name: name, Kind: plan.Simple, Model: "fct_orders", Agg: agg, Expr: expr, Time: "ordered_at", Filters: filters}
}

func statusIs(op plan.Operator, values ...string) plan.Filter {
	f := plan.Filter{Column: plan.ColumnRef{Relation: "fct_orders", Column: "status"}, Op: op}
	for _, v := range values {
		f.Values = append(f.Values, plan.Literal{Kind: plan.StringLiteral, Text: v})
	}
	return f
}

func population(name string, state plan.PopulationState) plan.Measure {
	return plan.Measure{Name: name, Kind: plan.Population, Model: "fct_subscriptions", Agg: plan.CountDistinct,
		Interval: &plan.Interval{Entity: "customer_id", From: "started_at", To: "ended_at", State: state}}
}

func every(g plan.Grain) *plan.TimeAxis {
	return &plan.TimeAxis{Name: string(g), Grain: g, Zone: "UTC", WeekStart: "monday"}
}

func churn() plan.Spec {
	lost, opening := population("lost_customers", plan.Lost), population("opening_customers", plan.Opening)
	week := every(plan.Week)
	week.Complete = true
	return plan.Spec{
		Measures:   []plan.Measure{{Name: "churn_rate", Kind: plan.Ratio, Numerator: &lost, Denominator: &opening}},
		Dimensions: []plan.Dimension{regionDimension("unknown", "fct_subscriptions")},
		Time:       week, Target: plan.Target{Name: "fct_weekly_churn_by_region"},
	}
}
