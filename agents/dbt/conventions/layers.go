package conventions

import (
	"path"
	"slices"
	"strings"

	"firstmile/agents/dbt"
)

// guide is what dbt's style guide says about each layer.
var guide = []Layer{
	{Layer: dbt.Staging, Folder: "staging", Prefixes: []Prefix{{Text: "stg_"}}, Materialized: "view"},
	{Layer: dbt.Intermediate, Folder: "intermediate", Prefixes: []Prefix{{Text: "int_"}}, Materialized: "ephemeral"},
	{Layer: dbt.Mart, Folder: "marts", Prefixes: []Prefix{{Text: "fct_"}, {Text: "dim_"}}, Materialized: "table"},
	{Layer: dbt.OtherLayer},
}

// layers looks at how each layer is kept.
func (c *Conventions) layers(p *dbt.Project) []Layer {
	root := "models"
	if len(p.Config.ModelPaths) > 0 {
		root = p.Config.ModelPaths[0]
	}
	var out []Layer
	for _, g := range guide {
		var models []*dbt.Node
		for _, n := range p.Models() {
			if n.Layer == g.Layer {
				models = append(models, n)
			}
		}
		if len(models) > 0 {
			out = append(out, layerOf(g.Layer, models))
			if g.Layer == dbt.Mart {
				c.marts = models
			}
			continue
		}
		g.Folder = path.Join(root, g.Folder)
		g.Prefixes = slices.Clone(g.Prefixes)
		out = append(out, g)
	}
	return out
}

func layerOf(kind dbt.Layer, models []*dbt.Node) Layer {
	l := Layer{Layer: kind, Models: len(models), Folder: commonFolder(models)}
	folders, prefixes, kinds, keys, tags := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	configured, contracts := 0, 0
	for _, n := range models {
		folders[strings.TrimPrefix(strings.TrimPrefix(path.Dir(n.Path), l.Folder), "/")]++
		prefixes[prefixOf(n.Name)]++
		kinds[n.Materialized]++
		for k := range n.Meta {
			keys[k]++
		}
		for _, t := range n.Tags {
			tags[t]++
		}
		if slices.Contains(configKeys(n), "materialized") {
			configured++
		}
		if enforced(n.Config) {
			contracts++
		}
	}
	l.Subfolders, l.MetaKeys, l.Tags = sorted(folders), sorted(keys), sorted(tags)
	for _, c := range sorted(prefixes) {
		l.Prefixes = append(l.Prefixes, Prefix(c))
	}
	l.Materialized = sorted(kinds)[0].Text
	l.InConfig, l.Contracts = configured*2 > len(models), contracts*2 > len(models)
	return l
}

// enforced reports whether a config enforces a contract.
func enforced(config map[string]any) bool {
	c, ok := config["contract"].(map[string]any)
	return ok && c["enforced"] == true
}

// configKeys lists the arguments that a model's own config() calls set.
func configKeys(n *dbt.Node) []string {
	var out []string
	for _, c := range n.Calls {
		if c.Name == "config" {
			out = append(out, c.Keys...)
		}
	}
	return out
}

// commonFolder is the deepest folder that holds all but a few stray models of a layer: the one above it would say nothing.
func commonFolder(models []*dbt.Node) string {
	counts := map[string]int{}
	for _, n := range models {
		for dir := path.Dir(n.Path); dir != "."; dir = path.Dir(dir) {
			counts[dir]++
		}
	}
	best := path.Dir(models[0].Path)
	depth := -1
	for _, c := range sorted(counts) {
		if d := strings.Count(c.Text, "/"); c.Count*10 >= len(models)*9 && d > depth {
			best, depth = c.Text, d
		}
	}
	return best
}

// prefixOf is the part of a model's name that says its kind or its package: what stands before two underscores at the end of the
// first word ("stg__x", "shop__x"), else letters up to the first underscore, where they are an abbreviation of at most four
// letters or one of the usual words.
func prefixOf(name string) string {
	head, rest, ok := strings.Cut(name, "_")
	switch {
	case !ok || head == "":
		return ""
	case strings.HasPrefix(rest, "_"):
		return head + "__"
	case len(head) > 4 && head != "metrics" && head != "report":
		return ""
	}
	return head + "_"
}

// YAMLPath is the properties file in which a new model at modelPath ("models/marts/fct_x.sql") is described: the file that
// describes its neighbours, else one further up that describes models in sub-folders, else a new one after the
// project's pattern.
func (c Conventions) YAMLPath(p *dbt.Project, modelPath string) string {
	dir := path.Dir(modelPath)
	model := strings.TrimSuffix(path.Base(modelPath), path.Ext(modelPath))
	if c.YAML.Scheme == PerModel {
		return path.Join(dir, named(c.YAML.Pattern, dir, model))
	}
	beside, above := map[string]int{}, map[string]int{}
	for _, n := range p.Models() {
		switch {
		case n.YAMLPath == "":
		case path.Dir(n.Path) == dir:
			beside[n.YAMLPath]++
		case path.Dir(n.YAMLPath) != path.Dir(n.Path) && strings.HasPrefix(dir+"/", path.Dir(n.YAMLPath)+"/"):
			above[n.YAMLPath]++
		}
	}
	for _, counts := range []map[string]int{beside, above} {
		if s := sorted(counts); len(s) > 0 {
			return s[0].Text
		}
	}
	return path.Join(dir, named(c.YAML.Pattern, dir, model))
}
