package synthesizer

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// repository is a project in memory.
type repository struct {
	project *dbt.Project
	files   fstest.MapFS
}

func (r repository) Read(context.Context, plan.Base) (*dbt.Project, fs.FS, error) {
	return r.project, r.files, nil
}

func TestSynthesize(t *testing.T) {
	p, files := shopProject(t, "analytics", "duckdb")
	s := New(repository{p, files})
	base := plan.Base{Project: "shop", Branch: "main", Commit: "c0ffee"}
	spec := churn()
	rate := &spec.Measures[0]
	rate.Description = "Customers with a subscription at the start of the week and none at its end, as a share of all customers who have one at its start."
	c, err := s.Synthesize(t.Context(), base, spec, plan.Reuse{Verdict: plan.New}, nil)
	if err != nil {
		t.Fatal(err)
	}
	sql, ok := c.File("analytics/models/marts/fct_weekly_churn_by_region.sql")
	if !ok || sql.Action != plan.Create || sql.Mode != "100644" || sql.OriginalBlob != "" || c.ModelPath != sql.Path {
		t.Errorf("the model's file: %+v", sql)
	}
	golden(t, "fct_weekly_churn_by_region.sql", string(sql.Content))
	const path = "analytics/models/marts/_marts__models.yml"
	yaml, ok := c.File(path)
	if !ok || yaml.Action != plan.Edit || yaml.OriginalBlob != dbt.Blob(files[path].Data) || c.Properties.Path != path {
		t.Errorf("the properties file: %s %s", yaml.Action, yaml.OriginalBlob)
	}
	added, ok := strings.CutPrefix(string(yaml.Content), string(files[path].Data))
	if !ok {
		t.Error("the properties file does not begin with the bytes that were there")
	}
	if want := "\n  - name: fct_weekly_churn_by_region\n    columns:\n      - name: week\n      - name: region\n      - name: churn_rate\n"; added != want {
		t.Errorf("added %q", added)
	}
	if diff := cmp.Diff([]string{"week", "region"}, c.Grain); diff != "" {
		t.Error(diff)
	}
	if c.Base != base || c.Model != spec.Target.Name || len(c.Files) != 2 {
		t.Errorf("change %+v", c.Base)
	}
	if got := rows(t, warehouse(t), c.CompiledSQL); len(got) != 0 { // runs as it stands
		t.Errorf("rows of empty tables: %v", got)
	}
	again, err := s.Synthesize(t.Context(), base, spec, plan.Reuse{Verdict: plan.New}, nil)
	if err != nil || again.Digest() != c.Digest() {
		t.Error("the same input gave other bytes")
	}
}

