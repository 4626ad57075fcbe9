package jinja

// stmtKind is what a statement of the template does.
type stmtKind int

const (
	textStmt   stmtKind = iota
	outputStmt          // {{ x }}
	ifStmt              // body when x, else els
	forStmt             // names in x: body, else els
	setStmt             // names = x, or names = body
	doStmt              // x for its effect
	macroStmt           // name(params): body
	blockStmt           // snapshot, call, filter, test, materialization: a body with a head
	otherStmt           // known to end here, or unknown
)

// stmt is a node of a template's tree.
type stmt struct {
	kind   stmtKind
	seg    *segment
	word   string // keyword of the statement
	name   string // macro, snapshot, test, …
	names  []*expr
	x      *expr
	params []keyword // macro parameters with their defaults (nil: none)
	body   []*stmt
	els    []*stmt
	block  bool // set … endset
}

// Template is a parsed template. It may be shared between goroutines.
type Template struct {
	segs []segment
	root []*stmt
	err  error // the first thing wrong with its syntax
}

// Parse reads a template. A template with a syntax error is returned with what could be read; Err says what is wrong.
func Parse(src string) *Template {
	t := &Template{segs: scan(src)}
	p := &treeParser{t: t}
	t.root = p.list(nil)
	return t
}

// Err is the first syntax error, or nil.
func (t *Template) Err() error { return t.err }

type treeParser struct {
	t     *Template
	pos   int
	depth int
	end   string // the closing keyword that ended the last list
}

func (p *treeParser) fail(seg *segment, err error) {
	if p.t.err != nil {
		return
	}
	if se, ok := err.(*SyntaxError); ok && se.Text == "" {
		err = &SyntaxError{Line: se.Line, Text: seg.text, Msg: se.Msg}
	}
	p.t.err = err
}

func (p *treeParser) failf(seg *segment, msg string) {
	p.fail(seg, &SyntaxError{Line: seg.line, Text: seg.text, Msg: msg})
}

// list reads statements up to one whose keyword is in ends; that one is consumed and its keyword kept in p.end.
func (p *treeParser) list(ends []string) []*stmt {
	var out []*stmt
	p.end = ""
	for p.pos < len(p.t.segs) {
		seg := &p.t.segs[p.pos]
		if seg.kind == stmtSegment && seg.err == nil && len(seg.toks) > 0 {
			for _, e := range ends {
				if seg.toks[0].is(nameToken, e) {
					p.end = e
					return out // p.pos stays on the closing tag: elif has a condition
				}
			}
		}
		p.pos++
		if s := p.stmt(seg); s != nil {
			out = append(out, s)
		}
	}
	return out
}

func (p *treeParser) stmt(seg *segment) *stmt {
	if seg.kind == textSegment {
		return &stmt{kind: textStmt, seg: seg}
	}
	if seg.err != nil {
		p.fail(seg, seg.err)
		return &stmt{kind: otherStmt, seg: seg}
	}
	if seg.kind == exprSegment {
		x, err := parseAll(seg.toks, seg.line)
		if err != nil {
			p.fail(seg, err)
			return &stmt{kind: otherStmt, seg: seg}
		}
		return &stmt{kind: outputStmt, seg: seg, x: x}
	}
	if len(seg.toks) == 0 || seg.toks[0].kind != nameToken {
		p.failf(seg, "a keyword is missing")
		return &stmt{kind: otherStmt, seg: seg}
	}
	return p.tag(seg, seg.toks[0].text)
}

// tag reads a statement tag and, for blocks, everything up to its end.
func (p *treeParser) tag(seg *segment, word string) *stmt {
	s := &stmt{kind: otherStmt, seg: seg, word: word}
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		p.failf(seg, "blocks are nested too deeply")
		return s
	}
	ep := &exprParser{toks: seg.toks[1:], line: seg.line}
	switch word {
	case "if":
		p.ifTag(s)
	case "for":
		p.forTag(s, ep)
	case "set":
		p.setTag(s, ep)
	case "do":
		s.kind = doStmt
		s.x = p.rest(s, ep)
	case "macro", "test", "data_test", "materialization", "snapshot", "call", "filter", "docs", "block", "analysis", "hook":
		p.blockTag(s, ep)
	case "raw", "endraw":
	default:
		p.failf(seg, "this statement is not known here or has no beginning")
	}
	return s
}

