package conventions

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"

	"github.com/google/go-cmp/cmp"
)

func read(t testing.TB, files map[string]string) *dbt.Project {
	t.Helper()
	fsys := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: x\nmodels: {x: {marts: {+materialized: table}}}")}}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, err := dbt.Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestGuide: a project without models is written as dbt's style guide says.
func TestGuide(t *testing.T) {
	c := Infer(read(t, nil))
	sql := SQL{Indent: 4, ImportCTEs: true, FinalSelect: StarFromCTE, FinalCTE: "final", GroupByNumber: true, BlankLineInCTE: true, ExplicitAs: true}
	if diff := cmp.Diff(sql, c.SQL); diff != "" {
		t.Error(diff)
	}
	yaml := YAML{Scheme: PerFolder, Pattern: "_{folder}__models.yml", TestsKey: "data_tests", ArgumentsKey: true, Indent: 2, Quotes: Plain, BlankBetween: true}
	if diff := cmp.Diff(yaml, c.YAML); diff != "" {
		t.Error(diff)
	}
	for _, e := range c.Fields {
		if e.Of != 0 || !strings.Contains(e.String(), "style guide") {
			t.Errorf("%+v", e)
		}
	}
	mart := c.Layer(dbt.Mart)
	if mart.Folder != "models/marts" || mart.Materialized != "table" || mart.Prefixes[0].Text != "fct_" {
		t.Errorf("%+v", mart)
	}
}

// leading is written in capitals with leading commas, two spaces and a YAML file for each model.
var leading = map[string]string{
	"models/marts/core/fct_orders.sql": `{{ config(materialized="table", tags=["daily"]) }}

WITH orders AS (
  SELECT
    id
    , amount
  FROM {{ ref("stg_orders") }}
)

SELECT
  id
  , SUM(amount) AS total
FROM orders
JOIN {{ ref("dim_days") }} USING (id)
GROUP BY id
`,
	"models/marts/core/fct_orders.yml": `version: 2
models:
- name: fct_orders
  description: "One row per order"
  columns:
  - name: id
    description: "Key"
    tests:
    - unique

  - name: total
    description: "Sum"
    tests:
    - accepted_values:
        values:
        - 1
        - 2
`,
	"models/marts/core/dim_days.sql": "SELECT\n  1 AS id\n  , 2 AS day\n",
	"models/staging/stg_orders.sql":  "SELECT\n  1 AS id\n  , 2 AS amount\n",
}

func TestLeading(t *testing.T) {
	p := read(t, leading)
	c := Infer(p)
	sql := SQL{UpperKeywords: true, LeadingCommas: true, Indent: 2, FinalSelect: Explicit, FinalCTE: "final", DoubleQuotes: true, BareJoin: true, ExplicitAs: true,
		UpperFunctions: true, LeadingCTEs: true}
	if diff := cmp.Diff(sql, c.SQL); diff != "" {
		t.Error(diff)
	}
	yaml := YAML{Scheme: PerModel, Pattern: "{model}.yml", TestsKey: "tests", Indent: 2, FlushLists: true, Version2: true, Quotes: Double, BlockValues: true, BlankBetween: true, BlankColumns: true}
	if diff := cmp.Diff(yaml, c.YAML); diff != "" {
		t.Error(diff)
	}
	mart := c.Layer(dbt.Mart)
	want := Layer{Layer: dbt.Mart, Models: 2, Folder: "models/marts/core", Subfolders: []Count{{"", 2}}, Prefixes: []Prefix{{"dim_", 1}, {"fct_", 1}},
		Materialized: "table", MetaKeys: []Count{}, Tags: []Count{{"daily", 1}}}
	if diff := cmp.Diff(want, mart); diff != "" {
		t.Error(diff)
	}
	if got := c.YAMLPath(p, "models/marts/core/fct_new.sql"); got != "models/marts/core/fct_new.yml" {
		t.Error(got)
	}
	if got := c.Fields[0].String(); got != "keyword case: upper (3 of 3)" {
		t.Error(got)
	}
}

// TestLines: where lines begin and end is taken over to the space.
func TestLines(t *testing.T) {
	for name, c := range map[string]struct {
		sql  string
		want SQL
	}{
		"columns in line with each other": {
			"WITH a AS (\n    SELECT *\n    FROM {{ ref('a') }}\n)\n\n, b AS (\n    SELECT *\n    FROM {{ ref('b') }}\n)\n\n" +
				"SELECT\n      a.id\n    , sum(b.x) AS x\nFROM a\nLEFT JOIN b\n    ON a.id = b.id\nGROUP BY 1\n",
			SQL{Indent: 4, ColumnInset: 2, LeadingCommas: true, UpperKeywords: true, LeadingCTEs: true, BrokenStar: true, OnBelow: true}},
		"commas that hang out": {
			"with\na as (\n    select\n        id\n      , x\n    from {{ ref('a') }}\n),\nb as (\n    select id from a\n)\nselect\n    id\n  , id as x\nfrom b\n",
			SQL{Indent: 4, CommaBack: 2, LeadingCommas: true, WithAlone: true, TightCTEs: true}},
		"the next CTE on the closing line": {
			"with a as (\n    select *\n    from {{ ref('a') }}\n), b as (\n    select id from a\n)\nselect\n    id,\n    1 as x\nfrom b\n",
			SQL{Indent: 4, TightCTEs: true, JoinedCTEs: true, BrokenStar: true}},
		"functions in capitals only": {
			"select\n  id,\n  SUM(x) as x\nfrom {{ ref('a') }}\ngroup by 1\n",
			SQL{Indent: 2, UpperFunctions: true}},
	} {
		got := Infer(read(t, map[string]string{"models/marts/m.sql": c.sql})).SQL
		c.want.ImportCTEs, c.want.FinalSelect, c.want.FinalCTE, c.want.GroupByNumber = got.ImportCTEs, got.FinalSelect, got.FinalCTE, got.GroupByNumber
		c.want.BlankLineInCTE, c.want.ExplicitAs = got.BlankLineInCTE, true
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestCompare: a model written in another hand differs in what it shows, and in nothing that it does not show.
func TestCompare(t *testing.T) {
	c := Infer(read(t, leading))
	for sql, want := range map[string][]string{
		"SELECT\n  id\n  , SUM(amount) AS total\nFROM {{ ref(\"fct_orders\") }}\nGROUP BY id\n": nil,
		"select\n    id,\n    sum(amount) as total\nfrom {{ ref('fct_orders') }}\ngroup by 1\n": {"keyword case", "commas", "quotes in ref()", "group by",
			"function case", indentation, firstColumn},
		"SELECT 1 AS id\n": nil,
	} {
		var got []string
		for _, x := range c.Compare(sql) {
			if !x.Same() && x.Field != "config() in models" {
				got = append(got, x.Field)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", sql, diff)
		}
	}
}

func TestYAMLPath(t *testing.T) {
	entry := func(names ...string) string {
		return "models:\n  - name: " + strings.Join(names, "\n  - name: ") + "\n"
	}
	tests := []struct {
		name  string
		files map[string]string
		model string
		want  string
	}{
		{"beside its neighbours", map[string]string{"models/marts/a.sql": "select 1", "models/marts/b.sql": "select 1", "models/marts/_marts.yml": entry("a", "b")},
			"models/marts/new.sql", "models/marts/_marts.yml"},
		{"pattern with folder", map[string]string{"models/marts/a.sql": "select 1", "models/marts/b.sql": "select 1", "models/marts/_marts__models.yml": entry("a", "b")},
			"models/finance/new.sql", "models/finance/_finance__models.yml"},
		{"pattern with parent", map[string]string{"models/marts/eu/a.sql": "select 1", "models/marts/eu/b.sql": "select 1", "models/marts/eu/_marts_eu.yml": entry("a", "b")},
			"models/reports/us/new.sql", "models/reports/us/_reports_us.yml"},
		{"one file above all", map[string]string{"models/a/a.sql": "select 1", "models/b/b.sql": "select 1", "models/schema.yml": entry("a", "b")},
			"models/c/new.sql", "models/schema.yml"},
		{"same name everywhere", map[string]string{"models/a/a.sql": "select 1", "models/a/b.sql": "select 1", "models/a/schema.yml": entry("a", "b")},
			"models/c/new.sql", "models/c/schema.yml"},
	}
	for _, tt := range tests {
		p := read(t, tt.files)
		if got := Infer(p).YAMLPath(p, tt.model); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestMasked(t *testing.T) {
	got := masked("a {{ ref('x') }} b {% if x %}c{# d\ne #} {{ open")
	if got != "a jinja b c\n "+"" {
		t.Errorf("%q", got)
	}
}

func FuzzInfer(f *testing.F) {
	f.Add("with a as (select 1) select * from a", "models:\n- name: m\n  description: x\n")
	f.Add("{{ {% #} select", "models: [{name: m, columns: [{name: a, tests: [{x: {values: [1]}}]}]}]")
	f.Fuzz(func(t *testing.T, sql, yaml string) {
		p := read(t, map[string]string{"models/m.sql": sql, "models/m.yml": yaml})
		c := Infer(p)
		c.YAMLPath(p, "models/new.sql")
		c.Compare(sql)
	})
}

func BenchmarkInfer(b *testing.B) {
	files := map[string]string{}
	for i := range 1000 {
		for name, text := range leading {
			if strings.HasSuffix(name, "fct_orders.sql") {
				files[fmt.Sprintf("models/marts/m%d.sql", i)] = text
			}
		}
	}
	p := read(b, files)
	for b.Loop() {
		infer(p)
	}
}
