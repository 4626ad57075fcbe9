package glossary

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// ParseWhere turns a condition on the columns of one relation into filters that all have to hold. The language is that
// of plan.ParseExpr, restricted to what a Filter can say: comparisons of a column with constants, in, between, is
// null, a boolean column by itself, all joined by "and". `c <> 'x' or c is null` is the one allowed "or": it keeps the rows
// without a value.
func ParseWhere(relation, text string) ([]plan.Filter, error) {
	e, err := plan.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	var out []plan.Filter
	for _, part := range conjuncts(e) {
		f, ok := comparison(part)
		if !ok {
			return nil, fmt.Errorf("the filter %q is not made of comparisons between a column and constants joined by \"and\"", part.String())
		}
		f.Column.Relation = relation
		f.Label = Label(f)
		out = append(out, f)
	}
	return out, nil
}

func conjuncts(e plan.Expr) []plan.Expr {
	if e.Kind == plan.ExprBinary && e.Name == "and" {
		return append(conjuncts(e.Args[0]), conjuncts(e.Args[1])...)
	}
	return []plan.Expr{e}
}

func comparison(e plan.Expr) (plan.Filter, bool) {
	switch e.Kind {
	case plan.ExprColumn:
		return filter(e.Name, plan.Eq, boolean("true")), true
	case plan.ExprUnary:
		if e.Name == "not" && e.Args[0].Kind == plan.ExprColumn {
			return filter(e.Args[0].Name, plan.Eq, boolean("false")), true
		}
	case plan.ExprBinary:
		if e.Name == "or" {
			return orNull(e)
		}
		return binary(e)
	case plan.ExprIsNull:
		op := plan.IsNull
		if e.Not {
			op = plan.NotNull
		}
		return columnFilter(e.Args[0], op)
	case plan.ExprIn:
		op := plan.In
		if e.Not {
			op = plan.NotIn
		}
		return columnFilter(e.Args[0], op, e.Args[1:]...)
	case plan.ExprBetween:
		if !e.Not {
			return columnFilter(e.Args[0], plan.Between, e.Args[1:]...)
		}
	}
	return plan.Filter{}, false
}

// orNull reads `c <> x or c is null` and `c not in (…) or c is null`.
func orNull(e plan.Expr) (plan.Filter, bool) {
	f, ok := comparison(e.Args[0])
	null := e.Args[1]
	if !ok || null.Kind != plan.ExprIsNull || null.Not || null.Args[0].Kind != plan.ExprColumn {
		return plan.Filter{}, false
	}
	if null.Args[0].Name != f.Column.Column || f.Op != plan.Ne && f.Op != plan.NotIn {
		return plan.Filter{}, false
	}
	f.KeepNull = true
	return f, true
}

func binary(e plan.Expr) (plan.Filter, bool) {
	ops := map[string][2]plan.Operator{ // as written, and with the sides swapped
		"=": {plan.Eq, plan.Eq}, "<>": {plan.Ne, plan.Ne}, "<": {plan.Lt, plan.Gt}, "<=": {plan.Lte, plan.Gte},
		">": {plan.Gt, plan.Lt}, ">=": {plan.Gte, plan.Lte},
	}
	op, ok := ops[e.Name]
	if !ok {
		return plan.Filter{}, false
	}
	if f, ok := columnFilter(e.Args[0], op[0], e.Args[1]); ok {
		return f, true
	}
	return columnFilter(e.Args[1], op[1], e.Args[0])
}

func columnFilter(column plan.Expr, op plan.Operator, values ...plan.Expr) (plan.Filter, bool) {
	if column.Kind != plan.ExprColumn {
		return plan.Filter{}, false
	}
	var lits []plan.Literal
	for _, v := range values {
		l, ok := literal(v)
		if !ok {
			return plan.Filter{}, false
		}
		lits = append(lits, l)
	}
	return filter(column.Name, op, lits...), true
}

func literal(e plan.Expr) (plan.Literal, bool) {
	switch {
	case e.Kind == plan.ExprLiteral:
		return *e.Literal, true
	case e.Kind == plan.ExprUnary && e.Name == "-" && e.Args[0].Kind == plan.ExprLiteral && e.Args[0].Literal.Kind == plan.NumberLiteral:
		return plan.Literal{Kind: plan.NumberLiteral, Text: "-" + e.Args[0].Literal.Text}, true
	}
	return plan.Literal{}, false
}

func filter(column string, op plan.Operator, values ...plan.Literal) plan.Filter {
	return plan.Filter{Column: plan.ColumnRef{Column: column}, Op: op, Values: values}
}

func boolean(text string) plan.Literal { return plan.Literal{Kind: plan.BoolLiteral, Text: text} }

// Label says a filter in words: "plan is Enterprise", "amount is over 100", "trial is false" of a column is_trial.
func Label(f plan.Filter) string {
	name := strings.ReplaceAll(f.Column.Column, "_", " ")
	if len(f.Values) == 1 && f.Values[0].Kind == plan.BoolLiteral {
		name = strings.TrimPrefix(name, "is ")
	}
	var values []string
	for _, v := range f.Values {
		values = append(values, v.Text)
	}
	list := strings.Join(values, ", ")
	if len(values) > 1 {
		list = strings.Join(values[:len(values)-1], ", ") + " or " + values[len(values)-1]
	}
	switch f.Op {
	case plan.Ne, plan.NotIn:
		return name + " is not " + list
	case plan.Lt:
		return name + " is under " + list
	case plan.Lte:
		return name + " is at most " + list
	case plan.Gt:
		return name + " is over " + list
	case plan.Gte:
		return name + " is at least " + list
	case plan.Between:
		return name + " is between " + strings.Join(values, " and ")
	case plan.IsNull:
		return name + " is empty"
	case plan.NotNull:
		return name + " is not empty"
	}
	return name + " is " + list
}
