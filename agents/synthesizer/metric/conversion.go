package metric

import (
	"firstmile/planner/plan"
)

// A conversion is read from its base events: each is a row that counts as it does in any other measure, and
// one question more is asked about it, whether an event of the other kind followed. The answers are found first, as the set of
// base events that converted (plan.Calculation has the rule), so that no base event can be counted twice.

// openConversion reads the base events and marks those that converted.
func (b *builder) openConversion(s *source) (block, error) {
	r, err := b.reachAt(s.node, s.alias, s.first)
	if err != nil {
		return block{}, err
	}
	f, err := b.followed(s, r)
	if err != nil {
		return block{}, err
	}
	sel, err := b.timedRows(s, r)
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
func (b *builder) followed(s *source, r *reach) (following, error) {
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
	if then.day { // who came at noon and bought "on that day" bought afterwards
		base.at = asDate(base.at, base.day)
	}
	out := following{entity: base.entity, once: unique(s.node, base.entity)}
	if out.at, _, err = r.moment(m.Inputs[0]); err != nil {
		return out, err
	}
	if then.day {
		out.at = asDate(out.at, base.day)
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
