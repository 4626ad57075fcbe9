package dbt

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// files turns a text of "-- path" headers and contents into a file system.
func files(text string) fstest.MapFS {
	out := fstest.MapFS{}
	for _, part := range strings.Split("\n"+text, "\n== ")[1:] {
		name, body, _ := strings.Cut(part, "\n")
		out[strings.TrimSpace(name)] = &fstest.MapFile{Data: []byte(body + "\n")}
	}
	return out
}

const shop = `== dbt_project.yml
name: shop
version: '1.2'
profile: shop
model-paths: [models]
vars:
  start: '2024-01-01'
  shop:
    limit: 3
models:
  shop:
    +tags: [all]
    staging:
      +materialized: view
      +tags: staging
    marts:
      materialized: table
      finance:
        +schema: finance
        +meta: {owner: cfo}
seeds:
  shop:
    +schema: raw
== profiles.yml
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: data/shop.duckdb, password: secret}
== seeds/raw_orders.csv
id,customer_id,status,amount,ordered_on,is_paid
1,10,paid,12.5,2024-01-01,true
2,11,open,3,2024-01-02,false
3,10,paid,,2024-01-03,
== models/sources.yml
sources:
  - name: crm
    schema: crm_raw
    database: lake
    loaded_at_field: synced_at
    freshness: {warn_after: {count: 1, period: day}}
    tables:
      - name: people
        identifier: people_v1
        description: "{{ doc('people') }} Really."
        columns:
          - name: id
            tests:
              - unique
              - not_null
          - name: country
            tests:
              - accepted_values: {values: [DE, FR], quote: true}
      - name: notes
        config: {enabled: false}
== models/docs.md
{% docs people %}
Everyone we know.
{% enddocs %}
== models/staging/stg_orders.sql
with source as (select * from {{ ref('raw_orders') }})
select id as order_id, customer_id, status, amount::double as amount, ordered_on from source
== models/staging/stg_people.sql
with source as (select * from {{ source('crm', 'people') }}),
renamed as (select id as customer_id, country, nick from source)
select * from renamed
== models/marts/finance/fct_orders.sql
{{ config(tags=['daily'], meta={'tier': 1}, materialized='incremental', unique_key='order_id') }}
select o.*, p.country, {{ cents('o.amount') }} as cents
from {{ ref('stg_orders') }} o
left join {{ ref('stg_people') }} p using (customer_id)
{% if is_incremental() %} where order_id > (select max(order_id) from {{ this }}) {% endif %}
== models/marts/off.sql
{{ config(enabled=var('nothing', false)) }}
select 1 as x
== models/marts/finance/_finance.yml
version: 2
models:
  - name: fct_orders
    description: One row per order.
    constraints:
      - type: primary_key
        columns: [order_id]
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments:
            combination_of_columns: [order_id, customer_id]
    columns:
      - name: order_id
        description: Key.
        data_type: bigint
        tests:
          - unique: {config: {where: "order_id > 0"}}
      - name: customer_id
        data_tests:
          - relationships:
              arguments: {to: ref('stg_people'), field: customer_id}
              config: {severity: WARN}
      - name: status
        meta: {pii: false}
        tags: [x]
exposures:
  - name: board
    type: dashboard
    owner: {name: Ana}
    depends_on:
      - ref('fct_orders')
      - source('crm', 'people')
groups:
  - name: finance
    owner: {name: Fin, email: fin@example.com}
semantic_models:
  - name: orders
    model: ref('fct_orders')
    defaults: {agg_time_dimension: ordered_on}
    entities:
      - {name: order, type: primary, expr: order_id}
    measures:
      - {name: revenue, agg: sum, expr: amount}
metrics:
  - name: revenue
    type: simple
    type_params: {measure: revenue}
unit_tests:
  - name: t
    model: fct_orders
== macros/cents.sql
{% macro cents(x) %}({{ x }} * 100)::bigint{% endmacro %}
== snapshots/people.sql
{% snapshot people_history %}
{{ config(target_schema='snap', strategy='check', unique_key='id', check_cols='all') }}
select * from {{ ref('stg_people') }}
{% endsnapshot %}
== tests/no_open.sql
select * from {{ ref('fct_orders') }} where status = 'open'
`

