package synthesizer

import (
	"slices"
	"strings"

	"firstmile/agents/dbt/sqltext"
)

// structure is the outline of a model's file: a list of CTEs, which may be empty, and the final query behind it. All
// places are byte offsets into the file.
type structure struct {
	raw    string
	tokens []sqltext.Token // code only, with Jinja expressions as single words
	names  []string        // of the CTEs

	begin int // of "with", or of the final query where there are no CTEs
	close int // behind the bracket that closes the last CTE
	final int // of the final query
	end   int // behind the final query and a comment in its last line

	// star is the CTE of a final "select * from name"; its text is empty where the final query is another one.
	star sqltext.Token
}

// outline reads the structure of a model's SQL. why says what keeps it from being edited; empty: nothing.
func outline(raw string) (s structure, why string) {
	masked, blocks, ok := maskJinja(raw)
	if !ok {
		return s, "a Jinja mark in it is not closed"
	}
	s = structure{raw: raw, tokens: sqltext.Code(sqltext.Tokenize(masked))}
	for len(s.tokens) > 0 && strings.HasPrefix(raw[s.tokens[0].Start:], "{{") {
		s.tokens = s.tokens[1:] // config() in front
	}
	if n := len(s.tokens); n > 0 && s.tokens[n-1].Sym(";") {
		s.tokens = s.tokens[:n-1]
	}
	if len(s.tokens) == 0 {
		return s, "it has no SELECT"
	}
	s.begin = s.tokens[0].Start
	at, ok := s.ctes()
	if !ok || at >= len(s.tokens) || !s.tokens[at].Is("select") && !s.tokens[at].Sym("(") {
		return s, "its SQL is not a list of CTEs with a SELECT behind it"
	}
	last := s.tokens[at:]
	s.final, s.end = last[0].Start, lineComment(raw, last[len(last)-1].End)
	for _, b := range blocks {
		if b >= s.begin && !s.inside(b, at) {
			return s, "a Jinja block decides about its SELECT"
		}
	}
	if len(last) == 4 && last[1].Sym("*") && last[2].Is("from") && slices.Contains(s.names, strings.ToLower(last[3].Text)) {
		s.star = last[3]
	}
	if cuts(last) {
		return s, "its last SELECT keeps only some of its rows (LIMIT)"
	}
	return s, ""
}

// ctes reads "with a as (…), b as (…)" and returns the token behind it.
func (s *structure) ctes() (int, bool) {
	if !s.tokens[0].Is("with") {
		return 0, true
	}
	i := 1
	if i < len(s.tokens) && s.tokens[i].Is("recursive") {
		i++
	}
	for i < len(s.tokens) {
		s.names = append(s.names, strings.ToLower(s.tokens[i].Text))
		for i++; i < len(s.tokens) && !s.tokens[i].Is("as"); i++ { // a list of columns may stand between
		}
		for i++; i < len(s.tokens) && !s.tokens[i].Sym("("); i++ { // "materialized"
		}
		if i = bracketEnd(s.tokens, i); i < 0 {
			return 0, false
		}
		s.close = s.tokens[i].End
		if i++; i >= len(s.tokens) || !s.tokens[i].Sym(",") {
			return i, true
		}
		i++
	}
	return 0, false
}

// bracketEnd is the bracket that closes the one at i; -1 when none does.
func bracketEnd(tokens []sqltext.Token, i int) int {
	depth := 0
	for ; i < len(tokens); i++ {
		switch {
		case tokens[i].Sym("("):
			depth++
		case tokens[i].Sym(")"):
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// inside reports whether a place lies within brackets of the tokens before the final query.
func (s *structure) inside(place, final int) bool {
	depth := 0
	for _, t := range s.tokens[:final] {
		if t.Start >= place {
			break
		}
		switch {
		case t.Sym("("):
			depth++
		case t.Sym(")"):
			depth--
		}
	}
	return depth > 0
}

// cuts reports whether a query has a LIMIT of its own.
func cuts(tokens []sqltext.Token) bool {
	depth := 0
	for _, t := range tokens {
		switch {
		case t.Sym("("):
			depth++
		case t.Sym(")"):
			depth--
		case depth == 0 && (t.Is("limit") || t.Is("fetch") || t.Is("top") || t.Is("sample") || t.Is("tablesample")):
			return true
		}
	}
	return false
}

// lineComment moves a place behind a comment in the rest of its line.
func lineComment(raw string, place int) int {
	rest, _, _ := strings.Cut(raw[place:], "\n")
	if rest = strings.TrimRight(rest, "\r"); strings.HasPrefix(strings.TrimSpace(rest), "--") {
		return place + len(rest)
	}
	return place
}

// maskJinja replaces Jinja by text of the same length that the tokenizer can read: expressions by a word, blocks and
// comments by blanks. blocks are the places of the blocks. ok is false when a mark is not closed.
func maskJinja(raw string) (masked string, blocks []int, ok bool) {
	out := []byte(raw)
	for at := 0; at+1 < len(raw); at++ {
		mark := raw[at : at+2]
		ends := map[string]string{"{{": "}}", "{%": "%}", "{#": "#}"}[mark]
		if ends == "" {
			continue
		}
		end := jinjaEnd(raw, at+2, ends)
		if end < 0 {
			return "", nil, false
		}
		fill := byte(' ')
		switch mark {
		case "{{":
			fill = 'j'
		case "{%":
			blocks = append(blocks, at)
		}
		for i := at; i < end; i++ {
			if out[i] != '\n' || fill == 'j' {
				out[i] = fill
			}
		}
		at = end - 1
	}
	return string(out), blocks, true
}

// jinjaEnd is the place behind a closing mark, which does not count within quotes.
func jinjaEnd(raw string, at int, mark string) int {
	quote := byte(0)
	for ; at+1 < len(raw); at++ {
		c := raw[at]
		switch {
		case mark != "#}" && quote != 0:
			if c == quote {
				quote = 0
			}
		case mark != "#}" && (c == '\'' || c == '"'):
			quote = c
		case raw[at:at+2] == mark:
			return at + 2
		}
	}
	return -1
}
