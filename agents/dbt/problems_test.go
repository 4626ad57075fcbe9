package dbt

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestNoProject(t *testing.T) {
	tests := []struct{ name, files, dir, want string }{
		{"empty folder", "", ".", "dbt_project.yml is missing: point to the folder of a dbt project"},
		{"other folder", "== a/b/dbt_project.yml\nname: x", "a", "a/dbt_project.yml is missing: point to the folder of a dbt project (there is one in a/b)"},
		{"broken", "== dbt_project.yml\nname: x\n  y: [", ".", "dbt_project.yml: line 2: mapping values are not allowed in this context; repair the file"},
		{"empty file", "== dbt_project.yml\n", ".", "line 1: the file is empty"},
		{"no name", "== dbt_project.yml\nversion: 1", ".", "line 1: name: is missing"},
		{"a list", "== dbt_project.yml\n- name: x", ".", "line 1: the file must be a mapping"},
	}
	for _, tt := range tests {
		_, err := Read(files(tt.files), tt.dir)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestProblems checks that what cannot be read is named, with its place, and the rest is there.
func TestProblems(t *testing.T) {
	p, err := Read(files(`== dbt_project.yml
name: x
== models/a.sql
select 1 as id from {{ ref('gone') }}
from {{ source('no', 'where') }}
== models/b.sql
select {{ oops( as x
== models/c.py
def model(dbt, session):
    # dbt.ref("comment")
    dbt.config(materialized="table")
    return dbt.ref("a").union(dbt.source('no', "where"))
== models/broken.yml
models:
  - name: a
   bad: indent
== models/odd.yml
models:
  - just text
  - description: no name
  - name: nobody
  - name: a
    description: "{{ doc('missing') }}"
    columns:
      - description: no name
      - name: ghost
    tests: [[1]]
sources: text
== models/again.yml
models:
  - name: a
== models/docs.md
{% docs open %} text
== seeds/s.csv
a,b
1,2
1,2,3
`), ".")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, pr := range p.Problems {
		got = append(got, fmt.Sprintf("%s:%d %s", pr.Path, pr.Line, pr.Reason))
	}
	want := []string{
		"models/a.sql:1 there is no model, seed or snapshot gone",
		"models/a.sql:2 there is no source no.where",
		"models/b.sql:1 the Jinja cannot be read: {{ oops( as x: the tag is not closed with }}",
		"models/broken.yml:3 the YAML cannot be read: did not find expected '-' indicator",
		"models/c.py:4 there is no source no.where",
		"models/docs.md:0 line 1: {% docs open %}: its {% enddocs %} is missing",
		"models/odd.yml:2 an entry of models: must be a mapping with a name",
		"models/odd.yml:3 an entry of models: has no name",
		"models/odd.yml:4 there is no file for the model nobody that is described here",
		"models/odd.yml:5 model a is described in models/again.yml already",
		"models/odd.yml:8 a column has no name",
		"models/odd.yml:10 a test must be a name or a mapping with its name as key",
		"models/odd.yml:11 sources: must be a list",
		"seeds/s.csv:3 the row cannot be read: it has 3 values for 2 columns",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"a", "b", "c", "s"} {
		if _, ok := p.Relation(name); !ok {
			t.Errorf("%s was dropped", name)
		}
	}
	if n, _ := p.Relation("c"); n.Materialized != "table" || len(n.Upstream) != 1 {
		t.Errorf("%+v", n)
	}
	if n, _ := p.Relation("a"); n.Relation.Known || n.Relation.SQL() != `"main"."a"` {
		t.Errorf("without a profile: %+v", n.Relation)
	}
}

func TestNamingMacros(t *testing.T) {
	base := "== dbt_project.yml\nname: x\nprofile: x\n== profiles.yml\nx: {target: dev, outputs: {dev: {type: duckdb}}}\n== models/a.sql\n{{ config(schema='s') }}select 1 as id\n"
	known := base + "== macros/n.sql\n{% macro generate_schema_name(custom_schema_name, node) %}{% if custom_schema_name is none %}{{ target.schema }}{% else %}{{ custom_schema_name | trim }}{% endif %}{% endmacro %}\n"
	unknown := base + "== macros/n.sql\n{% macro generate_schema_name(custom_schema_name, node) %}{{ node.resource_type }}{% endmacro %}\n"
	for text, want := range map[string]Relation{
		base:    {Schema: "main_s", Identifier: "a", Known: true},
		known:   {Schema: "s", Identifier: "a", Known: true},
		unknown: {Schema: "main_s", Identifier: "a", Why: "the project overrides generate_schema_name in a way that only dbt can evaluate"},
	} {
		p, err := Read(files(text), ".")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Nodes[0].Relation); diff != "" {
			t.Error(diff)
		}
	}
}

func TestVersionsAndYAMLSnapshots(t *testing.T) {
	p, err := Read(files(`== dbt_project.yml
name: x
== models/dim_v1.sql
select 1 as id
== models/dim_v2.sql
select 1 as id, 2 as more
== models/use.sql
select * from {{ ref('dim') }} union all select id, 0 from {{ ref('dim', v=1) }}
== models/y.yml
models:
  - name: dim
    latest_version: 2
    columns: [{name: id, description: key}]
    versions:
      - v: 1
      - v: 2
        columns:
          - include: all
          - name: more
snapshots:
  - name: snap
    relation: ref('dim')
    config: {schema: snaps, strategy: check}
`), ".")
	if err != nil || len(p.Problems) > 0 {
		t.Fatal(err, p.Problems)
	}
	use := node(t, p, "use")
	if diff := cmp.Diff([]string{"model.x.dim.v1", "model.x.dim.v2"}, use.Upstream); diff != "" || len(use.Columns) != 2 {
		t.Error(diff, use.Columns)
	}
	v1 := node(t, p, "dim.v1")
	if v1.Relation.Identifier != "dim_v1" || v1.Ref() != "ref('dim', v=1)" || v1.Columns[0].Description != "key" {
		t.Errorf("%+v", v1)
	}
	if snap := node(t, p, "snap"); len(snap.Columns) != 6 || snap.Upstream[0] != "model.x.dim.v2" {
		t.Errorf("%+v", snap)
	}
}

func TestArtifacts(t *testing.T) {
	fsys := files(shop)
	p, err := Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	orders := node(t, p, "fct_orders")
	manifest := map[string]any{"nodes": map[string]any{
		orders.ID: map[string]any{"database": "db", "schema": "prod", "alias": "orders", "checksum": map[string]any{"checksum": orders.checksum},
			"depends_on": map[string]any{"nodes": []string{"seed.shop.raw_orders", "model.other.x"}}},
		"model.shop.stg_orders": map[string]any{"schema": "prod", "alias": "stg_orders", "checksum": map[string]any{"checksum": node(t, p, "stg_orders").checksum}},
		"model.shop.stg_people": map[string]any{"schema": "prod", "alias": "stg_people", "checksum": map[string]any{"checksum": "old"}},
	}}
	catalog := map[string]any{"nodes": map[string]any{
		orders.ID: map[string]any{"columns": map[string]any{
			"B": map[string]any{"name": "status", "type": "VARCHAR", "index": 2}, "C": map[string]any{"name": "customer_id", "index": 3}, "A": map[string]any{"name": "order_id", "type": "BIGINT", "index": 1}}},
		"model.shop.stg_people": map[string]any{"columns": map[string]any{"old": map[string]any{"name": "old", "type": "x", "index": 1}}},
		"model.shop.stg_orders": map[string]any{"columns": map[string]any{"gone": map[string]any{"name": "gone", "type": "x", "index": 1}}},
	}}
	for name, v := range map[string]any{"manifest": manifest, "catalog": catalog} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fsys["target/"+name+".json"] = &fstest.MapFile{Data: b}
	}
	if p, err = Read(fsys, "."); err != nil {
		t.Fatal(err)
	}
	orders = node(t, p, "fct_orders")
	if orders.Relation != (Relation{"db", "prod", "orders", true, ""}) || len(orders.Columns) != 3 || orders.Columns[0].From != FromCatalog || orders.Columns[1].Type != "VARCHAR" {
		t.Errorf("%+v %+v", orders.Relation, orders.Columns)
	}
	if diff := cmp.Diff([]string{"model.shop.stg_orders", "model.shop.stg_people", "seed.shop.raw_orders"}, orders.Upstream); diff != "" {
		t.Error(diff)
	}
	if people := node(t, p, "stg_people"); people.Relation.Schema != "prod" || people.Columns[0].Name == "old" {
		t.Errorf("a changed model took its columns from an old catalog: %+v", people.Columns)
	}
	if o := node(t, p, "stg_orders"); len(o.Columns) != 5 || o.Columns[0].Name != "order_id" {
		t.Errorf("the manifest is of the model as it is, but the catalog of an earlier table: %+v", o.Columns)
	}
	fsys["target/manifest.json"] = &fstest.MapFile{Data: []byte("{broken")}
	if p, err = Read(fsys, "."); err != nil || len(p.Problems) != 1 || p.Problems[0].Path != "target/manifest.json" {
		t.Error(err, p.Problems)
	}
}

