package metric

import (
	"strconv"

	"firstmile/planner/plan"
)

// A funnel is read from the rows with which entities enter it: in each period the first of each entity. Step after step, the
// earliest event is looked for that does not come before the one of the step before.

func (b *builder) openFunnel(s *source) (block, error) {
	sel, r, first, err := b.firstRows(s, true)
	if err != nil {
		return block{}, err
	}
	entered, _, err := r.moment(s.first)
	if err != nil {
		return block{}, err
	}
	steps, err := b.funnelSteps(s)
	if err != nil {
		return block{}, err
	}
	reached := []Scalar{Column{s.alias, first.entity}}
	for _, step := range steps {
		who := Column{step, first.entity}
		reached = append(reached, who)
		r.joins = append(r.joins, Join{Kind: Left, Table: Table{Name: step}, On: []Scalar{Op{"=", Column{s.alias, first.entity}, who}, Op{"=", entered, Column{step, eventAt}}}})
	}
	rows, err := b.rowsBlock(s, r, sel)
	return block{rows.sel, func(a *atom) (Scalar, error) {
		return Aggregate{Func: plan.CountDistinct, Arg: reached[a.measure.Step-1]}, nil
	}}, err
}

// funnelSteps lists, for every step after the first, who reached it: by entity and by the time of the first event.
func (b *builder) funnelSteps(s *source) ([]string, error) {
	m := s.first
	before, err := b.events(s.node, s.alias, m.Inputs[0], m.Interval.Entity, false)
	if err != nil {
		return nil, err
	}
	start, firstDay := before.at, before.day
	var out []string
	for i, in := range m.Inputs[1:] {
		node, alias, err := b.relation(in.Model)
		if err != nil {
			return nil, err
		}
		then, err := b.events(node, alias, in, m.Interval.Entity, node.ID == s.node.ID)
		if err != nil {
			return nil, err
		}
		who, after, opened := Column{before.table, before.entity}, before.at, start
		if then.day { // what happened on a day happened after what came in the course of it
			after, opened = asDate(after, before.day), asDate(opened, firstDay)
		}
		on := []Scalar{Op{"=", Column{then.table, then.entity}, who}, Op{">=", then.at, after}}
		if w := m.Trailing; w != nil {
			on = append(on, Op{"<", then.at, Shift{Arg: opened, Count: w.Count, Unit: w.Unit, Clock: true}})
		}
		sel := Select{From: Table{Name: before.table}, Joins: []Join{{Kind: Inner, Table: Table{Name: then.table}, On: on}},
			Where: append(append([]Scalar(nil), before.where...), then.where...), Grouped: true, Keys: 2,
			Items: []Item{{who, before.entity}, {start, eventAt}, {Aggregate{Func: plan.Min, Arg: then.at}, followedAt}}}
		step := b.step("step_"+strconv.Itoa(i+2)+"_"+nameOr(in.Name, alias), "", sel)
		out = append(out, step)
		before = eventRows{table: step, entity: before.entity, at: Column{step, followedAt}, day: then.day}
		start = Column{step, eventAt}
	}
	return out, nil
}

func asDate(at Scalar, already bool) Scalar {
	if already {
		return at
	}
	return Cast{at, "date"}
}
