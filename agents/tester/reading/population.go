package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// population counts entities, or adds values, as they are at an edge of each period. The periods are those of
// the model under test; without a time axis the only period is the window.
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
	from, err := b.names(m.Model)
	if err != nil {
		return "", err
	}
	b = b.seenAt(at)
	dims, err := b.dimensions(m, start)
	if err != nil {
		return "", err
	}
	where, err := b.conditions(m)
	if err != nil {
		return "", err
	}
	value, err := aggregate(m)
	if err != nil {
		return "", err
	}
	periods, err := b.periods()
	if err != nil {
		return "", err
	}
	where = append(where, b.covers(iv, at), "f."+ident(iv.Entity)+" is not null")
	if iv.State == plan.Lost || iv.State == plan.Gained {
		gone, err := b.absent(m, from, other)
		if err != nil {
			return "", err
		}
		where = append(where, gone)
	}
	var columns []string
	if b.spec.Time != nil {
		columns = append(columns, "p.firstmile_start as "+ident(b.spec.Time.Name))
	}
	columns = append(append(columns, dims...), value+" as value")
	sql := fmt.Sprintf("select %s from (%s) as p, %s as f where %s", strings.Join(columns, ", "), periods, from, strings.Join(where, " and "))
	if len(b.keys()) > 0 {
		sql += " group by all"
	}
	return sql, nil
}

// seenAt is the same reading with versions as they are at the edge of a period.
func (b *builder) seenAt(edge string) *builder {
	out := *b
	out.asOf = edge
	return &out
}

// covers: the row's interval holds the last moment before the edge of a period, after which starts and ends belong to the next.
func (b *builder) covers(iv *plan.Interval, at string) string {
	from := b.at(iv.From)
	if iv.For != nil {
		return fmt.Sprintf("%s < %s and %s + interval %s >= %s", from, at, from, length(*iv.For), at)
	}
	to := b.at(iv.To)
	return fmt.Sprintf("%s < %s and (%s is null or %s >= %s)", from, at, to, to, at)
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

// periods lists the periods of the model, and those it should have, as firstmile_start and firstmile_end.
func (b *builder) periods() (string, error) {
	t := b.spec.Time
	if t == nil {
		w := b.spec.Window
		if w == nil || w.From == "" || w.To == "" {
			return "", &Unsupported{"a population without periods or a closed window"}
		}
		return fmt.Sprintf("select date %s as firstmile_start, date %s as firstmile_end", quote(w.From), quote(w.To)), nil
	}
	s, err := b.span()
	if err != nil {
		return "", err
	}
	start := "firstmile_period"
	if b.back != nil {
		start = b.later(start, plan.Span{Count: -b.back.Count, Unit: b.back.Unit})
	}
	end := fmt.Sprintf("%s + %s", start, step(t.Grain))
	if t.Grain != plan.Hour {
		end = "cast(" + end + " as date)"
	}
	due := fmt.Sprintf("unnest(generate_series(cast(%s as timestamp), cast(%s as timestamp), %s))", s.first, s.last, step(t.Grain))
	if t.Grain != plan.Hour {
		due = "cast(" + due + " as date)"
	}
	return fmt.Sprintf("select %s as firstmile_start, %s as firstmile_end from (select %s as firstmile_period from %s union select %s)",
		start, end, ident(t.Name), b.model, due), nil
}

// ratio divides two independent readings, group by group.
func (b *builder) ratio(m plan.Measure) (string, error) {
	if m.Numerator == nil || m.Denominator == nil {
		return "", &Unsupported{"a ratio without both parts"}
	}
	over, err := b.measure(*m.Numerator)
	if err != nil {
		return "", err
	}
	if m.Denominator.Whole != nil {
		return b.share(m, over)
	}
	under, err := b.measure(*m.Denominator)
	if err != nil {
		return "", err
	}
	zero := func(part plan.Measure, x string) string {
		if zeroWhenEmpty(part) {
			return "coalesce(" + x + ", 0)"
		}
		return x
	}
	value := fmt.Sprintf("%s / nullif(cast(%s as double), 0)", zero(*m.Numerator, "cast(n.value as double)"), "d.value")
	keys := b.keys()
	if len(keys) == 0 {
		return fmt.Sprintf("select %s as value from (%s) as n, (%s) as d", value, over, under), nil
	}
	var columns, on []string
	for _, k := range keys {
		columns = append(columns, fmt.Sprintf("coalesce(n.%s, d.%s) as %s", k, k, k))
		on = append(on, fmt.Sprintf("n.%s is not distinct from d.%s", k, k))
	}
	return fmt.Sprintf("select %s, %s as value from (%s) as n full join (%s) as d on %s",
		strings.Join(columns, ", "), value, over, under, strings.Join(on, " and ")), nil
}

// zeroWhenEmpty: no rows means a count or sum of zero, but an unknown average or extreme.
func zeroWhenEmpty(m plan.Measure) bool {
	switch m.Agg {
	case plan.Sum, plan.Count, plan.CountDistinct, plan.SumBoolean:
		return true
	}
	return false
}
