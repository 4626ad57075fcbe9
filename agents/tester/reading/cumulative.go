package reading

import (
	"fmt"
	"strings"

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
	from, err := b.rows(m)
	if err != nil {
		return "", err
	}
	dims, err := b.dimensions(m, "p.firstmile_start")
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
	at := b.when(m)
	where = append(where, at+" < p.firstmile_end")
	switch {
	case m.Trailing != nil:
		where = append(where, fmt.Sprintf("%s >= p.firstmile_end - interval %s", at, length(*m.Trailing)))
	case m.GrainToDate != "":
		larger := *t
		larger.Grain = m.GrainToDate
		where = append(where, fmt.Sprintf("%s >= %s", at, startOf(&larger, "p.firstmile_start")))
	}
	columns := append([]string{"p.firstmile_start as " + ident(t.Name)}, dims...)
	return fmt.Sprintf("select %s, %s as value from (%s) as p, %s as f where %s group by all",
		strings.Join(columns, ", "), value, periods, from, strings.Join(where, " and ")), nil
}

// length is a span as DuckDB counts it: it has no quarters.
func length(s plan.Span) string {
	if s.Count < 0 {
		return fmt.Sprintf("(%d) %s", s.Count, s.Unit) // of quarters no one looks back with a negative span
	}
	if s.Unit == plan.Quarter {
		return fmt.Sprintf("%d month", 3*s.Count)
	}
	return fmt.Sprintf("%d %s", s.Count, s.Unit)
}
