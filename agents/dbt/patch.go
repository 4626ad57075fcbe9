package dbt

import (
	"slices"
	"strings"
	"sync"

	"firstmile/agents/dbt/jinja"
)

// patched makes the project of r from the last one when only the SQL or the description of some models differs: it works out these models, their
// neighbours and the columns below them, and shares every other node with the last snapshot. ok is false when something else has
// changed, or when a change reaches further (a model that appears, vanishes or moves to another relation); then all must be linked.
//
// That the result is what a cold reading gives is a property test's business: TestIncrementalIsCold.
func (last *reading) patched(r *reading, listing bool) (next *reading, ok bool) {
	if last == nil || listing {
		return nil, false
	}
	changed, ok := r.changed(last)
	if !ok {
		return nil, false
	}
	if len(changed) == 0 {
		r.linker, r.env = last.linker, last.env
		return r, true
	}
	if last.linker.marts {
		return nil, false
	}
	pt := &patch{old: last.linker.p, drop: map[string]bool{}, fresh: map[string]*Node{}}
	pt.l = last.linker.copied()
	models, ok := pt.affected(r, last, changed)
	if !ok {
		return nil, false
	}
	for _, i := range models {
		if !pt.model(r.files[i]) {
			return nil, false
		}
	}
	if !pt.columns() {
		return nil, false
	}
	pt.finish(r, changed)
	r.linker, r.env = pt.l, last.env
	return r, true
}

// affected lists the files of the models that a change of files concerns.
func (pt *patch) affected(r, last *reading, changed []int) (models []int, ok bool) {
	for _, i := range changed {
		if r.files[i].role == roleModel {
			models = append(models, i)
			continue
		}
		more, ok := pt.described(r, r.files[i], last.files[i])
		if !ok {
			return nil, false
		}
		models = append(models, more...)
	}
	slices.Sort(models)
	models = slices.Compact(models)
	return models, len(models) <= maxPatched
}

// copied is a linker over a copy of its project, whose nodes may be replaced, but not changed.
func (l *linker) copied() *linker {
	c := *l
	p := *l.p
	p.memo = &sync.Map{}
	p.Nodes, p.Files = slices.Clone(p.Nodes), slices.Clone(p.Files)
	c.p, c.problems = &p, slices.Clip(l.problems)
	return &c
}

// patch is the work on one new snapshot.
type patch struct {
	old   *Project
	l     *linker
	drop  map[string]bool  // owners whose problems are found anew
	fresh map[string]*Node // nodes that were copied or made for this snapshot, by ID
	made  []*Node          // those of changed files
	found []owned
}

// model makes the node of a changed file and connects it.
func (pt *patch) model(f parsed) bool {
	i := slices.IndexFunc(pt.l.p.Nodes, func(n *Node) bool { return n.Path == f.path && n.Kind == Model })
	if i < 0 {
		return false
	}
	old := pt.l.p.Nodes[i]
	n, uses, ok := pt.make(f)
	if !ok || n.ID != old.ID || n.Name != old.Name || pt.l.lent[n.ID] {
		return false
	}
	n.Relation = pt.l.builtRelation(n)
	pt.replace(i, n)
	pt.drop[fileAt(f.path)], pt.drop[nodeOf(n.ID)] = true, true
	pt.l.rawRefs = map[string]jinja.Uses{n.ID: uses}
	start := len(pt.l.problems)
	pt.l.connectNode(n)
	pt.found = append(pt.found, pt.l.problems[start:]...)
	pt.l.problems = slices.Clip(pt.l.problems[:start])
	if pt.l.manifest != nil {
		known := pt.l.adopt(n)
		if _, measured := pt.l.catalog[n.ID]; measured != known && pt.l.catalog != nil {
			return false // the catalog speaks of the file as it was, or speaks again
		}
	}
	if n.Relation != old.Relation {
		return false
	}
	pt.l.p.ownerByGroup(n)
	n.Downstream = slices.Clone(old.Downstream)
	pt.neighbours(n.ID, old.Upstream, n.Upstream)
	pt.made = append(pt.made, n)
	return true
}

// make reads a file's node into an empty project, so that nothing of the snapshot is touched.
func (pt *patch) make(f parsed) (*Node, jinja.Uses, bool) {
	l := *pt.l
	l.p = &Project{Name: pt.l.p.Name, Config: pt.l.p.Config, Profile: pt.l.p.Profile}
	l.made, l.disabled, l.rawRefs, l.problems = map[string]*Node{}, map[string]bool{}, map[string]jinja.Uses{}, nil
	l.by(fileAt(f.path))
	if r := f.result.(*sqlFile); r.err != nil {
		p := jinjaProblem(f.path, r.err)
		l.problem(p.Path, p.Line, p.Reason)
	}
	l.model(f)
	pt.found = append(pt.found, l.problems...)
	if len(l.p.Nodes) != 1 {
		return nil, jinja.Uses{}, false
	}
	n := l.p.Nodes[0]
	return n, l.rawRefs[n.ID], true
}

// replace puts n in the place of the node at i.
func (pt *patch) replace(i int, n *Node) {
	pt.l.p.Nodes[i], pt.fresh[n.ID] = n, n
}

// own is a node of this snapshot alone, which may be changed.
func (pt *patch) own(id string) (*Node, bool) {
	if n, ok := pt.fresh[id]; ok {
		return n, true
	}
	i, ok := pt.l.p.at[id]
	if !ok {
		return nil, false
	}
	n := *pt.l.p.Nodes[i]
	n.Columns = slices.Clone(n.Columns)
	pt.replace(i, &n)
	return &n, true
}

// neighbours corrects the downstream lists of what a node reads now, or no longer.
func (pt *patch) neighbours(id string, before, after []string) {
	for _, up := range before {
		if n, ok := pt.own(up); ok && !slices.Contains(after, up) {
			n.Downstream = slices.DeleteFunc(slices.Clone(n.Downstream), func(d string) bool { return d == id })
			n.Downstream = emptied(n.Downstream)
		}
	}
	for _, up := range after {
		if n, ok := pt.own(up); ok && !slices.Contains(before, up) {
			n.Downstream = append(slices.Clone(n.Downstream), id)
			slices.Sort(n.Downstream)
		}
	}
}

// emptied is nil for a list without entries, as a cold reading has it.
func emptied(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// finish brings the lists of the snapshot up to date.
func (pt *patch) finish(r *reading, changed []int) {
	p := pt.l.p
	for _, i := range changed {
		f := &r.files[i]
		if at, ok := slices.BinarySearchFunc(p.Files, f.path, func(o File, path string) int { return strings.Compare(o.Path, path) }); ok {
			p.Files[at].Blob, p.Files[at].Size = f.blob, f.size
			if props, ok := f.result.(*properties); ok {
				p.Files[at].Text = props.text
			}
		}
	}
	pt.l.problems = append(problemsWithout(pt.l.problems, pt.drop), pt.found...)
	p.Problems = sorted(pt.l.problems)
}
