package tester

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/agents/tester/reading"
	"firstmile/planner/plan"
)

// Checks of an edited model: what it had stays what it was, and what is built on it still works.

// beforeEdit is the name under which the checks see the model as it was.
const beforeEdit = "firstmile_before"

// edited is the model that the change edits; nil when it adds one.
func (s *subject) edited() *dbt.Node {
	return editedBy(s.project, s.change)
}

// added lists the columns that the edit adds, in their order.
func (s *subject) added() []string {
	n := s.edited()
	var out []string
	for _, c := range s.columns {
		if _, old := n.Column(c.Name); !old {
			out = append(out, c.Name)
		}
	}
	return out
}

// shown are the columns of the preview: all of a new model; of an edited one, what is new beside what identifies a row comes first.
func (s *subject) shown() string {
	if s.edited() == nil {
		return "*"
	}
	first := append(grainOf(s.spec), s.added()...)
	if len(first) == 0 || len(first) == len(s.columns) {
		return "*"
	}
	return quoteAll(first) + ", * exclude (" + quoteAll(first) + ")"
}

// coverageOfEdit wants a description on every column that the edit adds, a type where a contract asks for one, and some key
// that is tested. What the team left open about the model's own columns stays theirs.
func (s *subject) coverageOfEdit(path string, p plan.Properties) finding {
	n := s.edited()
	byName := map[string]plan.PropertyColumn{}
	for _, c := range p.Columns {
		byName[strings.ToLower(c.Name)] = c
	}
	for _, name := range s.added() {
		c, ok := byName[strings.ToLower(name)]
		switch {
		case !ok:
			return failed("the column %s is not in the properties", name).at(path, 0)
		case strings.TrimSpace(c.Description) == "":
			return failed("the column %s has no description", name).at(path, 0)
		case c.Type == "" && enforced(n):
			return failed("the contract of %s needs the type of the column %s", n.Name, name).at(path, 0)
		}
	}
	if grain := grainOf(s.spec); len(grain) > 0 && len(n.UniqueKeys()) == 0 && !uniqueOver(p, grain) {
		return failed("no test says that a row is unique per %s", strings.Join(grain, ", ")).at(path, 0)
	}
	return passed("descriptions on the new columns (%s); a key of the model is tested", strings.Join(s.added(), ", "))
}

// checkUnchanged runs the model as it was and as it would be, and compares the rows of the columns that it had.
func checkUnchanged(ctx context.Context, s *subject) finding {
	n := s.edited()
	switch {
	case n == nil:
		return failed("the edited model %s is not in the project", s.change.Model)
	case !s.ran:
		return notRun("the model did not run on data")
	}
	old, err := s.project.Compile(string(s.original[s.change.ModelPath]))
	if err != nil {
		return notRun("the model as it was could not be read: %v", err)
	}
	views := append(slices.Clone(s.views), sandbox.View{Name: beforeEdit, SQL: old, Stored: true})
	run := func(sql string) (*sandbox.Result, error) {
		return s.box.Query(ctx, sandbox.Untrusted(sql), sandbox.QueryOptions{Limit: 1, Views: views, Today: s.spec.AsOf})
	}
	shape, err := run("select * from " + beforeEdit + " limit 0")
	if err != nil {
		return notRun("the model as it was does not run: %v", err)
	}
	var columns []string
	for _, c := range shape.Columns {
		columns = append(columns, comparable(c))
	}
	rows := func(table string) string { return "select " + strings.Join(columns, ", ") + " from " + table }
	got, err := run(fmt.Sprintf("select (select count(*) from %s), (select count(*) from (%s except all %s)), (select count(*) from (%s except all %s))",
		beforeEdit, rows(beforeEdit), rows(underTest), rows(underTest), rows(beforeEdit)))
	if err != nil {
		return s.sqlFailure(err)
	}
	row := got.Rows[0]
	if gone, more := whole(row[1]), whole(row[2]); gone > 0 || more > 0 {
		return failed("%s of the model as it was would be gone or different, %s would be new", count(gone, "row"), count(more, "row")).at(s.change.ModelPath, 0)
	}
	return passed("the %s that the model had give the same %s as before", count(len(columns), "column"), count(whole(row[0]), "row"))
}

