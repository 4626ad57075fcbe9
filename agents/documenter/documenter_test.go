package documenter

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

type repository struct {
	project *dbt.Project
	files   fstest.MapFS
}

func (r repository) Read(context.Context, plan.Base) (*dbt.Project, fs.FS, error) {
	return r.project, r.files, nil
}

const existing = `version: 2

models:
  # the orders, as sold
  - name: fct_orders
    description: "One row per order."   # keep
    columns:
      - name: customer_id
      - name: amount
        description: What the customer paid, tax included.
      - name: channel
`

func shop(t testing.TB) repository {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"dbt_project.yml":                 "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n",
		"models/marts/fct_orders.sql":     "select * from {{ ref('stg_orders') }}\n",
		"models/marts/dim_customers.sql":  "select * from {{ source('crm', 'customers') }}\n",
		"models/marts/fct_daily.sql":      "select * from {{ ref('fct_orders') }}\n",
		"models/staging/stg_orders.sql":   "select * from {{ source('shop', 'orders') }}\n",
		"models/staging/_sources.yml":     "version: 2\n\nsources:\n  - name: shop\n    tables:\n      - name: orders\n  - name: crm\n    tables:\n      - name: customers\n",
		"models/marts/_marts__models.yml": existing,
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := dbt.Read(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	return repository{p, files}
}

func col(name string) *plan.Expr { e := plan.Col(name); return &e }

// brief is a design with everything in it.
func brief() plan.Brief {
	revenue := plan.Measure{Name: "revenue", Kind: plan.Simple, Model: "fct_orders", Agg: plan.Sum, Expr: col("amount"), Time: "ordered_at"}
	refunded := plan.Measure{Name: "refund_rate", Kind: plan.Simple, Model: "fct_orders", Agg: plan.Average, Expr: col("refunded"), Time: "ordered_at",
		Description: "Share of orders that were given back", Origin: plan.Origin{Kind: plan.FromTerm, Ref: "refund_rate"}}
	hop := plan.Hop{From: "fct_orders", To: "dim_customers", FromColumns: []string{"customer_id"}, ToColumns: []string{"customer_id"}, Cardinality: plan.ManyToOne}
	spec := plan.Spec{
		Title: "Weekly revenue by channel", Owner: "finance",
		Measures: []plan.Measure{revenue, refunded},
		Dimensions: []plan.Dimension{
			{Name: "channel", Column: plan.ColumnRef{Relation: "fct_orders", Column: "channel"}, NullAs: "unknown"},
			{Name: "region", Column: plan.ColumnRef{Relation: "dim_customers", Column: "region"}, Description: "Where the customer is billed", Paths: []plan.JoinPath{{From: "fct_orders", To: "dim_customers", Hops: []plan.Hop{hop}}},
				Origin: plan.Origin{Kind: plan.FromTerm, Ref: "billing_region"}},
		},
		Time:    &plan.TimeAxis{Name: "week", Grain: plan.Week, Zone: "UTC", WeekStart: "monday", Complete: true},
		Window:  &plan.Window{From: "2026-01-01", To: "2026-07-01", Label: "this half-year"},
		Filters: []plan.Filter{{Column: plan.ColumnRef{Relation: "fct_orders", Column: "channel"}, Op: plan.Ne, Values: []plan.Literal{{Kind: plan.StringLiteral, Text: "test"}}}},
		Target:  plan.Target{Name: "fct_weekly_revenue"},
	}
	c := plan.Change{Base: plan.Base{Project: "shop"}, Model: "fct_weekly_revenue", ModelPath: "models/marts/fct_weekly_revenue.sql", Grain: []string{"week", "channel", "region"}}
	c = c.WithFile(plan.File{Path: c.ModelPath, Action: plan.Create, Mode: "100644", Content: []byte("select 1\n")})
	c = c.WithFile(plan.File{Path: "models/marts/_marts__models.yml", Action: plan.Edit, Mode: "100644", OriginalBlob: dbt.Blob([]byte(existing)), Content: []byte(existing)})
	c.Properties = plan.Properties{Path: "models/marts/_marts__models.yml", Columns: []plan.PropertyColumn{
		{Name: "week", Tests: []plan.Test{{Name: "not_null", Evidence: "part of the grain"}}}, {Name: "channel"}, {Name: "region"}, {Name: "revenue"}, {Name: "refund_rate"}}}
	return plan.Brief{
		Thread: "slack:T1/C1/1.2", Requester: plan.Person{ID: "U1", Name: "Ana"}, Spec: spec, Change: c,
		Request:     plan.Request{Turns: []plan.Turn{{Person: plan.Person{Name: "Ana"}, Text: "Can we track weekly revenue by channel?"}, {Person: plan.Person{Name: "Ben"}, Text: "also by region", Revises: true}}},
		Restatement: "Weekly revenue, by channel and billing region.",
		Assumptions: []plan.Assumption{{Text: "Weeks start on Monday."}, {Text: "Refunds are not taken off.", Major: true}},
		Rejected:    []string{"Revenue before tax (fct_invoices.net): the request says what customers paid."},
		Evidence:    []plan.Evidence{{Words: "revenue", Ref: "term:revenue", Detail: "The only term of that name."}},
	}
}

func report(c plan.Change) plan.Report {
	return plan.Report{Digest: c.Digest(), Level: plan.LevelEmbedded,
		Checks: []plan.Check{{Name: plan.CheckTotals, Status: plan.Passed, Detail: "352 = 352"}, {Name: plan.CheckPaths, Status: plan.Passed, Detail: "2 files"},
			{Name: plan.CheckDBT, Status: plan.NotRun, Detail: "dbt is not installed"}, {Name: "own", Status: plan.Failed, Detail: "a|b"}},
		Preview: &plan.Preview{Columns: []string{"week", "channel", "revenue"}, RowCount: 26,
			Rows: [][]any{{"2026-01-05", "web", 1234.5}, {"2026-01-05", "shop", 0.123456}, {"2026-01-12", nil, 12.0}}}}
}

func TestDocument(t *testing.T) {
	r := shop(t)
	d := New(r, nil)
	b := brief()
	c, err := d.Document(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	file, _ := c.File(b.Change.Properties.Path)
	golden(t, "models.yml", string(file.Content))
	if !strings.HasPrefix(string(file.Content), existing) {
		t.Error("the bytes that were there are not kept")
	}
	b.Change = c
	again, err := d.Document(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if again.Digest() != c.Digest() {
		t.Error("documenting again changed the bytes")
	}
}

func TestDocumentKeepsWhatIsWritten(t *testing.T) {
	b := brief()
	b.Change.Properties.Description = "Mine."
	b.Change.Properties.Columns[3].Description = "Also mine."
	c, err := New(shop(t), nil).Document(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if c.Properties.Description != "Mine." || c.Properties.Columns[3].Description != "Also mine." {
		t.Errorf("got %+v", c.Properties)
	}
	if b.Change.Properties.Columns[0].Description != "" {
		t.Error("the brief was changed")
	}
}

func TestDocumentRefusesMovedFile(t *testing.T) {
	r := shop(t)
	r.files["models/marts/_marts__models.yml"] = &fstest.MapFile{Data: []byte(existing + "\n")}
	if _, err := New(r, nil).Document(t.Context(), brief()); err == nil {
		t.Error("no error for a file that is not the one the change was made on")
	}
}

func TestTemplatesInMeaningsAreHarmless(t *testing.T) {
	b := brief()
	b.Spec.Measures[1].Description = "{{ env_var('TOKEN') }} {% do x %} {{{{ }}"
	c, err := New(shop(t), nil).Document(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	file, _ := c.File(b.Change.Properties.Path)
	for _, mark := range []string{"{{", "{%", "{#"} {
		if strings.Contains(string(file.Content), mark) {
			t.Errorf("%s reached the file:\n%s", mark, file.Content)
		}
	}
}

func TestDescribe(t *testing.T) {
	owners := func(_ context.Context, _ plan.Base, paths []string) []string { return paths[:1] }
	d := New(shop(t), owners)
	b := brief()
	c, err := d.Document(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	b.Change = c
	stale := report(c)
	stale.Digest = "another"
	stale.Checks = []plan.Check{{Name: plan.CheckSelect, Status: plan.Passed, Detail: "stale"}}
	b.Reports = []plan.Report{report(c), stale}
	b.Approval = &plan.Approval{Person: plan.Person{Name: "Mia"}, Digest: c.Digest(), At: time.Date(2026, 7, 1, 9, 30, 0, 0, time.UTC)}
	got, err := d.Describe(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "body.md", strings.ReplaceAll(got.Body, c.Digest()[:12], "DIGEST"))
	if want := "Add fct_weekly_revenue: Weekly revenue by channel"; got.Title != want {
		t.Errorf("title %q, want %q", got.Title, want)
	}
	if diff := cmp.Diff([]string{"models/marts/_marts__models.yml"}, got.Reviewers); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(got.Body, "slack") {
		t.Error("the body names the private thread")
	}
}

func TestImpactOfAnEdit(t *testing.T) {
	r := shop(t)
	b := brief()
	b.Change.Model, b.Change.ModelPath = "fct_orders", "models/marts/fct_orders.sql"
	b.Change = b.Change.WithFile(plan.File{Path: b.Change.ModelPath, Action: plan.Edit, Mode: "100644"})
	b.Reuse = &plan.Reuse{Verdict: plan.Extend, Model: "fct_orders", Asked: true, Evidence: []string{"fct_orders has one row per day and lacks *gifts*."}}
	got, err := New(r, nil).Describe(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if want := "## Why this model\n\nThe requester named it.\n\n- fct_orders has one row per day and lacks \\*gifts\\*.\n"; !strings.Contains(got.Body, want) {
		t.Errorf("no %q in\n%s", want, got.Body)
	}
	if !strings.Contains(got.Body, "- model `fct_daily`") || !strings.HasPrefix(got.Title, "Extend fct_orders") {
		t.Errorf("title %q, body\n%s", got.Title, got.Body)
	}
}

func TestBodyFits(t *testing.T) {
	b := brief()
	for range 200 {
		b.Rejected = append(b.Rejected, strings.Repeat("word ", 400))
	}
	got, err := New(shop(t), nil).Describe(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Body) > maxBody+1000 || !strings.Contains(got.Body, "Too long to be shown") || !strings.Contains(got.Body, "How to roll back") {
		t.Errorf("%d bytes", len(got.Body))
	}
}

// TestLineageIsReadable: a graph that is too large to read shows two levels and says so.
func TestLineageIsReadable(t *testing.T) {
	files := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: shop\n")}}
	sql := func(name string, parents ...string) {
		text := "select 1 as id"
		for _, p := range parents {
			text += " union all select id from {{ ref('" + p + "') }}"
		}
		files["models/"+name+".sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	var staged, raw []string
	for i := range 6 {
		raw = append(raw, fmt.Sprintf("raw_%d", i))
		staged = append(staged, fmt.Sprintf("stg_%d", i))
		sql(raw[i])
		sql(staged[i], raw[i])
	}
	sql("fct_orders", staged...)
	p, err := dbt.Read(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	b := plan.Brief{Spec: plan.Spec{Measures: []plan.Measure{{Kind: plan.Simple, Model: "fct_orders", Agg: plan.Count}}}, Change: plan.Change{Model: "fct_daily"}}
	got := lineage(p, b)
	if strings.Contains(got, "raw_") || !strings.Contains(got, "stg_5") || !strings.HasSuffix(got, "The 2 levels above the model are shown.\n") {
		t.Error(got)
	}
	sql("fct_orders", staged[0], staged[1])
	if p, err = dbt.Read(files, "."); err != nil {
		t.Fatal(err)
	}
	if got := lineage(p, b); !strings.Contains(got, "raw_1") || strings.Contains(got, "levels") {
		t.Error(got)
	}
}

// TestOrigins: every column says where it is known from, also where an answer or a default chose it.
func TestOrigins(t *testing.T) {
	w := &words{evidence: []plan.Evidence{{Words: "churn", Ref: "term:customer_churn"}, {Words: "size", Ref: "column:dim_customers.segment"}}}
	for _, c := range []struct {
		o    plan.Origin
		want string
	}{
		{plan.Origin{Kind: plan.FromTerm, Ref: "mrr"}, "glossary term mrr"},
		{plan.Origin{Kind: plan.FromAnswer, Ref: "definition:churn", Quote: "Churn"}, "glossary term customer_churn"},
		{plan.Origin{Kind: plan.FromAnswer, Ref: "definition:size"}, "column dim_customers.segment"},
		{plan.Origin{Kind: plan.FromAnswer, Ref: "grain:how often"}, `the answer "how often"`},
		{plan.Origin{Kind: plan.FromColumn, Ref: "deliveries"}, "model deliveries"},
		{plan.Origin{Kind: plan.FromValue, Ref: "orders.status=paid"}, "column orders.status"},
		{plan.Origin{Kind: plan.FromQuote, Quote: "weekly"}, `the request "weekly"`},
		{plan.Origin{Kind: plan.FromDefault}, "the design"},
		{plan.Origin{}, ""},
	} {
		if got := w.origin(c.o); got != c.want {
			t.Errorf("%+v: %q, want %q", c.o, got, c.want)
		}
	}
}

func TestGist(t *testing.T) {
	long := strings.Repeat("Many words ", 30)
	for text, want := range map[string]string{
		"Short.":      "Short.",
		"Two\nlines.": "Two\nlines.",
		"One of these:\n\n| a | b |\n|---|---|\n": "One of these (more at t.c).",
		"One of these:\n- a\n- b":                 "One of these (more at t.c).",
		"The first. " + long:                      "The first (more at t.c).",
		"":                                        "",
	} {
		if got := gist(text, "t.c"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := gist(long, "t.c"); len(got) > maxGist+20 || !strings.HasSuffix(got, "words (more at t.c).") {
		t.Error(got)
	}
	if got := gist(strings.Repeat("ä", 300), "t.c"); got != strings.Repeat("ä", 300) {
		t.Error(got)
	}
}

func TestFormulaInWords(t *testing.T) {
	lost := plan.Measure{Kind: plan.Population, Model: "subs", Interval: &plan.Interval{Entity: "customer_id", From: "a", To: "b", State: plan.Lost}}
	opening := lost
	opening.Interval = &plan.Interval{Entity: "customer_id", From: "a", To: "b", State: plan.Opening}
	now := plan.Measure{Name: "now", Kind: plan.Simple, Model: "o", Agg: plan.Count}
	before := now
	before.Name, before.Offset = "before", &plan.Span{Count: 1, Unit: plan.Year}
	growth, err := plan.ParseExpr("now / before - 1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		m    plan.Measure
		want string
	}{
		{plan.Measure{Kind: plan.Ratio, Numerator: &lost, Denominator: &opening},
			"number of distinct customer_id in subs (valid from a until b) at the start of the period that are not there at its end divided by number of distinct customer_id in subs (valid from a until b) at the start of the period"},
		{plan.Measure{Kind: plan.Ratio, Numerator: &now, Denominator: &plan.Measure{Kind: plan.Simple, Model: "o", Agg: plan.Count, Whole: &plan.Whole{Within: []string{"billing_region"}}}},
			"number of rows in o, divided by the same over all groups with the same billing region"},
		{plan.Measure{Kind: plan.Derived, Formula: &growth, Inputs: []plan.Measure{now, before}},
			"now / before - 1, where now is number of rows in o and before is number of rows in o, 1 year earlier"},
		{plan.Measure{Kind: plan.Cumulative, Model: "o", Agg: plan.Sum, Expr: col("x"), Trailing: &plan.Span{Count: 28, Unit: plan.Day}}, "sum of x in o, over the last 28 days"},
		{plan.Measure{Kind: plan.Cumulative, Model: "o", Agg: plan.Sum, Expr: col("x"), GrainToDate: plan.Month}, "sum of x in o, since the start of the month"},
		{plan.Measure{Kind: plan.Balance, Model: "o", Agg: plan.Sum, Expr: col("x")}, "sum of x in o, at the last moment of the period"},
		{plan.Measure{Kind: plan.Simple, Model: "o", Agg: plan.Percentile, Percentile: 0.9, Expr: col("x"), Filters: []plan.Filter{
			{Column: plan.ColumnRef{Relation: "o", Column: "y"}, Op: plan.Between, Values: []plan.Literal{{Text: "1"}, {Text: "2"}}, KeepNull: true}}},
			"percentile 0.9 of x in o where o.y lies between 1 and 2 or is missing"},
	} {
		if got := formula(c.m); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{{nil, "–"}, {1.0, "1"}, {1234567.0, "1234567"}, {0.5, "0.5"}, {0.123456, "0.1235"}, {true, "true"}, {"2026-01-05T00:00:00", "2026-01-05"},
		{"a", "a"}, {json.Number("12"), "12"}} {
		if got := value(c.v); got != c.want {
			t.Errorf("%v: %q, want %q", c.v, got, c.want)
		}
	}
}

// golden compares with testdata/name, or rewrites it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}