// rest parses what is left of the tag as one expression.
func (p *treeParser) rest(s *stmt, ep *exprParser) *expr {
	x, err := parseAll(ep.toks[ep.pos:], s.seg.line)
	if err != nil {
		p.fail(s.seg, err)
		return &expr{kind: nameExpr, line: s.seg.line, name: "?"}
	}
	return x
}

// close consumes the tag that ended the last list, or complains that it is missing.
func (p *treeParser) close(s *stmt, want string) {
	if p.end == "" {
		p.failf(s.seg, "its {% "+want+" %} is missing")
		return
	}
	p.pos++
}

func (p *treeParser) ifTag(s *stmt) {
	s.kind = ifStmt
	s.x = p.rest(s, &exprParser{toks: s.seg.toks[1:], line: s.seg.line})
	s.body = p.list([]string{"elif", "else", "endif"})
	switch p.end {
	case "elif": // an elif is an if inside the else, sharing the endif
		next := &p.t.segs[p.pos]
		p.pos++
		p.depth++
		inner := &stmt{kind: ifStmt, seg: next, word: "elif"}
		if p.depth > maxDepth {
			p.failf(next, "blocks are nested too deeply")
		} else {
			p.ifTag(inner)
		}
		p.depth--
		s.els = []*stmt{inner}
	case "else":
		p.pos++
		s.els = p.list([]string{"endif"})
		p.close(s, "endif")
	default:
		p.close(s, "endif")
	}
}

func (p *treeParser) forTag(s *stmt, ep *exprParser) {
	s.kind = forStmt
	for {
		t, ok := ep.peek()
		if !ok || t.kind != nameToken || t.text == "in" {
			p.failf(s.seg, "the loop variable is missing")
			break
		}
		ep.pos++
		s.names = append(s.names, &expr{kind: nameExpr, line: t.line, name: t.text})
		if _, comma := ep.op(","); !comma {
			break
		}
	}
	if !ep.word("in") {
		p.failf(s.seg, "\"in\" is missing")
	}
	s.x = p.rest(s, ep)
	s.body = p.list([]string{"else", "endfor"})
	if p.end == "else" {
		p.pos++
		s.els = p.list([]string{"endfor"})
	}
	p.close(s, "endfor")
}

func (p *treeParser) setTag(s *stmt, ep *exprParser) {
	s.kind = setStmt
	for {
		x, err := ep.parsePrimary()
		if err == nil {
			x, err = ep.parsePostfix(x)
		}
		if err != nil {
			p.fail(s.seg, err)
			s.kind = otherStmt
			return
		}
		s.names = append(s.names, x)
		if _, comma := ep.op(","); !comma {
			break
		}
	}
	if _, ok := ep.op("="); ok {
		s.x = p.rest(s, ep)
		return
	}
	s.block = true
	s.body = p.list([]string{"endset"})
	p.close(s, "endset")
}

// blockTag reads macro, snapshot and their like: a name, parameters, and a body up to "end" + keyword.
func (p *treeParser) blockTag(s *stmt, ep *exprParser) {
	s.kind = blockStmt
	if t, ok := ep.peek(); ok && t.kind == nameToken {
		s.name = t.text
		if s.word != "call" && s.word != "filter" {
			ep.pos++
		}
	}
	switch s.word {
	case "macro", "test", "data_test":
		s.kind = macroStmt
		if _, ok := ep.op("("); ok {
			args := &expr{kind: callExpr}
			if err := ep.parseArgs(args); err != nil {
				p.fail(s.seg, err)
			}
			for _, a := range args.kids {
				s.params = append(s.params, keyword{name: a.name})
			}
			s.params = append(s.params, args.keys...)
		}
	case "call", "filter":
		s.x = p.rest(s, ep)
	}
	end := "end" + s.word
	s.body = p.list([]string{end})
	p.close(s, end)
}
