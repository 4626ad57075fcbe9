package plan

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// maxExprDepth bounds nesting, so that hostile text cannot exhaust the stack.
const maxExprDepth = 100

// ParseExpr reads a scalar SQL expression: columns (bare or double-quoted),
// strings, numbers, true, false, null, date '2026-01-31', + - * / % ||,
// comparisons, and/or/not, in, between, is null, case when, cast, and the
// functions of Functions. Anything else (subqueries, aggregates, windows,
// qualified names, comments) is an error that names the place.
func ParseExpr(text string) (Expr, error) {
	tokens, err := exprTokens(text)
	if err != nil {
		return Expr{}, err
	}
	p := &exprParser{tokens: tokens}
	e, err := p.expression(precOr)
	if err != nil {
		return Expr{}, err
	}
	if t := p.peek(); t.kind != tokEnd {
		return Expr{}, fmt.Errorf("expression %q: unexpected %q at position %d", text, t.text, t.pos+1)
	}
	return e, nil
}

type tokenKind int

const (
	tokEnd tokenKind = iota
	tokWord
	tokQuoted
	tokString
	tokNumber
	tokSymbol
)

type exprToken struct {
	kind tokenKind
	text string
	pos  int
}

func exprTokens(text string) ([]exprToken, error) {
	var out []exprToken
	r := []rune(text)
	for i := 0; i < len(r); {
		start := i
		switch c := r[i]; {
		case unicode.IsSpace(c):
			i++
			continue
		case c == '\'' || c == '"':
			s, next, ok := quotedRun(r, i)
			if !ok {
				return nil, fmt.Errorf("expression: the quote at position %d is not closed", start+1)
			}
			kind := tokString
			if c == '"' {
				kind = tokQuoted
			}
			out, i = append(out, exprToken{kind, s, start}), next
			continue
		case c == '_' || unicode.IsLetter(c):
			for i < len(r) && (r[i] == '_' || unicode.IsLetter(r[i]) || unicode.IsDigit(r[i])) {
				i++
			}
			out = append(out, exprToken{tokWord, string(r[start:i]), start})
		case c >= '0' && c <= '9':
			i = numberEnd(r, i)
			out = append(out, exprToken{tokNumber, string(r[start:i]), start})
		default:
			i += symbolLength(r[i:])
			if i == start {
				return nil, fmt.Errorf("expression: unexpected character %q at position %d", c, start+1)
			}
			out = append(out, exprToken{tokSymbol, string(r[start:i]), start})
		}
	}
	return append(out, exprToken{kind: tokEnd, text: "end of expression", pos: len(r)}), nil
}

func quotedRun(r []rune, i int) (string, int, bool) {
	quote := r[i]
	var b strings.Builder
	for i++; i < len(r); i++ {
		if r[i] != quote {
			b.WriteRune(r[i])
			continue
		}
		if i+1 < len(r) && r[i+1] == quote {
			b.WriteRune(quote)
			i++
			continue
		}
		return b.String(), i + 1, true
	}
	return "", i, false
}

func numberEnd(r []rune, i int) int {
	digits := func() {
		for i < len(r) && r[i] >= '0' && r[i] <= '9' {
			i++
		}
	}
	digits()
	if i+1 < len(r) && r[i] == '.' && r[i+1] >= '0' && r[i+1] <= '9' {
		i++
		digits()
	}
	return i
}

func symbolLength(r []rune) int {
	if len(r) > 1 {
		switch string(r[:2]) {
		case "<=", ">=", "<>", "!=", "||", "::":
			return 2
		case "--", "/*":
			return 0
		}
	}
	if strings.ContainsRune("+-*/%=<>(),", r[0]) {
		return 1
	}
	return 0
}

type exprParser struct {
	tokens []exprToken
	at     int
	depth  int
}

func (p *exprParser) peek() exprToken { return p.tokens[p.at] }

