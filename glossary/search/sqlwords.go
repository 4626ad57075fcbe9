package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sqlText lists what a model's SQL names: identifiers and quoted texts, each once, in the order in which they occur, with
// comments, keywords and numbers left out. It does not understand the SQL; it is a source of words.
func (t *trade) sqlText(sql string) string {
	var b strings.Builder
	seen := map[string]bool{}
	add := func(w string) {
		if l := strings.ToLower(w); len(w) > 1 && !t.keywords[l] && !seen[l] {
			seen[l] = true
			b.WriteString(w)
			b.WriteByte(' ')
		}
	}
	for rest := sql; rest != ""; {
		if after, ok := skipComment(rest); ok {
			rest = after
			continue
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' })
		switch {
		case end < 0:
			end = len(rest)
			fallthrough
		case end > 0:
			if first := rest[0]; first < '0' || first > '9' {
				add(rest[:end])
			}
			rest = rest[end:]
		default:
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
	}
	return b.String()
}

// skipComment returns what follows a comment of SQL or Jinja that s begins with.
func skipComment(s string) (rest string, ok bool) {
	end := ""
	switch {
	case strings.HasPrefix(s, "--"):
		end = "\n"
	case strings.HasPrefix(s, "/*"):
		end = "*/"
	case strings.HasPrefix(s, "{#"):
		end = "#}"
	default:
		return s, false
	}
	_, rest, _ = strings.Cut(s[2:], end)
	return rest, true
}