func readShop(t *testing.T) *Project {
	t.Helper()
	p, err := Read(files(shop), ".")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func node(t *testing.T, p *Project, name string) *Node {
	t.Helper()
	n, ok := p.Relation(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return n
}

func TestReadProject(t *testing.T) {
	p := readShop(t)
	var ids []string
	for _, n := range p.Nodes {
		ids = append(ids, n.ID)
	}
	want := []string{"model.shop.fct_orders", "model.shop.stg_orders", "model.shop.stg_people", "seed.shop.raw_orders",
		"snapshot.shop.people_history", "source.shop.crm.people"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Error(diff)
	}
	if len(p.Problems) != 0 {
		t.Errorf("problems %+v", p.Problems)
	}
	if diff := cmp.Diff(Profile{Name: "shop", Target: "dev", Adapter: "duckdb", Database: "shop", Schema: "main", Path: "data/shop.duckdb", Known: true}, p.Profile); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"start": "2024-01-01", "limit": 3}, p.Config.Vars); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"model.shop.fct_orders", "source.shop.crm.people"}, p.Exposures[0].DependsOn); diff != "" {
		t.Error(diff)
	}
	if p.Semantic[0].Model != "model.shop.fct_orders" || p.Metrics[0].Params["measure"] != "revenue" || p.UnitTests[0].Model != "model.shop.fct_orders" ||
		p.Groups[0].Owner != "Fin" || p.Macros[0].Name != "cents" || p.SingularTests[0].Upstream[0] != "model.shop.fct_orders" {
		t.Errorf("%+v %+v %+v %+v", p.Semantic, p.Metrics, p.UnitTests, p.SingularTests)
	}
}

func TestReadModel(t *testing.T) {
	p := readShop(t)
	n := node(t, p, "fct_orders")
	if n.Materialized != "incremental" || n.Layer != Mart || n.Owner != "cfo" || n.Description != "One row per order." ||
		n.YAMLPath != "models/marts/finance/_finance.yml" || n.YAMLLine != 3 {
		t.Errorf("%+v", n)
	}
	if diff := cmp.Diff([]string{"all", "daily"}, n.Tags); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"owner": "cfo", "tier": int64(1)}, n.Meta); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Relation{Schema: "main_finance", Identifier: "fct_orders", Known: true}, n.Relation); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"model.shop.stg_orders", "model.shop.stg_people"}, n.Upstream); diff != "" {
		t.Error(diff)
	}
	var cols []string
	for _, c := range n.Columns {
		cols = append(cols, c.Name+" "+c.Type+" "+string(c.From)+" "+c.CopyOf.Node+" "+c.CopyOf.Column)
	}
	want := []string{
		"order_id bigint static model.shop.stg_orders order_id",
		"customer_id bigint static model.shop.stg_orders customer_id",
		"status varchar static model.shop.stg_orders status",
		"amount  static model.shop.stg_orders amount",
		"ordered_on date static model.shop.stg_orders ordered_on",
		"country  static model.shop.stg_people country",
		"cents  static  ",
	}
	if diff := cmp.Diff(want, cols); diff != "" || !n.ColumnsKnown {
		t.Error(diff, n.ColumnsWhy)
	}
	status, _ := n.Column("STATUS")
	if diff := cmp.Diff([]string{"open", "paid"}, status.Values); diff != "" || status.Meta["pii"] != false || status.Tags[0] != "x" {
		t.Error(diff, status)
	}
	country, _ := n.Column("country")
	if diff := cmp.Diff([]string{"DE", "FR"}, country.Values); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][]string{{"order_id", "customer_id"}, {"order_id"}}, n.UniqueKeys()); diff != "" {
		t.Error(diff)
	}
	customer, _ := n.Column("customer_id")
	rel, ok := customer.Test("relationships")
	if !ok || rel.To != "model.shop.stg_people" || rel.Field != "customer_id" || rel.Severity != "warn" || rel.Line == 0 {
		t.Errorf("%+v", rel)
	}
}

