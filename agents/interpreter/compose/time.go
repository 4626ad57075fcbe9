package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// time gives the Spec its axis, and every measure that needs one its time column.
func (b *builder) time() error {
	grain, origin, err := b.grain()
	if err != nil {
		return err
	}
	if grain != "" {
		b.d.Spec.Time = &plan.TimeAxis{Name: string(grain), Grain: grain, Zone: b.Zone, WeekStart: b.WeekStart, Complete: b.moves() || b.ranksPeriods(), Origin: origin}
		b.calendarOf(b.d.Spec.Time)
	} else if b.Zone != "UTC" && (len(b.s.Windows) > 0 || b.timed() || b.across) {
		b.d.Spec.Zone = b.Zone
	}
	if grain == "" && len(b.s.Windows) == 0 && !b.timed() && !b.across {
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
	b.ages()
	b.describeTime()
	return nil
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

// timeOverride is the time column that the request names itself: "by paid date".
func (b *builder) timeOverride() (*namedDate, error) {
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
	return b.dateNamed(slot)
}

// setTime fills in the time column of every part that has none.
func (b *builder) setTime(m *plan.Measure, override *namedDate) error {
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
	if override != nil && len(override.ways[m.Model]) > 0 {
		b.redate(m, *override)
		return nil
	}
	if r, ok := b.K.Relation(m.Model); m.Time == "" && ok && len(r.Times) == 0 {
		return b.lend(m)
	}
	if m.Time == "" {
		column, err := b.defaultTime(m)
		if err != nil {
			return err
		}
		m.Time = column
	}
	return nil
}

// defaultTime finds the date of a measure whose definition names none.
func (b *builder) defaultTime(m *plan.Measure) (string, error) {
	model := m.Model
	r, ok := b.K.Relation(model)
	if !ok || len(r.Times) == 0 {
		return "", b.refuse(b.timeSpan(), "%s has no date, so it cannot be put into periods", model)
	}
	if m.Expr != nil && m.Expr.Kind == plan.ExprColumn && r.DefaultTime == "" {
		if date, agreed := r.TimeOf(m.Expr.Name); date != "" {
			why := "the glossary's metrics of " + m.Expr.Name + " use it"
			if !agreed {
				why = "most of the glossary's metrics on " + model + " use it, though not all"
			}
			b.assume(!agreed, "%s decides which period a row of %s falls into: %s.", date, model, why)
			return date, nil
		}
	}
	at, times := b.timeSpan(), r.Times
	event, happened := b.happened(r)
	if r.DefaultTime != "" && (!happened || len(times) == 1) {
		b.assume(false, "%s decides which period a row of %s falls into: %s.", r.DefaultTime, model, r.TimeWhy)
		return r.DefaultTime, nil
	}
	n := Need{Kind: plan.AskTime, Subject: b.subject(at.From, at.To), Weight: 7,
		Text: fmt.Sprintf("Which date of %s puts a row into a period?", model), Why: "Rows fall into other periods, so every figure differs."}
	if happened {
		own := b.dateOf(r, event)
		if own != "" {
			b.assume(true, "What was %s is dated by %s.", b.quote(event.From, event.To), own)
			return own, nil
		}
		n.Subject = b.subject(event.From, event.To)
		n.Text = fmt.Sprintf("Which date of %s counts for what was %q?", model, n.Subject)
	}
	for i, c := range times {
		if i == plan.MaxOptions {
			break
		}
		col, _ := r.Node.Column(c)
		n.Options = append(n.Options, plan.Option{ID: c, Label: strings.Join(glossary.Split(c), " "), Default: i == 0, Detail: col.Description})
	}
	return b.settle(n), nil
}

// happened finds words of a condition that say what has happened to the rows of a relation, such as "cancelled": a period
// may be the one in which it did, or the one in which the rows began.
func (b *builder) happened(r *knowledge.Relation) (grammar.Span, bool) {
	for _, c := range b.d.Chosen {
		if c.Kind == knowledge.Value && c.Candidate.Term == "" && c.Candidate.Relation == r.Name && c.To == c.From+1 && b.K.Participle(b.Tokens[c.From]) && !b.negated(c.Span) {
			return c.Span, true
		}
	}
	return grammar.Span{}, false
}

// negated reports whether words stand in a condition that turns them around: rows that are not cancelled are dated as all rows are.
func (b *builder) negated(at grammar.Span) bool {
	return slices.ContainsFunc(b.s.Conds(), func(c *grammar.Cond) bool {
		return c.Neg && slices.ContainsFunc(c.Values, func(v *grammar.Slot) bool { return v.From <= at.From && at.To <= v.To })
	})
}

// dateOf is the one date of a relation that is named for what has happened: cancelled_at.
func (b *builder) dateOf(r *knowledge.Relation, event grammar.Span) string {
	var found []string
	for _, c := range r.Times {
		if slices.ContainsFunc(b.K.Words(strings.Join(glossary.Split(c), " ")), func(w token.Token) bool { return w.Stem == b.Tokens[event.From].Stem }) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
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

// undated records that rows without a date fall into no period.
func (b *builder) undated(m plan.Measure) {
	if !b.nullable(m.Dated(), m.DatePaths()) {
		return
	}
	if b.onlySplitByDays() { // rows without a date are a group of their own
		return
	}
	b.d.Undated = append(b.d.Undated, plan.Measure{Model: m.Model, Time: m.Time, TimePath: m.TimePath})
	b.assume(false, "%s", UndatedText(m))
}

// UndatedText is the assumption about rows of a measure that have no date.
func UndatedText(m plan.Measure) string {
	return fmt.Sprintf("Rows of %s without %s are left out.", m.Model, DateName(m))
}

// asOfToday fixes the day that stands for today in checks, where the SQL depends on the day that it runs on: a state over time
// does, without a window by itself, and with periods for how far they go.
func (b *builder) asOfToday() {
	var state *plan.Measure
	for _, m := range b.d.Spec.Measures {
		eachLeaf(m, func(x plan.Measure) {
			if x.Kind == plan.Population {
				state = &x
			}
		})
	}
	if state == nil {
		return
	}
	b.d.Spec.AsOf = b.Today
	if b.d.Spec.Time == nil && b.d.Spec.Window == nil && b.Today != "" && !b.timed() {
		b.assume(true, "%s counts what is valid on the day that the model is built; the figures shown here are those of %s.", b.d.Spec.Measures[0].Label, b.Today)
	}
}

// describeTime writes down how rows fall into periods.
func (b *builder) describeTime() {
	if t := b.d.Spec.Time; t != nil {
		text := fmt.Sprintf("%s begins at midnight in %s", sentence(a(string(t.Grain))), t.Zone)
		if t.Grain == plan.Hour {
			text = "Hours are those of " + t.Zone
		}
		if t.Grain == plan.Week {
			text = fmt.Sprintf("A week begins on %s at midnight in %s", sentence(t.WeekStart), t.Zone)
		}
		if t.Complete {
			why := "the figures compare two points in time"
			if b.ranksPeriods() {
				why = "it cannot be compared with whole ones"
			}
			b.assume(false, "%s; %s that the data does not cover to its end is left out, because %s.", text, a(string(t.Grain)), why)
		} else {
			b.assume(false, "%s; the last %s is shown as far as the data goes.", text, t.Grain)
		}
	}
	seen := map[string]bool{}
	for _, m := range b.d.Spec.Measures {
		b.ripens(m)
		b.describePeriods(m)
		eachLeaf(m, func(x plan.Measure) {
			if x.Time != "" && !seen[x.Model] {
				seen[x.Model] = true
				if x.TimePath == nil {
					b.assume(false, "Rows of %s are dated by %s.", x.Model, x.Time)
				}
				b.undated(x)
			}
		})
	}
}

// ripens writes down that the last base events of a conversion may still convert.
func (b *builder) ripens(m plan.Measure) {
	for _, in := range m.Inputs {
		b.ripens(in)
	}
	if m.Kind != plan.Conversion {
		return
	}
	within, still := "", "later ones may still follow, so the latest figures can rise"
	if w := m.Trailing; w != nil {
		within = fmt.Sprintf(", within %d %ss", w.Count, w.Unit)
		still = fmt.Sprintf("figures of the last %d %ss can still rise", w.Count, w.Unit)
	}
	b.assume(false, "%s count for the nearest %s of the same %s before them%s, and in the period of those; %s.",
		sentence(m.Inputs[1].Label), lowerFirst(m.Inputs[0].Label), thing(m.Interval.Entity), within, still)
}
