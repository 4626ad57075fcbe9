package dialect

import (
	"fmt"

	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// series is one row per period from the column first to the column last of a one-row table, both included.
type series struct {
	name        string
	grain       plan.Grain
	from        string
	first, last sqltree.Expr
}

func (s series) clock() bool { return s.grain == plan.Hour }

func (s series) typed(d Dialect, x sqltree.Expr) sqltree.Expr {
	if s.clock() {
		return x
	}
	return d.date(x)
}

func (s series) item(d Dialect, x sqltree.Expr) []sqltree.Item {
	return []sqltree.Item{{Expr: x, Name: d.name(s.name)}}
}

func (s series) step() sqltree.Expr {
	return sqltree.Interval{SQL: interval(plainUnit(1, s.grain))}
}

// seriesUnnested is DuckDB's list of dates, one row each.
func seriesUnnested(d Dialect, s series) (sqltree.Select, error) {
	list := call("unnest", call("generate_series", s.first, s.last, s.step()))
	return sqltree.Select{Items: s.item(d, s.typed(d, list)), From: sqltree.Table{Name: s.from}}, nil
}

// seriesSetReturning is Postgres' function that gives rows.
func seriesSetReturning(d Dialect, s series) (sqltree.Select, error) {
	rows := call("generate_series", s.first, s.last, s.step())
	return sqltree.Select{Items: s.item(d, s.typed(d, rows)), From: sqltree.Table{Name: s.from}}, nil
}

func seriesExplode(d Dialect, s series) (sqltree.Select, error) {
	n, unit := plainUnit(1, s.grain)
	by := sqltree.Interval{SQL: fmt.Sprintf("%d %s", n, unit)}
	return sqltree.Select{Items: s.item(d, call("explode", call("sequence", s.first, s.last, by))), From: sqltree.Table{Name: s.from}}, nil
}

// lateral joins a table function to the one-row table.
func lateral(d Dialect, s series, fn sqltree.Expr, columns ...string) sqltree.Select {
	return sqltree.Select{
		Items: s.item(d, bare(d.name(s.name))),
		From:  sqltree.Table{Name: s.from},
		Joins: []sqltree.Join{{Kind: "cross join", Table: sqltree.Table{Call: fn, Alias: "series", Columns: columns}}},
	}
}

func seriesDateArray(d Dialect, s series) (sqltree.Select, error) {
	if s.clock() {
		return sqltree.Select{}, noRow("BigQuery", s.grain)
	}
	fn := call("unnest", call("generate_date_array", s.first, s.last, sqltree.Interval{SQL: fmt.Sprintf("1 %s", s.grain)}))
	sel := lateral(d, s, fn)
	sel.Joins[0].Table.Alias = d.name(s.name)
	return sel, nil
}

// seriesSequence is Trino's: its sequence of dates takes days or months.
func seriesSequence(d Dialect, s series) (sqltree.Select, error) {
	steps := map[plan.Grain]string{plan.Hour: "'1' hour", plan.Day: "'1' day", plan.Week: "'7' day",
		plan.Month: "'1' month", plan.Quarter: "'3' month", plan.Year: "'12' month"}
	fn := call("unnest", call("sequence", s.first, s.last, sqltree.Interval{SQL: steps[s.grain]}))
	return lateral(d, s, fn, d.name(s.name)), nil
}

// generatedRows is more than enough periods: 27 years of days.
const generatedRows = 10000

// seriesGenerator is Snowflake's: a generator needs a constant count, so too many rows are numbered and cut.
func seriesGenerator(d Dialect, s series) (sqltree.Select, error) {
	if s.clock() {
		return sqltree.Select{}, noRow("Snowflake", s.grain)
	}
	place := sqltree.Binary{Op: "-", Right: number(1), Left: sqltree.Call{Name: "row_number",
		Over: &sqltree.Over{Order: []sqltree.Order{{Expr: sqltree.Keyword{Word: "null"}}}}}}
	at := d.date(call("dateadd", bare(string(s.grain)), place, s.first))
	rows := call("table", call("generator", sqltree.Binary{Op: "=>", Left: bare("rowcount"), Right: number(generatedRows)}))
	return sqltree.Select{
		Items:   s.item(d, at),
		From:    sqltree.Table{Name: s.from},
		Joins:   []sqltree.Join{{Kind: "cross join", Table: sqltree.Table{Call: rows}}},
		Qualify: []sqltree.Expr{sqltree.Binary{Op: "<=", Left: bare(d.name(s.name)), Right: s.last}},
	}, nil
}

func noSeries(_ Dialect, s series) (sqltree.Select, error) {
	return sqltree.Select{}, noRow("Redshift", s.grain)
}

func noRow(engine string, g plan.Grain) error {
	return plan.NewFailure(plan.Refused, "no_series",
		fmt.Sprintf("%s cannot make a row for each %s by itself, and this design needs periods without data as well.", engine, g), nil)
}
