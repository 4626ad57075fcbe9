package grammar

import (
	"strconv"
	"strings"

	"firstmile/agents/interpreter/chart"
	"firstmile/planner/plan"
)

// timeRows: figures over periods.
func timeRows() []row {
	return []row{
		{"measure = agg measure per grain", 0.05, overPeriods(0, 1, 3)},
		{"measure = agg number per grain", 0.1, overPeriods(0, 1, 3)},
		{"measure = agg adverb measure", 0, overPeriods(0, 2, 1)},
		{"measure = agg adverb number", 0.05, overPeriods(0, 2, 1)},
		{"measure = agg count adverb measure", 0, overPeriods(0, 3, 2)},
		{"measure = adverb agg measure", 0.3, overPeriods(1, 2, 0)},
		{"measure = adverb agg number", 0.3, overPeriods(1, 2, 0)},
		{"measure = measure per grain onaverage", 0, overPeriods(-1, 0, 2)},
		{"measure = number per grain onaverage", 0.05, overPeriods(-1, 0, 2)},
		{"measure = measure by grain onaverage", 0, overPeriods(-1, 0, 2)},
		{"measure = onaverage measure per grain", 0, overPeriods(-1, 1, 3)},
		{"measure = onaverage measure by grain", 0, overPeriods(-1, 1, 3)},
		{"measure = measure adverb onaverage", 0, overPeriods(-1, 0, 1)},
		{"measure = agg per grain measure", 0, overPeriods(0, 3, 2)},
		{"measure = num grain trailing agg measure", 0, func(p []chart.Item) keyed { return trailingAgg(p, 2, 0, 1, 3, 4) }},
		{"measure = trailing num grain agg measure", 0, func(p []chart.Item) keyed { return trailingAgg(p, 0, 1, 2, 3, 4) }},
		{"measure = measure num grain trailing agg", 0, func(p []chart.Item) keyed { return trailingAgg(p, 3, 1, 2, 4, 0) }},
	}
}

// fiscalRows: fiscal quarters and years.
func fiscalRows() []row {
	return []row{
		{"fgrain = fiscal grain", 0, func(p []chart.Item) keyed { return get[word](p, 1) }},
		{"item = fgrain", 0, func(p []chart.Item) keyed {
			return fiscal(p, &Split{Grain: plan.Grain(get[word](p, 0)), From: from(p), To: to(p)})
		}},
		{"window = last num fgrain", 0, fiscalWindow(lastUnits(2, 1))},
		{"window = during last num fgrain", 0, fiscalWindow(lastUnits(3, 2))},
		{"window = last fgrain", 0, fiscalWindow(lastUnits(1, -1))},
		{"window = during last fgrain", 0, fiscalWindow(lastUnits(2, -1))},
		{"window = this fgrain", 0, fiscalWindow(unit(Current, 1))},
		{"window = during this fgrain", 0, fiscalWindow(unit(Current, 2))},
		{"window = since last fgrain", 0, fiscalWindow(unit(SinceLast, 2))},
		{"date = fiscal yearnum", 0, func(p []chart.Item) keyed { return DateSpan{Year: num(p, 1), Fiscal: true} }},
		{"date = fgrain yearnum", 0, func(p []chart.Item) keyed {
			if get[word](p, 0) != "year" {
				return nil
			}
			return DateSpan{Year: num(p, 1), Fiscal: true}
		}},
		{"date = fiscalyear", 0, func(p []chart.Item) keyed { return DateSpan{Year: num(p, 0), Fiscal: true} }},
		{"date = quartername fiscalyear", 0, fiscalQuarter(0, 1)},
		{"date = fiscalyear quartername", 0, fiscalQuarter(1, 0)},
		{"date = fiscal quartername yearnum", 0, fiscalQuarter(1, 2)},
	}
}

// partOfDateRows: days of the week and hours, and periods that are left out.
func partOfDateRows() []row {
	return []row{
		{"item = datepart", 0, func(p []chart.Item) keyed {
			return &Split{Part: plan.DatePart(get[word](p, 0)), From: from(p), To: to(p)}
		}},
		{"filter = during days", 0, onDays(1, false)},
		{"filter = only days", 0, onDays(1, false)},
		{"filter = only during days", 0, onDays(2, false)},
		{"filter = during days only", 0, onDays(1, false)},
		{"filter = days only", 0, onDays(0, false)},
		{"filter = neg days", 0, onDays(1, true)},
		{"filter = neg during days", 0, onDays(2, true)},

		{"omitted = neg date", 0.1, same2(dates(Within, 1))},
		{"omitted = neg during date", 0, same2(dates(Within, 2))},
		{"omitted = neg last grain", 0.1, same2(lastUnits(2, -1))},
		{"omitted = neg last num grain", 0.1, same2(lastUnits(3, 2))},
		{"omitted = neg this grain", 0.1, same2(unit(Current, 2))},
		{"omitted = neg date to date", 0.1, same2(dates(Range, 1, 3))},
	}
}