// compareColumn compares a measure group by group. An edited model keeps its rows: those that the measure does not reach hold
// 0 or nothing, and a group of the measure without any figure needs no row.
func (s *subject) compareColumn(ctx context.Context, m plan.Measure) (reading.Comparison, error) {
	if s.edited() == nil {
		return s.compare(ctx, s.spec, m, underTest)
	}
	query, err := reading.Query(s.spec, m, s.relationName, underTest)
	if err != nil {
		return reading.Comparison{}, err
	}
	same, own, read := "true", "", ""
	for _, k := range grainOf(s.spec) {
		name := quoteName(k)
		same += fmt.Sprintf(" and m.%[1]s is not distinct from r.%[1]s", name)
		own, read = own+"m."+name+", ", read+"r."+name+", "
	}
	value := "m." + quoteName(m.Name)
	reached := fmt.Sprintf("select %s%s from %s as m where coalesce(cast(%s as double), 0) <> 0 or exists (select 1 from (%s) as r where %s)",
		own, value, underTest, value, query, same)
	without := fmt.Sprintf("select %sr.value from (%s) as r where r.value is null and not exists (select 1 from %s as m where %s)",
		read, query, underTest, same)
	return s.compare(ctx, s.spec, m, "("+reached+" union all "+without+")")
}

// comparable is a column in a form in which two runs of the same query agree: a sum of floating-point numbers depends on the order of
// its rows in the last digits.
func comparable(c sandbox.Column) string {
	name := quoteName(c.Name)
	if t := strings.ToUpper(c.Type); t == "DOUBLE" || t == "FLOAT" || t == "REAL" {
		return "format('{:.9g}', " + name + ")"
	}
	return name
}

// checkDownstream names what is built on an edited model and binds it against the model's new columns. A new model has
// nothing downstream.
func checkDownstream(ctx context.Context, s *subject) finding {
	f, _ := s.change.File(s.change.ModelPath)
	if f.Action == plan.Create {
		return passed("a new model: nothing depends on it")
	}
	n := s.edited()
	if n == nil {
		return failed("the edited model %s is not in the project", s.change.Model)
	}
	if s.columns == nil {
		return notRun("the columns of the edited model could not be bound")
	}
	for _, c := range n.Columns {
		if !slices.ContainsFunc(s.columns, func(x plan.Column) bool { return strings.EqualFold(x.Name, c.Name) }) {
			return failed("breaking: the edit drops the column %s, and %d models depend on %s", c.Name, len(s.project.Children(n.ID)), n.Name)
		}
	}
	if bad, ok := s.unitTests(n); !ok {
		return bad
	}
	return s.bound(ctx, n)
}

// unitTests: dbt wants rows for everything that a unit-tested model reads.
func (s *subject) unitTests(n *dbt.Node) (finding, bool) {
	for _, u := range s.project.UnitTests {
		if u.Model != n.ID && u.Model != n.Name {
			continue
		}
		given := givenInputs(u.Raw)
		for _, p := range s.parents {
			if !slices.Contains(given, p.Ref()) && !slices.ContainsFunc(s.project.Parents(n.ID), func(o *dbt.Node) bool { return o == p }) {
				return failed("breaking: the unit test %s gives no rows for %s, which the model would read", u.Name, p.Name).at(u.Path, u.Line), false
			}
		}
	}
	return finding{}, true
}

// givenInputs are the inputs of a unit test as they are written, with single quotes.
func givenInputs(raw map[string]any) []string {
	given, _ := raw["given"].([]any)
	var out []string
	for _, g := range given {
		m, _ := g.(map[string]any)
		if input, ok := m["input"].(string); ok {
			out = append(out, strings.ReplaceAll(input, `"`, "'"))
		}
	}
	return out
}

