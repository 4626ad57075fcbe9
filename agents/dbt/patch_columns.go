package dbt

import (
	"maps"
	"reflect"
	"slices"
)

// columns works out the columns of the changed models and of what is below them, as far as the changes reach; ok is false when models
// read each other in a circle.
func (pt *patch) columns() (ok bool) {
	order, ok := pt.below()
	if !ok {
		return false
	}
	r := &columnResolver{p: pt.l.p, catalog: pt.l.catalog}
	moved := map[string]bool{}
	parents := map[string]bool{}
	for _, id := range order {
		n := pt.l.p.node(id)
		made := slices.Contains(pt.made, n)
		if !made && !slices.ContainsFunc(n.Upstream, func(up string) bool { return moved[up] }) {
			continue
		}
		before := pt.old.node(id)
		n, _ = pt.own(id)
		n.Columns, n.ColumnsKnown, n.ColumnsWhy = nil, false, ""
		pt.drop[columnsOf(id)] = true
		r.one(n)
		n.sure = len(n.Columns)
		r.inheritInto(n)
		moved[id] = !sameColumns(n, before)
		for _, up := range slices.Concat(before.Upstream, n.Upstream) {
			parents[up] = true
		}
		parents[id] = true // its own inferred columns are gone
	}
	pt.found = append(pt.found, r.problems...)
	for _, id := range slices.Sorted(maps.Keys(parents)) {
		n, ok := pt.own(id)
		if !ok {
			continue
		}
		n.Columns = slices.Clone(n.Columns[:min(n.sure, len(n.Columns))])
		r.inferred(n)
	}
	return true
}

// sameColumns says whether models below would see no difference.
func sameColumns(a, b *Node) bool {
	return a.ColumnsKnown == b.ColumnsKnown && a.ColumnsWhy == b.ColumnsWhy && a.Kind == b.Kind &&
		reflect.DeepEqual(a.Columns[:a.sure], b.Columns[:min(b.sure, len(b.Columns))])
}

// below lists the changed models and everything below them, what is read before what reads it.
func (pt *patch) below() (order []string, ok bool) {
	const atWork, done = 1, 2
	state := map[string]int{}
	ok = true
	var visit func(id string)
	visit = func(id string) {
		switch state[id] {
		case atWork:
			ok = false
			return
		case done:
			return
		}
		state[id] = atWork
		if n := pt.l.p.node(id); n != nil {
			for _, down := range n.Downstream {
				visit(down)
			}
		}
		state[id] = done
		order = append(order, id)
	}
	for _, n := range pt.made {
		visit(n.ID)
	}
	slices.Reverse(order)
	return order, ok
}
