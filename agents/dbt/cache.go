package dbt

import (
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"

	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/sqltext"
)

// Cache remembers the parse result of each file by the hash of its bytes, so that reading a project again parses only
// what changed. It may be used by several goroutines. Results that the last reading did not use are dropped.
type Cache struct {
	mu    sync.Mutex
	files map[cacheKey]any
}

// cacheKey is what a parse result depends on: how the file is read, its bytes, and for SQL the variables and target.
type cacheKey struct {
	role role
	blob string
	env  string
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
	blob   string
	size   int64
	result any // *sqlFile, *properties, *seedFile, *docsFile
	err    error
}

// docsFile is the docs blocks of a Markdown file.
type docsFile struct {
	blocks   []jinja.Block
	problems []Problem
}

// parseAll reads and parses the files, several at a time, and leaves in the cache exactly what it used. Macros come first, since
// what a model holds depends on them; env gets to know them.
func (c *Cache) parseAll(fsys fs.FS, dir string, files []found, env *environment) []parsed {
	w := &work{cache: c, fsys: fsys, dir: dir, files: files, out: make([]parsed, len(files)), used: make([]cacheKey, len(files))}
	w.run(func(f found) bool { return f.role == roleMacro }, "", *env)
	env.macros = map[string]jinja.Macro{}
	var blobs strings.Builder
	for i, f := range files {
		if s, ok := w.out[i].result.(*sqlFile); ok && f.role == roleMacro {
			blobs.WriteString(w.out[i].blob)
			for _, m := range s.tpl.Macros() {
				env.macros[m.Name] = m
			}
		}
	}
	env.hash = Blob([]byte(blobs.String()))
	w.run(func(f found) bool { return f.role != roleMacro }, env.key(), *env)
	c.keep(w.used, w.out)
	return w.out
}

// work is one reading of all files.
type work struct {
	cache *Cache
	fsys  fs.FS
	dir   string
	files []found
	out   []parsed
	used  []cacheKey
}

func (w *work) run(which func(found) bool, key string, env environment) {
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(2, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				w.out[i], w.used[i] = w.cache.parse(w.fsys, w.dir, w.files[i], key, env)
			}
		})
	}
	for i, f := range w.files {
		if which(f) {
			next <- i
		}
	}
	close(next)
	wg.Wait()
}

// keep drops what no file of this reading used.
func (c *Cache) keep(used []cacheKey, out []parsed) {
	files := make(map[cacheKey]any, len(used))
	for i, k := range used {
		if out[i].err == nil {
			files[k] = out[i].result
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.files = files
}

func (c *Cache) parse(fsys fs.FS, dir string, f found, env string, r jinja.Resolver) (parsed, cacheKey) {
	p := parsed{found: f}
	b, err := readBounded(fsys, path.Join(dir, f.path), f.role)
	if err != nil {
		p.err = err
		return p, cacheKey{}
	}
	p.blob, p.size = Blob(b), int64(len(b))
	key := cacheKey{role: f.role, blob: p.blob}
	switch f.role {
	case roleModel, roleSnapshot, roleTest, roleAnalysis, roleMacro:
		key.env = env + path.Ext(f.path)
	}
	c.mu.Lock()
	hit, ok := c.files[key]
	c.mu.Unlock()
	if ok {
		p.result = hit
		return p, key
	}
	p.result, p.err = parseFile(f, b, r)
	return p, key
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
