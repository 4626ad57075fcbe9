package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// balance asks of every row whether a later one is in its period (of its entity, where the measure names one), and keeps those without.
func (b *builder) balance(m plan.Measure) (string, error) {
	if m.Time == "" {
		return "", &Unsupported{"a balance without a time column"}
	}
	from, err := b.rows(m)
	if err != nil {
		return "", err
	}
	where, err := b.conditions(m)
	if err != nil {
		return "", err
	}
	dims, err := b.dimensions(m, "f.firstmile_period")
	if err != nil {
		return "", err
	}
	value, err := aggregate(m)
	if err != nil {
		return "", err
	}
	at := b.when(m)
	period, entity := "true", "true"
	if b.spec.Time != nil {
		period = b.period(at)
	}
	if m.Interval != nil && m.Interval.Entity != "" {
		entity = "f." + ident(m.Interval.Entity)
	}
	where = append(append(where, at+" is not null"), b.window(at)...)
	rows := fmt.Sprintf("select f.*, %s as firstmile_at, %s as firstmile_period, %s as firstmile_entity from %s as f where %s",
		at, period, entity, from, strings.Join(where, " and "))
	columns := append(dims, value+" as value")
	if b.spec.Time != nil {
		columns = append([]string{"firstmile_period as " + ident(b.spec.Time.Name)}, columns...)
	}
	sql := fmt.Sprintf("with seen as (%s) select %s from seen as f where not exists (select 1 from seen as later where "+
		"later.firstmile_period = f.firstmile_period and later.firstmile_entity is not distinct from f.firstmile_entity and later.firstmile_at > f.firstmile_at)",
		rows, strings.Join(columns, ", "))
	if len(b.keys()) > 0 {
		sql += " group by all"
	}
	return sql, nil
}
