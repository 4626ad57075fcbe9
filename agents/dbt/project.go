// Package dbt reads a dbt project from its files: no Python, no database, no network.
//
// [Read] walks the project folder and returns a [Project]: models, sources, seeds and snapshots as
// [Node]s with their columns, tests and lineage, plus macros, docs blocks, exposures, groups and the
// semantic layer. target/manifest.json and target/catalog.json improve relation names, columns and
// types where they exist. What cannot be read is named in Project.Problems and the rest goes on.
//
// A Project is a snapshot: nothing changes it after it was read, so it may be shared between
// goroutines. A [Cache] makes the next reading cheap: a file that did not change is not parsed again, and mostly not even opened
// (stamp.go); when only the SQL of models changed, only these and what hangs on them are worked out (patch.go).
//
// The way of a file: read.go finds it, cache.go parses it (config.go, properties.go, seed.go, …, by what it is), link.go
// collects the results, build.go makes nodes of them, connect.go resolves references, relation.go names relations,
// artifacts.go adds what dbt left, columns.go works out columns; reading.go holds these steps together. packages.go reads packages that
// lie among the files. compile.go renders SQL.
//
// Sub-packages: jinja (the template language), sqltext (tokens and select lists), joins (join keys),
// conventions (house style), yamledit (insertions that keep every other byte), properties (the YAML entry of a model),
// settings (firstmile.yml), runner (the real dbt). The package owns no files; it only reads.
package dbt

import (
	"sync"

	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/sqltext"
)

// Kind is what a node is.
type Kind string

// The kinds of node that hold rows.
const (
	Model    Kind = "model"
	Source   Kind = "source"
	Seed     Kind = "seed"
	Snapshot Kind = "snapshot"
)

// Layer is a model's place in the usual order staging → intermediate → mart, read from its folder
// first and its name's prefix second.
type Layer string

// The layers.
const (
	Staging      Layer = "staging"
	Intermediate Layer = "intermediate"
	Mart         Layer = "mart"
	OtherLayer   Layer = "other"
)

// Origin says where a column is known from, the most trusted last.
type Origin string

// Origins of a column.
const (
	FromYAML      Origin = "yaml"
	FromStatic    Origin = "static"
	FromSeed      Origin = "seed"
	FromCatalog   Origin = "catalog"
	FromWarehouse Origin = "warehouse"
)

// Project is one dbt project as read from its files. All slices are sorted (nodes by ID, files and
// problems by path and line), all paths are slash-separated and relative to the project folder.
type Project struct {
	Name    string // name: of dbt_project.yml
	Version string
	Dir     string // folder of dbt_project.yml inside the file system that was read; "." for its root
	Config  Config
	Profile Profile // from profiles.yml in the project folder; zero when there is none

	Nodes         []*Node // models, sources, seeds and snapshots that are enabled
	Exposures     []Exposure
	Groups        []Group
	Macros        []Macro
	Docs          []DocsBlock
	SingularTests []SingularTest
	Analyses      []Analysis
	UnitTests     []UnitTest
	Semantic      []SemanticModel
	Metrics       []Metric
	SavedQueries  []SavedQuery

	Files    []File
	Problems []Problem
	// Broken are those of Problems for which dbt refuses the project as a whole: files that are not YAML.
	Broken []Problem

	at     map[string]int      // ID → place in Nodes
	byName map[string][]string // IDs of models, seeds and snapshots by name, of sources by "source.table"
	macros map[string]jinja.Macro

	packages []*Project       // that it uses, as far as they are among the files
	foreign  map[string]*Node // nodes of the packages by ID
	memo     *sync.Map        // see Once
}

