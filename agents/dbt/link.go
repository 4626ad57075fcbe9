package dbt

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"firstmile/agents/dbt/jinja"
)

// Read reads like the function Read, parsing only files whose bytes the cache has not seen.
func (c *Cache) Read(fsys fs.FS, dir string) (*Project, error) {
	dir = path.Clean(dir)
	pf, configFile, err := readConfig(fsys, dir)
	if err != nil {
		return nil, err
	}
	p := &Project{Name: pf.name, Version: pf.version, Dir: dir, Config: pf.config, Files: []File{configFile},
		byID: map[string]*Node{}, byName: map[string][]*Node{}, memo: &sync.Map{}}
	if b, err := fs.ReadFile(fsys, path.Join(dir, "profiles.yml")); err == nil {
		p.Profile, p.Problems = parseProfile(b, pf.config.Profile)
		p.Files = append(p.Files, File{Path: "profiles.yml", Blob: Blob(b), Size: int64(len(b))})
	}
	files, problems := list(fsys, dir, pf.config)
	p.Problems = append(p.Problems, problems...)
	env := environment{project: pf.name, vars: pf.config.Vars, profile: p.Profile}
	l := &linker{p: p, env: env, entries: map[string]*described{}, macros: map[string]*jinja.Block{}, disabled: map[string]bool{},
		schemas: map[string]*jinja.Template{}}
	parsed := c.parseAll(fsys, dir, files, &env)
	l.env, p.macros = env, env.macros
	l.collect(parsed)
	l.build()
	l.relations()
	l.artifacts(fsys, dir)
	p.martsByLineage()
	p.indexRelations()
	p.Problems = append(p.Problems, p.resolveColumns(l.catalog, nil)...)
	l.finish()
	return p, nil
}

// environment resolves what a sketch may know: variables and the target. Refs become placeholders, so that a sketch
// does not depend on relation names.
type environment struct {
	project string
	vars    map[string]any
	profile Profile
	macros  map[string]jinja.Macro
	hash    string // of all macro files
}

// Placeholders stand where tables will be: "__ref__"."pkg|name|version" and "__source__"."source|table".
const (
	refSchema    = "__ref__"
	sourceSchema = "__source__"
)

func (environment) Ref(pkg, name, version string) (string, error) {
	return quote(refSchema) + "." + quote(pkg+"|"+name+"|"+version), nil
}
func (environment) Source(source, table string) (string, error) {
	return quote(sourceSchema) + "." + quote(source+"|"+table), nil
}
func (e environment) Var(name string) (any, bool) { v, ok := e.vars[name]; return v, ok }
func (e environment) Macro(name string) (jinja.Macro, bool) {
	m, ok := e.macros[strings.TrimPrefix(name, e.project+".")]
	return m, ok
}
func (environment) This() (string, error) { return quote("__this__"), nil }

func (e environment) Target(key string) (any, bool) {
	if !e.profile.Known {
		return nil, false
	}
	switch key {
	case "name", "target_name":
		return e.profile.Target, true
	case "type":
		return e.profile.Adapter, e.profile.Adapter != ""
	case "schema":
		return e.profile.Schema, plainText(e.profile.Schema)
	case "database", "dbname":
		return e.profile.Database, plainText(e.profile.Database)
	case "profile_name":
		return e.profile.Name, true
	}
	return nil, false
}

// plainText says that a setting is there and holds no expression.
func plainText(s string) bool { return s != "" && !strings.Contains(s, "{{") }

// key tells environments apart.
func (e environment) key() string {
	b, err := json.Marshal([]any{e.vars, e.profile, e.hash})
	if err != nil {
		return fmt.Sprint(e.vars, e.profile, e.hash)
	}
	return Blob(b)
}

// described is a YAML entry with its place.
type described struct {
	*entry
	path, blob string
	used       bool
}

// linker puts parsed files together into a project.
type linker struct {
	p        *Project
	env      environment
	sql      []parsed
	seeds    []parsed
	entries  map[string]*described // by kind and name: "model/x", "source/s.t"
	order    []string              // keys of entries as found
	macros   map[string]*jinja.Block
	macroAt  map[string]string
	docs     map[string]string
	disabled map[string]bool
	rawRefs  map[string]jinja.Uses      // what each node uses, by ID
	schemas  map[string]*jinja.Template // generate_*_name macros of the project
	catalog  map[string][]Column        // columns from catalog.json, by ID
}

func (l *linker) problem(path string, line int, reason string) {
	l.p.Problems = append(l.p.Problems, Problem{path, line, reason})
}

