package compose

import (
	"fmt"
	"strconv"
	"time"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/token"
	"firstmile/planner/plan"
)

// calendarOf makes the axis one of the fiscal year where the request says so, and says of which calendar quarters and years are
// where the two differ.
func (b *builder) calendarOf(t *plan.TimeAxis) {
	fiscal := false
	for _, s := range b.s.Splits {
		fiscal = fiscal || s.Fiscal
	}
	differs := b.FiscalStart > 1 && (t.Grain == plan.Year || t.Grain == plan.Quarter && b.FiscalStart%3 != 1)
	switch {
	case fiscal:
		t.Name = "fiscal_" + string(t.Grain)
		if b.FiscalStart > 1 {
			t.FiscalStart = b.FiscalStart
		}
		b.fiscalYearBegins()
	case differs:
		b.assume(true, "A %s is one of the calendar, not of the fiscal year, which begins in %s.", t.Grain, time.Month(b.FiscalStart))
	}
}

func (b *builder) fiscalYearBegins() {
	if b.FiscalStart > 1 {
		b.assume(false, "The fiscal year begins in %s, as firstmile.yml says.", time.Month(b.FiscalStart))
		return
	}
	b.assume(true, "The fiscal year begins in January; fiscal_start in firstmile.yml would name another month.")
}

// fiscalMonths is how many months after January the fiscal year begins.
func (b *builder) fiscalMonths() int { return max(b.FiscalStart, 1) - 1 }

// fiscalStart is the first day of the fiscal period that holds a day.
func (b *builder) fiscalStart(_ grammar.Span, day time.Time, unit plan.Grain) time.Time {
	b.fiscalYearBegins()
	if unit != plan.Year && unit != plan.Quarter {
		return StartOf(day, unit, b.WeekStart)
	}
	months := b.fiscalMonths()
	shifted := StartOf(date(day.Year(), int(day.Month()), 1).AddDate(0, -months, 0), unit, b.WeekStart)
	return shifted.AddDate(0, months, 0)
}

// fiscalSpan is a fiscal year or a quarter of it. Which year bears the number is asked where the year begins in one and ends in
// the next.
func (b *builder) fiscalSpan(at grammar.Span, d grammar.DateSpan) (from, to time.Time, ok bool) {
	b.fiscalYearBegins()
	first := d.Year
	if b.FiscalStart > 1 {
		month := time.Month(b.FiscalStart)
		id := b.settle(Need{Kind: plan.AskWindow, Subject: b.subject(b.named(at), at.To), Weight: 7,
			Text: fmt.Sprintf("Is fiscal year %d the one that ends or the one that begins in %d?", d.Year, d.Year), Why: "The figures are of another year.",
			Options: []plan.Option{
				{ID: "ends", Label: "It ends in " + strconv.Itoa(d.Year), Default: true, Detail: fmt.Sprintf("From %s %d.", month, d.Year-1)},
				{ID: "begins", Label: "It begins in " + strconv.Itoa(d.Year), Detail: fmt.Sprintf("From %s %d.", month, d.Year)},
			}})
		if id == "ends" {
			first--
		}
	}
	from = date(first, 1+b.fiscalMonths(), 1)
	if d.Quarter > 0 {
		from = from.AddDate(0, 3*(d.Quarter-1), 0)
		return from, from.AddDate(0, 3, 0), true
	}
	return from, from.AddDate(1, 0, 0), true
}

// axisWord is the axis in a title: "monthly", "fiscal-quarterly".
func axisWord(t plan.TimeAxis) string {
	if t.Name == "fiscal_"+string(t.Grain) {
		return "fiscal-" + adverb(t.Grain)
	}
	return adverb(t.Grain)
}

// ranksPeriods reports whether the rank is over the periods of the time axis.
func (b *builder) ranksPeriods() bool { return len(b.s.Ranks) > 0 && b.s.Ranks[0].Grain != "" }

// onePeriod reports whether the rank's grain is said in the singular: "best month".
func (b *builder) onePeriod(r *grammar.Rank) bool {
	for _, t := range b.Tokens[r.From:r.To] {
		if t.Kind == token.Word && t.Light == string(r.Grain) {
			return t.Norm == t.Light
		}
	}
	return false
}

// bestPeriods is a rank over periods in a title: "month with the highest", "3 weeks with the lowest".
func bestPeriods(r plan.Rank, t plan.TimeAxis) string {
	word := "highest"
	if !r.Descending {
		word = "lowest"
	}
	if r.N == 1 {
		return string(t.Grain) + " with the " + word
	}
	return fmt.Sprintf("%d %ss with the %s", r.N, t.Grain, word)
}
