package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/glossary"
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

// time gives the Spec its axis, and every measure that needs one its time column.
func (b *builder) time() error {
	grain, origin, err := b.grain()
	if err != nil {
		return err
	}
	if grain != "" {
		b.d.Spec.Time = &plan.TimeAxis{Name: string(grain), Grain: grain, Zone: b.Zone, WeekStart: b.WeekStart, Complete: b.moves(), Origin: origin}
	}
	if grain == "" && len(b.s.Windows) == 0 && !b.timed() {
		for _, s := range b.s.Splits {
			if s.Time != nil {
				return b.refuse(grammar.Span{From: s.From, To: s.To}, "it says by which date, but neither a period such as \"per month\" nor a time such as \"last month\"")
			}
		}
		return nil
	}
	override, err := b.timeOverride()
	if err != nil {
		return err
	}
	for i := range b.d.Spec.Measures {
		if err := b.setTime(&b.d.Spec.Measures[i], override); err != nil {
			return err
		}
	}
	b.describeTime()
	return nil
}

// moves reports whether a measure compares the two edges of a period (who came, who left), so that it
// cannot be told before the period has ended. Sums and counts of the period under way are shown as far as they go.
func (b *builder) moves() bool {
	moves := false
	for _, m := range b.d.Spec.Measures {
		eachLeaf(m, func(x plan.Measure) {
			moves = moves || x.Interval != nil && (x.Interval.State == plan.Lost || x.Interval.State == plan.Gained)
		})
		moves = moves || m.Kind == plan.Derived && slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return in.Offset != nil })
	}
	return moves
}

// timed reports whether a measure means nothing without periods or dates.
func (b *builder) timed() bool {
	return slices.ContainsFunc(b.d.Spec.Measures, func(m plan.Measure) bool {
		return m.Kind == plan.Cumulative || m.Kind == plan.Balance || m.Kind == plan.Conversion
	})
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
	for _, n := range slices.Concat(b.s.Measures, b.s.Sofar) {
		if n.Kind == grammar.Growth && n.Grain != "" {
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
	found := false
	eachLeaf(m, func(x plan.Measure) {
		if x.Interval != nil && x.Kind == plan.Population && x.Interval.State != plan.Closing {
			found = true
		}
	})
	return found || m.Kind == plan.Derived && slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return in.Offset != nil })
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

func (b *builder) measureSpan() grammar.Span {
	for _, m := range b.s.Measures {
		return grammar.Span{From: m.From, To: m.To}
	}
	for _, r := range b.s.Ranks {
		if r.By != nil {
			return grammar.Span{From: r.By.From, To: r.By.To}
		}
	}
	return grammar.Span{}
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

// timeOverride is the time column that the request names itself: "by paid date".
func (b *builder) timeOverride() (*knowledge.Candidate, error) {
	var slot *grammar.Slot
	for _, s := range b.s.Splits {
		if s.Time != nil {
			slot = s.Time
		}
	}
	for _, w := range b.s.Windows {
		if w.Time != nil {
			slot = w.Time
		}
	}
	if slot == nil {
		return nil, nil
	}
	bases := b.d.Spec.BaseModels()
	for _, c := range slot.Cands {
		if slices.Equal(bases, []string{c.Relation}) {
			b.use(slot, c)
			return &c, nil
		}
	}
	return nil, b.refuse(grammar.Span{From: slot.From, To: slot.To}, "%s is not a date of %s", slot.Cands[0].Label, strings.Join(bases, " and "))
}

// setTime fills in the time column of every part that has none.
func (b *builder) setTime(m *plan.Measure, override *knowledge.Candidate) error {
	for _, p := range []**plan.Measure{&m.Numerator, &m.Denominator} {
		if *p != nil {
			part := **p
			if err := b.setTime(&part, override); err != nil {
				return err
			}
			*p = &part
		}
	}
	for i := range m.Inputs {
		if err := b.setTime(&m.Inputs[i], override); err != nil {
			return err
		}
	}
	if m.Model == "" || m.Kind == plan.Population {
		return nil
	}
	if override != nil {
		b.redate(m, override.Column.Column)
		return nil
	}
	if m.Time == "" {
		column, err := b.defaultTime(m.Model)
		if err != nil {
			return err
		}
		m.Time = column
	}
	return nil
}

// redate dates a measure by another column than its definition says, and no longer calls it by the same name.
func (b *builder) redate(m *plan.Measure, column string) {
	if m.Time != "" && m.Time != column {
		b.assume(true, "%s is dated by %s here, not by %s as its definition says.", m.Label, column, m.Time)
		m.Name += "_by_" + snake(column)
		m.Label += " by " + strings.Join(glossary.Split(column), " ")
	}
	m.Time = column
}

func (b *builder) defaultTime(model string) (string, error) {
	r, ok := b.K.Relation(model)
	if !ok || len(r.Times) == 0 {
		return "", b.refuse(b.timeSpan(), "%s has no date, so it cannot be put into periods", model)
	}
	if r.DefaultTime != "" {
		b.assume(false, "%s decides which period a row of %s falls into: %s.", r.DefaultTime, model, r.TimeWhy)
		return r.DefaultTime, nil
	}
	n := Need{Kind: plan.AskTime, Subject: b.subject(b.timeSpan().From, b.timeSpan().To), Weight: 7,
		Text: fmt.Sprintf("Which date of %s puts a row into a period?", model), Why: "Rows fall into other periods, so every figure differs."}
	for i, c := range r.Times {
		if i == plan.MaxOptions {
			break
		}
		col, _ := r.Node.Column(c)
		n.Options = append(n.Options, plan.Option{ID: c, Label: strings.Join(glossary.Split(c), " "), Default: i == 0, Detail: col.Description})
	}
	return b.settle(n), nil
}

// timeSpan is the words that ask for time: a grain, a window, or the measure itself.
func (b *builder) timeSpan() grammar.Span {
	for _, s := range b.s.Splits {
		if s.Grain != "" {
			return grammar.Span{From: s.From, To: s.To}
		}
	}
	for _, w := range b.s.Windows {
		return grammar.Span{From: w.From, To: w.To}
	}
	if len(b.s.Trends) > 0 {
		return b.s.Trends[0]
	}
	return b.measureSpan()
}

// describeTime writes down how rows fall into periods.
func (b *builder) describeTime() {
	if t := b.d.Spec.Time; t != nil {
		text := fmt.Sprintf("A %s begins at midnight in %s", t.Grain, t.Zone)
		if t.Grain == plan.Week {
			text = fmt.Sprintf("A week begins on %s at midnight in %s", sentence(t.WeekStart), t.Zone)
		}
		if t.Complete {
			b.assume(false, "%s; a %s that has not ended yet is left out.", text, t.Grain)
		} else {
			b.assume(false, "%s; the last %s is shown as far as the data goes.", text, t.Grain)
		}
	}
	seen := map[string]bool{}
	for _, m := range b.d.Spec.Measures {
		eachLeaf(m, func(x plan.Measure) {
			if x.Time != "" && !seen[x.Model] {
				seen[x.Model] = true
				b.assume(false, "Rows of %s are dated by %s.", x.Model, x.Time)
			}
		})
	}
}
