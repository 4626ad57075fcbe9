package jinja

import (
	"strconv"
	"strings"
)

// exprKind is the shape of an expression.
type exprKind int

const (
	literalExpr exprKind = iota // value
	nameExpr                    // name
	attrExpr                    // kids[0].name
	indexExpr                   // kids[0][kids[1]]
	callExpr                    // kids[0](kids[1:], keys)
	listExpr                    // [kids]
	tupleExpr                   // (kids)
	dictExpr                    // {kids[0]: kids[1], …}
	unaryExpr                   // name kids[0]
	binaryExpr                  // kids[0] name kids[1]
	filterExpr                  // kids[0]|name(kids[1:])
	testExpr                    // kids[0] is name(kids[1:])
	condExpr                    // kids[0] if kids[1] else kids[2]
	sliceExpr                   // a:b inside an index; never evaluated
)

// expr is a node of an expression's tree.
type expr struct {
	kind exprKind
	line int
	name string
	val  any // literal: string, int64, float64, bool or nil
	kids []*expr
	keys []keyword // calls and filters: keyword arguments
}

type keyword struct {
	name string
	val  *expr
}

// maxDepth bounds nesting, so that hostile input cannot exhaust the stack.
const maxDepth = 200

// exprParser is a recursive-descent parser after Jinja's grammar.
type exprParser struct {
	toks  []token
	pos   int
	depth int
	line  int
}

func (p *exprParser) peek() (token, bool) {
	if p.pos < len(p.toks) {
		return p.toks[p.pos], true
	}
	return token{}, false
}

func (p *exprParser) op(texts ...string) (string, bool) {
	t, ok := p.peek()
	if ok && t.kind == opToken {
		for _, s := range texts {
			if t.text == s {
				p.pos++
				return s, true
			}
		}
	}
	return "", false
}

func (p *exprParser) word(text string) bool {
	if t, ok := p.peek(); ok && t.is(nameToken, text) {
		p.pos++
		return true
	}
	return false
}

func (p *exprParser) fail(msg string) error {
	if t, ok := p.peek(); ok {
		return &SyntaxError{Line: t.line, Msg: msg + " before " + strconv.Quote(t.text)}
	}
	return &SyntaxError{Line: p.line, Msg: msg + " at the end of the tag"}
}

// parseExpr reads a whole expression, with a condition: a if b else c.
func (p *exprParser) parseExpr() (*expr, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return nil, p.fail("the expression is nested too deeply")
	}
	x, err := p.parseBinary(0)
	if err != nil {
		return nil, err
	}
	for p.word("if") {
		cond, err := p.parseBinary(0)
		if err != nil {
			return nil, err
		}
		other := &expr{kind: literalExpr, line: x.line, val: ""}
		if p.word("else") {
			if other, err = p.parseExpr(); err != nil {
				return nil, err
			}
		}
		x = &expr{kind: condExpr, line: x.line, kids: []*expr{x, cond, other}}
	}
	return x, nil
}

// levels are the binary operators from the loosest to the tightest.
var levels = [][]string{{"or"}, {"and"}, {"not"}, {"==", "!=", "<", ">", "<=", ">=", "in", "not in"}, {"+", "-"}, {"~"}, {"*", "/", "//", "%"}, {"**"}}

const notLevel = 2

func (p *exprParser) parseBinary(level int) (*expr, error) {
	if level == len(levels) {
		return p.parseUnary()
	}
	if level == notLevel {
		line := p.here()
		if !p.word("not") {
			return p.parseBinary(level + 1)
		}
		p.depth++
		defer func() { p.depth-- }()
		if p.depth > maxDepth {
			return nil, p.fail("the expression is nested too deeply")
		}
		x, err := p.parseBinary(level)
		return &expr{kind: unaryExpr, line: line, name: "not", kids: []*expr{x}}, err
	}
	x, err := p.parseBinary(level + 1)
	for err == nil {
		op, ok := p.operator(levels[level])
		if !ok {
			return x, nil
		}
		var y *expr
		y, err = p.parseBinary(level + 1)
		x = &expr{kind: binaryExpr, line: x.line, name: op, kids: []*expr{x, y}}
	}
	return nil, err
}

// operator consumes one of the operators, written as a sign or a word.
func (p *exprParser) operator(ops []string) (string, bool) {
	for _, op := range ops {
		switch {
		case op == "not in":
			if p.pos+1 < len(p.toks) && p.toks[p.pos].is(nameToken, "not") && p.toks[p.pos+1].is(nameToken, "in") {
				p.pos += 2
				return op, true
			}
		case op[0] >= 'a' && op[0] <= 'z':
			if p.word(op) {
				return op, true
			}
		default:
			if s, ok := p.op(op); ok {
				return s, true
			}
		}
	}
	return "", false
}

