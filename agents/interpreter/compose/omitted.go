package compose

import (
	"fmt"
	"slices"
	"time"

	"firstmile/agents/interpreter/grammar"
	"firstmile/planner/plan"
)

// recurring adds the dimensions and conditions on parts of a date that come back, such as the day of the week. They speak of the
// date that puts a row into a period.
func (b *builder) recurring() error {
	for _, s := range b.s.Splits {
		if s.Part == "" {
			continue
		}
		at := grammar.Span{From: s.From, To: s.To}
		date, path, err := b.dated(at)
		if err == nil {
			err = b.onlyDays(at)
		}
		if err != nil {
			return err
		}
		name, label, what := partWords(s.Part)
		b.d.Spec.Dimensions = append(b.d.Spec.Dimensions, plan.Dimension{Name: name, Label: label, Column: date, Part: s.Part, Paths: path, Description: what,
			Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(s.From, s.To)}})
		b.assume(false, "%s is that of %s in %s: %s", label, date, b.Zone, what)
	}
	for _, f := range b.s.Filters {
		for _, c := range f.Conds {
			if err := b.onDays(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// onlySplitByDays reports whether all that is asked of dates is a part of them to split by, such as the day of the week.
func (b *builder) onlySplitByDays() bool {
	split := slices.ContainsFunc(b.s.Splits, func(s *grammar.Split) bool { return s.Part != "" })
	days := slices.ContainsFunc(b.s.Conds(), func(c *grammar.Cond) bool { return len(c.Days) > 0 })
	return split && !days && !b.across && b.d.Spec.Time == nil && len(b.s.Windows)+len(b.s.Omitted) == 0
}

func partWords(p plan.DatePart) (name, label, what string) {
	switch p {
	case plan.HourOfDay:
		return "hour_of_day", "Hour of the day", "0 to 23."
	case plan.MonthOfYear:
		return "month_of_year", "Month of the year", "1 is January, 12 is December."
	}
	return "day_of_week", "Day of the week", "1 is Monday, 7 is Sunday."
}

// dated is the one column that dates the rows of every measure.
func (b *builder) dated(at grammar.Span) (plan.ColumnRef, []plan.JoinPath, error) {
	var found []plan.Measure
	undated := ""
	for _, m := range b.d.Spec.Measures {
		eachLeaf(m, func(x plan.Measure) {
			if x.Time == "" || x.Kind != plan.Simple && x.Kind != plan.Cumulative {
				undated = x.Label
				return
			}
			if !slices.ContainsFunc(found, func(o plan.Measure) bool { return x.Model == o.Model && x.SameTime(o) }) {
				found = append(found, x)
			}
		})
	}
	switch {
	case undated != "":
		return plan.ColumnRef{}, nil, b.refuse(at, "%s is a state over time, not a row with a date", lowerFirst(undated))
	case len(found) != 1:
		return plan.ColumnRef{}, nil, b.refuse(at, "the figures are dated by different columns")
	}
	return found[0].Dated(), found[0].DatePaths(), nil
}

func (b *builder) onDays(c *grammar.Cond) error {
	if len(c.Days) == 0 {
		return nil
	}
	at := grammar.Span{From: c.From, To: c.To}
	date, path, err := b.dated(at)
	if err == nil {
		err = b.onlyDays(at)
	}
	if err != nil {
		return err
	}
	f := plan.Filter{Column: date, Part: plan.Weekday, Op: plan.In, Paths: path, Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(c.From, c.To)}}
	if c.Neg {
		f.Op = plan.NotIn
	}
	for _, d := range c.Days {
		f.Values = append(f.Values, plan.Literal{Kind: plan.NumberLiteral, Text: d})
	}
	f.Label = dayNames(c.Days, c.Neg)
	b.d.Spec.Filters = append(b.d.Spec.Filters, f)
	b.assume(false, "The day of the week is that of %s in %s.", date, b.Zone)
	return nil
}

// dayNames: "the day is Saturday or Sunday".
func dayNames(days []string, not bool) string {
	var names []string
	for _, d := range days {
		n := int(d[0]-'0') % 7
		names = append(names, time.Weekday(n).String())
	}
	is := "is"
	if not {
		is = "is not"
	}
	if len(names) == 5 {
		return "the day " + is + " one of Monday to Friday"
	}
	text := names[0]
	for _, n := range names[1:] {
		text += " or " + n
	}
	return "the day " + is + " " + text
}

// wholePeriodsOut refuses to leave out a part of the periods that a figure is taken over, and what an earlier period is compared
// with.
func (b *builder) wholePeriodsOut(at grammar.Span, from, to time.Time) error {
	for _, m := range b.d.Spec.Measures {
		if slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return in.Offset != nil }) {
			return b.refuse(at, "a period that is left out would be missing where a later one is compared with it")
		}
		if m.Kind != plan.OverPeriods || m.Periods.Grain == plan.Day {
			continue
		}
		g := m.Periods.Grain
		if !StartOf(from, g, b.WeekStart).Equal(from) || !StartOf(to, g, b.WeekStart).Equal(to) {
			return b.refuse(at, "it would leave out a part of a %s, and %s is taken over whole ones", g, lowerFirst(m.Label))
		}
	}
	return nil
}

// onlyDays refuses parts of a date beside figures over longer periods.
func (b *builder) onlyDays(at grammar.Span) error {
	for _, m := range b.d.Spec.Measures {
		if m.Kind == plan.OverPeriods && m.Periods.Grain != plan.Day {
			return b.refuse(at, "%s is taken over whole %ss, not over days", lowerFirst(m.Label), m.Periods.Grain)
		}
	}
	return nil
}

// omitted leaves out the rows of a period: "excluding 2025".
func (b *builder) omitted() error {
	for _, w := range b.s.Omitted {
		at := grammar.Span{From: w.From, To: w.To}
		date, path, err := b.dated(at)
		if err != nil {
			return err
		}
		from, to, err := b.edges(w)
		if err != nil {
			return err
		}
		if err := b.wholePeriodsOut(at, from, to); err != nil {
			return err
		}
		last := to.AddDate(0, 0, -1)
		day := func(t time.Time) plan.Literal {
			return plan.Literal{Kind: plan.DateLiteral, Text: t.Format(time.DateOnly)}
		}
		b.d.Spec.Filters = append(b.d.Spec.Filters, plan.Filter{Column: date, Op: plan.NotBetween, Values: []plan.Literal{day(from), day(last)}, Paths: path,
			Label:  fmt.Sprintf("%s is not from %s to %s", date.Column, from.Format(time.DateOnly), last.Format(time.DateOnly)),
			Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(w.From, w.To)}})
		b.assume(false, "%q leaves out what is dated %s.", b.quote(w.From, w.To), describeWindow(from, to))
	}
	return nil
}
