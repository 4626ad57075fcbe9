package workbench

import (
	"cmp"
	"context"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// typed is the project with the types that its data have. Files win over data about which columns there are, since the data may
// be of an older build; where files cannot tell, and of sources, the data say it. Without data, or
// with data that cannot be read (which the checks report), it is the project as its files describe it.
func (w *Workbench) typed(ctx context.Context, base plan.Base, o *opened) (*dbt.Project, error) {
	project, err := o.typed.get(func() (*dbt.Project, error) {
		relations, err := w.relations(ctx, base)
		if err != nil {
			return nil, err
		}
		return o.project.WithColumns(stored(relations)), nil
	})
	switch {
	case err == nil:
		return project, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return o.project, nil
}

// stored gives the columns that a node has in the data; false where they hold none of it.
func stored(relations []sandbox.Relation) func(*dbt.Node) ([]dbt.Column, bool) {
	columns := map[string][]sandbox.Column{}
	for _, r := range relations {
		columns[strings.ToLower(r.Schema+"."+r.Name)] = r.Columns
	}
	return func(n *dbt.Node) ([]dbt.Column, bool) {
		schema := cmp.Or(n.Relation.Schema, "main")
		own := columns[strings.ToLower(schema+"."+n.Relation.Identifier)]
		if !n.Relation.Known || len(own) == 0 {
			return nil, false
		}
		return seen(n, own), true
	}
}

// seen is the list of a node's columns with the types that its data have.
func seen(n *dbt.Node, stored []sandbox.Column) []dbt.Column {
	types := map[string]string{}
	var all []dbt.Column
	for _, c := range stored {
		types[strings.ToLower(c.Name)] = c.Type
		all = append(all, dbt.Column{Name: c.Name, Type: c.Type})
	}
	if !n.ColumnsKnown {
		return all
	}
	var own []dbt.Column
	for _, c := range n.Columns {
		own = append(own, dbt.Column{Name: c.Name, Type: types[strings.ToLower(c.Name)]})
	}
	return own
}
