package metric

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// Beside is the SQL that a plan will stand in.
type Beside struct {
	// Taken are the names that the plan cannot give to its steps.
	Taken []string
	// Imports are the relations that are imported already, by node ID, under their names there.
	Imports map[string]string
	// Final is the CTE with the rows of the existing model.
	Final string
}

// Extend plans the measures of a Spec as further columns of a model whose rows are the CTE beside.Final, and whose columns
// include the Spec's period and dimensions. The model keeps its rows: a group of the measures that
// it does not have is left out, and a row that they do not reach gets 0 or null as elsewhere.
func Extend(p *dbt.Project, spec plan.Spec, beside Beside) (*Plan, error) {
	out, err := build(p, spec, beside)
	if err != nil {
		return nil, err
	}
	b := &builder{project: p, spec: spec, out: out, split: spec.Time != nil, names: newNames()}
	for _, name := range beside.Taken {
		b.names.take(name)
	}
	for _, s := range out.Steps {
		b.names.take(s.Name)
	}
	for _, i := range out.Imports {
		b.names.used[i.Name] = true
	}
	added := b.step("added_figures", "", out.Final)
	sel := Select{From: Table{Name: beside.Final}, Items: []Item{{Name: beside.Final}}}
	join := Join{Kind: Cross, Table: Table{Name: added}}
	if len(b.keyNames()) > 0 {
		join = b.joinSource(added, added, beside.Final, nil)
	}
	sel.Joins = []Join{join}
	for _, m := range spec.Measures {
		sel.Items = append(sel.Items, Item{filled(&atom{measure: m, name: m.Name}, added), m.Name})
	}
	out.Final = sel
	return out, nil
}
