package metric

import (
	"firstmile/planner/plan"
)

// A filter may lie behind a hop that leads to many rows: orders that have a refund over 100. Joining would count an
// order once for each refund, so the keys with such a row are listed first, each once, and the filter asks
// whether a row's key is among them.

// fansOut reports whether a path may lead from one row to many.
func fansOut(p plan.JoinPath) bool {
	for _, h := range p.Hops {
		if h.AsOf == nil && h.Cardinality != plan.ManyToOne && h.Cardinality != plan.OneToOne {
			return true
		}
	}
	return false
}

// anyOf is true for a row that has at least one row behind the path for which the filter holds.
func (b *builder) anyOf(r *reach, f plan.Filter, path plan.JoinPath) (Scalar, error) {
	switch {
	case f.Op == plan.Ne || f.Op == plan.NotIn || f.Op == plan.IsNull || f.KeepNull:
		return nil, refuse("fan_out", "One row of %s has many rows in %s, so it is not clear whether none of them or only one may be %s.",
			path.From, f.Column.Relation, nameOr(f.Label, f.Column.String()))
	case len(path.Hops) == 0:
		return nil, refuse("broken_path", "The join path to %s is empty.", f.Column)
	}
	at, i := end{r.node, r.alias}, 0
	var err error
	for ; !fansOut(plan.JoinPath{Hops: path.Hops[i : i+1]}); i++ {
		if at, err = r.hop(at, path.Hops[i], f.Column.String()); err != nil {
			return nil, err
		}
	}
	many := path.Hops[i]
	if len(many.FromColumns) != 1 || len(many.ToColumns) != 1 {
		return nil, refuse("fan_out", "One row of %s may have many rows in %s, and they are joined by more than one column.", many.From, many.To)
	}
	key, err := column(at.node, many.FromColumns[0])
	if err != nil {
		return nil, err
	}
	step, name, err := b.keysWith(f, many, path.Hops[i+1:])
	return Among{Arg: Column{at.alias, key.Name}, Table: step, Name: name}, err
}

// keysWith lists the keys on the far side of a hop for which the filter holds, over the hops that are left.
func (b *builder) keysWith(f plan.Filter, many plan.Hop, rest []plan.Hop) (step, name string, err error) {
	node, alias, err := b.relation(many.To)
	if err != nil {
		return "", "", err
	}
	key, err := column(node, many.ToColumns[0])
	if err != nil {
		return "", "", err
	}
	inner := newReach(b, node, alias)
	inner.distinct = true
	f.Paths = []plan.JoinPath{{From: many.To, To: f.Column.Relation, Hops: rest}}
	holds, err := b.test(inner, f)
	if err != nil {
		return "", "", err
	}
	sel := Select{Distinct: true, Items: []Item{{Column{alias, key.Name}, key.Name}}, Where: []Scalar{holds}}
	inner.finish(&sel)
	return b.step(alias+"_that_count", "", sel), key.Name, nil
}
