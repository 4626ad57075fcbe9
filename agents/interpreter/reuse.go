package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// Reuse looks for a mart that answers the Spec already, or lacks only some of its measures (extension.go): by grain,
// dimensions and measure, not by name. That a model fits is only believed when both give the same rows on data; without
// data, or where the rows differ, the verdict is New and the evidence names what came near.
func (i *Interpreter) Reuse(ctx context.Context, b plan.Base, spec plan.Spec) (plan.Reuse, error) {
	k, release, err := i.at(ctx, b)
	if err != nil {
		return plan.Reuse{}, err
	}
	defer release()
	if spec.Target.Extends != "" {
		return i.reuseOf(ctx, b, k, spec), nil
	}
	out := plan.Reuse{Verdict: plan.New}
	if spec.Rank != nil || len(spec.Measures) == 0 {
		return out, nil // a rank is a view on a table that may exist; the table itself is asked for by leaving the rank out
	}
	fits := shapes(k, spec)
	if len(fits) == 0 || spec.Window != nil && !onEdges(*spec.Window, spec.Time) {
		return out, nil
	}
	whole := spec // within a window, equal rows may be a coincidence
	whole.Window = nil
	want, proof := i.wanted(ctx, b, whole)
	for _, f := range fits {
		if !proof || len(f.numbers) < len(spec.Measures) {
			continue
		}
		if found, ok := i.proven(ctx, b, whole, f, want); ok {
			return i.exists(ctx, b, k, spec, f, found), nil
		}
	}
	if proof {
		extended, evidence := i.extension(ctx, b, k, spec, fits, want)
		if extended != nil {
			return *extended, nil
		}
		out.Evidence = evidence
	}
	for _, f := range fits {
		if f.named && len(out.Evidence) == 0 {
			out.Evidence = append(out.Evidence, f.near(spec, proof))
		}
	}
	return out, nil
}

// shape is a model that has a column for the period and for each dimension of a Spec.
type shape struct {
	node     *dbt.Node
	relation *knowledge.Relation
	period   string // empty without a time axis
	named    bool   // the period's column says which period, or there is none: the model is known to have these rows
	dims     []string
	numbers  []string // columns that may hold measures
}

// step reports whether a model is only a step on the way to those that people read.
func step(n *dbt.Node) bool { return n.Layer == dbt.Staging || n.Layer == dbt.Intermediate }

// shapes lists the marts, and models beyond the usual layers, whose columns fit the Spec's axis and dimensions, by name.
func shapes(k *base, spec plan.Spec) []shape {
	var out []shape
	bases := spec.BaseModels()
	for _, n := range k.Project.Models() {
		r, ok := k.Relation(n.RelationName())
		if !ok || step(n) || slices.Contains(bases, r.Name) || n.Materialized == "ephemeral" {
			continue
		}
		if s, ok := fit(n, r, spec); ok {
			out = append(out, s)
		}
	}
	return out
}

func fit(n *dbt.Node, r *knowledge.Relation, spec plan.Spec) (shape, bool) {
	s := shape{node: n, relation: r, named: spec.Time == nil}
	if spec.Time != nil {
		if s.period = periodColumn(r, spec.Time.Grain); s.period == "" {
			return s, false
		}
		s.named = slices.Contains(glossary.Split(s.period), string(spec.Time.Grain))
	}
	for _, d := range spec.Dimensions {
		c, ok := n.Column(d.Column.Column)
		if !ok {
			c, ok = n.Column(d.Name)
		}
		if !ok || slices.Contains(s.dims, c.Name) {
			return s, false
		}
		s.dims = append(s.dims, c.Name)
	}
	for _, c := range n.Columns {
		t := r.Type(c.Name)
		if (t == knowledge.NumberType || t == knowledge.AnyType) && !slices.Contains(s.dims, c.Name) && c.Name != s.period && !strings.HasSuffix(c.Name, "_id") {
			s.numbers = append(s.numbers, c.Name)
		}
	}
	return s, true
}

