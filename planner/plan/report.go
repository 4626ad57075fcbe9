package plan

// CheckStatus of one check.
type CheckStatus string

// Statuses. "Not run" is never "passed".
const (
	Passed CheckStatus = "passed"
	Failed CheckStatus = "failed"
	NotRun CheckStatus = "not_run"
)

// Names of the checks, in the order they are shown.
const (
	CheckPaths       = "paths"       // only allowed paths are touched
	CheckYAML        = "yaml"        // YAML valid, existing bytes preserved
	CheckJinja       = "jinja"       // added lines within the allow-list
	CheckSelect      = "select"      // one SELECT, no side effects
	CheckRefs        = "refs"        // every ref and source exists
	CheckBinds       = "binds"       // columns exist, types bind
	CheckConventions = "conventions" // the project's own conventions
	CheckCoverage    = "coverage"    // required tests and descriptions are there
	CheckRuns        = "runs"        // runs on real or sample data
	CheckGrain       = "grain"       // the declared grain is unique
	CheckTotals      = "totals"      // totals reconcile with the base
	CheckIndependent = "independent" // a second way of computing agrees
	CheckDBT         = "dbt"         // dbt build of the selection
	CheckDownstream  = "downstream"  // downstream models still bind (edits only)
	CheckGlossary    = "glossary"    // the glossary is without new problems (changes of the glossary only)
	CheckUnchanged   = "unchanged"   // the columns that an edited model had give the same rows as before (edits only)
)

// CheckNames lists every check in the order shown.
func CheckNames() []string {
	return []string{CheckPaths, CheckYAML, CheckJinja, CheckSelect, CheckRefs, CheckBinds, CheckConventions,
		CheckCoverage, CheckDownstream, CheckRuns, CheckUnchanged, CheckGrain, CheckTotals, CheckIndependent, CheckDBT}
}

// Check is the result of one check.
type Check struct {
	Name   string      `json:"name"`
	Status CheckStatus `json:"status"`
	// Detail says what was found, or why the check did not run, in one sentence.
	Detail string  `json:"detail"`
	MS     float64 `json:"ms"`
	// Path and Line point to the place of a failure when it is known.
	Path string `json:"path,omitempty"`
	Line int    `json:"line,omitempty"`
}

// CheckLevel is how much of the gate ran.
type CheckLevel string

// Levels: everything without dbt, and dbt alone.
const (
	LevelEmbedded CheckLevel = "embedded"
	LevelDBT      CheckLevel = "dbt"
)

// Report is what the checks found out about ONE digest.
type Report struct {
	Digest  string     `json:"digest"`
	Level   CheckLevel `json:"level"`
	Checks  []Check    `json:"checks"`
	Columns []Column   `json:"columns,omitempty"` // of the new model, as bound
	Preview *Preview   `json:"preview,omitempty"`
}

// Column is a name with its type in the warehouse's words.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Preview is a bounded look at the result. Values are strings, float64, bool or nil.
type Preview struct {
	Columns   []string `json:"columns"`
	Rows      [][]any  `json:"rows"`
	Truncated bool     `json:"truncated,omitempty"`
	// RowCount is the number of rows of the whole result.
	RowCount int `json:"row_count,omitempty"`
}
