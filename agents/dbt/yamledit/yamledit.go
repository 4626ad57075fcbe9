// Package yamledit inserts entries into dbt properties files by position, so that every byte that was there
// stays there: comments, quotes, anchors, blank lines and line endings.
//
// Each function returns a file from which removing the inserted text gives the original bytes, and which parses to
// exactly the intended change; the latter is checked before it returns, the former holds by construction. A file whose structure does not allow that (flow
// style, several documents, an anchor that is used elsewhere) is refused with an [Error] that names the line.
//
// The package is pure; it owns no files.
package yamledit

import "fmt"

// Style is how the inserted lines are written. Where the file at hand shows something else, the file wins.
type Style struct {
	Indent       int    // spaces per level; 0 means 2
	FlushLists   bool   // list dashes under their key instead of one level in
	TestsKey     string // "data_tests" or "tests"; empty means "data_tests"
	ArgumentsKey bool   // test arguments under arguments:
	Quotes       string // of descriptions and values: "single", "double", or "plain" where that is possible; empty means plain
	BlockText    string // long descriptions as blocks that begin with this: ">-", ">", "|-" or "|"; empty: in one line
	BlockValues  bool   // lists of values with a line each instead of [a, b]
	Version2     bool   // new files start with "version: 2"
	BlankBetween bool   // blank line between models
	BlankColumns bool   // blank line between columns
	CRLF         bool   // new files
}

// Model is an entry for the models: list.
type Model struct {
	Name        string
	Description string
	Config      []Pair // under config:, in this order
	Tests       []Test
	Columns     []Column
}

// Column is an entry for a columns: list.
type Column struct {
	Name        string
	Description string
	DataType    string
	Meta        []Pair // under meta:
	Tests       []Test
}

// Test is one test of a column or model.
type Test struct {
	Name   string
	Args   []Pair
	Config []Pair // severity, where, …
}

// Pair is one key with its value: string, bool, int, float64, []string, []any or []Pair.
type Pair struct {
	Key   string
	Value any
}

// Error is a refusal: the edit would not leave the rest of the file as it is. Line is 0 when no line is at fault.
type Error struct {
	Line   int
	Reason string
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return e.Reason
}

// New returns a new properties file with these models.
func New(style Style, models ...Model) ([]byte, error) {
	nl := "\n"
	if style.CRLF {
		nl = "\r\n"
	}
	var src []byte
	if style.Version2 {
		src = []byte("version: 2" + nl + nl)
	}
	if len(models) == 0 {
		return nil, &Error{Reason: "a properties file needs at least one model"}
	}
	for _, m := range models {
		var err error
		if src, err = addModel(src, style, m, nl); err != nil {
			return nil, err
		}
	}
	return src, nil
}

// AddModel appends a model to the models: list of a properties file, adding the list when there is none.
func AddModel(src []byte, style Style, m Model) ([]byte, error) { return addModel(src, style, m, "") }

func addModel(src []byte, style Style, m Model, nl string) ([]byte, error) {
	f, err := open(src, style, nl)
	if err != nil {
		return nil, err
	}
	if n, _ := f.model(m.Name); n != nil {
		return nil, &Error{n.Line, "the file describes the model " + m.Name + " already"}
	}
	for _, name := range duplicateColumns(m.Columns) {
		return nil, &Error{Reason: "the column " + name + " is listed twice"}
	}
	return f.appendTo(f.root, -1, "models", f.blank("models", style.BlankBetween), func(w *writer) { w.model(m) }, modelValue(m, f.style))
}

// AddColumn appends a column to a model's columns: list, adding the list when there is none.
func AddColumn(src []byte, style Style, model string, c Column) ([]byte, error) {
	f, err := open(src, style, "")
	if err != nil {
		return nil, err
	}
	m, dash := f.model(model)
	if m == nil {
		return nil, &Error{Reason: "the file does not describe the model " + model}
	}
	if n, _ := f.item(m, "columns", c.Name); n != nil {
		return nil, &Error{n.Line, "the column " + c.Name + " is described already"}
	}
	return f.appendTo(m, dash, "columns", f.blank("columns", style.BlankColumns), func(w *writer) { w.column(c) }, columnValue(c, f.style))
}

// AddTests appends tests to a column's (or, with column "", the model's own) tests, adding the list when there is
// none. Tests of the same name and arguments that are there already are not added again; when none is left the file
// comes back as it is.
func AddTests(src []byte, style Style, model, column string, tests ...Test) ([]byte, error) {
	for _, t := range tests {
		out, err := addTest(src, style, model, column, t)
		if err != nil {
			return nil, err
		}
		src = out
	}
	return src, nil
}

func addTest(src []byte, style Style, model, column string, t Test) ([]byte, error) {
	f, err := open(src, style, "")
	if err != nil {
		return nil, err
	}
	n, dash := f.model(model)
	if n == nil {
		return nil, &Error{Reason: "the file does not describe the model " + model}
	}
	if column != "" {
		if n, dash = f.item(n, "columns", column); n == nil {
			return nil, &Error{Reason: "the file does not describe the column " + column + " of " + model}
		}
	}
	key := f.testsKey(n)
	if f.hasTest(n, key, t) {
		return src, nil
	}
	return f.appendTo(n, dash, key, false, func(w *writer) { w.test(t) }, testValue(t, f.style))
}

func duplicateColumns(cols []Column) []string {
	seen := map[string]bool{}
	for _, c := range cols {
		if seen[c.Name] {
			return []string{c.Name}
		}
		seen[c.Name] = true
	}
	return nil
}
