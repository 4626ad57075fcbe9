package dbt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"
)

// index fills the look-up tables.
func (l *linker) index() {
	p := l.p
	add := func(key string, n *Node) {
		key = strings.ToLower(key)
		p.byName[key] = append(p.byName[key], n.ID)
	}
	for i, n := range p.Nodes {
		p.at[n.ID] = i
		if n.Kind == Source {
			add(n.Source+"."+n.Name, n)
			continue
		}
		add(n.Name, n)
		if n.Version != "" {
			add(n.Name+".v"+n.Version, n)
		}
	}
	for name, ids := range p.byName { // an unversioned name means the latest version
		if len(ids) < 2 {
			continue
		}
		if ns := p.nodesOf(ids); !slices.ContainsFunc(ns, func(n *Node) bool { return n.Version == "" }) {
			p.byName[name] = []string{l.latest(ns).ID}
		}
	}
}

// indexRelations adds what else people write: bare names of source tables, then "schema.identifier". A name that dbt itself
// knows keeps its meaning.
func (p *Project) indexRelations() {
	for _, key := range []func(*Node) string{
		func(n *Node) string {
			if n.Kind == Source {
				return n.Name
			}
			return ""
		},
		func(n *Node) string { return n.Relation.Schema + "." + n.Relation.Identifier },
	} {
		more := map[string][]string{}
		for _, n := range p.Nodes {
			if k := strings.ToLower(key(n)); k != "" && p.byName[k] == nil {
				more[k] = append(more[k], n.ID)
			}
		}
		maps.Copy(p.byName, more)
	}
}

func (l *linker) latest(ns []*Node) *Node {
	if d, ok := l.entries[entryKey(Model, "", ns[0].Name)]; ok && d.latest != "" {
		for _, n := range ns {
			if n.Version == d.latest {
				return n
			}
		}
	}
	return slices.MaxFunc(ns, func(a, b *Node) int {
		if d := len(a.Version) - len(b.Version); d != 0 { // 10 after 9
			return d
		}
		return strings.Compare(a.Version, b.Version)
	})
}

// ref finds the node that ref() means: in the package that it names, else in the project itself, then in its packages.
func (p *Project) ref(pkg, name, version string) (*Node, error) {
	key := strings.ToLower(name)
	if version != "" {
		key += ".v" + version
	}
	known := pkg == "" || pkg == p.Name
	if known {
		for _, n := range p.nodesOf(p.byName[key]) {
			if n.Kind != Source {
				return n, nil
			}
		}
	}
	for _, o := range p.packages {
		if pkg != "" && pkg != o.Name {
			continue
		}
		known = true
		if n, err := o.ref("", name, version); err == nil {
			return p.foreign[n.ID], nil
		}
	}
	if !known {
		return nil, fmt.Errorf("the package %s is not part of the project's files", pkg)
	}
	return nil, fmt.Errorf("there is no model, seed or snapshot %s", key)
}

func (p *Project) source(source, table string) (*Node, error) {
	for _, n := range p.nodesOf(p.byName[strings.ToLower(source+"."+table)]) {
		if n.Kind == Source && n.Source == source {
			return n, nil
		}
	}
	for _, o := range p.packages {
		if n, err := o.source(source, table); err == nil {
			return p.foreign[n.ID], nil
		}
	}
	return nil, fmt.Errorf("there is no source %s.%s", source, table)
}

// connect resolves references into upstream and downstream IDs.
func (l *linker) connect() {
	for _, n := range l.p.Nodes {
		l.connectNode(n)
	}
	l.by("")
	l.connectSemantic()
	for i := range l.p.Exposures {
		e := &l.p.Exposures[i]
		e.ID = "exposure." + l.p.Name + "." + e.Name
		e.DependsOn = l.resolveTexts(e.DependsOn, e.Path, e.Line)
	}
	l.connectUnitTests()
	for _, f := range l.sql {
		l.query(f)
	}
	l.p.downstream()
	l.p.owners()
}

// connectNode resolves what one node and its tests refer to.
func (l *linker) connectNode(n *Node) {
	l.by(nodeOf(n.ID))
	n.Upstream = l.resolve(l.withMacros(l.rawRefs[n.ID]), n.Path)
	if n.taken != "" && len(n.Upstream) == 1 {
		n.taken = n.Upstream[0]
	}
	l.resolveTests(n, n.Tests)
	for i := range n.declared {
		n.declared[i].Tests = slices.Clone(n.declared[i].Tests)
		l.resolveTests(n, n.declared[i].Tests)
	}
	l.resolveConstraints(n)
}

