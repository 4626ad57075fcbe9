package tester

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// addShareTests holds the shares of what is counted between 0 and 1, where the project has dbt_utils: no group counts less than nothing
// or more than all of them. Amounts may be negative, so nothing is known of their shares.
func addShareTests(p *plan.Properties, spec plan.Spec, project *dbt.Project) {
	if !project.HasPackage("dbt_utils") {
		return
	}
	for _, name := range countShares(spec) {
		addTest(p, name, plan.Test{Name: "dbt_utils.accepted_range", Evidence: "a group counts no more than all groups do",
			Arguments: []plan.Argument{{Name: "min_value", Value: 0.0}, {Name: "max_value", Value: 1.0}}})
	}
}

// countShares lists the measures that are shares of what is counted.
func countShares(spec plan.Spec) []string {
	var out []string
	for _, m := range spec.Measures {
		share := m.Kind == plan.Ratio && m.Numerator != nil && m.Denominator != nil && m.Denominator.Whole != nil
		if share && counts(*m.Numerator) {
			out = append(out, m.Name)
		}
	}
	return out
}

// counts reports whether a measure is a number of rows or of different things.
func counts(m plan.Measure) bool {
	switch m.Agg {
	case plan.Count, plan.CountDistinct, plan.SumBoolean:
		return true
	}
	return m.Kind == plan.Population && m.Agg == ""
}