// downstream binds the models below an edited one, before and after the edit.
type downstream struct {
	s             *subject
	before, after *typer
	fine, passOn  []string
	unknown       []string
}

// bound binds every model that reads the edited one, and those that read a model whose columns grow with it.
func (s *subject) bound(ctx context.Context, n *dbt.Node) finding {
	d := &downstream{s: s, before: newTyper(s), after: newTyper(s)}
	for _, c := range s.columns {
		d.after.known[n.ID] = append(d.after.known[n.ID], sandbox.Column{Name: c.Name, Type: c.Type})
	}
	if old, err := s.project.Compile(string(s.original[s.change.ModelPath])); err == nil {
		if c, err := d.before.bindAs(ctx, n, old); err == nil { // else the data or the files say
			d.before.known[n.ID] = c
		}
	}
	if bad, ok := d.readersOf(ctx, n, map[string]bool{}); !ok {
		return bad
	}
	exposures := 0
	for _, e := range s.project.Exposures {
		if slices.Contains(e.DependsOn, n.ID) {
			exposures++
			d.fine = append(d.fine, "exposure "+e.Name)
		}
	}
	switch {
	case len(d.unknown) > 0:
		return notRun("%s", strings.Join(d.unknown, "; "))
	case len(d.fine) == 0:
		return passed("impact none: nothing depends on %s", n.Name)
	}
	text := fmt.Sprintf("impact additive: the edit adds %s and drops nothing. Built on %s and still valid: %s", strings.Join(s.added(), ", "), n.Name, strings.Join(d.fine, ", "))
	if len(d.passOn) > 0 {
		text += ". Gets the new columns too, because it selects all: " + strings.Join(d.passOn, ", ")
	}
	return passed("%s", text)
}

// readersOf is false with a finding when a model would break.
func (d *downstream) readersOf(ctx context.Context, n *dbt.Node, seen map[string]bool) (finding, bool) {
	for _, c := range d.s.project.Children(n.ID) {
		if seen[c.ID] {
			continue
		}
		seen[c.ID] = true
		d.fine = append(d.fine, string(c.Kind)+" "+c.Name)
		if c.Kind != dbt.Model {
			continue // a snapshot takes what there is
		}
		old, err := d.before.bind(ctx, c)
		if err != nil {
			d.unknown = append(d.unknown, fmt.Sprintf("%s could not be bound before the edit either: %v", c.Name, err))
			continue
		}
		now, err := d.after.bind(ctx, c)
		var wrong *sandbox.Error
		switch {
		case errors.As(err, &wrong):
			return failed("breaking: the model %s would no longer be valid: %s", c.Name, wrong.Message).at(c.Path, 0), false
		case err != nil:
			d.unknown = append(d.unknown, fmt.Sprintf("%s could not be bound: %v", c.Name, err))
			continue
		case len(now) == len(old):
			continue
		}
		d.passOn = append(d.passOn, c.Name)
		if why := closed(c, now); why != "" {
			return failed("breaking: %s would get the new columns, but %s", c.Name, why).at(c.Path, 0), false
		}
		d.before.known[c.ID], d.after.known[c.ID] = old, now
		if bad, ok := d.readersOf(ctx, c, seen); !ok {
			return bad, false
		}
	}
	return finding{}, true
}

// closed says why a model cannot take further columns, or take them under these names.
func closed(n *dbt.Node, columns []sandbox.Column) string {
	names := map[string]bool{}
	for _, c := range columns {
		if name := strings.ToLower(c.Name); names[name] {
			return "it would have two columns " + c.Name
		} else {
			names[name] = true
		}
	}
	switch {
	case enforced(n):
		return "its contract does not list them"
	case n.Materialized == "incremental" && n.Config["on_schema_change"] == "fail":
		return "it is built incrementally and fails when its columns change"
	}
	return ""
}

// enforced reports whether dbt holds a model to the columns that its properties list.
func enforced(n *dbt.Node) bool {
	contract, _ := n.Config["contract"].(map[string]any)
	on, _ := contract["enforced"].(bool)
	return on
}
