package synthesizer

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/planner/plan"
)

// place is where the new model goes.
type place struct {
	model, yaml string   // relative to the repository's root
	config      string   // config() call, empty where the folder decides
	tags        []string // for the YAML entry
	holds       string   // the model's name without its prefix
}

func placeOf(p *dbt.Project, c conventions.Conventions, spec plan.Spec) (place, error) {
	name := spec.Target.Name
	if err := checkName(p, name); err != nil {
		return place{}, err
	}
	layer := c.Layer(dbt.Mart)
	inProject := path.Join(folder(p, layer, spec), name+".sql")
	out := place{
		model: repositoryPath(p, inProject),
		yaml:  repositoryPath(p, c.YAMLPath(p, inProject)),
	}
	tags, inConfig := c.Tags(path.Dir(inProject))
	if !inConfig {
		out.tags, tags = tags, nil
	}
	out.config = config(c, layer, spec.Target.Materialized, tags)
	out.holds = name
	for _, prefix := range layer.Prefixes {
		if rest, ok := strings.CutPrefix(name, prefix.Text); ok && prefix.Text != "" && rest != "" {
			out.holds = rest
		}
	}
	return out, nil
}

func checkName(p *dbt.Project, name string) error {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return plan.NewFailure(plan.Refused, "model_name", fmt.Sprintf("%q cannot be a model's name: it takes lower-case letters, digits and _.", name), nil)
		}
	}
	if name == "" {
		return plan.NewFailure(plan.Refused, "model_name", "The new model has no name.", nil)
	}
	for _, n := range p.Nodes {
		if n.Kind != dbt.Source && strings.EqualFold(n.Name, name) {
			return plan.NewFailure(plan.Refused, "model_exists",
				fmt.Sprintf("The project already has a %s named %s (%s). Another name is needed.", n.Kind, name, n.Path), nil)
		}
	}
	return nil
}

// folder is the folder of the marts that the design is computed on, else the usual folder of marts.
func folder(p *dbt.Project, layer conventions.Layer, spec plan.Spec) string {
	for _, name := range spec.BaseModels() {
		if n, ok := p.Relation(name); ok && n.Kind == dbt.Model && n.Layer == dbt.Mart {
			return path.Dir(n.Path)
		}
	}
	if layer.Folder != "" {
		return layer.Folder
	}
	root := "models"
	if len(p.Config.ModelPaths) > 0 {
		root = p.Config.ModelPaths[0]
	}
	return path.Join(root, "marts")
}

// config sets the materialization where the team's models do so themselves, or where the design asks for another one than the
// folder gives, and the tags that belong there.
func config(c conventions.Conventions, layer conventions.Layer, wanted string, tags []string) string {
	quote := func(s string) string {
		if c.SQL.DoubleQuotes {
			return `"` + s + `"`
		}
		return "'" + s + "'"
	}
	var args []string
	if m := materialized(layer, wanted); m != "" {
		args = append(args, "materialized="+quote(m))
	}
	var list []string
	for _, t := range tags {
		if !strings.ContainsAny(t, "'\"\\{}%\n") {
			list = append(list, quote(t))
		}
	}
	if len(list) > 0 {
		args = append(args, "tags=["+strings.Join(list, ", ")+"]")
	}
	if len(args) == 0 {
		return ""
	}
	return "{{ config(" + strings.Join(args, ", ") + ") }}"
}

// materialized is what the model has to say about its materialization; empty where the folder says it.
func materialized(layer conventions.Layer, wanted string) string {
	known := []string{"view", "table", "ephemeral"}
	if !slices.Contains(known, wanted) {
		wanted = ""
	}
	switch {
	case wanted == "" && !layer.InConfig, wanted == layer.Materialized && !layer.InConfig:
		return ""
	case wanted == "":
		wanted = layer.Materialized
	}
	if !slices.Contains(known, wanted) {
		return "table" // what an incremental mart holds, built anew each time
	}
	return wanted
}

// meta names the owner where most of the team's marts do: the one that the design names, else the one of the
// first relation that it is computed on.
func meta(p *dbt.Project, c conventions.Conventions, spec plan.Spec) []plan.Argument {
	layer := c.Layer(dbt.Mart)
	usual := slices.ContainsFunc(layer.MetaKeys, func(k conventions.Count) bool { return k.Text == "owner" && 2*k.Count > layer.Models })
	owner := spec.Owner
	for _, name := range spec.BaseModels() {
		if n, ok := p.Relation(name); ok && owner == "" {
			owner = n.Owner
		}
	}
	if !usual || owner == "" {
		return nil
	}
	return []plan.Argument{{Name: "owner", Value: owner}}
}