func TestReadOthers(t *testing.T) {
	p := readShop(t)
	src := node(t, p, "crm.people")
	if src.Description != "Everyone we know. Really." || src.Relation != (Relation{"lake", "crm_raw", "people_v1", true, ""}) || !src.Freshness || src.LoadedAt != "synced_at" || src.ColumnsKnown {
		t.Errorf("%+v", src)
	}
	if c, ok := src.Column("nick"); !ok || c.From != FromStatic || c.Documented {
		t.Error("a column that a model selects from the source is not known")
	}
	seed := node(t, p, "raw_orders")
	var types []string
	for _, c := range seed.Columns {
		types = append(types, c.Type)
	}
	if diff := cmp.Diff([]string{"bigint", "bigint", "varchar", "double", "date", "boolean"}, types); diff != "" || seed.Rows != 3 || seed.Relation.Schema != "main_raw" {
		t.Error(diff, seed.Rows, seed.Relation)
	}
	snap := node(t, p, "people_history")
	if snap.Relation.Schema != "snap" || len(snap.Columns) != 7 || snap.Columns[6].Name != "dbt_valid_to" || !snap.ColumnsKnown {
		t.Errorf("%+v", snap)
	}
	for name, want := range map[string]*Node{"people": src, "CRM.People": src, "crm_raw.people_v1": src, src.ID: src, `"main_raw"."raw_orders"`: seed} {
		if got, ok := p.Relation(name); !ok || got != want {
			t.Errorf("%s is %v", name, got)
		}
	}
	if got := p.Children(seed.ID); len(got) != 1 || got[0].Name != "stg_orders" {
		t.Error(got)
	}
	if got := p.Parents(snap.ID); len(got) != 1 || got[0].Name != "stg_people" {
		t.Error(got)
	}
	if src.Ref() != "source('crm', 'people')" || seed.Ref() != "ref('raw_orders')" || src.RelationName() != "crm.people" {
		t.Error(src.Ref(), seed.Ref(), src.RelationName())
	}
}

func TestCompile(t *testing.T) {
	fsys := files(shop + `== models/staging/eph_a.sql
{{ config(materialized='ephemeral') }}
select * from {{ ref('stg_orders') }} where amount > {{ var('limit') }}
== models/staging/eph_b.sql
{{ config(materialized='ephemeral') }}
select * from {{ ref('eph_a') }}
`)
	p, err := Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ sql, want, err string }{
		{sql: "select * from {{ ref('fct_orders') }}, {{ source('crm', 'people') }}", want: `select * from "main_finance"."fct_orders", "crm_raw"."people_v1"`},
		{sql: "with x as (select * from {{ ref('eph_b') }}) select * from x",
			want: `with __dbt__cte__eph_a as (
select * from "main"."stg_orders" where amount > 3
), __dbt__cte__eph_b as (
select * from __dbt__cte__eph_a
), x as (select * from __dbt__cte__eph_b) select * from x`},
		{sql: "select * from {{ ref('eph_a') }}", want: "with __dbt__cte__eph_a as (\nselect * from \"main\".\"stg_orders\" where amount > 3\n)\nselect * from __dbt__cte__eph_a"},
		{sql: "select {{ cents('a') }}", want: "select (a * 100)::bigint"},
		{sql: "\nselect * from {{ ref('nope') }}", err: "line 2: {{ ref('nope') }}: there is no model, seed or snapshot nope"},
		{sql: "{{ run_query('x') }}", err: "run_query() can only be evaluated by dbt"},
		{sql: "{{ this }}", err: "no relation of its own"},
	}
	for _, tt := range tests {
		got, err := p.Compile(tt.sql)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: %v", tt.sql, err)
			}
			continue
		}
		if err != nil || strings.TrimSpace(got) != tt.want {
			t.Errorf("%s:\n%s\n%v", tt.sql, got, err)
		}
	}
	got, err := p.CompileNode(node(t, p, "fct_orders"))
	if err != nil || !strings.Contains(got, `(o.amount * 100)::bigint as cents`) || strings.Contains(got, "max(order_id)") {
		t.Error(got, err)
	}
}

func TestWarehouseColumns(t *testing.T) {
	p := readShop(t)
	w := p.WithColumns(func(n *Node) ([]Column, bool) {
		if n.Name == "raw_orders" {
			return []Column{{Name: "id", Type: "HUGEINT"}, {Name: "extra", Type: "TEXT"}}, true
		}
		return nil, false
	})
	n := node(t, w, "raw_orders")
	if c, ok := n.Column("extra"); !ok || c.From != FromWarehouse || c.Type != "TEXT" {
		t.Errorf("%+v", n.Columns)
	}
	c, _ := node(t, w, "stg_orders").Column("order_id")
	if c.Type != "HUGEINT" {
		t.Errorf("%+v", c)
	}
	if _, ok := node(t, p, "raw_orders").Column("extra"); ok {
		t.Error("the original changed")
	}
}
