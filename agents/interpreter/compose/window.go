package compose

import (
	"fmt"
	"slices"
	"time"

	"firstmile/agents/interpreter/grammar"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// window turns relative dates into civil ones.
func (b *builder) window() error {
	if b.across {
		return nil
	}
	if err := b.yearOfItsOwn(); err != nil {
		return err
	}
	switch len(b.s.Windows) {
	case 0:
		if b.d.Spec.Time != nil {
			b.assume(false, "Every period in the data is shown, from the first to the last.")
		}
		return nil
	case 1:
	default:
		w := b.s.Windows[1]
		return b.refuse(grammar.Span{From: w.From, To: w.To}, "you named two periods; I can show one")
	}
	w := b.s.Windows[0]
	at := grammar.Span{From: w.From, To: w.To}
	from, to, err := b.edges(w)
	if err != nil {
		return err
	}
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		return b.refuse(at, "the period ends before it begins")
	}
	if to, err = b.wholePeriods(at, from, to); err != nil {
		return err
	}
	if w.AtEnd {
		if from, err = b.momentOf(w, to); err != nil {
			return err
		}
	}
	out := plan.Window{Label: b.quote(w.From, w.To), Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(w.From, w.To)}}
	if !from.IsZero() {
		out.From = from.Format(time.DateOnly)
	}
	if !to.IsZero() {
		out.To = to.Format(time.DateOnly)
	}
	b.d.Spec.Window = &out
	b.onOneDay(w, from, to)
	if t := b.d.Spec.Time; w.Kind == grammar.UpToNow && t != nil && finer(t.Grain, w.Unit) {
		b.d.Cost += costWindowToDate
	}
	b.assume(false, "%q is %s.", out.Label, describeWindow(from, to))
	b.startOfTotals(w)
	if t := b.d.Spec.Time; t != nil && (w.Kind == grammar.Current || w.Kind == grammar.UpToNow) {
		t.Complete = false
	}
	return nil
}

