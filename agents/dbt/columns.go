package dbt

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// WithColumns returns a copy of the project in which lookup says what columns relations really have, such as a warehouse
// does: in order, with types. Where lookup has no answer the project's own knowledge stays; models above
// gain from what is below them.
func (p *Project) WithColumns(lookup func(*Node) ([]Column, bool)) *Project {
	c := *p
	c.memo = &sync.Map{}
	c.Nodes = make([]*Node, len(p.Nodes))
	for i, n := range p.Nodes {
		m := *n
		c.Nodes[i] = &m
	}
	c.resolveColumns(nil, lookup)
	return &c
}

// columnResolver works out the columns of all nodes, upstream first.
type columnResolver struct {
	p        *Project
	catalog  map[string][]Column
	lookup   func(*Node) ([]Column, bool)
	state    map[string]int // 1: at work, 2: done
	problems []owned
}

// resolveColumns fills the columns of all nodes. What does not fit is in the resolver's problems.
func (p *Project) resolveColumns(catalog map[string][]Column, lookup func(*Node) ([]Column, bool)) *columnResolver {
	r := &columnResolver{p: p, catalog: catalog, lookup: lookup, state: make(map[string]int, len(p.Nodes))}
	for _, n := range p.Nodes {
		r.node(n)
	}
	for _, n := range p.Nodes {
		r.inferred(n)
	}
	r.inherit()
	return r
}

// node fills the columns of a node after those of the nodes it reads. A cycle, which dbt refuses, ends with unknown.
func (r *columnResolver) node(n *Node) {
	if r.state[n.ID] != 0 {
		return
	}
	r.state[n.ID] = 1
	defer func() { r.state[n.ID] = 2 }()
	for _, id := range n.Upstream {
		if up := r.p.own(id); up != nil {
			r.node(up)
		}
	}
	r.one(n)
	n.sure = len(n.Columns)
}

// one fills the columns of a node over those of the nodes it reads.
func (r *columnResolver) one(n *Node) {
	n.Stray, n.selects = nil, nil
	static, err := r.static(n)
	if cols, from, ok := r.measured(n); ok && !(from == FromCatalog && err == nil && outdated(n, cols, static)) {
		n.Columns = r.merged(n, cols, from, static)
		n.ColumnsKnown, n.ColumnsWhy = true, ""
		for i, c := range cols {
			n.Columns[i].Type = firstText(c.Type, n.Columns[i].Type)
		}
		r.stale(n, n.Columns[len(cols):], "it does not have it")
		return
	}
	switch {
	case n.fixed:
		n.Columns, n.ColumnsKnown = r.merged(n, slices.Clone(n.declared), "", static), true
	case err == nil:
		n.Columns = r.merged(n, plainColumns(static), FromStatic, static)
		n.ColumnsKnown, n.ColumnsWhy = true, ""
		if extra := n.Columns[len(static):]; len(extra) > 0 && n.opaque {
			n.ColumnsKnown, n.ColumnsWhy = false, "its YAML describes "+extra[0].Name+", which a macro in its SQL may write"
		} else {
			r.stale(n, extra, "its SQL does not have it")
		}
	default:
		n.Columns = r.merged(n, slices.Clone(n.declared), "", static)
		n.Columns = append(n.Columns, beyond(n.Columns, plainColumns(static))...)
		r.origins(n, static)
		n.ColumnsKnown, n.ColumnsWhy = false, err.Error()
	}
}

// stale drops columns that YAML describes although they do not exist, and names them.
func (r *columnResolver) stale(n *Node, extra []Column, why string) {
	for _, c := range extra {
		path := firstText(n.YAMLPath, n.Path)
		r.problems = append(r.problems, owned{Problem{path, c.Line, fmt.Sprintf("the column %s of %s is described here, but %s", c.Name, n.Name, why)}, columnsOf(n.ID)})
	}
	n.Stray = extra
	n.Columns = n.Columns[: len(n.Columns)-len(extra) : len(n.Columns)-len(extra)]
}

// measured are columns that a warehouse or the catalog reports.
func (r *columnResolver) measured(n *Node) ([]Column, Origin, bool) {
	if r.lookup != nil {
		if cols, ok := r.lookup(n); ok {
			return slices.Clone(cols), FromWarehouse, true
		}
	}
	if cols, ok := r.catalog[n.ID]; ok {
		return slices.Clone(cols), FromCatalog, true
	}
	if r.catalog == nil && len(n.Columns) > 0 && n.Columns[0].From == FromCatalog {
		return slices.Clone(n.Columns), FromCatalog, true // a second pass keeps what the catalog said
	}
	return nil, "", false
}

// outdated says whether the catalog describes a table that an earlier state of the model has built: the SQL, all of whose columns are
// known, has others. The table of an incremental model may well have columns that its SQL no longer has.
func outdated(n *Node, cols []Column, static []staticColumn) bool {
	if n.Kind != Model || n.opaque || n.Materialized != "view" && n.Materialized != "table" {
		return false
	}
	return len(cols) != len(static) || slices.ContainsFunc(static, func(s staticColumn) bool {
		return !slices.ContainsFunc(cols, func(c Column) bool { return strings.EqualFold(c.Name, s.name) })
	})
}

