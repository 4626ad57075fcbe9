package dialect

import (
	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// The number of periods between the starts of two. Engines count the borders of calendar periods between two dates, which for starts of
// periods is the number of periods, whatever day a week begins on.

// diffQuoted is date_diff('month', from, to).
func diffQuoted(_ Dialect, from, to sqltree.Expr, g plan.Grain) sqltree.Expr {
	return call("date_diff", text(string(g)), from, to)
}

// diffBare is datediff(month, from, to).
func diffBare(_ Dialect, from, to sqltree.Expr, g plan.Grain) sqltree.Expr {
	return call("datediff", bare(string(g)), from, to)
}

// bigqueryDiff is date_diff(to, from, month).
func bigqueryDiff(_ Dialect, from, to sqltree.Expr, g plan.Grain) sqltree.Expr {
	if g == plan.Hour {
		return call("datetime_diff", to, from, bare(string(g)))
	}
	return call("date_diff", to, from, bare(string(g)))
}

// diffByParts is Postgres', which has no such function: dates are subtracted, months are counted since the year 0.
func diffByParts(d Dialect, from, to sqltree.Expr, g plan.Grain) sqltree.Expr {
	minus := func(a, b sqltree.Expr) sqltree.Expr { return sqltree.Binary{Op: "-", Left: a, Right: b} }
	over := func(a sqltree.Expr, n int) sqltree.Expr { return sqltree.Binary{Op: "/", Left: a, Right: number(n)} }
	part := func(name string, x sqltree.Expr) sqltree.Expr { return call("date_part", text(name), x) }
	months := func(x sqltree.Expr) sqltree.Expr {
		return sqltree.Binary{Op: "+", Left: sqltree.Binary{Op: "*", Left: part("year", x), Right: number(12)}, Right: part("month", x)}
	}
	whole := func(x sqltree.Expr) sqltree.Expr { return sqltree.Cast{Arg: x, Type: d.typeName("integer")} }
	switch g {
	case plan.Hour:
		return whole(over(minus(part("epoch", to), part("epoch", from)), 3600))
	case plan.Day:
		return minus(to, from)
	case plan.Week:
		return over(minus(to, from), 7)
	case plan.Quarter:
		return whole(over(minus(months(to), months(from)), 3))
	case plan.Year:
		return whole(over(minus(months(to), months(from)), 12))
	}
	return whole(minus(months(to), months(from)))
}
