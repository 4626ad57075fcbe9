package tester

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/planner/plan"
)

// checkConventions holds a new model to what the project's own files show: its
// folder, prefix and spelling, and where its properties stand.
func checkConventions(_ context.Context, s *subject) finding {
	f, _ := s.change.File(s.change.ModelPath)
	name := strings.TrimSuffix(path.Base(s.change.ModelPath), ".sql")
	switch {
	case name != s.change.Model:
		return failed("the file %s does not carry the model's name %s", path.Base(s.change.ModelPath), s.change.Model)
	case !snake(name):
		return failed("the model's name %s is not lower snake case", name)
	case strings.Contains(string(f.Content), "\t"):
		return failed("the SQL is indented with tabs").at(f.Path, 0)
	case len(f.Content) == 0 || f.Content[len(f.Content)-1] != '\n':
		return failed("the SQL file does not end with a line break").at(f.Path, 0)
	}
	if f.Action == plan.Create {
		if bad, ok := s.newModelStyle(name); ok {
			return bad
		}
	}
	for _, c := range s.columns {
		if !snake(c.Name) {
			return failed("the column %s is not lower snake case", c.Name).at(f.Path, 0)
		}
	}
	if f.Action != plan.Create {
		return passed("the model keeps its place and name; its new columns are spelled as the others")
	}
	return s.habits(string(f.Content)).at(f.Path, 0)
}

// binding are the habits that a new model has to follow where the project has them. The others are reported.
var binding = []string{"keyword case", "commas", "quotes in ref()"}

// habits compares the SQL with what the project's models show, and says what was compared.
func (s *subject) habits(sql string) finding {
	rel, _ := s.inProject(s.change.ModelPath)
	marts := s.style.Layer(dbt.Mart)
	place := "folder and name by dbt's style guide, the project has no marts yet"
	if marts.Models > 0 {
		place = fmt.Sprintf("in %s, named as the %s there are", path.Dir(rel), count(marts.Models, "mart"))
	}
	followed := 0
	var other []string
	for _, c := range s.style.Compare(sql) {
		switch {
		case c.Same():
			followed++
		case slices.Contains(binding, c.Field):
			return failed("%s: %s here, %s in %d of %d models of the project", c.Field, c.Got, c.Value, c.For, c.Of)
		default:
			other = append(other, fmt.Sprintf("%s (%s here, %s in %d of %d models)", c.Field, c.Got, c.Value, c.For, c.Of))
		}
	}
	detail := fmt.Sprintf("%s; %s of the project's SQL followed", place, count(followed, "habit"))
	if len(other) > 0 {
		detail += "; not followed: " + strings.Join(other, ", ")
	}
	return passed("%s", detail)
}

// newModelStyle checks what only a new model has to get right.
func (s *subject) newModelStyle(name string) (finding, bool) {
	if n, ok := s.project.Relation(name); ok && n.Kind != dbt.Source {
		return failed("a %s named %s exists already", n.Kind, name), true
	}
	rel, _ := s.inProject(s.change.ModelPath)
	want := s.style.YAMLPath(s.project, rel)
	if got, _ := s.inProject(s.change.Properties.Path); got != want {
		return failed("the properties stand in %s; by the project's scheme they belong in %s", got, want), true
	}
	marts := s.style.Layer(dbt.Mart)
	switch {
	case marts.Models == 0:
	case !s.amongMarts(path.Dir(rel), marts):
		return failed("the model stands in %s; the project's marts stand in %s", path.Dir(rel), marts.Folder), true
	case marts.Models >= 3 && !hasPrefix(name, marts.Prefixes):
		return failed("the name %s has none of the prefixes of the project's marts", name), true
	}
	return finding{}, false
}

// amongMarts reports whether a folder is the one that the project's marts have in common, or holds some of them.
func (s *subject) amongMarts(dir string, marts conventions.Layer) bool {
	return dir == marts.Folder || slices.ContainsFunc(s.project.Models(), func(n *dbt.Node) bool { return n.Layer == dbt.Mart && path.Dir(n.Path) == dir })
}

func hasPrefix(name string, prefixes []conventions.Prefix) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p.Text) {
			return true
		}
	}
	return false
}

func snake(name string) bool {
	for i, r := range name {
		if r != '_' && !unicode.IsLower(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return name != ""
}

// checkCoverage wants a description on the model and on every column, and a
// uniqueness test over the grain. It reads them from the file that would be published.
func checkCoverage(_ context.Context, s *subject) finding {
	f, ok := s.change.File(s.change.Properties.Path)
	if !ok {
		return failed("the change has no properties file for the model")
	}
	p, err := readEntry(f.Content, s.change.Model)
	if err != nil {
		return failed("%s: %v", f.Path, err).at(f.Path, 0)
	}
	if s.edited() != nil {
		return s.coverageOfEdit(f.Path, p)
	}
	if strings.TrimSpace(p.Description) == "" {
		return failed("the model has no description").at(f.Path, 0)
	}
	byName := map[string]plan.PropertyColumn{}
	for _, c := range p.Columns {
		byName[strings.ToLower(c.Name)] = c
	}
	for _, c := range s.columns {
		entry, ok := byName[strings.ToLower(c.Name)]
		if !ok {
			return failed("the column %s is not in the properties", c.Name).at(f.Path, 0)
		}
		if strings.TrimSpace(entry.Description) == "" {
			return failed("the column %s has no description", c.Name).at(f.Path, 0)
		}
		delete(byName, strings.ToLower(c.Name))
	}
	if s.columns != nil {
		for name := range byName {
			return failed("the properties describe a column %s that the SELECT does not give", name).at(f.Path, 0)
		}
	}
	grain := grainOf(s.spec)
	if len(grain) == 0 {
		return passed("descriptions on the model and %s; a single row needs no key", count(len(p.Columns), "column"))
	}
	if !uniqueOver(p, grain) {
		return failed("no test says that a row is unique per %s", strings.Join(grain, ", ")).at(f.Path, 0)
	}
	return passed("descriptions on the model and %s; unique per %s", count(len(p.Columns), "column"), strings.Join(grain, ", "))
}

// grainOf lists the columns that identify a row of what the Spec asks for.
func grainOf(spec plan.Spec) []string {
	var grain []string
	if spec.Time != nil {
		grain = append(grain, spec.Time.Name)
	}
	for _, d := range spec.Dimensions {
		grain = append(grain, d.Name)
	}
	return grain
}

// uniqueOver reports whether a uniqueness test covers the grain.
func uniqueOver(p plan.Properties, grain []string) bool {
	if len(grain) == 1 {
		for _, c := range p.Columns {
			if strings.EqualFold(c.Name, grain[0]) && slices.ContainsFunc(c.Tests, func(t plan.Test) bool { return t.Name == "unique" }) {
				return true
			}
		}
	}
	return slices.ContainsFunc(p.Tests, func(t plan.Test) bool {
		return (t.Name == "unique" || strings.HasSuffix(t.Name, "unique_combination_of_columns")) && namesAll(t, grain)
	})
}

// namesAll reports whether the test's arguments name every one of the columns as a whole word.
func namesAll(t plan.Test, columns []string) bool {
	words := map[string]bool{}
	for _, a := range t.Arguments {
		text := fmt.Sprint(a.Value)
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			words[strings.ToLower(w)] = true
		}
	}
	return !slices.ContainsFunc(columns, func(c string) bool { return !words[strings.ToLower(c)] })
}
