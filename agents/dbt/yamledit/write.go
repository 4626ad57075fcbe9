package yamledit

import (
	"strconv"
	"strings"
)

// writer writes an entry as lines without line ends.
type writer struct {
	style     Style
	nl        string
	lines     []string
	indent    int
	keyOffset int    // of the outermost entry: distance from dash to key; 0 means 2
	prefix    string // "- " with padding, before the next line
}

// line writes one line at the current indentation, after a pending dash.
func (w *writer) line(s string) {
	if w.prefix != "" {
		pad := w.indent - len(w.prefix)
		w.lines = append(w.lines, strings.Repeat(" ", pad)+w.prefix+s)
		w.prefix = ""
		return
	}
	w.lines = append(w.lines, strings.Repeat(" ", w.indent)+s)
}

func (w *writer) key(k string) { w.line(scalar(k, "plain") + ":") }

// nest moves to where the dashes of a list under the current keys stand.
func (w *writer) nest() {
	if !w.style.FlushLists {
		w.indent += w.style.Indent
	}
}

// item writes a list entry at the current indentation.
func (w *writer) item(write func(*writer)) {
	indent, offset := w.indent, max(2, w.keyOffset)
	w.keyOffset = 0
	w.prefix = "-" + strings.Repeat(" ", offset-1)
	w.indent += offset
	write(w)
	w.indent = indent
}

// list writes key: and its entries.
func (w *writer) list(key string, n int, blank bool, write func(i int)) {
	w.key(key)
	indent := w.indent
	w.nest()
	for i := range n {
		if i > 0 && blank {
			w.lines = append(w.lines, "")
		}
		w.item(func(*writer) { write(i) })
	}
	w.indent = indent
}

func (w *writer) model(m Model) {
	w.line("name: " + scalar(m.Name, "plain"))
	w.description(m.Description)
	if len(m.Config) > 0 {
		w.mapping("config", m.Config)
	}
	w.tests(m.Tests)
	if len(m.Columns) > 0 {
		w.list("columns", len(m.Columns), w.style.BlankColumns, func(i int) { w.column(m.Columns[i]) })
	}
}

func (w *writer) column(c Column) {
	w.line("name: " + scalar(c.Name, "plain"))
	if c.DataType != "" {
		w.line("data_type: " + scalar(c.DataType, "plain"))
	}
	w.description(c.Description)
	if len(c.Meta) > 0 {
		w.mapping("meta", c.Meta)
	}
	w.tests(c.Tests)
}

func (w *writer) tests(ts []Test) {
	if len(ts) > 0 {
		w.list(w.style.TestsKey, len(ts), false, func(i int) { w.test(ts[i]) })
	}
}

func (w *writer) test(t Test) {
	if len(t.Args) == 0 && len(t.Config) == 0 {
		w.line(scalar(t.Name, "plain"))
		return
	}
	w.key(t.Name)
	indent := w.indent
	w.indent += w.style.Indent
	if len(t.Args) > 0 {
		if w.style.ArgumentsKey {
			w.mapping("arguments", t.Args)
		} else {
			w.pairs(t.Args)
		}
	}
	if len(t.Config) > 0 {
		w.mapping("config", t.Config)
	}
	w.indent = indent
}

func (w *writer) mapping(key string, ps []Pair) {
	if len(ps) == 0 {
		w.line(scalar(key, "plain") + ": {}")
		return
	}
	w.key(key)
	w.indent += w.style.Indent
	w.pairs(ps)
	w.indent -= w.style.Indent
}

func (w *writer) pairs(ps []Pair) {
	for _, p := range ps {
		switch v := p.Value.(type) {
		case []Pair:
			w.mapping(p.Key, v)
		case []string:
			w.values(p.Key, anys(v))
		case []any:
			w.values(p.Key, v)
		default:
			w.line(scalar(p.Key, "plain") + ": " + literal(p.Value, "plain"))
		}
	}
}

func anys(ss []string) []any {
	out := make([]any, len(ss))
	for i, s := range ss {
		out[i] = s
	}
	return out
}

// maxWidth is the column at which lines are broken where that is possible.
const maxWidth = 100

// values writes a list of scalars in one line where it fits, else with a line each.
func (w *writer) values(key string, vs []any) {
	quotes := w.style.Quotes
	if quotes == "" || quotes == "plain" {
		quotes = "single" // inside [ ] dbt's own documentation quotes
	}
	if key == "combination_of_columns" || key == "column_list" || key == "tags" {
		quotes = "plain"
	}
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = literal(v, quotes)
	}
	one := scalar(key, "plain") + ": [" + strings.Join(parts, ", ") + "]"
	block := w.style.BlockValues || key == "combination_of_columns" || w.indent+len(one) > maxWidth
	if len(vs) == 0 || !block && flowSafe(parts) {
		w.line(one)
		return
	}
	w.list(key, len(vs), false, func(i int) { w.line(literal(vs[i], quotes)) })
}

// flowSafe says that plain scalars hold nothing that means something inside [ ].
func flowSafe(parts []string) bool {
	for _, p := range parts {
		if p != "" && p[0] != '\'' && p[0] != '"' && strings.ContainsAny(p, ",[]{}") {
			return false
		}
	}
	return true
}

// literal writes a scalar of any of Pair's kinds.
func literal(v any, quotes string) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	case string:
		return scalar(v, quotes)
	}
	return "null"
}
