package synthesizer

import (
	"fmt"
	"strings"
	"time"

	"firstmile/planner/plan"
)

// overPeriods takes one input over the periods of a finer axis.
func (g *generator) overPeriods() {
	r := g.r
	axis := plan.TimeAxis{Name: "step", Grain: pick(r, plan.Day, plan.Day, plan.Week), Zone: "UTC", WeekStart: pick(r, "monday", "sunday"), Spine: maybe(r, 60)}
	if t := g.spec.Time; t != nil {
		t.Spine = false
		if t.Grain == plan.Day || t.Grain == plan.Week {
			t.Grain = plan.Month
		}
	}
	if w := g.spec.Window; w != nil && w.From != "" && w.To != "" && axis.Grain == plan.Week {
		w.To = date(w.From).AddDate(0, 0, 14+r.IntN(40)).Format("2006-01-02")
		if t := g.spec.Time; t != nil {
			t.Complete = false
		}
	}
	input := pick(r, g.orders, g.refunds, g.lines, g.ratio, g.population)()
	if input.Kind == plan.Simple && input.Model != "fct_refunds" && axis.Grain == plan.Day {
		date, paths := input.Dated(), input.DatePaths()
		if maybe(r, 40) {
			g.spec.Dimensions = append(g.spec.Dimensions, plan.Dimension{Name: "weekday", Column: date, Part: plan.Weekday, Paths: paths})
		}
		if maybe(r, 40) {
			g.spec.Filters = append(g.spec.Filters, plan.Filter{Column: date, Part: plan.Weekday, Paths: paths, Op: pick(r, plan.In, plan.NotIn),
				Values: []plan.Literal{{Kind: plan.NumberLiteral, Text: "6"}, {Kind: plan.NumberLiteral, Text: "7"}}})
		}
	}
	for range 1 + r.IntN(2) {
		m := plan.Measure{Name: g.name(), Kind: plan.OverPeriods, Periods: &axis, Inputs: []plan.Measure{input}, Percentile: 0.9,
			Agg: pick(r, plan.Average, plan.Average, plan.Min, plan.Max, plan.Median, plan.Percentile)}
		g.spec.Measures = append(g.spec.Measures, m)
	}
}

func inserts(tables map[string][]record) []string {
	var out []string
	for _, table := range sortedTables() {
		for _, row := range tables[table] {
			var cells []string
			for _, col := range shopTables[table] {
				name, _, _ := strings.Cut(col, " ")
				cells = append(cells, sqlText(row[name]))
			}
			out = append(out, "insert into "+table+" values ("+strings.Join(cells, ", ")+")")
		}
	}
	return out
}

func sqlText(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case time.Time:
		return "'" + v.Format("2006-01-02 15:04:05") + "'"
	case string:
		return "'" + v + "'"
	}
	return fmt.Sprint(v)
}