func TestSynthesizeRefuses(t *testing.T) {
	churned := churn()
	taken, odd, outside := churned, churned, churned
	taken.Target.Name = "FCT_orders"
	odd.Target.Name = "../evil"
	outside.Target.Name = ""
	exists := churned
	exists.Target.Name = "fct_orders"
	for name, c := range map[string]struct {
		adapter string
		spec    plan.Spec
		reasons []plan.Check
		code    string
	}{
		"failed checks":   {"duckdb", churned, []plan.Check{{Name: plan.CheckTotals, Status: plan.Failed}}, "nothing_else"},
		"name in use":     {"duckdb", exists, nil, "model_exists"},
		"upper case":      {"duckdb", taken, nil, "model_name"},
		"path as name":    {"duckdb", odd, nil, "model_name"},
		"no name":         {"duckdb", outside, nil, "model_name"},
		"unknown adapter": {"sqlserver", churned, nil, "unknown_adapter"},
	} {
		p, files := shopProject(t, ".", c.adapter)
		_, err := New(repository{p, files}).Synthesize(t.Context(), plan.Base{}, c.spec, plan.Reuse{}, c.reasons)
		var f *plan.Failure
		if !errors.As(err, &f) || f.Class != plan.Refused || f.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// TestOwnProperties: a project with a file per model gets a new file.
func TestOwnProperties(t *testing.T) {
	files := fstest.MapFS{}
	add := func(name, text string) { files[name] = &fstest.MapFile{Data: []byte(text)} }
	add("dbt_project.yml", "name: shop\nprofile: shop\n")
	add("profiles.yml", "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb}\n")
	for _, m := range []string{"fct_a", "fct_b", "fct_orders"} {
		add("models/marts/sales/"+m+".sql", "{{ config(materialized='table') }}\n\nSELECT * FROM {{ source('raw', 'x') }}\n")
		add("models/marts/sales/"+m+".yml", "models:\n- name: "+m+"\n  config: {meta: {owner: sales}}\n  columns:\n  - name: amount\n    tests: [not_null]\n")
	}
	add("models/sources.yml", "sources: [{name: raw, tables: [{name: x}]}]\n")
	p, err := dbt.Read(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	m := simple("revenue", plan.Sum, column("amount"))
	spec := plan.Spec{Measures: []plan.Measure{m}, Time: every(plan.Month), Target: plan.Target{Name: "fct_monthly_revenue"}}
	c, err := New(repository{p, files}).Synthesize(t.Context(), plan.Base{}, spec, plan.Reuse{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	yaml, ok := c.File("models/marts/sales/fct_monthly_revenue.yml")
	if !ok || yaml.Action != plan.Create || yaml.OriginalBlob != "" {
		t.Fatalf("no properties file of its own: %+v", c.Files)
	}
	sql, _ := c.File("models/marts/sales/fct_monthly_revenue.sql")
	golden(t, "house/fct_monthly_revenue.sql", string(sql.Content))
	golden(t, "house/fct_monthly_revenue.yml", string(yaml.Content))
}

// TestExtend adds a column to a model by two small edits, and the rows stay what they were.
func TestExtend(t *testing.T) {
	const monthly = "-- kept\nwith orders as (\n\n    select * from {{ ref(\"fct_orders\") }}\n\n),\n\nfinal as (\n\n    select date_trunc('month', ordered_at)::date as month, " +
		"status, sum(amount) as revenue\n    from orders where ordered_at is not null group by 1, 2 -- )\n\n)\n\nselect * from final\n"
	_, files := shopProject(t, ".", "duckdb")
	yaml := "models/marts/_marts__models.yml"
	files["models/marts/fct_monthly.sql"] = &fstest.MapFile{Data: []byte(monthly)}
	files[yaml].Data = append(files[yaml].Data, "\n  - name: fct_monthly\n    columns:\n      - name: month\n      - name: status\n      - name: revenue\n"...)
	p, err := dbt.Read(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	refunds := simple("gifts", plan.Count, nil, plan.Filter{Column: plan.ColumnRef{Relation: "fct_orders", Column: "is_gift"}, Op: plan.Eq,
		Values: []plan.Literal{{Kind: plan.BoolLiteral, Text: "true"}}})
	spec := plan.Spec{Time: every(plan.Month), Measures: []plan.Measure{simple("revenue", plan.Sum, column("amount")), refunds},
		Dimensions: []plan.Dimension{{Name: "status", Column: plan.ColumnRef{Relation: "fct_orders", Column: "status"}}}, Target: plan.Target{Name: "fct_x"}}
	s := New(repository{p, files})
	c, err := s.Synthesize(t.Context(), plan.Base{}, spec, plan.Reuse{Verdict: plan.Extend, Model: "fct_monthly"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	sql, _ := c.File("models/marts/fct_monthly.sql")
	if sql.Action != plan.Edit || sql.OriginalBlob != dbt.Blob([]byte(monthly)) || c.Model != "fct_monthly" {
		t.Errorf("file %+v", sql)
	}
	golden(t, "house/fct_monthly_extended.sql", string(sql.Content))
	props, _ := c.File(yaml)
	if want := string(files[yaml].Data) + "      - name: gifts\n"; string(props.Content) != want {
		t.Errorf("properties\n%s", props.Content)
	}
	w := warehouse(t, `insert into fct_orders (order_id, ordered_at, amount, status, is_gift) values (1, '2026-01-05', 1, 'paid', true), (2, '2026-01-06', 2, 'paid', false),
		(3, '2026-01-07', 4, null, true), (4, '2026-02-07', 8, 'open', false)`)
	want := []string{"2026-01-01 | null | 4 | 1", "2026-01-01 | paid | 3 | 1", "2026-02-01 | open | 8 | 0"}
	if diff := cmp.Diff(want, rows(t, w, c.CompiledSQL)); diff != "" {
		t.Errorf("(-want +got)\n%s\n%s", diff, c.CompiledSQL)
	}
	// A model without the keys is refused, and nothing is written beside it.
	_, err = s.Synthesize(t.Context(), plan.Base{}, spec, plan.Reuse{Verdict: plan.Extend, Model: "fct_orders"}, nil)
	if f := plan.AsFailure(err); err == nil || f.Class != plan.Refused || f.Code != "cannot_extend" || f.Message != "It has no column month." {
		t.Errorf("%v", err)
	}
}

func BenchmarkCompileTypical(b *testing.B) {
	p, _ := shopProject(b, ".", "duckdb")
	spec := churn()
	for b.Loop() {
		if _, err := Compile(p, spec); err != nil {
			b.Fatal(err)
		}
	}
}