func (p *exprParser) here() int {
	if t, ok := p.peek(); ok {
		return t.line
	}
	return p.line
}

func (p *exprParser) parseUnary() (*expr, error) {
	line := p.here()
	if s, ok := p.op("-", "+"); ok {
		p.depth++
		defer func() { p.depth-- }()
		if p.depth > maxDepth {
			return nil, p.fail("the expression is nested too deeply")
		}
		x, err := p.parseUnary()
		return &expr{kind: unaryExpr, line: line, name: s, kids: []*expr{x}}, err
	}
	x, err := p.parsePrimary()
	if err != nil {
		return nil, err
	}
	return p.parsePostfix(x)
}

// parsePrimary reads a literal, a name or a bracketed expression.
func (p *exprParser) parsePrimary() (*expr, error) {
	t, ok := p.peek()
	if !ok {
		return nil, p.fail("an expression is missing")
	}
	p.pos++
	switch t.kind {
	case stringToken:
		s := t.text
		for { // adjacent strings are joined, as in Python
			next, ok := p.peek()
			if !ok || next.kind != stringToken {
				return &expr{kind: literalExpr, line: t.line, val: s}, nil
			}
			s += next.text
			p.pos++
		}
	case numberToken:
		return number(t), nil
	case nameToken:
		switch t.text {
		case "true", "True":
			return &expr{kind: literalExpr, line: t.line, val: true}, nil
		case "false", "False":
			return &expr{kind: literalExpr, line: t.line, val: false}, nil
		case "none", "None":
			return &expr{kind: literalExpr, line: t.line}, nil
		}
		return &expr{kind: nameExpr, line: t.line, name: t.text}, nil
	}
	switch t.text {
	case "(":
		return p.parseGroup(t.line)
	case "[":
		kids, _, err := p.parseItems("]", false)
		return &expr{kind: listExpr, line: t.line, kids: kids}, err
	case "{":
		return p.parseDict(t.line)
	}
	p.pos--
	return nil, p.fail("an expression is missing")
}

func number(t token) *expr {
	text := strings.ReplaceAll(t.text, "_", "")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return &expr{kind: literalExpr, line: t.line, val: n}
	}
	f, _ := strconv.ParseFloat(text, 64) // the tokenizer let only digits and one dot through
	return &expr{kind: literalExpr, line: t.line, val: f}
}

// parseGroup reads what follows "(": one expression in brackets, or a tuple.
func (p *exprParser) parseGroup(line int) (*expr, error) {
	kids, comma, err := p.parseItems(")", false)
	if err != nil {
		return nil, err
	}
	if len(kids) == 1 && !comma {
		return kids[0], nil
	}
	return &expr{kind: tupleExpr, line: line, kids: kids}, nil
}

// parseItems reads expressions separated by commas up to the closing bracket; comma says that there was one. With slices it
// also takes a:b.
func (p *exprParser) parseItems(closing string, slices bool) (kids []*expr, comma bool, err error) {
	for {
		if _, ok := p.op(closing); ok {
			return kids, comma, nil
		}
		if slices {
			if _, ok := p.op(":"); ok {
				kids = append(kids, &expr{kind: sliceExpr, line: p.here()})
				continue
			}
		}
		x, err := p.parseExpr()
		if err != nil {
			return nil, false, err
		}
		kids = append(kids, x)
		if _, ok := p.op(","); ok {
			comma = true
			continue
		}
		if slices {
			continue
		}
		if _, ok := p.op(closing); ok {
			return kids, comma, nil
		}
		return nil, false, p.fail("a comma or " + closing + " is missing")
	}
}

func (p *exprParser) parseDict(line int) (*expr, error) {
	d := &expr{kind: dictExpr, line: line}
	for {
		if _, ok := p.op("}"); ok {
			return d, nil
		}
		k, err := p.parseExpr()
		if err != nil {
			return nil, err
		}
		if _, ok := p.op(":"); !ok {
			return nil, p.fail("a colon is missing")
		}
		v, err := p.parseExpr()
		if err != nil {
			return nil, err
		}
		d.kids = append(d.kids, k, v)
		if _, ok := p.op(","); ok {
			continue
		}
		if _, ok := p.op("}"); !ok {
			return nil, p.fail("a comma or } is missing")
		}
		return d, nil
	}
}
