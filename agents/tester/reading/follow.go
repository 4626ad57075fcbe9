package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// retention looks, for every age that the model shows a cohort at and every one it should, who of the cohort had the other event in
// the period that lies so much later; a cohort is everybody for whom no earlier first event exists.
func (b *builder) retention(m plan.Measure) (string, error) {
	age := b.age()
	if b.spec.Time == nil || age == "" || m.Interval == nil || len(m.Inputs) != 2 {
		return "", &Unsupported{"a retention without its cohorts and their age"}
	}
	firsts, err := b.firsts(m, false)
	if err != nil {
		return "", err
	}
	active, err := b.events(m.Inputs[1], m.Interval.Entity)
	if err != nil {
		return "", err
	}
	month := ident(b.spec.Time.Name)
	later := fmt.Sprintf("f.%s + g.%s * interval %s", month, age, length(plan.Span{Count: 1, Unit: b.spec.Time.Grain}))
	value := "cast(count(distinct who) filter (where seen) as double) / count(distinct who)"
	switch m.Calculation {
	case plan.CohortSize:
		value = "count(distinct who)"
	case plan.Retained:
		value = "count(distinct who) filter (where seen)"
	}
	return fmt.Sprintf("with active as (%[1]s), firsts as (%[2]s), grid as (select %[3]s, %[4]s from %[5]s union %[10]s) "+
		"select %[6]s, %[7]s as value from (select f.*, g.%[4]s, exists (select 1 from active as a where a.who = f.who and %[8]s = %[9]s) as seen "+
		"from firsts as f join grid as g on g.%[3]s = f.%[3]s) group by all",
		active, firsts, month, age, b.model, strings.Join(b.keys(), ", "), value, b.period("a.at"), later, b.ages()), nil
}

// ages are the cohorts with the ages that they have reached: up to the last period that the activity covers to its end. Where a
// window ends before the data do, only those that the model shows are looked at.
func (b *builder) ages() string {
	t := b.spec.Time
	month, length := ident(t.Name), length(plan.Span{Count: 1, Unit: t.Grain})
	limit := 2000
	for _, d := range b.spec.Dimensions {
		if d.Age != nil && d.Age.Max > 0 {
			limit = d.Age.Max
		}
	}
	if w := b.spec.Window; w != nil && w.To != "" {
		limit = -1
	}
	day := " + interval 1 day"
	if t.Grain == plan.Hour {
		day = ""
	}
	return fmt.Sprintf("select c.%[1]s, s.n from (select distinct %[1]s from firsts) as c, (select unnest(generate_series(0, %[2]d)) as n) as s "+
		"where c.%[1]s + s.n * interval %[3]s <= (select %[4]s - interval %[3]s from active as x)", month, limit, length, startOf(t, "(max(x.at)"+day+")"))
}

// age is the dimension that counts periods since the cohort's; empty where there is none.
func (b *builder) age() string {
	for _, d := range b.spec.Dimensions {
		if d.Age != nil {
			return ident(d.Name)
		}
	}
	return ""
}

// firsts lists the first events: those before which their entity had none, ever or, within, in the same period of the window.
func (b *builder) firsts(m plan.Measure, within bool) (string, error) {
	base, entity := m.Inputs[0], "f."+ident(m.Interval.Entity)
	others, err := b.events(base, m.Interval.Entity)
	if err != nil {
		return "", err
	}
	at := b.when(base)
	columns := []string{entity + " as who", at + " as firstmile_at"}
	period := ""
	earlier := []string{"o.who = " + entity, "o.at < " + at}
	if within {
		earlier = append(earlier, b.window("o.at")...)
	}
	if b.spec.Time != nil {
		period = b.period(at)
		columns = append(columns, period+" as "+ident(b.spec.Time.Name))
		if within {
			earlier = append(earlier, b.period("o.at")+" = "+period)
		}
	}
	s, err := b.selection(base, period)
	if err != nil {
		return "", err
	}
	where := append(s.where, at+" is not null", entity+" is not null",
		fmt.Sprintf("not exists (select 1 from (%s) as o where %s)", others, strings.Join(earlier, " and ")))
	return fmt.Sprintf("select %s from %s as f where %s", strings.Join(append(columns, s.dims...), ", "), s.from, strings.Join(where, " and ")), nil
}

// funnel follows every entity that entered from one step to the next.
func (b *builder) funnel(m plan.Measure) (string, error) {
	if m.Interval == nil || m.Step < 1 || m.Step > len(m.Inputs) {
		return "", &Unsupported{"a funnel without its steps"}
	}
	firsts, err := b.firsts(m, true)
	if err != nil {
		return "", err
	}
	sql := fmt.Sprintf("with reached1 as (select f.*, f.firstmile_at as firstmile_1 from (%s) as f)", firsts)
	for i := 1; i < m.Step; i++ {
		events, err := b.events(m.Inputs[i], m.Interval.Entity)
		if err != nil {
			return "", err
		}
		cut := func(x string) string {
			return fmt.Sprintf("case when e.day then date_trunc('day', %s) else %s end", x, x)
		}
		within := ""
		if m.Trailing != nil {
			within = fmt.Sprintf(" and e.at < %s + interval %s", cut("r.firstmile_at"), length(*m.Trailing))
		}
		sql += fmt.Sprintf(", reached%[1]d as (select r.*, (select min(e.at) from (%[2]s) as e where e.who = r.who and e.at >= %[3]s%[4]s) as firstmile_%[1]d from reached%[5]d as r)",
			i+1, events, cut(fmt.Sprintf("r.firstmile_%d", i)), within, i)
	}
	columns := append(b.keys(), fmt.Sprintf("count(distinct who) filter (where firstmile_%d is not null) as value", m.Step))
	sql += fmt.Sprintf(" select %s from reached%d", strings.Join(columns, ", "), m.Step)
	if len(b.keys()) > 0 {
		sql += " group by all"
	}
	return sql, nil
}
