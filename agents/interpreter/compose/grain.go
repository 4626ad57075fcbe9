package compose

import (
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/planner/plan"
)

// grainOfSplits is the calendar grain that the request names.
func (b *builder) grainOfSplits() plan.Grain {
	for _, s := range b.s.Splits {
		if s.Grain != "" {
			return s.Grain
		}
	}
	return ""
}

// moves reports whether a measure compares the two edges of a period (who came, who left), so that it
// cannot be told before the period has ended. Sums and counts of the period under way are shown as far as they go.
func (b *builder) moves() bool {
	moves := false
	for _, m := range b.d.Spec.Measures {
		eachLeaf(m, func(x plan.Measure) {
			moves = moves || m.Kind == plan.Retention || x.Interval != nil && (x.Interval.State == plan.Lost || x.Interval.State == plan.Gained)
		})
		moves = moves || m.Kind == plan.Derived && slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return in.Offset != nil })
	}
	return moves
}

// timed reports whether a measure means nothing without periods or dates.
func (b *builder) timed() bool {
	return b.asOf || slices.ContainsFunc(b.d.Spec.Measures, func(m plan.Measure) bool {
		return m.Kind == plan.Cumulative || m.Kind == plan.Balance || m.Kind == plan.Conversion || m.Kind == plan.OverPeriods
	}) || b.comesBack()
}

// comesBack reports whether the request speaks of days of the week and the like, or of a period that is left out.
func (b *builder) comesBack() bool {
	days := func(c *grammar.Cond) bool { return len(c.Days) > 0 }
	return len(b.s.Omitted) > 0 || slices.ContainsFunc(b.s.Splits, func(s *grammar.Split) bool { return s.Part != "" }) ||
		slices.ContainsFunc(b.s.Filters, func(f *grammar.Filters) bool { return slices.ContainsFunc(f.Conds, days) })
}

// grain finds the period of the axis: named, implied by a growth, asked for where it changes the number, or none.
func (b *builder) grain() (plan.Grain, plan.Origin, error) {
	var grain plan.Grain
	var origin plan.Origin
	for _, s := range b.s.Splits {
		if s.Grain == "" {
			continue
		}
		if grain != "" && grain != s.Grain {
			return "", origin, b.refuse(grammar.Span{From: s.From, To: s.To}, "a table has one row per period, and you named both %s and %s", grain, s.Grain)
		}
		grain, origin = s.Grain, plan.Origin{Kind: plan.FromQuote, Quote: b.quote(s.From, s.To)}
	}
	if grain != "" {
		return grain, origin, nil
	}
	for _, r := range b.s.Ranks {
		if r.Grain != "" {
			return r.Grain, plan.Origin{Kind: plan.FromQuote, Quote: b.quote(r.From, r.To)}, nil
		}
	}
	if b.across {
		return "", origin, nil
	}
	for _, n := range slices.Concat(b.s.Measures, b.s.Sofar) {
		if n.Kind == grammar.MovingAverage {
			return n.Span.Unit, plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}, nil
		}
		if (n.Kind == grammar.Growth || n.Kind == grammar.Against) && n.Grain != "" {
			return n.Grain, plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}, nil
		}
	}
	if g, id := b.settledGrain(); g != "" {
		return g, plan.Origin{Kind: plan.FromAnswer, Ref: id}, nil
	}
	return b.impliedGrain()
}

