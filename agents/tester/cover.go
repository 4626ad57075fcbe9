package tester

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/agents/dbt/properties"
	"firstmile/planner/plan"
)

// maxAccepted bounds the values of an accepted_values test: a longer list is data, not a rule.
const maxAccepted = 20

// Cover adds the tests that evidence calls for: the grain is unique, what
// identifies a row is not null, and a dimension takes the values that its upstream
// column is already held to. No test without evidence, no blanket not_null.
func (t *Tester) Cover(ctx context.Context, spec plan.Spec, change plan.Change) (plan.Change, error) {
	project, files, err := t.o.Repository.Read(ctx, change.Base)
	if err != nil {
		return change, fmt.Errorf("reading the project: %w", err)
	}
	p := change.Properties
	p.Columns = slices.Clone(p.Columns)
	p.Tests = slices.Clone(p.Tests)
	edited := editedBy(project, change)
	style := conventions.Infer(project)
	contracts := style.Layer(dbt.Mart).Contracts
	if writesTypes(project, files) || contracts || edited != nil && enforced(edited) {
		if err := t.addTypes(ctx, &p, spec, change); err != nil {
			return change, err
		}
	}
	if edited == nil && contracts && style.OwnContracts() {
		// A contract without all types would keep the whole project from being parsed.
		p.Contract = !slices.ContainsFunc(p.Columns, func(c plan.PropertyColumn) bool { return c.Type == "" })
	}
	if edited == nil || !keyTested(project, files, edited, grainOf(spec)) {
		addGrainTests(&p, spec, project)
	}
	for _, d := range spec.Dimensions {
		addDimensionTests(&p, d, project)
	}
	addShareTests(&p, spec, project)
	change.Properties = p
	return render(project, files, change)
}

// editedBy is the model that a change edits; nil when it adds one.
func editedBy(project *dbt.Project, change plan.Change) *dbt.Node {
	if f, _ := change.File(change.ModelPath); f.Action != plan.Edit {
		return nil
	}
	n, _ := project.Relation(change.Model)
	return n
}

// keyTested reports whether a test of a model says already that its rows are unique, per grain or by a key of their own.
func keyTested(project *dbt.Project, files fs.FS, n *dbt.Node, grain []string) bool {
	if len(n.UniqueKeys()) > 0 {
		return true
	}
	body, err := fs.ReadFile(files, path.Join(project.Dir, n.YAMLPath))
	if n.YAMLPath == "" || err != nil {
		return false
	}
	entry, err := readEntry(body, n.Name)
	return err == nil && uniqueOver(entry, grain)
}

// maxLooked bounds the properties files that are looked at for a habit.
const maxLooked = 50

// writesTypes reports whether the project writes data_type on its models'
// columns: on at least four of five that it describes.
func writesTypes(project *dbt.Project, files fs.FS) bool {
	typed, all := 0, 0
	seen := map[string]bool{}
	for _, n := range project.Models() {
		if n.YAMLPath == "" || seen[n.YAMLPath] || len(seen) == maxLooked {
			continue
		}
		seen[n.YAMLPath] = true
		body, err := fs.ReadFile(files, path.Join(project.Dir, n.YAMLPath))
		var file described
		if err != nil || yaml.Unmarshal(body, &file) != nil {
			continue // the reader of the project has named it as a problem
		}
		for _, m := range file.Models {
			for _, c := range m.Columns {
				all++
				if c.DataType != "" {
					typed++
				}
			}
		}
	}
	return all > 0 && typed*5 >= all*4
}

// addTypes writes the types that the SELECT gives, where they can be told.
func (t *Tester) addTypes(ctx context.Context, p *plan.Properties, spec plan.Spec, change plan.Change) error {
	s, err := t.subject(ctx, spec, change)
	if err != nil {
		return err
	}
	for _, look := range []func(context.Context, *subject) finding{checkSelect, checkRefs, checkBinds} {
		look(ctx, s)
	}
	for i, c := range p.Columns {
		for _, bound := range s.columns {
			if bound.Name == c.Name && c.Type == "" {
				p.Columns[i].Type = strings.ToLower(bound.Type)
			}
		}
	}
	return ctx.Err()
}

