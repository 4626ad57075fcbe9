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
	if override != nil && override.Relation == m.Model {
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

// undated records that rows without a date fall into no period.
func (b *builder) undated(date plan.ColumnRef) {
	if !b.nullable(date, nil) {
		return
	}
	b.d.Undated = append(b.d.Undated, date)
	b.assume(false, "%s", UndatedText(date))
}

// UndatedText is the assumption about rows that have no date.
func UndatedText(date plan.ColumnRef) string {
	return fmt.Sprintf("Rows of %s without %s are left out.", date.Relation, date.Column)
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
				b.assume(false, "Rows of %s are dated by %s.", x.Model, x.Time)
				b.undated(plan.ColumnRef{Relation: x.Model, Column: x.Time})
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
