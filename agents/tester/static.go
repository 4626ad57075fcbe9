package tester

import (
	"bytes"
	"context"
	"path"
	"strings"

	"gopkg.in/yaml.v3"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/jinja"
	"firstmile/planner/plan"
)

// checkPaths lets a change touch model files and their properties, nothing else:
// never macros, packages, profiles, project configuration or anything outside the model paths.
func checkPaths(_ context.Context, s *subject) finding {
	if len(s.change.Files) == 0 {
		return failed("the change has no files")
	}
	if _, ok := s.change.File(s.change.ModelPath); !ok {
		return failed("the change does not contain its model %s", s.change.ModelPath)
	}
	seen := map[string]bool{}
	for _, f := range s.change.Files {
		if why := s.refusePath(f); why != "" {
			return failed("%s: %s", f.Path, why).at(f.Path, 0)
		}
		if key := strings.ToLower(f.Path); seen[key] {
			return failed("%s appears twice", f.Path).at(f.Path, 0)
		} else {
			seen[key] = true
		}
	}
	return passed("%s, all below %s", count(len(s.change.Files), "file"), strings.Join(s.project.Config.ModelPaths, ", "))
}

func (s *subject) refusePath(f plan.File) string {
	rel, inside := s.inProject(f.Path)
	switch {
	case f.Path != path.Clean(f.Path) || path.IsAbs(f.Path) || strings.HasPrefix(f.Path, "..") || strings.ContainsAny(f.Path, "\\\x00\n"):
		return "not a clean relative path"
	case !inside:
		return "outside the project folder " + s.project.Dir
	case !s.belowModels(rel):
		return "outside the model paths"
	case path.Ext(rel) != ".sql" && !isYAML(rel):
		return "neither SQL nor YAML"
	case f.Mode != "100644":
		return "has mode " + f.Mode + " instead of 100644"
	}
	for _, part := range strings.Split(rel, "/") {
		if strings.HasPrefix(part, ".") {
			return "a hidden file or folder"
		}
	}
	old, exists := s.original[f.Path]
	switch {
	case f.Action == plan.Create && exists:
		return "is to be created but exists already"
	case f.Action == plan.Edit && !exists:
		return "is to be edited but does not exist"
	case f.Action == plan.Edit && f.OriginalBlob != dbt.Blob(old):
		return "was edited from other bytes than the repository has"
	case f.Action != plan.Create && f.Action != plan.Edit:
		return "has the unknown action " + string(f.Action)
	}
	return ""
}

func (s *subject) belowModels(rel string) bool {
	for _, dir := range s.project.Config.ModelPaths {
		if strings.HasPrefix(rel, strings.TrimSuffix(path.Clean(dir), "/")+"/") {
			return true
		}
	}
	return false
}

// checkYAML parses every YAML file and makes sure that an edit only inserted
// lines: taking them out again gives the original bytes, and what was written before still means the same.
func checkYAML(_ context.Context, s *subject) finding {
	n := 0
	for _, f := range s.change.Files {
		if !isYAML(f.Path) {
			continue
		}
		n++
		var doc yaml.Node
		if err := yaml.Unmarshal(f.Content, &doc); err != nil {
			return failed("%s is not valid YAML: %v", f.Path, err).at(f.Path, 0)
		}
		var value any
		if err := doc.Decode(&value); err != nil {
			return failed("%s: %v", f.Path, err).at(f.Path, 0)
		}
		old, edited := s.original[f.Path]
		if !edited {
			continue
		}
		if !insertedOnly(old, f.Content) {
			return failed("%s: the edit changes or removes existing lines", f.Path).at(f.Path, 0)
		}
		var before any
		if err := yaml.Unmarshal(old, &before); err != nil {
			return failed("%s was not valid YAML before the edit: %v", f.Path, err).at(f.Path, 0)
		}
		if !contains(value, before) && !contains(value, ended(old)) {
			return failed("%s: the edit changes the meaning of existing entries", f.Path).at(f.Path, 0)
		}
	}
	if n == 0 {
		return failed("the change has no properties file")
	}
	return passed("%s, existing bytes kept", count(n, "properties file"))
}

// ended is the meaning of a file whose last line got the line break that it lacks: a block of text there then ends with one.
func ended(src []byte) any {
	var value any
	if bytes.HasSuffix(src, []byte("\n")) || yaml.Unmarshal(append(bytes.Clone(src), '\n'), &value) != nil {
		return nil
	}
	return value
}

// insertedOnly reports whether taking whole lines out of after can give before.
func insertedOnly(before, after []byte) bool {
	_, ok := addedLines(before, after)
	return ok
}

// addedLines lists the line numbers (from 1) of after that are not in before,
// taking before's lines in order. ok is false when before is not a subsequence of after. An unterminated
// last line of before may have gained its line break.
func addedLines(before, after []byte) (added []int, ok bool) {
	old := bytes.SplitAfter(before, []byte("\n"))
	i := 0
	for n, line := range bytes.SplitAfter(after, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		if i < len(old) && (bytes.Equal(line, old[i]) || len(old[i]) > 0 && !bytes.HasSuffix(old[i], []byte("\n")) && bytes.Equal(bytes.TrimRight(line, "\r\n"), old[i])) {
			i++
			continue
		}
		added = append(added, n+1)
	}
	for i < len(old) && len(old[i]) == 0 {
		i++
	}
	return added, i == len(old)
}

// contains reports whether everything in old is in now: scalars equal, maps
// with at least the same keys, lists with old's elements in order.
func contains(now, old any) bool {
	switch o := old.(type) {
	case map[string]any:
		n, ok := now.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range o {
			if nv, has := n[k]; !has || !contains(nv, v) {
				return false
			}
		}
		return true
	case []any:
		n, ok := now.([]any)
		if !ok {
			return false
		}
		i := 0
		for _, v := range n {
			if i < len(o) && contains(v, o[i]) {
				i++
			}
		}
		return i == len(o)
	}
	return now == old
}

// checkJinja lets added lines call ref, source, config, var with literals and
// is_incremental. dbt renders descriptions and test arguments too, so YAML is held to the same list, and
// there only a docs block may be called.
func checkJinja(_ context.Context, s *subject) finding {
	calls := 0
	for _, f := range s.change.Files {
		added := map[int]bool{}
		lines, _ := addedLines(s.original[f.Path], f.Content)
		for _, n := range lines {
			added[n] = true
		}
		for _, c := range jinja.Calls(string(f.Content)) {
			last := c.Line + strings.Count(c.Text, "\n")
			if !anyBetween(added, c.Line, last) {
				continue
			}
			calls++
			if isYAML(f.Path) && c.Name == "doc" && c.Kind == jinja.Expression {
				continue
			}
			if isYAML(f.Path) || !c.Allowed {
				return failed("%s:%d: %s is not allowed (%s)", f.Path, c.Line, short(c.Text), reasonOf(c)).at(f.Path, c.Line)
			}
		}
	}
	return passed("%s, all on the allow-list", count(calls, "call"))
}

func reasonOf(c jinja.Call) string {
	if c.Reason != "" {
		return c.Reason
	}
	return "no Jinja but doc() in a properties file"
}

func anyBetween(set map[int]bool, from, to int) bool {
	for n := from; n <= to; n++ {
		if set[n] {
			return true
		}
	}
	return false
}

func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:77]) + "…"
	}
	return s
}
