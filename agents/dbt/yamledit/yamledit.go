// Package yamledit inserts entries into dbt properties files by position, so that every byte that was there
// stays there: comments, quotes, anchors, order, blank lines and line endings.
//
// Removing the inserted lines gives the original bytes, and the result parses to exactly the intended change;
// each function checks both before it returns. A file whose structure does not allow that (flow style, tabs,
// several documents) is refused with an error that names the line.
package yamledit

// Style is how the inserted lines are written.
type Style struct {
	Indent       int    // spaces per level; 0: as the file, else 2
	FlushLists   bool   // list dashes under their key; an existing list decides for itself
	TestsKey     string // "data_tests" or "tests"
	ArgumentsKey bool   // test arguments under arguments:
	Quotes       string // of descriptions where quoting is a choice: "plain", "single", "double"
	BlockText    bool   // long descriptions as folded blocks
	Version2     bool   // new files start with "version: 2"
	BlankBetween bool   // blank line before each model
	BlankColumns bool   // blank line before each column
	CRLF         bool   // new files; an existing file decides for itself
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
	Meta        []Pair
	Tests       []Test
}

// Test is one test of a column or model.
type Test struct {
	Name   string
	Args   []Pair
	Config []Pair // severity, where, …
}

// Pair is one key with its value: string, bool, int, float64, []string or []Pair.
type Pair struct {
	Key   string
	Value any
}

// New returns a new properties file with these models.
func New(style Style, models ...Model) ([]byte, error) { return nil, nil }

// AddModel appends a model to the models: list of a properties file, adding the list when there is none.
func AddModel(src []byte, style Style, m Model) ([]byte, error) { return nil, nil }

// AddColumn appends a column to a model's columns: list, adding the list when there is none.
func AddColumn(src []byte, style Style, model string, c Column) ([]byte, error) { return nil, nil }

// AddTests appends tests to a column's (or, with column "", the model's own) tests, adding the list when there is
// none. Tests that are there already are left alone.
func AddTests(src []byte, style Style, model, column string, tests ...Test) ([]byte, error) {
	return nil, nil
}
