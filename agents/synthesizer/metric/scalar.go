package metric

import (
	"slices"
	"strconv"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

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

// assemble checks a node before it becomes part of the plan: a Spec may have been written by hand, and what it holds
// is going to be SQL.
func assemble(e plan.Expr, args []Scalar) (Scalar, error) {
	fits := func(n int) bool { return len(args) >= n }
	switch {
	case e.Kind == plan.ExprLiteral && e.Literal != nil:
		return literalOf(*e.Literal)
	case e.Kind == plan.ExprNull:
		return Null{}, nil
	case e.Kind == plan.ExprCall && callable(e.Name, len(args)):
		return Call{e.Name, args}, nil
	case e.Kind == plan.ExprBinary && fits(2) && e.Name == "/":
		return Divide{args[0], args[1]}, nil
	case e.Kind == plan.ExprBinary && fits(2) && slices.Contains(operators(), e.Name):
		return Op{e.Name, args[0], args[1]}, nil
	case e.Kind == plan.ExprUnary && fits(1) && e.Name == "not":
		return Not{args[0]}, nil
	case e.Kind == plan.ExprUnary && fits(1) && e.Name == "-":
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
	case e.Kind == plan.ExprCast && fits(1) && slices.Contains(castTypes(), e.Name):
		return Cast{args[0], e.Name}, nil
	}
	return nil, refuse("expression", "A formula holds a %s %q that I cannot write.", e.Kind, e.Name)
}

func callable(name string, args int) bool {
	arity, ok := plan.Functions()[name]
	return ok && args >= arity[0] && (arity[1] < 0 || args <= arity[1])
}

func operators() []string {
	return []string{"and", "or", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "%", "||"}
}

func castTypes() []string {
	return []string{"bigint", "boolean", "date", "double", "integer", "numeric", "timestamp", "varchar"}
}

// literalOf checks that the text of a literal is what its kind says, since only strings are quoted.
func literalOf(l plan.Literal) (Scalar, error) {
	ok := false
	switch l.Kind {
	case plan.StringLiteral:
		ok = true
	case plan.NumberLiteral:
		ok = isNumber(l.Text)
	case plan.BoolLiteral:
		ok = l.Text == "true" || l.Text == "false"
	case plan.DateLiteral:
		_, err := civil(l.Text)
		ok = err == nil
	}
	if !ok {
		return nil, refuse("literal", "%q is no %s.", l.Text, l.Kind)
	}
	return Literal{l}, nil
}

// isNumber accepts decimal notation: digits with an optional sign, point and exponent.
func isNumber(text string) bool {
	for _, r := range text {
		if !strings.ContainsRune("0123456789.+-eE", r) {
			return false
		}
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
