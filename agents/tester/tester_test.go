package tester

import (
	"context"
	"fmt"
	"io/fs"
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

// shop is a small project with data: orders of customers who live in regions.
type shop struct {
	files   fstest.MapFS
	project *dbt.Project
	box     *sandbox.Sandbox
	missing string
}

func (s *shop) Read(context.Context, plan.Base) (*dbt.Project, fs.FS, error) {
	return s.project, s.files, nil
}

func (s *shop) Sandbox(context.Context, plan.Base) (*sandbox.Sandbox, string, error) {
	return s.box, s.missing, nil
}

func shopFiles() fstest.MapFS {
	f := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	return fstest.MapFS{
		"dbt_project.yml": f("name: shop\nprofile: shop\nmodel-paths: [models]\nmodels:\n  shop:\n    marts:\n      +materialized: table\n"),
		"profiles.yml":    f("shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, schema: main}\n"),
		"models/marts/fct_orders.sql": f("with\n\nsource as (\n\n    select * from {{ source('raw', 'orders') }}\n\n),\n\nfinal as (\n\n" +
			"    select order_id, customer_id, amount, status, ordered_at from source\n\n)\n\nselect * from final\n"),
		"models/marts/dim_customers.sql": f("with\n\nsource as (\n\n    select * from {{ source('raw', 'customers') }}\n\n),\n\nfinal as (\n\n" +
			"    select customer_id, region from source\n\n)\n\nselect * from final\n"),
		"models/marts/dim_regions.sql": f("with\n\nsource as (\n\n    select * from {{ source('raw', 'regions') }}\n\n),\n\nfinal as (\n\n" +
			"    select region, country from source\n\n)\n\nselect * from final\n"),
		"models/marts/_marts__models.yml": f(`version: 2

models:
  - name: fct_orders
    description: One row per order.
    columns:
      - name: order_id
        data_tests: [unique, not_null]
      - name: customer_id
  - name: dim_customers
    description: One row per customer.
    columns:
      - name: customer_id
        data_tests: [unique, not_null]
      - name: region
        data_tests:
          - accepted_values:
              arguments:
                values: [north, south]
  - name: dim_regions # kept as it is
    description: One row per region.
`),
		"models/staging/_sources.yml": f("version: 2\n\nsources:\n  - name: raw\n    schema: main\n    tables:\n      - name: orders\n      - name: customers\n      - name: regions\n"),
		"macros/x.sql":                f("{% macro x() %}1{% endmacro %}\n"),
	}
}

// newShop builds the project's data: an order without a customer, one without a region, one without a time, a refund, a duplicate amount.
func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{files: shopFiles()}
	var err error
	if s.project, err = dbt.Read(s.files, "."); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.duckdb")
	err = sandbox.Build(t.Context(), path, dir, []string{
		`create table orders as select * from (values
			(1, 10, 5.0, 'paid', timestamp '2026-01-05 10:00'), (2, 10, 7.5, 'paid', timestamp '2026-01-06 00:00'),
			(3, 11, 2.5, 'open', timestamp '2026-01-31 23:59'), (4, null, 4.0, 'paid', timestamp '2026-02-01 00:00'),
			(5, 12, -1.0, 'paid', timestamp '2026-02-14 12:00'), (6, 99, 9.0, 'paid', timestamp '2026-02-20 12:00'), (7, 10, 3.0, 'open', null))
			as t(order_id, customer_id, amount, status, ordered_at)`,
		`create table customers as select * from (values (10, 'north'), (11, 'south'), (12, null)) as t(customer_id, region)`,
		`create table regions as select * from (values ('north', 'se'), ('north', 'no'), ('south', 'it')) as t(region, country)`,
		`create table fct_orders as select order_id, customer_id, amount, status, ordered_at from orders`,
		`create table dim_customers as select * from customers`,
		`create table dim_regions as select * from regions`,
	})
	if err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	if s.box, err = sandbox.Start(t.Context(), sandbox.Options{Scratch: scratch, Database: path}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.box.Close() })
	return s
}

func (s *shop) tester() *Tester {
	return New(Options{Repository: s, Warehouse: s, WhyNoDBT: "not in this test"})
}

