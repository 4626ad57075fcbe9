package interpreter

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// extend describes the extension, and puts the Spec into the model's words.
func (i *Interpreter) extend(ctx context.Context, b plan.Base, k *base, c *candidate, proof bool) *plan.Reuse {
	n := c.node
	var nulls []bool
	if keys, why := c.keys(); proof && why == "" {
		nulls = keys.nulls
	}
	own := c.inWordsOf(nulls)
	r := &plan.Reuse{Verdict: plan.Extend, Model: n.Name, Path: n.Path, Spec: &own, Readers: readers(k.Project, n)}
	say := func(format string, args ...any) { r.Evidence = append(r.Evidence, fmt.Sprintf(format, args...)) }
	say("%s has %s already and lacks %s. Its columns: %s.", n.Name, describeGrain(c.spec), labels(c.missing), columnNames(n))
	if proof {
		say("Its key is %s: %d rows, each once, and every group that has one of the new figures is among them.", list(keyColumns(c.shape)), len(c.have.Rows))
	} else {
		say("Its key is taken to be %s: there are no data to prove that each row has its own, and that no group of the new figures is missing.", list(keyColumns(c.shape)))
	}
	if c.spec.Time != nil && c.spec.Time.Complete {
		say("The %s under way is in it as far as the data goes: there it is not over yet.", c.spec.Time.Grain)
	}
	for m, column := range c.found {
		if column != "" {
			say("Its column %s holds %s: the same figures in every row that was compared.", column, c.spec.Measures[m].Label)
		}
	}
	r.Evidence = append(r.Evidence, i.about(ctx, b, k, n, r.Readers)...)
	return r
}

// inWordsOf is the Spec of the missing measures with the model's columns as its period and dimensions.
// nulls says for each dimension whether the model leaves an empty value empty; nil: the columns' tests have to say.
func (c *candidate) inWordsOf(nulls []bool) plan.Spec {
	out := c.spec
	out.Measures = c.missing
	out.Target = plan.Target{Name: c.node.Name, Extends: c.spec.Target.Extends, Origin: c.spec.Target.Origin}
	if out.Time != nil {
		axis := *out.Time
		axis.Name, axis.Complete = c.period, false // the model's rows are there, so the last one gets what there is
		out.Time = &axis
	}
	out.Dimensions = slices.Clone(out.Dimensions)
	for n := range out.Dimensions {
		d := &out.Dimensions[n]
		d.Name = c.dims[n]
		empty := n < len(nulls) && nulls[n]
		if column, ok := c.node.Column(d.Name); ok && nulls == nil {
			_, notNull := column.Test("not_null")
			empty = !notNull
		}
		if empty {
			d.NullAs = ""
		}
	}
	return out
}

func keyColumns(s shape) []string {
	if s.period == "" {
		return s.dims
	}
	return append([]string{s.period}, s.dims...)
}

func columnNames(n *dbt.Node) string {
	var out []string
	for _, c := range n.Columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

// readers name what is built on a model.
func readers(p *dbt.Project, n *dbt.Node) []string {
	var out []string
	for _, c := range p.Children(n.ID) {
		out = append(out, string(c.Kind)+" "+c.Name)
	}
	for _, e := range p.Exposures {
		if slices.Contains(e.DependsOn, n.ID) {
			out = append(out, "exposure "+e.Name)
		}
	}
	for _, u := range p.UnitTests {
		if u.Model == n.ID || u.Model == n.Name {
			out = append(out, "unit test "+u.Name)
		}
	}
	for _, s := range p.Semantic {
		if s.Model == n.ID || s.Model == n.Name {
			out = append(out, "semantic model "+s.Name)
		}
	}
	return out
}

// about says who uses a model, who owns it, and when it was last changed.
func (i *Interpreter) about(ctx context.Context, b plan.Base, k *base, n *dbt.Node, users []string) []string {
	var out []string
	if n.Description != "" {
		out = append(out, "It is described as: "+n.Description)
	}
	if len(users) > 0 {
		out = append(out, "It is used by "+list(users)+".")
	} else {
		out = append(out, "Nothing in the project is built on it.")
	}
	if n.Owner != "" {
		out = append(out, "It belongs to "+n.Owner+".")
	}
	if i.histories == nil {
		return out
	}
	if change, ok := i.histories.LastChange(ctx, b, path.Join(k.Project.Dir, n.Path)); ok {
		out = append(out, fmt.Sprintf("It was last changed on %s: %s", change.When.UTC().Format(time.DateOnly), change.Subject))
	}
	return out
}
