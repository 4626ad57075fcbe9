// Package metric turns a Spec into a logical plan: the first room of the synthesizer, where every rule about
// numbers lives. It follows MetricFlow's published semantics (https://docs.getdbt.com/docs/build/metrics-overview) where
// MetricFlow has the notion, and plan.PopulationState for stocks and flows.
//
// The way through the package:
//
//	build.go      Build: the order of the work; validate.go: what a Spec must say; tree.go: the plan that is built
//	atom.go       measures are taken apart into atoms, the aggregates that rows are read for
//	source.go     atoms that read the same rows together form a source; its rows and keys
//	population.go, overperiods.go: sources over validity intervals, and over periods within periods
//	series.go     cumulative and balance sources
//	follow.go     measures whose events follow each other: conversion.go, retention.go, funnel.go
//	reach.go      columns over join paths; what would fan out is refused
//	asof.go       columns as they were at the time of a row
//	filter.go     filters as conditions; family.go: what a column's type means for them
//	scalar.go     expressions of the Spec as scalars, checked
//	anyof.go      filters behind a hop that leads to many rows
//	period.go     when a row counts, and in which period; calendar.go: periods counted in Go; datepart.go: parts of a date
//	span.go       which periods the result covers
//	combine.go    several sources become one result; skeleton.go: over every period
//	share.go      parts of a total
//	rank.go       top N
//	extend.go     more columns for a model that exists
//
// Rules worth knowing: a row whose time is null belongs to no period and is left out; a sum or count is 0 in a
// row of the result that none of its own rows reached, everything else is null there; fractions are null where the
// denominator is 0; a distinct count is always counted at the grain of the result, never added up. What cannot be
// computed rightly is refused with a plan.Failure that says why.
package metric

import (
	"fmt"
	"reflect"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// Build plans a Spec. The error is a *plan.Failure of class refused that says in a sentence what is missing or not supported.
func Build(p *dbt.Project, spec plan.Spec) (*Plan, error) { return build(p, spec, Beside{}) }

func build(p *dbt.Project, spec plan.Spec, beside Beside) (*Plan, error) {
	b := &builder{project: p, spec: spec, out: &Plan{}, split: spec.Time != nil, names: newNames(), parts: parts{}, imports: beside.Imports}
	for _, name := range beside.Taken {
		b.names.take(name)
	}
	if err := b.validate(); err != nil {
		return nil, err
	}
	b.reserveColumns()
	final, err := b.ranked()
	if err != nil {
		return nil, err
	}
	b.out.Final = final
	b.describe()
	return b.out, nil
}

// builder collects the plan. Sub-plans (the totals that groups are ranked by) use a copy that shares names,
// imports and steps.
type builder struct {
	project *dbt.Project
	spec    plan.Spec
	out     *Plan
	names   *names
	// split is true when the result has a row for each period of spec.Time.
	split bool
	// top is the step that holds the best groups.
	top *topGroups

	atoms   []*atom
	parts   parts
	sources []*source
	// beside are sources that are read with this plan for one result: they say with its own how far the periods go.
	beside []*source

	imports map[string]string // what the SQL around the plan imports already, by node ID

	periods string // the step with the periods, once it was needed
	span    string // the step with the first and last period, once it was needed
}

// sub is a builder for another Spec over the same plan.
func (b *builder) sub(spec plan.Spec, split bool) *builder {
	return &builder{project: b.project, spec: spec, out: b.out, names: b.names, split: split, parts: parts{}, imports: b.imports}
}

// result is the Spec's rows without rank.
func (b *builder) result() (Select, error) {
	if b.hasShares() {
		return b.shares()
	}
	if err := b.collect(); err != nil {
		return Select{}, err
	}
	return b.combine()
}

// step adds an intermediate result and returns its name; the same query is planned only once.
func (b *builder) step(name, comment string, q Query) string {
	for _, s := range b.out.Steps {
		if reflect.DeepEqual(s.Query, q) {
			return s.Name
		}
	}
	name = b.names.take(name)
	b.out.Steps = append(b.out.Steps, Step{Name: name, Comment: comment, Query: q})
	return name
}

func (b *builder) describe() {
	if b.spec.Time != nil {
		b.out.Outputs = append(b.out.Outputs, Output{b.spec.Time.Name, Period})
		b.out.Grain = append(b.out.Grain, b.spec.Time.Name)
	}
	for _, d := range b.spec.Dimensions {
		b.out.Outputs = append(b.out.Outputs, Output{d.Name, Attribute})
		b.out.Grain = append(b.out.Grain, d.Name)
	}
	for _, m := range b.spec.Measures {
		b.out.Outputs = append(b.out.Outputs, Output{m.Name, Figure})
	}
}

// relation finds a relation of the Spec and imports it.
func (b *builder) relation(name string) (*dbt.Node, string, error) {
	n, ok := b.project.Relation(name)
	if !ok {
		return nil, "", refuse("unknown_relation", "The project has no relation named %q (or more than one).", name)
	}
	for _, i := range b.out.Imports {
		if i.Node.ID == n.ID {
			return n, i.Name, nil
		}
	}
	alias, given := b.imports[n.ID]
	if !given {
		alias = b.names.relation(n)
	}
	b.out.Imports = append(b.out.Imports, Import{Node: n, Name: alias, Given: given})
	return n, alias, nil
}

// column checks that a relation has a column, as far as its columns are known, and returns it.
func column(n *dbt.Node, name string) (dbt.Column, error) {
	if name == "" {
		return dbt.Column{}, refuse("unknown_column", "A column of %s is asked for without a name.", n.Name)
	}
	if c, ok := n.Column(name); ok {
		return *c, nil
	}
	if n.ColumnsKnown {
		return dbt.Column{}, refuse("unknown_column", "%s has no column %q.", n.Name, name)
	}
	return dbt.Column{Name: name}, nil
}

func refuse(code, format string, args ...any) error {
	return plan.NewFailure(plan.Refused, code, fmt.Sprintf(format, args...), nil)
}
