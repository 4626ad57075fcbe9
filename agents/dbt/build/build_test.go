package build

import (
	"strings"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func read(t *testing.T, files fstest.MapFS) *dbt.Project {
	t.Helper()
	p, err := dbt.Read(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func shop() fstest.MapFS {
	return fstest.MapFS{
		"dbt_project.yml":      file("name: shop\nversion: '1'\nprofile: shop\nmodels:\n  shop:\n    +materialized: table\n"),
		"profiles.yml":         file("shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: data/shop.duckdb, schema: main}\n"),
		"seeds/orders.csv":     file("id,amount\n1,2.5\n"),
		"seeds/_seeds.yml":     file("version: 2\nseeds:\n  - name: orders\n    config:\n      column_types: {id: bigint, amount: \"decimal(9, 2)\"}\n"),
		"models/a_mart.sql":    file("select * from {{ ref('z_view') }};\n"),
		"models/z_view.sql":    file("{{ config(materialized='view') }}\nselect * from {{ ref('inner_one') }}\n"),
		"models/inner_one.sql": file("{{ config(materialized='ephemeral') }}\nselect id from {{ ref('orders') }}\n"),
	}
}

func TestStatements(t *testing.T) {
	got, err := Statements(read(t, shop()))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 {
		t.Fatalf("%d statements:\n%s", len(got), strings.Join(got, "\n"))
	}
	for i, begin := range []string{
		`create table "main"."orders" as select * from read_csv('seeds/orders.csv', header = true, types = {'amount': 'decimal(9, 2)', 'id': 'bigint'})`,
		`create view "main"."z_view" as (`,
		`create table "main"."a_mart" as (`,
	} {
		if !strings.HasPrefix(got[i], begin) {
			t.Errorf("statement %d: %s", i, got[i])
		}
	}
	if strings.Contains(got[2], ";") || !strings.Contains(got[1], "__dbt__cte__inner_one") {
		t.Errorf("%s\n%s", got[1], got[2])
	}
}

func TestFile(t *testing.T) {
	files := shop()
	if got := File(read(t, files)); got != "shop.duckdb" {
		t.Error(got)
	}
	delete(files, "profiles.yml")
	if got := File(read(t, files)); got != "shop.duckdb" {
		t.Error(got)
	}
}

func TestRefusals(t *testing.T) {
	for name, add := range map[string]map[string]string{
		"circle":   {"models/a.sql": "select * from {{ ref('b') }}", "models/b.sql": "select * from {{ ref('a') }}"},
		"snapshot": {"snapshots/s.sql": "{% snapshot s %}{{ config(unique_key='id', strategy='check', check_cols='all') }}select * from {{ ref('orders') }}{% endsnapshot %}"},
		"macro":    {"models/m.sql": "select {{ no_such_macro('x') }}"},
	} {
		t.Run(name, func(t *testing.T) {
			files := shop()
			for path, text := range add {
				files[path] = file(text)
			}
			if got, err := Statements(read(t, files)); err == nil {
				t.Errorf("built:\n%s", strings.Join(got, "\n"))
			}
		})
	}
}
