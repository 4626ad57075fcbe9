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
	if err == nil {
		at, err = b.partOf(at, f.Column.Relation, col, f.Part)
	}
	if err != nil {
		return nil, err
	}
	if f.Op == plan.IsNull || f.Op == plan.NotNull {
		return IsNull{Arg: at, Negated: f.Op == plan.NotNull}, nil
	}
	values := make([]Scalar, len(f.Values))
	for i, v := range f.Values {
		if values[i], err = literalOf(v); err != nil {
			return nil, err
		}
		if v.Kind == plan.DateLiteral {
			at = b.asDay(at, col, f)
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

// asDay makes a moment comparable with a civil date. The start of a day needs no cast: before it, or not.
func (b *builder) asDay(at Scalar, col dbt.Column, f plan.Filter) Scalar {
	if _, done := at.(Cast); done || family(col.Type) == dateFamily {
		return at
	}
	if local, err := b.localized(f.Column.Relation, at, col); err == nil {
		at = local
	}
	clock := family(col.Type) == timestampFamily || family(col.Type) == instantFamily
	if clock && (f.Op == plan.Gte || f.Op == plan.Lt) {
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
	case f.Op == plan.NotBetween && len(values) == 2:
		return Between{Arg: at, Low: values[0], High: values[1], Negated: true}, nil
	}
	return nil, refuse("filter", "The filter on %s compares with %s and %d values, which does not fit.", f.Column, f.Op, len(f.Values))
}
