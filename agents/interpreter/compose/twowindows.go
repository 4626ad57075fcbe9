package compose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstmile/agents/interpreter/grammar"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// stretch is a period from its first day to the day after its last, in the words that name it. end is when
// it ends by the calendar: later than to where it is not over yet.
type stretch struct {
	from, to, end time.Time
	words         string
	unit          plan.Grain
	toDate        bool // the words say that it is taken as far as it goes
}

// acrossWindows puts a measure's figure of one period beside that of another: one row, or one for each group, without a time axis.
func (b *builder) acrossWindows(n *grammar.Measure) ([]plan.Measure, error) {
	at := grammar.Span{From: n.From, To: n.To}
	if n.From <= n.Base.From && n.Base.To < n.To {
		at.From = n.Base.To // the words of the comparison alone, however they are put together with the measure
	}
	m, err := b.measure(n.Base)
	if err != nil {
		return nil, err
	}
	if why := b.unfit(m); why != "" {
		return nil, b.refuse(at, "%s is %s, which I can compare period by period only: say \"per %s\"", lowerFirst(m.Label), why, comparedBy(n))
	}
	now, before, err := b.stretches(n)
	if err != nil {
		return nil, err
	}
	if !before.from.Before(now.from) {
		now, before = before, now
	}
	if now, before, err = b.sameDays(at, now, before); err != nil {
		return nil, err
	}
	override, err := b.timeOverride()
	if err == nil {
		err = b.setTime(&m, override)
	}
	if err != nil {
		return nil, err
	}
	b.d.Spec.Window = &plan.Window{From: before.from.Format(time.DateOnly), To: now.to.Format(time.DateOnly), Label: now.words + " against " + before.words,
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}
	b.assume(false, "Compared: %s of %s (%s) with that of %s (%s), and the change as a share of the latter.", lowerFirst(m.Label), now.words, describeWindow(now.from, now.to),
		before.words, describeWindow(before.from, before.to))
	return b.sideBySide(n, m, now, before)
}

func (b *builder) sideBySide(n *grammar.Measure, m plan.Measure, now, before stretch) ([]plan.Measure, error) {
	one := func(s stretch) plan.Measure {
		out := b.during(m, s)
		out.Name, out.Label = m.Name+"_"+snake(s.words), m.Label+" "+s.words
		out.Description = fmt.Sprintf("%s, %s.", m.Label, describeWindow(s.from, s.to))
		return out
	}
	a, z := one(now), one(before)
	formula, err := plan.ParseExpr(fmt.Sprintf("(%s - %s) / nullif(%s, 0)", a.Name, z.Name, z.Name))
	if err != nil {
		return nil, b.refuse(grammar.Span{From: n.From, To: n.To}, "the change of %s cannot be written as a formula", m.Label)
	}
	change := plan.Measure{Name: m.Name + "_change", Label: "Change of " + lowerFirst(m.Label), Kind: plan.Derived, Inputs: []plan.Measure{a, z}, Formula: &formula, Format: plan.Rate,
		Description: fmt.Sprintf("Change of %s against %s, as a share of it.", lowerFirst(m.Label), before.words), Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}
	return []plan.Measure{a, z, change}, nil
}

// unfit says why a measure has no rows that could be told apart by their dates; empty where it has.
func (b *builder) unfit(m plan.Measure) string {
	why := ""
	if m.Kind == plan.Derived && slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return in.Offset != nil }) {
		why = "a comparison already"
	}
	if m.Kind == plan.OverPeriods {
		return "taken over periods of its own"
	}
	eachLeaf(m, func(x plan.Measure) {
		switch x.Kind {
		case plan.Simple:
		case plan.Population, plan.Balance:
			why = "a state over time"
		default:
			why = "no plain sum or count"
		}
	})
	return why
}

func comparedBy(n *grammar.Measure) plan.Grain {
	if n.Grain != "" {
		return n.Grain
	}
	return plan.Month
}

