package metric

import (
	"strings"
	"time"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// moment is the civil time of a time column of a row, in the design's time zone.
func (b *builder) moment(n *dbt.Node, alias, name string) (Scalar, error) {
	col, err := column(n, name)
	if err != nil {
		return nil, err
	}
	return b.localized(n.Name, Column{alias, col.Name}, col)
}

// localized is the civil time of a column that has been reached.
func (b *builder) localized(relation string, at Scalar, col dbt.Column) (Scalar, error) {
	form, known := timeForm(col)
	zone := b.zone()
	if !known {
		if zone != "UTC" {
			return nil, refuse("time_type", "I cannot tell whether %s.%s is a date or a timestamp, so I cannot convert it to %s. "+
				"Its data_type in the model's YAML would settle that.", relation, col.Name, zone)
		}
		form = Civil
	}
	if form == UTC && zone == "UTC" {
		form = Civil
	}
	return Local{Arg: at, Zone: zone, Form: form}, nil
}

func (b *builder) zone() string {
	switch {
	case b.spec.Time != nil && b.spec.Time.Zone != "":
		return b.spec.Time.Zone
	case b.spec.Zone != "":
		return b.spec.Zone
	}
	return "UTC"
}

// timeForm goes by the column's type and, where no type is known, by the naming rule of dbt's style guide:
// timestamps end in _at, dates in _date or _on.
func timeForm(col dbt.Column) (TimeForm, bool) {
	name := strings.ToLower(col.Name)
	switch family(col.Type) {
	case dateFamily:
		return Civil, true
	case timestampFamily:
		return UTC, true
	case instantFamily:
		return Instant, true
	}
	switch {
	case strings.HasSuffix(name, "_at"):
		return UTC, true
	case strings.HasSuffix(name, "_date"), strings.HasSuffix(name, "_on"), strings.HasSuffix(name, "_day"):
		return Civil, true
	}
	return Civil, false
}

func (b *builder) bucket(at Scalar) Scalar {
	return bucketOf(at, b.spec.Time.Grain, *b.spec.Time)
}

// later is a period's start moved by whole periods.
func (b *builder) later(start Scalar, periods int) Scalar {
	g := b.spec.Time.Grain
	return Shift{Arg: start, Count: periods, Unit: g, Clock: g == plan.Hour}
}

// moved is later for a comparison with moments, where the result need not be a date.
func (b *builder) moved(start Scalar, periods int) Scalar {
	return Shift{Arg: start, Count: periods, Unit: b.spec.Time.Grain, Clock: true}
}

func dateLiteral(t time.Time) Scalar {
	return Literal{plan.Literal{Kind: plan.DateLiteral, Text: t.Format(civilLayout)}}
}

// edges of the window as dates; the zero time is an open edge. Where an earlier period is looked up the window reaches
// back as far, in whole periods. Where only complete periods count, it ends with the last that fits, if any does.
func (b *builder) edges() (from, to time.Time) {
	w := b.spec.Window
	if w == nil {
		return
	}
	if w.From != "" {
		from, _ = civil(w.From) // validated
	}
	if w.To != "" {
		to, _ = civil(w.To)
		if t := b.spec.Time; t != nil && t.Complete {
			if end := floorOn(to, *t); from.IsZero() || end.After(from) {
				to = end
			}
		}
	}
	if back := b.longestOffset(); back != nil && !from.IsZero() {
		from = add(floorOn(from, *b.spec.Time), -back.Count, back.Unit)
	}
	return from, to
}

func (b *builder) longestOffset() *plan.Span {
	var longest *plan.Span
	far := time.Time{}
	origin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, a := range b.atoms {
		if a.offset == nil {
			continue
		}
		if t := add(origin, a.offset.Count, a.offset.Unit); longest == nil || t.After(far) {
			longest, far = a.offset, t
		}
	}
	return longest
}

// inWindow says which rows of a fact count: those within the window, in a period that the result has.
func (b *builder) inWindow(s *source, at Scalar) ([]Scalar, error) {
	var out []Scalar
	from, to := b.edges()
	if !from.IsZero() {
		out = append(out, Op{">=", at, dateLiteral(from)})
	}
	switch t := b.spec.Time; {
	case !to.IsZero():
		out = append(out, Op{"<", at, dateLiteral(to)})
	case t != nil && t.Complete && b.needsSpan():
		span, err := b.spanStep()
		if err != nil {
			return nil, err
		}
		out = append(out, Op{"<=", b.bucket(at), One{span, b.last()}})
	case t != nil && t.Complete:
		open, err := b.openStep()
		if err != nil {
			return nil, err
		}
		out = append(out, Op{"<", at, One{open, "starts_on"}})
	}
	if len(out) == 0 && !s.dated() {
		out = append(out, present(at))
	}
	return out, nil
}

// present is true for a row whose time is known.
func present(at Scalar) Scalar {
	if l, ok := at.(Local); ok {
		at = l.Arg
	}
	return IsNull{Arg: at, Negated: true}
}

// nextDay moves the last moment seen to the day after: data that reaches a period's last day
// completes the period. Hours are complete when a later hour was seen.
func (b *builder) nextDay(at Scalar) Scalar {
	if b.spec.Time.Grain == plan.Hour {
		return at
	}
	return Shift{Arg: at, Count: 1, Unit: plan.Day, Clock: true}
}

// dated reports whether every row of a source has a time. One that looks its time up elsewhere may find none.
func (s *source) dated() bool { return s.first.TimePath == nil && notNull(s.node, s.first.Time) }

func notNull(n *dbt.Node, name string) bool {
	c, ok := n.Column(name)
	if !ok {
		return false
	}
	t, ok := c.Test("not_null")
	return ok && t.Where == ""
}