// momentOf is the last day before a moment. A state has a figure then; what is counted or added up over a time has none.
func (b *builder) momentOf(w *grammar.Window, to time.Time) (time.Time, error) {
	at := grammar.Span{From: w.From, To: w.To}
	if today, err := time.Parse(time.DateOnly, b.Today); err == nil && to.After(today.AddDate(0, 0, 1)) {
		return to, b.refuse(at, "that is after today, %s", b.Today)
	}
	if b.d.Spec.Time != nil {
		return to, b.refuse(at, "that is one moment, and you want a row per %s", b.d.Spec.Time.Grain)
	}
	for _, m := range b.d.Spec.Measures {
		var moving *plan.Measure
		eachLeaf(m, func(x plan.Measure) {
			if x.Kind != plan.Balance && (x.Kind != plan.Population || x.Interval == nil || x.Interval.State != plan.Closing) {
				moving = &x
			}
		})
		if moving != nil {
			return to, b.refuse(at, "%s is no state that there is at one moment; say \"in\" or \"until\" for a time", lowerFirst(moving.Label))
		}
		b.assume(true, "%s is that at the end of %s.", m.Label, to.AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return to.AddDate(0, 0, -1), nil
}

// wholePeriods ends a window with the last period that is over, where figures compare the two ends of periods: what the quarter under
// way has lost nobody knows yet.
func (b *builder) wholePeriods(at grammar.Span, from, to time.Time) (time.Time, error) {
	t := b.d.Spec.Time
	today, err := time.Parse(time.DateOnly, b.Today)
	state := func(m plan.Measure) (found bool) {
		eachLeaf(m, func(x plan.Measure) { found = found || x.Kind == plan.Population })
		return found
	}
	if t == nil || !t.Complete || err != nil || to.IsZero() || !to.After(today.AddDate(0, 0, 1)) || !slices.ContainsFunc(b.d.Spec.Measures, state) {
		return to, nil
	}
	over := StartOf(today.AddDate(0, 0, 1), t.Grain, b.WeekStart)
	if t.FiscalStart > 1 {
		over = b.fiscalStart(at, today.AddDate(0, 0, 1), t.Grain)
	}
	if !from.IsZero() && !from.Before(over) {
		return to, b.refuse(at, "no %s of it is over on %s, and the figures compare the two ends of each", t.Grain, b.Today)
	}
	if over.Before(to) {
		b.assume(true, "%q ends with %s, because the %s after it is not over on %s.", b.quote(at.From, at.To), over.AddDate(0, 0, -1).Format(time.DateOnly), t.Grain, b.Today)
	}
	return over, nil
}

// costWindowToDate: "year to date by month" adds up within each year; the months of this year would be "this year by month".
const costWindowToDate = 0.6

// onOneDay says what a state on a single day is: that at the end of the day, which is the state of the day where it begins and
// ends with whole days.
func (b *builder) onOneDay(w *grammar.Window, from, to time.Time) {
	if b.d.Spec.Time != nil || w.AtEnd || from.IsZero() || !to.Equal(from.AddDate(0, 0, 1)) || w.Kind != grammar.Within && w.Kind != grammar.Ago {
		return
	}
	for i := range b.d.Spec.Measures {
		m := &b.d.Spec.Measures[i]
		if m.Kind != plan.Population || m.Interval == nil || m.Interval.State != plan.Closing {
			continue
		}
		iv := m.Interval
		if iv.For == nil && b.K.WholeDays(plan.ColumnRef{Relation: m.Model, Column: iv.From}) && b.K.WholeDays(plan.ColumnRef{Relation: m.Model, Column: iv.To}) {
			b.assume(true, "%s on %s are those whose %s is that day or before and whose %s is after it or empty.", m.Label, from.Format(time.DateOnly), iv.From, iv.To)
			continue
		}
		b.assume(true, "%s is as of the end of %s.", m.Label, from.Format(time.DateOnly))
	}
}

// yearOfItsOwn refuses a year by itself behind a month or quarter without one: "March" and "2025" are one period.
func (b *builder) yearOfItsOwn() error {
	for _, w := range b.s.Windows {
		if len(w.Dates) != 1 || w.Dates[0] != (grammar.DateSpan{Year: w.Dates[0].Year}) {
			continue
		}
		for _, o := range slices.Concat(b.s.Omitted, b.s.Windows) {
			if n := len(o.Dates); n > 0 && o.To == w.From && o.Dates[n-1].Year == 0 && o.Dates[n-1].Date == "" {
				return b.refuse(grammar.Span{From: w.From, To: w.To}, "the year belongs to the period before it")
			}
		}
	}
	return nil
}

// startOfTotals asks where a running total begins when the request names a period: with the period or with the data.
func (b *builder) startOfTotals(w *grammar.Window) {
	from := b.d.Spec.Window.From
	for i := range b.d.Spec.Measures {
		m := &b.d.Spec.Measures[i]
		if m.Kind != plan.Cumulative || m.Trailing != nil || m.GrainToDate != "" || from == "" {
			continue
		}
		subject := b.subject(w.From, w.To)
		if w.From > 0 { // an answer about "of 2025" holds for the reading in which "of" has no role
			if wider := b.subject(w.From-1, w.To); b.Settled[string(plan.AskReading)+":"+wider] != "" {
				subject = wider
			}
		}
		start := b.settle(Need{Kind: plan.AskReading, Subject: subject, Weight: 6,
			Text: fmt.Sprintf("Where does the running total begin that you want %q?", b.quote(w.From, w.To)), Why: "Every figure differs by what was added up before.",
			Options: []plan.Option{
				{ID: "restart", Label: "At zero on " + from, Default: true},
				{ID: "continue", Label: "With everything before " + from},
			}})
		if start == "continue" {
			continue
		}
		f := plan.Filter{Column: m.Dated(), Op: plan.Gte, Values: []plan.Literal{{Kind: plan.DateLiteral, Text: from}},
			Paths: m.DatePaths(), Origin: b.d.Spec.Window.Origin}
		f.Label = glossary.Label(f)
		m.Filters = append(slices.Clone(m.Filters), f)
	}
}

func describeWindow(from, to time.Time) string {
	const layout = "2006-01-02"
	switch {
	case from.IsZero():
		return "everything until " + to.AddDate(0, 0, -1).Format(layout)
	case to.IsZero():
		return "everything from " + from.Format(layout) + " on"
	}
	return fmt.Sprintf("%s to %s", from.Format(layout), to.AddDate(0, 0, -1).Format(layout))
}

// edges are the first day and the day after the last; a zero time is an open edge.
func (b *builder) edges(w *grammar.Window) (from, to time.Time, err error) {
	at := grammar.Span{From: w.From, To: w.To}
	today, err := time.Parse(time.DateOnly, b.Today)
	if err != nil {
		return from, to, b.refuse(at, "I do not know which day is today")
	}
	start := StartOf(today, w.Unit, b.WeekStart)
	if w.Fiscal {
		start = b.fiscalStart(at, today, w.Unit)
	}
	switch w.Kind {
	case grammar.Last:
		return add(start, w.Unit, -w.Count), start, nil
	case grammar.SinceLast:
		return add(start, w.Unit, -1), to, nil
	case grammar.Current, grammar.UpToNow:
		return start, today.AddDate(0, 0, 1), nil
	case grammar.Ago:
		d := today.AddDate(0, 0, w.Count)
		return d, d.AddDate(0, 0, 1), nil
	}
	var spans [][2]time.Time
	for _, d := range w.Dates {
		f, t, ok := resolve(d, today)
		if d.Fiscal {
			f, t, ok = b.fiscalSpan(at, d)
		}
		if !ok {
			return from, to, b.refuse(at, "%q is not a date", b.quote(w.From, w.To))
		}
		spans = append(spans, [2]time.Time{f, t})
	}
	switch w.Kind {
	case grammar.Since:
		return spans[0][0], to, nil
	case grammar.After:
		return spans[0][1], to, nil
	case grammar.Until:
		return from, spans[0][1], nil
	case grammar.Before:
		return from, spans[0][0], nil
	case grammar.Range:
		if first, last := w.Dates[0], w.Dates[1]; first.Year == 0 && last.Year != 0 { // "from November to March 2026"
			first.Year = last.Year
			if spans[0][0], _, _ = resolve(first, today); spans[0][0].After(spans[1][0]) {
				spans[0][0] = spans[0][0].AddDate(-1, 0, 0)
			}
		}
		return spans[0][0], spans[1][1], nil
	}
	return spans[0][0], spans[0][1], nil
}

// StartOf is the first day of the unit that holds d; weekStart is "monday" or "sunday".
func StartOf(d time.Time, unit plan.Grain, weekStart string) time.Time {
	switch unit {
	case plan.Week:
		first := time.Monday
		if weekStart == "sunday" {
			first = time.Sunday
		}
		return d.AddDate(0, 0, -((int(d.Weekday()) - int(first) + 7) % 7))
	case plan.Month:
		return date(d.Year(), int(d.Month()), 1)
	case plan.Quarter:
		return date(d.Year(), (int(d.Month())-1)/3*3+1, 1)
	case plan.Year:
		return date(d.Year(), 1, 1)
	}
	return d
}

func add(d time.Time, unit plan.Grain, n int) time.Time {
	switch unit {
	case plan.Week:
		return d.AddDate(0, 0, 7*n)
	case plan.Month:
		return d.AddDate(0, n, 0)
	case plan.Quarter:
		return d.AddDate(0, 3*n, 0)
	case plan.Year:
		return d.AddDate(n, 0, 0)
	}
	return d.AddDate(0, 0, n)
}

// Later moves a date by a span.
func Later(d time.Time, s plan.Span) time.Time { return add(d, s.Unit, s.Count) }

func date(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }

// resolve gives the first day of a date, month, quarter or year and the day after its last. Without a year it is the latest
// one that has begun by today.
func resolve(d grammar.DateSpan, today time.Time) (from, to time.Time, ok bool) {
	if d.Date != "" {
		t, err := time.Parse(time.DateOnly, d.Date)
		return t, t.AddDate(0, 0, 1), err == nil
	}
	year := d.Year
	if year == 0 {
		year = today.Year()
	}
	at := func(y int) (time.Time, time.Time) {
		switch {
		case d.Day > 0:
			return date(y, d.Month, d.Day), date(y, d.Month, d.Day+1)
		case d.Month > 0:
			return date(y, d.Month, 1), date(y, d.Month+1, 1)
		case d.Half > 0:
			return date(y, d.Half*6-5, 1), date(y, d.Half*6+1, 1)
		case d.Quarter > 0:
			return date(y, d.Quarter*3-2, 1), date(y, d.Quarter*3+1, 1)
		}
		return date(y, 1, 1), date(y+1, 1, 1)
	}
	from, to = at(year)
	if d.Year == 0 && from.After(today) {
		from, to = at(year - 1)
	}
	if d.Day > 0 && from.Day() != d.Day {
		return from, to, false // February 30
	}
	return from, to, true
}
