package reading

import (
	"fmt"

	"firstmile/planner/plan"
)

// moment is the civil time of a column in the Spec's time zone. What the column holds is asked of the data: a day is civil already, a
// timestamp without zone is taken as UTC.
func (b *builder) moment(column string) string {
	name := b.spec.Zone
	if t := b.spec.Time; t != nil {
		name = t.Zone
	}
	if name == "" || name == "UTC" {
		return column
	}
	zone := quote(name)
	return fmt.Sprintf("case when typeof(%[1]s) = 'DATE' then cast(%[1]s as timestamp) "+
		"when typeof(%[1]s) = 'TIMESTAMP WITH TIME ZONE' then timezone(%[2]s, cast(%[1]s as timestamptz)) "+
		"else timezone(%[2]s, timezone('UTC', cast(%[1]s as timestamp))) end", column, zone)
}

// at is the moment of a column of the row f.
func (b *builder) at(column string) string { return b.moment("f." + ident(column)) }

// when is the moment of a row f of a measure, among its rows.
func (b *builder) when(m plan.Measure) string { return b.at(timeColumn(m)) }

// lookedUp is the column that rows have their time in where it is looked up elsewhere.
const lookedUp = "firstmile_time"

func timeColumn(m plan.Measure) string {
	if m.TimePath != nil && m.Time != "" {
		return lookedUp
	}
	return m.Time
}

// rows are the base rows of a measure as something to select from, with their time where that is looked up elsewhere.
func (b *builder) rows(m plan.Measure) (string, error) {
	from, err := b.names(m.Model)
	if err != nil || timeColumn(m) != lookedUp {
		return from, err
	}
	time, err := b.follow("f", "", m.TimePath.Hops, m.Time, 1)
	return fmt.Sprintf("(select f.*, %s as %s from %s as f)", time, lookedUp, from), err
}

// Dated gives the base rows of a measure as something to select from, and the column that has their time.
func Dated(m plan.Measure, names Names) (from, column string, err error) {
	b := &builder{names: names}
	from, err = b.rows(m)
	return from, timeColumn(m), err
}

// period is the start of the period that a moment falls into, as a date for day and coarser grains.
func (b *builder) period(moment string) string { return startOf(b.spec.Time, moment) }

func startOf(t *plan.TimeAxis, moment string) string {
	trunc := func(x string) string { return fmt.Sprintf("date_trunc('%s', %s)", t.Grain, x) }
	switch {
	case t.FiscalStart > 1 && (t.Grain == plan.Quarter || t.Grain == plan.Year):
		// Counted in months since the year 0, less those before the fiscal year's first.
		months := map[plan.Grain]int{plan.Quarter: 3, plan.Year: 12}[t.Grain]
		late := fmt.Sprintf("(year(%[1]s) * 12 + month(%[1]s) - %[2]d) %% %[3]d", moment, t.FiscalStart, months)
		return fmt.Sprintf("cast(date_trunc('month', %s) - to_months(cast(%s as integer)) as date)", moment, late)
	case t.Grain == plan.Hour:
		return trunc(moment)
	case t.Grain == plan.Week && t.WeekStart == "sunday":
		return "cast(" + trunc(moment+" + interval 1 day") + " - interval 1 day as date)"
	}
	return "cast(" + trunc(moment) + " as date)"
}

// window are the conditions for a moment to be looked at. Where any measure looks back to an earlier period, the first period is
// taken whole.
func (b *builder) window(moment string) []string {
	var out []string
	if b.spec.Time != nil {
		out = append(out, moment+" is not null")
	}
	w := b.spec.Window
	if w == nil {
		return out
	}
	if w.From != "" && b.back == nil {
		from := "date " + quote(w.From)
		if b.spec.Time != nil && looksBack(b.spec.Measures) {
			from = b.period(from)
		}
		out = append(out, moment+" >= "+from)
	}
	if w.To != "" {
		out = append(out, moment+" < date "+quote(w.To))
	}
	return out
}

// looksBack reports whether any part of the measures is read at an earlier period.
func looksBack(measures []plan.Measure) bool {
	for _, m := range measures {
		if m.Offset != nil || looksBack(m.Parts()) {
			return true
		}
	}
	return false
}

// length is a span as DuckDB counts it: it has no quarters.
func length(s plan.Span) string {
	if s.Count < 0 {
		return fmt.Sprintf("(%d) %s", s.Count, s.Unit) // of quarters no one looks back with a negative span
	}
	if s.Unit == plan.Quarter {
		return fmt.Sprintf("%d month", 3*s.Count)
	}
	return fmt.Sprintf("%d %s", s.Count, s.Unit)
}