// render writes the properties into the original bytes of their file.
func render(project *dbt.Project, files fs.FS, change plan.Change) (plan.Change, error) {
	f, ok := change.File(change.Properties.Path)
	if !ok {
		return change, fmt.Errorf("the change has no file %s", change.Properties.Path)
	}
	original, err := fs.ReadFile(files, f.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return change, fmt.Errorf("reading %s: %w", f.Path, err)
	}
	f.Content, err = properties.Render(original, f.Path, conventions.Infer(project).YAML, change.Model, change.Properties)
	if err != nil {
		return change, err
	}
	return change.WithFile(f), nil
}

func addGrainTests(p *plan.Properties, spec plan.Spec, project *dbt.Project) {
	grain := grainOf(spec)
	if len(grain) == 0 {
		return
	}
	evidence := "the model has one row per " + strings.Join(grain, ", ")
	if len(grain) == 1 {
		addTest(p, grain[0], plan.Test{Name: "unique", Evidence: evidence})
	} else {
		p.Tests = append(p.Tests, combination(grain, evidence, project))
	}
	for _, g := range grain {
		if spec.Time != nil && g == spec.Time.Name {
			addTest(p, g, plan.Test{Name: "not_null", Evidence: "every row belongs to a period"})
			continue
		}
		for _, d := range spec.Dimensions {
			if d.Name == g && d.NullAs != "" {
				addTest(p, g, plan.Test{Name: "not_null", Evidence: fmt.Sprintf("rows without a value are kept under %q", d.NullAs)})
			}
		}
	}
}

// combination is the test for a compound key that the project uses or dbt_utils, where that is installed, brings; else dbt's
// unique test over an expression (which needs no package).
func combination(grain []string, evidence string, project *dbt.Project) plan.Test {
	name := ""
	if project.HasPackage("dbt_utils") {
		name = "dbt_utils.unique_combination_of_columns"
	}
	for _, n := range project.Nodes {
		if t, ok := n.Test("unique_combination_of_columns"); ok {
			name = t.Name
			break
		}
	}
	if name != "" {
		return plan.Test{Name: name, Evidence: evidence,
			Arguments: []plan.Argument{{Name: "combination_of_columns", Value: slices.Clone(grain)}}}
	}
	parts := make([]string, len(grain))
	for i, g := range grain {
		parts[i] = fmt.Sprintf("coalesce(cast(%s as %s), '')", g, project.Profile.TextType())
	}
	return plan.Test{Name: "unique", Evidence: evidence,
		Arguments: []plan.Argument{{Name: "column_name", Value: strings.Join(parts, " || '|' || ")}}}
}

// addDimensionTests carries the upstream column's accepted values over.
func addDimensionTests(p *plan.Properties, d plan.Dimension, project *dbt.Project) {
	n, ok := project.Relation(d.Column.Relation)
	if !ok {
		return
	}
	c, ok := n.Column(d.Column.Column)
	if !ok {
		return
	}
	t, ok := c.Test("accepted_values")
	if !ok || t.Where != "" || len(t.Values) == 0 || len(t.Values) > maxAccepted {
		return
	}
	values := slices.Clone(t.Values)
	if d.NullAs != "" && !slices.Contains(values, d.NullAs) {
		values = append(values, d.NullAs)
	}
	addTest(p, d.Name, plan.Test{Name: "accepted_values", Arguments: []plan.Argument{{Name: "values", Value: values}},
		Evidence: fmt.Sprintf("%s is held to these values upstream", d.Column)})
}

// addTest adds a test to a column unless it has one of that name.
func addTest(p *plan.Properties, column string, t plan.Test) {
	for i, c := range p.Columns {
		if c.Name == column && !slices.ContainsFunc(c.Tests, func(x plan.Test) bool { return x.Name == t.Name }) {
			c.Tests = append(slices.Clone(c.Tests), t)
			p.Columns[i] = c
		}
	}
}
