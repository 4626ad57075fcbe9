package metric

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// addFilters keeps the rows for which all filters hold.
func (b *builder) addFilters(r *reach, sel *Select, filters []plan.Filter) error {
	for _, f := range filters {
		s, err := b.filter(r, f)
		if err != nil {
			return err
		}
		sel.Where = append(sel.Where, s)
	}
	return nil
}

// condition combines filters with and; nil when there are none.
func (b *builder) condition(r *reach, filters []plan.Filter) (Scalar, error) {
	var out Scalar
	for _, f := range filters {
		s, err := b.filter(r, f)
		if err != nil {
			return nil, err
		}
		out = both(out, s)
	}
	return out, nil
}

func both(a, b Scalar) Scalar {
	if a == nil {
		return b
	}
	return Op{"and", a, b}
}

func (b *builder) filter(r *reach, f plan.Filter) (Scalar, error) {
	if path, err := r.path(f.Column, f.Paths, f.Column.String()); err == nil && fansOut(path) {
		return b.anyOf(r, f, path)
	}
	return b.test(r, f)
}

// test is a filter as a condition on a row.
func (b *builder) test(r *reach, f plan.Filter) (Scalar, error) {
	at, col, err := r.to(f.Column, f.Paths, nameOr(f.Label, f.Column.String()))
	if err != nil {
		return nil, err
	}
	if f.Op == plan.IsNull || f.Op == plan.NotNull {
		return IsNull{Arg: at, Negated: f.Op == plan.NotNull}, nil
	}
	values := make([]Scalar, len(f.Values))
	for i, v := range f.Values {
		values[i] = Literal{v}
		if v.Kind == plan.DateLiteral {
			at = asDay(at, col)
		}
	}
	test, err := compare(f, at, values)
	if err != nil {
		return nil, err
	}
	if f.KeepNull {
		return Op{"or", test, IsNull{Arg: at}}, nil
	}
	return test, nil
}

// asDay makes a moment comparable with a civil date.
func asDay(at Scalar, col dbt.Column) Scalar {
	if _, done := at.(Cast); done || family(col.Type) == dateFamily {
		return at
	}
	return Cast{at, "date"}
}

func compare(f plan.Filter, at Scalar, values []Scalar) (Scalar, error) {
	symbols := map[plan.Operator]string{plan.Eq: "=", plan.Ne: "<>", plan.Lt: "<", plan.Lte: "<=", plan.Gt: ">", plan.Gte: ">="}
	symbol, single := symbols[f.Op]
	switch {
	case single && len(values) == 1:
		return Op{symbol, at, values[0]}, nil
	case (f.Op == plan.In || f.Op == plan.NotIn) && len(values) == 1:
		if f.Op == plan.In {
			return Op{"=", at, values[0]}, nil
		}
		return Op{"<>", at, values[0]}, nil
	case (f.Op == plan.In || f.Op == plan.NotIn) && len(values) > 1:
		return In{Arg: at, List: values, Negated: f.Op == plan.NotIn}, nil
	case f.Op == plan.Between && len(values) == 2:
		return Between{Arg: at, Low: values[0], High: values[1]}, nil
	}
	return nil, refuse("filter", "The filter on %s compares with %s and %d values, which does not fit.", f.Column, f.Op, len(f.Values))
}

// rowExpr is an expression over the columns of a relation.
func rowExpr(n *dbt.Node, alias string, e plan.Expr) (Scalar, error) {
	return scalarOf(e, func(name string) (Scalar, error) {
		col, err := column(n, name)
		return Column{alias, col.Name}, err
	})
}

// scalarOf turns an expression into a scalar; find says what a column stands for.
func scalarOf(e plan.Expr, find func(string) (Scalar, error)) (Scalar, error) {
	if e.Kind == plan.ExprColumn {
		return find(e.Name)
	}
	args := make([]Scalar, len(e.Args))
	for i, a := range e.Args {
		var err error
		if args[i], err = scalarOf(a, find); err != nil {
			return nil, err
		}
	}
	return assemble(e, args)
}

func assemble(e plan.Expr, args []Scalar) (Scalar, error) {
	fits := func(n int) bool { return len(args) >= n }
	switch {
	case e.Kind == plan.ExprLiteral && e.Literal != nil:
		return Literal{*e.Literal}, nil
	case e.Kind == plan.ExprNull:
		return Null{}, nil
	case e.Kind == plan.ExprCall:
		return Call{e.Name, args}, nil
	case e.Kind == plan.ExprBinary && fits(2) && e.Name == "/":
		return Divide{args[0], args[1]}, nil
	case e.Kind == plan.ExprBinary && fits(2):
		return Op{e.Name, args[0], args[1]}, nil
	case e.Kind == plan.ExprUnary && fits(1) && e.Name == "not":
		return Not{args[0]}, nil
	case e.Kind == plan.ExprUnary && fits(1):
		return Minus{args[0]}, nil
	case e.Kind == plan.ExprCase && fits(2):
		c := Case{}
		for i := 0; i+1 < len(args); i += 2 {
			c.When, c.Then = append(c.When, args[i]), append(c.Then, args[i+1])
		}
		if len(args)%2 == 1 {
			c.Else = args[len(args)-1]
		}
		return c, nil
	case e.Kind == plan.ExprIn && fits(2):
		return In{args[0], args[1:], e.Not}, nil
	case e.Kind == plan.ExprBetween && fits(3):
		return Between{args[0], args[1], args[2], e.Not}, nil
	case e.Kind == plan.ExprIsNull && fits(1):
		return IsNull{args[0], e.Not}, nil
	case e.Kind == plan.ExprCast && fits(1):
		return Cast{args[0], e.Name}, nil
	}
	return nil, refuse("expression", "A formula holds a %q that is not complete.", e.Kind)
}