// revenueSpec: sum of amount of paid orders by month and region, orders without a region kept as "unknown".
func revenueSpec() plan.Spec {
	amount := plan.Col("amount")
	return plan.Spec{Version: 1, Title: "Monthly revenue by region",
		Measures: []plan.Measure{{Name: "revenue", Kind: plan.Simple, Model: "fct_orders", Agg: plan.Sum, Expr: &amount, Time: "ordered_at"}},
		Dimensions: []plan.Dimension{{Name: "region", Column: plan.ColumnRef{Relation: "dim_customers", Column: "region"}, NullAs: "unknown",
			Paths: []plan.JoinPath{{From: "fct_orders", To: "dim_customers", Hops: []plan.Hop{{From: "fct_orders", To: "dim_customers",
				FromColumns: []string{"customer_id"}, ToColumns: []string{"customer_id"}, Cardinality: plan.ManyToOne}}}}}},
		Filters: []plan.Filter{{Column: plan.ColumnRef{Relation: "fct_orders", Column: "status"}, Op: plan.Eq, Values: []plan.Literal{{Kind: plan.StringLiteral, Text: "paid"}}}},
		Time:    &plan.TimeAxis{Name: "month", Grain: plan.Month, Zone: "UTC"},
		Target:  plan.Target{Name: "fct_monthly_revenue"}}
}

const goodSQL = `with orders as (

    select * from {{ ref('fct_orders') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        cast(date_trunc('month', orders.ordered_at) as date) as month,
        coalesce(customers.region, 'unknown') as region,
        sum(orders.amount) as revenue
    from orders
    left join customers on orders.customer_id = customers.customer_id
    where orders.status = 'paid'
    group by 1, 2

)

select * from final
`

const goodYAML = `  - name: fct_monthly_revenue
    description: Revenue of paid orders.
    columns:
      - name: month
        description: Start of the month.
      - name: region
        description: Region of the customer.
      - name: revenue
        description: Sum of amount.
    data_tests:
      - unique:
          arguments:
            column_name: month || region
`

const yamlPath = "models/marts/_marts__models.yml"

// change is a hand-written change with the given SQL and the given lines at the end of the properties file.
func (s *shop) change(sql, yamlLines string) plan.Change {
	old := s.files[yamlPath].Data
	return plan.Change{Base: plan.Base{Project: "shop"}, Model: "fct_monthly_revenue", ModelPath: "models/marts/fct_monthly_revenue.sql",
		Properties: plan.Properties{Path: yamlPath}, Files: []plan.File{
			{Path: "models/marts/fct_monthly_revenue.sql", Action: plan.Create, Mode: "100644", Content: []byte(sql)},
			{Path: yamlPath, Action: plan.Edit, Mode: "100644", OriginalBlob: dbt.Blob(old), Content: append(slices.Clone(old), yamlLines...)}}}
}

func (s *shop) check(t *testing.T, spec plan.Spec, c plan.Change) map[string]plan.Check {
	t.Helper()
	r, err := s.tester().Check(t.Context(), spec, c, plan.LevelEmbedded)
	if err != nil {
		t.Fatal(err)
	}
	if r.Digest != c.Digest() {
		t.Error("the report is about another digest")
	}
	out := map[string]plan.Check{}
	for _, check := range r.Checks {
		out[check.Name] = check
	}
	return out
}

func TestGoodChangePasses(t *testing.T) {
	s := newShop(t)
	r, err := s.tester().Check(t.Context(), revenueSpec(), s.change(goodSQL, goodYAML), plan.LevelEmbedded)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Checks {
		want := plan.Passed
		if c.Name == plan.CheckDBT {
			want = plan.NotRun
		}
		if c.Status != want {
			t.Errorf("%s: %s (%s)", c.Name, c.Status, c.Detail)
		}
	}
	if len(r.Columns) != 3 || r.Columns[0] != (plan.Column{Name: "month", Type: "DATE"}) {
		t.Errorf("columns %v", r.Columns)
	}
	// January north 12.5; February north nothing, unknown 4 - 1 + 9 = 12.
	if got := fmt.Sprint(r.Preview.Rows); got != "[[2026-02-01 unknown 12] [2026-01-01 north 12.5]]" || r.Preview.RowCount != 2 {
		t.Errorf("preview %s of %d", got, r.Preview.RowCount)
	}
}

