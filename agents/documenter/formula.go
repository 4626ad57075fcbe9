package documenter

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// formula says in words what a measure computes: "sum of amount in fct_orders where status is paid".
func formula(m plan.Measure) string {
	switch m.Kind {
	case plan.Ratio:
		if m.Numerator != nil && m.Denominator != nil && m.Denominator.Whole != nil {
			return shareWords(m)
		}
		if m.Numerator != nil && m.Denominator != nil {
			return fmt.Sprintf("%s divided by %s", formula(*m.Numerator), formula(*m.Denominator))
		}
	case plan.Derived:
		return derived(m)
	case plan.Conversion:
		if len(m.Inputs) == 2 && m.Interval != nil {
			return conversionWords(m)
		}
	case plan.Retention:
		if len(m.Inputs) == 2 && m.Interval != nil {
			return retentionWords(m)
		}
	case plan.Funnel:
		if m.Step > 0 && m.Step <= len(m.Inputs) && m.Interval != nil {
			return funnelWords(m)
		}
	case plan.Population:
		if m.Interval != nil {
			return populationWords(m)
		}
	case plan.Cumulative:
		return aggregateWords(m) + runningWords(m)
	case plan.Balance:
		return aggregateWords(m) + ", at the last moment of the period"
	}
	return aggregateWords(m)
}

// shareWords: "sum of amount in fct_orders, divided by the same over all groups with the same region".
func shareWords(m plan.Measure) string {
	text := formula(*m.Numerator) + ", divided by the same over all groups"
	var within []string
	for _, name := range m.Denominator.Whole.Within {
		within = append(within, spaced(name))
	}
	if len(within) > 0 {
		text += " with the same " + list(within)
	}
	return text
}

func derived(m plan.Measure) string {
	if m.Formula == nil {
		return spaced(m.Name)
	}
	var parts []string
	for _, in := range m.Inputs {
		text := fmt.Sprintf("%s is %s", in.Name, formula(in))
		if in.Offset != nil {
			text += fmt.Sprintf(", %s earlier", span(*in.Offset))
		}
		parts = append(parts, text)
	}
	return m.Formula.String() + ", where " + list(parts)
}

// conversionWords: "share of the rows in visits that a row in orders of the same user_id follows within 7 days".
func conversionWords(m plan.Measure) string {
	base, then := m.Inputs[0], m.Inputs[1]
	what := aggregateWords(base)
	if m.Calculation != plan.Conversions {
		what = "share of the " + what
	}
	within := ""
	if m.Trailing != nil {
		within = " within " + span(*m.Trailing)
	}
	return fmt.Sprintf("%s, by %s, that a row of the same %s in %s%s, by %s, follows%s", what, dateName(base), m.Interval.Entity, then.Model, where(then.Filters), dateName(then), within)
}

// retentionWords: "number of distinct user_id, by the period of their first row in signups, that have a row in logins in the period of that age".
func retentionWords(m plan.Measure) string {
	first, then := m.Inputs[0], m.Inputs[1]
	cohort := fmt.Sprintf("distinct %s by the period of their first row in %s%s", m.Interval.Entity, first.Model, where(first.Filters))
	active := fmt.Sprintf("a row in %s%s, by %s, in the period of that age", then.Model, where(then.Filters), dateName(then))
	switch m.Calculation {
	case plan.CohortSize:
		return "number of " + cohort
	case plan.Retained:
		return "number of " + cohort + " that have " + active
	}
	return "share of the " + cohort + " that have " + active
}

// funnelWords: "number of distinct user_id that enter with their first row in visits of the period and go on to orders within 7 days".
func funnelWords(m plan.Measure) string {
	first := m.Inputs[0]
	text := fmt.Sprintf("number of distinct %s that enter with their first row of the period in %s%s", m.Interval.Entity, first.Model, where(first.Filters))
	var then []string
	for _, in := range m.Inputs[1:m.Step] {
		then = append(then, in.Model+where(in.Filters))
	}
	if len(then) == 0 {
		return text
	}
	text += " and go on, one after the other, to " + list(then)
	if m.Trailing != nil {
		text += " within " + span(*m.Trailing)
	}
	return text
}

func runningWords(m plan.Measure) string {
	switch {
	case m.Trailing != nil:
		return ", over the last " + span(*m.Trailing)
	case m.GrainToDate != "":
		return fmt.Sprintf(", since the start of the %s", m.GrainToDate)
	}
	return ", running total"
}

func span(s plan.Span) string {
	if s.Count == 1 {
		return "1 " + string(s.Unit)
	}
	return fmt.Sprintf("%d %ss", s.Count, s.Unit)
}

func aggregateWords(m plan.Measure) string {
	what := "rows"
	if m.Expr != nil {
		what = m.Expr.String()
	}
	verbs := map[plan.Aggregation]string{
		plan.Sum: "sum of ", plan.Count: "number of ", plan.CountDistinct: "number of distinct ", plan.Average: "average of ",
		plan.Min: "smallest ", plan.Max: "largest ", plan.Median: "median of ", plan.SumBoolean: "number of rows with ",
		plan.Percentile: fmt.Sprintf("percentile %g of ", m.Percentile),
	}
	return verbs[m.Agg] + what + " in " + m.Model + where(m.Filters)
}

func populationWords(m plan.Measure) string {
	states := map[plan.PopulationState]string{
		plan.Opening: "at the start of the period", plan.Closing: "at the end of the period",
		plan.Lost:   "at the start of the period that are not there at its end",
		plan.Gained: "at the end of the period that were not there at its start",
	}
	what := "number of distinct " + m.Interval.Entity
	if m.Agg == plan.Sum && m.Expr != nil {
		what = "sum of " + m.Expr.String()
	}
	valid := fmt.Sprintf("valid from %s until %s", m.Interval.From, m.Interval.To)
	if f := m.Interval.For; f != nil {
		valid = fmt.Sprintf("valid for %s from %s on", span(*f), m.Interval.From)
	}
	return fmt.Sprintf("%s in %s (%s) %s%s", what, m.Model, valid,
		states[m.Interval.State], where(m.Filters))
}

func where(filters []plan.Filter) string {
	var parts []string
	for _, f := range filters {
		parts = append(parts, filterWords(f))
	}
	if len(parts) == 0 {
		return ""
	}
	return " where " + list(parts)
}

// filterWords is the filter's label, or its meaning spelled out.
func filterWords(f plan.Filter) string {
	if f.Label != "" {
		return f.Label
	}
	var values []string
	for _, v := range f.Values {
		values = append(values, v.Text)
	}
	ops := map[plan.Operator]string{plan.Eq: "is", plan.Ne: "is not", plan.In: "is one of", plan.NotIn: "is none of", plan.Lt: "is below",
		plan.Lte: "is at most", plan.Gt: "is above", plan.Gte: "is at least", plan.Between: "lies between", plan.IsNull: "is missing",
		plan.NotNull: "is present"}
	sep := ", "
	if f.Op == plan.Between {
		sep = " and "
	}
	text := strings.TrimSpace(f.Column.String() + " " + ops[f.Op] + " " + strings.Join(values, sep))
	if f.KeepNull {
		text += " or is missing"
	}
	return text
}