// periodColumn is the date column of a table with one row per period: the one named after the grain, else the only one.
func periodColumn(r *knowledge.Relation, grain plan.Grain) string {
	for _, c := range r.Times {
		if slices.Contains(glossary.Split(c), string(grain)) {
			return c
		}
	}
	for _, c := range r.Node.Columns { // a date whose type nobody declared
		parts := glossary.Split(c.Name)
		if len(parts) > 0 && parts[len(parts)-1] == string(grain) && r.Type(c.Name) != knowledge.NumberType {
			return c.Name
		}
	}
	if len(r.Times) == 1 {
		return r.Times[0]
	}
	return ""
}

// wanted computes the Spec. proof is false when that is not possible, or gives too many rows to compare.
func (i *Interpreter) wanted(ctx context.Context, b plan.Base, spec plan.Spec) (plan.Preview, bool) {
	if i.figures == nil {
		return plan.Preview{}, false
	}
	rows, err := i.figures.Rows(ctx, b, spec)
	return rows, err == nil && !rows.Truncated && len(rows.Rows) > 0
}

// proven finds, for each measure, a column of the model with the same figures in the same rows.
func (i *Interpreter) proven(ctx context.Context, b plan.Base, spec plan.Spec, s shape, want plan.Preview) ([]string, bool) {
	have, err := i.figures.Query(ctx, b, s.query(spec, s.numbers))
	if err != nil || have.Truncated {
		return nil, false
	}
	found := s.matching(spec, want, have)
	return found, !slices.Contains(found, "")
}

// order puts the column that is named like the measure first.
func order(columns []string, m plan.Measure) []string {
	out := slices.Clone(columns)
	slices.SortStableFunc(out, func(a, b string) int {
		return glossary.Distance(strings.ToLower(a), m.Name) - glossary.Distance(strings.ToLower(b), m.Name)
	})
	return out
}

// query selects period, dimensions and the given columns of the model, for the Spec's window.
func (s shape) query(spec plan.Spec, numbers []string) string {
	var columns, where []string
	if s.period != "" {
		columns = append(columns, quoteName(s.period)+" as "+quoteName(spec.Time.Name))
	}
	for _, c := range slices.Concat(s.dims, numbers) {
		columns = append(columns, quoteName(c))
	}
	if w := spec.Window; w != nil && s.period != "" {
		if w.From != "" {
			where = append(where, quoteName(s.period)+" >= date '"+w.From+"'")
		}
		if w.To != "" {
			where = append(where, quoteName(s.period)+" < date '"+w.To+"'")
		}
	}
	q := "select " + strings.Join(columns, ", ") + "\nfrom " + s.node.Relation.SQL()
	if len(where) > 0 {
		q += "\nwhere " + strings.Join(where, " and ")
	}
	if s.period != "" {
		q += "\norder by 1"
	}
	return q
}

func quoteName(name string) string {
	plain := name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if plain && (name[0] < '0' || name[0] > '9') {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// exists describes the model that answers the Spec.
func (i *Interpreter) exists(ctx context.Context, b plan.Base, k *base, spec plan.Spec, s shape, columns []string) plan.Reuse {
	r := plan.Reuse{Verdict: plan.Exists, Model: s.node.Name, Path: s.node.Path, Query: s.query(spec, columns)}
	grain := describeGrain(spec)
	for m, c := range columns {
		r.Evidence = append(r.Evidence, fmt.Sprintf("%s has %s, and its column %s holds %s: the same figures in every row that was compared.", s.node.Name, grain, c, spec.Measures[m].Label))
	}
	r.Evidence = append(r.Evidence, i.about(ctx, b, k, s.node, readers(k.Project, s.node))...)
	return r
}

func describeGrain(spec plan.Spec) string {
	var parts []string
	if spec.Time != nil {
		parts = append(parts, string(spec.Time.Grain))
	}
	for _, d := range spec.Dimensions {
		parts = append(parts, strings.ToLower(d.Label))
	}
	if len(parts) == 0 {
		return "one row"
	}
	return "one row per " + strings.Join(parts, " and ")
}

// near says how close a model comes that is not the answer.
func (s shape) near(spec plan.Spec, proof bool) string {
	if !proof {
		return fmt.Sprintf("%s also has %s, but without data I cannot tell whether its figures are the same.", s.node.Name, describeGrain(spec))
	}
	return fmt.Sprintf("%s has %s too, but none of its columns holds %s with these figures.", s.node.Name, describeGrain(spec), spec.Measures[0].Label)
}
