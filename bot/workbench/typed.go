package workbench

import (
	"context"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// typed is the project with the types that its data have. Files win over data about which columns there are, since the data may
// be of an older build; where files cannot tell, and of sources, the data say it. Without data, or
// with data that cannot be read (which the checks report), it is the project as its files describe it.
func (w *Workbench) typed(ctx context.Context, base plan.Base, o *opened) *dbt.Project {
	o.typing.Lock()
	defer o.typing.Unlock()
	if o.typed != nil {
		return o.typed
	}
	box, missing, err := w.Sandbox(ctx, base)
	if err != nil || missing != "" {
		return o.project
	}
	relations, err := box.Catalog(ctx)
	if err != nil {
		return o.project
	}
	stored := map[string][]sandbox.Column{}
	for _, r := range relations {
		stored[strings.ToLower(r.Schema+"."+r.Name)] = r.Columns
	}
	o.typed = o.project.WithColumns(func(n *dbt.Node) ([]dbt.Column, bool) {
		schema := n.Relation.Schema
		if schema == "" {
			schema = "main"
		}
		columns := stored[strings.ToLower(schema+"."+n.Relation.Identifier)]
		if !n.Relation.Known || len(columns) == 0 {
			return nil, false
		}
		return seen(n, columns), true
	})
	return o.typed
}

// seen is the list of a node's columns with the types that its data have.
func seen(n *dbt.Node, stored []sandbox.Column) []dbt.Column {
	types := map[string]string{}
	var out []dbt.Column
	for _, c := range stored {
		types[strings.ToLower(c.Name)] = c.Type
		out = append(out, dbt.Column{Name: c.Name, Type: c.Type})
	}
	if !n.ColumnsKnown {
		return out
	}
	out = nil
	for _, c := range n.Columns {
		out = append(out, dbt.Column{Name: c.Name, Type: types[strings.ToLower(c.Name)]})
	}
	return out
}
