package glossary

import (
	"os"
	"sort"
	"strings"
	"testing"
	"testing/fstest"
)

// relations is a project as the linter sees it: columns by model.
type relations map[string]string

func (r relations) Columns(name string) ([]string, bool, bool) {
	cols, ok := r[name]
	return strings.Fields(strings.TrimPrefix(cols, "… ")), !strings.HasPrefix(cols, "…"), ok
}

func (r relations) Names() []string {
	var names []string
	for n := range r {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

var shop = relations{
	"orders":    "order_id customer_id amount status ordered_at",
	"customers": "customer_id region segment",
	"open_end":  "… some_column",
}

func TestLint(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"good", "{id: a, metric: {type: simple, model: orders, agg: sum, expr: amount, agg_time_dimension: ordered_at}}", ""},
		{"columns not all known", "{id: a, metric: {type: simple, model: open_end, agg: sum, expr: anything}}", ""},
		{"missing model", "{id: a, metric: {type: simple, model: order, agg: count}}", `x.yml:2: term a: the project has no model "order"; did you mean "orders"?`},
		{"missing column", "{id: a, metric: {type: simple, model: orders, agg: sum, expr: amout}}", `x.yml:2: term a: the model orders has no column "amout"; did you mean "amount"?`},
		{"conversion", "{id: a, metric: {type: conversion, entity: customer_id, window: 7 days, calculation: conversions, base: {metric: {type: simple, model: orders, agg: count, agg_time_dimension: ordered_at}}, conversion: {metric: {type: simple, model: orders, agg: count, filter: status = 'paid', agg_time_dimension: ordered_at}}}}", ""},
		{"retention", "{id: a, metric: {type: retention, entity: customer_id, cohort: {metric: {type: simple, model: orders, agg: count, agg_time_dimension: ordered_at}}, activity: {metric: {type: simple, model: orders, agg: count, agg_time_dimension: ordered_at}}}}", ""},
		{"funnel of one step", "{id: a, metric: {type: funnel, entity: customer_id, steps: [{metric: {type: simple, model: orders, agg: count, agg_time_dimension: ordered_at}}]}}", "x.yml:2: term a: a funnel has at least two steps"},
		{"funnel of averages", "{id: b, metric: {type: funnel, entity: customer_id, steps: [{metric: {type: simple, model: orders, agg: count, agg_time_dimension: ordered_at}}, {metric: {type: ratio, numerator: b, denominator: b}}]}}", "an event of a funnel is a simple metric"},
		{"conversion without a date", "{id: a, metric: {type: conversion, entity: customer_id, base: {metric: {type: simple, model: customers, agg: count}}, conversion: {metric: {type: simple, model: orders, agg: count, agg_time_dimension: ordered_at}}}}", "x.yml:2: term a: an event of a conversion needs an agg_time_dimension"},
		{"conversion without its entity", "{id: a, metric: {type: conversion, entity: customer, base: {metric: {type: simple, model: orders, agg: count, agg_time_dimension: ordered_at}}, conversion: {metric: {type: simple, model: orders, agg: count, filter: status = 'paid', agg_time_dimension: ordered_at}}}}", `the model orders has no column "customer"; did you mean "customer_id"?`},
		{"missing column in filter", "{id: a, filters: [{model: customers, where: segmnt = 'x'}]}", `did you mean "segment"?`},
		{"missing time", "{id: a, metric: {type: simple, model: orders, agg: count, agg_time_dimension: created_at}}", `the model orders has no column "created_at"`},
		{"filter without model", "{id: a, filters: [region = 'x']}", "needs a model"},
		{"bad filter", "{id: a, metric: {type: simple, model: orders, agg: count, filter: amount + 1}}", "is not made of comparisons"},
		{"bad expression", "{id: a, metric: {type: simple, model: orders, agg: sum, expr: sum(amount)}}", `"sum"`},
		{"unknown term", "{id: a, metric: {type: ratio, numerator: b, denominator: a}}", `uses "b", which is no term with a metric`},
		{"cycle", "{id: a, metric: {type: ratio, numerator: b, denominator: b}}\n  - {id: b, metric: {type: ratio, numerator: a, denominator: a}}", "in a circle: a → b → a"},
		{"unknown alias", "{id: a, metric: {type: derived, metrics: [b], expr: b - c}}\n  - {id: b, metric: {type: simple, model: orders, agg: count}}", `uses "c", which is none of its metrics`},
		{"shared synonym", "{id: a, synonyms: [region], dimensions: [customers.region]}\n  - {id: b, synonyms: [Region], dimensions: [customers.segment]}", `x.yml:3: term b: "region" also names the term a (x.yml:2)`},
		{"shared on purpose", "{id: a, synonyms: [region], dimensions: [customers.region]}\n  - {id: b, synonyms: [region], dimensions: [customers.segment], not_to_confuse_with: [a]}", ""},
		{"unknown dimension", "{id: a, dimensions: [regio], metric: {type: simple, model: orders, agg: count}}", `the dimension "regio" is neither`},
		{"unknown in not_to_confuse_with", "{id: a, dimensions: [customers.region], not_to_confuse_with: [b]}", `names "b", which is no term`},
	} {
		g, err := Parse("x.yml", []byte("terms:\n  - "+c.yaml+"\n"))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		ps := Lint(g, shop)
		if c.want == "" && len(ps) > 0 || c.want != "" && !strings.Contains(ps.Error(), c.want) {
			t.Errorf("%s: %q, want %q", c.name, ps.Error(), c.want)
		}
	}
}

