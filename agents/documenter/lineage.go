package documenter

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// Bounds of the lineage graph. One with more nodes than can be read at a glance shows two levels above the model.
const (
	maxLineage  = 40
	readable    = 12
	shownLevels = 2
)

// lineage is a mermaid graph from the sources to the new model.
func lineage(p *dbt.Project, brief plan.Brief) string {
	g, complete := ancestry(p, brief, maxLineage)
	note := ""
	if len(g.ids) > readable || !complete {
		if g, complete = ancestry(p, brief, shownLevels); !complete {
			note = fmt.Sprintf("\nThe %d levels above the model are shown.\n", shownLevels)
		}
	}
	if len(g.edges) == 0 {
		return ""
	}
	return "```mermaid\ngraph LR\n" + strings.Join(append(g.nodes, g.edges...), "\n") + "\n  style " + g.ids[newModel] + " stroke-width:3px\n```\n" + note
}

// newModel is the graph's key of the model that is described; no node of a project has it.
const newModel = "model"

// ancestry is the graph of what the model is computed from, up to a number of levels above it, and whether that is all.
func ancestry(p *dbt.Project, brief plan.Brief, levels int) (*graph, bool) {
	g := &graph{ids: map[string]string{}}
	target := g.node(newModel, brief.Change.Model)
	var next []*dbt.Node
	for _, name := range relations(brief.Spec) {
		if n, ok := p.Relation(name); ok {
			g.edge(g.node(n.ID, display(n)), target)
			next = append(next, n)
		}
	}
	seen := map[string]bool{}
	for level := 1; len(next) > 0; level++ {
		if level == levels {
			return g, !slices.ContainsFunc(next, func(n *dbt.Node) bool { return len(p.Parents(n.ID)) > 0 })
		}
		var above []*dbt.Node
		for _, n := range next {
			if seen[n.ID] {
				continue
			}
			seen[n.ID] = true
			for _, parent := range p.Parents(n.ID) {
				if len(g.ids) == maxLineage {
					return g, false
				}
				g.edge(g.node(parent.ID, display(parent)), g.node(n.ID, display(n)))
				above = append(above, parent)
			}
		}
		next = above
	}
	return g, true
}

func display(n *dbt.Node) string {
	if n.Kind == dbt.Source {
		return n.Source + "." + n.Name
	}
	return n.Name
}

// relations lists every relation that the Spec reads, sorted, each once.
func relations(s plan.Spec) []string {
	set := map[string]bool{}
	for _, name := range s.ReadModels() {
		set[name] = true
	}
	paths := func(list []plan.JoinPath, column plan.ColumnRef) {
		if column.Relation != "" { // the age of a cohort is no column
			set[column.Relation] = true
		}
		for _, p := range list {
			if !set[p.From] { // a path for a fact that the design does not read
				continue
			}
			for _, h := range p.Hops {
				set[h.To] = true
			}
		}
	}
	for _, d := range s.Dimensions {
		paths(d.Paths, d.Column)
	}
	for _, f := range s.Filters {
		paths(f.Paths, f.Column)
	}
	for _, m := range s.Measures {
		eachFilter(m, func(f plan.Filter) { paths(f.Paths, f.Column) })
	}
	for _, m := range dated(s.Measures) {
		paths(m.DatePaths(), m.Dated())
	}
	out := make([]string, 0, len(set))
	for name := range set {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

func eachFilter(m plan.Measure, visit func(plan.Filter)) {
	for _, f := range m.Filters {
		visit(f)
	}
	for _, part := range []*plan.Measure{m.Numerator, m.Denominator} {
		if part != nil {
			eachFilter(*part, visit)
		}
	}
	for _, in := range m.Inputs {
		eachFilter(in, visit)
	}
}

// graph numbers its nodes, so that no name can become syntax.
type graph struct {
	ids          map[string]string
	nodes, edges []string
}

func (g *graph) node(key, label string) string {
	if id, ok := g.ids[key]; ok {
		return id
	}
	id := fmt.Sprintf("n%d", len(g.ids))
	g.ids[key] = id
	g.nodes = append(g.nodes, fmt.Sprintf("  %s[\"%s\"]", id, plainName(label)))
	return id
}

func (g *graph) edge(from, to string) {
	line := "  " + from + " --> " + to
	for _, e := range g.edges {
		if e == line {
			return
		}
	}
	g.edges = append(g.edges, line)
}

// plainName keeps what a relation's name is made of.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '.', r == '-':
			return r
		}
		return '_'
	}, oneLine(s, 80))
}
