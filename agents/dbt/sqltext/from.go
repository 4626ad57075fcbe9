package sqltext

import (
	"slices"

	"firstmile/agents/dbt/jinja"
)

// joinWords introduce the next source.
var joinWords = []string{"join", "inner", "left", "right", "full", "cross", "outer", "semi", "anti", "asof", "natural", "positional", "lateral", "global", "any"}

// notAlias are keywords that may follow a source and are not its alias.
var notAlias = append([]string{"on", "pivot", "unpivot", "tablesample", "as", "at", "for", "final", "match_recognize", "select"}, append(joinWords, clauseEnd...)...)

// from reads the sources of a select. What it does not understand makes stars over them unknown, not the query.
func (p *parser) from(s *selectStmt) {
	s.sources = append(s.sources, p.source())
	for p.pos < len(p.toks) {
		switch {
		case p.sym(","):
			s.sources = append(s.sources, p.source())
		case p.isAny(joinWords...):
			natural := false
			for p.isAny(joinWords...) {
				natural = natural || p.is("natural")
				p.pos++
			}
			src := p.source()
			if natural {
				src.why = "a natural join decides the columns"
			}
			s.sources = append(s.sources, src)
		case p.is("on"):
			p.pos++
			p.skipCondition()
		case p.is("using"):
			p.pos++
			last := &s.sources[len(s.sources)-1]
			if p.isSym("(") {
				last.using = p.names()
			}
			if last.using == nil {
				last.why = "USING is not understood"
			}
		case p.isSym(")"), p.isSym(";"), p.isAny(clauseEnd...):
			return
		default:
			s.sources = append(s.sources, source{why: p.fail("FROM is not understood").Error()})
			p.skipToClause()
			return
		}
	}
}

// skipCondition moves to the next join, comma or clause at this depth.
func (p *parser) skipCondition() {
	start := p.pos
	for p.pos < len(p.toks) {
		switch {
		case p.isSym("("), p.isSym("["):
			if !p.skipBrackets() {
				return
			}
			continue
		case p.isSym(","), p.isSym(")"), p.isSym(";"):
			return
		case p.isAny(joinWords...) || p.isAny(clauseEnd...):
			// left(x, 3) and right(x, 3) are functions; "is distinct from" is an operator
			next, _ := p.at(1)
			prev, _ := p.at(-1)
			if !next.Sym("(") && !prev.Sym(".") && !prev.Is("distinct") && p.pos > start {
				return
			}
		}
		p.pos++
	}
}

func (p *parser) skipToClause() {
	for p.pos < len(p.toks) {
		switch {
		case p.isSym("("):
			if !p.skipBrackets() {
				return
			}
			continue
		case p.isSym(")"), p.isSym(";"), p.isAny("where", "group", "having", "qualify", "window", "order", "limit", "union", "except", "intersect"):
			return
		}
		p.pos++
	}
}

// source reads a table, CTE, function or bracketed query with its alias.
func (p *parser) source() source {
	p.word("lateral")
	if p.isSym("(") {
		return p.bracketedSource()
	}
	var src source
	t, ok := p.peek()
	if !ok || t.Kind != Word && t.Kind != Quoted {
		p.pos++
		return source{why: "FROM names no table"}
	}
	for {
		name, ok := p.ident()
		if !ok {
			src.why = "FROM is not understood"
			return src
		}
		src.path = append(src.path, name)
		if !p.sym(".") {
			break
		}
	}
	if slices.Contains(src.path, jinja.Opaque) || slices.Contains(src.path, jinja.OpaqueBlock) {
		src.why = "a macro names the table"
	}
	if p.isSym("(") {
		p.skipBrackets()
		src.why = "the rows come from the function " + joinPath(src.path)
	}
	if t.Is("values") {
		src.why = "the rows are a VALUES list"
	}
	p.alias(&src)
	return src
}

// bracketedSource reads "(" query ")" alias. A join in brackets is not understood.
func (p *parser) bracketedSource() source {
	var src source
	next, _ := p.at(1)
	if next.Is("select") || next.Is("with") || next.Sym("(") {
		q, err := p.bracketed()
		if err != nil {
			src.why = err.Error()
			p.pos = len(p.toks)
			return src
		}
		src.query = q
	} else {
		src.why = "a join in brackets is not read"
		if !p.skipBrackets() {
			p.pos = len(p.toks)
		}
	}
	p.alias(&src)
	return src
}

func (p *parser) alias(src *source) {
	explicit := p.word("as")
	if t, ok := p.peek(); ok && (t.Kind == Quoted || t.Kind == Word && (explicit || !slices.ContainsFunc(notAlias, t.Is))) {
		if t.Is(jinja.Opaque) || t.Is(jinja.OpaqueBlock) {
			return
		}
		p.pos++
		src.alias = t.Text
		if p.isSym("(") {
			if src.columns = p.names(); src.columns == nil {
				src.why = "the column list of the alias is not understood"
			}
		}
	}
	if p.isAny("pivot", "unpivot", "match_recognize", "tablesample") {
		if !p.is("tablesample") {
			src.why = "a pivot decides the columns"
		}
		p.pos++
		for p.pos < len(p.toks) && !p.isSym("(") {
			p.pos++
		}
		p.skipBrackets()
		p.alias(src)
	}
}
