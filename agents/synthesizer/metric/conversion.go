package metric

import (
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// A conversion is read from its base events: each is a row that counts as it does in any other measure, and
// one question more is asked about it, whether an event of the other kind followed. The answers are found first, as the set of
// base events that converted (plan.Calculation has the rule), so that no base event can be counted twice.

// Columns of the steps: when a base event, and when a conversion event, happened.
const (
	eventAt    = "event_at"
	followedAt = "followed_at"
)

// part is what a conversion is made of, as a measure over the rows of its base event.
func part(m plan.Measure, c plan.Calculation) plan.Measure {
	base := m.Inputs[0]
	m.Model, m.Agg, m.Expr, m.Percentile, m.Time, m.Filters = base.Model, base.Agg, base.Expr, base.Percentile, base.Time, base.Filters
	m.Calculation = c
	return m
}

// collectConversion reads the parts that the calculation needs.
func (b *builder) collectConversion(m plan.Measure, offset *plan.Span, name string) error {
	all := nameOr(m.Inputs[0].Name, name+"_base")
	if m.Calculation != plan.Opportunities {
		if err := b.addAtom(part(m, plan.Conversions), offset, "converted_"+all); err != nil {
			return err
		}
	}
	if m.Calculation == plan.Conversions {
		return nil
	}
	return b.addAtom(part(m, plan.Opportunities), offset, all)
}

// conversionValue is the conversion over its parts.
func (b *builder) conversionValue(m plan.Measure, offset *plan.Span, get func(*atom) Scalar) Scalar {
	of := func(c plan.Calculation) Scalar { return get(b.parts[atomKey(part(m, c))+keyOf(offset)]) }
	if m.Calculation == plan.Conversions || m.Calculation == plan.Opportunities {
		return of(m.Calculation)
	}
	return Divide{of(plan.Conversions), of(plan.Opportunities)}
}

func (b *builder) validConversion(m plan.Measure) error {
	if len(m.Inputs) != 2 || m.Interval == nil || m.Interval.Entity == "" {
		return refuse("conversion", "The conversion %s lacks its two events or the column that says whose they are.", m.Name)
	}
	for _, in := range m.Inputs {
		if in.Kind != plan.Simple {
			return refuse("conversion", "%s is a %s measure; an event of the conversion %s is one row.", in.Name, in.Kind, m.Name)
		}
		if err := validAggregation(in); err != nil {
			return err
		}
		if in.Time == "" {
			return refuse("no_time", "%s does not say which column dates the event %s.", m.Name, in.Name)
		}
	}
	base, then := m.Inputs[0], m.Inputs[1]
	switch {
	case base.Model == then.Model && base.Time == then.Time && filtersKey(base.Filters) == filtersKey(then.Filters):
		return refuse("conversion", "Both events of the conversion %s are the same rows of %s, so each would follow itself.", m.Name, base.Model)
	case m.Trailing != nil && m.Trailing.Count <= 0:
		return refuse("conversion", "The window of the conversion %s must be longer than zero.", m.Name)
	}
	switch m.Calculation {
	case "", plan.ConversionRate, plan.Conversions, plan.Opportunities:
		return nil
	}
	return refuse("conversion", "I do not know the calculation %q of the conversion %s.", m.Calculation, m.Name)
}

// openConversion reads the base events and marks those that converted.
func (b *builder) openConversion(s *source) (block, error) {
	f, err := b.followed(s)
	if err != nil {
		return block{}, err
	}
	sel, err := b.timedRows(s)
	if err != nil {
		return block{}, err
	}
	r, err := b.reachAt(s.node, s.alias, s.first.Time)
	if err != nil {
		return block{}, err
	}
	own := Column{s.alias, f.entity}
	mark := Column{f.step, f.entity}
	join := Join{Kind: Left, Table: Table{Name: f.step}, On: []Scalar{Op{"=", own, mark}}}
	if !f.once {
		join.On = append(join.On, Op{"=", f.at, Column{f.step, eventAt}})
	}
	r.joins = append(r.joins, join)
	rows, err := b.rowsBlock(s, r, sel)
	return block{rows.sel, func(a *atom) (Scalar, error) {
		if a.measure.Calculation != plan.Conversions {
			return rows.cell(a)
		}
		return aggregate(s.node, s.alias, a.measure, IsNull{Arg: mark, Negated: true})
	}}, err
}

// following is the step with the base events that converted.
type following struct {
	step   string
	entity string // its column, and that of the base relation
	at     Scalar // when a base event happened
	once   bool   // an entity has one base event at most, so that the entity alone names it
}

// followed lists the base events that converted.
func (b *builder) followed(s *source) (following, error) {
	m := s.first
	base, err := b.events(s.node, s.alias, m.Inputs[0], m.Interval.Entity, false)
	if err != nil {
		return following{}, err
	}
	node, alias, err := b.relation(m.Inputs[1].Model)
	if err != nil {
		return following{}, err
	}
	then, err := b.events(node, alias, m.Inputs[1], m.Interval.Entity, node.ID == s.node.ID)
	if err != nil {
		return following{}, err
	}
	if then.day && !base.day { // who came at noon and bought "on that day" bought afterwards
		base.at = Cast{base.at, "date"}
	}
	out := following{entity: base.entity, once: unique(s.node, base.entity)}
	if out.at, err = b.moment(s.node, s.alias, m.Inputs[0].Time); err != nil {
		return out, err
	}
	if then.day && !base.day {
		out.at = Cast{out.at, "date"}
	}
	on := []Scalar{Op{"=", Column{then.table, then.entity}, Column{base.table, base.entity}}, Op{">=", then.at, base.at}}
	if w := m.Trailing; w != nil {
		on = append(on, Op{"<", then.at, Shift{Arg: base.at, Count: w.Count, Unit: w.Unit, Clock: true}})
	}
	pairs := Select{From: Table{Name: base.table}, Joins: []Join{{Kind: Inner, Table: Table{Name: then.table}, On: on}},
		Where: append(base.where, then.where...)}
	noun := nameOr(m.Inputs[0].Name, s.alias)
	whose := Item{Column{base.table, base.entity}, base.entity}
	if out.once {
		pairs.Distinct, pairs.Items = true, []Item{whose}
		out.step = b.step("converted_"+noun, "", pairs)
		return out, nil
	}
	pairs.Grouped, pairs.Keys = true, 2
	pairs.Items = []Item{whose, {then.at, followedAt}, {Aggregate{Func: plan.Max, Arg: base.at}, eventAt}}
	nearest := b.step(noun+"_before_"+nameOr(m.Inputs[1].Name, alias), "the nearest one", pairs)
	out.step = b.step("converted_"+noun, "", Select{Distinct: true, From: Table{Name: nearest},
		Items: []Item{{Column{nearest, base.entity}, base.entity}, {Column{nearest, eventAt}, eventAt}}})
	return out, nil
}

// eventRows are the rows of an event: a relation or a step of its own.
type eventRows struct {
	table  string
	entity string
	at     Scalar
	day    bool // known to the day only
	where  []Scalar
}

// events reads the rows of one event of a conversion: in place where that can be, else in a step of its own.
func (b *builder) events(n *dbt.Node, alias string, m plan.Measure, entity string, apart bool) (eventRows, error) {
	col, err := column(n, entity)
	if err != nil {
		return eventRows{}, err
	}
	dated, err := column(n, m.Time)
	if err != nil {
		return eventRows{}, err
	}
	at, err := b.moment(n, alias, m.Time)
	if err != nil {
		return eventRows{}, err
	}
	out := eventRows{table: alias, entity: col.Name, at: at, day: toTheDay(dated)}
	r, err := b.reachAt(n, alias, m.Time)
	if err != nil {
		return eventRows{}, err
	}
	rows := Select{Items: []Item{{Column{alias, col.Name}, col.Name}, {at, eventAt}}}
	if err := b.addFilters(r, &rows, m.Filters); err != nil {
		return eventRows{}, err
	}
	if !apart && len(r.joins) == 0 {
		out.where = rows.Where
		return out, nil
	}
	r.finish(&rows)
	out.table = b.step(nameOr(m.Name, alias+"_events"), "", rows)
	out.at = Column{out.table, eventAt}
	return out, nil
}

// toTheDay reports whether a column holds days rather than moments, by type or by the naming rule of timeForm.
func toTheDay(col dbt.Column) bool {
	if f := family(col.Type); f != unknownFamily {
		return f == dateFamily
	}
	form, known := timeForm(col)
	return known && form == Civil
}

// unique reports whether a column is declared to identify a row.
func unique(n *dbt.Node, name string) bool {
	for _, key := range n.UniqueKeys() {
		if len(key) == 1 && strings.EqualFold(key[0], name) {
			return true
		}
	}
	return false
}