// staticColumn is a column of the final select with its origin.
type staticColumn struct {
	name   string
	of     ColumnOf
	madeOf []ColumnOf
}

// static analyses the node's select over its upstream's columns.
func (r *columnResolver) static(n *Node) ([]staticColumn, error) {
	switch {
	case n.Kind == Source:
		return nil, errors.New("a source's columns are known only from its description")
	case n.Kind == Seed:
		return nil, errors.New("the seed has no header")
	case n.taken != "":
		return r.snapshotOf(n, r.p.node(n.taken))
	case n.query == nil:
		return nil, errors.New(n.queryWhy)
	}
	cols, err := n.query.Columns(func(path []string) ([]string, error) {
		up, err := r.p.placeholder(path)
		if err != nil {
			return nil, err
		}
		return up.names()
	})
	out := make([]staticColumn, 0, len(cols))
	for _, c := range cols {
		s := staticColumn{name: c.Name}
		if up, uerr := r.p.placeholder(c.Table); c.Table != nil && uerr == nil {
			s.of = ColumnOf{up.ID, c.Of}
		}
		for _, read := range c.Reads {
			if up, uerr := r.p.placeholder(read.Table); uerr == nil {
				s.madeOf = append(s.madeOf, ColumnOf{up.ID, read.Of})
			}
		}
		out = append(out, s)
	}
	if n.Kind == Snapshot {
		out = append(out, snapshotColumns(n)...)
	}
	return out, err
}

func (r *columnResolver) snapshotOf(n, up *Node) ([]staticColumn, error) {
	if up == nil {
		return nil, errors.New("what the snapshot is taken of is not known")
	}
	names, err := up.names()
	var out []staticColumn
	for _, name := range names {
		out = append(out, staticColumn{name: name, of: ColumnOf{up.ID, name}})
	}
	return append(out, snapshotColumns(n)...), err
}

// snapshotColumns are those that dbt adds to a snapshot, as they are called in this project.
func snapshotColumns(n *Node) []staticColumn {
	renamed, _ := n.Config["snapshot_meta_column_names"].(map[string]any)
	names := []string{"dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"}
	if configText(n.Config, "hard_deletes") == "new_record" {
		names = append(names, "dbt_is_deleted")
	}
	var out []staticColumn
	for _, name := range names {
		out = append(out, staticColumn{name: firstText(configText(renamed, name), name)})
	}
	return out
}

// names lists a node's columns for a select over it; with an error they are not all.
func (n *Node) names() ([]string, error) {
	out := make([]string, 0, n.sure)
	for _, c := range n.Columns[:min(n.sure, len(n.Columns))] {
		out = append(out, c.Name)
	}
	if !n.ColumnsKnown {
		return out, fmt.Errorf("the columns of %s are not known: %s", n.Name, firstText(n.ColumnsWhy, "it refers to itself"))
	}
	return out, nil
}

// placeholder finds the node that a placeholder table stands for.
func (p *Project) placeholder(path []string) (*Node, error) {
	if len(path) == 2 {
		parts := strings.Split(path[1], "|")
		switch {
		case path[0] == refSchema && len(parts) == 3:
			return p.ref(parts[0], parts[1], parts[2])
		case path[0] == sourceSchema && len(parts) == 2:
			return p.source(parts[0], parts[1])
		}
	}
	return nil, fmt.Errorf("the table %s is named without ref() or source()", strings.Join(path, "."))
}

func plainColumns(static []staticColumn) []Column {
	out := make([]Column, 0, len(static))
	for _, s := range static {
		out = append(out, Column{Name: s.name, From: FromStatic})
	}
	return out
}

// merged lays YAML and lineage over columns that exist. from marks the columns; empty keeps their own mark.
func (r *columnResolver) merged(n *Node, cols []Column, from Origin, static []staticColumn) []Column {
	cols = slices.Clone(cols)
	for i := range cols {
		if from != "" {
			cols[i].From = from
		}
	}
	n.Columns = overlay(cols, n.declared)
	r.origins(n, static)
	return n.Columns
}

// origins notes which columns are copies of upstream columns.
func (r *columnResolver) origins(n *Node, static []staticColumn) {
	for _, s := range static {
		if c, ok := n.Column(s.name); ok {
			c.MadeOf = s.madeOf
		}
		if s.of.Node == "" {
			continue
		}
		if c, ok := n.Column(s.name); ok {
			c.CopyOf = s.of
		}
		if up := r.p.node(s.of.Node); up != nil && !up.ColumnsKnown {
			if n.selects == nil {
				n.selects = map[string][]string{}
			}
			n.selects[up.ID] = append(n.selects[up.ID], s.of.Column)
		}
	}
}

func beyond(have, more []Column) []Column {
	var out []Column
	for _, m := range more {
		same := func(c Column) bool { return strings.EqualFold(c.Name, m.Name) }
		if !slices.ContainsFunc(have, same) && !slices.ContainsFunc(out, same) {
			out = append(out, m)
		}
	}
	return out
}