// TestFaultsAreRefused: each fault is put into the good change, and a check must fail and say so.
func TestFaultsAreRefused(t *testing.T) {
	s := newShop(t)
	sql := func(old, now string) func(*plan.Change) {
		return func(c *plan.Change) {
			if !strings.Contains(goodSQL, old) {
				t.Fatalf("the good SQL has no %q", old)
			}
			c.Files[0].Content = []byte(strings.Replace(goodSQL, old, now, 1))
		}
	}
	yaml := func(old, now string) func(*plan.Change) {
		return func(c *plan.Change) {
			if !strings.Contains(string(c.Files[1].Content), old) {
				t.Fatalf("the properties have no %q", old)
			}
			c.Files[1].Content = []byte(strings.Replace(string(c.Files[1].Content), old, now, 1))
		}
	}
	for name, c := range map[string]struct {
		fault func(*plan.Change)
		check string
		says  string
	}{
		"inner for left join":       {sql("left join", "inner join"), plan.CheckIndependent, "differ"},
		"missing filter":            {sql("    where orders.status = 'paid'\n", ""), plan.CheckIndependent, "value that no row supports"},
		"wrong filter":              {sql("'paid'", "'open'"), plan.CheckIndependent, "missing"},
		"wrong join key":            {sql("orders.customer_id = customers.customer_id", "orders.order_id = customers.customer_id"), plan.CheckIndependent, "missing"},
		"fan-out":                   {sql("left join customers on", "left join {{ ref('dim_regions') }} as r on true left join customers on"), plan.CheckTotals, "does not add up"},
		"another aggregation":       {sql("sum(orders.amount)", "max(orders.amount)"), plan.CheckIndependent, "differ"},
		"double counting":           {sql("sum(orders.amount)", "2 * sum(orders.amount)"), plan.CheckTotals, "does not add up"},
		"another column":            {sql("sum(orders.amount)", "sum(orders.order_id)"), plan.CheckIndependent, "differ"},
		"another grain":             {sql("date_trunc('month'", "date_trunc('week'"), plan.CheckIndependent, "value that no row supports"},
		"period shifted":            {sql("orders.ordered_at) as date) as month", "orders.ordered_at - interval 1 month) as date) as month"), plan.CheckIndependent, "missing"},
		"rows lost by a limit":      {sql("select * from final", "select * from final limit 1"), plan.CheckIndependent, "missing"},
		"grain not unique":          {sql("select * from final", "select * from final union all select * from final"), plan.CheckGrain, "more than once"},
		"NULL bucket dropped":       {sql("coalesce(customers.region, 'unknown')", "customers.region"), plan.CheckIndependent, "missing"},
		"unknown column":            {sql("orders.amount", "orders.amuont"), plan.CheckBinds, "amuont"},
		"types do not fit":          {sql("sum(orders.amount)", "sum(orders.status)"), plan.CheckBinds, "sum"},
		"unknown model":             {sql("ref('dim_customers')", "ref('dim_clients')"), plan.CheckSelect, "dim_clients"},
		"a table without ref":       {sql("{{ ref('dim_customers') }}", "information_schema.tables as customers"), plan.CheckRefs, "no model"},
		"two statements":            {sql("select * from final\n", "select * from final; drop table fct_orders\n"), plan.CheckSelect, "statement"},
		"reads a file":              {sql("{{ ref('dim_customers') }}", "read_csv('/etc/passwd')"), plan.CheckSelect, "read_csv"},
		"forbidden Jinja":           {sql("'unknown'", "'{{ env_var(\"HOME\") }}'"), plan.CheckJinja, "env_var"},
		"a hook":                    {sql("with orders", "{{ config(post_hook='drop table x') }}\nwith orders"), plan.CheckJinja, "post_hook"},
		"Jinja in a description":    {yaml("Sum of amount.", "\"{{ env_var('HOME') }}\""), plan.CheckJinja, "env_var"},
		"not YAML":                  {yaml("columns:\n      - name: month", "columns: [\n      - name: month"), plan.CheckYAML, "not valid YAML"},
		"an existing line changed":  {yaml("# kept as it is", "# changed"), plan.CheckYAML, "changes or removes"},
		"an existing line removed":  {yaml("    description: One row per order.\n", ""), plan.CheckYAML, "changes or removes"},
		"an existing entry changed": {yaml("      - name: order_id\n        data_tests: [unique, not_null]\n", "      - name: order_id\n        data_tests: [unique, not_null]\n        data_tests: []\n"), plan.CheckYAML, "already defined"},
		"a column not described":    {yaml("        description: Sum of amount.\n", ""), plan.CheckCoverage, "revenue has no description"},
		"a column invented":         {yaml("      - name: revenue\n", "      - name: profit\n        description: x\n      - name: revenue\n"), plan.CheckCoverage, "profit"},
		"no uniqueness test":        {yaml("month || region", "month"), plan.CheckCoverage, "unique per month, region"},
		"edited from other bytes":   {func(c *plan.Change) { c.Files[1].OriginalBlob = dbt.Blob([]byte("x")) }, plan.CheckPaths, "other bytes"},
		"a macro": {func(c *plan.Change) {
			c.Files = append(c.Files, plan.File{Path: "macros/y.sql", Action: plan.Create, Mode: "100644", Content: []byte("x")})
		}, plan.CheckPaths, "outside the model paths"},
		"a workflow": {func(c *plan.Change) {
			c.Files = append(c.Files, plan.File{Path: ".github/workflows/x.yml", Action: plan.Create, Mode: "100644", Content: []byte("x: 1")})
		}, plan.CheckPaths, "outside the model paths"},
		"climbing out": {func(c *plan.Change) {
			c.Files = append(c.Files, plan.File{Path: "models/../../x.sql", Action: plan.Create, Mode: "100644", Content: []byte("x")})
		}, plan.CheckPaths, "clean relative path"},
		"an executable": {func(c *plan.Change) { c.Files[0].Mode = "100755" }, plan.CheckPaths, "mode"},
		"a name taken": {func(c *plan.Change) {
			c.Model, c.ModelPath, c.Files[0].Path = "fct_orders", "models/fct_orders.sql", "models/fct_orders.sql"
		}, plan.CheckConventions, "exists already"},
	} {
		t.Run(name, func(t *testing.T) {
			change := s.change(goodSQL, goodYAML)
			c.fault(&change)
			got := s.check(t, revenueSpec(), change)[c.check]
			if got.Status != plan.Failed || !strings.Contains(got.Detail, c.says) {
				t.Errorf("%s is %s: %s; want failed: %s", c.check, got.Status, got.Detail, c.says)
			}
		})
	}
}