// collect sorts parse results by what they are.
func (l *linker) collect(files []parsed) {
	l.docs, l.macroAt, l.rawRefs = map[string]string{}, map[string]string{}, map[string]jinja.Uses{}
	for _, f := range files {
		if f.blob != "" {
			file := File{Path: f.path, Blob: f.blob, Size: f.size}
			if props, ok := f.result.(*properties); ok && f.err == nil {
				file.Text = props.text
			}
			l.p.Files = append(l.p.Files, file)
		}
		if f.err != nil {
			p := yamlProblem(f.path, f.err)
			l.p.Problems = append(l.p.Problems, p)
			if p.Line > 0 {
				l.p.Broken = append(l.p.Broken, p)
			}
			continue
		}
		switch r := f.result.(type) {
		case *properties:
			l.properties(f, r)
		case *docsFile:
			for _, b := range r.blocks {
				l.docs[b.Name] = b.Text
				l.p.Docs = append(l.p.Docs, DocsBlock{b.Name, b.Text, f.path, b.Line})
			}
			l.problemsOf(f.path, r.problems)
		case *seedFile:
			l.seeds = append(l.seeds, f)
			l.problemsOf(f.path, r.problems)
		case *sqlFile:
			if r.err != nil {
				l.p.Problems = append(l.p.Problems, jinjaProblem(f.path, r.err))
			}
			l.macrosOf(f, r)
			if f.role != roleMacro {
				l.sql = append(l.sql, f)
			}
		}
	}
}

func jinjaProblem(path string, err error) Problem {
	if se, ok := err.(*jinja.SyntaxError); ok {
		return Problem{path, se.Line, "the Jinja cannot be read: " + se.Text + ": " + se.Msg}
	}
	return Problem{Path: path, Reason: err.Error()}
}

func (l *linker) problemsOf(path string, ps []Problem) {
	for _, p := range ps {
		l.problem(path, p.Line, p.Reason)
	}
}

func (l *linker) macrosOf(f parsed, r *sqlFile) {
	for i := range r.blocks {
		b := &r.blocks[i]
		switch b.Word {
		case "macro":
			l.macros[b.Name] = b
			l.p.Macros = append(l.p.Macros, Macro{b.Name, f.path, b.Line, b.Args})
			if overrides(b.Name) {
				l.schemas[b.Name] = r.tpl
			}
		case "test", "data_test":
			l.macros["test_"+b.Name] = b
			l.p.Macros = append(l.p.Macros, Macro{"test_" + b.Name, f.path, b.Line, b.Args})
		}
	}
}

func overrides(name string) bool {
	return name == "generate_schema_name" || name == "generate_alias_name" || name == "generate_database_name"
}

// properties registers the entries of a YAML file.
func (l *linker) properties(f parsed, r *properties) {
	l.problemsOf(f.path, r.problems)
	for _, kind := range []Kind{Model, Source, Seed, Snapshot} {
		for i := range r.nodes[kind] {
			e := &r.nodes[kind][i]
			key := entryKey(kind, e.source, e.name)
			if old, ok := l.entries[key]; ok {
				l.problem(f.path, e.line, fmt.Sprintf("%s %s is described in %s already", kind, e.name, old.path))
				continue
			}
			l.entries[key] = &described{entry: e, path: f.path, blob: f.blob}
			l.order = append(l.order, key)
		}
	}
	for _, e := range r.exposures {
		e.Path = f.path
		l.p.Exposures = append(l.p.Exposures, e)
	}
	for _, g := range r.groups {
		g.Path = f.path
		l.p.Groups = append(l.p.Groups, g)
	}
	for _, u := range r.unitTests {
		u.Path = f.path
		l.p.UnitTests = append(l.p.UnitTests, u)
	}
	for _, s := range r.semantic {
		s.Path = f.path
		l.p.Semantic = append(l.p.Semantic, s)
	}
	for _, m := range r.metrics {
		m.Path = f.path
		l.p.Metrics = append(l.p.Metrics, m)
	}
	for _, s := range r.saved {
		s.Path = f.path
		l.p.SavedQueries = append(l.p.SavedQueries, s)
	}
}

func entryKey(kind Kind, source, name string) string {
	if kind == Source {
		return string(kind) + "/" + source + "." + name
	}
	return string(kind) + "/" + name
}

// finish sorts what has no order of its own yet.
func (l *linker) finish() {
	p := l.p
	slices.SortFunc(p.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(p.Problems, func(a, b Problem) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	slices.SortFunc(p.Macros, func(a, b Macro) int { return strings.Compare(a.Name+"\x00"+a.Path, b.Name+"\x00"+b.Path) })
	slices.SortStableFunc(p.Docs, func(a, b DocsBlock) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.Exposures, func(a, b Exposure) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(p.Groups, func(a, b Group) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.Semantic, func(a, b SemanticModel) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.Metrics, func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.SavedQueries, func(a, b SavedQuery) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.Analyses, func(a, b Analysis) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(p.SingularTests, func(a, b SingularTest) int { return strings.Compare(a.Path, b.Path) })
}
