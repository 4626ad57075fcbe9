package jinja

import "strings"

// Block is a named block: a macro, a snapshot, a generic test or a docs block.
type Block struct {
	Word string // "macro", "snapshot", "test", "data_test", "materialization", "docs"
	Name string
	Line int
	Args []string // parameters of a macro or test
	Text string   // docs: the text between the tags, trimmed
	Uses Uses     // what the body refers to, whatever its conditions say
}

// Blocks lists the macros, snapshots and tests that a template defines at its top level.
func (t *Template) Blocks() []Block {
	var out []Block
	for _, s := range t.root {
		if s.kind != macroStmt && (s.kind != blockStmt || s.name == "") {
			continue
		}
		b := Block{Word: s.word, Name: s.name, Line: s.seg.line}
		for _, p := range s.params {
			b.Args = append(b.Args, p.name)
		}
		m := newMachine(Nothing{}, false)
		for _, p := range s.params {
			m.scopes[0][p.name] = unknown{s.seg.line, p.name}
		}
		m.aside(s.body)
		b.Uses = m.uses
		b.Uses.Macros = sortedSet(m.macros)
		out = append(out, b)
	}
	return out
}

// Nothing is a Resolver without variables or target; refs and sources resolve to their names.
type Nothing struct{}

func (Nothing) Ref(_, name, _ string) (string, error)  { return name, nil }
func (Nothing) Source(_, table string) (string, error) { return table, nil }
func (Nothing) Var(string) (any, bool)                 { return nil, false }
func (Nothing) This() (string, error)                  { return "this", nil }
func (Nothing) Target(string) (any, bool)              { return nil, false }
func (Nothing) Macro(string) (Macro, bool)             { return Macro{}, false }

// Docs lists the {% docs name %} … {% enddocs %} blocks of a Markdown file. Their text is taken as it is: dbt does
// not render it. Blocks that are not closed are reported as errors and left out.
func Docs(src string) ([]Block, []error) {
	var out []Block
	var errs []error
	pos, line := 0, 1
	for {
		i := strings.Index(src[pos:], "{%")
		if i < 0 {
			return out, errs
		}
		line += strings.Count(src[pos:pos+i], "\n")
		pos += i
		toks, end, err := tokenize(src, pos+2, line, stmtSegment)
		if err != nil || len(toks) != 2 || !toks[0].is(nameToken, "docs") || toks[1].kind != nameToken {
			pos += 2
			continue
		}
		bodyEnd, next := endDocs(src, end)
		if bodyEnd < 0 {
			return out, append(errs, &SyntaxError{Line: line, Text: src[pos:end], Msg: "its {% enddocs %} is missing"})
		}
		out = append(out, Block{Word: "docs", Name: toks[1].text, Line: line, Text: strings.TrimSpace(src[end:bodyEnd])})
		line += strings.Count(src[pos:next], "\n")
		pos = next
	}
}

// endDocs finds the next {% enddocs %} and returns its start and end.
func endDocs(src string, from int) (start, end int) {
	for {
		i := strings.Index(src[from:], "{%")
		if i < 0 {
			return -1, -1
		}
		from += i
		toks, next, err := tokenize(src, from+2, 0, stmtSegment)
		if err == nil && len(toks) == 1 && toks[0].is(nameToken, "enddocs") {
			return from, next
		}
		from += 2
	}
}

// Doc returns the block name that a description of the form {{ doc('name') }} or {{ doc('pkg', 'name') }} refers to.
// text may hold other words around it; the expression's place in text is returned as [start, end).
func Doc(text string) (name string, start, end int, ok bool) {
	for _, seg := range scan(text) {
		if seg.kind != exprSegment || seg.err != nil {
			continue
		}
		x, err := parseAll(seg.toks, seg.line)
		if err != nil {
			continue
		}
		if fn, args := head(x); fn == "doc" && len(args) > 0 && args[len(args)-1] != "" {
			return args[len(args)-1], seg.start, seg.start + len(seg.text), true
		}
	}
	return "", 0, 0, false
}
