package metric

import (
	"testing"
	"time"

	"firstmile/planner/plan"
)

func TestFloor(t *testing.T) {
	for _, c := range []struct {
		day   string
		grain plan.Grain
		start string
		want  string
	}{
		{"2026-01-01", plan.Week, "monday", "2025-12-29"}, // a Thursday: week 1 of 2026 begins in 2025
		{"2026-01-01", plan.Week, "sunday", "2025-12-28"},
		{"2025-12-28", plan.Week, "monday", "2025-12-22"},
		{"2025-12-28", plan.Week, "sunday", "2025-12-28"},
		{"2026-05-31", plan.Quarter, "", "2026-04-01"},
		{"2024-02-29", plan.Month, "", "2024-02-01"},
		{"2024-12-31", plan.Year, "", "2024-01-01"},
		{"2024-12-31", plan.Day, "", "2024-12-31"},
	} {
		day, err := civil(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := floor(day, c.grain, c.start).Format(civilLayout); got != c.want {
			t.Errorf("%s of %s (%s) starts %s, want %s", c.grain, c.day, c.start, got, c.want)
		}
	}
}

func TestAdd(t *testing.T) {
	for _, c := range []struct {
		day   string
		count int
		unit  plan.Grain
		want  string
	}{
		{"2026-01-31", 1, plan.Month, "2026-02-28"},
		{"2024-01-31", 1, plan.Month, "2024-02-29"},
		{"2026-03-31", -1, plan.Month, "2026-02-28"},
		{"2024-02-29", -1, plan.Year, "2023-02-28"},
		{"2026-11-30", 1, plan.Quarter, "2027-02-28"},
		{"2026-01-01", -2, plan.Week, "2025-12-18"},
		{"2026-01-01", -1, plan.Day, "2025-12-31"},
	} {
		day, err := civil(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := add(day, c.count, c.unit).Format(civilLayout); got != c.want {
			t.Errorf("%s and %d %s is %s, want %s", c.day, c.count, c.unit, got, c.want)
		}
	}
	if got := add(time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC), 2, plan.Hour); got.Day() != 2 || got.Hour() != 1 {
		t.Errorf("two hours later is %s", got)
	}
}

func TestWholePeriods(t *testing.T) {
	for _, c := range []struct {
		span  plan.Span
		grain plan.Grain
		want  bool
	}{
		{plan.Span{Count: 1, Unit: plan.Year}, plan.Month, true},
		{plan.Span{Count: 1, Unit: plan.Year}, plan.Quarter, true},
		{plan.Span{Count: 1, Unit: plan.Month}, plan.Quarter, false},
		{plan.Span{Count: 3, Unit: plan.Month}, plan.Quarter, true},
		{plan.Span{Count: 1, Unit: plan.Year}, plan.Week, false},
		{plan.Span{Count: 52, Unit: plan.Week}, plan.Week, true},
		{plan.Span{Count: 14, Unit: plan.Day}, plan.Week, true},
		{plan.Span{Count: 1, Unit: plan.Week}, plan.Month, false},
		{plan.Span{Count: 1, Unit: plan.Month}, plan.Day, true},
		{plan.Span{Count: 5, Unit: plan.Hour}, plan.Day, false},
		{plan.Span{Count: 5, Unit: plan.Hour}, plan.Hour, true},
	} {
		if got := wholePeriods(c.span, c.grain); got != c.want {
			t.Errorf("%d %s in %ss: %v", c.span.Count, c.span.Unit, c.grain, got)
		}
	}
}

func TestNames(t *testing.T) {
	n := newNames()
	n.used["customers"] = true
	for _, want := range []string{"orders", "orders_2", "orders_3"} {
		if got := n.take("Orders"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for in, want := range map[string]string{"week": "weeks", "day": "days", "company": "companies", "branch": "branches", "sales": "sales", "": "rows"} {
		if got := plural(in); got != want {
			t.Errorf("plural of %q is %q", in, got)
		}
	}
}
