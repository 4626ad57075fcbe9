package dbt

import (
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/sqltext"
)

// Cache remembers the parse result of each file by the hash of its bytes, so that reading a project again parses only
// what changed, and the last reading, so that a file whose stamp (size, times, inode) has not moved is not even read. It may be used by
// several goroutines. Results that the last reading did not use are dropped.
type Cache struct {
	mu      sync.Mutex
	files   map[cacheKey]any
	reading *reading
	parts   map[string]*Cache // of the packages, by folder
}

// cacheKey is what a parse result depends on: how the file is read, its bytes, and for SQL the variables and target.
type cacheKey struct {
	role role
	blob string
	env  string
	ext  string
}

// NewCache returns an empty cache.
func NewCache() *Cache { return &Cache{files: map[cacheKey]any{}} }

// sqlFile is a model, snapshot, test or macro file as parsed.
type sqlFile struct {
	raw    string
	calls  []jinja.Call
	uses   jinja.Uses
	blocks []jinja.Block
	tpl    *jinja.Template
	query  *sqltext.Query // nil when the SQL is not understood; why then says so
	why    string
	opaque bool // a macro writes part of the SQL
	err    error
}

// parsed is one file with its parse result.
type parsed struct {
	found
	blob    string
	size    int64
	key     cacheKey
	result  any // *sqlFile, *properties, *seedFile, *docsFile
	err     error
	settled bool // the file cannot change without its stamp changing
}

// docsFile is the docs blocks of a Markdown file.
type docsFile struct {
	blocks   []jinja.Block
	problems []Problem
}

// parseAll reads and parses the files that may have changed since the last reading, several at a time. Macros come first, since what a
// model holds depends on them; the reading's environment gets to know them.
func (c *Cache) parseAll(r, last *reading, files []found, now time.Time) {
	r.files = make([]parsed, len(files))
	w := &work{cache: c, r: r, files: files, known: r.known(last, files), now: now}
	w.run(func(f found) bool { return f.role == roleMacro }, "")
	r.env.macros = map[string]jinja.Macro{}
	var blobs strings.Builder
	for i, f := range files {
		if s, ok := r.files[i].result.(*sqlFile); ok && f.role == roleMacro {
			blobs.WriteString(r.files[i].blob)
			for _, m := range s.tpl.Macros() {
				r.env.macros[m.Name] = m
			}
		}
	}
	r.env.hash = Blob([]byte(blobs.String()))
	r.key = r.env.key()
	if last != nil && last.key == r.key {
		r.key = last.key // the same text in the same place is compared at a glance
	}
	w.run(func(f found) bool { return f.role != roleMacro }, r.key)
}

// work is one reading of all files.
type work struct {
	cache *Cache
	r     *reading
	files []found
	known []*parsed
	now   time.Time
}

func (w *work) run(which func(found) bool, env string) {
	var todo []int
	for i, f := range w.files {
		if !which(f) {
			continue
		}
		if old := w.known[i]; old != nil && old.key.env == f.role.env(env) {
			w.r.files[i] = *old
			continue
		}
		todo = append(todo, i)
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(len(todo), max(2, runtime.GOMAXPROCS(0))) {
		wg.Go(func() {
			for {
				k := int(next.Add(1)) - 1
				if k >= len(todo) {
					return
				}
				i := todo[k]
				w.r.files[i] = w.cache.parse(w.r, w.files[i], env)
				w.r.files[i].settled = w.files[i].sure && w.files[i].stamp.settled(w.now)
			}
		})
	}
	wg.Wait()
}

// last is the last reading, or nil.
func (c *Cache) last() *reading {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reading
}

// keep makes r the last reading and drops the results that it did not use.
func (c *Cache) keep(r *reading) {
	files := make(map[cacheKey]any, len(r.files))
	for i := range r.files {
		if f := &r.files[i]; f.err == nil {
			files[f.key] = f.result
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files, c.reading = files, r
}

// remember makes r the last reading. Results that it did not use stay until everything is read again, but not too many of them.
func (c *Cache) remember(r *reading) {
	c.mu.Lock()
	full := len(c.files) > 2*len(r.files)+maxPatched
	c.reading = r
	c.mu.Unlock()
	if full {
		c.keep(r)
	}
}

func (c *Cache) parse(r *reading, f found, env string) parsed {
	p := parsed{found: f}
	b, err := readBounded(r.fsys, path.Join(r.dir, f.path), f.role)
	if err != nil {
		p.err = err
		return p
	}
	p.blob, p.size = Blob(b), int64(len(b))
	p.key = cacheKey{role: f.role, blob: p.blob}
	if f.role.sql() {
		p.key.env, p.key.ext = env, path.Ext(f.path)
	}
	c.mu.Lock()
	hit, ok := c.files[p.key]
	c.mu.Unlock()
	if ok {
		p.result = hit
		return p
	}
	if p.result, p.err = parseFile(f, b, r.env); p.err == nil {
		c.mu.Lock()
		c.files[p.key] = p.result
		c.mu.Unlock()
	}
	return p
}

// env is that part of a result's key which stands for variables, target and macros, where a role depends on them.
func (r role) env(key string) string {
	if r == roleMacro || !r.sql() {
		return ""
	}
	return key
}

// sql says whether files of this role hold Jinja.
func (r role) sql() bool {
	switch r {
	case roleModel, roleSnapshot, roleTest, roleAnalysis, roleMacro:
		return true
	}
	return false
}

func readBounded(fsys fs.FS, name string, r role) ([]byte, error) {
	limit := int64(maxTextSize)
	if r == roleSeed {
		limit = maxSeedSize
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("the file is larger than %d MB and was not read", limit>>20)
	}
	return fs.ReadFile(fsys, name)
}

func parseFile(f found, b []byte, r jinja.Resolver) (any, error) {
	switch f.role {
	case roleYAML:
		return parseProperties(b)
	case roleSeed:
		return parseSeed(b, ','), nil
	case roleDocs:
		d := &docsFile{}
		var errs []error
		d.blocks, errs = jinja.Docs(string(b))
		for _, err := range errs {
			d.problems = append(d.problems, Problem{Reason: err.Error()})
		}
		return d, nil
	}
	if strings.EqualFold(path.Ext(f.path), ".py") {
		return pythonModel(string(b)), nil
	}
	return parseSQL(f.role, string(b), r), nil
}

func parseSQL(kind role, src string, r jinja.Resolver) *sqlFile {
	t := jinja.Parse(src)
	s := &sqlFile{raw: src, tpl: t, err: t.Err()}
	if kind == roleMacro || kind == roleSnapshot || kind == roleTest {
		s.blocks = t.Blocks()
		if kind == roleMacro {
			return s
		}
	}
	s.calls = t.Calls()
	var sketch string
	sketch, s.uses = t.Sketch(r)
	if s.err != nil {
		s.why = "its Jinja cannot be read: " + s.err.Error()
		return s
	}
	s.opaque = strings.Contains(sketch, jinja.Opaque) || strings.Contains(sketch, jinja.OpaqueBlock)
	q, err := sqltext.Parse(sketch)
	if err != nil {
		s.why = err.Error()
		return s
	}
	s.query = q
	return s
}
