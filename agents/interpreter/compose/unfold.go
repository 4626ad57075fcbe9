package compose

import (
	"fmt"
	"strings"

	"firstmile/glossary"
	"firstmile/planner/plan"
)

// A retention or a funnel is no single number but a table of several: how many there were, how many stayed, and the share.

// unfolded gives every figure that a measure is shown with.
func (b *builder) unfolded(m plan.Measure) []plan.Measure {
	switch {
	case m.Kind == plan.Retention && m.Calculation == "":
		return b.cohorts(m)
	case m.Kind == plan.Funnel:
		return steps(m)
	}
	return []plan.Measure{m}
}

// cohorts are the size of a cohort, who of it was active, and the share; the age of a cohort becomes a dimension.
func (b *builder) cohorts(m plan.Measure) []plan.Measure {
	things := plural(thing(m.Interval.Entity))
	size, kept := m, m
	size.Name, size.Label, size.Calculation, size.Format = snake(things), sentence(strings.ReplaceAll(things, "_", " "))+" of the cohort", plan.CohortSize, plan.Number
	kept.Name, kept.Label, kept.Calculation, kept.Format = "retained_"+snake(things), "Retained "+strings.ReplaceAll(things, "_", " "), plan.Retained, plan.Number
	size.Description, kept.Description = "", ""
	b.d.Spec.Dimensions = append(b.d.Spec.Dimensions, plan.Dimension{Name: periodsSince, Age: &plan.Age{},
		Label: "Periods since the first", Origin: m.Origin})
	return []plan.Measure{size, kept, m}
}

// periodsSince is the name of a cohort's age until the period is known.
const periodsSince = "periods_since"

// ages names the age of cohorts after their period: months_since.
func (b *builder) ages() {
	t := b.d.Spec.Time
	for i := range b.d.Spec.Dimensions {
		d := &b.d.Spec.Dimensions[i]
		if d.Age == nil || t == nil {
			continue
		}
		d.Name, d.Label = string(t.Grain)+"s_since", fmt.Sprintf("%ss since the first", sentence(string(t.Grain)))
		d.Description = fmt.Sprintf("How many %ss after the cohort's first; 0 is the %s of the first event itself.", t.Grain, t.Grain)
		t.Name = "cohort_" + string(t.Grain)
		b.assume(false, "Everybody belongs to the %s of their first event; a %s that the data does not cover to its end is left out.", t.Grain, t.Grain)
	}
}

// steps are how many came to each step of a funnel, and the share of those of the step before.
func steps(m plan.Measure) []plan.Measure {
	var out []plan.Measure
	for i, in := range m.Inputs {
		s := m
		s.Step, s.Name, s.Label, s.Format, s.Description = i+1, in.Name, sentence(strings.Join(glossary.Split(in.Name), " ")), plan.Number, ""
		if i == len(m.Inputs)-1 {
			s.Description = m.Description
		}
		out = append(out, s)
	}
	for i := 1; i < len(m.Inputs); i++ {
		here, before := out[i], out[i-1]
		out = append(out, plan.Measure{Name: here.Name + "_rate", Label: fmt.Sprintf("Share of %s that came to %s", lowerFirst(before.Label), lowerFirst(here.Label)),
			Kind: plan.Ratio, Numerator: &here, Denominator: &before, Format: plan.Rate, Origin: m.Origin})
	}
	return out
}

// foldedName names a table after the term that it unfolds; empty where it is none.
func foldedName(m plan.Measure) (name string, folded bool) {
	switch {
	case m.Kind == plan.Retention && m.Calculation != "", m.Kind == plan.Funnel && m.Step < len(m.Inputs):
		return "", true
	case m.Kind == plan.Ratio && m.Numerator != nil && m.Numerator.Kind == plan.Funnel:
		return "", true
	case m.Kind == plan.Funnel && m.Origin.Kind == plan.FromTerm:
		return m.Origin.Ref, true
	}
	return "", false
}
