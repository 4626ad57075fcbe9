package synthesizer

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"firstmile/agents/dbt/conventions"
	"firstmile/agents/synthesizer/dialect"
	"firstmile/agents/synthesizer/layout"
	"firstmile/agents/synthesizer/metric"
	"firstmile/planner/plan"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// designs are the Specs of the goldens, one for each thing that the algebra can say.
func designs(t testing.TB) map[string]plan.Spec {
	t.Helper()
	formula := func(text string) *plan.Expr {
		e, err := plan.ParseExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		return &e
	}
	complete := func(g plan.Grain) *plan.TimeAxis { a := every(g); a.Complete = true; return a }
	spine := func(g plan.Grain) *plan.TimeAxis { a := every(g); a.Spine = true; return a }
	region := []plan.Dimension{regionDimension("unknown", "fct_orders", "fct_refunds", "fct_subscriptions", "fct_balances")}
	revenue := simple("revenue", plan.Sum, column("amount"))
	paid := simple("paid_orders", plan.Count, nil, statusIs(plan.Eq, "paid"))
	orders := simple("orders", plan.Count, nil)
	refunds := plan.Measure{Name: "refunds", Kind: plan.Simple, Model: "fct_refunds", Agg: plan.Sum, Expr: column("amount"), Time: "refunded_on"}
	before := revenue
	before.Name, before.Offset = "revenue_last_year", &plan.Span{Count: 1, Unit: plan.Year}
	running, trailing, toDate := revenue, revenue, revenue
	running.Kind, running.Name = plan.Cumulative, "revenue_so_far"
	trailing.Kind, trailing.Name, trailing.Trailing = plan.Cumulative, "revenue_28_days", &plan.Span{Count: 28, Unit: plan.Day}
	toDate.Kind, toDate.Name, toDate.GrainToDate = plan.Cumulative, "revenue_this_year", plan.Year
	closing, gained := population("customers", plan.Closing), population("new_customers", plan.Gained)
	lostRevenue := population("lost_mrr", plan.Lost)
	lostRevenue.Agg, lostRevenue.Expr = plan.Sum, column("mrr")
	balance := plan.Measure{Name: "balance", Kind: plan.Balance, Model: "fct_balances", Agg: plan.Sum, Expr: column("balance"), Time: "taken_on",
		Interval: &plan.Interval{Entity: "account_id"}}
	sunday := complete(plan.Week)
	sunday.WeekStart = "sunday"
	berlin := every(plan.Day)
	berlin.Zone = "Europe/Berlin"
	median := simple("median_amount", plan.Median, column("amount"))
	p90 := simple("p90_amount", plan.Percentile, column("amount"), statusIs(plan.Ne, "it's void"))
	p90.Percentile = 0.9
	buyers := simple("buyers", plan.CountDistinct, column("customer_id"))
	conversion := plan.Measure{Name: "refunded_within_30_days", Kind: plan.Conversion, Inputs: []plan.Measure{paid, refunds},
		Interval: &plan.Interval{Entity: "customer_id"}, Trailing: &plan.Span{Count: 30, Unit: plan.Day}}
	inactive := population("customers_gone_quiet", plan.Lost)
	inactive.Model, inactive.Interval = "fct_orders", &plan.Interval{Entity: "customer_id", From: "ordered_at", State: plan.Lost, For: &plan.Span{Count: 30, Unit: plan.Day}}
	retained := retention(orders, refunds, plan.CohortSize, plan.Retained, plan.RetentionRate)
	steps := funnel([]plan.Measure{orders, paid, refunds}, &plan.Span{Count: 14, Unit: plan.Day})
	top := &plan.Rank{N: 5, By: "revenue", Descending: true}
	daily := plan.Measure{Name: "average_daily_orders", Kind: plan.OverPeriods, Agg: plan.Average, Inputs: []plan.Measure{orders}, Periods: spine(plan.Day)}
	weekly := plan.Measure{Name: "best_week", Kind: plan.OverPeriods, Agg: plan.Max, Inputs: []plan.Measure{revenue}, Periods: every(plan.Week)}
	fiscal := every(plan.Quarter)
	fiscal.FiscalStart = 2
	weekday := []plan.Dimension{{Name: "weekday", Column: plan.ColumnRef{Relation: "fct_orders", Column: "ordered_at"}, Part: plan.Weekday}}
	day := func(text string) plan.Literal { return plan.Literal{Kind: plan.DateLiteral, Text: text} }
	outside := plan.Filter{Column: weekday[0].Column, Op: plan.NotBetween, Values: []plan.Literal{day("2026-01-01"), day("2026-01-31")}}
	within := func(name, from, to string) plan.Measure {
		edge := func(op plan.Operator, text string) plan.Filter {
			return plan.Filter{Column: weekday[0].Column, Op: op, Values: []plan.Literal{day(text)}}
		}
		return simple(name, plan.Sum, column("amount"), edge(plan.Gte, from), edge(plan.Lt, to))
	}
	january, december := within("january", "2026-01-01", "2026-02-01"), within("december", "2025-12-01", "2026-01-01")
	nights := plan.Filter{Column: weekday[0].Column, Part: plan.HourOfDay, Op: plan.Lt, Values: []plan.Literal{{Kind: plan.NumberLiteral, Text: "6"}}}
	topRest := &plan.Rank{N: 5, By: "revenue", Descending: true, Rest: true}
	sold := lines("quantity_sold", plan.Sum, column("quantity"), true)
	soFar := lines("lines_so_far", plan.Count, nil, true)
	soFar.Kind = plan.Cumulative
	return map[string]plan.Spec{
		"lent_date":    {Measures: []plan.Measure{sold, soFar}, Dimensions: []plan.Dimension{regionDimension("unknown", "fct_lines")}, Time: complete(plan.Month)},
		"simple":       {Measures: []plan.Measure{revenue, orders, buyers}, Dimensions: region, Time: every(plan.Month)},
		"total":        {Measures: []plan.Measure{revenue}, Filters: []plan.Filter{statusIs(plan.NotIn, "void", "open")}},
		"percentile":   {Measures: []plan.Measure{median, p90}, Time: sunday},
		"ratio":        {Measures: []plan.Measure{{Name: "paid_share", Kind: plan.Ratio, Numerator: &paid, Denominator: &orders}}, Dimensions: region, Time: complete(plan.Month)},
		"share":        {Measures: []plan.Measure{shareOf(revenue)}, Dimensions: region, Time: every(plan.Month)},
		"share_within": {Measures: []plan.Measure{orders, shareOf(orders, "region")}, Dimensions: append(slices.Clone(region), weekday...)},
		"share_buyers": {Measures: []plan.Measure{shareOf(buyers)}, Dimensions: region, Time: complete(plan.Month)},
		"share_top":    {Measures: []plan.Measure{revenue, shareOf(revenue)}, Dimensions: region, Time: every(plan.Month), Rank: top},
		"two_facts":    {Measures: []plan.Measure{{Name: "refund_rate", Kind: plan.Ratio, Numerator: &refunds, Denominator: &revenue}}, Dimensions: region, Time: every(plan.Quarter)},
		"growth":       {Measures: []plan.Measure{{Name: "growth", Kind: plan.Derived, Formula: formula("(revenue - revenue_last_year) / revenue_last_year"), Inputs: []plan.Measure{revenue, before}}}, Time: every(plan.Month)},
		"cumulative":   {Measures: []plan.Measure{running, trailing, toDate}, Time: every(plan.Month)},
		"balance":      {Measures: []plan.Measure{balance}, Dimensions: region, Time: every(plan.Month)},
		"churn":        churn(),
		"population":   {Measures: []plan.Measure{closing, gained, lostRevenue}, Dimensions: region, Time: spine(plan.Month), Window: &plan.Window{From: "2026-01-01", To: "2026-07-01"}},
		"as_of":        {Measures: []plan.Measure{revenue, refunds}, Dimensions: []plan.Dimension{tierDimension("none", "fct_orders", "fct_refunds")}, Time: every(plan.Month)},
		"retention":    {Measures: retained, Dimensions: append([]plan.Dimension{age(12)}, region...), Time: complete(plan.Month)},
		"funnel":       {Measures: steps, Dimensions: region, Time: every(plan.Month)},
		"inactive":     {Measures: []plan.Measure{inactive}, Dimensions: region, Time: complete(plan.Month)},
		"conversion":   {Measures: []plan.Measure{conversion}, Dimensions: region, Time: every(plan.Month)},
		"spine":        {Measures: []plan.Measure{orders, median}, Dimensions: []plan.Dimension{regionDimension("", "fct_orders")}, Time: spine(plan.Day)},
		"zone":         {Measures: []plan.Measure{orders}, Time: berlin},
		"over_periods": {Measures: []plan.Measure{daily}, Dimensions: region, Time: every(plan.Month)},
		"best_week":    {Measures: []plan.Measure{weekly}},
		"fiscal":       {Measures: []plan.Measure{revenue}, Time: fiscal},
		"weekday":      {Measures: []plan.Measure{orders}, Dimensions: weekday, Filters: []plan.Filter{outside}},
		"nights":       {Measures: []plan.Measure{orders}, Filters: []plan.Filter{nights}},
		"two_periods":  {Measures: []plan.Measure{january, december, {Name: "change", Kind: plan.Derived, Formula: formula("(january - december) / nullif(december, 0)"), Inputs: []plan.Measure{january, december}}}, Dimensions: region, Window: &plan.Window{From: "2025-12-01", To: "2026-02-01"}},
		"best_month":   {Measures: []plan.Measure{revenue}, Time: every(plan.Month), Rank: &plan.Rank{N: 1, By: "revenue", Descending: true}},
		"top":          {Measures: []plan.Measure{revenue}, Dimensions: region, Rank: top},
		"top_and_rest": {Measures: []plan.Measure{revenue}, Dimensions: region, Time: every(plan.Month), Rank: topRest},
	}
}

