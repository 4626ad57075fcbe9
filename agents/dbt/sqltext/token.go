// Package sqltext reads SQL text without a database: tokens of any dialect, and the output columns of a query.
//
// It never guesses. Where it does not understand a query, [Query.Columns] says so and why; unknown is an answer. It
// holds no state and owns no files.
package sqltext

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind is the kind of a token.
type Kind int

// Kinds of token.
const (
	Word    Kind = iota // keyword or plain identifier
	Quoted              // identifier in double quotes, backticks or brackets; Text is the name inside
	String              // literal in single or dollar quotes, Text as written
	Number              // numeric literal
	Symbol              // operator or punctuation
	Comment             // -- … or /* … */, as written
)

// Token is one token with its place in the source.
type Token struct {
	Kind       Kind
	Text       string
	Start, End int // byte offsets
	Line       int // 1-based
}

// Is says whether the token is the keyword kw (lower case), in any case.
func (t Token) Is(kw string) bool { return t.Kind == Word && strings.EqualFold(t.Text, kw) }

// Sym says whether the token is this symbol.
func (t Token) Sym(s string) bool { return t.Kind == Symbol && t.Text == s }

// Tokenize cuts SQL into tokens, comments included. Every byte that is not white space belongs to one token; a literal
// that is not closed runs to the end.
func Tokenize(sql string) []Token {
	var out []Token
	line := 1
	for pos := 0; pos < len(sql); {
		c := sql[pos]
		if c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' {
			if c == '\n' {
				line++
			}
			pos++
			continue
		}
		t := next(sql, pos)
		t.Start, t.Line = pos, line
		line += strings.Count(sql[pos:t.End], "\n")
		pos = t.End
		out = append(out, t)
	}
	return out
}

func next(sql string, pos int) Token {
	rest := sql[pos:]
	tok := func(kind Kind, n int) Token { return Token{Kind: kind, Text: rest[:n], End: pos + n} }
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "--"), c == '#' && (len(rest) < 2 || rest[1] != '>' && (rest[1] < '0' || rest[1] > '9')):
		n := strings.IndexByte(rest, '\n')
		if n < 0 {
			n = len(rest)
		}
		return tok(Comment, n)
	case strings.HasPrefix(rest, "/*"):
		n := strings.Index(rest[2:], "*/")
		if n < 0 {
			return tok(Comment, len(rest))
		}
		return tok(Comment, n+4)
	case c == '\'':
		return tok(String, closed(rest, '\''))
	case c == '"' || c == '`':
		n := closed(rest, c)
		t := tok(Quoted, n)
		t.Text = unquote(rest[:n], c)
		return t
	case c == '$':
		if n := dollar(rest); n > 0 {
			return tok(String, n)
		}
	case c >= '0' && c <= '9':
		return tok(Number, numberLen(rest))
	case c == '.' && len(rest) > 1 && rest[1] >= '0' && rest[1] <= '9':
		return tok(Number, numberLen(rest))
	}
	if n := wordLen(rest); n > 0 {
		return tok(Word, n)
	}
	return tok(Symbol, symbolLen(rest))
}

// closed is the length of a literal whose quote is doubled to mean itself.
func closed(s string, q byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] != q {
			continue
		}
		if i+1 < len(s) && s[i+1] == q {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

func unquote(s string, q byte) string {
	s = s[1:]
	if len(s) > 0 && s[len(s)-1] == q {
		s = s[:len(s)-1]
	}
	return strings.ReplaceAll(s, string([]byte{q, q}), string(q))
}

// dollar is the length of a $tag$ … $tag$ literal, or 0.
func dollar(s string) int {
	n := 1 + wordLen(s[1:])
	if n >= len(s) || s[n] != '$' {
		return 0
	}
	tag := s[:n+1]
	if end := strings.Index(s[n+1:], tag); end >= 0 {
		return n + 1 + end + len(tag)
	}
	return 0
}

func numberLen(s string) int {
	n := 0
	for n < len(s) {
		c := s[n]
		digit := c >= '0' && c <= '9' || c == '.' || c == '_'
		exp := (c == 'e' || c == 'E') && n+1 < len(s) && (s[n+1] >= '0' && s[n+1] <= '9' || (s[n+1] == '-' || s[n+1] == '+') && n+2 < len(s) && s[n+2] >= '0' && s[n+2] <= '9')
		if exp {
			n += 2
			continue
		}
		if !digit {
			break
		}
		n++
	}
	return n
}

func wordLen(s string) int {
	for i, r := range s {
		if r == '_' || unicode.IsLetter(r) || i > 0 && (unicode.IsDigit(r) || r == '$') {
			continue
		}
		return i
	}
	return len(s)
}

// symbols of more than one byte, longest first.
var symbols = []string{"->>", "<=>", "!~*", "::", "||", "<=", ">=", "<>", "!=", "->", "=>", "**", "~*", "!~", "//"}

func symbolLen(s string) int {
	for _, sym := range symbols {
		if strings.HasPrefix(s, sym) {
			return len(sym)
		}
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// Code returns the tokens without comments.
func Code(tokens []Token) []Token {
	out := make([]Token, 0, len(tokens))
	for _, t := range tokens {
		if t.Kind != Comment {
			out = append(out, t)
		}
	}
	return out
}
