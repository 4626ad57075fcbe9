package documenter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Everything that was written by people, or read from a repository or a database, goes through one of the two functions
// below before it stands in a pull request: text for prose, code for names. GitHub reads Markdown first and then looks
// for mentions, references and addresses in the finished text, where a backslash no longer protects; so what would
// become one of these is broken by an invisible word joiner.

// joiner is U+2060: it has no width and allows no line break.
const joiner = "\u2060"

// maxText bounds one piece of foreign text, in runes.
const maxText = 2000

// text makes s a single line that shows as it is: no link, image, mention, reference, HTML, table cell or
// block of its own.
func text(s string) string {
	s = oneLine(s, maxText)
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		next := rune(0)
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '\\', '`', '*', '_', '[', ']', '|', '~', '$', '!', '(', ')', '{', '}':
			b.WriteRune('\\')
			b.WriteRune(r)
		case '@', '#', ':', '.', '-', '+', '=':
			b.WriteString(guarded(r, next, i == 0))
		default:
			if i == 0 && unicode.IsDigit(r) {
				b.WriteString(joiner) // no numbered list
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// guarded writes a character that means something only together with what follows, or at the start of a line.
func guarded(r, next rune, first bool) string {
	s := string(r)
	if first && strings.ContainsRune("#-+=", r) {
		s = `\` + s
	}
	word := unicode.IsLetter(next) || unicode.IsDigit(next) || next == '_'
	switch {
	case r == '@', r == '#' && word: // mention, address, reference
		return s + joiner
	case r == ':' && (next == '/' || word): // address with a scheme, emoji
		return s + joiner
	case r == '.' && word: // www.example.com
		return s + joiner
	case r == '-' && unicode.IsDigit(next): // GH-12
		return s + joiner
	}
	return s
}

// code makes s a code span for a name; inside a table cell as well.
func code(s string) string {
	s = strings.ReplaceAll(oneLine(s, 200), "|", "¦")
	s = strings.ReplaceAll(s, "`", "'")
	if strings.TrimSpace(s) == "" {
		return "(empty)"
	}
	return "`" + s + "`"
}

// oneLine drops what has no place in a line and shortens.
func oneLine(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r): // invisible and direction marks
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > limit {
		s = strings.TrimRight(string([]rune(s)[:limit]), " ") + " …"
	}
	return s
}

// table writes a Markdown table of cells that are escaped already.
func table(b *strings.Builder, head []string, rows [][]string) {
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	line(head)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule)
	for _, r := range rows {
		line(r)
	}
}
