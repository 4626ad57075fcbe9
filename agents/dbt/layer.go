package dbt

import (
	"path"
	"slices"
	"strings"
)

// folders and prefixes by which a layer is known.
var layerFolders = map[string]Layer{"staging": Staging, "stg": Staging, "base": Staging, "intermediate": Intermediate, "int": Intermediate,
	"marts": Mart, "mart": Mart, "core": Mart, "reporting": Mart, "reports": Mart, "metrics": Mart, "analytics": Mart}

var layerPrefixes = map[string]Layer{"stg": Staging, "base": Staging, "src": Staging, "prep": Intermediate, "int": Intermediate, "wk": Intermediate,
	"fct": Mart, "fact": Mart, "dim": Mart, "mart": Mart, "agg": Mart, "rpt": Mart}

// layer reads a model's layer from its folders, outermost first, else from its prefix.
func layer(rel, name string) Layer {
	for _, dir := range strings.Split(path.Dir(rel), "/") {
		if l, ok := layerFolders[strings.ToLower(strings.TrimLeft(dir, "0123456789_-"))]; ok {
			return l
		}
	}
	prefix, _, _ := strings.Cut(strings.ToLower(name), "_")
	if l, ok := layerPrefixes[prefix]; ok {
		return l
	}
	return OtherLayer
}

// martsByLineage finds the marts of a project in which no folder or prefix says which models they are: a folder is one of
// marts when most of its models read other models, and few of them are read from another folder. Models there
// that only feed their neighbours from raw data are none. decided is false when folders and prefixes have said it all.
func (p *Project) martsByLineage() (decided bool) {
	folders := map[string][]*Node{}
	for _, n := range p.Models() {
		switch {
		case n.Layer == Mart:
			return false
		case n.Layer == OtherLayer, n.Layer == Intermediate && len(n.Downstream) == 0:
			folders[path.Dir(n.Path)] = append(folders[path.Dir(n.Path)], n)
		}
	}
	var marts []*Node
	for dir, models := range folders {
		derived, passedOn := 0, 0
		for _, n := range models {
			if p.readsModels(n) {
				derived++
			}
			if p.feeds(n, func(reader *Node) bool { return path.Dir(reader.Path) != dir }) {
				passedOn++
			}
		}
		if derived*2 <= len(models) || passedOn*2 > len(models) {
			continue
		}
		for _, n := range models {
			if p.readsModels(n) || !p.feeds(n, func(*Node) bool { return true }) {
				marts = append(marts, n)
			}
		}
	}
	for _, n := range marts { // after the last look at a layer, so that the order of folders does not matter
		n.Layer = Mart
	}
	return true
}

// readsModels reports whether a model is computed from other models rather than from raw data alone.
func (p *Project) readsModels(n *Node) bool {
	return slices.ContainsFunc(p.Parents(n.ID), func(m *Node) bool { return m.Kind == Model || m.Kind == Snapshot })
}

// feeds reports whether one of the models that read n is such a reader.
func (p *Project) feeds(n *Node, such func(*Node) bool) bool {
	return slices.ContainsFunc(p.Children(n.ID), func(m *Node) bool { return m.Kind == Model && such(m) })
}
