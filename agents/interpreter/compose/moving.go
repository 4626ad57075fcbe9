package compose

import (
	"fmt"

	"firstmile/agents/interpreter/grammar"
	"firstmile/planner/plan"
)

func (b *builder) growth(n *grammar.Measure) (plan.Measure, error) {
	now, err := b.measure(n.Base)
	if err != nil {
		return now, err
	}
	grain := n.Grain
	if grain == "" {
		grain = b.grainOfSplits()
	}
	if grain == "" {
		grain = b.askGrain(grammar.Span{From: n.From, To: n.To}, "Growth compares a period with the one before it.")
	}
	return b.growthOver(n, now, grain)
}

// offset is how far back the period lies that each is compared with. A year is no whole number of weeks: 52 weeks are.
func (b *builder) offset(n *grammar.Measure, grain plan.Grain) (*plan.Span, error) {
	rows := b.grainOfSplits()
	switch {
	case rows == plan.Week && grain == plan.Year:
		b.assume(true, "A week is compared with the one 52 weeks before.")
		return &plan.Span{Count: 52, Unit: plan.Week}, nil
	case rows == plan.Week && grain != plan.Week && grain != plan.Day, rows != "" && finer(grain, rows):
		return nil, b.refuse(grammar.Span{From: n.From, To: n.To}, "a %s cannot be compared with the one a %s before: take a row per %s", rows, grain, grain)
	}
	return &plan.Span{Count: 1, Unit: grain}, nil
}

// growthOver is how much a measure changed against a grain ago, as a share.
func (b *builder) growthOver(n *grammar.Measure, now plan.Measure, grain plan.Grain) (plan.Measure, error) {
	var err error
	before := now
	before.Name, before.Label = now.Name+"_before", now.Label+" before"
	if before.Offset, err = b.offset(n, grain); err != nil {
		return now, err
	}
	formula, err := plan.ParseExpr(fmt.Sprintf("(%s - %s) / nullif(%s, 0)", now.Name, before.Name, before.Name))
	if err != nil {
		return now, b.refuse(grammar.Span{From: n.From, To: n.To}, "the growth of %s cannot be written as a formula", now.Label)
	}
	return plan.Measure{Name: now.Name + "_growth", Label: fmt.Sprintf("Growth of %s over the %s before", lowerFirst(now.Label), grain), Kind: plan.Derived,
		Inputs: []plan.Measure{now, before}, Formula: &formula, Format: plan.Rate,
		Description: fmt.Sprintf("Change of %s against the %s before, as a share of it.", lowerFirst(now.Label), grain),
		Origin:      plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// costNoAxis makes "revenue year to date" without periods the revenue of this year rather than a curve.
const costNoAxis = 0.9

func (b *builder) cumulative(n *grammar.Measure) (plan.Measure, error) {
	m, err := b.measure(n.Base)
	if err != nil {
		return m, err
	}
	if m.Kind != plan.Simple || m.Agg == plan.Average || m.Agg == plan.Median || m.Agg == plan.Percentile {
		return m, b.refuse(grammar.Span{From: n.From, To: n.To}, "%s cannot be added up over time", m.Label)
	}
	m.Kind = plan.Cumulative
	if b.grainOfSplits() == "" {
		b.d.Cost += costNoAxis
	}
	switch n.Kind {
	case grammar.Running:
		m.Name, m.Label = "running_"+m.Name, "Running total of "+lowerFirst(m.Label)
	case grammar.ToDate:
		m.GrainToDate = n.Grain
		m.Name, m.Label = fmt.Sprintf("%s_%s_to_date", m.Name, n.Grain), fmt.Sprintf("%s since the start of the %s", m.Label, n.Grain)
	case grammar.Trailing:
		m.Trailing = &plan.Span{Count: n.Span.Count, Unit: n.Span.Unit}
		m.Name, m.Label = fmt.Sprintf("trailing_%d_%s_%s", n.Span.Count, n.Span.Unit, m.Name), fmt.Sprintf("%s over the last %d %ss", m.Label, n.Span.Count, n.Span.Unit)
	}
	return m, nil
}
