package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/planner/plan"
)

// ofTotal is what each group has of all groups together. Which whole is meant is settled when the groups are known (wholes).
func (b *builder) ofTotal(n *grammar.Measure) (plan.Measure, error) {
	at := grammar.Span{From: n.From, To: n.To}
	base, err := b.measure(n.Base)
	if err != nil {
		return base, err
	}
	if n.Format == plan.Rate { // "in percent" says how a rate is shown, and of what adds up that it is shared out
		if base.Format == plan.Rate {
			return base, nil
		}
		b.assume(true, "I read %q as the share that each group has of the total.", b.quote(n.From, n.To))
	}
	if why := noTotal(base); why != "" {
		return base, b.refuse(at, "%s %s, so there is no total that each group could have a share of", base.Label, why)
	}
	b.total = at
	part, whole := base, base
	whole.Whole = &plan.Whole{}
	what := lowerFirst(base.Label)
	for _, start := range []string{"number of ", "total "} {
		what = strings.TrimPrefix(what, start)
	}
	return plan.Measure{Name: "share_of_" + base.Name, Label: "Share of " + what, Kind: plan.Ratio, Numerator: &part, Denominator: &whole, Format: plan.Rate,
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// noTotal says why the groups of a measure make no total; empty where they do.
func noTotal(m plan.Measure) string {
	switch m.Kind {
	case plan.Population:
		return ""
	case plan.Simple, plan.Balance:
		switch m.Agg {
		case plan.Sum, plan.Count, plan.CountDistinct, plan.SumBoolean:
			return ""
		case plan.Average, plan.Median, plan.Percentile:
			return "is an average or a middle value, which does not add up"
		}
		return "is a smallest or largest value, which does not add up"
	case plan.Ratio, plan.Conversion, plan.Retention:
		return "is a ratio, which does not add up"
	case plan.OverPeriods:
		return "is taken over periods, which does not add up over groups"
	}
	return "is made of other figures"
}

// wholes settles what the shares of the design are shares of.
func (b *builder) wholes() error {
	spec := &b.d.Spec
	any := false
	for i, m := range spec.Measures {
		if m.Denominator == nil || m.Denominator.Whole == nil {
			if holdsWhole(m) {
				return b.refuse(b.total, "a share of a total cannot be part of another figure, such as its growth or its average over periods")
			}
			continue
		}
		any = true
		within, labels := b.within()
		for _, d := range spec.Dimensions {
			if fixesValue(spec.Filters, d.Column) && len(spec.Dimensions) == len(within)+1 && !slices.Contains(within, d.Name) {
				return b.refuse(b.total, "only one %s is left, and it has all of the total", lowerFirst(d.Label))
			}
		}
		if len(spec.Dimensions) == len(within) {
			return b.refuse(b.total, "a share of a total needs groups that have the shares, such as \"by region\"")
		}
		den := *m.Denominator
		den.Whole = &plan.Whole{Within: within}
		spec.Measures[i].Denominator = &den
		over := "of all groups"
		if len(labels) > 0 {
			over = "within each " + join(labels)
			spec.Measures[i].Label += " " + over
		}
		if spec.Time != nil {
			over += fmt.Sprintf(", in the same %s", spec.Time.Grain)
		}
		spec.Measures[i].Description = fmt.Sprintf("%s of the group divided by that %s.", m.Numerator.Label, over)
		b.assume(false, "The whole is %s %s: the shares are parts of that.", lowerFirst(m.Numerator.Label), over)
		if b.mayOverlap(*m.Numerator) {
			b.assume(true, "%s counts each once in the whole, even where one belongs to several groups, so the shares may add up to more than 100 %%.", m.Numerator.Label)
		}
	}
	if any && len(spec.Filters) > 0 {
		b.assume(false, "The conditions hold for the parts and for the whole.")
	}
	if any && spec.Rank != nil {
		b.assume(false, "The whole is that of all groups, not only of those that are kept.")
	}
	return nil
}

// partInOne reports whether a measure is the part that one value of a column has of something, so that its groups have all or nothing.
func partInOne(m plan.Measure, column plan.ColumnRef) bool {
	if part := m.Numerator; part != nil && m.Denominator != nil && part.Model != "" {
		return fixesValue(part.Filters, column) && !fixesValue(m.Denominator.Filters, column)
	}
	return slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return partInOne(in, column) })
}

// fixesValue reports whether filters leave one value of a column.
func fixesValue(filters []plan.Filter, column plan.ColumnRef) bool {
	return slices.ContainsFunc(filters, func(f plan.Filter) bool {
		return f.Column == column && f.Part == "" && (f.Op == plan.Eq || f.Op == plan.In) && len(f.Values) == 1
	})
}

func holdsWhole(m plan.Measure) bool {
	for _, part := range []*plan.Measure{m.Numerator, m.Denominator} {
		if part != nil && (part.Whole != nil || holdsWhole(*part)) {
			return true
		}
	}
	return slices.ContainsFunc(m.Inputs, holdsWhole)
}

// within lists the dimensions that the request names as those which a whole lies within, by name and by label.
func (b *builder) within() (names, labels []string) {
	for _, s := range b.s.Splits {
		if !s.Inside {
			continue
		}
		for _, slot := range s.Dims {
			for _, d := range b.d.Spec.Dimensions {
				if b.standsFor(slot, d) && !slices.Contains(names, d.Name) {
					names, labels = append(names, d.Name), append(labels, lowerFirst(d.Label))
				}
			}
		}
	}
	return names, labels
}

// standsFor reports whether a slot was read as a dimension's column.
func (b *builder) standsFor(slot *grammar.Slot, d plan.Dimension) bool {
	return slices.ContainsFunc(b.d.Chosen, func(c Chosen) bool {
		return c.Span == (grammar.Span{From: slot.From, To: slot.To}) && c.Candidate.Column == d.Column
	})
}

// mayOverlap reports whether one thing that is counted can belong to several groups, as far as the project tells: it cannot where the
// groups are those of the thing itself.
func (b *builder) mayOverlap(m plan.Measure) bool {
	key := ""
	switch {
	case m.Kind == plan.Population && m.Agg != plan.Sum && m.Interval != nil:
		key = m.Interval.Entity
	case m.Agg == plan.CountDistinct && m.Expr != nil && m.Expr.Kind == plan.ExprColumn:
		key = m.Expr.Name
	case m.Agg != plan.CountDistinct:
		return false
	}
	if r, ok := b.K.Relation(m.Model); ok && key != "" && strings.EqualFold(r.Key, key) {
		return false
	}
	return slices.ContainsFunc(b.d.Spec.Dimensions, func(d plan.Dimension) bool {
		return !slices.ContainsFunc(d.Paths, func(p plan.JoinPath) bool {
			return p.From == m.Model && len(p.Hops) > 0 && p.Hops[0].AsOf == nil && slices.Equal(p.Hops[0].FromColumns, []string{key})
		})
	})
}
