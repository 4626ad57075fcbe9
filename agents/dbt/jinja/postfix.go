package jinja

import "strconv"

// parsePostfix reads what may follow a primary: .attr, [index], (call), |filter and "is" tests.
func (p *exprParser) parsePostfix(x *expr) (*expr, error) {
	for {
		var err error
		switch op, _ := p.op(".", "[", "(", "|"); op {
		case ".":
			t, ok := p.peek()
			if !ok || t.kind != nameToken && t.kind != numberToken {
				return nil, p.fail("an attribute name is missing")
			}
			p.pos++
			x = &expr{kind: attrExpr, line: x.line, name: t.text, kids: []*expr{x}}
		case "[":
			var kids []*expr
			kids, _, err = p.parseItems("]", true)
			x = &expr{kind: indexExpr, line: x.line, kids: append([]*expr{x}, kids...)}
		case "(":
			x = &expr{kind: callExpr, line: x.line, kids: []*expr{x}}
			err = p.parseArgs(x)
		case "|":
			x, err = p.parseFilter(x)
		default:
			if !p.word("is") {
				return x, nil
			}
			x, err = p.parseTest(x)
		}
		if err != nil {
			return nil, err
		}
	}
}

// parseArgs reads the arguments of a call or filter up to ")", adding them to x.
func (p *exprParser) parseArgs(x *expr) error {
	for {
		if _, ok := p.op(")"); ok {
			return nil
		}
		if err := p.parseArg(x); err != nil {
			return err
		}
		if _, ok := p.op(","); ok {
			continue
		}
		if _, ok := p.op(")"); ok {
			return nil
		}
		return p.fail("a comma or ) is missing")
	}
}

func (p *exprParser) parseArg(x *expr) error {
	if star, ok := p.op("*", "**"); ok {
		v, err := p.parseExpr()
		if err == nil {
			x.keys = append(x.keys, keyword{star, v}) // *args: no literal call has them
		}
		return err
	}
	if p.pos+1 < len(p.toks) && p.toks[p.pos].kind == nameToken && p.toks[p.pos+1].is(opToken, "=") {
		name := p.toks[p.pos].text
		p.pos += 2
		v, err := p.parseExpr()
		if err == nil {
			x.keys = append(x.keys, keyword{name, v})
		}
		return err
	}
	v, err := p.parseExpr()
	if err == nil {
		x.kids = append(x.kids, v)
	}
	return err
}

func (p *exprParser) parseFilter(x *expr) (*expr, error) {
	t, ok := p.peek()
	if !ok || t.kind != nameToken {
		return nil, p.fail("a filter name is missing")
	}
	p.pos++
	f := &expr{kind: filterExpr, line: x.line, name: t.text, kids: []*expr{x}}
	if _, ok := p.op("("); ok {
		return f, p.parseArgs(f)
	}
	return f, nil
}

// parseTest reads what follows "is": an optional "not", a test name and its argument.
func (p *exprParser) parseTest(x *expr) (*expr, error) {
	negate := p.word("not")
	t, ok := p.peek()
	if !ok || t.kind != nameToken {
		return nil, p.fail("a test name is missing")
	}
	p.pos++
	test := &expr{kind: testExpr, line: x.line, name: t.text, kids: []*expr{x}}
	if _, ok := p.op("("); ok {
		if err := p.parseArgs(test); err != nil {
			return nil, err
		}
	}
	if negate {
		return &expr{kind: unaryExpr, line: x.line, name: "not", kids: []*expr{test}}, nil
	}
	return test, nil
}

// parseAll reads tokens as exactly one expression.
func parseAll(toks []token, line int) (*expr, error) {
	p := &exprParser{toks: toks, line: line}
	x, err := p.parseTuple()
	if err != nil {
		return nil, err
	}
	if t, ok := p.peek(); ok {
		return nil, &SyntaxError{Line: t.line, Msg: "unexpected " + strconv.Quote(t.text)}
	}
	return x, nil
}

// parseTuple reads an expression or a tuple without brackets: a, b.
func (p *exprParser) parseTuple() (*expr, error) {
	x, err := p.parseExpr()
	if err != nil {
		return nil, err
	}
	t := &expr{kind: tupleExpr, line: x.line, kids: []*expr{x}}
	for {
		if _, ok := p.op(","); !ok {
			break
		}
		if _, more := p.peek(); !more {
			break
		}
		y, err := p.parseExpr()
		if err != nil {
			return nil, err
		}
		t.kids = append(t.kids, y)
	}
	if len(t.kids) == 1 {
		return x, nil
	}
	return t, nil
}