// TestCache checks that a second reading parses only what changed and gives the same project.
func TestCache(t *testing.T) {
	fsys := files(shop)
	c := NewCache()
	first, err := c.Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	before := maps.Clone(c.files)
	second, err := c.Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	for key, result := range c.files {
		if before[key] != result {
			t.Errorf("%v was parsed again", key)
		}
	}
	if diff := cmp.Diff(summary(first), summary(second)); diff != "" {
		t.Error(diff)
	}
	fsys["models/staging/stg_people.sql"] = &fstest.MapFile{Data: []byte("select 1 as customer_id, 'DE' as country")}
	third, err := c.Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for key, result := range c.files {
		if before[key] != result {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d files were parsed again", changed)
	}
	if n := node(t, third, "stg_people"); len(n.Columns) != 2 || len(n.Upstream) != 0 {
		t.Errorf("%+v", n)
	}
	if n := node(t, first, "stg_people"); len(n.Columns) != 3 {
		t.Error("an earlier snapshot changed")
	}
}

// summary is everything of a project that is exported, as text.
func summary(p *Project) string {
	b, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestFind(t *testing.T) {
	got, err := Find(files("== dbt_project.yml\nname: a\n== sub/x/dbt_project.yml\nname: b\n== dbt_packages/p/dbt_project.yml\nname: c\n== .hidden/dbt_project.yml\nname: d\n"))
	if diff := cmp.Diff([]string{".", "sub/x"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	p, err := Read(files("== sub/x/dbt_project.yml\nname: b\n== sub/x/models/m.sql\nselect 1 as a"), "sub/x")
	if err != nil || p.Dir != "sub/x" || p.Nodes[0].Path != "models/m.sql" {
		t.Error(err)
	}
}

// unreadable fails to open one file.
type unreadable struct {
	fsys fs.FS
	name string
}

func (u unreadable) Open(name string) (fs.File, error) {
	if name == u.name {
		return nil, errors.New("disk error")
	}
	return u.fsys.Open(name)
}

func TestUnreadableFile(t *testing.T) {
	p, err := Read(unreadable{files(shop), "models/docs.md"}, ".")
	if err != nil || !strings.Contains(fmt.Sprint(p.Problems), "disk error") || len(p.Models()) != 3 {
		t.Error(err, p)
	}
}