// Node is a model, source table, seed or snapshot.
type Node struct {
	ID      string // "model.proj.name", "source.proj.src.table", "seed.proj.name", "snapshot.proj.name"
	Kind    Kind
	Name    string // as written in ref(); for a source the table's name
	Source  string // source name for sources, else empty
	Version string // version of a versioned model, else empty
	Path    string // SQL, Python or CSV file; for a source its YAML file
	Blob    string // git blob SHA-1 of Path's bytes, for plan.File.OriginalBlob
	Layer   Layer  // models only

	YAMLPath string // properties file that describes the node, empty when none does
	YAMLLine int    // 1-based line of its entry there
	YAMLBlob string

	Description  string // doc() calls resolved
	Columns      []Column
	ColumnsKnown bool     // Columns is the complete list in order, not only what YAML happens to mention
	ColumnsWhy   string   // when not ColumnsKnown: why, in a few words
	Stray        []Column // columns that YAML describes although the node does not have them
	Tests        []Test   // tests on the node as a whole
	Constraints  []Constraint

	Materialized string // view, table, incremental, ephemeral, …; dbt's default is view
	Tags         []string
	Meta         map[string]any
	Owner        string // meta.owner or the group's owner, empty when unknown
	Group        string
	Access       string
	Config       map[string]any // effective config: dbt_project.yml, then YAML, then config()
	Entry        map[string]any // the part of Config that the node's YAML entry sets

	Relation Relation

	RawSQL string // the file as it is; empty for sources and seeds
	Calls  []jinja.Call

	Upstream   []string // IDs, sorted
	Downstream []string // IDs, sorted

	Rows      int64 // seeds: data rows; -1 when unknown
	Loader    string
	Freshness bool   // sources: a freshness rule is declared
	LoadedAt  string // sources: loaded_at_field

	query    *sqltext.Query      // the select as parsed, over placeholders; nil when there is none
	queryWhy string              // why query is nil
	opaque   bool                // a macro writes part of the SQL
	selects  map[string][]string // columns that it selects by name from nodes of unknown columns, by their ID
	declared []Column            // columns as YAML or the seed has them
	sure     int                 // how many of Columns stand for themselves; the others are inferred from models that read the node
	taken    string              // snapshots: ID of the node they are taken of, when declared in YAML
	fixed    bool                // declared is complete
	relation [2]string           // custom schema and alias as configured
	checksum string              // sha-256 of the file, as dbt computes it
}

// Relation is where dbt builds or finds a node. Known is false when the name cannot be told from
// files (a generate_*_name macro is overridden and there is no manifest, or the name holds Jinja that is not
// evaluated); Why then says so, and the other fields are dbt's defaults as a guess.
type Relation struct {
	Database   string // empty: the connection's default
	Schema     string
	Identifier string
	Known      bool
	Why        string
}

// Column is one column of a node.
type Column struct {
	Name        string
	Type        string // as the origin spells it, empty when unknown
	Description string
	From        Origin // where its existence is known from
	Documented  bool   // it has an entry in YAML
	Tests       []Test
	Constraints []Constraint
	Tags        []string
	Meta        map[string]any
	Values      []string   // distinct values where they are few (seed) or declared (accepted_values), sorted
	Line        int        // line of its entry in Node.YAMLPath, 0 when it has none
	CopyOf      ColumnOf   // the upstream column that it is a plain copy of; zero when computed or unclear
	MadeOf      []ColumnOf // the upstream columns that a computed column is made of, as far as they are clear
}

// ColumnOf names a column of a node.
type ColumnOf struct {
	Node   string // ID
	Column string
}

// Test is a generic test in either of dbt's spellings.
type Test struct {
	Name     string         // "unique", "not_null", "dbt_utils.unique_combination_of_columns", …
	Title    string         // the test's own name:, empty for dbt's default
	Args     map[string]any // arguments, from `arguments:` or from the old place beside config
	Values   []string       // accepted_values: values in their order, as text
	To       string         // relationships: ID of the target, or its raw text when it does not resolve
	Field    string         // relationships: target column
	Columns  []string       // combination tests: the columns
	Where    string         // config.where: the test covers only these rows
	Severity string
	Config   map[string]any // settings as written in the test's entry
	Disabled bool           // switched off, or it names a node that is not there, for which dbt switches it off
	Upstream []string       // IDs of the nodes that it reads, sorted: the tested one and those that its arguments name
	Line     int
}

