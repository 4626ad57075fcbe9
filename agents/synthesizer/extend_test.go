package synthesizer

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// giftsByMonth is what the models of TestExtendShapes lack.
func giftsByMonth() plan.Spec {
	gifts := simple("gifts", plan.Count, nil, plan.Filter{Column: plan.ColumnRef{Relation: "fct_orders", Column: "is_gift"}, Op: plan.Eq,
		Values: []plan.Literal{{Kind: plan.BoolLiteral, Text: "true"}}})
	return plan.Spec{Time: every(plan.Month), Measures: []plan.Measure{gifts}, Target: plan.Target{Name: "fct_monthly"},
		Dimensions: []plan.Dimension{{Name: "status", Column: plan.ColumnRef{Relation: "fct_orders", Column: "status"}}}}
}

// extended puts gifts into a model with this SQL.
func extended(t *testing.T, sql string) (plan.Change, error) {
	t.Helper()
	_, files := shopProject(t, ".", "duckdb")
	files["models/marts/fct_monthly.sql"] = &fstest.MapFile{Data: []byte(sql)}
	yaml := "models/marts/_marts__models.yml"
	files[yaml].Data = append(files[yaml].Data, "\n  - name: fct_monthly\n    columns:\n      - name: month\n      - name: status\n      - name: revenue\n"...)
	p, err := dbt.Read(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	return New(repository{p, files}).Synthesize(t.Context(), plan.Base{}, giftsByMonth(), plan.Reuse{Verdict: plan.Extend, Model: "fct_monthly"}, nil)
}

const figures = "date_trunc('month', ordered_at)::date as month, status, sum(amount) as revenue"

// TestExtendShapes edits models of many shapes: only insertions, and the model's rows with one more column.
func TestExtendShapes(t *testing.T) {
	const from = "from {{ ref('fct_orders') }} where ordered_at is not null and amount > 1 group by 1, 2"
	for name, sql := range map[string]string{
		"a select alone":           "select " + figures + "\n" + from + "\n",
		"config in front":          "{{ config(materialized='table') }}\n\nselect " + figures + "\n" + from + "\n",
		"a semicolon":              "select " + figures + "\n" + from + ";\n",
		"a comment at the end":     "-- about it\nselect " + figures + "\n" + from + " -- ) the end\n",
		"no line end":              "select " + figures + " " + from,
		"an order":                 "select " + figures + " " + from + "\norder by 1\n",
		"ctes and a list":          "with o as (\n    select * from {{ ref('fct_orders') }}\n    where amount > 1\n)\nselect " + figures + "\nfrom o\nwhere ordered_at is not null\ngroup by 1, 2\n",
		"leading commas":           "WITH o AS (\n    SELECT * FROM {{ ref('fct_orders') }}\n)\n, p AS (\n    SELECT * FROM o WHERE amount > 1\n)\nSELECT " + figures + "\nFROM p\nWHERE ordered_at IS NOT NULL\nGROUP BY 1, 2\n",
		"a star from a cte":        "with final as (\n    select " + figures + " " + from + "\n)\nselect * from final\n",
		"a star with a condition":  "with final as (\n    select " + figures + " " + from + "\n)\nselect * from final where revenue > 0\n",
		"a union":                  "select " + figures + " " + from + "\nunion all\nselect date '2030-01-01', 'none', 0.0\n",
		"its own name taken":       "with existing_rows as (\n    select " + figures + " " + from + "\n), added_figures as (select 1 as x)\nselect existing_rows.* from existing_rows cross join added_figures\n",
		"windows line ends":        "select " + figures + "\r\n" + from + "\r\n",
		"jinja inside of brackets": "with o as (\n    select * from {{ ref('fct_orders') }}\n    {% if true %} where amount > 1 {% endif %}\n)\nselect " + figures + " from o where ordered_at is not null group by 1, 2\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, err := extended(t, sql)
			if err != nil {
				t.Fatal(err)
			}
			f, _ := c.File("models/marts/fct_monthly.sql")
			if !insertedInto(sql, string(f.Content)) {
				t.Errorf("not only insertions:\n%s", f.Content)
			}
			if strings.Contains(sql, "\r\n") != strings.Contains(string(f.Content), "\r\n") || strings.Contains(strings.ReplaceAll(string(f.Content), "\r\n", ""), "\r") {
				t.Errorf("line ends are mixed: %q", f.Content)
			}
			w := warehouse(t, `insert into fct_orders (order_id, ordered_at, amount, status, is_gift) values (1, '2026-01-05', 1, 'paid', true), (2, '2026-01-06', 2, 'paid', false),
				(3, '2026-01-07', 4, null, true), (4, '2026-02-07', 8, 'open', false)`)
			want := []string{"2026-01-01 | null | 4 | 1", "2026-01-01 | paid | 2 | 1", "2026-02-01 | open | 8 | 0"}
			if name == "a union" {
				want = append(want, "2030-01-01 | none | 0 | 0")
			}
			if diff := cmp.Diff(want, rows(t, w, c.CompiledSQL)); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, c.CompiledSQL)
			}
		})
	}
}

// insertedInto reports whether the old text is left when some of the new one is taken out; a star's table may have changed.
func insertedInto(old, now string) bool {
	old = strings.TrimSuffix(strings.TrimRight(old, "\n"), "select * from final")
	i := 0
	for j := 0; j < len(now) && i < len(old); j++ {
		if now[j] == old[i] {
			i++
		}
	}
	return i == len(old)
}

func TestExtendRefuses(t *testing.T) {
	const from = " from {{ ref('fct_orders') }} group by 1, 2"
	for name, c := range map[string]struct{ sql, want string }{
		"a limit":       {"select " + figures + from + " limit 10\n", "LIMIT"},
		"a jinja block": {"{% if true %}\nselect " + figures + from + "\n{% else %}\nselect 1 as x\n{% endif %}\n", "Jinja block"},
		"incremental":   {"{{ config(materialized='incremental') }}\nselect " + figures + from + "\n", "incrementally"},
		"not closed":    {"with a as (select 1\nselect " + figures + from + "\n", "not a list of CTEs"},
		"no select":     {"{{ a_macro() }}\n", "no SELECT"},
		"an open mark":  {"select " + figures + from + " {{ \n", "Jinja"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := extended(t, c.sql)
			f := plan.AsFailure(err)
			if err == nil || f.Class != plan.Refused || f.Code != "cannot_extend" {
				t.Fatalf("%v", err)
			}
			if !strings.Contains(f.Message, c.want) && !strings.Contains(f.Message, "no column") {
				t.Errorf("%s", f.Message)
			}
		})
	}
}

// FuzzOutline: whatever a file holds, its outline has places within it, in order.
func FuzzOutline(f *testing.F) {
	for _, s := range []string{"select 1", "with a as (select 1) select * from a", "{{ config() }} with a as materialized (select ')') select * from a;", "{% if x %}select{% endif %}",
		"{# ' #} with recursive a(x) as (select 1), b as (select 2) select x -- end", "{{ '}}' }}", "with a as (", "select '{{", "with", "with,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		s, why := outline(sql)
		if why != "" {
			return
		}
		if s.begin < 0 || s.begin > s.final || s.close > s.final || s.final > s.end || s.end > len(sql) {
			t.Errorf("%+v of %q", s, sql)
		}
	})
}
