package compose

import (
	"testing"
	"time"

	"firstmile/agents/interpreter/grammar"
	"firstmile/planner/plan"
)

func TestEdges(t *testing.T) {
	for _, c := range []struct {
		name, today string
		w           grammar.Window
		from, to    string
	}{
		{"last month", "2026-06-30", grammar.Window{Kind: grammar.Last, Count: 1, Unit: plan.Month}, "2026-05-01", "2026-06-01"},
		{"last 12 months", "2026-01-15", grammar.Window{Kind: grammar.Last, Count: 12, Unit: plan.Month}, "2025-01-01", "2026-01-01"},
		{"last quarter", "2026-06-30", grammar.Window{Kind: grammar.Last, Count: 1, Unit: plan.Quarter}, "2026-01-01", "2026-04-01"},
		{"last week", "2026-06-30", grammar.Window{Kind: grammar.Last, Count: 1, Unit: plan.Week}, "2026-06-22", "2026-06-29"},
		{"last 7 days", "2026-03-03", grammar.Window{Kind: grammar.Last, Count: 7, Unit: plan.Day}, "2026-02-24", "2026-03-03"},
		{"this year", "2026-06-30", grammar.Window{Kind: grammar.Current, Unit: plan.Year}, "2026-01-01", "2026-07-01"},
		{"yesterday", "2026-03-01", grammar.Window{Kind: grammar.Ago, Count: -1, Unit: plan.Day}, "2026-02-28", "2026-03-01"},
		{"since March", "2026-06-30", grammar.Window{Kind: grammar.Since, Dates: []grammar.DateSpan{{Month: 3}}}, "2026-03-01", ""},
		{"since October, which is last year's", "2026-06-30", grammar.Window{Kind: grammar.Since, Dates: []grammar.DateSpan{{Month: 10}}}, "2025-10-01", ""},
		{"until 2025", "2026-06-30", grammar.Window{Kind: grammar.Until, Dates: []grammar.DateSpan{{Year: 2025}}}, "", "2026-01-01"},
		{"before Q2", "2026-06-30", grammar.Window{Kind: grammar.Before, Dates: []grammar.DateSpan{{Quarter: 2}}}, "", "2026-04-01"},
		{"after 2026-02-28", "2026-06-30", grammar.Window{Kind: grammar.After, Dates: []grammar.DateSpan{{Date: "2026-02-28"}}}, "2026-03-01", ""},
		{"in Q4 2025", "2026-06-30", grammar.Window{Kind: grammar.Within, Dates: []grammar.DateSpan{{Year: 2025, Quarter: 4}}}, "2025-10-01", "2026-01-01"},
		{"from January to March 2026", "2026-06-30", grammar.Window{Kind: grammar.Range, Dates: []grammar.DateSpan{{Month: 1}, {Month: 3, Year: 2026}}}, "2026-01-01", "2026-04-01"},
		{"from November to March 2026", "2026-06-30", grammar.Window{Kind: grammar.Range, Dates: []grammar.DateSpan{{Month: 11}, {Month: 3, Year: 2026}}}, "2025-11-01", "2026-04-01"},
		{"on February 29, 2024", "2026-06-30", grammar.Window{Kind: grammar.Within, Dates: []grammar.DateSpan{{Year: 2024, Month: 2, Day: 29}}}, "2024-02-29", "2024-03-01"},
	} {
		b := &builder{Context: Context{Today: c.today, WeekStart: "monday"}}
		from, to, err := b.edges(&c.w)
		if err != nil || day(from) != c.from || day(to) != c.to {
			t.Errorf("%s: %s to %s (%v), want %s to %s", c.name, day(from), day(to), err, c.from, c.to)
		}
	}
	b := &builder{Context: Context{Today: "2026-06-30"}}
	if _, _, err := b.edges(&grammar.Window{Kind: grammar.Within, Dates: []grammar.DateSpan{{Year: 2026, Month: 2, Day: 30}}}); err == nil {
		t.Error("February 30 is a date")
	}
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func TestNames(t *testing.T) {
	long := plan.Measure{Name: "average_first_response_time", Label: "Average first response time"}
	region := plan.Dimension{Name: "billing_region", Label: "Billing region"}
	filter := plan.Filter{Column: plan.ColumnRef{Relation: "m", Column: "segment"}, Op: plan.Eq, Values: []plan.Literal{{Kind: plan.StringLiteral, Text: "Mid Market"}}}
	taken := map[string]bool{"fct_weekly_mrr_by_billing_region": true}
	for want, s := range map[string]plan.Spec{
		"fct_weekly_mrr_by_billing_region_2": {Measures: []plan.Measure{{Name: "mrr"}}, Dimensions: []plan.Dimension{region}, Time: &plan.TimeAxis{Grain: plan.Week}},
		"fct_daily_mrr_for_mid_market":       {Measures: []plan.Measure{{Name: "mrr"}}, Time: &plan.TimeAxis{Grain: plan.Day}, Filters: []plan.Filter{filter}},
		"fct_top_5_billing_regions_by_mrr":   {Measures: []plan.Measure{{Name: "mrr"}}, Dimensions: []plan.Dimension{region}, Rank: &plan.Rank{N: 5, Descending: true}},
		"fct_quarterly_average_first_response_time_by_billing_region": {Measures: []plan.Measure{long}, Dimensions: []plan.Dimension{region, {Name: "acquisition_channel"}},
			Time: &plan.TimeAxis{Grain: plan.Quarter}, Filters: []plan.Filter{filter}},
	} {
		b := &builder{Context: Context{Prefix: "fct_", Taken: func(n string) bool { return taken[n] }}}
		if got := b.name(s); got != want || len(got) > maxName {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
