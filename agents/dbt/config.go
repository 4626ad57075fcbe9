package dbt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"

	"gopkg.in/yaml.v3"
)

// genericTest is the kind under which the settings of tests are kept.
const genericTest Kind = "test"

// projectFile is dbt_project.yml as parsed.
type projectFile struct {
	name, version string
	config        Config
}

func parseProjectFile(b []byte) (*projectFile, error) {
	if len(b) > maxTextSize {
		return nil, fmt.Errorf("the file is larger than %d MB", maxTextSize>>20)
	}
	root, err := parseYAML(b)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, &yamlError{1, "the file is empty: it needs at least name:"}
	}
	name := str(root, "name")
	if name == "" {
		return nil, &yamlError{root.Line, "name: is missing"}
	}
	c := Config{Path: ProjectFile, Profile: str(root, "profile"), Folders: map[Kind]map[string]any{}}
	c.ModelPaths = paths(root, "models", "model-paths", "source-paths")
	c.SeedPaths = paths(root, "seeds", "seed-paths", "data-paths")
	c.SnapshotPaths = paths(root, "snapshots", "snapshot-paths")
	c.TestPaths = paths(root, "tests", "test-paths")
	c.MacroPaths = paths(root, "macros", "macro-paths")
	c.AnalysisPaths = paths(root, "analyses", "analysis-paths")
	c.DocsPaths = texts(value(get(root, "docs-paths")))
	if c.TargetPath = str(root, "target-path"); c.TargetPath == "" || strings.Contains(c.TargetPath, "{{") {
		c.TargetPath = "target"
	}
	if c.PackagesPath = str(root, "packages-install-path"); c.PackagesPath == "" || strings.Contains(c.PackagesPath, "{{") {
		c.PackagesPath = "dbt_packages"
	}
	c.Vars = projectVars(mapping(get(root, "vars")), name)
	for kind, key := range map[Kind]string{Model: "models", Seed: "seeds", Snapshot: "snapshots", Source: "sources"} {
		if m := mapping(get(root, key)); m != nil {
			c.Folders[kind] = m
		}
	}
	for _, key := range []string{"tests", "data_tests"} {
		if m := mapping(get(root, key)); m != nil {
			c.Folders[genericTest] = m
		}
	}
	return &projectFile{name: name, version: str(root, "version"), config: c}, nil
}

// paths is the list under the first of these keys, or dbt's default folder. Paths that leave the project are dropped.
func paths(root *yaml.Node, def string, keys ...string) []string {
	for _, k := range keys {
		if n := get(root, k); n != nil {
			var out []string
			for _, p := range texts(value(n)) {
				p = strings.TrimSuffix(strings.TrimPrefix(p, "./"), "/")
				if p != "" && !strings.HasPrefix(p, "/") && !slices.Contains(strings.Split(p, "/"), "..") {
					out = append(out, p)
				}
			}
			return out
		}
	}
	return []string{def}
}

// projectVars are the vars that the project's own files see: global ones, then those under its name.
func projectVars(vars map[string]any, project string) map[string]any {
	out := map[string]any{}
	for k, v := range vars {
		if _, scoped := v.(map[string]any); !scoped {
			out[k] = v
		}
	}
	if own, ok := vars[project].(map[string]any); ok {
		maps.Copy(out, own)
	}
	for k, v := range vars { // a mapping may also be a variable's value
		if _, taken := out[k]; !taken && k != project {
			out[k] = v
		}
	}
	return out
}

// dictConfigs are configs whose value is a mapping even without a "+" in front.
var dictConfigs = []string{"meta", "persist_docs", "grants", "contract", "docs", "column_types", "quoting", "freshness", "snapshot_meta_column_names"}

// folderConfig merges the settings of dbt_project.yml that apply to a node with this path of names: project,
// folders, name. Deeper folders win; tags add up and meta merges, as in dbt.
func folderConfig(tree map[string]any, fqn []string) map[string]any {
	out := map[string]any{}
	for i := 0; tree != nil; i++ {
		level := map[string]any{}
		for _, k := range slices.Sorted(maps.Keys(tree)) {
			key, plus := strings.CutPrefix(k, "+")
			_, isMap := tree[k].(map[string]any)
			if plus || !isMap || slices.Contains(dictConfigs, key) && i > 0 && !(i < len(fqn) && fqn[i] == k) {
				level[key] = tree[k]
			}
		}
		mergeConfig(out, level)
		if i >= len(fqn) {
			break
		}
		tree, _ = tree[fqn[i]].(map[string]any)
	}
	return out
}

// mergeConfig lays config over into.
func mergeConfig(into, config map[string]any) {
	for k, v := range config {
		switch k = strings.ReplaceAll(k, "-", "_"); k {
		case "tags":
			into[k] = unite(texts(into[k]), texts(v))
		case "meta":
			merged := map[string]any{}
			if old, ok := into[k].(map[string]any); ok {
				maps.Copy(merged, old)
			}
			if m, ok := v.(map[string]any); ok {
				maps.Copy(merged, m)
			}
			into[k] = merged
		default:
			into[k] = v
		}
	}
}

// unite appends what is new, keeping order.
func unite(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// evaluated replaces Jinja in config texts by its value where it can be told; else the text becomes jinja.Deferred.
func evaluated(v any, r jinja.Resolver) any {
	switch v := v.(type) {
	case string:
		if !strings.Contains(v, "{{") && !strings.Contains(v, "{%") {
			return v
		}
		out, ok := jinja.Eval(v, r)
		if !ok {
			return jinja.Deferred(v)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = evaluated(x, r)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = evaluated(x, r)
		}
		return out
	}
	return v
}

// text is a config value as text; empty when absent or only known to dbt.
func configText(c map[string]any, key string) string {
	switch v := c[key].(type) {
	case nil, jinja.Deferred, []any, map[string]any:
		return ""
	case string:
		return v
	default:
		return fmt.Sprint(v)
	}
}
