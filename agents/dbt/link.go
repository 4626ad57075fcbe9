package dbt

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"
)

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
	made     map[string]*Node           // by ID
	rawRefs  map[string]jinja.Uses      // what each node uses, by ID
	schemas  map[string]*jinja.Template // generate_*_name macros of the project
	catalog  map[string][]Column        // columns from catalog.json, by ID
	manifest *manifest                  // nil when there is none
	versions map[string]versioned       // versions of models, by the name of their file
	problems []owned
	owner    string          // of the problems being found
	marts    bool            // no folder or prefix says which models are marts, so that lineage does
	over     *override       // of a package: what the project sets that uses it
	lent     map[string]bool // IDs of nodes that have tests of an entry under the wrong key
}

// owned is a problem with what it was found in, so that reading this anew can take it back.
type owned struct {
	Problem
	owner string
}

// What problems are found in.
func fileAt(path string) string  { return "file " + path }
func nodeOf(id string) string    { return "node " + id }
func columnsOf(id string) string { return "columns " + id }

func (l *linker) problem(path string, line int, reason string) {
	l.problems = append(l.problems, owned{Problem{path, line, reason}, l.owner})
}

// by sets what the problems from here on are found in.
func (l *linker) by(owner string) { l.owner = owner }

// collect sorts parse results by what they are.
func (l *linker) collect(files []parsed) {
	l.docs, l.macroAt, l.rawRefs = map[string]string{}, map[string]string{}, map[string]jinja.Uses{}
	for _, f := range files {
		l.by(fileAt(f.path))
		if f.blob != "" {
			file := File{Path: f.path, Blob: f.blob, Size: f.size}
			if props, ok := f.result.(*properties); ok && f.err == nil {
				file.Text = props.text
			}
			l.p.Files = append(l.p.Files, file)
		}
		if f.err != nil {
			p := yamlProblem(f.path, f.err)
			l.problem(p.Path, p.Line, p.Reason)
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
				p := jinjaProblem(f.path, r.err)
				l.problem(p.Path, p.Line, p.Reason)
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
	p.Problems = sorted(l.problems)
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

// sorted lists problems by path, line and reason.
func sorted(found []owned) []Problem {
	out := make([]Problem, len(found))
	for i, o := range found {
		out[i] = o.Problem
	}
	slices.SortFunc(out, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), a.Line-b.Line, strings.Compare(a.Reason, b.Reason))
	})
	return out
}
