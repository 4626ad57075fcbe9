package grammar

import (
	"strconv"

	"firstmile/agents/interpreter/chart"
	"firstmile/planner/plan"
)

// windowRows: from when to when.
func windowRows() []row {
	return []row{
		{"date = isodate", 0, func(p []chart.Item) keyed { return DateSpan{Date: string(get[word](p, 0))} }},
		{"date = monthname", 0.05, func(p []chart.Item) keyed { return DateSpan{Month: num(p, 0)} }},
		{"date = monthname yearnum", 0, func(p []chart.Item) keyed { return DateSpan{Month: num(p, 0), Year: num(p, 1)} }},
		{"date = monthname num", 0.05, func(p []chart.Item) keyed { return day(num(p, 0), num(p, 1), 0) }},
		{"date = num monthname", 0.05, func(p []chart.Item) keyed { return day(num(p, 1), num(p, 0), 0) }},
		{"date = monthname num yearnum", 0, func(p []chart.Item) keyed { return day(num(p, 0), num(p, 1), num(p, 2)) }},
		{"date = num monthname yearnum", 0, func(p []chart.Item) keyed { return day(num(p, 1), num(p, 0), num(p, 2)) }},
		{"date = quartername", 0, func(p []chart.Item) keyed { return DateSpan{Quarter: num(p, 0)} }},
		{"date = quartername yearnum", 0, func(p []chart.Item) keyed { return DateSpan{Quarter: num(p, 0), Year: num(p, 1)} }},
		{"date = yearnum quartername", 0, func(p []chart.Item) keyed { return DateSpan{Quarter: num(p, 1), Year: num(p, 0)} }},
		{"date = halfname", 0, func(p []chart.Item) keyed { return DateSpan{Half: num(p, 0)} }},
		{"date = halfname yearnum", 0, func(p []chart.Item) keyed { return DateSpan{Half: num(p, 0), Year: num(p, 1)} }},
		{"date = yearnum halfname", 0, func(p []chart.Item) keyed { return DateSpan{Half: num(p, 1), Year: num(p, 0)} }},
		{"date = yearnum", 0.05, func(p []chart.Item) keyed { return DateSpan{Year: num(p, 0)} }},

		{"window = last num grain", 0, lastUnits(2, 1)},
		{"window = num last grain", 0.2, lastUnits(2, 0)},
		{"window = during last num grain", 0, lastUnits(3, 2)},
		{"window = last num wholegrain", 0, lastUnits(2, 1)},
		{"window = num last wholegrain", 0, lastUnits(2, 0)},
		{"window = during last num wholegrain", 0, lastUnits(3, 2)},
		{"window = during num last wholegrain", 0, lastUnits(3, 1)},
		{"window = last wholegrain", 0, lastUnits(1, -1)},
		{"window = during last wholegrain", 0, lastUnits(2, -1)},
		{"window = window only", 0, same(0)},
		{"window = only window", 0, same(1)},
		{"window = last grain", 0, lastUnits(1, -1)},
		{"window = during last grain", 0, lastUnits(2, -1)},
		{"window = this grain", 0, unit(Current, 1)},
		{"window = during this grain", 0, unit(Current, 2)},
		{"window = since date", 0, dates(Since, 1)},
		{"window = since last grain", 0, unit(SinceLast, 2)},
		{"window = after date", 0, dates(After, 1)},
		{"window = until date", 0, dates(Until, 1)},
		{"window = before date", 0, dates(Before, 1)},
		{"window = during date", 0, dates(Within, 1)},
		{"window = atend date", 0, atEnd},
		{"window = date", 0.15, dates(Within, 0)},
		{"window = since date to date", 0, dates(Range, 1, 3)},
		{"window = during date to date", 0, dates(Range, 1, 3)},
		{"window = between date and date", 0, dates(Range, 1, 3)},
		{"window = date to date", 0.1, dates(Range, 0, 2)},
		{"window = todate", 0.3, unit(UpToNow, 0)},
		{"window = today", 0, func(p []chart.Item) keyed {
			return &Window{Kind: Ago, Count: num(p, 0), Unit: plan.Day, From: from(p), To: to(p)}
		}},
		{"window = time window", 0.05, func(p []chart.Item) keyed {
			w := *get[*Window](p, 1)
			if w.Time != nil {
				return nil
			}
			w.Time, w.From = get[*Slot](p, 0), from(p)
			return &w
		}},
	}
}

func (d DateSpan) key() string {
	return strconv.FormatBool(d.Fiscal) + strconv.Itoa(d.Year) + "-" + strconv.Itoa(d.Half) + "-" + strconv.Itoa(d.Quarter) + "-" + strconv.Itoa(d.Month) + "-" + strconv.Itoa(d.Day) + d.Date
}

// num reads a small whole number; 0 when it is none.
func num(p []chart.Item, i int) int {
	n, err := strconv.Atoi(string(get[word](p, i)))
	if err != nil {
		return 0
	}
	return n
}

func day(month, d, year int) keyed {
	if d < 1 || d > 31 {
		return nil
	}
	return DateSpan{Month: month, Day: d, Year: year}
}

func lastUnits(grain, count int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		n := 1
		if count >= 0 {
			if n = num(p, count); n < 1 || n > 10000 {
				return nil
			}
		}
		return &Window{Kind: Last, Count: n, Unit: plan.Grain(get[word](p, grain)), From: from(p), To: to(p)}
	}
}

func unit(kind WindowKind, grain int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		return &Window{Kind: kind, Unit: plan.Grain(get[word](p, grain)), From: from(p), To: to(p)}
	}
}

func dates(kind WindowKind, parts ...int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		w := &Window{Kind: kind, From: from(p), To: to(p)}
		for _, i := range parts {
			w.Dates = append(w.Dates, get[DateSpan](p, i))
		}
		return w
	}
}

// atEnd: "at the end of 2025" is a moment, not a year.
func atEnd(p []chart.Item) keyed {
	w, ok := dates(Within, 1)(p).(*Window)
	if !ok {
		return nil
	}
	w.AtEnd = true
	return w
}
