package metric

import (
	"time"

	"firstmile/planner/plan"
)

const civilLayout = "2006-01-02"

func civil(date string) (time.Time, error) { return time.Parse(civilLayout, date) }

func validGrain(g plan.Grain) error {
	switch g {
	case plan.Hour, plan.Day, plan.Week, plan.Month, plan.Quarter, plan.Year:
		return nil
	}
	return refuse("grain", "I do not know the time grain %q.", g)
}

// floor is the first day of the period that t lies in.
func floor(t time.Time, g plan.Grain, weekStart string) time.Time {
	y, m, d := t.Date()
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	switch g {
	case plan.Week:
		back := (int(t.Weekday()) + 6) % 7 // days since Monday
		if weekStart == "sunday" {
			back = int(t.Weekday())
		}
		return day(y, m, d-back)
	case plan.Month:
		return day(y, m, 1)
	case plan.Quarter:
		return day(y, (m-1)/3*3+1, 1)
	case plan.Year:
		return day(y, 1, 1)
	}
	return day(y, m, d)
}

// add moves a date by whole units; a day that the target month lacks becomes that month's last.
func add(t time.Time, count int, unit plan.Grain) time.Time {
	months := 0
	switch unit {
	case plan.Hour:
		return t.Add(time.Duration(count) * time.Hour)
	case plan.Day:
		return t.AddDate(0, 0, count)
	case plan.Week:
		return t.AddDate(0, 0, 7*count)
	case plan.Month:
		months = count
	case plan.Quarter:
		months = 3 * count
	case plan.Year:
		months = 12 * count
	}
	y, m, d := t.Date()
	first := time.Date(y, m+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d, last)-1)
}

// wholePeriods reports whether a span is a whole number of periods of the grain everywhere in the calendar.
func wholePeriods(s plan.Span, g plan.Grain) bool {
	months := map[plan.Grain]int{plan.Month: 1, plan.Quarter: 3, plan.Year: 12}
	switch g {
	case plan.Hour, plan.Day:
		return g == plan.Hour || s.Unit != plan.Hour || s.Count%24 == 0
	case plan.Week:
		return s.Unit == plan.Week || s.Unit == plan.Day && s.Count%7 == 0
	}
	return months[s.Unit] > 0 && s.Count*months[s.Unit]%months[g] == 0
}

// finer reports whether a grain is smaller than another one.
func finer(inner, outer plan.Grain) bool { return inner != outer && order(inner) < order(outer) }

func order(g plan.Grain) int {
	return map[plan.Grain]int{plan.Hour: 0, plan.Day: 1, plan.Week: 2, plan.Month: 3, plan.Quarter: 4, plan.Year: 5}[g]
}

// nests reports whether every period of the inner grain lies within one period of the outer.
func nests(inner, outer plan.Grain) bool {
	if inner == plan.Week {
		return outer == plan.Week
	}
	return order(inner) <= order(outer)
}
