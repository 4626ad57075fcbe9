package tester

import (
	"strings"
	"testing"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// TestDetails: what a check says about a good change is true and says what a reader may miss.
func TestDetails(t *testing.T) {
	s := newShop(t)
	elsewhere := func(c *plan.Change) {
		c.ModelPath, c.Files[0].Path = "models/reports/fct_monthly_revenue.sql", "models/reports/fct_monthly_revenue.sql"
	}
	shouting := func(c *plan.Change) { c.Files[0].Content = []byte(shout(goodSQL)) }
	for name, c := range map[string]struct {
		change func(*plan.Change)
		check  string
		status plan.CheckStatus
		says   string
	}{
		"rows without a time":      {nil, plan.CheckRuns, plan.Passed, "1 of 7 rows of fct_orders has no ordered_at and is in no period"},
		"place and habits":         {nil, plan.CheckConventions, plan.Passed, "in models/marts, named as the 3 marts there are; "},
		"a habit not followed":     {nil, plan.CheckConventions, plan.Passed, "not followed: with on a line of its own (false here, true in 3 of 3 models)"},
		"another folder":           {elsewhere, plan.CheckConventions, plan.Failed, "models/marts"},
		"keywords in another case": {shouting, plan.CheckConventions, plan.Failed, "keyword case: upper here, lower in 3 of 3 models"},
	} {
		t.Run(name, func(t *testing.T) {
			change := s.change(goodSQL, goodYAML)
			if c.change != nil {
				c.change(&change)
			}
			got := s.check(t, revenueSpec(), change)[c.check]
			if got.Status != c.status || !strings.Contains(got.Detail, c.says) {
				t.Errorf("%s is %s: %s; want %s: %s", c.check, got.Status, got.Detail, c.status, c.says)
			}
		})
	}
}

// TestWhyThereIsNothing: a result without rows names the condition that leaves nothing.
func TestWhyThereIsNothing(t *testing.T) {
	s := newShop(t)
	is := func(column, value string) plan.Filter {
		return plan.Filter{Column: plan.ColumnRef{Relation: "fct_orders", Column: column}, Op: plan.Eq, Values: []plan.Literal{{Kind: plan.StringLiteral, Text: value}}}
	}
	for want, narrow := range map[string]func(*plan.Spec){
		"no row of fct_orders has fct_orders.status eq lost": func(s *plan.Spec) { s.Filters = append(s.Filters, is("status", "lost")) },
		"no row of fct_orders meets all of these: fct_orders.status eq paid; fct_orders.status eq open": func(s *plan.Spec) {
			s.Measures[0].Filters = append(s.Measures[0].Filters, is("status", "open"))
		},
		"no row of fct_orders has its ordered_at from 2030-01-01 on": func(s *plan.Spec) { s.Window = &plan.Window{From: "2030-01-01"} },
	} {
		spec := revenueSpec()
		narrow(&spec)
		nothing := strings.Replace(goodSQL, "where orders.status", "where false and orders.status", 1)
		got := s.check(t, spec, s.change(nothing, goodYAML))[plan.CheckRuns]
		if got.Status != plan.Failed || !strings.Contains(got.Detail, want) {
			t.Errorf("%s: %s, want %s", got.Status, got.Detail, want)
		}
	}
}

// shout writes keywords in capitals.
func shout(sql string) string {
	for _, word := range []string{"select", "from", "left join", "where", "group by", "with", " as "} {
		sql = strings.ReplaceAll(sql, word, strings.ToUpper(word))
	}
	return sql
}

// TestCombinationInTheEnginesWords: a test without a package is SQL, which not every engine writes alike.
func TestCombinationInTheEnginesWords(t *testing.T) {
	for adapter, want := range map[string]string{
		"duckdb":   "coalesce(cast(a as varchar(200)), '') || '|' || coalesce(cast(b as varchar(200)), '')",
		"bigquery": "coalesce(cast(a as string), '') || '|' || coalesce(cast(b as string), '')",
	} {
		got := combination([]string{"a", "b"}, "", &dbt.Project{Profile: dbt.Profile{Adapter: adapter}})
		if len(got.Arguments) != 1 || got.Arguments[0].Value != want {
			t.Errorf("%s: %v, want %s", adapter, got.Arguments, want)
		}
	}
}
