package layout

import (
	"strings"
	"testing"

	"firstmile/agents/dbt/conventions"
	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

func id(name string) sqltree.Expr { return sqltree.Ident{Parts: []string{name}} }

func op(op string, l, r sqltree.Expr) sqltree.Expr { return sqltree.Binary{Op: op, Left: l, Right: r} }

// TestParentheses: a tree is written so that it reads back as the same tree.
func TestParentheses(t *testing.T) {
	a, b, c := id("a"), id("b"), id("c")
	for want, e := range map[string]sqltree.Expr{
		"a - (b - c)":                   op("-", a, op("-", b, c)),
		"a - b - c":                     op("-", op("-", a, b), c),
		"(a + b) * c":                   op("*", op("+", a, b), c),
		"a / (b * c)":                   op("/", a, op("*", b, c)),
		"(a or b) and c":                op("and", op("or", a, b), c),
		"a or b and c":                  op("or", a, op("and", b, c)),
		"not (a or b)":                  sqltree.Unary{Op: "not", Arg: op("or", a, b)},
		"-(a + b)":                      sqltree.Unary{Op: "-", Arg: op("+", a, b)},
		"(a = b) = c":                   op("=", op("=", a, b), c),
		"(a or b) is null":              sqltree.IsNull{Arg: op("or", a, b)},
		"a + b between c and -(-1)":     sqltree.Between{Arg: op("+", a, b), Low: c, High: sqltree.Unary{Op: "-", Arg: sqltree.Text{SQL: "-1"}}},
		"a at time zone b + c":          op("+", op("at time zone", a, b), c),
		"(a + b) at time zone c":        op("at time zone", op("+", a, b), c),
		"a not in (b, c)":               sqltree.In{Arg: a, List: []sqltree.Expr{b, c}, Not: true},
		"a in (select b from c)":        sqltree.InColumn{Arg: a, Column: "b", Table: "c"},
		"case when a then b else c end": sqltree.Case{When: []sqltree.Expr{a}, Then: []sqltree.Expr{b}, Else: c},
		"count(distinct a)":             sqltree.Call{Name: "count", Distinct: true, Args: []sqltree.Expr{a}},
		"p(0.5) within group (order by a desc)": sqltree.Call{Name: "p", Args: []sqltree.Expr{sqltree.Text{SQL: "0.5"}},
			Within: []sqltree.Order{{Expr: a, Desc: true}}},
	} {
		if got := (&writer{}).flat(e, 0); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestTemplateMarksAreRefused(t *testing.T) {
	st := func(item sqltree.Item, where sqltree.Expr) *sqltree.Statement {
		return &sqltree.Statement{Final: sqltree.Select{Items: []sqltree.Item{item}, From: sqltree.Table{Name: "t"}, Where: []sqltree.Expr{where}}}
	}
	plain := sqltree.Item{Expr: id("a"), Name: "a"}
	for name, s := range map[string]*sqltree.Statement{
		"value":  st(plain, op("=", id("a"), sqltree.Text{SQL: "'{{ x }}'"})),
		"column": st(sqltree.Item{Expr: id(`"{% x %}"`), Name: "a"}, id("a")),
		"name":   st(sqltree.Item{Expr: id("a"), Name: `"{# x"`}, id("a")),
	} {
		_, err := Render(s, Default())
		if plan.AsFailure(err).Code != "template_marks" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLinesInValues: a value keeps its line ends, wherever it stands.
func TestLinesInValues(t *testing.T) {
	value := "'one\ntwo\r\nthree'"
	is := sqltree.Case{When: []sqltree.Expr{op("=", id("a"), sqltree.Text{SQL: value})}, Then: []sqltree.Expr{id("b")}}
	st := &sqltree.Statement{Final: sqltree.Select{Items: []sqltree.Item{{Expr: is, Name: "x"}}, From: sqltree.Table{Name: "t"}}}
	style := Default()
	style.CRLF, style.ColumnInset = true, 2
	if got, err := Render(st, style); err != nil || !strings.Contains(got, value) {
		t.Errorf("%q %v", got, err)
	}
}

// TestAliases: a relation that is read in place has an alias only where its columns are named by it.
func TestAliases(t *testing.T) {
	st := func(col sqltree.Expr, joins ...sqltree.Join) *sqltree.Statement {
		return &sqltree.Statement{
			Imports: []sqltree.Import{{Name: "orders", Ref: "ref('orders')"}, {Name: "days", Ref: "ref('days')"}},
			Final:   sqltree.Select{Items: []sqltree.Item{{Expr: col, Name: "x"}}, From: sqltree.Table{Name: "orders"}, Joins: joins}}
	}
	style := Default()
	style.ImportCTEs, style.FinalSelect = false, conventions.Explicit
	for want, s := range map[string]*sqltree.Statement{
		"from {{ ref('orders') }}\n":                                                 st(id("x")),
		"from {{ ref('orders') }} as orders\n":                                       st(sqltree.Ident{Parts: []string{"orders", "x"}}),
		"from {{ ref('orders') }} as orders\ncross join {{ ref('days') }} as days\n": st(id("x"), sqltree.Join{Kind: "cross join", Table: sqltree.Table{Name: "days"}}),
	} {
		if got, err := Render(s, style); err != nil || !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want %s (%v)", got, want, err)
		}
	}
}

// TestJoinedBehind: where each CTE begins on the line that closes the one before, so does one that is added to a file.
func TestJoinedBehind(t *testing.T) {
	st := &sqltree.Statement{CTEs: []sqltree.CTE{{Name: "a", Query: sqltree.Select{Items: []sqltree.Item{{Star: true}}, From: sqltree.Table{Name: "x"}}}},
		Final: sqltree.Select{Items: []sqltree.Item{{Star: true}}, From: sqltree.Table{Name: "a"}}}
	style := Default()
	style.TightCTEs, style.JoinedCTEs = true, true
	got, err := RenderInside(st, style, "b")
	if want := ", a as (\n    select * from x\n), b as (\n    select * from a\n)"; got != want || err != nil {
		t.Errorf("got %q, want %q (%v)", got, want, err)
	}
}
