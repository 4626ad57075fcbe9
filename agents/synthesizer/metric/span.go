package metric

import (
	"slices"
	"time"

	"firstmile/planner/plan"
)

// clock is what one relation says about time: its first and last moment.
type clock struct {
	table       string
	joins       []Join // where the times are on another table
	first, last Scalar
}

func (b *builder) clocks() ([]clock, error) {
	var out []clock
	seen := map[string]bool{}
	for _, s := range slices.Concat(b.beside, b.sources) {
		parts, err := b.clockSources(s)
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			c, err := b.clock(p)
			if err != nil {
				return nil, err
			}
			if key := keyOf([]any{p.node.ID, c.joins, c.first, c.last}); !seen[key] {
				seen[key] = true
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// clock reads the times of a fact or, for intervals, the starts and ends that lie behind us: an end that is planned says
// nothing about how far the data goes.
func (b *builder) clock(s *source) (clock, error) {
	least := func(at Scalar) Scalar { return Aggregate{Func: plan.Min, Arg: at} }
	most := func(at Scalar) Scalar { return Aggregate{Func: plan.Max, Arg: at} }
	first := s.first
	if first.Kind != plan.Population {
		r := newReach(b, s.node, s.alias)
		at, _, err := r.moment(first)
		return clock{s.alias, r.joins, least(at), most(at)}, err
	}
	from, err := b.moment(s.node, s.alias, first.Interval.From)
	if err != nil {
		return clock{}, err
	}
	if first.Interval.For != nil { // the data goes as far as the events do
		return clock{table: s.alias, first: least(from), last: most(from)}, nil
	}
	to, err := b.moment(s.node, s.alias, first.Interval.To)
	past := Case{When: []Scalar{Op{"<=", to, Today{}}}, Then: []Scalar{to}, Else: from}
	return clock{table: s.alias, first: least(from), last: most(past)}, err
}

// openStep is the one row with the start of the first period that the data does not cover to its end.
func (b *builder) openStep() (string, error) {
	table, c, err := b.wholeClock()
	if err != nil {
		return "", err
	}
	g := string(b.spec.Time.Grain)
	return b.step("unfinished_"+g, "the "+g+" whose end the data has not reached", Select{
		Items: []Item{{b.bucket(b.nextDay(c.last)), "starts_on"}}, From: Table{Name: table}, Joins: c.joins, Grouped: true}), nil
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
		first = b.start(floorOn(from, *t))
	}
	if !to.IsZero() {
		last = b.start(floorOn(to.AddDate(0, 0, -1), *t))
		if t.Grain == plan.Hour {
			last = b.later(b.start(to), -1)
		}
	}
	if first == nil || last == nil || b.longestOffset() != nil && !from.IsZero() {
		table, c, err := b.wholeClock()
		if err != nil {
			return "", err
		}
		sel.From, sel.Joins, sel.Grouped = Table{Name: table}, c.joins, true
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
	b.span = b.step(t.Name+"_range", b.spanComment(), sel)
	return b.span, nil
}

// spanComment says where the periods end, unless the window does.
func (b *builder) spanComment() string {
	g := string(b.spec.Time.Grain)
	_, to := b.edges()
	switch {
	case !to.IsZero():
		return ""
	case b.spec.Time.Complete:
		return "up to the last " + g + " that the data covers to its end"
	}
	for _, s := range b.sources {
		if iv := s.first.Interval; s.first.Kind == plan.Population && iv.For == nil {
			return "up to the " + g + " of the last " + iv.From + " or past " + iv.To
		}
	}
	return ""
}

func (b *builder) start(day time.Time) Scalar {
	if b.spec.Time.Grain == plan.Hour {
		return Cast{dateLiteral(day), "timestamp"}
	}
	return dateLiteral(day)
}

// lastPeriod is the period of the last moment or, for complete periods, the last whose final day the data reaches.
func (b *builder) lastPeriod(c clock) Scalar {
	if !b.spec.Time.Complete {
		return b.bucket(c.last)
	}
	return b.later(b.bucket(b.nextDay(c.last)), -1)
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
		parts = append(parts, Select{Grouped: true, From: Table{Name: c.table}, Joins: c.joins,
			Items: []Item{{c.first, "first_at"}, {c.last, "last_at"}}})
	}
	all.table = b.step("facts_in_time", "", Union{Parts: parts})
	all.first = Aggregate{Func: plan.Min, Arg: Column{all.table, "first_at"}}
	all.last = Aggregate{Func: plan.Max, Arg: Column{all.table, "last_at"}}
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
