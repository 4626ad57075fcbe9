package glossary

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("glossary.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("glossary.schema.json")
}

func TestSchemaAcceptsExamples(t *testing.T) {
	s := compiledSchema(t)
	for _, name := range []string{"testdata/shop/sales.yml", "testdata/subscriptions/glossary.yml"} {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema and the loader are two statements of one format: they must agree on good and bad files.
func TestSchemaAgreesWithLoader(t *testing.T) {
	s := compiledSchema(t)
	const head = "terms:\n  - id: x\n    "
	for text, good := range map[string]bool{
		"":                         true,
		"terms: []":                true,
		"words: []":                false,
		head + "name: X\n":         false,
		head + "dimensions: [a.b]": true,
		head + "dimensions: [{model: a, column: b}]":                                                          true,
		head + "dimensions: [{model: a}]":                                                                     false,
		head + "filters: [{model: a, where: b = 1}]":                                                          true,
		head + "filters: [{table: a, where: b = 1}]":                                                          false,
		head + "metric: {type: simple, model: a, agg: count}":                                                 true,
		head + "metric: {type: simple, model: a}":                                                             false,
		head + "metric: {type: simple, model: a, agg: total, expr: b}":                                        false,
		head + "metric: {type: simple, model: a, agg: count, window: 7 days}":                                 false,
		head + "metric: {type: cumulative, model: a, agg: count, window: 7 days}":                             true,
		head + "metric: {type: cumulative, model: a, agg: count, window: a week}":                             false,
		head + "metric: {type: ratio, numerator: a, denominator: {term: b, filter: c = 1}}":                   true,
		head + "metric: {type: ratio, numerator: a}":                                                          false,
		head + "metric: {type: derived, metrics: [{term: a, alias: b, offset_window: 1 month}], expr: a - b}": true,
		head + "metric: {model: a, agg: count}":                                                               false,
		head + "status: retired\n    dimensions: [a.b]":                                                       false,
		head + "formula: a\n    dimensions: [a.b]":                                                            false,
	} {
		_, loadErr := Parse("x.yml", []byte(text))
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if v == nil {
			v = map[string]any{}
		}
		schemaErr := s.Validate(v)
		if (loadErr == nil) != good || (schemaErr == nil) != good {
			t.Errorf("%q: good = %v, loader says %v, schema says %v", text, good, loadErr, schemaErr)
		}
	}
}