func TestUsableLeavesOutWhatBuildsOnABrokenTerm(t *testing.T) {
	g, err := Parse("x.yml", []byte(`terms:
  - {id: a, metric: {type: simple, model: gone, agg: count}}
  - {id: b, metric: {type: simple, model: orders, agg: count}}
  - {id: c, metric: {type: ratio, numerator: a, denominator: b}}
  - {id: d, metric: {type: simple, model: orders, agg: count}, not_to_confuse_with: [gone]}
`))
	if err != nil {
		t.Fatal(err)
	}
	usable, broken := Usable(g, shop)
	if len(usable.Terms) != 2 || usable.Terms[0].ID != "b" || usable.Terms[1].ID != "d" || len(broken) != 2 {
		t.Errorf("usable %+v, broken %v", usable.Terms, broken)
	}
	if p := broken["c"]; !strings.Contains(p.Message, "gone") || p.Line != 4 {
		t.Errorf("the problem of c: %v", p)
	}
}

func TestLoadNamesFileAndLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"terms:\n  - id: a\n    dimensions: [a.b]\n    formular: x\n", `g/x.yml:4: term a: unknown key "formular" in a term`},
		{"terms:\n  - id: a\n    metric:\n      typ: simple\n", `g/x.yml:4: term a: unknown key "typ" in a metric; did you mean "type"?`},
		{"terms:\n\t- id: a\n", "g/x.yml:2: not valid YAML"},
		{"terms:\n  - id: A b\n    dimensions: [a.b]\n", "g/x.yml:2: term A b: a term needs an id"},
		{"terms:\n  - {id: a, dimensions: [a.b]}\n  - {id: a, dimensions: [a.b]}\n", "g/x.yml:3: term a: the id is taken already (g/x.yml:2)"},
		{"- a\n", "g/x.yml:1: the file must be a mapping"},
		{"terms:\n  - &a {id: a, metric: {type: ratio, numerator: {metric: *a}, denominator: b}}\n", "g/x.yml"},
	} {
		_, err := Load(fstest.MapFS{"g/x.yml": {Data: []byte(c.text)}}, "g")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/shop/sales.yml", "testdata/subscriptions/glossary.yml"} {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(body))
	}
	f.Add("terms:\n  - &a {id: a, metric: &m {type: ratio, numerator: {metric: *m}, denominator: b}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := Parse("x.yml", []byte(text))
		if ps, ok := err.(Problems); ok {
			for _, p := range ps {
				if p.Path != "x.yml" || p.Message == "" {
					t.Errorf("a problem without place or words: %+v", p)
				}
			}
		}
		usable, broken := Usable(g, shop)
		if len(usable.Terms)+len(broken) < len(g.Terms) && err == nil {
			t.Errorf("%d terms, %d usable, %d broken", len(g.Terms), len(usable.Terms), len(broken))
		}
		for _, term := range usable.Terms {
			if term.Metric == nil {
				continue
			}
			if _, err := usable.Measure(term.ID); err != nil {
				t.Errorf("usable term %s does not compile: %v", term.ID, err)
			}
		}
	})
}
