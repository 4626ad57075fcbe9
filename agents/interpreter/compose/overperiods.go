package compose

import (
	"fmt"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/planner/plan"
)

// overPeriods folds what a measure is in each period: "average logins per day". What is an average itself is not folded again
// unless the request says "average weekly …", and then only where it is a ratio of things that are counted.
func (b *builder) overPeriods(n *grammar.Measure) (plan.Measure, error) {
	base, err := b.measure(n.Base)
	if err != nil {
		return base, err
	}
	at := grammar.Span{From: n.From, To: n.To}
	if !folds(base) {
		return base, b.refuse(at, "%s is not counted or added up in each %s, so I cannot take the %s of it", lowerFirst(base.Label), n.Grain, n.Agg)
	}
	if g := b.grainOfSplits(); g != "" && !finer(n.Grain, g) {
		return base, b.refuse(at, "there are no %ss within a %s", n.Grain, g)
	}
	agg, p := aggregation(n.Agg)
	fold := map[string]string{"min": "lowest", "max": "highest"}[n.Agg]
	if fold == "" {
		fold = n.Agg
	}
	name := fold + " " + adverb(n.Grain) + " "
	axis := &plan.TimeAxis{Name: string(n.Grain), Grain: n.Grain, Zone: b.Zone, WeekStart: b.WeekStart, Complete: true, Spine: true,
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}
	return plan.Measure{Name: snake(name + base.Name), Label: sentence(name + lowerFirst(base.Label)), Kind: plan.OverPeriods, Agg: agg, Percentile: p,
		Inputs: []plan.Measure{base}, Periods: axis, Format: base.Format,
		Description: describeFold(fold, base, n.Grain),
		Origin:      plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

func describeFold(fold string, base plan.Measure, g plan.Grain) string {
	text := fmt.Sprintf("%s of %s over whole %ss", sentence(fold), lowerFirst(base.Label), g)
	if zeroWhenEmpty(base) {
		text += fmt.Sprintf("; %s without any counts as 0", a(string(g)))
	}
	return text + "."
}

// aggregation is a word of the lexicon as the Spec has it.
func aggregation(word string) (plan.Aggregation, float64) {
	if p, ok := map[string]float64{"p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}[word]; ok {
		return plan.Percentile, p
	}
	return plan.Aggregation(word), 0
}

// folds reports whether each period has a figure of its own that can be averaged: counts, sums, states, and shares of them.
func folds(m plan.Measure) bool {
	switch m.Kind {
	case plan.Simple:
		return zeroWhenEmpty(m)
	case plan.Population:
		return true
	case plan.Ratio:
		return folds(*m.Numerator) && folds(*m.Denominator)
	}
	return false
}

// zeroWhenEmpty reports whether a measure is 0 where it has no rows.
func zeroWhenEmpty(m plan.Measure) bool {
	switch m.Agg {
	case plan.Sum, plan.Count, plan.CountDistinct, plan.SumBoolean:
		return m.Kind == plan.Simple
	}
	return false
}

// finer reports whether a grain is smaller than another one.
func finer(inner, outer plan.Grain) bool {
	order := map[plan.Grain]int{plan.Hour: 0, plan.Day: 1, plan.Week: 2, plan.Month: 3, plan.Quarter: 4, plan.Year: 5}
	return order[inner] < order[outer]
}

// describePeriods writes down which periods a fold counts.
func (b *builder) describePeriods(m plan.Measure) {
	for _, in := range m.Inputs {
		b.describePeriods(in)
	}
	if m.Kind != plan.OverPeriods {
		return
	}
	g, what := m.Periods.Grain, lowerFirst(m.Inputs[0].Label)
	if zeroWhenEmpty(m.Inputs[0]) {
		b.assume(true, "In the %s %s without any %s counts as 0.", lowerFirst(m.Label), a(string(g)), what)
	}
	text := fmt.Sprintf("Only whole %ss count", g)
	if b.d.Spec.Window == nil || b.d.Spec.Window.To == "" {
		text += fmt.Sprintf("; a %s that the data does not cover to its end is left out", g)
	}
	if t := b.d.Spec.Time; t != nil && g == plan.Week && t.Grain != plan.Week {
		text += fmt.Sprintf(", and a week belongs to the %s in which it begins", t.Grain)
	}
	b.assume(false, "%s.", text)
}

// maxMoving is how many periods a moving average spans at most: each is looked up by itself.
const maxMoving = 12

// movingAverage is the mean of a measure's last periods, each looked up as an earlier one, so that it is unknown where the data
// does not reach back far enough.
func (b *builder) movingAverage(n *grammar.Measure) (plan.Measure, error) {
	m, err := b.measure(n.Base)
	if err != nil {
		return m, err
	}
	at := grammar.Span{From: n.From, To: n.To}
	if !folds(m) {
		return m, b.refuse(at, "%s is not counted or added up in each %s, so I cannot take a moving average of it", lowerFirst(m.Label), n.Span.Unit)
	}
	if g := b.grainOfSplits(); g != "" && g != n.Span.Unit {
		return m, b.refuse(at, "an average over %d %ss needs a row per %s, and you named %s", n.Span.Count, n.Span.Unit, n.Span.Unit, g)
	}
	if n.Span.Count > maxMoving {
		return m, b.refuse(at, "a moving average spans at most %d periods; \"trailing %d %s total\" adds them up", maxMoving, n.Span.Count, n.Span.Unit)
	}
	inputs, names := []plan.Measure{m}, []string{m.Name}
	for i := 1; i < n.Span.Count; i++ {
		before := m
		before.Name, before.Label = fmt.Sprintf("%s_%d_before", m.Name, i), fmt.Sprintf("%s %d %ss before", m.Label, i, n.Span.Unit)
		before.Offset = &plan.Span{Count: i, Unit: n.Span.Unit}
		inputs, names = append(inputs, before), append(names, before.Name)
	}
	formula, err := plan.ParseExpr(fmt.Sprintf("(%s) / %d", strings.Join(names, " + "), n.Span.Count))
	if err != nil {
		return m, b.refuse(at, "the moving average of %s cannot be written as a formula", m.Label)
	}
	b.assume(false, "The moving average is over the %s and the %d before it; it is empty where the data does not reach back that far.", n.Span.Unit, n.Span.Count-1)
	return plan.Measure{Name: fmt.Sprintf("%s_%d_%s_average", m.Name, n.Span.Count, n.Span.Unit), Label: fmt.Sprintf("%d-%s moving average of %s", n.Span.Count, n.Span.Unit, lowerFirst(m.Label)),
		Kind: plan.Derived, Inputs: inputs, Formula: &formula, Format: m.Format, Description: fmt.Sprintf("Mean of %s over %d %ss.", lowerFirst(m.Label), n.Span.Count, n.Span.Unit),
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}
