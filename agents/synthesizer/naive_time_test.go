package synthesizer

import (
	"time"

	"firstmile/planner/plan"
)

// periods lists the starts of the periods of the result.
func (n *naive) periods(all []leaf) []time.Time {
	t := n.spec.Time
	if t == nil || n.whole {
		return []time.Time{{}}
	}
	first, last := n.range_(all)
	var out []time.Time
	if first.IsZero() {
		return nil
	}
	for p := first; !p.After(last); p = n.next(p) {
		out = append(out, p)
	}
	return out
}

// seen is how far the data reaches: the first start of anything, and the last start or past end.
type seen struct{ first, last time.Time }

func (s *seen) add(from, until any) {
	if at, ok := from.(time.Time); ok && (s.first.IsZero() || at.Before(s.first)) {
		s.first = at
	}
	if at, ok := until.(time.Time); ok && at.After(s.last) {
		s.last = at
	}
}

func (n *naive) seen(all []leaf) seen {
	var s seen
	today := time.Now().UTC().Truncate(24 * time.Hour)
	for _, l := range all {
		for _, r := range n.tables[l.m.Model] {
			if l.m.Kind != plan.Population {
				s.add(r[l.m.Time], r[l.m.Time])
				continue
			}
			until := r[l.m.Interval.From]
			if l.m.Interval.For != nil {
				s.add(until, until)
				continue
			}
			if to, ok := r[l.m.Interval.To].(time.Time); ok && !to.After(today) {
				until = to
			}
			s.add(r[l.m.Interval.From], until)
		}
	}
	return s
}

// range_ is the first and the last period of the result; both zero when there is none.
func (n *naive) range_(all []leaf) (first, last time.Time) {
	t := n.spec.Time
	s := n.seen(all)
	w := n.spec.Window
	if w == nil {
		w = &plan.Window{}
	}
	if w.From != "" {
		s.first = date(w.From)
	}
	if s.first.IsZero() {
		return
	}
	start := func(at time.Time) time.Time { return begin(at, *t) }
	first = start(s.first)
	switch {
	case w.To != "":
		last = start(date(w.To).Add(-time.Nanosecond))
		cut := t.Complete && n.next(last).After(date(w.To))
		if cut && (w.From == "" || last.After(date(w.From))) {
			last = n.before(last)
		}
	case t.Complete:
		last = start(s.last)
		for n.next(last).After(s.last.Truncate(24*time.Hour).AddDate(0, 0, 1)) {
			last = n.before(last)
		}
	default:
		last = start(s.last)
	}
	return first, last
}

// lookedAt lists the periods of the result and those before it back to the earliest that is looked up.
func (n *naive) lookedAt(all []leaf) []time.Time {
	out := n.periods(all)
	if len(out) == 0 || n.spec.Time == nil {
		return out
	}
	from := out[0]
	for _, l := range all {
		if l.offset != nil {
			if at := move(out[0], -l.offset.Count, l.offset.Unit); at.Before(from) {
				from = at
			}
		}
	}
	for p := n.before(out[0]); !p.Before(from); p = n.before(p) {
		out = append(out, p)
	}
	return out
}

func (n *naive) next(p time.Time) time.Time { return move(p, 1, n.spec.Time.Grain) }

func (n *naive) before(p time.Time) time.Time {
	return begin(p.Add(-time.Minute), *n.spec.Time)
}

// begin walks back to the start of a period.
func begin(t time.Time, axis plan.TimeAxis) time.Time {
	g := axis.Grain
	first := time.Month(max(axis.FiscalStart, 1))
	if g == plan.Hour {
		return t.Truncate(time.Hour)
	}
	t = t.Truncate(24 * time.Hour)
	day := time.Monday
	if axis.WeekStart == "sunday" {
		day = time.Sunday
	}
	for {
		switch {
		case g == plan.Day,
			g == plan.Week && t.Weekday() == day,
			g == plan.Month && t.Day() == 1,
			g == plan.Quarter && t.Day() == 1 && t.Month()%3 == first%3,
			g == plan.Year && t.Day() == 1 && t.Month() == first:
			return t
		}
		t = t.AddDate(0, 0, -1)
	}
}

// move goes by calendar units; a day that does not exist becomes the last of its month.
func move(t time.Time, count int, g plan.Grain) time.Time {
	switch g {
	case plan.Hour:
		return t.Add(time.Duration(count) * time.Hour)
	case plan.Day:
		return t.AddDate(0, 0, count)
	case plan.Week:
		return t.AddDate(0, 0, 7*count)
	}
	months := count * map[plan.Grain]int{plan.Month: 1, plan.Quarter: 3, plan.Year: 12}[g]
	out := t.AddDate(0, months, 0)
	for out.Day() != t.Day() && out.Day() < 4 {
		out = out.AddDate(0, 0, -1)
	}
	return out
}
