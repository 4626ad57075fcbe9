package sqltext

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"
)

// Query is a parsed query: CTEs and one or more selects combined by set operators. It may be shared between goroutines.
type Query struct {
	ctes    []cte
	selects []selectStmt // the first one names the output columns
}

type cte struct {
	name    string
	columns []string // with x (a, b) as …
	query   *Query
}

// selectStmt is one SELECT as far as its output columns need it.
type selectStmt struct {
	items   []item
	sources []source
	nested  *Query // the select is a query in brackets
	why     string // why items cannot be trusted, empty when they can
}

// item is one entry of a select list.
type item struct {
	star   bool
	path   []string // a plain column: qualifier and name; for a star its qualifier
	name   string   // output name, empty when only the database knows it
	except []string // star: columns left out
	rename map[string]string
	opaque bool       // the item may stand for any number of columns
	reads  [][]string // an expression: the columns that it names, qualifier and name
}

// source is one entry of FROM.
type source struct {
	path    []string // table or CTE
	query   *Query
	alias   string
	columns []string // alias (a, b)
	using   []string // columns merged with what stands to the left
	why     string   // why its columns are not known
}

// maxDepth bounds nested queries, so that hostile input cannot exhaust the stack.
const maxDepth = 100

var errDeep = errors.New("the query is nested too deeply")

type parser struct {
	toks  []Token
	pos   int
	depth int
}

// Parse reads a query as far as its output columns need it. The error says what was not understood, with the line.
func Parse(sql string) (*Query, error) {
	p := &parser{toks: Code(Tokenize(sql))}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	p.sym(";")
	if t, ok := p.peek(); ok {
		return nil, fmt.Errorf("line %d: unexpected %q after the query", t.Line, t.Text)
	}
	return q, nil
}

func (p *parser) peek() (Token, bool) { return p.at(0) }

func (p *parser) at(n int) (Token, bool) {
	if p.pos+n >= 0 && p.pos+n < len(p.toks) {
		return p.toks[p.pos+n], true
	}
	return Token{}, false
}

func (p *parser) is(kw string) bool { t, ok := p.peek(); return ok && t.Is(kw) }

func (p *parser) isAny(kws ...string) bool { return slices.ContainsFunc(kws, p.is) }

func (p *parser) word(kw string) bool {
	if p.is(kw) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) isSym(s string) bool { t, ok := p.peek(); return ok && t.Sym(s) }

func (p *parser) sym(s string) bool {
	if p.isSym(s) {
		p.pos++
		return true
	}
	return false
}

// ident consumes an identifier.
func (p *parser) ident() (string, bool) {
	if t, ok := p.peek(); ok && (t.Kind == Word || t.Kind == Quoted) {
		p.pos++
		return t.Text, true
	}
	return "", false
}

func (p *parser) fail(msg string) error {
	if t, ok := p.peek(); ok {
		return fmt.Errorf("line %d: %s before %q", t.Line, msg, t.Text)
	}
	return errors.New(msg + " at the end")
}

// query reads [with …] select [set operator select]…
func (p *parser) query() (*Query, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	q := &Query{}
	if p.word("with") {
		p.word("recursive")
		if err := p.with(q); err != nil {
			return nil, err
		}
	}
	for {
		s, err := p.selectStmt()
		if err != nil {
			return nil, err
		}
		q.selects = append(q.selects, s)
		p.tail()
		if !p.isAny("union", "except", "intersect", "minus") {
			return q, nil
		}
		p.pos++
		for p.isAny("all", "distinct") {
			p.pos++
		}
		if p.word("by") && p.word("name") && len(q.selects) == 1 {
			q.selects[0].why = "the query unites selects by name"
		}
	}
}

func (p *parser) with(q *Query) error {
	for {
		name, ok := p.ident()
		if !ok {
			return p.fail("the name of a CTE is missing")
		}
		if name == jinja.Opaque || name == jinja.OpaqueBlock {
			return p.fail("a macro writes the CTEs")
		}
		c := cte{name: name}
		if p.isSym("(") {
			c.columns = p.names()
		}
		if !p.word("as") {
			return p.fail("AS is missing")
		}
		p.word("not")
		p.word("materialized")
		inner, err := p.bracketed()
		if err != nil {
			return fmt.Errorf("CTE %s: %w", name, err)
		}
		c.query = inner
		q.ctes = append(q.ctes, c)
		if !p.sym(",") {
			return nil
		}
		if p.isAny("select") { // a comma after the last CTE, as DuckDB and BigQuery take it
			return nil
		}
	}
}

// bracketed reads "(" query ")". A query inside that is not understood is unknown rather than an error, as its end
// is certain.
func (p *parser) bracketed() (*Query, error) {
	if !p.isSym("(") {
		return nil, p.fail("( is missing")
	}
	start := p.pos
	p.pos++
	q, err := p.query()
	if err == nil && p.sym(")") {
		return q, nil
	}
	if errors.Is(err, errDeep) {
		return nil, err
	}
	if err == nil {
		err = p.fail("the query goes on")
	}
	p.pos = start
	if !p.skipBrackets() {
		return nil, err
	}
	return &Query{selects: []selectStmt{{why: err.Error()}}}, nil
}

// skipBrackets jumps over a balanced pair of brackets.
func (p *parser) skipBrackets() bool {
	depth := 0
	for ; p.pos < len(p.toks); p.pos++ {
		switch {
		case p.isSym("("), p.isSym("["):
			depth++
		case p.isSym(")"), p.isSym("]"):
			if depth--; depth == 0 {
				p.pos++
				return true
			}
		}
	}
	return false
}

// names reads "(" a, b ")" and returns the names; anything else inside is skipped and gives nil.
func (p *parser) names() []string {
	start := p.pos
	p.pos++
	var out []string
	for {
		name, ok := p.ident()
		if !ok {
			break
		}
		out = append(out, name)
		if p.sym(",") {
			continue
		}
		if p.sym(")") {
			return out
		}
		break
	}
	p.pos = start
	p.skipBrackets()
	return nil
}

// clauseEnd are the keywords that end a select list or a FROM clause at the same depth.
var clauseEnd = []string{"from", "where", "group", "having", "qualify", "window", "order", "limit", "offset", "fetch", "union",
	"except", "intersect", "minus", "cluster", "distribute", "sort", "sample", "using"}

// tail skips what follows FROM: WHERE to LIMIT, up to a set operator, a closing bracket or the end.
func (p *parser) tail() {
	for p.pos < len(p.toks) {
		switch {
		case p.isSym("("), p.isSym("["):
			if !p.skipBrackets() {
				return
			}
			continue
		case p.isSym(")"), p.isSym(";"), p.isAny("union", "except", "intersect", "minus"):
			return
		}
		p.pos++
	}
}

func joinPath(path []string) string { return strings.Join(path, ".") }
