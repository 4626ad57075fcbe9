package dbt

import (
	"path"
	"strings"

	"gopkg.in/yaml.v3"
)

// parseProfile reads the chosen target of a profile from profiles.yml. Only names that are no secrets are looked at.
func parseProfile(b []byte, profile string) (Profile, []Problem) {
	const file = "profiles.yml"
	root, err := parseYAML(b)
	if err != nil {
		return Profile{}, []Problem{yamlProblem(file, err)}
	}
	p := get(root, profile)
	if p == nil && profile == "" && root != nil {
		for i := 0; i+1 < len(root.Content); i += 2 { // no profile: in dbt_project.yml; one profile needs no name
			if root.Content[i].Value != "config" && p == nil {
				profile, p = root.Content[i].Value, deref(root.Content[i+1])
			}
		}
	}
	if p == nil {
		return Profile{}, []Problem{{Path: file, Reason: "it has no profile named " + profile}}
	}
	target := str(p, "target")
	if target == "" {
		target = "default"
	}
	if strings.Contains(target, "{{") {
		target = firstTarget(p)
	}
	outputs := get(p, "outputs")
	out := get(outputs, target)
	if out == nil {
		return Profile{}, []Problem{{Path: file, Line: p.Line, Reason: "profile " + profile + " has no output named " + target}}
	}
	prof := Profile{Name: profile, Target: target, Adapter: str(out, "type"), Known: true,
		Schema:   firstText(str(out, "schema"), str(out, "dataset")),
		Database: firstText(str(out, "database"), str(out, "dbname"), str(out, "catalog"), str(out, "project")),
		Path:     str(out, "path")}
	if prof.Adapter == "duckdb" {
		if prof.Schema == "" {
			prof.Schema = "main"
		}
		if prof.Database == "" && prof.Path != "" && prof.Path != ":memory:" {
			prof.Database = strings.TrimSuffix(path.Base(prof.Path), path.Ext(prof.Path))
		}
	}
	return prof, nil
}

// firstTarget is the only output when the target's name is an expression.
func firstTarget(p *yaml.Node) string {
	outputs := get(p, "outputs")
	if outputs != nil && len(outputs.Content) == 2 {
		return outputs.Content[0].Value
	}
	return "default"
}

// TextType is what a cast to text is written with, in tests and other SQL that no dialect has spelled. A length keeps
// Redshift, which would take 256 bytes, and engines that want one content.
func (p Profile) TextType() string {
	switch p.Adapter {
	case "bigquery", "databricks", "spark":
		return "string"
	}
	return "varchar(200)"
}
