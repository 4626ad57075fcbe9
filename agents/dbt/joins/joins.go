// Package joins knows along which keys the relations of a dbt project can be joined, and finds the paths between two of them.
//
// Keys are declared (relationships tests, foreign-key constraints, semantic-model entities) or, failing
// that, evidenced by names: a column that has the name of another relation's unique key, or x_id beside the unique id
// of a model x. Every hop carries its evidence. A hop is safe when it keeps the rows of its From side as they are: many_to_one
// or one_to_one, which holds only where the To side's columns are declared unique.
//
// The package is pure; it owns no files.
package joins

import (
	"cmp"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// Graph holds the hops between a project's relations, under the names that plan uses. It may be shared.
type Graph struct {
	hops map[string][]plan.Hop // by From, sorted by rank
	back map[string][]string   // To → Froms, for distances
	rank map[string]int        // relation → how far it is from being a mart
}

// New builds the graph of a project. extra are hops known from elsewhere, such as from values that overlap in data.
func New(p *dbt.Project, extra ...plan.Hop) *Graph {
	b := &builder{p: p, keys: map[string][][]string{}, seen: map[string]bool{}}
	for _, n := range p.Nodes {
		b.keys[n.ID] = n.UniqueKeys()
	}
	b.relationships()
	b.foreignKeys()
	b.entities()
	b.byName()
	for _, h := range extra {
		b.add(h)
	}
	return b.graph()
}

// Hops lists the hops that start at a relation, best first: declared before evidenced.
func (g *Graph) Hops(from string) []plan.Hop { return slices.Clone(g.hops[from]) }

// SafeHop says whether a hop keeps the rows of its From side as they are.
func SafeHop(h plan.Hop) bool {
	return h.Cardinality == plan.ManyToOne || h.Cardinality == plan.OneToOne
}

// Safe says whether all hops of a path are safe.
func Safe(p plan.JoinPath) bool {
	return !slices.ContainsFunc(p.Hops, func(h plan.Hop) bool { return !SafeHop(h) })
}

// builder collects hops.
type builder struct {
	p    *dbt.Project
	keys map[string][][]string // unique keys by node ID
	all  []plan.Hop
	seen map[string]bool // pairs of columns that have a hop already
}

// add keeps a hop and its reverse. Of several reasons for one pair of columns the first wins, so declared ones come first.
func (b *builder) add(h plan.Hop) {
	if h.From == h.To {
		return
	}
	key := pairKey(h)
	if b.seen[key] {
		return
	}
	r := plan.Hop{From: h.To, To: h.From, FromColumns: h.ToColumns, ToColumns: h.FromColumns, Cardinality: reverse(h.Cardinality),
		Evidence: h.Evidence, Declared: h.Declared}
	b.seen[key], b.seen[pairKey(r)] = true, true
	b.all = append(b.all, h, r)
}

func pairKey(h plan.Hop) string {
	return strings.ToLower(h.From + "\x00" + h.To + "\x00" + strings.Join(h.FromColumns, ",") + "\x00" + strings.Join(h.ToColumns, ","))
}

func reverse(c plan.Cardinality) plan.Cardinality {
	switch c {
	case plan.ManyToOne:
		return plan.OneToMany
	case plan.OneToMany:
		return plan.ManyToOne
	}
	return c
}

// link adds a hop between two nodes; its cardinality follows from their unique keys.
func (b *builder) link(from, to *dbt.Node, fromCols, toCols []string, declared bool, evidence string) {
	b.add(plan.Hop{From: from.RelationName(), To: to.RelationName(), FromColumns: fromCols, ToColumns: toCols,
		Cardinality: b.cardinality(from, to, fromCols, toCols), Declared: declared, Evidence: evidence})
}

func (b *builder) cardinality(from, to *dbt.Node, fromCols, toCols []string) plan.Cardinality {
	switch one, other := b.unique(to, toCols), b.unique(from, fromCols); {
	case one && other:
		return plan.OneToOne
	case one:
		return plan.ManyToOne
	case other:
		return plan.OneToMany
	}
	return plan.UnknownCardinality
}

// unique says whether the columns hold a declared unique key: rows that agree on them are one row.
func (b *builder) unique(n *dbt.Node, cols []string) bool {
	return slices.ContainsFunc(b.keys[n.ID], func(key []string) bool {
		return !slices.ContainsFunc(key, func(k string) bool { return !has(cols, k) })
	})
}

func has(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

// graph sorts what was collected.
func (b *builder) graph() *Graph {
	g := &Graph{hops: map[string][]plan.Hop{}, back: map[string][]string{}, rank: map[string]int{}}
	for _, n := range b.p.Nodes {
		g.rank[n.RelationName()] = rank(n)
	}
	for _, h := range b.all {
		g.hops[h.From] = append(g.hops[h.From], h)
		g.back[h.To] = append(g.back[h.To], h.From)
	}
	for _, hops := range g.hops {
		slices.SortFunc(hops, func(x, y plan.Hop) int {
			return cmp.Or(cmp.Compare(undeclared(x), undeclared(y)), cmp.Compare(g.rank[x.To], g.rank[y.To]),
				strings.Compare(pairKey(x), pairKey(y)))
		})
	}
	return g
}

func undeclared(h plan.Hop) int {
	if h.Declared {
		return 0
	}
	return 1
}

// rank orders relations by how finished they are.
func rank(n *dbt.Node) int {
	switch {
	case n.Kind == dbt.Source:
		return 5
	case n.Kind == dbt.Seed:
		return 4
	case n.Kind == dbt.Snapshot:
		return 3
	case n.Layer == dbt.Mart:
		return 0
	case n.Layer == dbt.Staging:
		return 2
	}
	return 1
}
