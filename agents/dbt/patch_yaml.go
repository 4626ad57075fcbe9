package dbt

import (
	"maps"
	"reflect"
	"slices"
	"strings"
)

// described takes over a changed YAML file that describes the same models as before, and nothing else that has changed; it returns
// the places of the models' files in r, which must be made anew. ok is false when more has changed.
func (pt *patch) described(r *reading, f, old parsed) (models []int, ok bool) {
	is, was := f.result.(*properties), old.result.(*properties)
	if !sameBut(is, was) || pt.complained(fileAt(f.path)) {
		return nil, false
	}
	pt.l.entries = maps.Clone(pt.l.entries)
	for i := range is.nodes[Model] {
		e := &is.nodes[Model][i]
		key := entryKey(Model, "", e.name)
		d, known := pt.l.entries[key]
		n := pt.l.p.own("model." + pt.l.p.Name + "." + e.name)
		if !known || d.path != f.path || !d.used || n == nil || len(e.versions) > 0 || len(d.versions) > 0 {
			return nil, false
		}
		at, found := slices.BinarySearchFunc(r.files, n.Path, func(f parsed, path string) int { return strings.Compare(f.path, path) })
		if !found {
			return nil, false
		}
		pt.l.entries[key] = &described{entry: e, path: f.path, blob: f.blob, used: true}
		models = append(models, at)
	}
	return models, true
}

// complained says whether an owner has problems, which would have to be found anew.
func (pt *patch) complained(owner string) bool {
	return slices.ContainsFunc(pt.l.problems, func(o owned) bool { return o.owner == owner })
}

// sameBut says whether two states of a YAML file describe the same models and agree in everything else.
func sameBut(a, b *properties) bool {
	names := func(p *properties) (out []string) {
		for _, e := range p.nodes[Model] {
			out = append(out, e.name)
		}
		return out
	}
	rest := func(p *properties) properties {
		c := *p
		c.text, c.nodes = "", maps.Clone(p.nodes)
		delete(c.nodes, Model)
		return c
	}
	if len(a.problems)+len(b.problems) > 0 || !slices.Equal(names(a), names(b)) {
		return false
	}
	return len(a.nodes[Source])+len(a.nodes[Seed])+len(a.nodes[Snapshot]) == 0 && reflect.DeepEqual(rest(a), rest(b))
}
