package dialect

import (
	"strings"

	"firstmile/agents/synthesizer/metric"
	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// scope is one query block: in a block over a single table columns need no qualifier.
type scope struct {
	l    *lowering
	bare bool
}

func (s scope) scalars(in []metric.Scalar) []sqltree.Expr {
	var out []sqltree.Expr
	for _, x := range in {
		out = append(out, s.scalar(x))
	}
	return out
}

// scalar spells one node. What is the same in every engine stands here, the rest in moment.
func (s scope) scalar(x metric.Scalar) sqltree.Expr {
	switch x := x.(type) {
	case metric.Column:
		if s.bare || x.Table == "" {
			return sqltree.Ident{Parts: []string{s.l.d.name(x.Name)}}
		}
		return sqltree.Ident{Parts: []string{s.l.d.name(x.Table), s.l.d.name(x.Name)}}
	case metric.Literal:
		return s.l.d.literal(x.Literal)
	case metric.Null:
		return sqltree.Keyword{Word: "null"}
	case metric.Call:
		return sqltree.Call{Name: x.Name, Args: s.scalars(x.Args)}
	case metric.Op:
		return sqltree.Binary{Op: x.Name, Left: s.scalar(x.Left), Right: s.scalar(x.Right)}
	case metric.Not:
		return sqltree.Unary{Op: "not", Arg: s.scalar(x.Arg)}
	case metric.Minus:
		return sqltree.Unary{Op: "-", Arg: s.scalar(x.Arg)}
	case metric.Case:
		c := sqltree.Case{When: s.scalars(x.When), Then: s.scalars(x.Then)}
		if x.Else != nil {
			c.Else = s.scalar(x.Else)
		}
		return c
	case metric.In:
		return sqltree.In{Arg: s.scalar(x.Arg), List: s.scalars(x.List), Not: x.Negated}
	case metric.Between:
		return sqltree.Between{Arg: s.scalar(x.Arg), Low: s.scalar(x.Low), High: s.scalar(x.High), Not: x.Negated}
	case metric.IsNull:
		return sqltree.IsNull{Arg: s.scalar(x.Arg), Not: x.Negated}
	case metric.Cast:
		return sqltree.Cast{Arg: s.scalar(x.Arg), Type: s.l.d.typeName(x.Type)}
	case metric.One:
		return sqltree.Sub{Query: sqltree.Select{
			Items: []sqltree.Item{{Expr: sqltree.Ident{Parts: []string{s.l.d.name(x.Name)}}}},
			From:  sqltree.Table{Name: s.l.d.name(x.Table)}}}
	case metric.Among:
		return sqltree.InColumn{Arg: s.scalar(x.Arg), Column: s.l.d.name(x.Name), Table: s.l.d.name(x.Table)}
	case metric.Today:
		return sqltree.Keyword{Word: "current_date"}
	}
	return s.particular(x)
}

// particular spells the nodes that engines differ in.
func (s scope) particular(x metric.Scalar) sqltree.Expr {
	d := s.l.d
	switch x := x.(type) {
	case metric.Divide:
		return s.divide(x)
	case metric.Bucket:
		return d.trunc(d, s.scalar(x.Arg), x.Grain, x.WeekStart == "sunday")
	case metric.Shift:
		return d.shift(d, s.scalar(x.Arg), x.Count, x.Unit, x.Clock)
	case metric.Elapsed:
		return d.elapsed(d, s.scalar(x.From), s.scalar(x.To), x.Grain)
	case metric.Local:
		arg := s.scalar(x.Arg)
		if x.Form != metric.Civil {
			return d.local(d, arg, x.Zone, x.Form == metric.Instant)
		}
		if d.civil != nil {
			return d.civil(arg)
		}
		return arg
	case metric.DatePart:
		return d.part(d, s.scalar(x.Arg), x.Part)
	case metric.Same:
		return s.same(x)
	case metric.Aggregate:
		return s.aggregate(x)
	case metric.Latest:
		return sqltree.Call{Name: "max", Args: []sqltree.Expr{s.scalar(x.Arg)}, Over: &sqltree.Over{Partition: s.scalars(x.Partition)}}
	case metric.Total:
		return sqltree.Call{Name: "sum", Args: []sqltree.Expr{s.scalar(x.Arg)}, Over: &sqltree.Over{Partition: s.scalars(x.Partition)}}
	case metric.Place:
		over := &sqltree.Over{Partition: s.scalars(x.Partition)}
		over.Order = append(over.Order, sqltree.Order{Expr: s.scalar(x.By), Desc: x.Descending, NullsLast: true})
		for _, t := range x.Ties {
			over.Order = append(over.Order, sqltree.Order{Expr: s.scalar(t), NullsLast: true})
		}
		return sqltree.Call{Name: "row_number", Over: over}
	}
	return sqltree.Keyword{Word: "null"}
}

func (s scope) divide(x metric.Divide) sqltree.Expr {
	over, under := s.scalar(x.Over), s.scalar(x.Under)
	if s.l.d.fraction != "" {
		over = sqltree.Cast{Arg: over, Type: s.l.d.fraction}
	}
	if !neverZero(x.Under) {
		under = call("nullif", under, number(0))
	}
	return sqltree.Binary{Op: "/", Left: over, Right: under}
}

// neverZero reports whether a denominator is null or another number than 0 as it stands.
func neverZero(x metric.Scalar) bool {
	switch x := x.(type) {
	case metric.Literal:
		return !isZero(x.Text)
	case metric.Call:
		if x.Name != "nullif" || len(x.Args) != 2 {
			return false
		}
		zero, ok := x.Args[1].(metric.Literal)
		return ok && zero.Kind == plan.NumberLiteral && isZero(zero.Text)
	}
	return false
}

// isZero reports whether a number literal is zero, in any spelling.
func isZero(text string) bool {
	for _, r := range text {
		if r >= '1' && r <= '9' {
			return false
		}
	}
	return true
}

func (s scope) same(x metric.Same) sqltree.Expr {
	l, r := s.scalar(x.Left), s.scalar(x.Right)
	if op := s.l.d.same; op != "" {
		return sqltree.Binary{Op: op, Left: l, Right: r}
	}
	neither := sqltree.Binary{Op: "and", Left: sqltree.IsNull{Arg: l}, Right: sqltree.IsNull{Arg: r}}
	return sqltree.Binary{Op: "or", Left: sqltree.Binary{Op: "=", Left: l, Right: r}, Right: neither}
}

func (s scope) aggregate(x metric.Aggregate) sqltree.Expr {
	if x.Arg == nil {
		return sqltree.Call{Name: "count", Star: true}
	}
	arg := s.scalar(x.Arg)
	switch x.Func {
	case plan.CountDistinct:
		return sqltree.Call{Name: "count", Distinct: true, Args: []sqltree.Expr{arg}}
	case plan.Average:
		return call("avg", arg)
	case plan.Median, plan.Percentile:
		p := x.Percentile
		if x.Func == plan.Median {
			p = 0.5
		}
		out, err := s.l.d.percentile(arg, p)
		s.l.fail(err)
		return out
	}
	return call(string(x.Func), arg)
}

func (d Dialect) literal(l plan.Literal) sqltree.Expr {
	switch {
	case l.Kind == plan.BoolLiteral:
		return sqltree.Keyword{Word: l.Text}
	case l.Kind == plan.StringLiteral && d.slash:
		return sqltree.Text{SQL: "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(l.Text) + "'"}
	}
	return sqltree.Text{SQL: l.SQL()}
}
