package synthesizer

import (
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// refused is a design and the code of the failure that it must give.
type refused struct {
	spec plan.Spec
	code string
}

// withMeasure is a design of one measure, changed.
func withMeasure(change func(*plan.Measure)) plan.Spec {
	s := plan.Spec{Measures: []plan.Measure{simple("revenue", plan.Sum, column("amount"))}, Time: every(plan.Month)}
	change(&s.Measures[0])
	return s
}

// hostile designs try to get SQL or templates through.
func hostile() map[string]refused {
	filter := func(column string, kind plan.LiteralKind, text string) plan.Spec {
		return withMeasure(func(m *plan.Measure) {
			m.Filters = []plan.Filter{{Column: plan.ColumnRef{Relation: "fct_orders", Column: column}, Op: plan.Gt, Values: []plan.Literal{{Kind: kind, Text: text}}}}
		})
	}
	expr := func(kind plan.ExprKind, name string, args int) plan.Spec {
		e := plan.Expr{Kind: kind, Name: name}
		for range args {
			e.Args = append(e.Args, plan.Col("amount"))
		}
		return withMeasure(func(m *plan.Measure) { m.Expr = &e })
	}
	return map[string]refused{
		"number that is SQL":   {filter("amount", plan.NumberLiteral, "0 or 1=1"), "literal"},
		"date that is SQL":     {filter("ordered_at", plan.DateLiteral, "2026-01-01' or '1"), "literal"},
		"template marks":       {filter("status", plan.StringLiteral, "{{ env_var('X') }}"), "template_marks"},
		"unknown function":     {expr(plan.ExprCall, "pg_sleep", 1), "expression"},
		"operator that is SQL": {expr(plan.ExprBinary, "; drop table x; --", 2), "expression"},
		"type that is SQL":     {expr(plan.ExprCast, "int) --", 1), "expression"},
		"incomplete":           {expr(plan.ExprBinary, "+", 1), "expression"},
	}
}

// unsound designs have no right answer.
func unsound() map[string]refused {
	revenue := func() plan.Measure { return simple("revenue", plan.Sum, column("amount")) }
	base := func() plan.Spec { return plan.Spec{Measures: []plan.Measure{revenue()}, Time: every(plan.Month)} }
	dimension := func(d plan.Dimension) plan.Spec {
		s := base()
		s.Dimensions = []plan.Dimension{d}
		return s
	}
	fan := func(c plan.Cardinality) plan.Spec {
		h := hop("fct_orders", "customer_id", "fct_refunds", "customer_id")
		h.Cardinality = c
		return dimension(plan.Dimension{Name: "refund", Column: plan.ColumnRef{Relation: "fct_refunds", Column: "refund_id"},
			Paths: []plan.JoinPath{{From: "fct_orders", To: "fct_refunds", Hops: []plan.Hop{h}}}})
	}
	measure := withMeasure
	offset := func(n int, unit plan.Grain, axis *plan.TimeAxis) plan.Spec {
		in := revenue()
		in.Offset = &plan.Span{Count: n, Unit: unit}
		formula := plan.Col("revenue")
		return plan.Spec{Measures: []plan.Measure{{Name: "growth", Kind: plan.Derived, Formula: &formula, Inputs: []plan.Measure{in}}}, Time: axis}
	}
	return map[string]refused{
		"no measure":            {plan.Spec{}, "no_measure"},
		"two columns of a name": {plan.Spec{Measures: []plan.Measure{revenue(), revenue()}}, "duplicate_name"},
		"share of an average":   {plan.Spec{Measures: []plan.Measure{shareOf(simple("m", plan.Average, column("amount")))}}, "share"},
		"share within no split": {plan.Spec{Measures: []plan.Measure{shareOf(revenue(), "region")}}, "share"},
		"share in a share": {plan.Spec{Measures: []plan.Measure{{Name: "m", Kind: plan.Derived, Formula: column("share_of_revenue"),
			Inputs: []plan.Measure{shareOf(revenue())}}}}, "share"},
		"fan-out":             {fan(plan.OneToMany), "fan_out"},
		"unknown cardinality": {fan(plan.UnknownCardinality), "fan_out"},
		"no path":             {dimension(plan.Dimension{Name: "region", Column: plan.ColumnRef{Relation: "dim_countries", Column: "region"}}), "no_path"},
		"path that ends elsewhere": {dimension(plan.Dimension{Name: "region", Column: plan.ColumnRef{Relation: "dim_countries", Column: "region"},
			Paths: []plan.JoinPath{segmentFrom("fct_orders")}}), "broken_path"},
		"unknown relation": {measure(func(m *plan.Measure) { m.Model = "fct_nothing" }), "unknown_relation"},
		"no time column":   {measure(func(m *plan.Measure) { m.Time = "" }), "no_time"},
		"aggregation":      {measure(func(m *plan.Measure) { m.Agg = "mode" }), "aggregation"},
		"nothing to sum":   {measure(func(m *plan.Measure) { m.Expr = nil }), "no_expression"},
		"percentile":       {measure(func(m *plan.Measure) { m.Agg = plan.Percentile; m.Percentile = 90 }), "percentile"},
		"conversion":       {measure(func(m *plan.Measure) { m.Kind = plan.Conversion }), "conversion"},
		"unknown kind":     {measure(func(m *plan.Measure) { m.Kind = "cohort" }), "measure_kind"},
		"week in year":     {measure(func(m *plan.Measure) { m.Kind = plan.Cumulative; m.GrainToDate = plan.Week }), "cumulative"},
		"distinct of population": {measure(func(m *plan.Measure) {
			*m = population("n", plan.Opening)
			m.Agg = plan.Average
		}), "aggregation"},
		"population without period": {plan.Spec{Measures: []plan.Measure{population("n", plan.Lost)}}, "no_period"},
		"offset without periods":    {offset(1, plan.Year, nil), "offset"},
		"year in weeks":             {offset(1, plan.Year, every(plan.Week)), "offset"},
		"grain":                     {plan.Spec{Measures: []plan.Measure{revenue()}, Time: &plan.TimeAxis{Name: "x", Grain: "decade"}}, "grain"},
		"window":                    {plan.Spec{Measures: []plan.Measure{revenue()}, Window: &plan.Window{From: "2026-02-30"}}, "window"},
		"window backwards":          {plan.Spec{Measures: []plan.Measure{revenue()}, Window: &plan.Window{From: "2026-02-01", To: "2026-01-01"}}, "window"},
		"filter without value":      {plan.Spec{Measures: []plan.Measure{revenue()}, Filters: []plan.Filter{statusIs(plan.Eq)}}, "filter"},
		"rank by nothing":           {func() plan.Spec { s := base(); s.Time, s.Rank = nil, &plan.Rank{N: 3, By: "revenue"}; return s }(), "rank"},
		"rest of the periods":       {func() plan.Spec { s := base(); s.Rank = &plan.Rank{N: 3, By: "revenue", Rest: true}; return s }(), "rank"},
		"periods of nothing":        {measure(func(m *plan.Measure) { m.Kind, m.Agg = plan.OverPeriods, plan.Average }), "over_periods"},
		"periods too coarse": {measure(func(m *plan.Measure) {
			in := *m
			*m = plan.Measure{Name: "a", Kind: plan.OverPeriods, Agg: plan.Average, Inputs: []plan.Measure{in}, Periods: every(plan.Year)}
		}), "over_periods"},
		"sum over periods": {measure(func(m *plan.Measure) {
			in := *m
			*m = plan.Measure{Name: "a", Kind: plan.OverPeriods, Agg: plan.Sum, Inputs: []plan.Measure{in}, Periods: every(plan.Day)}
		}), "aggregation"},
		"unit": {measure(func(m *plan.Measure) { m.Kind = plan.Cumulative; m.Trailing = &plan.Span{Count: 2, Unit: "fortnight"} }), "grain"},
	}
}

// TestRefusals: what cannot be computed rightly is refused with a class, a code and a sentence, never compiled.
func TestRefusals(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	all := unsound()
	maps.Copy(all, hostile())
	for name, c := range all {
		t.Run(name, func(t *testing.T) {
			_, err := Compile(p, c.spec)
			var f *plan.Failure
			if !errors.As(err, &f) {
				t.Fatalf("no failure: %v", err)
			}
			if f.Class != plan.Refused || f.Code != c.code || !strings.HasSuffix(f.Message, ".") {
				t.Errorf("got %s %s %q, want %s", f.Class, f.Code, f.Message, c.code)
			}
		})
	}
}

// TestQuotedValues: a value is data, whatever it looks like.
func TestQuotedValues(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	s := warehouse(t, `insert into fct_orders (order_id, amount, status) values (1, 2, 'it''s; drop table x --'), (2, 3, 'b\'), (3, 4, 'c')`)
	for value, want := range map[string]string{"it's; drop table x --": "2", `b\`: "3", "' or '1'='1": "null"} {
		c, err := Compile(p, plan.Spec{Measures: []plan.Measure{simple("revenue", plan.Sum, column("amount"))}, Filters: []plan.Filter{statusIs(plan.Eq, value)}})
		if err != nil {
			t.Fatal(err)
		}
		if got := rows(t, s, c.SQL); len(got) != 1 || got[0] != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}

// FuzzSpec: whatever a Spec holds, the compiler answers with SQL that parses as one SELECT, or with a failure.
func FuzzSpec(f *testing.F) {
	for _, spec := range designs(f) {
		text, err := json.Marshal(spec)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	p, _ := shopProject(f, ".", "duckdb")
	s := warehouse(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		var spec plan.Spec
		if json.Unmarshal(text, &spec) != nil {
			return
		}
		c, err := Compile(p, spec)
		if err != nil {
			if plan.AsFailure(err).Code == "internal" {
				t.Errorf("no failure but %v", err)
			}
			return
		}
		st, err := s.Parse(t.Context(), c.SQL)
		if err != nil || st.Count != 1 || st.Kind != "SELECT" {
			t.Errorf("%v, %+v\n%s", err, st, c.SQL)
		}
	})
}