// impliedGrain: a word such as "track", or a measure that compares two moments, needs periods.
func (b *builder) impliedGrain() (plan.Grain, plan.Origin, error) {
	moving := slices.ContainsFunc(b.d.Spec.Measures, needsPeriods)
	cumulative := slices.ContainsFunc(b.d.Spec.Measures, func(m plan.Measure) bool { return m.Kind == plan.Cumulative })
	if !moving && len(b.s.Trends) == 0 && !cumulative {
		return "", plan.Origin{}, nil
	}
	at := b.measureSpan()
	if len(b.s.Trends) > 0 {
		at = b.s.Trends[0]
	}
	if g := b.windowUnit(); g != "" && moving && len(b.s.Trends) == 0 {
		b.assume(false, "The period is the %s that you named.", g)
		return g, plan.Origin{Kind: plan.FromDefault}, nil
	}
	for _, m := range b.d.Spec.Measures {
		if m.Kind == plan.Cumulative && m.Trailing != nil {
			b.assume(false, "You named no period, so there is one row per %s.", m.Trailing.Unit)
			return m.Trailing.Unit, plan.Origin{Kind: plan.FromDefault}, nil
		}
	}
	if !moving && b.additive() {
		b.assume(false, "You named no period, so there is one row per month.")
		return plan.Month, plan.Origin{Kind: plan.FromDefault}, nil
	}
	return b.askGrain(at, "The figure of a week and that of a month are different numbers."), plan.Origin{Kind: plan.FromDefault}, nil
}

// needsPeriods reports whether a measure compares the two ends of a period.
func needsPeriods(m plan.Measure) bool {
	if m.Kind == plan.OverPeriods {
		return false // it has periods of its own
	}
	found := false
	eachLeaf(m, func(x plan.Measure) {
		if x.Interval != nil && x.Kind == plan.Population && x.Interval.State != plan.Closing {
			found = true
		}
	})
	return found || m.Kind == plan.Retention || m.Kind == plan.Derived && slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return in.Offset != nil })
}

// eachLeaf visits the parts of a measure that read rows.
func eachLeaf(m plan.Measure, visit func(plan.Measure)) {
	if m.Model != "" {
		visit(m)
	}
	for _, p := range []*plan.Measure{m.Numerator, m.Denominator} {
		if p != nil {
			eachLeaf(*p, visit)
		}
	}
	for _, in := range m.Inputs {
		eachLeaf(in, visit)
	}
}

// additive reports whether the figures of smaller periods add up to those of larger ones.
func (b *builder) additive() bool {
	return !slices.ContainsFunc(b.d.Spec.Measures, func(m plan.Measure) bool {
		return m.Kind != plan.Cumulative && (m.Kind != plan.Simple || m.Agg != plan.Sum && m.Agg != plan.Count && m.Agg != plan.SumBoolean && !b.countsKey(m))
	})
}

// countsKey: counting different keys of the relation that they identify is counting rows.
func (b *builder) countsKey(m plan.Measure) bool {
	r, ok := b.K.Relation(m.Model)
	return ok && m.Agg == plan.CountDistinct && m.Expr != nil && m.Expr.Kind == plan.ExprColumn && strings.EqualFold(m.Expr.Name, r.Key)
}

// windowUnit is the unit of a window that is exactly one period.
func (b *builder) windowUnit() plan.Grain {
	for _, w := range b.s.Windows {
		switch {
		case w.Kind == grammar.Last && w.Count == 1, w.Kind == grammar.Current:
			return w.Unit
		case w.Kind == grammar.Within && w.Dates[0].Month > 0 && w.Dates[0].Day == 0:
			return plan.Month
		case w.Kind == grammar.Within && w.Dates[0].Quarter > 0:
			return plan.Quarter
		case w.Kind == grammar.Within && w.Dates[0].Year > 0 && w.Dates[0].Month == 0 && w.Dates[0].Date == "":
			return plan.Year
		}
	}
	return ""
}

// settledGrain is the grain that an answer chose, with the question's id.
func (b *builder) settledGrain() (plan.Grain, string) {
	for id, v := range b.Settled {
		if strings.HasPrefix(id, string(plan.AskGrain)+":") {
			return plan.Grain(v), id
		}
	}
	return "", ""
}

func (b *builder) askGrain(at grammar.Span, why string) plan.Grain {
	n := Need{Kind: plan.AskGrain, Subject: b.subject(at.From, at.To), Weight: 3, Text: "For which period do you want the figures?", Why: why}
	for _, g := range []plan.Grain{plan.Day, plan.Week, plan.Month, plan.Quarter, plan.Year} {
		n.Options = append(n.Options, plan.Option{ID: string(g), Label: "per " + string(g), Default: g == plan.Month})
	}
	return plan.Grain(b.settle(n))
}
