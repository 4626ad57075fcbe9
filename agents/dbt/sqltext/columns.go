package sqltext

import (
	"fmt"
	"slices"
	"strings"
)

// Column is one output column of a query. Table and Of name the table and column it is a plain copy of;
// both are empty when it is computed or its origin is unclear. Reads are the columns of tables that a computed one is
// made of, as far as they are clear, each once.
type Column struct {
	Name  string
	Table []string
	Of    string
	Reads []Source
}

// Source is a column of a table of the query.
type Source struct {
	Table []string
	Of    string
}

// sources are the table columns that a column consists of.
func (c Column) sources() []Source {
	if c.Of != "" {
		return []Source{{c.Table, c.Of}}
	}
	return c.Reads
}

// Tables returns the columns of the table with this path as written in the query. An error says why they are not known.
type Tables func(path []string) ([]string, error)

// Columns returns the query's output columns in order. With an error they are those that are certain, without their
// order or number being so; the error says why.
func (q *Query) Columns(tables Tables) ([]Column, error) {
	r := &resolver{tables: tables}
	t := r.query(q, nil)
	return t.cols, t.err
}

// fold is how names compare: most engines ignore case, and a project that needs case to tell columns apart
// is reported as having duplicates.
func fold(s string) string { return strings.ToLower(s) }

// rows is what is known about the columns of a table or query.
type rows struct {
	cols []Column
	open []string // the table whose further columns come through, when cols is not complete
	err  error    // why cols is not complete
}

// scope maps CTE names to their rows; inner scopes see outer ones.
type scope struct {
	outer *scope
	name  string
	rows
}

func (s *scope) find(name string) (*scope, bool) {
	for ; s != nil; s = s.outer {
		if s.name == fold(name) {
			return s, true
		}
	}
	return nil, false
}

type resolver struct{ tables Tables }

func (r *resolver) query(q *Query, sc *scope) rows {
	for _, c := range q.ctes {
		t := r.query(c.query, sc)
		if c.columns != nil {
			t = t.renamed(c.columns)
		}
		sc = &scope{outer: sc, name: fold(c.name), rows: t}
	}
	if len(q.selects) == 0 {
		return rows{err: fmt.Errorf("there is no select")}
	}
	t := r.selectStmt(q.selects[0], sc)
	if len(q.selects) > 1 { // a united column is a copy of more than one
		t.cols, t.open = slices.Clone(t.cols), nil
		for i := range t.cols {
			t.cols[i].Table, t.cols[i].Of, t.cols[i].Reads = nil, "", nil
		}
	}
	return t
}

func (t rows) renamed(names []string) rows {
	if t.err != nil {
		return rows{err: t.err}
	}
	if len(names) != len(t.cols) {
		return rows{err: fmt.Errorf("the column list names %d of %d columns", len(names), len(t.cols))}
	}
	t.cols = slices.Clone(t.cols)
	for i := range t.cols {
		t.cols[i].Name = names[i]
	}
	return t
}

// table is a source with its columns resolved.
type table struct {
	alias string
	using []string
	rows
}

func (r *resolver) selectStmt(s selectStmt, sc *scope) rows {
	if s.nested != nil {
		return r.query(s.nested, sc)
	}
	var out rows
	if s.why != "" {
		out.err = fmt.Errorf("%s", s.why)
	}
	var tabs []table
	for _, src := range s.sources {
		tabs = append(tabs, r.source(src, sc))
	}
	for i, it := range s.items {
		switch {
		case it.opaque:
		case it.star:
			cols, err := star(it, tabs)
			if out.err == nil {
				out.err = err
			}
			out.cols = append(out.cols, cols...)
			if len(tabs) == 1 && it.rename == nil {
				out.open = tabs[0].open
			}
		case it.name == "":
			if out.err == nil {
				out.err = fmt.Errorf("column %d of the select has no name", i+1)
			}
		default:
			c := Column{Name: it.name}
			from := origin(it.path, tabs)
			c.Table, c.Of, c.Reads = from.Table, from.Of, from.Reads
			for _, path := range it.reads {
				c.add(origin(path, tabs).sources())
			}
			out.cols = append(out.cols, c)
		}
	}
	if dup := duplicate(out.cols); dup != "" && out.err == nil {
		out.err = fmt.Errorf("two columns are named %s", dup)
	}
	return out
}

func duplicate(cols []Column) string {
	seen := map[string]bool{}
	for _, c := range cols {
		if seen[fold(c.Name)] {
			return c.Name
		}
		seen[fold(c.Name)] = true
	}
	return ""
}

func (r *resolver) source(src source, sc *scope) table {
	t := table{alias: src.alias, using: src.using}
	if t.alias == "" && len(src.path) > 0 {
		t.alias = src.path[len(src.path)-1]
	}
	switch {
	case src.why != "":
		t.err = fmt.Errorf("%s", src.why)
	case src.query != nil:
		t.rows = r.query(src.query, sc)
	default:
		if found, ok := sc.find(src.path[0]); ok && len(src.path) == 1 {
			t.rows = found.rows
			break
		}
		var names []string
		names, t.err = r.tables(src.path)
		for _, n := range names {
			t.cols = append(t.cols, Column{Name: n, Table: src.path, Of: n})
		}
		if t.err != nil {
			t.open = src.path
		}
	}
	if src.columns != nil {
		t.rows = t.renamed(src.columns)
	}
	return t
}

// star expands * or alias.* over the sources.
func star(it item, tabs []table) ([]Column, error) {
	var out []Column
	var err error
	found := false
	for _, t := range tabs {
		if len(it.path) > 0 && fold(it.path[len(it.path)-1]) != fold(t.alias) {
			continue
		}
		found = true
		if t.err != nil && err == nil {
			err = t.err
		}
		for _, c := range t.cols {
			if len(it.path) == 0 && named(t.using, c.Name) {
				continue // USING shows the column once, on the left
			}
			if named(it.except, c.Name) {
				continue
			}
			if to, ok := it.rename[fold(c.Name)]; ok {
				c.Name = to
			}
			out = append(out, c)
		}
	}
	if !found {
		return nil, fmt.Errorf("the star %s has no table", joinPath(append(slices.Clone(it.path), "*")))
	}
	return out, err
}

func named(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return fold(n) == fold(name) })
}

// origin finds what a plain column is a copy of. Without a qualifier it must be certain that no
// other source has the name.
func origin(path []string, tabs []table) Column {
	if len(path) == 0 {
		return Column{}
	}
	name := path[len(path)-1]
	var candidates []table
	for _, t := range tabs {
		if len(path) == 1 || fold(path[len(path)-2]) == fold(t.alias) {
			candidates = append(candidates, t)
		}
	}
	var hit *Column
	for _, t := range candidates {
		i := slices.IndexFunc(t.cols, func(c Column) bool { return fold(c.Name) == fold(name) })
		switch {
		case i >= 0 && hit == nil:
			hit = &t.cols[i]
		case i >= 0 && !named(t.using, name), i < 0 && t.err != nil && len(candidates) > 1:
			return Column{}
		}
	}
	if hit != nil {
		return *hit
	}
	if len(candidates) == 1 && candidates[0].open != nil {
		return Column{Table: candidates[0].open, Of: name} // its columns are not known, but this one must be among them
	}
	return Column{}
}

func (c *Column) add(sources []Source) {
	for _, s := range sources {
		same := func(o Source) bool { return o.Of == s.Of && slices.Equal(o.Table, s.Table) }
		if !slices.ContainsFunc(c.Reads, same) {
			c.Reads = append(c.Reads, s)
		}
	}
}