func (p *exprParser) next() exprToken {
	t := p.tokens[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

// word reports whether the next token is the keyword, and takes it.
func (p *exprParser) word(w string) bool {
	if t := p.peek(); t.kind == tokWord && strings.EqualFold(t.text, w) {
		p.at++
		return true
	}
	return false
}

func (p *exprParser) symbol(s string) bool {
	if t := p.peek(); t.kind == tokSymbol && t.text == s {
		p.at++
		return true
	}
	return false
}

func (p *exprParser) expect(ok bool, what string) error {
	if ok {
		return nil
	}
	t := p.peek()
	return fmt.Errorf("expression: expected %s at position %d, found %q", what, t.pos+1, t.text)
}

func (p *exprParser) expression(min int) (Expr, error) {
	if p.depth++; p.depth > maxExprDepth {
		return Expr{}, fmt.Errorf("expression: nested more than %d levels deep", maxExprDepth)
	}
	defer func() { p.depth-- }()
	left, err := p.prefix()
	for err == nil {
		var more bool
		if left, more, err = p.infix(left, min); !more {
			break
		}
	}
	return left, err
}

func (p *exprParser) prefix() (Expr, error) {
	switch {
	case p.word("not"):
		e, err := p.expression(precNot)
		return Expr{Kind: ExprUnary, Name: "not", Args: []Expr{e}}, err
	case p.symbol("-"):
		e, err := p.expression(precUnary)
		return Expr{Kind: ExprUnary, Name: "-", Args: []Expr{e}}, err
	}
	return p.atom()
}

// infix extends left by one operator whose precedence is at least min.
func (p *exprParser) infix(left Expr, min int) (Expr, bool, error) {
	t := p.peek()
	op := strings.ToLower(t.text)
	if op == "!=" {
		op = "<>"
	}
	if prec := binaryPrecedence(op); prec > 0 && (t.kind == tokSymbol || t.kind == tokWord) {
		if prec < min {
			return left, false, nil
		}
		p.next()
		right, err := p.expression(prec + 1)
		return Expr{Kind: ExprBinary, Name: op, Args: []Expr{left, right}}, true, err
	}
	if t.kind != tokWord || precCompare < min {
		return left, false, nil
	}
	if p.word("is") {
		not := p.word("not")
		return Expr{Kind: ExprIsNull, Not: not, Args: []Expr{left}}, true, p.expect(p.word("null"), "null")
	}
	not := p.word("not")
	switch {
	case p.word("in"):
		args, err := p.list()
		return Expr{Kind: ExprIn, Not: not, Args: append([]Expr{left}, args...)}, true, err
	case p.word("between"):
		return p.between(left, not)
	case not:
		return left, false, p.expect(false, "in or between")
	}
	return left, false, nil
}

func (p *exprParser) between(left Expr, not bool) (Expr, bool, error) {
	low, err := p.expression(precAdd)
	if err == nil {
		err = p.expect(p.word("and"), "and")
	}
	if err != nil {
		return left, false, err
	}
	high, err := p.expression(precAdd)
	return Expr{Kind: ExprBetween, Not: not, Args: []Expr{left, low, high}}, true, err
}

// list reads "(" expression {"," expression} ")".
func (p *exprParser) list() ([]Expr, error) {
	if err := p.expect(p.symbol("("), "("); err != nil {
		return nil, err
	}
	var args []Expr
	for {
		e, err := p.expression(precOr)
		if err != nil {
			return nil, err
		}
		args = append(args, e)
		if !p.symbol(",") {
			return args, p.expect(p.symbol(")"), ")")
		}
	}
}

func (p *exprParser) atom() (Expr, error) {
	t := p.next()
	switch t.kind {
	case tokNumber:
		return Lit(Literal{NumberLiteral, t.text}), nil
	case tokString:
		return Lit(Literal{StringLiteral, t.text}), nil
	case tokQuoted:
		return Col(t.text), p.notQualified()
	case tokWord:
		return p.wordAtom(t)
	case tokSymbol:
		if t.text == "(" {
			e, err := p.expression(precOr)
			if err != nil {
				return e, err
			}
			return e, p.expect(p.symbol(")"), ")")
		}
	}
	return Expr{}, fmt.Errorf("expression: unexpected %q at position %d", t.text, t.pos+1)
}

func (p *exprParser) notQualified() error {
	if t := p.peek(); t.kind == tokSymbol && t.text == "(" {
		return fmt.Errorf("expression: a quoted name cannot be called (position %d)", t.pos+1)
	}
	return nil
}

func (p *exprParser) wordAtom(t exprToken) (Expr, error) {
	switch w := strings.ToLower(t.text); w {
	case "null":
		return Expr{Kind: ExprNull}, nil
	case "true", "false":
		return Lit(Literal{BoolLiteral, w}), nil
	case "case":
		return p.caseExpr()
	case "cast":
		return p.cast()
	case "date":
		if s := p.peek(); s.kind == tokString {
			p.next()
			return Lit(Literal{DateLiteral, s.text}), nil
		}
		return Expr{}, p.expect(false, "a date in quotes")
	default:
		if reserved()[w] {
			return Expr{}, fmt.Errorf("expression: unexpected %q at position %d", t.text, t.pos+1)
		}
		if s := p.peek(); s.kind == tokSymbol && s.text == "(" {
			return p.call(w, t.pos)
		}
		return Col(w), nil
	}
}

func (p *exprParser) call(name string, pos int) (Expr, error) {
	arity, ok := Functions()[name]
	if !ok {
		return Expr{}, fmt.Errorf("expression: the function %q at position %d is not one of the known scalar functions", name, pos+1)
	}
	args, err := p.list()
	if err != nil {
		return Expr{}, err
	}
	if len(args) < arity[0] || arity[1] >= 0 && len(args) > arity[1] {
		return Expr{}, fmt.Errorf("expression: %s at position %d has %d arguments", name, pos+1, len(args))
	}
	return Expr{Kind: ExprCall, Name: name, Args: args}, nil
}

func (p *exprParser) caseExpr() (Expr, error) {
	e := Expr{Kind: ExprCase}
	for p.word("when") {
		when, err := p.expression(precOr)
		if err == nil {
			err = p.expect(p.word("then"), "then")
		}
		if err != nil {
			return e, err
		}
		then, err := p.expression(precOr)
		if err != nil {
			return e, err
		}
		e.Args = append(e.Args, when, then)
	}
	if len(e.Args) == 0 {
		return e, p.expect(false, "when")
	}
	if p.word("else") {
		other, err := p.expression(precOr)
		if err != nil {
			return e, err
		}
		e.Args = append(e.Args, other)
	}
	return e, p.expect(p.word("end"), "end")
}

func (p *exprParser) cast() (Expr, error) {
	if err := p.expect(p.symbol("("), "("); err != nil {
		return Expr{}, err
	}
	inner, err := p.expression(precOr)
	if err == nil {
		err = p.expect(p.word("as"), "as")
	}
	if err != nil {
		return Expr{}, err
	}
	t := p.next()
	kind := strings.ToLower(t.text)
	if t.kind != tokWord || !slices.Contains(castTypes(), kind) {
		return Expr{}, fmt.Errorf("expression: cannot cast to %q (position %d); known types: %s", t.text, t.pos+1, strings.Join(castTypes(), ", "))
	}
	return Expr{Kind: ExprCast, Name: kind, Args: []Expr{inner}}, p.expect(p.symbol(")"), ")")
}
