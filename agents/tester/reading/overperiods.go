package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// overPeriods goes through the periods of the inner axis one by one, from a calendar of its own, looks up what the input
// is in each of them, and folds these values into the periods of the Spec.
func (b *builder) overPeriods(m plan.Measure) (string, error) {
	if m.Periods == nil || len(m.Inputs) != 1 {
		return "", &Unsupported{"a measure over periods that names none"}
	}
	input := m.Inputs[0]
	calendar, err := b.calendar(*m.Periods, input)
	if err != nil {
		return "", err
	}
	day := ident(m.Periods.Name)
	inner, dims, own, err := b.inside(m, day)
	if err != nil {
		return "", err
	}
	if len(own) > 0 {
		calendar = fmt.Sprintf("select * from (%s) where %s", calendar, strings.Join(own, " and "))
	}
	inner.model = "(" + calendar + ")"
	values, err := inner.measure(input)
	if err != nil {
		return "", err
	}
	fold := m
	column := plan.Col("value")
	fold.Expr = &column
	value, err := aggregate(fold)
	if err != nil {
		return "", err
	}
	var columns []string
	for _, d := range b.spec.Dimensions {
		column := ident(d.Name)
		if ofPeriod(m, d.Column, d.Paths, d.Part) {
			x, err := part(day, d.Part)
			if err != nil {
				return "", err
			}
			column = x + " as " + column
		}
		columns = append(columns, column)
	}
	if b.spec.Time != nil {
		columns = append([]string{b.period(day) + " as " + ident(b.spec.Time.Name)}, columns...)
	}
	cells := fmt.Sprintf("select * from (%s) where %s in (select %s from c)", values, day, day)
	if m.Periods.Spine {
		cells = everyPeriod(day, dims, zeroWhenEmpty(input) || input.Kind == plan.Population)
	}
	sql := fmt.Sprintf("with c as (%s), v as (%s), cells as (%s) select %s from cells", calendar, values, cells, strings.Join(append(columns, value+" as value"), ", "))
	if len(columns) > 0 {
		sql += " group by all"
	}
	return sql, nil
}

// inside is the builder of the input, its dimensions, and the conditions on the periods themselves: those on the date that puts
// the rows into them.
func (b *builder) inside(m plan.Measure, day string) (inner builder, dims, own []string, err error) {
	inner = *b
	inner.spec.Time, inner.spec.Window, inner.spec.Measures = m.Periods, nil, m.Inputs
	inner.spec.Dimensions, inner.spec.Filters = nil, nil
	for _, d := range b.spec.Dimensions {
		if !ofPeriod(m, d.Column, d.Paths, d.Part) {
			inner.spec.Dimensions, dims = append(inner.spec.Dimensions, d), append(dims, ident(d.Name))
		}
	}
	for _, f := range b.spec.Filters {
		if !ofPeriod(m, f.Column, f.Paths, f.Part) {
			inner.spec.Filters = append(inner.spec.Filters, f)
			continue
		}
		x := day
		if f.Part != "" {
			if x, err = part(day, f.Part); err != nil {
				return inner, nil, nil, err
			}
		}
		cond, err := compare(x, f)
		if err != nil {
			return inner, nil, nil, err
		}
		own = append(own, cond)
	}
	return inner, dims, own, nil
}

// ofPeriod reports whether a column is the date that all rows of the input are dated by.
func ofPeriod(m plan.Measure, ref plan.ColumnRef, paths []plan.JoinPath, p plan.DatePart) bool {
	if p == plan.HourOfDay {
		return false
	}
	if m.Model != "" {
		return m.Kind != plan.Population && m.DatedBy(ref, paths)
	}
	for _, x := range m.Parts() {
		if !ofPeriod(x, ref, paths, p) {
			return false
		}
	}
	return true
}

// everyPeriod is a row for each period of the calendar c and each group that v has in any of them.
func everyPeriod(day string, dims []string, zero bool) string {
	value := "v.value"
	if zero {
		value = "coalesce(v.value, 0) as value"
	}
	if len(dims) == 0 {
		return fmt.Sprintf("select c.%[1]s, %[2]s from c left join v on v.%[1]s = c.%[1]s", day, value)
	}
	return fmt.Sprintf("select c.%[1]s, g.%[2]s, %[3]s from c cross join (select distinct %[4]s from v where %[1]s in (select %[1]s from c)) as g left join v on v.%[1]s = c.%[1]s and %[5]s",
		day, strings.Join(dims, ", g."), value, strings.Join(dims, ", "), sameKeys(dims, "v", "g"))
}

// calendar lists the whole periods of an axis within the window or, where the window is open, from the first row to the last
// period that the rows reach the end of.
func (b *builder) calendar(axis plan.TimeAxis, input plan.Measure) (string, error) {
	in := *b
	in.spec.Time = &axis
	low, high := "", ""
	inside := []string{}
	if w := b.spec.Window; w != nil {
		if w.From != "" && b.back == nil {
			low = "date " + quote(w.From)
			inside = append(inside, "x >= "+low)
		}
		if w.To != "" {
			high = "date " + quote(w.To)
		}
	}
	if low == "" || high == "" {
		extent, err := in.extent(input)
		if err != nil {
			return "", err
		}
		if low == "" {
			low = fmt.Sprintf("(select min(began) from (%s))", extent)
		}
		if high == "" && axis.Grain == plan.Hour {
			high = fmt.Sprintf("(select date_trunc('hour', max(reached)) from (%s))", extent)
		} else if high == "" {
			high = fmt.Sprintf("(select cast(max(reached) as date) + interval 1 day from (%s))", extent)
		}
	}
	step := "interval " + length(plan.Span{Count: 1, Unit: axis.Grain})
	inside = append(inside, fmt.Sprintf("x + %s <= %s", step, high))
	x := "x"
	if axis.Grain != plan.Hour {
		x = "cast(x as date)"
	}
	return fmt.Sprintf("select %s as %s from (select unnest(generate_series(cast(%s as timestamp), cast(%s as timestamp), %s)) as x) where %s",
		x, ident(axis.Name), in.period(low), high, step, strings.Join(inside, " and ")), nil
}

// extent lists the first and the last moment of each relation that a measure reads.
func (b *builder) extent(m plan.Measure) (string, error) {
	var rows []string
	err := b.leaves(m, func(x plan.Measure) error {
		from, first, last, err := b.dated(x)
		rows = append(rows, fmt.Sprintf("select min(%s) as began, max(%s) as reached from %s as f", first, last, from))
		return err
	})
	return strings.Join(rows, " union all "), err
}

// part is a part of a date that comes back, counted as plan.DatePart says.
func part(moment string, p plan.DatePart) (string, error) {
	switch p {
	case plan.Weekday:
		return "(dayofweek(" + moment + ") + 6) % 7 + 1", nil // DuckDB counts from Sunday, as 0
	case plan.HourOfDay:
		return "hour(" + moment + ")", nil
	case plan.MonthOfYear:
		return "month(" + moment + ")", nil
	}
	return "", &Unsupported{fmt.Sprintf("the part %q of a date", p)}
}
