package sqltext

import (
	"slices"

	"firstmile/agents/dbt/jinja"
)

// selectStmt reads SELECT items [FROM sources]; what follows is left to tail.
func (p *parser) selectStmt() (selectStmt, error) {
	if p.isSym("(") {
		q, err := p.bracketed()
		return selectStmt{nested: q}, err
	}
	if !p.word("select") {
		return selectStmt{}, p.fail("SELECT is missing")
	}
	var s selectStmt
	if p.word("distinct") && p.word("on") && p.isSym("(") {
		p.skipBrackets()
	}
	p.word("all")
	if p.isAny("as", "top") {
		s.why = "SELECT AS and SELECT TOP are not read"
	}
	for {
		start := p.pos
		p.skipItem()
		toks := p.toks[start:p.pos]
		if len(toks) == 0 {
			break // a comma after the last item
		}
		it, why := readItem(toks)
		if why != "" && s.why == "" {
			s.why = why
		}
		s.items = append(s.items, it)
		if !p.sym(",") {
			break
		}
	}
	if len(s.items) == 0 {
		return s, p.fail("the select list is empty")
	}
	if p.word("from") {
		p.from(&s)
	}
	return s, nil
}

// skipItem moves to the comma, clause keyword or bracket that ends a select item.
func (p *parser) skipItem() {
	start := p.pos
	for p.pos < len(p.toks) {
		switch {
		case p.isSym("("), p.isSym("["), p.isSym("{"):
			if !p.skipAny() {
				return
			}
			continue
		case p.isSym(","), p.isSym(")"), p.isSym(";"):
			return
		case p.isAny(clauseEnd...) && p.ends(start):
			return
		}
		p.pos++
	}
}

// skipAny jumps over a balanced pair of brackets or, when it is not closed, to the end.
func (p *parser) skipAny() bool {
	if p.isSym("{") {
		depth := 0
		for ; p.pos < len(p.toks); p.pos++ {
			if p.isSym("{") {
				depth++
			} else if p.isSym("}") {
				if depth--; depth == 0 {
					p.pos++
					return true
				}
			}
		}
		return false
	}
	return p.skipBrackets()
}

// ends says whether the clause keyword at hand really ends the item that began at start: it does not in "is distinct from",
// in "* except (…)", as the name after a dot or AS, or where it opens the item and no operand is there yet.
func (p *parser) ends(start int) bool {
	prev, ok := p.at(-1)
	if !ok || p.pos == start {
		return p.is("from")
	}
	switch {
	case prev.Sym("."), prev.Is("as"):
		return false
	case p.is("from"):
		return !prev.Is("distinct")
	case p.is("except"):
		next, _ := p.at(1)
		return !prev.Sym("*") || !next.Sym("(")
	case p.isAny("sample", "offset", "sort", "window", "cluster", "distribute", "using", "minus", "limit", "fetch"):
		// These are also plain column names: they end the item only where a name cannot stand.
		next, ok := p.at(1)
		return ok && !next.Sym(",") && !next.Sym(")") && !next.Is("from") && !next.Is("as")
	}
	return true
}

// readItem understands one select item. why is set when the item makes the whole list unknown.
func readItem(toks []Token) (item, string) {
	if slices.ContainsFunc(toks, func(t Token) bool { return t.Is(jinja.OpaqueBlock) }) {
		return item{opaque: true}, "a Jinja block that only dbt can evaluate writes part of the select list"
	}
	if len(toks) == 1 && toks[0].Is(jinja.Opaque) {
		return item{opaque: true}, "a macro writes part of the select list"
	}
	if it, ok, why := readStar(toks); ok {
		return it, why
	}
	last := toks[len(toks)-1]
	name := ""
	expr := toks
	switch {
	case len(toks) >= 2 && toks[len(toks)-2].Is("as") && (last.Kind == Word || last.Kind == Quoted || last.Kind == String):
		name, expr = last.Text, toks[:len(toks)-2]
		if last.Kind == String {
			name = closedText(last.Text)
		}
	case len(toks) >= 2 && impliedAlias(toks):
		name, expr = last.Text, toks[:len(toks)-1]
	}
	it := item{name: name}
	if path, ok := plainPath(expr); ok {
		it.path = path
		if name == "" {
			it.name = path[len(path)-1]
		}
		return it, ""
	}
	it.reads = mentioned(expr)
	return it, ""
}

