package metric

import (
	"firstmile/planner/plan"
)

// A population source compares the two edges of a period. Its rows are those that are valid at one edge, the
// anchor: the start for opening and lost, the end for closing and gained. A row is valid at an edge if it is just
// before it. Dimensions and the Spec's filters are attributes of these rows. What is lost or gained are the rows whose
// entity has no row at all at the other edge, in the population that the measure's own filters define.

// needsEdge refuses a state that the design without periods gives no instant for.
func (b *builder) needsEdge(m plan.Measure) error {
	if m.Interval.State == plan.Closing && b.spec.Window == nil {
		return nil // as of today
	}
	w := b.spec.Window
	if w == nil {
		w = &plan.Window{}
	}
	start := m.Interval.State != plan.Closing && w.From == ""
	end := m.Interval.State != plan.Opening && w.To == ""
	if start || end {
		return refuse("no_period", "%s compares the start and the end of a period, and the design names none.", m.Name)
	}
	return nil
}

func (b *builder) openPopulation(s *source) (block, error) {
	iv := s.first.Interval
	atEnd := iv.State == plan.Closing || iv.State == plan.Gained
	anchor, err := b.anchorStep(s, atEnd)
	if err != nil {
		return block{}, err
	}
	sel := Select{From: Table{Name: anchor}}
	if b.split {
		sel.Items = append(sel.Items, Item{Column{anchor, b.spec.Time.Name}, b.spec.Time.Name})
	}
	for _, d := range b.spec.Dimensions {
		sel.Items = append(sel.Items, Item{Column{anchor, d.Name}, d.Name})
	}
	entity := b.free(iv.Entity)
	gone := Scalar(nil)
	if s.compares() {
		other, err := b.otherStep(s, !atEnd)
		if err != nil {
			return block{}, err
		}
		join := Join{Kind: Left, Table: Table{Name: other}}
		if b.split {
			join.On = append(join.On, Op{"=", Column{anchor, b.spec.Time.Name}, Column{other, b.spec.Time.Name}})
		}
		join.On = append(join.On, Op{"=", Column{anchor, entity}, Column{other, entity}})
		sel.Joins = append(sel.Joins, join)
		gone = IsNull{Arg: Column{other, entity}}
	}
	return block{sel, func(a *atom) (Scalar, error) {
		var when Scalar
		if st := a.measure.Interval.State; st == plan.Lost || st == plan.Gained {
			when = gone
		}
		m := a.measure
		if m.Agg == plan.Sum {
			return aggregateOf(m, Column{anchor, b.free(s.valueName(a))}, when), nil
		}
		m.Agg = plan.CountDistinct
		return aggregateOf(m, Column{anchor, entity}, when), nil
	}}, nil
}

// compares reports whether any atom needs the other edge.
func (s *source) compares() bool {
	for _, a := range s.atoms {
		if st := a.measure.Interval.State; st == plan.Lost || st == plan.Gained {
			return true
		}
	}
	return false
}

// valueName is the column of the anchor step that holds the value an atom adds up.
func (s *source) valueName(a *atom) string {
	for _, other := range s.atoms {
		if other.measure.Expr != nil && keyOf(other.measure.Expr) == keyOf(a.measure.Expr) {
			return other.name + "_value"
		}
	}
	return a.name + "_value"
}

// anchorStep holds the rows valid at the edge, with the dimensions.
func (b *builder) anchorStep(s *source, atEnd bool) (string, error) {
	r := newReach(b, s.node, s.alias)
	sel, err := b.validAt(r, s, atEnd)
	if err != nil {
		return "", err
	}
	if err := b.addFilters(r, &sel, b.spec.Filters); err != nil {
		return "", err
	}
	if err := b.addKeys(r, &sel); err != nil {
		return "", err
	}
	done := map[string]bool{}
	for _, a := range s.atoms {
		name := b.free(s.valueName(a))
		if a.measure.Agg != plan.Sum || done[name] {
			continue
		}
		done[name] = true
		value, err := rowExpr(s.node, s.alias, *a.measure.Expr)
		if err != nil {
			return "", err
		}
		sel.Items = append(sel.Items, Item{value, name})
	}
	entity := Column{s.alias, s.first.Interval.Entity}
	sel.Items = append(sel.Items, Item{entity, b.free(s.first.Interval.Entity)})
	r.finish(&sel)
	return b.step(plural(entityNoun(s.first.Interval.Entity))+"_at_"+b.edgeName(atEnd), "", sel), nil
}

