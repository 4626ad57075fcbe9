package dbt

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// testSettings are keys beside a test's arguments that are not arguments.
var testSettings = map[string]bool{"name": true, "config": true, "severity": true, "where": true, "tags": true, "enabled": true,
	"warn_if": true, "error_if": true, "limit": true, "store_failures": true, "store_failures_as": true, "fail_calc": true,
	"description": true, "arguments": true, "meta": true, "test_name": true, "group": true, "alias": true, "schema": true, "database": true}

// tests reads the tests of a node or column under either of dbt's keys.
func (p *properties) tests(n *yaml.Node) []Test {
	var out []Test
	for _, key := range []string{"data_tests", "tests"} {
		for _, t := range items(get(n, key)) {
			if test, ok := p.test(t); ok {
				out = append(out, test)
			}
		}
	}
	return out
}

// test reads one of:  unique  ·  {unique: {…}}  ·  {name: title, test_name: unique, …}
func (p *properties) test(n *yaml.Node) (Test, bool) {
	if n.Kind == yaml.ScalarNode {
		return Test{Name: n.Value, Line: n.Line}, n.Value != ""
	}
	if n.Kind != yaml.MappingNode || len(n.Content) < 2 {
		p.problem(n, "a test must be a name or a mapping with its name as key")
		return Test{}, false
	}
	name, body := str(n, "test_name"), n
	if name == "" {
		name, body = n.Content[0].Value, deref(n.Content[1])
		if len(n.Content) > 2 && (body.Kind != yaml.MappingNode || len(body.Content) == 0) {
			// "- unique:" with its settings one level too far left, which dbt accepts
			body = n
		}
	}
	t := Test{Name: name, Title: str(body, "name"), Line: n.Line, Args: map[string]any{}}
	if body.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(body.Content); i += 2 {
			if k := body.Content[i].Value; !testSettings[k] && k != name {
				t.Args[k] = value(body.Content[i+1])
			}
		}
		for k, v := range mapping(get(body, "arguments")) {
			t.Args[k] = v
		}
		config := mapping(get(body, "config"))
		t.Where = firstText(configText(config, "where"), str(body, "where"))
		t.Config = map[string]any{}
		if v := value(get(body, "enabled")); v != nil {
			t.Config["enabled"] = v
		}
		mergeConfig(t.Config, config)
		t.Severity = strings.ToLower(firstText(configText(config, "severity"), str(body, "severity")))
	}
	t.interpret()
	return t, true
}

// interpret fills the fields that well-known tests have.
func (t *Test) interpret() {
	base := t.Name[strings.LastIndexByte(t.Name, '.')+1:]
	switch base {
	case "accepted_values":
		t.Values = texts(t.Args["values"])
	case "relationships", "relationships_where":
		t.To, _ = t.Args["to"].(string)
		if t.Field, _ = t.Args["field"].(string); t.Args["field"] != nil && t.Field == "" {
			t.Field = fmt.Sprint(t.Args["field"])
		}
		if base == "relationships_where" && t.Where == "" && t.Args["from_condition"] != nil {
			t.Where = fmt.Sprint(t.Args["from_condition"])
		}
	case "unique_combination_of_columns":
		t.Columns = texts(t.Args["combination_of_columns"])
	case "expect_compound_columns_to_be_unique":
		t.Columns = texts(t.Args["column_list"])
	case "primary_key":
		t.Columns = texts(t.Args["columns"])
	}
}
