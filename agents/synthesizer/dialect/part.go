package dialect

import (
	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// extract is extract(hour from x).
func extract(field string, arg sqltree.Expr) sqltree.Expr {
	return call("extract", sqltree.Binary{Op: "from", Left: bare(field), Right: arg})
}

func field(part plan.DatePart) string {
	if part == plan.HourOfDay {
		return "hour"
	}
	return "month"
}

// partExtracted knows the weekday as ISO 8601 counts it.
func partExtracted(d Dialect, arg sqltree.Expr, part plan.DatePart) sqltree.Expr {
	if part == plan.Weekday {
		return d.integer(extract("isodow", arg))
	}
	return d.integer(extract(field(part), arg))
}

// integer: some engines give a decimal number.
func (d Dialect) integer(x sqltree.Expr) sqltree.Expr {
	return sqltree.Cast{Arg: x, Type: d.typeName("integer")}
}

// partFromSunday is for engines that count the days from Sunday: shift days later and modulo 7 it is Monday that is 0.
func partFromSunday(name string, shift int) func(Dialect, sqltree.Expr, plan.DatePart) sqltree.Expr {
	return func(d Dialect, arg sqltree.Expr, part plan.DatePart) sqltree.Expr {
		if part != plan.Weekday {
			return d.integer(extract(field(part), arg))
		}
		later := sqltree.Binary{Op: "+", Left: extract(name, arg), Right: number(shift)}
		return d.integer(sqltree.Binary{Op: "+", Left: call("mod", later, number(7)), Right: number(1)})
	}
}

// partFromMonday is Databricks', whose weekday counts from 0 on Monday.
func partFromMonday(_ Dialect, arg sqltree.Expr, part plan.DatePart) sqltree.Expr {
	if part == plan.Weekday {
		return sqltree.Binary{Op: "+", Left: call("weekday", arg), Right: number(1)}
	}
	return call(field(part), arg)
}

// partCalled is a function for each part.
func partCalled(functions map[plan.DatePart]string) func(Dialect, sqltree.Expr, plan.DatePart) sqltree.Expr {
	return func(_ Dialect, arg sqltree.Expr, part plan.DatePart) sqltree.Expr {
		return call(functions[part], arg)
	}
}
