package metric

import (
	"firstmile/planner/plan"
)

// openCumulative reads, for each period, the rows up to its end: all of them (running total), those of a trailing
// length of time that ends with the period, or those since the start of a larger period. Each row is read where
// it counts, so that distinct counts and averages are right as well.
func (b *builder) openCumulative(s *source) (block, error) {
	r, err := b.reachAt(s.node, s.alias, s.first)
	if err != nil {
		return block{}, err
	}
	at, _, err := r.moment(s.first)
	if err != nil {
		return block{}, err
	}
	periods, err := b.periodsStep()
	if err != nil {
		return block{}, err
	}
	start := Column{periods, b.spec.Time.Name}
	end := b.moved(start, 1)
	within := []Scalar{Op{"<", at, end}}
	m := s.first
	switch {
	case m.Trailing != nil:
		from := Shift{Arg: end, Count: -m.Trailing.Count, Unit: m.Trailing.Unit, Clock: true}
		within = append(within, Op{">=", at, from})
	case m.GrainToDate != "":
		within = append(within, Op{">=", at, bucketOf(start, m.GrainToDate, *b.spec.Time)})
	}
	sel := Select{Items: []Item{{start, b.spec.Time.Name}}}
	if len(r.joins) > 0 { // the time of a row is known only after these
		r.joins = append(r.joins, Join{Kind: Inner, Table: Table{Name: periods}, On: within})
	} else {
		sel.From = Table{Name: periods}
		sel.Joins = []Join{{Kind: Inner, Table: Table{Name: s.alias}, On: within}}
	}
	return b.rowsBlock(s, r, sel)
}

// openBalance reads, for each period, the rows of its last moment: of all rows, or of each entity where the measure names one.
func (b *builder) openBalance(s *source) (block, error) {
	r, err := b.reachAt(s.node, s.alias, s.first)
	if err != nil {
		return block{}, err
	}
	at, _, err := r.moment(s.first)
	if err != nil {
		return block{}, err
	}
	rows := Select{}
	var partition []Scalar
	if b.timed() {
		if rows.Where, err = b.inWindow(s, at); err != nil {
			return block{}, err
		}
	} else if !s.dated() {
		rows.Where = []Scalar{present(at)}
	}
	if b.split {
		rows.Items = []Item{{b.bucket(at), b.spec.Time.Name}}
		partition = append(partition, b.bucket(at))
	}
	if iv := s.first.Interval; iv != nil && iv.Entity != "" {
		entity, err := column(s.node, iv.Entity)
		if err != nil {
			return block{}, err
		}
		partition = append(partition, Column{s.alias, entity.Name})
	}
	filters := append(append([]plan.Filter(nil), b.spec.Filters...), s.first.Filters...)
	if err := b.addFilters(r, &rows, filters); err != nil {
		return block{}, err
	}
	if err := b.addKeysOf(r, &rows, true); err != nil { // the last moment is that of all groups
		return block{}, err
	}
	return b.balanceBlock(s, r, rows, at, partition)
}

func (b *builder) balanceBlock(s *source, r *reach, rows Select, at Scalar, partition []Scalar) (block, error) {
	keys := len(rows.Items)
	for _, a := range s.atoms {
		if a.measure.Expr == nil {
			continue
		}
		value, err := rowExpr(s.node, s.alias, *a.measure.Expr)
		if err != nil {
			return block{}, err
		}
		rows.Items = append(rows.Items, Item{value, b.free(a.name + "_value")})
	}
	own, last := b.free("balance_at"), b.free("last_at")
	rows.Items = append(rows.Items, Item{at, own}, Item{Latest{Arg: at, Partition: partition}, last})
	place := b.amongTop()
	if place != nil {
		rows.Items = append(rows.Items, Item{place, b.place()})
	}
	r.finish(&rows)
	name := b.step(s.alias+"_with_last_moment", "", rows)
	sel := Select{From: Table{Name: name}, Where: []Scalar{Op{"=", Column{name, own}, Column{name, last}}}}
	if place != nil {
		sel.Where = append(sel.Where, IsNull{Arg: Column{name, b.place()}, Negated: true})
	}
	for _, item := range rows.Items[:keys] {
		sel.Items = append(sel.Items, Item{Column{name, item.Name}, item.Name})
	}
	return block{sel, func(a *atom) (Scalar, error) {
		if a.measure.Expr == nil {
			return aggregateOf(a.measure, nil, nil), nil
		}
		return aggregateOf(a.measure, Column{name, b.free(a.name + "_value")}, nil), nil
	}}, nil
}
