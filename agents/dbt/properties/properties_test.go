package properties

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstmile/agents/dbt/conventions"
	"firstmile/planner/plan"
)

var house = conventions.YAML{TestsKey: "data_tests", ArgumentsKey: true, Indent: 2, Version2: true, BlankBetween: true}

func entry1() plan.Properties {
	return plan.Properties{Description: "Orders by week.", Meta: []plan.Argument{{Name: "owner", Value: "sales"}},
		Tests: []plan.Test{{Name: "dbt_utils.unique_combination_of_columns", Arguments: []plan.Argument{{Name: "combination_of_columns", Value: []any{"week", "region"}}}}},
		Columns: []plan.PropertyColumn{
			{Name: "week", Type: "date", Description: "Start of the week.", Tests: []plan.Test{{Name: "not_null"}}},
			{Name: "region", Tests: []plan.Test{{Name: "accepted_values", Severity: "warn", Arguments: []plan.Argument{{Name: "values", Value: []string{"EMEA", "NA"}}}}}},
		}}
}

func TestRenderNewFile(t *testing.T) {
	got, err := Render(nil, "models/x.yml", house, "fct_orders_weekly", entry1())
	if err != nil {
		t.Fatal(err)
	}
	want := `version: 2

models:
  - name: fct_orders_weekly
    description: Orders by week.
    config:
      meta:
        owner: sales
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments:
            combination_of_columns:
              - week
              - region
    columns:
      - name: week
        data_type: date
        description: Start of the week.
        data_tests:
          - not_null
      - name: region
        data_tests:
          - accepted_values:
              arguments:
                values: ['EMEA', 'NA']
              config:
                severity: warn
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRenderIntoFile(t *testing.T) {
	const original = "models:\n- name: fct_orders   # ours\n  columns:\n  - name: ID\n    data_tests: &k\n    - unique\n"
	got, err := Render([]byte(original), "models/x.yml", house, "fct_orders_weekly", plan.Properties{Columns: []plan.PropertyColumn{{Name: "week"}}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(got), original) || !strings.Contains(string(got), "- name: fct_orders_weekly\n") {
		t.Errorf("got\n%s", got)
	}
}

// TestRenderExtends: what is missing in the entry of an existing model is added, once.
func TestRenderExtends(t *testing.T) {
	const original = "models:\n  - name: fct_orders\n    description: Mine.\n    columns:\n      - name: ID\n        data_tests:\n          - unique\n"
	props := plan.Properties{Description: "Ignored.", Columns: []plan.PropertyColumn{
		{Name: "id", Tests: []plan.Test{{Name: "unique"}, {Name: "not_null"}}}, {Name: "amount", Description: "What was paid."}}}
	got, err := Render([]byte(original), "models/x.yml", house, "fct_orders", props)
	if err != nil {
		t.Fatal(err)
	}
	want := original + "          - not_null\n      - name: amount\n        description: What was paid.\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRenderNamesTheFile(t *testing.T) {
	if _, err := Render([]byte("models: [\n"), "models/x.yml", house, "m", plan.Properties{}); err == nil || !strings.Contains(err.Error(), "models/x.yml") {
		t.Errorf("error %v", err)
	}
}