// downstream derives Downstream from Upstream.
func (p *Project) downstream() {
	for _, n := range p.Nodes {
		n.Downstream = nil
	}
	for _, n := range p.Nodes { // nodes are in ID order, so Downstream is too
		for _, id := range n.Upstream {
			if up := p.own(id); up != nil {
				up.Downstream = append(up.Downstream, n.ID)
			}
		}
	}
}

// owners gives nodes of a group the group's owner.
func (p *Project) owners() {
	for _, n := range p.Nodes {
		p.ownerByGroup(n)
	}
}

func (p *Project) ownerByGroup(n *Node) {
	for _, g := range p.Groups {
		if n.Group == g.Name && n.Owner == "" {
			n.Owner = firstText(g.Owner, g.Email)
		}
	}
}

// withMacros adds what the project's own macros refer to, directly or through others.
func (l *linker) withMacros(uses jinja.Uses) jinja.Uses {
	seen := map[string]bool{}
	var visit func(names []string)
	visit = func(names []string) {
		for _, name := range names {
			name = strings.TrimPrefix(name, l.p.Name+".")
			b, ok := l.macros[name]
			if !ok || seen[name] {
				continue
			}
			seen[name] = true
			for _, r := range b.Uses.Refs {
				r.Line = 0
				uses.Refs = append(slices.Clip(uses.Refs), r)
			}
			for _, s := range b.Uses.Sources {
				s.Line = 0
				uses.Sources = append(slices.Clip(uses.Sources), s)
			}
			visit(b.Uses.Macros)
		}
	}
	visit(uses.Macros)
	return uses
}

// resolve turns references into sorted IDs and names those that lead nowhere.
func (l *linker) resolve(uses jinja.Uses, path string) []string {
	ids, _ := l.resolveAll(uses, path)
	return ids
}

// resolveAll is resolve that also says whether every reference was found.
func (l *linker) resolveAll(uses jinja.Uses, path string) (ids []string, all bool) {
	all = true
	add := func(n *Node, err error, line int) {
		if err != nil {
			l.problem(path, line, err.Error())
			all = false
			return
		}
		ids = append(ids, n.ID)
	}
	for _, r := range uses.Refs {
		n, err := l.p.ref(r.Package, r.Name, r.Version)
		if err != nil && l.disabled[entryKey(Model, "", r.Name)] {
			err = fmt.Errorf("the model %s is disabled", r.Name)
		}
		add(n, err, r.Line)
	}
	for _, s := range uses.Sources {
		n, err := l.p.source(s.Source, s.Table)
		add(n, err, s.Line)
	}
	slices.Sort(ids)
	return slices.Compact(ids), all
}

func (l *linker) resolveTexts(refs []string, path string, line int) []string {
	var all jinja.Uses
	var ids []string
	for _, text := range refs {
		uses, ok := reference(text)
		if !ok {
			if m := l.metricIn(text); m != "" {
				ids = append(ids, m)
			}
			continue
		}
		for _, r := range uses.Refs {
			r.Line = line
			all.Refs = append(all.Refs, r)
		}
		for _, s := range uses.Sources {
			s.Line = line
			all.Sources = append(all.Sources, s)
		}
	}
	ids = append(ids, l.resolve(all, path)...)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// idOf is the ID that a reference's text means, or the text.
func (l *linker) idOf(text string) string {
	uses, _ := reference(text)
	for _, r := range uses.Refs {
		if n, err := l.p.ref(r.Package, r.Name, r.Version); err == nil {
			return n.ID
		}
	}
	for _, s := range uses.Sources {
		if n, err := l.p.source(s.Source, s.Table); err == nil {
			return n.ID
		}
	}
	return text
}

func (l *linker) resolveConstraints(n *Node) {
	fix := func(cs []Constraint) []Constraint {
		cs = slices.Clone(cs)
		for i := range cs {
			if cs[i].To != "" {
				cs[i].To = l.idOf(cs[i].To)
			}
		}
		return cs
	}
	n.Constraints = fix(n.Constraints)
	for i := range n.declared {
		n.declared[i].Constraints = fix(n.declared[i].Constraints)
	}
}
