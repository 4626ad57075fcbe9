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
	s, err := b.selection(m, "f.firstmile_period")
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
	seen := fmt.Sprintf("select f.*, %s as firstmile_at, %s as firstmile_period, %s as firstmile_entity from %s as f where %s",
		at, period, entity, s.from, strings.Join(append(append(s.where, at+" is not null"), b.window(at)...), " and "))
	s.from = "seen as f"
	s.where = []string{"not exists (select 1 from seen as later where later.firstmile_period = f.firstmile_period and " +
		"later.firstmile_entity is not distinct from f.firstmile_entity and later.firstmile_at > f.firstmile_at)"}
	value, err := aggregate(m)
	return "with seen as (" + seen + ") " + b.query(s, value), err
}