// TestDialects compares every design in every dialect with its golden; what a dialect refuses is written down too.
func TestDialects(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	for name, spec := range designs(t) {
		t.Run(name, func(t *testing.T) {
			logical, err := metric.Build(p, spec)
			if err != nil {
				t.Fatal(err)
			}
			var archive txtar.Archive
			for _, adapter := range dialect.Names() {
				d, err := dialect.For(adapter)
				if err != nil {
					t.Fatal(err)
				}
				text, err := render(logical, d, layout.Default(), nil)
				if err != nil {
					text = plan.AsFailure(err).Message + "\n"
				}
				archive.Files = append(archive.Files, txtar.File{Name: adapter, Data: []byte(text)})
			}
			golden(t, "dialects/"+name+".txt", string(txtar.Format(&archive)))
		})
	}
}

// TestStyles writes one design in houses of different taste.
func TestStyles(t *testing.T) {
	p, _ := shopProject(t, ".", "duckdb")
	base := layout.Default()
	styles := map[string]func(*layout.Style){
		"upper_leading": func(s *layout.Style) {
			s.UpperKeywords, s.UpperFunctions, s.LeadingCommas, s.LeadingCTEs, s.Indent = true, true, true, true, 2
		},
		"in_line": func(s *layout.Style) {
			s.LeadingCommas, s.LeadingCTEs, s.ColumnInset, s.BrokenStar, s.OnBelow, s.UpperFunctions = true, true, 2, true, true, true
		},
		"hanging":     func(s *layout.Style) { s.LeadingCommas, s.CommaBack, s.WithAlone, s.TightCTEs = true, 2, true, true },
		"airy_double": func(s *layout.Style) { s.BlankLineInCTE, s.DoubleQuotes, s.WithAlone = true, true, true },
		"no_imports":  func(s *layout.Style) { s.ImportCTEs, s.FinalSelect, s.BareJoin = false, conventions.Explicit, true },
		"own_final":   func(s *layout.Style) { s.FinalCTE, s.Holds, s.GroupByNumber = "", "paid_share_by_region", true },
		"joined":      func(s *layout.Style) { s.TightCTEs, s.JoinedCTEs, s.BlankLineInCTE = true, true, true },
		"bare_names":  func(s *layout.Style) { s.ExplicitAs, s.Config = false, "{{ config(materialized='table') }}" },
	}
	logical, err := metric.Build(p, designs(t)["ratio"])
	if err != nil {
		t.Fatal(err)
	}
	duckdb, err := dialect.For("duckdb")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range styles {
		style := base
		change(&style)
		text, err := render(logical, duckdb, style, nil)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "styles/"+name+".sql", text)
	}
	crlf := base
	crlf.CRLF = true
	text, err := render(logical, duckdb, crlf, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "\r\nselect * from final\r\n"; text[len(text)-len(want):] != want {
		t.Errorf("ends with %q", text[len(text)-len(want):])
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}
