package dbt

import (
	"path"
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