// Constraint is a declared constraint of a model contract.
type Constraint struct {
	Type      string // primary_key, foreign_key, unique, not_null, check, custom
	Columns   []string
	To        string // foreign_key: target ID or text
	ToColumns []string
	Text      string // the raw expression
}

// Problem is something that could not be read; reading went on without it.
type Problem struct {
	Path   string
	Line   int // 0 when it concerns the whole file
	Reason string
}

// File is a file that was read.
type File struct {
	Path string
	Blob string // git blob SHA-1
	Size int64
	Text string // of properties files, which edits start from; empty for all others
}

// Macro is a macro of the project, by name.
type Macro struct {
	Name string
	Path string
	Line int
	Args []string
}

// DocsBlock is one {% docs name %} block.
type DocsBlock struct {
	Name string
	Text string
	Path string
	Line int
}

// Exposure is something outside dbt that uses models.
type Exposure struct {
	ID, Name, Type, Label, Description, Owner, URL string
	DependsOn                                      []string // node IDs
	Path                                           string
	Line                                           int
}

// Group is a dbt group with its owner.
type Group struct {
	Name, Owner, Email string
	Path               string
	Line               int
}

// SingularTest is a SQL file under the test paths.
type SingularTest struct {
	Disabled bool // it reads a node that is switched off or not there
	Name     string
	Path     string
	Upstream []string
}

// Analysis is a query under the analysis paths: compiled by dbt, never built.
type Analysis struct {
	ID, Name string
	Path     string
	Upstream []string
}

// UnitTest is a unit test as declared in YAML.
type UnitTest struct {
	ID, Name string
	Model    string // node ID or the name as written
	Disabled bool   // its model is switched off
	Upstream []string
	Path     string
	Line     int
	Raw      map[string]any
}

// SavedQuery is a saved query of the semantic layer; Raw is its entry as it is.
type SavedQuery struct {
	ID, Name, Label, Description string
	Metrics                      []string // names as written
	DependsOn                    []string // IDs of its metrics
	Path                         string
	Line                         int
	Raw                          map[string]any
}

// SemanticModel is a MetricFlow semantic model.
type SemanticModel struct {
	ID, Name    string
	Model       string // node ID, or the text of model: when it does not resolve
	Description string
	TimeColumn  string // defaults.agg_time_dimension
	Entities    []Entity
	Dimensions  []Dimension
	Measures    []Measure
	Path        string
	Line        int
}

// Entity is a join key of a semantic model.
type Entity struct{ Name, Type, Expr string }

// Dimension is a dimension of a semantic model.
type Dimension struct{ Name, Type, Expr, Grain, Description string }

// Measure is a measure of a semantic model.
type Measure struct{ Name, Agg, Expr, Description string }

// Metric is a MetricFlow metric; Params is type_params as it is.
type Metric struct {
	ID, Name, Type, Label, Description, Filter string
	Params                                     map[string]any
	DependsOn                                  []string // IDs of the semantic models that have its measures, or of the metrics it is made of
	Path                                       string
	Line                                       int
}

// Config is dbt_project.yml.
type Config struct {
	Path          string // of dbt_project.yml, relative to Project.Dir
	Profile       string
	ModelPaths    []string
	SeedPaths     []string
	SnapshotPaths []string
	TestPaths     []string
	MacroPaths    []string
	AnalysisPaths []string
	DocsPaths     []string
	TargetPath    string
	PackagesPath  string                  // where dbt installs packages
	Vars          map[string]any          // project-wide vars, then those under the project's own name
	Folders       map[Kind]map[string]any // settings by folder; those of tests under "test"
}

// Profile is what profiles.yml in the project folder says about the chosen target. It never holds a secret: only
// the keys below are read, and env_var() stays as written.
type Profile struct {
	Name     string
	Target   string
	Adapter  string // "duckdb", "postgres", …
	Database string // duckdb: the name under which the file is attached
	Schema   string
	Path     string // duckdb: path of the database file, as written
	Known    bool
}