// otherStep holds each entity that is in the population at the edge.
func (b *builder) otherStep(s *source, atEnd bool) (string, error) {
	r := newReach(b, s.node, s.alias)
	sel, err := b.validAt(r, s, atEnd)
	if err != nil {
		return "", err
	}
	sel.Distinct = true
	sel.Items = append(sel.Items, Item{Column{s.alias, s.first.Interval.Entity}, b.free(s.first.Interval.Entity)})
	r.finish(&sel)
	name := plural(entityNoun(s.first.Interval.Entity)) + "_present_at_" + b.edgeName(atEnd)
	return b.step(name, "with any row that is valid then", sel), nil
}

func (b *builder) edgeName(atEnd bool) string {
	name := "period"
	if b.split {
		name = b.spec.Time.Name
	}
	switch {
	case !b.timed():
		return "present"
	case atEnd:
		return name + "_end"
	}
	return name + "_start"
}

// validAt selects the rows valid at the start or end of each period, with the period as first item, and applies the
// filters that define the population.
func (b *builder) validAt(r *reach, s *source, atEnd bool) (Select, error) {
	iv := s.first.Interval
	if _, err := column(s.node, iv.Entity); err != nil {
		return Select{}, err
	}
	from, err := b.moment(s.node, s.alias, iv.From)
	if err != nil {
		return Select{}, err
	}
	to, err := b.until(s, *iv, from)
	if err != nil {
		return Select{}, err
	}
	at, periods, err := b.instant(atEnd)
	if err != nil {
		return Select{}, err
	}
	r.event = &at
	begun, lasts := at.within(from, to)
	valid := []Scalar{begun, lasts}
	if iv.For == nil {
		valid[1] = Op{"or", lasts, IsNull{Arg: to}}
	}
	sel := Select{}
	if b.split {
		sel.From = Table{Name: periods}
		sel.Joins = []Join{{Kind: Inner, Table: Table{Name: s.alias}, On: valid}}
		sel.Items = []Item{{Column{periods, b.spec.Time.Name}, b.spec.Time.Name}}
	} else {
		sel.From, sel.Where = Table{Name: s.alias}, valid
	}
	if !notNull(s.node, iv.Entity) {
		sel.Where = append(sel.Where, IsNull{Arg: Column{s.alias, iv.Entity}, Negated: true})
	}
	return sel, b.addFilters(r, &sel, s.first.Filters)
}

// instant is the edge that rows are compared with or, without any period, today: who starts today is there at present.
func (b *builder) instant(atEnd bool) (at instant, periods string, err error) {
	if b.split {
		if periods, err = b.periodsStep(); err != nil {
			return instant{}, "", err
		}
		at = instant{at: Column{periods, b.spec.Time.Name}, edge: true}
		if atEnd {
			at.at = b.moved(at.at, 1)
		}
		return at, periods, nil
	}
	from, to := b.edges()
	switch {
	case b.spec.Window == nil:
		return instant{at: Today{}}, "", nil
	case atEnd:
		return instant{at: dateLiteral(to), edge: true}, "", nil
	}
	return instant{at: dateLiteral(from), edge: true}, "", nil
}

// until is the end of a row's validity: a column, or a length of time after its start.
func (b *builder) until(s *source, iv plan.Interval, from Scalar) (Scalar, error) {
	if iv.For != nil {
		return Shift{Arg: from, Count: iv.For.Count, Unit: iv.For.Unit, Clock: true}, nil
	}
	return b.moment(s.node, s.alias, iv.To)
}
