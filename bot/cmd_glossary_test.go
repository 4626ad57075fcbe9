package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestGlossaryLint(t *testing.T) {
	dir := shopProject(t)
	for _, args := range [][]string{{dir}, {filepath.Join(dir, "glossary")}, {filepath.Join(dir, "glossary", "shop.yml"), "--project", dir}} {
		code, stdout, stderr := runProgram(t, append([]string{"glossary", "lint"}, args...)...)
		if code != 0 || strings.Count(stdout, "\n") != 1 || !strings.Contains(stdout, "1 terms, no problems") {
			t.Errorf("%v: %d\n%s%s", args, code, stdout, stderr)
		}
	}
	const term = "  - id: %\n    name: %\n    "
	terms := func(lines ...string) string { return "terms:\n" + strings.Join(lines, "") }
	one := func(id, rest string) string { return strings.ReplaceAll(term, "%", id) + rest + "\n" }
	for name, test := range map[string]struct{ text, says string }{
		"no such model":     {terms(one("a", "dimensions: [fct_order.status]")), `bad.yml:4: term a: the project has no model "fct_order"; did you mean "fct_orders"`},
		"no such column":    {terms(one("a", "dimensions: [fct_orders.state]")), `bad.yml:4: term a: the model fct_orders has no column "state"; did you mean "status"`},
		"a circle":          {terms(one("a", "metric: {type: ratio, numerator: b, denominator: b}"), one("b", "metric: {type: ratio, numerator: a, denominator: a}")), "in a circle: a → b → a"},
		"one synonym":       {terms(one("a", "synonyms: [same]\n    dimensions: [fct_orders.status]"), one("b", "synonyms: [same]\n    dimensions: [fct_orders.amount]")), `bad.yml:6: term b: "same" also names the term a`},
		"unknown reference": {terms(one("a", "metric: {type: ratio, numerator: b, denominator: b}")), `bad.yml:4: term a: the metric uses "b", which is no term with a metric`},
		"bad expression":    {terms(one("a", "metric: {type: simple, model: fct_orders, agg: sum, expr: amount +}")), "bad.yml:4: term a: "},
		"unknown key":       {terms(one("a", "formula: b")), "bad.yml:4: "},
		"no YAML":           {"terms: [", "bad.yml:1: not valid YAML"},
		"two files":         {terms(one("turnover", "dimensions: [fct_orders.status]")), "the id is taken already (glossary/bad.yml:2)"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := shopProject(t)
			writeFile(t, filepath.Join(dir, "glossary", "bad.yml"), test.text)
			code, stdout, stderr := runProgram(t, "glossary", "lint", dir)
			if code != exitError || !strings.Contains(stdout, test.says) || stderr != "" {
				t.Errorf("%d, expected %q:\n%s%s", code, test.says, stdout, stderr)
			}
			for line := range strings.Lines(stdout) {
				if !strings.HasPrefix(line, filepath.Join(dir, "glossary")) {
					t.Errorf("no file in %q", line)
				}
			}
		})
	}
}

// TestGlossaryLintKnowsDBTMetrics: a term may build on a metric of dbt's semantic layer.
func TestGlossaryLintKnowsDBTMetrics(t *testing.T) {
	dir := shopProject(t)
	writeFile(t, filepath.Join(dir, "models", "semantic.yml"), `
semantic_models:
  - name: orders
    model: ref('fct_orders')
    defaults: {agg_time_dimension: ordered_at}
    entities: [{name: order, type: primary, expr: order_id}]
    dimensions: [{name: ordered_at, type: time, type_params: {time_granularity: day}}]
    measures: [{name: order_total, agg: sum, expr: amount}]
metrics:
  - {name: order_value, label: Order value, description: Sum., type: simple, type_params: {measure: order_total}}
`)
	writeFile(t, filepath.Join(dir, "glossary", "more.yml"), "terms:\n  - id: share\n    name: Share\n    metric: {type: ratio, numerator: turnover, denominator: order_value}\n")
	if code, stdout, stderr := runProgram(t, "glossary", "lint", dir); code != 0 {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
}

func TestGlossaryLintUsage(t *testing.T) {
	dir := shopProject(t)
	alone := writeFile(t, filepath.Join(t.TempDir(), "glossary.yml"), "terms: []\n")
	bare := t.TempDir()
	writeFile(t, filepath.Join(bare, "dbt_project.yml"), "name: bare\n")
	for says, args := range map[string][]string{
		"there is nothing at":       {filepath.Join(dir, "nowhere")},
		"no dbt project around":     {alone},
		"there is no dbt_project":   {alone, "--project", filepath.Join(dir, "seeds")},
		"has no glossary/":          {bare},
		"unexpected argument again": {dir, "again"},
	} {
		code, _, stderr := runProgram(t, append([]string{"glossary", "lint"}, args...)...)
		if code != exitUsage || !strings.Contains(stderr, says) {
			t.Errorf("%v: %d %q, expected %q", args, code, stderr, says)
		}
	}
}

func TestSchemas(t *testing.T) {
	for _, args := range [][]string{{"glossary", "schema"}, {"schema", "glossary"}, {"schema", "firstmile.yml"}, {"schema", "server"}, {"schema", "suite"}} {
		code, stdout, stderr := runProgram(t, args...)
		var doc map[string]any
		if err := json.Unmarshal([]byte(stdout), &doc); err != nil || code != 0 || doc["$schema"] == nil {
			t.Errorf("%v: %d %v %s", args, code, err, stderr)
		}
	}
	if code, _, _ := runProgram(t, "schema", "unknown"); code != exitUsage {
		t.Errorf("%d", code)
	}
}

// TestGlossaryImport: a list of terms becomes a glossary that lint takes.
func TestGlossaryImport(t *testing.T) {
	dir := shopProject(t)
	list := filepath.Join(t.TempDir(), "terms.csv")
	writeFile(t, list, "Term,Synonyms,Table,Aggregation,Column,Date\nTotal paid,paid amount,fct_orders,sum,amount,ordered_at\nJoy,,,,,\n")
	out := filepath.Join(dir, "glossary", "imported.yml")
	code, stdout, stderr := runProgram(t, "glossary", "import", list, "--out", out)
	if code != exitError || stdout != "" || !strings.Contains(stderr, "terms.csv:3: term joy: nothing says what it means") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	if code, stdout, stderr := runProgram(t, "glossary", "lint", dir); code != 0 || !strings.Contains(stdout, "2 terms, no problems") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := runProgram(t, "glossary", "import", list, "--out", out); code != exitUsage || !strings.Contains(stderr, "is there already") {
		t.Errorf("%d\n%s", code, stderr)
	}
	if code, stdout, _ := runProgram(t, "glossary", "import", list); code != exitError || !strings.HasPrefix(stdout, "terms:\n  - id: total_paid\n") {
		t.Errorf("%d\n%s", code, stdout)
	}
}
