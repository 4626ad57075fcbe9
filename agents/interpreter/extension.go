package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter/compose"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// An extension puts measures into a model that has exactly their periods and groups already. Nobody who asks for figures
// asks for a change of a model that others use, so it has to be the same subject and proven on data: the same base
// rows in the same periods, one row per group, and no group of the measures that the model lacks.
// extension_asked.go has the rules for a model that the requester named, extension_words.go what is said about one.

// candidate is a model that may be extended, with what its rows say.
type candidate struct {
	shape
	spec    plan.Spec // in the request's words
	have    plan.Preview
	found   []string // for each measure the column that holds it, or ""
	missing []plan.Measure
}

// extension looks among the models that fit for one that lacks only measures. The evidence says why one that came near is none.
func (i *Interpreter) extension(ctx context.Context, b plan.Base, k *base, spec plan.Spec, fits []shape, want plan.Preview) (*plan.Reuse, []string) {
	if spec.Target.Separate || spec.Window != nil || len(spec.Filters) > 0 || len(fits) == 0 || spec.Time != nil && spec.Time.Complete {
		return nil, nil
	}
	var best *candidate
	var evidence []string
	for _, f := range fits {
		c, err := i.candidate(ctx, b, spec, f, want)
		if err != nil || !sameSubject(k, c) {
			continue
		}
		if why := i.unfit(ctx, b, k, c, false, true); why != "" {
			evidence = append(evidence, fmt.Sprintf("%s has %s, but cannot be extended: %s.", f.node.Name, describeGrain(spec), why))
			continue
		}
		if best == nil || len(c.missing) < len(best.missing) {
			best = c
		}
	}
	if best == nil {
		return nil, evidence
	}
	return i.extend(ctx, b, k, best, true), nil
}

// candidate reads the rows of a model and finds which measures it has.
func (i *Interpreter) candidate(ctx context.Context, b plan.Base, spec plan.Spec, f shape, want plan.Preview) (*candidate, error) {
	have, err := i.figures.Query(ctx, b, f.query(spec, f.numbers))
	if err != nil {
		return nil, err
	}
	if have.Truncated {
		return nil, fmt.Errorf("%s has too many rows to be compared", f.node.Name)
	}
	c := &candidate{shape: f, spec: spec, have: have, found: f.matching(spec, want, have)}
	for n, column := range c.found {
		if column == "" {
			c.missing = append(c.missing, spec.Measures[n])
		}
	}
	return c, nil
}

// sameSubject reports whether the measures are computed from rows that the model reads, and fall into its periods by the same date.
func sameSubject(k *base, c *candidate) bool {
	parents := k.Project.Parents(c.node.ID)
	reads := func(name string) bool {
		n, ok := k.Project.Relation(name)
		return ok && slices.Contains(parents, n)
	}
	for _, m := range c.missing {
		if slices.ContainsFunc(m.BaseModels(), func(name string) bool { return !reads(name) }) {
			return false
		}
	}
	known := slices.ContainsFunc(c.found, func(column string) bool { return column != "" })
	return known || c.period == "" || c.sameDate(k)
}

// sameDate reports whether every date that puts the measures into periods is what the model's period is made of.
func (c *candidate) sameDate(k *base) bool {
	column, ok := c.node.Column(c.period)
	if !ok {
		return false
	}
	from := append([]dbt.ColumnOf{column.CopyOf}, column.MadeOf...)
	for _, m := range c.missing {
		for _, d := range dates(m) {
			n, ok := k.Project.Relation(d.Relation)
			if !ok || !slices.ContainsFunc(from, func(o dbt.ColumnOf) bool { return o.Node == n.ID && strings.EqualFold(o.Column, d.Column) }) {
				return false
			}
		}
	}
	return true
}

// dates are the columns that put the rows of a measure into periods: the time of a fact, the start of an interval.
func dates(m plan.Measure) []plan.ColumnRef {
	parts := m.Inputs
	if m.Numerator != nil && m.Denominator != nil {
		parts = []plan.Measure{*m.Numerator, *m.Denominator}
	}
	if len(parts) == 0 {
		if m.Interval != nil && m.Kind == plan.Population {
			return []plan.ColumnRef{{Relation: m.Model, Column: m.Interval.From}}
		}
		return []plan.ColumnRef{m.Dated()}
	}
	var out []plan.ColumnRef
	for _, p := range parts {
		out = append(out, dates(p)...)
	}
	return out
}

// unfit says why the model's rows cannot take the missing measures; empty: they can.
func (i *Interpreter) unfit(ctx context.Context, b plan.Base, k *base, c *candidate, asked, proof bool) string {
	if why := editable(c.node); why != "" {
		return why
	}
	if why := c.clash(asked, proof); why != "" {
		return why
	}
	for _, m := range c.missing {
		for _, name := range m.BaseModels() {
			if n, ok := k.Project.Relation(name); ok && (n == c.node || below(k.Project, c.node, n)) {
				return fmt.Sprintf("%s is computed from %s itself", name, c.node.Name)
			}
		}
	}
	if !proof {
		return ""
	}
	keys, why := c.keys()
	if why != "" {
		return why
	}
	return i.lost(ctx, b, c, keys)
}

// editable says why the file of a model cannot take further columns.
func editable(n *dbt.Node) string {
	switch {
	case step(n):
		return fmt.Sprintf("it is a step on the way to other models (%s), not one that people read figures from", n.Layer)
	case n.Materialized == "incremental":
		return "it is built incrementally, so its old rows would lack the column"
	case n.Version != "":
		return "it has versions, and a version that people use does not change"
	case strings.HasSuffix(n.Path, ".py"):
		return "it is written in Python"
	}
	return ""
}

