package sandbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Sandbox is a pair of child processes: one has a copy of the data, the other none and only parses and binds. Calls to
// each are queued. It is safe for concurrent use.
type Sandbox struct {
	data, binder *worker
	timeout      time.Duration
	confined     Confinement

	mu      sync.Mutex
	listed  []Relation // by the last Catalog,
	listing version    // of the file as it was then; zero: nothing is listed
}

// Confinement is what the operating system enforces on the child.
type Confinement struct {
	Landlock bool   `json:"landlock"` // files, network and other programs are out of reach
	Limits   bool   `json:"limits"`   // rlimits are set
	Detail   string `json:"detail"`   // one line for people, such as "Landlock ABI 7, rlimits, system call filter"
}

var errNoChildMain = errors.New("sandbox.ChildMain must be the first call of main and of TestMain")

func start(ctx context.Context, o Options) (*Sandbox, error) {
	if isChild() {
		return nil, errNoChildMain
	}
	if o.MemoryMB == 0 {
		o.MemoryMB = 512
	}
	if o.Threads == 0 {
		o.Threads = 2
	}
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.Scratch == "" {
		return nil, errors.New("the sandbox needs a scratch folder")
	}
	scratch, err := filepath.Abs(o.Scratch)
	if err != nil {
		return nil, fmt.Errorf("finding the sandbox's scratch folder: %w", err)
	}
	s := &Sandbox{timeout: o.Timeout}
	dataDir, bindDir := filepath.Join(scratch, "data"), filepath.Join(scratch, "bind")
	open := openRequest{Scratch: dataDir, MemoryMB: o.MemoryMB, Threads: o.Threads}
	s.binder = newWorker(bindDir, openRequest{Scratch: bindDir, MemoryMB: min(o.MemoryMB, 256), Threads: 1})
	if o.Database != "" {
		source := newSource(o.Database, dataDir)
		open.Database = source.copy
		s.data = newWorker(dataDir, open)
		s.data.source = source
	} else {
		s.data = newWorker(dataDir, open)
	}
	// Both start at the same time; the first Bind waits for its own.
	started := make(chan error, 1)
	go func() { started <- s.binder.begin(ctx) }()
	if err := errors.Join(s.data.begin(ctx), <-started); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.confined = s.data.confined
	return s, nil
}

// Confinement says how the child is confined, for the doctor command and for reports.
func (s *Sandbox) Confinement() Confinement { return s.confined }

// Parse reads text without any catalog: how many statements, of which kind, which tables. A text that DuckDB cannot
// parse is an *Error of KindParser with its place.
func (s *Sandbox) Parse(ctx context.Context, text string) (Statement, error) {
	r, err := s.binder.call(ctx, request{Op: opParse, SQL: text, Timeout: s.timeout})
	if err != nil {
		return Statement{}, err
	}
	return *r.Statement, nil
}

// Bind resolves every name and type of a single SELECT against typed, empty relations in a catalog that holds nothing
// else, without running it, and returns the columns it would have. Names without a database are looked up in the first relation's
// database. About a millisecond.
func (s *Sandbox) Bind(ctx context.Context, relations []Relation, q SQL) ([]Column, error) {
	if err := s.allow(q); err != nil {
		return nil, err
	}
	r, err := s.binder.call(ctx, request{Op: opBind, SQL: q.Text, Relations: relations, Timeout: s.timeout})
	return r.Columns, err
}

// Query runs a single SELECT on the copy of the data. Anything else than one SELECT is an *Error of KindPermission. A query that is
// trusted vouches for its views, too.
func (s *Sandbox) Query(ctx context.Context, q SQL, o QueryOptions) (*Result, error) {
	if err := s.allow(q); err != nil {
		return nil, err
	}
	if o.Limit <= 0 {
		o.Limit = 1000
	}
	if o.Timeout <= 0 {
		o.Timeout = s.timeout
	}
	r, err := s.data.call(ctx, request{Op: opQuery, SQL: q.Text, Views: o.Views, Today: o.Today, Limit: o.Limit, Timeout: o.Timeout})
	if err != nil {
		return nil, err
	}
	return result(r), nil
}

func (s *Sandbox) allow(q SQL) error {
	if !q.Trusted && !s.confined.Landlock {
		return ErrUnconfined
	}
	return nil
}

// Values returns up to max distinct non-null values of a column, most frequent first (equal counts by value), and
// whether there are more. Values are as in Result.
func (s *Sandbox) Values(ctx context.Context, r Relation, column string, max int) (values []any, more bool, err error) {
	c := quote(column)
	text := fmt.Sprintf("SELECT %s FROM %s WHERE %s IS NOT NULL GROUP BY %s ORDER BY count(*) DESC, %s",
		c, qualified(r.Database, r.Schema, r.Name), c, c, c)
	got, err := s.Query(ctx, Trusted(text), QueryOptions{Limit: max})
	if err != nil {
		return nil, false, err
	}
	for _, row := range got.Rows {
		values = append(values, row[0])
	}
	return values, got.Truncated, nil
}

// Catalog lists the tables and views of the data, with columns in their order, sorted by schema and name. It
// is read anew only when the file has changed. A view whose own tables are gone has no columns.
func (s *Sandbox) Catalog(ctx context.Context) ([]Relation, error) {
	if s.data.source == nil {
		r, err := s.data.call(ctx, request{Op: opCatalog, Timeout: s.timeout})
		return r.Relations, err
	}
	now, err := s.data.source.version()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listing == now {
		return slices.Clone(s.listed), nil
	}
	r, err := s.data.call(ctx, request{Op: opCatalog, Timeout: s.timeout})
	if err != nil {
		return nil, err
	}
	// The call has copied the file if it had changed; a change since then shows in the next version.
	s.listed, s.listing = r.Relations, now
	return slices.Clone(s.listed), nil
}

// Close kills the children, in the middle of a call if need be. The scratch folder stays with its owner.
func (s *Sandbox) Close() error {
	s.data.close()
	s.binder.close()
	return nil
}
