package yamledit

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// scalar writes a text in one line so that YAML reads it back as exactly that text.
func scalar(s, quotes string) string {
	switch {
	case quotes != "single" && quotes != "double" && plainSafe(s):
		return s
	case quotes != "double" && singleSafe(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return double(s)
}

// plainSafe says that YAML reads the text back as itself without quotes.
func plainSafe(s string) bool {
	if s == "" || strings.ContainsAny(s, "\n\r\t") || strings.TrimSpace(s) != s || !printable(s) {
		return false
	}
	var m map[string]yaml.Node
	if err := yaml.Unmarshal([]byte("k: "+s+"\n"), &m); err != nil {
		return false
	}
	n := m["k"]
	// Words that older YAML takes for booleans stay text for yaml.v3 but not for Python's reader, which dbt uses.
	return n.Kind == yaml.ScalarNode && n.Tag == "!!str" && n.Value == s && n.Style == 0 && n.LineComment == "" && !yaml11(s)
}

// yaml11 says whether YAML 1.1, which dbt's reader follows, takes the text for something else than text: booleans, and
// base-60 numbers such as 12:30, times with their zone.
func yaml11(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<":
		return true
	}
	digits := strings.Trim(s, "0123456789:._+- xXoTtZzabcdefABCDEF")
	return digits == "" && s != "" && (s[0] >= '0' && s[0] <= '9' || s[0] == '.' || s[0] == '+' || s[0] == '-')
}

func singleSafe(s string) bool { return !strings.ContainsAny(s, "\n\r") && printable(s) }

func printable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || r != '\t' && r != '\n' && !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// double writes the text in double quotes with YAML's escapes.
func double(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			b.WriteString(`\U` + hex(r, 8))
		default:
			b.WriteString(`\u` + hex(r, 4))
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex(r rune, width int) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, width-len(s))) + s
}

// longText is the length from which on a description is written as a block, and at which a block's lines are broken, in bytes.
const longText = 80

// asBlock reports whether a description of one line becomes a block.
func asBlock(s string, style Style) bool {
	return style.BlockText != "" && len(s) > longText && blockSafe(s) && !strings.Contains(s, "\n") && !strings.Contains(s, "  ")
}

// described is what a written description reads back as: the text, with the line ends that the style's kind of block brings.
func described(s string, style Style) string {
	if !asBlock(s, style) {
		return s
	}
	if strings.HasPrefix(style.BlockText, "|") {
		s = strings.Join(wrap(s, longText), "\n")
	}
	if !strings.HasSuffix(style.BlockText, "-") {
		s += "\n"
	}
	return s
}

// description writes a description: in one line, as a block when it is long and the style has blocks, as a literal block
// when it has several lines.
func (w *writer) description(s string) {
	const key = "description: "
	if s == "" {
		return
	}
	quotes := w.style.Quotes
	if quotes == "" {
		quotes = "plain"
	}
	switch {
	case strings.Contains(s, "\n") && blockSafe(s):
		w.line(key + "|-")
		w.block(strings.Split(s, "\n"))
	case asBlock(s, w.style):
		w.line(key + w.style.BlockText)
		w.block(wrap(s, longText))
	default:
		w.line(key + scalar(s, quotes))
	}
}

func (w *writer) block(lines []string) {
	w.indent += w.style.Indent
	for _, l := range lines {
		if l == "" {
			w.lines = append(w.lines, "")
			continue
		}
		w.line(l)
	}
	w.indent -= w.style.Indent
}

// blockSafe says that a block scalar reads back as exactly the text.
func blockSafe(s string) bool {
	return printable(s) && !strings.Contains(s, "\t") && strings.TrimSpace(s) == s && !strings.HasPrefix(s, "#")
}

// wrap breaks a text at single spaces.
func wrap(s string, width int) []string {
	var out []string
	line := ""
	for _, word := range strings.Split(s, " ") {
		if line != "" && len(line)+1+len(word) > max(40, width) {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(out, line)
}
