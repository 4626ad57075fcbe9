package documenter

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Everything that was written by people, or read from a repository or a database, goes through one of the two functions
// below before it stands in a pull request: Text for prose, code for names. GitHub reads Markdown first and then looks
// for mentions, references and addresses in the finished text, where a backslash no longer protects; so what would
// become one of these is broken by an invisible word joiner.

// joiner is U+2060: it has no width and allows no line break.
const joiner = "\u2060"

// maxText bounds one piece of foreign text, in runes.
const maxText = 2000

// Text makes s a single line that shows as it is: no link, image, mention, reference, HTML, table cell or
// block of its own.
func Text(s string) string {
	var b strings.Builder
	runes := []rune(oneLine(s, maxText))
	for i, r := range runes {
		var before, after rune
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '_' && isWord(before) && isWord(after) && before != '_' && after != '_':
			b.WriteRune(r) // within a word it has no meaning
		case strings.ContainsRune("\\`*_[]|~$", r), i == 0 && strings.ContainsRune("#-+=", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		case (r == '.' || r == ')') && allDigits(runes[:i]) && (after == 0 || after == ' '): // no numbered list
			b.WriteRune('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		if breaks(runes[:i], r, after) {
			b.WriteString(joiner)
		}
	}
	return b.String()
}

// breaks reports whether r, between what stands before and after it, could begin a mention (@name), an address
// (a@b, https://, www.), a reference (#12, GH-12) or an emoji (:name:).
func breaks(before []rune, r, after rune) bool {
	follows := func(word string) bool {
		n := len(before) - len(word)
		return n >= 0 && strings.EqualFold(string(before[n:]), word)
	}
	switch r {
	case '@':
		return true
	case '#':
		return isWord(after)
	case ':':
		return after == '/' || isWord(after)
	case '.':
		return follows("www")
	case '-':
		return follows("gh")
	}
	return false
}

func allDigits(runes []rune) bool {
	for _, r := range runes {
		if !unicode.IsDigit(r) {
			return false
		}
	}
	return len(runes) > 0
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

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
