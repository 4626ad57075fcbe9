// Package conventions infers a dbt project's house style from its files, with counts as evidence, so that
// generated files look like the team's own. Where the files say nothing, dbt's published style guide decides.
package conventions

import "firstmile/agents/dbt"

// Conventions is a project's house style.
type Conventions struct {
	SQL    SQL
	YAML   YAML
	Layers []Layer
	Fields []Evidence // one per inferred field, in a fixed order, for showing
}

// SQL is how models are written.
type SQL struct {
	UpperKeywords   bool
	LeadingCommas   bool
	Indent          int    // spaces per level
	ImportCTEs      bool   // refs are imported first: with x as (select * from {{ ref('x') }})
	FinalSelect     Final  // how a model ends
	FinalCTE        string // name of the last CTE where FinalSelect is StarFromCTE
	DoubleQuotes    bool   // ref("x") instead of ref('x')
	ConfigBlock     bool   // models set config() at their top
	ExplicitAs      bool   // "sum(x) as y" rather than "sum(x) y"
	TrailingNewline bool
	GroupByNumber   bool // group by 1, 2
	BlankLineInCTE  bool // blank line between "(" and the query of a CTE, and before ")"
	CRLF            bool
}

// Final is a model's last select.
type Final string

// Kinds of last select.
const (
	StarFromCTE Final = "select * from cte"
	Explicit    Final = "explicit columns"
)

// YAML is how properties files are written.
type YAML struct {
	Scheme       Scheme
	Extension    string // ".yml" or ".yaml"
	TestsKey     string // "data_tests" or "tests"
	ArgumentsKey bool   // test arguments stand under arguments:
	Indent       int    // spaces per level
	FlushLists   bool   // list dashes stand under their key instead of indented
	Version2     bool   // files start with "version: 2"
	Quotes       Quotes // of descriptions
	BlockText    bool   // descriptions as > or | blocks when long
	DocsBlocks   bool   // descriptions are {{ doc('x') }}
	BlankBetween bool   // blank line between models
	BlankColumns bool   // blank line between columns
	CRLF         bool
}

// Scheme is how models are spread over properties files.
type Scheme string

// The schemes.
const (
	OnePerFolder Scheme = "one per folder" // schema.yml or _folder__models.yml
	OnePerModel  Scheme = "one per model"  // model.yml beside model.sql
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
	Folder       string   // usual folder, "models/marts"
	Subfolders   []string // its sub-folders that hold models, most used first
	Prefixes     []Prefix // most used first
	Materialized string   // most used
	InConfig     bool     // materialized is set by config() in the model rather than by folder
	Models       int
}

// Prefix is a name prefix with the number of models that have it.
type Prefix struct {
	Text  string
	Count int
}

// Evidence says how one field was decided: "37 of 41 models".
type Evidence struct {
	Field string
	Value string
	For   int // files or places that agree
	Of    int // that were looked at; 0 means the style guide's default
}

// Infer reads the house style of a project.
func Infer(p *dbt.Project) Conventions { return Conventions{} }

// YAMLPath is the properties file in which a new model at modelPath ("models/marts/fct_x.sql") is described: an
// existing file that the scheme points to, or the name of a new one.
func (c Conventions) YAMLPath(p *dbt.Project, modelPath string) string { return "" }
