package dbt

import (
	"slices"
	"strings"
	"sync"
)

// Node returns the node with this ID.
func (p *Project) Node(id string) (*Node, bool) {
	n := p.node(id)
	return n, n != nil
}

// node finds a node of the project or of a package that it uses; nil when there is none.
func (p *Project) node(id string) *Node {
	if n := p.own(id); n != nil {
		return n
	}
	return p.foreign[id]
}

// own finds a node of the project itself.
func (p *Project) own(id string) *Node {
	if i, ok := p.at[id]; ok {
		return p.Nodes[i]
	}
	return nil
}

func (p *Project) nodesOf(ids []string) []*Node {
	if len(ids) == 0 {
		return nil
	}
	out := make([]*Node, len(ids))
	for i, id := range ids {
		out[i] = p.node(id)
	}
	return out
}

// Relation finds a node by what a person or a model would write: an ID, a model, seed or snapshot name,
// "source.table", or "schema.identifier". A name that fits more than one node finds none; see Relations.
func (p *Project) Relation(name string) (*Node, bool) {
	found := p.Relations(name)
	if len(found) != 1 {
		return nil, false
	}
	return found[0], true
}

// Relations returns every node that name may mean, in ID order. Case is ignored and the first of these
// that finds anything decides: ID, ref name, "source.table", bare source table, "schema.identifier".
func (p *Project) Relations(name string) []*Node {
	if n := p.node(name); n != nil {
		return []*Node{n}
	}
	key := strings.ToLower(strings.ReplaceAll(name, `"`, ""))
	return p.nodesOf(p.byName[key])
}

// Column finds a column of a node by name, ignoring case.
func (n *Node) Column(name string) (*Column, bool) {
	for i := range n.Columns {
		if strings.EqualFold(n.Columns[i].Name, name) {
			return &n.Columns[i], true
		}
	}
	return nil, false
}

// Parents returns the nodes that the node with this ID is built from.
func (p *Project) Parents(id string) []*Node {
	return p.nodes(id, func(n *Node) []string { return n.Upstream })
}

// Children returns the nodes that are built from the node with this ID.
func (p *Project) Children(id string) []*Node {
	return p.nodes(id, func(n *Node) []string { return n.Downstream })
}

func (p *Project) nodes(id string, side func(*Node) []string) []*Node {
	n := p.node(id)
	if n == nil {
		return nil
	}
	var out []*Node
	for _, other := range side(n) {
		if m := p.node(other); m != nil {
			out = append(out, m)
		}
	}
	return out
}

// File returns the file at path.
func (p *Project) File(path string) (File, bool) {
	i, ok := slices.BinarySearchFunc(p.Files, path, func(f File, path string) int { return strings.Compare(f.Path, path) })
	if !ok {
		return File{}, false
	}
	return p.Files[i], true
}

// Once returns what compute returns, calling it once for this snapshot and key, whoever asks first. It is for what is derived from
// the project alone and costs time, such as its conventions. The key should be of a type of the caller's own.
func (p *Project) Once(key any, compute func() any) any {
	if p.memo == nil {
		return compute() // a project put together by hand
	}
	once, _ := p.memo.LoadOrStore(key, sync.OnceValue(compute))
	return once.(func() any)()
}

// Models returns the project's models in ID order.
func (p *Project) Models() []*Node { return p.kind(Model) }

// Sources returns the project's source tables in ID order.
func (p *Project) Sources() []*Node { return p.kind(Source) }

func (p *Project) kind(k Kind) []*Node {
	var out []*Node
	for _, n := range p.Nodes {
		if n.Kind == k {
			out = append(out, n)
		}
	}
	return out
}

// Ref is the Jinja call by which other models name this node: ref('x') or source('s', 't').
func (n *Node) Ref() string {
	switch {
	case n.Kind == Source:
		return "source('" + n.Source + "', '" + n.Name + "')"
	case n.Version != "":
		return "ref('" + n.Name + "', v=" + n.Version + ")"
	}
	return "ref('" + n.Name + "')"
}

// SQL is the relation as it stands in compiled SQL: "schema"."identifier", quoted, without database so that
// it runs on a copy of the database under any file name.
func (r Relation) SQL() string {
	if r.Schema == "" {
		return quote(r.Identifier)
	}
	return quote(r.Schema) + "." + quote(r.Identifier)
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// Test returns the node's or column's first test of this name, with or without a package prefix.
func (c *Column) Test(name string) (Test, bool) { return findTest(c.Tests, name) }

// Test returns the node's first test of this name, with or without a package prefix.
func (n *Node) Test(name string) (Test, bool) { return findTest(n.Tests, name) }

func findTest(tests []Test, name string) (Test, bool) {
	for _, t := range tests {
		if t.Name == name || strings.HasSuffix(t.Name, "."+name) {
			return t, true
		}
	}
	return Test{}, false
}

// UniqueKeys returns the sets of columns that are declared unique over all rows: unique tests, combination
// tests, primary-key and unique constraints, and an incremental model's unique_key. Deduplicated, in order found.
func (n *Node) UniqueKeys() [][]string {
	var keys [][]string
	add := func(cols ...string) {
		same := func(k []string) bool { return slices.EqualFunc(k, cols, strings.EqualFold) }
		if len(cols) > 0 && !slices.ContainsFunc(keys, same) {
			keys = append(keys, cols)
		}
	}
	for _, c := range n.Columns {
		if t, ok := c.Test("unique"); ok && t.Where == "" {
			add(c.Name)
		}
		for _, k := range c.Constraints {
			if k.Type == "primary_key" || k.Type == "unique" {
				add(c.Name)
			}
		}
	}
	for _, t := range n.Tests {
		if t.Where == "" && (strings.HasSuffix(t.Name, "unique_combination_of_columns") ||
			strings.HasSuffix(t.Name, "expect_compound_columns_to_be_unique")) {
			add(t.Columns...)
		}
	}
	for _, k := range n.Constraints {
		if k.Type == "primary_key" || k.Type == "unique" {
			add(k.Columns...)
		}
	}
	if n.Materialized == "incremental" {
		add(texts(n.Config["unique_key"])...)
	}
	return keys
}

// RelationName is the node's name in a plan: its own, or "source.table" for a source table.
func (n *Node) RelationName() string {
	if n.Kind == Source {
		return n.Source + "." + n.Name
	}
	return n.Name
}
