package metric

import (
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// reach finds columns from the rows of one relation over join paths. Every hop keeps the rows as they are: it leads to
// at most one row, and rows without a partner stay (left join).
type reach struct {
	b     *builder
	node  *dbt.Node
	alias string
	joins []Join
	hops  map[string]end
	event *instant
	// distinct is true where rows are only looked for, so that finding one several times does no harm.
	distinct bool
}

// end is where a hop leads.
type end struct {
	node  *dbt.Node
	alias string
}

func newReach(b *builder, n *dbt.Node, alias string) *reach {
	return &reach{b: b, node: n, alias: alias, hops: map[string]end{}}
}

// to is the column that a reference means for a row of the relation.
func (r *reach) to(ref plan.ColumnRef, paths []plan.JoinPath, what string) (Scalar, dbt.Column, error) {
	path, err := r.path(ref, paths, what)
	if err != nil {
		return nil, dbt.Column{}, err
	}
	at := end{r.node, r.alias}
	for _, h := range path.Hops {
		if at, err = r.hop(at, h, what); err != nil {
			return nil, dbt.Column{}, err
		}
	}
	target, ok := r.b.project.Relation(ref.Relation)
	if !ok || target.ID != at.node.ID {
		return nil, dbt.Column{}, refuse("broken_path", "The join path for %s ends at %s, not at %s.", what, at.node.Name, ref.Relation)
	}
	col, err := column(at.node, ref.Column)
	if err != nil {
		return nil, dbt.Column{}, err
	}
	return Column{at.alias, col.Name}, col, nil
}

func (r *reach) path(ref plan.ColumnRef, paths []plan.JoinPath, what string) (plan.JoinPath, error) {
	for _, p := range paths {
		if n, ok := r.b.project.Relation(p.From); ok && n.ID == r.node.ID {
			return p, nil
		}
	}
	if n, ok := r.b.project.Relation(ref.Relation); ok && n.ID == r.node.ID {
		return plan.JoinPath{From: r.node.Name, To: r.node.Name}, nil
	}
	return plan.JoinPath{}, refuse("no_path", "I know no join path from %s to %s, which %s needs.", r.node.Name, ref.Relation, what)
}

// hop follows one join, or finds it among those that are there already.
func (r *reach) hop(from end, h plan.Hop, what string) (end, error) {
	if err := r.checkHop(from, h, what); err != nil {
		return end{}, err
	}
	key := keyOf([]any{from.alias, h.To, h.FromColumns, h.ToColumns, h.AsOf})
	if done, ok := r.hops[key]; ok {
		return done, nil
	}
	node, name, err := r.b.relation(h.To)
	if err != nil {
		return end{}, err
	}
	to := end{node, r.label(name, h)}
	join := Join{Kind: Left, Table: Table{Name: name, Alias: to.alias}}
	for i := range h.FromColumns {
		left, err := column(from.node, h.FromColumns[i])
		if err != nil {
			return end{}, err
		}
		right, err := column(node, h.ToColumns[i])
		if err != nil {
			return end{}, err
		}
		join.On = append(join.On, Op{"=", Column{from.alias, left.Name}, Column{to.alias, right.Name}})
	}
	if h.AsOf != nil {
		valid, err := r.validThen(to, *h.AsOf)
		if err != nil {
			return end{}, err
		}
		join.On = append(join.On, valid...)
	}
	r.joins = append(r.joins, join)
	r.hops[key] = to
	return to, nil
}

func (r *reach) checkHop(from end, h plan.Hop, what string) error {
	start, ok := r.b.project.Relation(h.From)
	if !ok || start.ID != from.node.ID || len(h.FromColumns) == 0 || len(h.FromColumns) != len(h.ToColumns) {
		return refuse("broken_path", "The join path for %s does not lead from %s on.", what, from.node.Name)
	}
	switch {
	case h.AsOf != nil && r.event == nil:
		return refuse("as_of", "%s holds versions, and nothing says at which time %s is looked at for a row of %s.", h.To, what, r.node.Name)
	case h.AsOf != nil, r.distinct, h.Cardinality == plan.ManyToOne, h.Cardinality == plan.OneToOne:
		return nil
	case h.Cardinality == plan.OneToMany:
		return refuse("fan_out", "One row of %s has many rows in %s, so splitting by %s would count it several times. "+
			"Choose a measure of %s, or an attribute that is unique for each row.", h.From, h.To, what, h.To)
	}
	return refuse("fan_out", "I cannot tell whether %s.%s is unique, so joining it for %s might count rows several times. "+
		"A unique test on it would settle that.", h.To, strings.Join(h.ToColumns, ", "), what)
}

// label is the alias of a joined table; the second table of the same name is called after the key that leads to it.
func (r *reach) label(name string, h plan.Hop) string {
	label := name
	for n := 1; r.taken(label); n++ {
		label = name + "_by_" + strings.ToLower(h.FromColumns[0])
		if n > 1 {
			label += strings.Repeat("_x", n-1)
		}
	}
	return label
}

func (r *reach) taken(label string) bool {
	if label == r.alias {
		return true
	}
	for _, j := range r.joins {
		if j.Table.label() == label {
			return true
		}
	}
	return false
}

// finish moves the joins into the query and names the relation as its first table.
func (r *reach) finish(sel *Select) {
	if sel.From.Name == "" {
		sel.From = Table{Name: r.alias}
	}
	sel.Joins = append(sel.Joins, r.joins...)
	r.joins = nil
}
