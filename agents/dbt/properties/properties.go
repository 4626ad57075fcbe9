// Package properties renders the YAML entry of a model: plan.Properties, the structured truth that the synthesizer,
// the tester and the documenter each add to, into the bytes of a dbt properties file in the project's style.
//
// Each of them renders from the ORIGINAL bytes of the file (those at the base commit; none for a new file), never from
// the bytes of the agent before, so that the file always says exactly what Properties says and every original
// byte is still there. The package owns no files.
package properties

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"firstmile/agents/dbt/conventions"
	"firstmile/agents/dbt/yamledit"
	"firstmile/planner/plan"
)

// Render returns the file at path with the entry of the model in it. original holds the file's bytes before the
// change and is nil or empty for a new file. A model that the file does not describe yet is appended; to one
// that it does, the columns and tests that are missing are added, and what is written there stays as it is. path is used in
// errors only.
func Render(original []byte, path string, style conventions.YAML, model string, p plan.Properties) ([]byte, error) {
	s := Style(style)
	if len(original) == 0 {
		out, err := yamledit.New(s, entry(model, p))
		return out, wrap(path, err)
	}
	known, err := columnsOf(original, model)
	if err != nil {
		return nil, wrap(path, err)
	}
	if known == nil {
		out, err := yamledit.AddModel(original, s, entry(model, p))
		return out, wrap(path, err)
	}
	out, err := extend(original, s, model, p, known)
	return out, wrap(path, err)
}

func wrap(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing properties to %s: %w", path, err)
}

// Style is the project's YAML style in yamledit's words.
func Style(c conventions.YAML) yamledit.Style {
	return yamledit.Style{
		Indent: c.Indent, FlushLists: c.FlushLists, TestsKey: c.TestsKey, ArgumentsKey: c.ArgumentsKey,
		Quotes: string(c.Quotes), BlockText: c.BlockText, BlockValues: c.BlockValues, Version2: c.Version2,
		BlankBetween: c.BlankBetween, BlankColumns: c.BlankColumns, CRLF: c.CRLF,
	}
}

func extend(src []byte, s yamledit.Style, model string, p plan.Properties, known []string) ([]byte, error) {
	var err error
	for _, c := range p.Columns {
		at := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, c.Name) })
		switch {
		case at < 0:
			src, err = yamledit.AddColumn(src, s, model, column(c))
		case len(c.Tests) > 0:
			src, err = yamledit.AddTests(src, s, model, known[at], tests(c.Tests)...)
		}
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
	}
	if len(p.Tests) == 0 {
		return src, nil
	}
	return yamledit.AddTests(src, s, model, "", tests(p.Tests)...)
}

func entry(model string, p plan.Properties) yamledit.Model {
	m := yamledit.Model{Name: model, Description: p.Description, Tests: tests(p.Tests)}
	if p.Contract {
		m.Config = append(m.Config, yamledit.Pair{Key: "contract", Value: []yamledit.Pair{{Key: "enforced", Value: true}}})
	}
	if len(p.Tags) > 0 {
		m.Config = append(m.Config, yamledit.Pair{Key: "tags", Value: p.Tags})
	}
	if len(p.Meta) > 0 {
		m.Config = append(m.Config, yamledit.Pair{Key: "meta", Value: pairs(p.Meta)})
	}
	for _, c := range p.Columns {
		m.Columns = append(m.Columns, column(c))
	}
	return m
}

func column(c plan.PropertyColumn) yamledit.Column {
	return yamledit.Column{Name: c.Name, Description: c.Description, DataType: c.Type, Tests: tests(c.Tests)}
}

func tests(in []plan.Test) []yamledit.Test {
	var out []yamledit.Test
	for _, t := range in {
		y := yamledit.Test{Name: t.Name, Args: pairs(t.Arguments)}
		if t.Severity != "" {
			y.Config = []yamledit.Pair{{Key: "severity", Value: t.Severity}}
		}
		out = append(out, y)
	}
	return out
}

// pairs turns arguments into pairs. A list that went through JSON is a []any and becomes a []string again.
func pairs(in []plan.Argument) []yamledit.Pair {
	var out []yamledit.Pair
	for _, a := range in {
		value := a.Value
		if list, ok := value.([]any); ok {
			texts := make([]string, len(list))
			for i, v := range list {
				texts[i] = fmt.Sprint(v)
			}
			value = texts
		}
		out = append(out, yamledit.Pair{Key: a.Name, Value: value})
	}
	return out
}

// columnsOf lists the columns that a properties file describes for a model; nil when the file does not describe the
// model, and an empty list when it does without columns.
func columnsOf(src []byte, model string) ([]string, error) {
	var file struct {
		Models []struct {
			Name    string `yaml:"name"`
			Columns []struct {
				Name string `yaml:"name"`
			} `yaml:"columns"`
		} `yaml:"models"`
	}
	if err := yaml.Unmarshal(src, &file); err != nil {
		return nil, err
	}
	for _, m := range file.Models {
		if m.Name != model {
			continue
		}
		names := []string{}
		for _, c := range m.Columns {
			names = append(names, c.Name)
		}
		return names, nil
	}
	return nil, nil
}