// during restricts every part of a measure to the rows of a period.
func (b *builder) during(m plan.Measure, s stretch) plan.Measure {
	parts := []**plan.Measure{&m.Numerator, &m.Denominator}
	for _, p := range parts {
		if *p != nil {
			part := b.during(**p, s)
			*p = &part
		}
	}
	m.Inputs = slices.Clone(m.Inputs)
	for i := range m.Inputs {
		m.Inputs[i] = b.during(m.Inputs[i], s)
	}
	if m.Model == "" {
		return m
	}
	m.Filters = slices.Clone(m.Filters)
	edge := func(op plan.Operator, t time.Time) {
		f := plan.Filter{Column: m.Dated(), Op: op, Paths: m.DatePaths(),
			Values: []plan.Literal{{Kind: plan.DateLiteral, Text: t.Format(time.DateOnly)}}, Origin: plan.Origin{Kind: plan.FromQuote, Quote: s.words}}
		f.Label = glossary.Label(f)
		m.Filters = append(m.Filters, f)
	}
	edge(plan.Gte, s.from)
	edge(plan.Lt, s.to)
	return m
}

// stretches are the two periods: the one that the request names, or the one under way, and what it is compared with.
func (b *builder) stretches(n *grammar.Measure) (now, before stretch, err error) {
	at := grammar.Span{From: n.From, To: n.To}
	if n.With != nil {
		if before, err = b.stretch(n.With); err != nil {
			return now, before, err
		}
		before.words = b.called(n.With)
	}
	switch len(b.s.Windows) {
	case 0:
		unit := n.Grain
		if unit == "" {
			unit = before.unit
		}
		if unit == "" {
			return now, before, b.refuse(at, "it does not say which period is compared with that")
		}
		now, err = b.stretch(&grammar.Window{Kind: grammar.Current, Unit: unit, From: n.From, To: n.To})
		now.words = "this " + string(unit)
	case 1:
		w := b.s.Windows[0]
		if now, err = b.stretch(w); err == nil {
			now.words = b.called(w)
			if n.With != nil && len(w.Dates) == 1 && len(n.With.Dates) == 1 && w.Dates[0].Year == 0 && n.With.Dates[0].Year != 0 { // "Q1 vs Q2 2026"
				d := *w
				d.Dates = slices.Clone(w.Dates)
				d.Dates[0].Year = n.With.Dates[0].Year
				now, err = b.stretch(&d)
				now.words = b.called(&d)
			}
		}
	default:
		w := b.s.Windows[1]
		err = b.refuse(grammar.Span{From: w.From, To: w.To}, "you named more periods than I can compare")
	}
	if err != nil || n.With != nil {
		return now, before, err
	}
	if now.from.IsZero() || now.to.IsZero() {
		return now, before, b.refuse(at, "the period to compare has no beginning or no end")
	}
	before, err = b.shiftedBack(at, now, n)
	if now.unit == n.Grain && strings.HasPrefix(now.words, "this ") {
		before.words = "last " + string(n.Grain)
	}
	return now, before, err
}

// shiftedBack is the period that lies a grain, or the named number of them, before another one.
func (b *builder) shiftedBack(at grammar.Span, now stretch, n *grammar.Measure) (stretch, error) {
	unit, count := n.Grain, 1
	words := "the " + string(unit) + " before"
	if n.Span.Count > 0 {
		unit, count = n.Span.Unit, n.Span.Count
		words = fmt.Sprintf("the %d %ss before", count, unit)
	}
	switch {
	case now.unit == plan.Week && unit == plan.Year:
		unit, count = plan.Week, 52
		b.assume(true, "A week is compared with the one 52 weeks before.")
	case now.unit == plan.Week && unit != plan.Week && unit != plan.Day:
		return stretch{}, b.refuse(at, "a week cannot be compared with the one a %s before", unit)
	}
	out := stretch{from: now.from, to: now.to, end: now.end, words: words, unit: unit}
	for range count {
		out.from, out.to, out.end = add(out.from, unit, -1), b.earlier(out.to, unit), b.earlier(out.end, unit)
	}
	return out, nil
}

// called is a period as people call it, without the word before it: "in 2025" is 2025.
func (b *builder) called(w *grammar.Window) string {
	if w.Kind == grammar.Within {
		switch d := w.Dates[0]; {
		case d.Fiscal || d.Year == 0 || d.Day > 0 || d.Half > 0:
		case d.Month > 0:
			return fmt.Sprintf("%s %d", time.Month(d.Month), d.Year)
		case d.Quarter > 0:
			return fmt.Sprintf("Q%d %d", d.Quarter, d.Year)
		case d.Date == "":
			return strconv.Itoa(d.Year)
		}
	}
	return b.quote(b.named(grammar.Span{From: w.From, To: w.To}), w.To)
}

