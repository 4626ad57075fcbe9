package sandbox

import (
	"context"
	"errors"
)

// Sandbox is a running child process with a copy of the data. It is safe for concurrent use: calls are queued.
type Sandbox struct{}

var errNotBuilt = errors.New("not built yet")

func start(context.Context, Options) (*Sandbox, error) { return nil, errNotBuilt }

// ChildMain must be the first call of main and of TestMain. In an ordinary process it returns at once; in the
// sandbox's child process it serves requests until its input ends, and then exits.
func ChildMain() {}

// Confinement says how the child is confined, for the doctor command and for reports.
func (s *Sandbox) Confinement() Confinement { return Confinement{} }

// Confinement is what the operating system enforces on the child.
type Confinement struct {
	Landlock bool   `json:"landlock"` // files and network are confined
	Limits   bool   `json:"limits"`   // rlimits are set
	Detail   string `json:"detail"`   // one line for people, such as "Landlock ABI 7, rlimits"
}

// Parse reads text without any catalog: how many statements, of which kind, which tables. A text that DuckDB cannot
// parse is an *Error of KindParser with its place.
func (s *Sandbox) Parse(ctx context.Context, text string) (Statement, error) {
	return Statement{}, errNotBuilt
}

// Bind resolves every name and type of a single SELECT against typed, empty relations in a catalog that holds nothing
// else, without running it, and returns the columns it would have. About a millisecond.
func (s *Sandbox) Bind(ctx context.Context, relations []Relation, q SQL) ([]Column, error) {
	return nil, errNotBuilt
}

// Query runs a single SELECT on the copy of the data. Anything else than one SELECT is an *Error of KindPermission.
func (s *Sandbox) Query(ctx context.Context, q SQL, o QueryOptions) (*Result, error) {
	return nil, errNotBuilt
}

// Catalog lists the tables and views of the data, with columns in their order, sorted by schema and name. A view whose
// own tables are gone has no columns.
func (s *Sandbox) Catalog(ctx context.Context) ([]Relation, error) { return nil, errNotBuilt }

// Values returns up to max distinct non-null values of a column, most frequent first (equal counts by value), and
// whether there are more. Values are as in Result.
func (s *Sandbox) Values(ctx context.Context, r Relation, column string, max int) ([]any, bool, error) {
	return nil, false, errNotBuilt
}

// Close kills the child. The scratch folder stays with its owner.
func (s *Sandbox) Close() error { return nil }

// Build creates (or replaces) the .duckdb file at path from trusted SQL statements, in a child process: the file appears
// complete or not at all. Statements may read files relative to the folder files (read_csv('customers.csv')); "" means that
// they read none. The same statements on the same files give the same content.
func Build(ctx context.Context, path, files string, statements []string) error { return errNotBuilt }
