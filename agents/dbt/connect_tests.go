package dbt

import (
	"maps"
	"path"
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"
)

// resolveTests works out what generic tests of a node read: the node itself, what their arguments name and what a test of the
// project's own refers to. A test that names a node which is not there is switched off by dbt, with a warning.
func (l *linker) resolveTests(n *Node, tests []Test) {
	for i := range tests {
		t := &tests[i]
		if t.To != "" {
			t.To = l.idOf(t.To)
		}
		var uses jinja.Uses
		l.arguments(t.Args, &uses)
		uses.Macros = append(uses.Macros, "test_"+t.Name)
		uses = l.withMacros(uses)
		line := firstLine(t.Line, n.YAMLLine)
		for j := range uses.Refs {
			uses.Refs[j].Line = line
		}
		for j := range uses.Sources {
			uses.Sources[j].Line = line
		}
		ids, ok := l.resolveAll(uses, firstText(n.YAMLPath, n.Path))
		ids = append(ids, n.ID)
		slices.Sort(ids)
		t.Upstream = slices.Compact(ids)
		t.Disabled = !ok || l.switchedOff(n.YAMLPath, t)
	}
}

// switchedOff says whether settings disable a generic test: those of dbt_project.yml for its file's folder, then its own.
func (l *linker) switchedOff(file string, t *Test) bool {
	config := map[string]any{}
	if len(l.p.Config.Folders[genericTest]) > 0 || l.over != nil {
		base := t.Name[strings.LastIndexByte(t.Name, '.')+1:]
		config = l.folder(genericTest, l.fqn(found{path: file, root: l.rootOf(file)}, base))
	}
	mergeConfig(config, evaluatedMap(t.Config, l.env))
	return disabled(config)
}

func firstLine(lines ...int) int {
	for _, n := range lines {
		if n > 0 {
			return n
		}
	}
	return 0
}

// arguments collects the refs and sources in a test's arguments. Like dbt it takes a text for Jinja when it holds braces, or
// when it is one call of ref, source, var, env_var or doc and nothing else.
func (l *linker) arguments(v any, uses *jinja.Uses) {
	switch v := v.(type) {
	case string:
		if !strings.Contains(v, "{{") && !strings.Contains(v, "{%") {
			if v = strings.TrimSpace(v); !strings.HasSuffix(v, ")") || !isCall(v) {
				return
			}
			v = "{{ " + v + " }}"
		}
		_, more := jinja.Parse(v).Sketch(l.env)
		uses.Refs = append(uses.Refs, more.Refs...)
		uses.Sources = append(uses.Sources, more.Sources...)
		uses.Macros = append(uses.Macros, more.Macros...)
	case []any:
		for _, x := range v {
			l.arguments(x, uses)
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			l.arguments(v[k], uses)
		}
	}
}

func isCall(text string) bool {
	name, _, ok := strings.Cut(text, "(")
	return ok && slices.Contains([]string{"ref", "source", "var", "env_var", "doc"}, strings.TrimSpace(name))
}

func (l *linker) connectUnitTests() {
	for i := range l.p.UnitTests {
		u := &l.p.UnitTests[i]
		u.ID = "unit_test." + l.p.Name + "." + u.Model + "." + u.Name
		n, err := l.p.ref("", u.Model, "")
		if u.Disabled = err != nil && l.disabled[entryKey(Model, "", u.Model)]; u.Disabled {
			continue
		}
		if err != nil {
			l.problem(u.Path, u.Line, "the unit test "+u.Name+" tests what is not there: "+err.Error())
			continue
		}
		u.Model, u.Upstream = n.ID, []string{n.ID}
	}
}

// query makes a singular test or an analysis of a SQL file.
func (l *linker) query(f parsed) {
	r := f.result.(*sqlFile)
	name := strings.TrimSuffix(path.Base(f.path), path.Ext(f.path))
	switch {
	case f.role != roleTest && f.role != roleAnalysis, f.role == roleTest && strings.Contains(f.path, "/generic/"):
		return
	}
	config := map[string]any{}
	if f.role == roleTest {
		config = l.folder(genericTest, l.fqn(f.found, name))
	}
	for _, c := range r.uses.Configs {
		mergeConfig(config, c.Values)
	}
	if disabled(config) {
		return
	}
	up, all := l.resolveAll(l.withMacros(r.uses), f.path)
	if f.role == roleAnalysis {
		l.p.Analyses = append(l.p.Analyses, Analysis{ID: "analysis." + l.p.Name + "." + name, Name: name, Path: f.path, Upstream: up})
		return
	}
	l.p.SingularTests = append(l.p.SingularTests, SingularTest{Name: name, Path: f.path, Disabled: !all, Upstream: up})
}

// disabled says whether a config switches a node off.
func disabled(config map[string]any) bool {
	switch v := config["enabled"]; v {
	case false, "false", "False":
		return true
	}
	return false
}