// TestWithoutData: data checks did not run, and say so; everything static still works.
func TestWithoutData(t *testing.T) {
	s := newShop(t)
	s.missing = "there are none"
	for name, c := range s.check(t, revenueSpec(), s.change(goodSQL, goodYAML)) {
		switch name {
		case plan.CheckRuns, plan.CheckGrain, plan.CheckTotals, plan.CheckIndependent, plan.CheckDBT, plan.CheckBinds:
			if c.Status != plan.NotRun || c.Detail == "" {
				t.Errorf("%s: %s (%s)", name, c.Status, c.Detail)
			}
		default:
			if c.Status != plan.Passed {
				t.Errorf("%s: %s (%s)", name, c.Status, c.Detail)
			}
		}
	}
}

func TestCover(t *testing.T) {
	s := newShop(t)
	change := s.change(goodSQL, goodYAML)
	change.Properties = plan.Properties{Path: yamlPath, Description: "Revenue.", Columns: []plan.PropertyColumn{
		{Name: "month", Description: "m"}, {Name: "region", Description: "r"}, {Name: "revenue", Description: "v"}}}
	got, err := s.tester().Cover(t.Context(), revenueSpec(), change)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.tester().Cover(t.Context(), revenueSpec(), change)
	if err != nil || again.Digest() != got.Digest() {
		t.Errorf("covering twice differs (%v)", err)
	}
	f, _ := got.File(yamlPath)
	added, ok := addedLines(s.files[yamlPath].Data, f.Content)
	if !ok || len(added) == 0 {
		t.Errorf("existing lines were touched:\n%s", f.Content)
	}
	for _, want := range []string{"unique", "not_null", "accepted_values", "north", "unknown"} {
		if !strings.Contains(string(f.Content), want) {
			t.Errorf("no %s in:\n%s", want, f.Content)
		}
	}
	checks := s.check(t, revenueSpec(), got)
	for _, name := range []string{plan.CheckYAML, plan.CheckCoverage, plan.CheckJinja} {
		if checks[name].Status != plan.Passed {
			t.Errorf("%s: %s", name, checks[name].Detail)
		}
	}
	for _, c := range got.Properties.Columns {
		for _, test := range c.Tests {
			if test.Evidence == "" {
				t.Errorf("%s on %s has no evidence", test.Name, c.Name)
			}
		}
	}
}

// FuzzAddedLines: the added lines are exactly those whose removal gives the original.
func FuzzAddedLines(f *testing.F) {
	f.Add("a\nb\n", "a\nx\nb\n")
	f.Add("a", "a\nb")
	f.Fuzz(func(t *testing.T, before, after string) {
		added, ok := addedLines([]byte(before), []byte(after))
		if !ok {
			return
		}
		var kept strings.Builder
		for n, line := range strings.SplitAfter(after, "\n") {
			if !slices.Contains(added, n+1) {
				kept.WriteString(line)
			}
		}
		if got := strings.TrimRight(kept.String(), "\r\n"); got != strings.TrimRight(before, "\r\n") {
			t.Errorf("%q + added %v of %q gives %q", before, added, after, got)
		}
	})
}
