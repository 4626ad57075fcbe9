package dbt

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// latestSpec is the semantic layer as dbt 1.12 and Fusion write it.
const latestSpec = `models:
  - name: fct_orders
    description: Orders.
    semantic_model: true
    agg_time_dimension: ordered_on
    columns:
      - name: order_id
        entity: {type: primary, name: order}
      - name: customer_id
        entity: foreign
      - name: ordered_on
        granularity: day
        dimension: {type: time}
      - name: status
        dimension: categorical
    derived_semantics:
      dimensions:
        - {name: is_large, type: categorical, expr: amount > 100}
    metrics:
      - {name: revenue, type: simple, label: Revenue, agg: sum, expr: amount}
      - {name: orders, type: simple, agg: count_distinct, expr: order_id, filter: "{{ Dimension('order__status') }} = 'paid'"}
      - {name: average_order, type: ratio, numerator: revenue, denominator: {name: orders}}
      - {name: running, type: cumulative, input_metric: revenue, window: 7 days}
      - name: growth
        type: derived
        expr: revenue - last
        input_metrics: [revenue, {name: revenue, alias: last, offset_window: 1 month}]
  - name: off
    semantic_model: {enabled: false}
    metrics: [{name: never, type: simple, agg: sum}]
`

// olderSpec says the same as latestSpec in the form of dbt 1.6 to 1.11.
const olderSpec = `semantic_models:
  - name: fct_orders
    description: Orders.
    model: ref('fct_orders')
    defaults: {agg_time_dimension: ordered_on}
    entities:
      - {name: order, type: primary, expr: order_id}
      - {name: customer_id, type: foreign, expr: customer_id}
    dimensions:
      - {name: ordered_on, type: time, expr: ordered_on, type_params: {time_granularity: day}}
      - {name: status, type: categorical, expr: status}
      - {name: is_large, type: categorical, expr: amount > 100}
    measures:
      - {name: revenue, agg: sum, expr: amount}
      - {name: orders, agg: count_distinct, expr: order_id}
metrics:
  - {name: revenue, type: simple, label: Revenue, type_params: {measure: revenue}}
  - {name: orders, type: simple, filter: "{{ Dimension('order__status') }} = 'paid'", type_params: {measure: orders}}
  - {name: average_order, type: ratio, type_params: {numerator: revenue, denominator: {name: orders}}}
  - {name: running, type: cumulative, type_params: {measure: revenue, window: 7 days}}
  - name: growth
    type: derived
    type_params: {expr: revenue - last, metrics: [revenue, {name: revenue, alias: last, offset_window: 1 month}]}
`

// TestSpecsOfTheSemanticLayer reads the same semantic model in both specs.
func TestSpecsOfTheSemanticLayer(t *testing.T) {
	read := func(text string) *Project {
		fsys := files(shop)
		delete(fsys, "models/marts/finance/_finance.yml")
		fsys["models/marts/semantic.yml"] = &fstest.MapFile{Data: []byte(text)}
		p, err := Read(fsys, ".")
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	latest, older := read(latestSpec), read(olderSpec)
	if diff := cmp.Diff(older.Semantic, latest.Semantic, cmpopts.IgnoreFields(SemanticModel{}, "Line")); diff != "" || len(latest.Semantic) != 1 {
		t.Errorf("semantic models (-older +latest):\n%s", diff)
	}
	if diff := cmp.Diff(older.Metrics, latest.Metrics, cmpopts.IgnoreFields(Metric{}, "Line")); diff != "" || len(latest.Metrics) != 5 {
		t.Errorf("metrics (-older +latest):\n%s", diff)
	}
	for _, m := range latest.Metrics {
		if len(m.DependsOn) == 0 {
			t.Errorf("%s depends on nothing", m.Name)
		}
	}
}

// TestMetricFilters reads a filter that is a list, which must not be lost: a metric without its filter is another one.
func TestMetricFilters(t *testing.T) {
	fsys := files(shop)
	fsys["models/marts/m.yml"] = &fstest.MapFile{Data: []byte("metrics:\n  - {name: a, type: simple, filter: [\"x = 1\", \"y = 2\"], type_params: {measure: nowhere}}\n")}
	p, err := Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	var found bool
	for _, m := range p.Metrics {
		found = found || m.Name == "a" && m.Filter == "x = 1 AND y = 2"
	}
	if !found {
		t.Errorf("%+v", p.Metrics)
	}
}
