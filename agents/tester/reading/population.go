package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// population counts entities, or adds values, as they are at an edge of each period. The periods are those of
// the model under test and those it should have; without a time axis the only period is the window and, without a window, today.
func (b *builder) population(m plan.Measure) (string, error) {
	iv := m.Interval
	if iv == nil {
		return "", &Unsupported{"a population without an interval"}
	}
	if m.Expr == nil && m.Agg != plan.Sum {
		who := plan.Col(iv.Entity)
		m.Agg, m.Expr = plan.CountDistinct, &who
	}
	start, end := "p.firstmile_start", "p.firstmile_end"
	at, other := start, end
	if iv.State == plan.Closing || iv.State == plan.Gained {
		at, other = end, start
	}
	periods, err := b.periods(iv.State)
	if err != nil {
		return "", err
	}
	b = b.seenAt(at)
	s, err := b.selection(m, start)
	if err != nil {
		return "", err
	}
	s.where = append(s.where, b.covers(iv, at), "f."+ident(iv.Entity)+" is not null")
	if iv.State == plan.Lost || iv.State == plan.Gained {
		gone, err := b.absent(m, s.from, other)
		if err != nil {
			return "", err
		}
		s.where = append(s.where, gone)
	}
	s.from = fmt.Sprintf("(%s) as p, %s as f", periods, s.from)
	value, err := aggregate(m)
	return b.query(s, value), err
}

// seenAt is the same reading with versions as they are at the edge of a period.
func (b *builder) seenAt(edge string) *builder {
	out := *b
	out.asOf = edge
	return &out
}

// covers: the row's interval holds at the edge of a period.
func (b *builder) covers(iv *plan.Interval, at string) string {
	from := b.at(iv.From)
	if iv.For != nil {
		return b.holds(from, from+" + interval "+length(*iv.For), at)
	}
	return b.holds(from, b.at(iv.To), at)
}

// holds: what is valid from one moment to another, or for good, holds at the edge of a period. That is the last moment before it, after
// which starts and ends belong to the next; without any period who starts today is there, and who ends today is not.
func (b *builder) holds(from, to, at string) string {
	began, lasts := "<", ">="
	if b.spec.Time == nil && b.spec.Window == nil {
		began, lasts = "<=", ">"
	}
	return fmt.Sprintf("%[1]s %[4]s %[3]s and (%[2]s is null or %[2]s %[5]s %[3]s)", from, to, at, began, lasts)
}

// absent: no row of the same entity covers the other edge. The measure's own
// filters say what the population is and hold there too; the Spec's filters only choose which of those who moved are looked at.
func (b *builder) absent(m plan.Measure, from, at string) (string, error) {
	iv := m.Interval
	where, err := b.seenAt(at).filters(m, m.Filters)
	if err != nil {
		return "", err
	}
	inner := append([]string{b.covers(iv, at)}, where...)
	return fmt.Sprintf("f.%s not in (select f.%s from %s as f where %s and f.%s is not null)",
		ident(iv.Entity), ident(iv.Entity), from, strings.Join(inner, " and "), ident(iv.Entity)), nil
}

// periods lists what a population is counted for, as firstmile_start and firstmile_end: the periods of the axis or, without one, the
// window or today, for the edges that the state asks for.
func (b *builder) periods(state plan.PopulationState) (string, error) {
	t := b.spec.Time
	if t != nil {
		return b.axis()
	}
	edges := [2]string{"null", "current_date"}
	if w := b.spec.Window; w != nil {
		for i, day := range []string{w.From, w.To} {
			if edges[i] = "null"; day != "" {
				edges[i] = "date " + quote(day)
			}
		}
	}
	if edges[0] == "null" && state != plan.Closing || edges[1] == "null" && state != plan.Opening {
		return "", &Unsupported{"a population without periods or the edge of a window"}
	}
	return fmt.Sprintf("select %s as firstmile_start, %s as firstmile_end", edges[0], edges[1]), nil
}
