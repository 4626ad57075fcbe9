package reading

import (
	"fmt"

	"firstmile/planner/plan"
)

// cumulative reads, for each period of the model, every row again that counts until its end: all of them, those of
// a trailing time, or those since the start of a larger period.
func (b *builder) cumulative(m plan.Measure) (string, error) {
	t := b.spec.Time
	switch {
	case t == nil:
		return b.simple(m)
	case m.Time == "":
		return "", &Unsupported{"a measure without a time column"}
	}
	s, err := b.selection(m, "p.firstmile_start")
	if err != nil {
		return "", err
	}
	periods, err := b.axis()
	if err != nil {
		return "", err
	}
	at := b.when(m)
	s.from = fmt.Sprintf("(%s) as p, %s as f", periods, s.from)
	s.where = append(s.where, at+" < p.firstmile_end")
	switch {
	case m.Trailing != nil:
		s.where = append(s.where, fmt.Sprintf("%s >= p.firstmile_end - interval %s", at, length(*m.Trailing)))
	case m.GrainToDate != "":
		larger := *t
		larger.Grain = m.GrainToDate
		s.where = append(s.where, fmt.Sprintf("%s >= %s", at, startOf(&larger, "p.firstmile_start")))
	}
	value, err := aggregate(m)
	return b.query(s, value), err
}
