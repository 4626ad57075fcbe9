package compose

import (
	"slices"
	"strings"

	"firstmile/glossary"
	"firstmile/planner/plan"
)

// happensWith reports whether rows of a model happen when the row does that lends them its date. They do where metrics go by the
// date, where it is that of a calendar or is named for what happens (order_date of orders), and where the rows are nothing
// but parts of what happens.
func (b *builder) happensWith(model string, d lentDate) bool {
	return b.measuredBy(d.column) || b.isCalendar(d.column) || b.namedForIts(d.column) || b.isPart(model, d.column.Relation)
}

// isThing reports whether rows of other relations refer to those of the model.
func (b *builder) isThing(model string) bool {
	return slices.ContainsFunc(b.K.Names(), func(name string) bool {
		return !b.kin(name, model) && len(b.keysTo(name, model)) > 0
	})
}

// kin reports whether one of two relations is made from the other.
func (b *builder) kin(x, y string) bool {
	return x == y || b.K.MadeFrom(x, y) || b.K.MadeFrom(y, x)
}

// keysTo are the columns by which many rows of a relation lead to one of another.
func (b *builder) keysTo(from, to string) [][]string {
	var out [][]string
	ways, _ := b.K.Paths(from, to)
	for _, w := range ways {
		if len(w.Hops) == 1 && w.Hops[0].Cardinality == plan.ManyToOne {
			out = append(out, w.Hops[0].FromColumns)
		}
	}
	return out
}

// measuredBy reports whether a semantic model or a metric of the glossary goes by a date.
func (b *builder) measuredBy(date plan.ColumnRef) bool {
	for _, t := range b.K.Glossary.Terms {
		if t.Metric != nil && t.Metric.Model == date.Relation && strings.EqualFold(t.Metric.Time, date.Column) {
			return true
		}
	}
	r, ok := b.K.Relation(date.Relation)
	for _, s := range b.K.Project.Semantic {
		if ok && s.Model == r.Node.ID && strings.EqualFold(s.TimeColumn, date.Column) {
			return true
		}
	}
	return false
}

// isCalendar reports whether every row of a relation has another date.
func (b *builder) isCalendar(date plan.ColumnRef) bool {
	r, ok := b.K.Relation(date.Relation)
	return ok && slices.ContainsFunc(r.Node.UniqueKeys(), func(key []string) bool {
		return len(key) == 1 && strings.EqualFold(key[0], date.Column)
	})
}

// namedForIts reports whether a date bears the name of the rows that it is on, as ordered_at does on orders.
func (b *builder) namedForIts(date plan.ColumnRef) bool {
	r, ok := b.K.Relation(date.Relation)
	if !ok || r.Noun == "" {
		return false
	}
	noun := b.K.Words(r.Noun)
	for _, w := range b.K.Words(strings.Join(glossary.Split(date.Column), " ")) {
		if len(noun) > 0 && w.Stem == noun[len(noun)-1].Stem {
			return true
		}
	}
	return false
}

// isPart reports whether rows of a model are no things that others refer to and refer to the rows of one relation only, and those
// are no mere things: they refer to others themselves.
func (b *builder) isPart(model, of string) bool {
	if b.isThing(model) || strings.HasPrefix(of, "dim_") || len(b.keysTo(model, of)) != 1 {
		return false
	}
	leads := func(from string, except ...string) bool {
		return slices.ContainsFunc(b.K.Names(), func(name string) bool {
			return !slices.ContainsFunc(append(except, from), func(x string) bool { return b.kin(name, x) }) && len(b.keysTo(from, name)) > 0
		})
	}
	return !leads(model, of) && leads(of)
}