// below reports whether a node is computed from the model.
func below(p *dbt.Project, model, n *dbt.Node) bool {
	seen := map[string]bool{}
	var look func(id string) bool
	look = func(id string) bool {
		if seen[id] {
			return false
		}
		seen[id] = true
		return id == model.ID || slices.ContainsFunc(p.Parents(id), func(up *dbt.Node) bool { return look(up.ID) })
	}
	return look(n.ID)
}

// clash names a column of the model that has a missing measure's name and other figures. Where the requester named the model
// and the measure is only of some rows, the column says so in its name: those beside it are of all rows.
func (c *candidate) clash(asked, proof bool) string {
	for n := range c.missing {
		m := &c.missing[n]
		if asked && len(c.spec.Filters) > 0 {
			m.Name += "_" + ofWhat(c.spec.Filters)
			m.Label += " (" + filterLabels(c.spec.Filters) + ")"
			if m.Description != "" {
				m.Description = strings.TrimSuffix(m.Description, ".") + ". Only where " + filterLabels(c.spec.Filters) + "."
			}
		}
		_, taken := c.node.Column(m.Name)
		switch {
		case taken && !proof:
			return fmt.Sprintf("it has a column %s already, and without data I cannot tell whether that is it", m.Name)
		case taken:
			return fmt.Sprintf("its column %s has other figures", m.Name)
		}
	}
	return ""
}

func filterLabels(filters []plan.Filter) string {
	var out []string
	for _, f := range filters {
		label := f.Label
		if label == "" {
			label = f.Column.String()
		}
		out = append(out, label)
	}
	return list(out)
}

// ofWhat makes a part of a column's name of filters: "enterprise", "not_void".
func ofWhat(filters []plan.Filter) string {
	var parts []string
	for _, f := range filters {
		if f.Op == plan.Ne || f.Op == plan.NotIn {
			parts = append(parts, "not")
		}
		for _, v := range f.Values {
			parts = append(parts, v.Text)
		}
		if len(f.Values) == 0 {
			parts = append(parts, f.Column.Column, string(f.Op))
		}
	}
	return strings.Join(glossary.Split(strings.Join(parts, " ")), "_")
}

// rowKeys are the groups of a model, as package interpreter compares them.
type rowKeys struct {
	at    map[string]bool
	nulls []bool // for each dimension: the model leaves an empty value empty
}

// keys reads the model's groups and checks that each stands in one row, and that its periods are those of the request.
func (c *candidate) keys() (rowKeys, string) {
	out := rowKeys{at: map[string]bool{}}
	first := 0
	if c.period != "" {
		first = 1
		for _, r := range c.have.Rows {
			d, err := time.Parse(time.DateOnly, cell(r[0]))
			if err != nil || !d.Equal(compose.StartOf(d, c.spec.Time.Grain, c.spec.Time.WeekStart)) {
				return out, fmt.Sprintf("its column %s does not hold the start of a %s in every row", c.period, c.spec.Time.Grain)
			}
		}
	}
	for n, d := range c.spec.Dimensions {
		empty, label := false, false
		for _, r := range c.have.Rows {
			v := cell(r[first+n])
			empty, label = empty || v == "", label || v == d.NullAs
		}
		if d.NullAs != "" && empty && label {
			return out, fmt.Sprintf("its column %s is empty in some rows and %q in others", c.dims[n], d.NullAs)
		}
		out.nulls = append(out.nulls, d.NullAs != "" && !label)
	}
	compared := comparison{spec: c.spec, keys: first + len(c.dims)}
	for _, r := range c.have.Rows {
		key := compared.key(r)
		if out.at[key] {
			return out, fmt.Sprintf("it has several rows for one %s, so it is split by something else as well", strings.TrimPrefix(describeGrain(c.spec), "one row per "))
		}
		out.at[key] = true
	}
	return out, ""
}

// lost computes the missing measures alone and names groups of them that the model has no row for.
func (i *Interpreter) lost(ctx context.Context, b plan.Base, c *candidate, keys rowKeys) string {
	alone := c.spec
	alone.Measures = c.missing
	if alone.Time != nil {
		axis := *alone.Time
		axis.Complete = false
		alone.Time = &axis
	}
	rows, err := i.figures.Rows(ctx, b, alone)
	if err != nil || rows.Truncated {
		return "its rows could not be compared with those of the new figures"
	}
	compared := comparison{spec: alone, keys: len(rows.Columns) - len(c.missing)}
	lost, example := 0, ""
	for _, r := range rows.Rows {
		if keys.at[compared.key(r)] || !slices.ContainsFunc(r[compared.keys:], func(v any) bool { return v != nil }) {
			continue // there, or a group without any figure
		}
		lost++
		if example == "" {
			example = strings.ReplaceAll(compared.key(r), "\x00", ", ")
		}
	}
	if lost > 0 {
		return fmt.Sprintf("%d of %d groups of %s have no row in it, for example %s; they would be left out", lost, len(rows.Rows), labels(c.missing), example)
	}
	return ""
}

func labels(measures []plan.Measure) string {
	var out []string
	for _, m := range measures {
		out = append(out, m.Label)
	}
	return list(out)
}

// matching finds for each measure the column with the same figures in the same rows; "" where there is none.
func (s shape) matching(spec plan.Spec, want, have plan.Preview) []string {
	keys := len(s.dims)
	if s.period != "" {
		keys++
	}
	c := comparison{spec: spec, keys: keys}
	out := make([]string, len(spec.Measures))
	for m := range spec.Measures {
		names := order(s.numbers, spec.Measures[m])
		at := slices.IndexFunc(names, func(name string) bool {
			return !slices.Contains(out, name) && c.same(want, keys+m, have, keys+slices.Index(s.numbers, name))
		})
		if at >= 0 {
			out[m] = names[at]
		}
	}
	return out
}
