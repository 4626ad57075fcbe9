package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// Unsupported rows are those of a group that the base rows do not have: that they show nothing does not make them right.

// Support returns SQL with one number: how many rows of the model show 0 or nothing in every measure although no row of what the
// measures are read from belongs to their group. Rows with a figure are what Compare looks at. Where periods without rows were asked
// for, a row is right when its group has a row in any period. It is empty where the model has one row only.
func Support(spec plan.Spec, names Names, model string) (string, error) {
	b := &builder{spec: spec, names: names, model: model}
	keys := b.keys()
	spine := spec.Time != nil && spec.Time.Spine
	if spine {
		keys = keys[1:]
	}
	if len(keys) == 0 {
		return "", nil
	}
	var empty, groups []string
	for _, m := range spec.Measures {
		empty = append(empty, fmt.Sprintf("coalesce(cast(%s as double), 0) = 0", ident(m.Name)))
		for _, x := range sources(m) {
			rows := *b
			if spine && x.Offset != nil { // what is before the window is a group of it
				rows.back, x.Offset = x.Offset, nil
			}
			sql, err := rows.measure(x)
			if err != nil {
				return "", err
			}
			groups = append(groups, fmt.Sprintf("select %s from (%s)", strings.Join(keys, ", "), sql))
		}
	}
	return fmt.Sprintf("select count(*) from (select * from %s where %s) as m where not exists (select 1 from (%s) as r where %s)",
		model, strings.Join(empty, " and "), strings.Join(groups, " union "), sameKeys(keys, "m", "r")), nil
}

// sources are measures that together have every group for which any row is read on the way to a measure, whatever the row's part in it.
func sources(m plan.Measure) []plan.Measure {
	switch m.Kind {
	case plan.Simple, plan.Cumulative:
		m.Agg, m.Expr, m.Filters = plan.Count, nil, nil
		return []plan.Measure{m}
	case plan.Population:
		if m.Interval != nil { // who moved is one of those at the edge where they are looked at
			iv := *m.Interval
			switch iv.State {
			case plan.Lost:
				iv.State = plan.Opening
			case plan.Gained:
				iv.State = plan.Closing
			}
			m.Interval = &iv
		}
		return []plan.Measure{m}
	case plan.Balance, plan.Conversion, plan.Retention, plan.Funnel:
		return []plan.Measure{m}
	}
	var out []plan.Measure
	for _, p := range m.Parts() {
		if p.Whole != nil {
			continue // has no groups of its own
		}
		for _, x := range sources(p) {
			switch {
			case m.Kind == plan.OverPeriods:
				over := m
				over.Inputs = []plan.Measure{x}
				x = over
			case x.Offset == nil:
				x.Offset = m.Offset
			}
			out = append(out, x)
		}
	}
	return out
}
