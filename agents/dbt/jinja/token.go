package jinja

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	nameToken tokenKind = iota
	stringToken
	numberToken
	opToken
)

// token is one token inside a tag. For a string, text is its value without quotes.
type token struct {
	kind tokenKind
	text string
	line int
}

func (t token) is(kind tokenKind, text string) bool { return t.kind == kind && t.text == text }

// operators, longest first so that "**" is not read as "*" twice.
var operators = []string{"==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", "~",
	"+", "-", "*", "/", "%", "<", ">", "="}

// tokenize reads the inside of a tag from pos on and returns its tokens and the offset behind the closing delimiter. When the
// tag is not closed or holds a foreign character, the offset is that of a place from which reading can go on.
func tokenize(src string, pos, line int, kind segmentKind) ([]token, int, error) {
	closing := "}}"
	if kind == stmtSegment {
		closing = "%}"
	}
	start, startLine := pos-2, line
	if pos < len(src) && (src[pos] == '-' || src[pos] == '+') {
		pos++
	}
	var toks []token
	depth := 0
	for pos < len(src) {
		rest := src[pos:]
		if depth == 0 {
			if n := closeLen(rest, closing); n > 0 {
				return toks, pos + n, nil
			}
		}
		c := rest[0]
		switch {
		case c == '\n':
			line++
			pos++
		case c == ' ' || c == '\t' || c == '\r':
			pos++
		case c == '\'' || c == '"':
			text, n, ok := quoted(rest)
			if !ok {
				return toks, len(src), &SyntaxError{Line: line, Text: firstLine(rest), Msg: "the string is not closed"}
			}
			toks = append(toks, token{stringToken, text, line})
			line += strings.Count(rest[:n], "\n")
			pos += n
		case c >= '0' && c <= '9':
			n := numberLen(rest)
			toks = append(toks, token{numberToken, rest[:n], line})
			pos += n
		case isNameStart(rest):
			n := nameLen(rest)
			toks = append(toks, token{nameToken, rest[:n], line})
			pos += n
		default:
			op := operatorAt(rest)
			if op == "" {
				end := resume(src, pos, closing)
				return toks, end, &SyntaxError{Line: line, Text: firstLine(src[start:end]), Msg: "unexpected character " + strconv.QuoteRune(firstRune(rest))}
			}
			depth += nesting(op)
			toks = append(toks, token{opToken, op, line})
			pos += len(op)
		}
	}
	return toks, len(src), &SyntaxError{Line: startLine, Text: firstLine(src[start:]), Msg: "the tag is not closed with " + closing}
}

// closeLen is the length of the closing delimiter with its white-space sign at the start of s, or 0.
func closeLen(s, closing string) int {
	if strings.HasPrefix(s, closing) {
		return len(closing)
	}
	if (s[0] == '-' || s[0] == '+') && strings.HasPrefix(s[1:], closing) {
		return len(closing) + 1
	}
	return 0
}

func nesting(op string) int {
	switch op {
	case "(", "[", "{":
		return 1
	case ")", "]", "}":
		return -1
	}
	return 0
}

// resume is the offset behind the next closing delimiter, or the end.
func resume(src string, pos int, closing string) int {
	if i := strings.Index(src[pos:], closing); i >= 0 {
		return pos + i + len(closing)
	}
	return len(src)
}

// quoted reads a string literal with Python's common escapes and returns its value and source length.
func quoted(s string) (string, int, bool) {
	q := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == q:
			return b.String(), i + 1, true
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			case '\\', '\'', '"':
				b.WriteByte(s[i])
			default:
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, false
}

func numberLen(s string) int {
	n := 0
	for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '_') {
		n++
	}
	if n+1 < len(s) && s[n] == '.' && s[n+1] >= '0' && s[n+1] <= '9' {
		n++
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
	}
	return n
}

func isNameStart(s string) bool {
	r := firstRune(s)
	return r == '_' || unicode.IsLetter(r)
}

func nameLen(s string) int {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return i
		}
	}
	return len(s)
}

func operatorAt(s string) string {
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func firstLine(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		return s[:i]
	}
	return s
}