// bestPeriodRows: the best period, and one period against another.
func bestPeriodRows() []row {
	return []row{
		{"ranked = extreme grain", 0.1, rankGrain(0, -1, 1)},
		{"ranked = extreme num grain", 0, rankGrain(0, 1, 2)},
		{"ranked = num extreme grain", 0, rankGrain(1, 0, 2)},
		{"rank = grain verb extreme measure", 0, highestGrain(-1, 0)},
		{"rank = grain prep extreme measure", 0, highestGrain(-1, 0)},
		{"rank = num grain verb extreme measure", 0, highestGrain(0, 1)},
		{"rank = num grain prep extreme measure", 0, highestGrain(0, 1)},
		{"rank = ranked prep measure", 0.1, func(p []chart.Item) keyed {
			r := *get[*Rank](p, 0)
			if r.Grain == "" {
				return nil
			}
			r.By, r.To = get[*Measure](p, 2), to(p)
			return &r
		}},

		{"sofar = versus date", 0.1, versusDate(1)},
		{"sofar = versus during date", 0.1, versusDate(2)},
		{"sofar = versus today", 0.1, func(p []chart.Item) keyed {
			w := &Window{Kind: Ago, Count: num(p, 1), Unit: plan.Day, From: p[1].From, To: to(p)}
			return &Measure{Kind: Against, With: w, From: from(p), To: to(p)}
		}},
		{"sofar = versus num grain before", 0.1, versusSpan(1, 2)},
		{"sofar = versus num last grain", 0.1, versusSpan(1, 3)},
		{"sofar = versus last num grain", 0.1, versusSpan(2, 3)},
		{"sofar = this grain to last grain", 0.1, func(p []chart.Item) keyed {
			if get[word](p, 1) != get[word](p, 4) {
				return nil
			}
			return &Measure{Kind: Against, Grain: plan.Grain(get[word](p, 1)), From: from(p), To: to(p)}
		}},
	}
}

// same2 makes a window of a period that is left out.
func same2(make func(p []chart.Item) keyed) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		w, ok := make(p).(*Window)
		if !ok {
			return nil
		}
		w.Omitted = true
		return w
	}
}

// overPeriods: "average logins per day" folds what each day has. Without a word for it the fold is an average. Beside
// "per day" a column is only averaged: "largest amount per day" is the largest of each day.
func overPeriods(agg, base, grain int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		n := &Measure{Kind: OverPeriods, Agg: "average", Grain: plan.Grain(get[word](p, grain)), From: from(p), To: to(p)}
		if agg >= 0 {
			n.Agg = string(get[word](p, agg))
		}
		switch m := p[base].Meaning.(type) {
		case *Slot:
			n.Base = &Measure{Kind: OfColumn, Agg: "sum", Slot: summed(m), From: p[base].From, To: p[base].To}
			if n.Base.Slot == nil || p[grain].Category == "grain" && n.Agg != "average" {
				return nil
			}
		case *Measure:
			n.Base = m
			if m.Kind == OfColumn && (m.Agg == "" || p[grain].Category == "grain") {
				return nil
			}
		}
		if n.Agg == "sum" || n.Base.Kind == OverPeriods || n.Base.Kind == Against {
			return nil
		}
		return n
	}
}

// trailingAgg: "3 month moving average of revenue" is what each of the last three months has, on average. Other folds of a trailing
// time would be another figure.
func trailingAgg(p []chart.Item, _, count, grain, agg, base int) keyed {
	n := num(p, count)
	if n < 2 || n > 1000 || get[word](p, agg) != "average" {
		return nil
	}
	span := plan.Span{Count: n, Unit: plan.Grain(get[word](p, grain))}
	m := get[*Measure](p, base)
	if m.Kind == Trailing || m.Kind == OverPeriods {
		return nil
	}
	return &Measure{Kind: MovingAverage, Span: span, Base: m, From: from(p), To: to(p)}
}

func fiscal(p []chart.Item, s *Split) keyed {
	s.Fiscal = true
	return s
}

func fiscalWindow(make func(p []chart.Item) keyed) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		w, ok := make(p).(*Window)
		if !ok {
			return nil
		}
		w.Fiscal = true
		return w
	}
}

func fiscalQuarter(quarter, year int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		return DateSpan{Quarter: num(p, quarter), Year: num(p, year), Fiscal: true}
	}
}

// onDays keeps rows of some days of the week, which the lexicon lists by their ISO numbers.
func onDays(days int, neg bool) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		return &Cond{From: from(p), To: to(p), Days: strings.Split(string(get[word](p, days)), ","), Neg: neg}
	}
}

func rankGrain(kind, num, grain int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		r, ok := rank(kind, num, -1)(p).(*Rank)
		if !ok {
			return nil
		}
		r.Grain = plan.Grain(get[word](p, grain))
		return r
	}
}

// highestGrain: "which month had the highest revenue", "3 months with the most signups".
func highestGrain(number, grain int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		r := &Rank{Top: get[word](p, grain+2) == "top", Grain: plan.Grain(get[word](p, grain)), By: get[*Measure](p, grain+3), From: from(p), To: to(p)}
		if number < 0 {
			return r
		}
		n, err := strconv.Atoi(string(get[word](p, number)))
		if err != nil || n < 1 || n > maxRank {
			return nil
		}
		r.N = n
		return r
	}
}

// versusSpan: "the last 3 months compared to the 3 months before".
func versusSpan(count, grain int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		n := num(p, count)
		if n < 1 || n > 400 {
			return nil
		}
		span := plan.Span{Count: n, Unit: plan.Grain(get[word](p, grain))}
		return &Measure{Kind: Against, Span: span, From: from(p), To: to(p)}
	}
}

func versusDate(date int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		d := get[DateSpan](p, date)
		return &Measure{Kind: Against, With: &Window{Kind: Within, Dates: []DateSpan{d}, From: p[date].From, To: to(p)}, From: from(p), To: to(p)}
	}
}