// mentioned lists what may be columns in an expression: names with their qualifiers, but no functions, types or keywords
// that an engine knows as such. A name that is none finds no table and does no harm.
func mentioned(toks []Token) [][]string {
	var out [][]string
	for i := 0; i < len(toks); i++ {
		if toks[i].Kind != Quoted && (toks[i].Kind != Word || reserved(toks[i])) {
			continue
		}
		path := []string{toks[i].Text}
		for i+2 < len(toks) && toks[i+1].Sym(".") && (toks[i+2].Kind == Word || toks[i+2].Kind == Quoted) {
			path = append(path, toks[i+2].Text)
			i += 2
		}
		if i+1 < len(toks) && toks[i+1].Sym("(") {
			continue
		}
		out = append(out, path)
	}
	return out
}

func closedText(literal string) string {
	if len(literal) >= 2 {
		return literal[1 : len(literal)-1]
	}
	return ""
}

// readStar reads [qualifier.]* with its EXCEPT, EXCLUDE, REPLACE and RENAME.
func readStar(toks []Token) (it item, ok bool, why string) {
	i := 0
	var path []string
	for i+1 < len(toks) && (toks[i].Kind == Word || toks[i].Kind == Quoted) && toks[i+1].Sym(".") {
		path = append(path, toks[i].Text)
		i += 2
	}
	if i >= len(toks) || !toks[i].Sym("*") {
		return item{}, false, ""
	}
	it = item{star: true, path: path}
	p := &parser{toks: toks, pos: i + 1}
	for p.pos < len(p.toks) {
		switch {
		case p.word("except"), p.word("exclude"):
			if p.isSym("(") {
				it.except = append(it.except, p.names()...)
			} else if name, ok := p.ident(); ok {
				it.except = append(it.except, name)
			}
		case p.word("replace"): // changes values, not names
			if !p.isSym("(") || !p.skipBrackets() {
				return it, true, "the star's REPLACE is not understood"
			}
		case p.word("rename"):
			if it.rename = p.renames(); it.rename == nil {
				return it, true, "the star's RENAME is not understood"
			}
		default:
			return it, true, "what follows the star is not understood"
		}
	}
	return it, true, ""
}

// renames reads "(" a as b, … ")" or a as b.
func (p *parser) renames() map[string]string {
	out := map[string]string{}
	open := p.sym("(")
	for {
		from, ok := p.ident()
		if !ok || !p.word("as") {
			return nil
		}
		to, ok := p.ident()
		if !ok {
			return nil
		}
		out[fold(from)] = to
		if p.sym(",") {
			continue
		}
		if open && !p.sym(")") {
			return nil
		}
		return out
	}
}

// plainPath reads a.b.c and nothing else.
func plainPath(toks []Token) ([]string, bool) {
	if len(toks)%2 == 0 {
		return nil, false
	}
	var path []string
	for i, t := range toks {
		if i%2 == 1 {
			if !t.Sym(".") {
				return nil, false
			}
			continue
		}
		if t.Kind != Word && t.Kind != Quoted || t.Kind == Word && i == 0 && (reserved(t) || t.Text == jinja.Opaque) {
			return nil, false
		}
		path = append(path, t.Text)
	}
	return path, true
}

// reserved words that are values or operators where a column could stand.
func reserved(t Token) bool {
	return slices.ContainsFunc([]string{"null", "true", "false", "current_date", "current_timestamp", "current_time", "current_user",
		"localtime", "localtimestamp", "session_user", "user"}, t.Is)
}

// typeWords may follow :: or stand at the end of a type name.
var typeWords = []string{"precision", "varying", "zone", "time", "timestamp", "with", "without", "double", "character", "unsigned", "int", "integer", "bigint"}

// operators in words: what follows is an operand, not an alias.
var wordOperators = []string{"and", "or", "not", "in", "is", "like", "ilike", "between", "then", "else", "when", "case", "collate",
	"over", "zone", "distinct", "similar", "rlike", "regexp", "div", "mod", "escape", "interval", "date", "timestamp", "time", "as", "from", "filter", "glob"}

// impliedAlias says whether the last token is an alias without AS: a name behind something that ends an operand.
func impliedAlias(toks []Token) bool {
	last, prev := toks[len(toks)-1], toks[len(toks)-2]
	if last.Kind != Word && last.Kind != Quoted {
		return false
	}
	if last.Kind == Word && (reserved(last) || last.Is("end") || last.Is("desc") || last.Is("asc")) {
		return false
	}
	switch prev.Kind {
	case Symbol:
		return prev.Sym(")") || prev.Sym("]") || prev.Sym("}")
	case Word:
		if slices.ContainsFunc(wordOperators, prev.Is) {
			return false
		}
		// x::double precision, x::timestamp with time zone: the end of a type is no alias.
		return !(last.Kind == Word && slices.ContainsFunc(typeWords, last.Is) && slices.ContainsFunc(typeWords, prev.Is))
	}
	return true
}
