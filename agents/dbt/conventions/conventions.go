// Package conventions infers a dbt project's house style from its files, with counts as evidence, so that
// generated files look like the team's own. Where the files say nothing, dbt's published style guide decides
// (docs.getdbt.com/best-practices/how-we-style).
//
// The package is pure; it owns no files.
package conventions

import (
	"fmt"

	"firstmile/agents/dbt"
)

// Conventions is a project's house style.
type Conventions struct {
	SQL    SQL
	YAML   YAML
	Layers []Layer    // staging, intermediate, mart, other; those without models have the style guide's values
	Fields []Evidence // one per inferred field, in a fixed order

	marts []*dbt.Node
}

// SQL is how models are written.
type SQL struct {
	UpperKeywords  bool
	LeadingCommas  bool
	Indent         int    // spaces per level
	ImportCTEs     bool   // refs are imported first: with x as (select * from {{ ref('x') }})
	FinalSelect    Final  // how a model ends
	FinalCTE       string // usual name of the last CTE, such as "final"; empty when it says what it holds
	DoubleQuotes   bool   // ref("x") instead of ref('x')
	ConfigBlock    bool   // most models call config()
	BareJoin       bool   // "join" rather than "inner join"
	GroupByNumber  bool   // group by 1, 2 rather than by name
	BlankLineInCTE bool   // blank line behind the opening and before the closing bracket of a CTE
	ExplicitAs     bool   // "sum(x) as y" rather than "sum(x) y"
	UpperFunctions bool   // SUM(x) rather than sum(x)
	ColumnInset    int    // spaces that columns, or with leading commas the first, stand right of Indent
	CommaBack      int    // spaces that leading commas stand left of Indent
	WithAlone      bool   // "with" stands on a line of its own
	LeadingCTEs    bool   // the comma between CTEs begins the line of the next one
	TightCTEs      bool   // no blank line between CTEs
	JoinedCTEs     bool   // the next CTE begins on the line that closes the one before: "), x as ("; TightCTEs holds as well
	BrokenStar     bool   // select * and its from stand on two lines
	OnBelow        bool   // the condition of a join stands on the next line
	CRLF           bool
}

// Final is the way in which a model ends.
type Final string

// Ways to end a model.
const (
	StarFromCTE Final = "select * from the last CTE"
	Explicit    Final = "select with explicit columns"
)

// YAML is how properties files are written.
type YAML struct {
	Scheme       Scheme
	Pattern      string // name of a new file: "_{folder}__models.yml", "schema.yml", "{model}.yml"
	TestsKey     string // "data_tests" or "tests"
	ArgumentsKey bool   // test arguments stand under arguments:
	Indent       int    // spaces per level
	FlushLists   bool   // list dashes stand under their key instead of indented
	Version2     bool   // files start with "version: 2"
	Quotes       Quotes // of descriptions
	BlockText    string // what long descriptions begin with as blocks: ">-", ">", "|-" or "|"; empty: they are none
	BlockValues  bool   // lists of values with a line each
	DocsBlocks   bool   // descriptions are {{ doc('x') }}
	BlankBetween bool   // blank line between models
	BlankColumns bool   // blank line between columns
	CRLF         bool
}

// Scheme is how models are spread over properties files.
type Scheme string

// The schemes.
const (
	PerFolder Scheme = "one file per folder"
	PerModel  Scheme = "one file per model"
)

// Quotes is the quoting of YAML text.
type Quotes string

// Kinds of quoting.
const (
	Plain  Quotes = "plain"
	Single Quotes = "single"
	Double Quotes = "double"
)

// Layer is how one layer of models is kept.
type Layer struct {
	Layer        dbt.Layer
	Models       int
	Folder       string   // "models/marts"
	Subfolders   []Count  // folders below it that hold models ("core", "finance/eu"), most used first; "" is the folder itself
	Prefixes     []Prefix // of names ("fct_", "dim_"), most used first; "" is no known prefix
	Materialized string   // most used
	InConfig     bool     // materialized is set by config() in most models rather than by folder
	MetaKeys     []Count  // keys of meta, most used first
	Tags         []Count  // most used first
	Contracts    bool     // most models enforce a contract
}

// Prefix is the beginning of names with the number of models that have it.
type Prefix struct {
	Text  string
	Count int
}

// Count is a text with the number of models that show it.
type Count struct {
	Text  string
	Count int
}

// Evidence says how one field was decided: Value holds for For of the Of places that were looked at. Of 0 means that
// the style guide decided.
type Evidence struct {
	Field string
	Value string
	For   int
	Of    int
}

// String is the evidence in words: "trailing commas: 37 of 41".
func (e Evidence) String() string {
	if e.Of == 0 {
		return fmt.Sprintf("%s: %s (dbt's style guide; the project shows none)", e.Field, e.Value)
	}
	return fmt.Sprintf("%s: %s (%d of %d)", e.Field, e.Value, e.For, e.Of)
}

// memoKey is under which a project remembers its conventions.
type memoKey struct{}

// Infer reads the house style of a project, once for each snapshot of it. The result depends on the project's files only; its slices are
// shared and must not be changed.
func Infer(p *dbt.Project) Conventions {
	return p.Once(memoKey{}, func() any { return infer(p) }).(Conventions)
}

// maxModels bounds how many models are read: more would hardly change a majority.
const maxModels = 500

func infer(p *dbt.Project) Conventions {
	b := &ballots{m: map[string]*ballot{}}
	models := p.Models()
	step := len(models)/maxModels + 1
	for i := 0; i < len(models); i += step { // IDs are sorted by name, so that each step visits all layers
		if n := models[i]; n.RawSQL != "" && !isPython(n.Path) {
			b.sql(n)
		}
	}
	files := describing(p)
	for _, f := range files {
		b.yaml(f)
	}
	b.scheme(files)
	var c Conventions
	c.SQL = b.decideSQL()
	c.YAML = b.decideYAML()
	c.Layers = c.layers(p)
	c.Fields = append(b.evidence, c.placing()...)
	return c
}

// Layer returns how one layer is kept.
func (c Conventions) Layer(l dbt.Layer) Layer {
	for _, x := range c.Layers {
		if x.Layer == l {
			return x
		}
	}
	return Layer{Layer: l}
}
