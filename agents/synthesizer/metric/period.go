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
	at := Column{alias, col.Name}
	form, known := timeForm(col)
	zone := b.zone()
	if !known {
		if zone != "UTC" {
			return nil, refuse("time_type", "I cannot tell whether %s.%s is a date or a timestamp, so I cannot convert it to %s. "+
				"Its data_type in the model's YAML would settle that.", n.Name, col.Name, zone)
		}
		form = Civil
	}
	if form == UTC && zone == "UTC" {
		form = Civil
	}
	return Local{Arg: at, Zone: zone, Form: form}, nil
}

func (b *builder) zone() string {
	if b.spec.Time == nil || b.spec.Time.Zone == "" {
		return "UTC"
	}
	return b.spec.Time.Zone
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
	return Bucket{Arg: at, Grain: b.spec.Time.Grain, WeekStart: b.spec.Time.WeekStart}
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

// edges of the window as dates; the zero time is an open edge. Where an earlier period is looked up the window
// reaches back as far, in whole periods. Where only complete
// periods count, it ends with the last that fits, if any does.
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
			if end := floor(to, t.Grain, t.WeekStart); from.IsZero() || end.After(from) {
				to = end
			}
		}
	}
	if back := b.longestOffset(); back != nil && !from.IsZero() {
		from = add(floor(from, b.spec.Time.Grain, b.spec.Time.WeekStart), -back.Count, back.Unit)
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
	if len(out) == 0 && !notNull(s.node, s.first.Time) {
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

func notNull(n *dbt.Node, name string) bool {
	c, ok := n.Column(name)
	if !ok {
		return false
	}
	t, ok := c.Test("not_null")
	return ok && t.Where == ""
}

// clock is what one relation says about time: its first and last moment, and how far it is known.
type clock struct {
	table              string
	first, last, known Scalar
	bounded            bool // known may lie beyond last
}

func (b *builder) clocks() ([]clock, error) {
	var out []clock
	seen := map[string]bool{}
	for _, s := range b.sources {
		c, err := b.clock(s)
		if err != nil {
			return nil, err
		}
		if key := keyOf([]any{s.node.ID, c.first, c.known}); !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out, nil
}

func (b *builder) clock(s *source) (clock, error) {
	least := func(at Scalar) Scalar { return Aggregate{Func: plan.Min, Arg: at} }
	most := func(at Scalar) Scalar { return Aggregate{Func: plan.Max, Arg: at} }
	if s.first.Kind != plan.Population {
		at, err := b.moment(s.node, s.alias, s.first.Time)
		return clock{s.alias, least(at), most(at), most(at), false}, err
	}
	from, err := b.moment(s.node, s.alias, s.first.Interval.From)
	if err != nil {
		return clock{}, err
	}
	to, err := b.moment(s.node, s.alias, s.first.Interval.To)
	known := Call{"greatest", []Scalar{most(from), Call{"coalesce", []Scalar{most(to), most(from)}}}}
	return clock{s.alias, least(from), most(from), known, true}, err
}

// openStep is the one row with the start of the first period that the data does not cover to its end.
func (b *builder) openStep() (string, error) {
	table, c, err := b.wholeClock()
	if err != nil {
		return "", err
	}
	g := string(b.spec.Time.Grain)
	return b.step("unfinished_"+g, "the "+g+" whose end the data has not reached", Select{
		Items: []Item{{b.bucket(b.nextDay(c.known)), "starts_on"}}, From: Table{Name: table}, Grouped: true}), nil
}

// needsSpan reports whether the result is laid over a series of periods.
func (b *builder) needsSpan() bool {
	if !b.split {
		return false
	}
	if b.spec.Time.Spine || b.longestOffset() != nil {
		return true
	}
	for _, s := range b.sources {
		if s.first.Kind == plan.Population || s.first.Kind == plan.Cumulative {
			return true
		}
	}
	return false
}

// dataFrom is the column of the span with the period of the first row, where the window does not begin with the data.
const dataFrom = "data_from"

// dataStart is the period of the first row there is.
func (b *builder) dataStart() Scalar {
	if from, _ := b.edges(); from.IsZero() {
		return One{b.span, b.firstName()}
	}
	return One{b.span, dataFrom}
}

func (b *builder) firstName() string { return "first_" + b.spec.Time.Name }
func (b *builder) last() string      { return "last_" + b.spec.Time.Name }

// spanStep is the one row with the first and the last period of the result.
func (b *builder) spanStep() (string, error) {
	if b.span != "" {
		return b.span, nil
	}
	from, to := b.edges()
	t := b.spec.Time
	sel := Select{}
	var first, last Scalar
	if !from.IsZero() {
		first = b.start(floor(from, t.Grain, t.WeekStart))
	}
	if !to.IsZero() {
		last = b.start(floor(to.AddDate(0, 0, -1), t.Grain, t.WeekStart))
		if t.Grain == plan.Hour {
			last = b.later(b.start(to), -1)
		}
	}
	if first == nil || last == nil || b.longestOffset() != nil && !from.IsZero() {
		table, c, err := b.wholeClock()
		if err != nil {
			return "", err
		}
		sel.From, sel.Grouped = Table{Name: table}, true
		if first == nil {
			first = b.bucket(c.first)
		}
		if last == nil {
			last = b.lastPeriod(c)
		}
		if !from.IsZero() && b.longestOffset() != nil {
			sel.Items = append(sel.Items, Item{b.bucket(c.first), dataFrom})
		}
	}
	sel.Items = append([]Item{{first, b.firstName()}, {last, b.last()}}, sel.Items...)
	comment := ""
	if t.Complete && to.IsZero() {
		comment = "up to the last " + string(t.Grain) + " that the data covers to its end"
	}
	b.span = b.step(t.Name+"_range", comment, sel)
	return b.span, nil
}

func (b *builder) start(day time.Time) Scalar {
	if b.spec.Time.Grain == plan.Hour {
		return Cast{dateLiteral(day), "timestamp"}
	}
	return dateLiteral(day)
}

// lastPeriod is the period of the last row or, for complete periods, the last whose final day the data reaches. Planned
// ends of intervals do not lead beyond the period of the last start.
func (b *builder) lastPeriod(c clock) Scalar {
	if !b.spec.Time.Complete {
		return b.bucket(c.last)
	}
	full := b.later(b.bucket(b.nextDay(c.known)), -1)
	if !c.bounded {
		return full
	}
	return Call{"least", []Scalar{b.bucket(c.last), full}}
}

// wholeClock is the clock over all facts and the table it is read from.
func (b *builder) wholeClock() (string, clock, error) {
	clocks, err := b.clocks()
	if err != nil {
		return "", clock{}, err
	}
	if len(clocks) == 1 {
		return clocks[0].table, clocks[0], nil
	}
	var parts []Select
	all := clock{}
	for _, c := range clocks {
		parts = append(parts, Select{Grouped: true, From: Table{Name: c.table},
			Items: []Item{{c.first, "first_at"}, {c.last, "last_at"}, {c.known, "known_at"}}})
		all.bounded = all.bounded || c.bounded
	}
	all.table = b.step("facts_in_time", "", Union{Parts: parts})
	all.first = Aggregate{Func: plan.Min, Arg: Column{all.table, "first_at"}}
	all.last = Aggregate{Func: plan.Max, Arg: Column{all.table, "last_at"}}
	all.known = Aggregate{Func: plan.Max, Arg: Column{all.table, "known_at"}}
	return all.table, all, nil
}

// periodsStep is the series of all periods of the result.
func (b *builder) periodsStep() (string, error) {
	if b.periods != "" {
		return b.periods, nil
	}
	span, err := b.spanStep()
	if err != nil {
		return "", err
	}
	b.periods = b.step(plural(b.spec.Time.Name), "", Series{Name: b.spec.Time.Name, Grain: b.spec.Time.Grain,
		From: span, First: b.firstName(), Last: b.last()})
	return b.periods, nil
}
