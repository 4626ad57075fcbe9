package plan

import (
	"sort"
	"strings"
)

// ExprKind is the kind of a node of an expression.
type ExprKind string

// Kinds of node and what they use.
const (
	ExprColumn  ExprKind = "column"  // Name
	ExprLiteral ExprKind = "literal" // Literal
	ExprNull    ExprKind = "null"
	ExprCall    ExprKind = "call"    // Name (lower case), Args
	ExprBinary  ExprKind = "binary"  // Name (operator), Args[0], Args[1]
	ExprUnary   ExprKind = "unary"   // Name ("-" or "not"), Args[0]
	ExprCase    ExprKind = "case"    // Args: when, then, when, then, …, [else]
	ExprIn      ExprKind = "in"      // Args[0] in Args[1:]; Not
	ExprBetween ExprKind = "between" // Args[0] between Args[1] and Args[2]; Not
	ExprIsNull  ExprKind = "is_null" // Args[0] is null; Not
	ExprCast    ExprKind = "cast"    // Args[0] as Name
)

// Expr is a scalar SQL expression over the columns of one relation. It is a
// tree and not text, so that columns can be checked and qualified, and so that
// each dialect can spell it.
type Expr struct {
	Kind    ExprKind `json:"kind"`
	Name    string   `json:"name,omitempty"`
	Literal *Literal `json:"literal,omitempty"`
	Not     bool     `json:"not,omitempty"`
	Args    []Expr   `json:"args,omitempty"`
}

// Col is the expression of a bare column.
func Col(name string) Expr { return Expr{Kind: ExprColumn, Name: name} }

// Lit is the expression of a literal.
func Lit(l Literal) Expr { return Expr{Kind: ExprLiteral, Literal: &l} }

// Functions lists the scalar functions that an expression may call, with the
// smallest and largest number of arguments (-1: any). They exist under the same
// name and meaning in every dialect that Firstmile writes.
func Functions() map[string][2]int {
	return map[string][2]int{
		"abs": {1, 1}, "ceil": {1, 1}, "floor": {1, 1}, "round": {1, 2},
		"coalesce": {1, -1}, "nullif": {2, 2}, "greatest": {2, -1}, "least": {2, -1},
		"lower": {1, 1}, "upper": {1, 1}, "trim": {1, 1}, "length": {1, 1},
	}
}

// Columns lists the column names in the expression, sorted, each once.
func (e Expr) Columns() []string {
	seen := map[string]bool{}
	e.Walk(func(x Expr) {
		if x.Kind == ExprColumn {
			seen[x.Name] = true
		}
	})
	return sortedKeys(seen)
}

// Walk visits e and everything below it, parents first.
func (e Expr) Walk(visit func(Expr)) {
	visit(e)
	for _, a := range e.Args {
		a.Walk(visit)
	}
}

// String is the expression in standard SQL, with parentheses where precedence
// needs them. ParseExpr(e.String()) gives e back.
func (e Expr) String() string {
	var b strings.Builder
	e.write(&b, 0)
	return b.String()
}

func (e Expr) write(b *strings.Builder, outer int) {
	p := e.precedence()
	if p < outer {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch e.Kind {
	case ExprColumn:
		b.WriteString(quoteIdent(e.Name))
	case ExprLiteral:
		b.WriteString(e.Literal.SQL())
	case ExprNull:
		b.WriteString("null")
	case ExprCall:
		b.WriteString(e.Name + "(")
		writeList(b, e.Args)
		b.WriteByte(')')
	case ExprCast:
		b.WriteString("cast(")
		e.Args[0].write(b, 0)
		b.WriteString(" as " + e.Name + ")")
	case ExprBinary:
		e.Args[0].write(b, p)
		b.WriteString(" " + e.Name + " ")
		e.Args[1].write(b, p+1)
	case ExprUnary:
		b.WriteString(e.Name)
		if e.Name == "not" || e.Args[0].startsWithMinus() {
			b.WriteByte(' ')
		}
		e.Args[0].write(b, p)
	case ExprCase:
		e.writeCase(b)
	case ExprIn:
		e.Args[0].write(b, p+1)
		b.WriteString(notWord(e.Not) + " in (")
		writeList(b, e.Args[1:])
		b.WriteByte(')')
	case ExprBetween:
		e.Args[0].write(b, p+1)
		b.WriteString(notWord(e.Not) + " between ")
		e.Args[1].write(b, p+1)
		b.WriteString(" and ")
		e.Args[2].write(b, p+1)
	case ExprIsNull:
		e.Args[0].write(b, p+1)
		b.WriteString(" is" + notWord(e.Not) + " null")
	}
}

func (e Expr) startsWithMinus() bool {
	return e.Kind == ExprUnary && e.Name == "-" ||
		e.Kind == ExprLiteral && strings.HasPrefix(e.Literal.Text, "-")
}

func (e Expr) writeCase(b *strings.Builder) {
	b.WriteString("case")
	i := 0
	for ; i+1 < len(e.Args); i += 2 {
		b.WriteString(" when ")
		e.Args[i].write(b, 0)
		b.WriteString(" then ")
		e.Args[i+1].write(b, 0)
	}
	if i < len(e.Args) {
		b.WriteString(" else ")
		e.Args[i].write(b, 0)
	}
	b.WriteString(" end")
}

func writeList(b *strings.Builder, args []Expr) {
	for i, a := range args {
		if i > 0 {
			b.WriteString(", ")
		}
		a.write(b, 0)
	}
}

func notWord(not bool) string {
	if not {
		return " not"
	}
	return ""
}

// Precedences, loosest first.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precAdd
	precMul
	precUnary
	precAtom
)

func binaryPrecedence(op string) int {
	switch op {
	case "or":
		return precOr
	case "and":
		return precAnd
	case "=", "<>", "<", "<=", ">", ">=":
		return precCompare
	case "+", "-", "||":
		return precAdd
	case "*", "/", "%":
		return precMul
	}
	return 0
}

func (e Expr) precedence() int {
	switch e.Kind {
	case ExprBinary:
		return binaryPrecedence(e.Name)
	case ExprUnary:
		if e.Name == "not" {
			return precNot
		}
		return precUnary
	case ExprIn, ExprBetween, ExprIsNull:
		return precCompare
	case ExprLiteral:
		if e.startsWithMinus() {
			return precUnary
		}
	}
	return precAtom
}

// SQL is the literal in standard SQL.
func (l Literal) SQL() string {
	switch l.Kind {
	case StringLiteral:
		return "'" + strings.ReplaceAll(l.Text, "'", "''") + "'"
	case DateLiteral:
		return "date '" + strings.ReplaceAll(l.Text, "'", "''") + "'"
	default:
		return l.Text
	}
}

// reserved words cannot be bare column names in an expression.
func reserved() map[string]bool {
	return map[string]bool{"and": true, "or": true, "not": true, "in": true, "is": true, "null": true,
		"between": true, "case": true, "when": true, "then": true, "else": true, "end": true,
		"cast": true, "as": true, "true": true, "false": true, "date": true}
}

func quoteIdent(name string) string {
	plain := name != "" && !reserved()[name]
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			plain = false
		}
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// castTypes are the types that an expression may cast to.
func castTypes() []string {
	types := []string{"bigint", "boolean", "date", "double", "integer", "numeric", "timestamp", "varchar"}
	sort.Strings(types)
	return types
}
