package dialect

import (
	"fmt"
	"strconv"

	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// engines is the table of differences.
func engines() []Dialect {
	standard := map[string]string{"double": "double precision"}
	return []Dialect{
		{Name: "duckdb", quote: `"`, same: "is not distinct from",
			trunc: dateTrunc, shift: plusInterval, elapsed: diffQuoted, part: partExtracted, local: atTimeZone, percentile: quantile, series: seriesUnnested},
		{Name: "postgres", quote: `"`, fraction: "numeric", types: standard, same: "is not distinct from",
			trunc: dateTrunc, shift: plusInterval, elapsed: diffByParts, part: partExtracted, local: atTimeZone, percentile: withinGroup, series: seriesSetReturning},
		{Name: "redshift", quote: `"`, fraction: "double precision", types: standard,
			trunc: dateTrunc, shift: dateAdd, elapsed: diffBare, part: partFromSunday("dow", 6), local: convertTimezone, percentile: withinGroup, series: noSeries},
		{Name: "snowflake", quote: `"`, upper: true, slash: true, types: map[string]string{"timestamp": "timestamp_ntz"}, same: "is not distinct from",
			trunc: dateTrunc, shift: dateAdd, elapsed: diffBare, part: partCalled(map[plan.DatePart]string{plan.Weekday: "dayofweekiso", plan.HourOfDay: "hour", plan.MonthOfYear: "month"}),
			local: convertTimezone, percentile: withinGroup, series: seriesGenerator},
		{Name: "bigquery", quote: "`", slash: true, same: "is not distinct from",
			types: map[string]string{"varchar": "string", "double": "float64", "bigint": "int64", "integer": "int64",
				"boolean": "bool", "timestamp": "datetime"},
			trunc: bigqueryTrunc, shift: bigqueryAdd, elapsed: bigqueryDiff, part: partFromSunday("dayofweek", 5), local: bigqueryLocal, civil: bigqueryCivil,
			percentile: noPercentile("BigQuery"), series: seriesDateArray},
		{Name: "databricks", quote: "`", slash: true, types: map[string]string{"varchar": "string"}, same: "<=>",
			trunc: dateTrunc, shift: dateAdd, elapsed: diffBare, part: partFromMonday, local: fromUTC, percentile: withinGroup, series: seriesExplode},
		{Name: "trino", quote: `"`, fraction: "double", same: "is not distinct from",
			trunc: dateTrunc, shift: trinoAdd, elapsed: diffQuoted, part: partCalled(map[plan.DatePart]string{plan.Weekday: "day_of_week", plan.HourOfDay: "hour", plan.MonthOfYear: "month"}), local: trinoLocal, percentile: noPercentile("Trino"), series: seriesSequence},
	}
}

func call(name string, args ...sqltree.Expr) sqltree.Expr {
	return sqltree.Call{Name: name, Args: args}
}

func text(s string) sqltree.Expr {
	return sqltree.Text{SQL: plan.Literal{Kind: plan.StringLiteral, Text: s}.SQL()}
}

func number(n int) sqltree.Expr { return sqltree.Text{SQL: strconv.Itoa(n)} }

func bare(word string) sqltree.Expr { return sqltree.Ident{Parts: []string{word}} }

// dateTrunc is date_trunc('week', x), which starts weeks on Monday in every engine that has it; a
// Sunday week is the Monday week of the day after, less a day.
func dateTrunc(d Dialect, arg sqltree.Expr, g plan.Grain, sunday bool) sqltree.Expr {
	trunc := func(x sqltree.Expr) sqltree.Expr { return call("date_trunc", text(string(g)), x) }
	switch {
	case g == plan.Hour:
		return trunc(arg)
	case g == plan.Week && sunday:
		next := d.shift(d, arg, 1, plan.Day, true)
		return d.shift(d, trunc(next), -1, plan.Day, false)
	}
	return d.date(trunc(arg))
}

func (d Dialect) date(x sqltree.Expr) sqltree.Expr {
	return sqltree.Cast{Arg: x, Type: d.typeName("date")}
}

// uncast takes the cast to date off a truncated date: what is moved by a calendar unit is cast once, at the end.
func (d Dialect) uncast(x sqltree.Expr) sqltree.Expr {
	c, ok := x.(sqltree.Cast)
	if !ok || c.Type != d.typeName("date") {
		return x
	}
	if inner, ok := c.Arg.(sqltree.Call); ok && inner.Name == "date_trunc" {
		return inner
	}
	return x
}

// months are the units that not every engine has as an interval.
func plainUnit(n int, unit plan.Grain) (int, plan.Grain) {
	if unit == plan.Quarter {
		return 3 * n, plan.Month
	}
	return n, unit
}

// plusInterval is cast(x + interval '1 week' as date).
func plusInterval(d Dialect, arg sqltree.Expr, n int, unit plan.Grain, clock bool) sqltree.Expr {
	n, unit = plainUnit(n, unit)
	op := "+"
	if n < 0 {
		op, n = "-", -n
	}
	moved := sqltree.Binary{Op: op, Left: d.uncast(arg), Right: sqltree.Interval{SQL: interval(n, unit)}}
	if clock {
		return moved
	}
	return d.date(moved)
}

func interval(n int, unit plan.Grain) string {
	if n == 1 {
		return fmt.Sprintf("'1 %s'", unit)
	}
	return fmt.Sprintf("'%d %ss'", n, unit)
}

// dateAdd is dateadd(week, 1, x).
func dateAdd(d Dialect, arg sqltree.Expr, n int, unit plan.Grain, clock bool) sqltree.Expr {
	moved := call("dateadd", bare(string(unit)), number(n), d.uncast(arg))
	if clock {
		return moved
	}
	return d.date(moved)
}

func trinoAdd(d Dialect, arg sqltree.Expr, n int, unit plan.Grain, clock bool) sqltree.Expr {
	moved := call("date_add", text(string(unit)), number(n), d.uncast(arg))
	if clock {
		return moved
	}
	return d.date(moved)
}

func bigqueryAdd(_ Dialect, arg sqltree.Expr, n int, unit plan.Grain, clock bool) sqltree.Expr {
	by := sqltree.Interval{SQL: fmt.Sprintf("%d %s", n, unit)}
	if clock {
		return call("datetime_add", arg, by)
	}
	return call("date_add", call("date", arg), by)
}

func bigqueryTrunc(_ Dialect, arg sqltree.Expr, g plan.Grain, sunday bool) sqltree.Expr {
	switch {
	case g == plan.Hour:
		return call("datetime_trunc", arg, bare("hour"))
	case g == plan.Week && sunday:
		return call("date_trunc", call("date", arg), call("week", bare("sunday")))
	case g == plan.Week:
		return call("date_trunc", call("date", arg), bare("isoweek"))
	}
	return call("date_trunc", call("date", arg), bare(string(g)))
}

func atTimeZone(_ Dialect, arg sqltree.Expr, zone string, instant bool) sqltree.Expr {
	if !instant {
		arg = sqltree.Binary{Op: "at time zone", Left: arg, Right: text("UTC")}
	}
	return sqltree.Binary{Op: "at time zone", Left: arg, Right: text(zone)}
}

func convertTimezone(d Dialect, arg sqltree.Expr, zone string, instant bool) sqltree.Expr {
	if !instant {
		return call("convert_timezone", text("UTC"), text(zone), arg)
	}
	return sqltree.Cast{Arg: call("convert_timezone", text(zone), arg), Type: d.typeName("timestamp")}
}

func fromUTC(_ Dialect, arg sqltree.Expr, zone string, _ bool) sqltree.Expr {
	return call("from_utc_timestamp", arg, text(zone))
}

func trinoLocal(_ Dialect, arg sqltree.Expr, zone string, instant bool) sqltree.Expr {
	if !instant {
		arg = call("with_timezone", arg, text("UTC"))
	}
	return sqltree.Cast{Arg: call("at_timezone", arg, text(zone)), Type: "timestamp"}
}

func bigqueryLocal(_ Dialect, arg sqltree.Expr, zone string, _ bool) sqltree.Expr {
	return call("datetime", arg, text(zone))
}

func bigqueryCivil(arg sqltree.Expr) sqltree.Expr { return call("datetime", arg) }

func withinGroup(arg sqltree.Expr, p float64) (sqltree.Expr, error) {
	return sqltree.Call{Name: "percentile_cont", Args: []sqltree.Expr{fractionText(p)},
		Within: []sqltree.Order{{Expr: arg}}}, nil
}

// quantile is DuckDB's, which cuts what lies between two decimals to their scale: the median of 0.01 and 0.02 would be 0.01.
func quantile(arg sqltree.Expr, p float64) (sqltree.Expr, error) {
	arg = sqltree.Cast{Arg: arg, Type: "double"}
	if p == 0.5 {
		return call("median", arg), nil
	}
	return call("quantile_cont", arg, fractionText(p)), nil
}

func fractionText(p float64) sqltree.Expr {
	return sqltree.Text{SQL: strconv.FormatFloat(p, 'f', -1, 64)}
}

func noPercentile(engine string) func(sqltree.Expr, float64) (sqltree.Expr, error) {
	return func(sqltree.Expr, float64) (sqltree.Expr, error) {
		return nil, plan.NewFailure(plan.Refused, "no_exact_percentile",
			engine+" has no exact percentile that can be grouped, and an approximate one would not be the number you asked for.", nil)
	}
}