// named is where the name of a period begins, behind words such as "in".
func (b *builder) named(at grammar.Span) int {
	first := at.From
	for first < at.To-1 && slices.Contains([]string{"in", "during", "for", "within", "of", "over", "throughout", "from", "on", "the"}, b.Tokens[first].Light) {
		first++
	}
	return first
}

// earlier moves the end of a period back; the end of a month stays one, and a day that a month lacks becomes its end.
func (b *builder) earlier(to time.Time, unit plan.Grain) time.Time {
	if unit == plan.Day || unit == plan.Week {
		return add(to, unit, -1)
	}
	last := to.AddDate(0, 0, -1)
	first := add(date(last.Year(), int(last.Month()), 1), unit, -1)
	end := add(first, plan.Month, 1)
	if to.Day() == 1 {
		return end
	}
	if moved := first.AddDate(0, 0, last.Day()); moved.Before(end) {
		return moved
	}
	return end
}

// stretch resolves a window.
func (b *builder) stretch(w *grammar.Window) (stretch, error) {
	from, to, err := b.edges(w)
	if err != nil {
		return stretch{}, err
	}
	s := stretch{from: from, to: to, end: to, unit: w.Unit, toDate: w.Kind == grammar.UpToNow}
	if from.IsZero() || to.IsZero() {
		return s, b.refuse(grammar.Span{From: w.From, To: w.To}, "a period without a beginning or an end cannot be compared with another one")
	}
	today, err := time.Parse(time.DateOnly, b.Today)
	if err != nil {
		return s, b.refuse(grammar.Span{From: w.From, To: w.To}, "I do not know which day is today")
	}
	switch w.Kind {
	case grammar.Current, grammar.UpToNow:
		s.end = add(from, w.Unit, 1)
	case grammar.Within:
		switch d := w.Dates[0]; {
		case d.Date != "" || d.Day > 0:
			s.unit = plan.Day
		case d.Month > 0:
			s.unit = plan.Month
		case d.Quarter > 0:
			s.unit = plan.Quarter
		case d.Half == 0:
			s.unit = plan.Year
		}
	}
	if tomorrow := today.AddDate(0, 0, 1); s.to.After(tomorrow) && s.from.Before(tomorrow) {
		s.to = tomorrow
	}
	return s, nil
}

// sameDays settles what a period that is not over yet is compared with: the same days of the other, or all of it.
func (b *builder) sameDays(at grammar.Span, now, before stretch) (stretch, stretch, error) {
	if !now.to.Before(now.end) {
		before.to = before.end
		return now, before, nil
	}
	days := before
	if days.to = b.sameLength(now, before); days.to.After(before.end) {
		days.to = before.end
	}
	if now.toDate {
		return now, days, nil
	}
	words := b.quote(at.From, at.To)
	picked := b.settle(Need{Kind: plan.AskReading, Subject: b.subject(at.From, at.To), Weight: 7,
		Text: fmt.Sprintf("%s is not over yet. What shall it be compared with for %q?", sentence(now.words), words), Why: "A part of a period against a whole one looks like a fall.",
		Options: []plan.Option{
			{ID: "same", Label: fmt.Sprintf("The same days of %s", before.words), Default: true, Detail: fmt.Sprintf("%s against %s.", describeWindow(now.from, now.to), describeWindow(days.from, days.to))},
			{ID: "whole", Label: fmt.Sprintf("All of %s", before.words), Detail: fmt.Sprintf("%s against %s.", describeWindow(now.from, now.to), describeWindow(before.from, before.end))},
		}})
	if picked == "same" {
		return now, days, nil
	}
	before.to = before.end
	return now, before, nil
}

// sameLength is where the earlier period ends when it has as many months and days as the later one has so far.
func (b *builder) sameLength(now, before stretch) time.Time {
	if now.from.Day() != 1 || before.from.Day() != 1 {
		return before.from.Add(now.to.Sub(now.from))
	}
	last := now.to.AddDate(0, 0, -1)
	months := (last.Year()-now.from.Year())*12 + int(last.Month()-now.from.Month())
	first := before.from.AddDate(0, months, 0)
	end := first.AddDate(0, 1, 0)
	if moved := first.AddDate(0, 0, last.Day()); moved.Before(end) {
		return moved
	}
	return end
}
