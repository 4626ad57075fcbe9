package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// conversion asks of every base event whether it converted: an event of the other kind follows within the window, and no other base
// event of the same entity lies between the two.
func (b *builder) conversion(m plan.Measure) (string, error) {
	if len(m.Inputs) != 2 || m.Interval == nil {
		return "", &Unsupported{"a conversion without its two events"}
	}
	base, then := m.Inputs[0], m.Inputs[1]
	others, err := b.events(base, m.Interval.Entity)
	if err != nil {
		return "", err
	}
	follow, err := b.events(then, m.Interval.Entity)
	if err != nil {
		return "", err
	}
	period := ""
	if b.spec.Time != nil {
		period = b.period("f.firstmile_at")
	}
	s, err := b.selection(base, period)
	if err != nil {
		return "", err
	}
	cut := func(x string) string { return "case when t.day then date_trunc('day', " + x + ") else " + x + " end" }
	own, within := "f.firstmile_at", ""
	if m.Trailing != nil {
		within = fmt.Sprintf(" and t.at < %s + interval %s", cut(own), length(*m.Trailing))
	}
	converted := fmt.Sprintf("exists (select 1 from follow as t where t.who = f.%[1]s and t.at >= %[2]s%[3]s and not exists "+
		"(select 1 from others as o where o.who = t.who and %[4]s > %[2]s and %[4]s <= t.at))", ident(m.Interval.Entity), cut(own), within, cut("o.at"))
	with := fmt.Sprintf("with others as (%s), follow as (%s), dated as (select f.*, %s as firstmile_at from %s as f) ", others, follow, b.when(base), s.from)
	s.from = "(select f.*, " + converted + " as firstmile_converted from dated as f) as f"
	value, err := calculated(m, base)
	return with + b.query(s, value), err
}

// events lists who had an event of a kind, when, and whether only its day is known.
func (b *builder) events(m plan.Measure, entity string) (string, error) {
	from, err := b.rows(m)
	if err != nil {
		return "", err
	}
	where, err := b.filters(m, m.Filters)
	if err != nil {
		return "", err
	}
	sql := fmt.Sprintf("select f.%s as who, %s as at, typeof(f.%s) = 'DATE' as day from %s as f", ident(entity), b.when(m), ident(timeColumn(m)), from)
	if len(where) > 0 {
		sql += " where " + strings.Join(where, " and ")
	}
	return sql, nil
}

// calculated is the base event's aggregate over all rows, over those that converted, or one divided by the other.
func calculated(m, base plan.Measure) (string, error) {
	all, err := aggregate(base)
	if err != nil {
		return "", err
	}
	some := all + " filter (where firstmile_converted)"
	if base.Agg == plan.SumBoolean {
		return "", &Unsupported{"a conversion of rows with a condition"}
	}
	switch m.Calculation {
	case plan.Conversions:
		return some, nil
	case plan.Opportunities:
		return all, nil
	}
	return fmt.Sprintf("cast(%s as double) / nullif(%s, 0)", some, all), nil
}
