package dbt

import "slices"

// inferred adds to a node of unknown columns those that models select from it by name, in the order of the models' IDs.
func (r *columnResolver) inferred(n *Node) {
	var more []Column
	for _, id := range n.Downstream {
		for _, name := range r.p.node(id).selects[n.ID] {
			more = append(more, Column{Name: name, From: FromStatic})
		}
	}
	if len(more) > 0 {
		n.Columns = append(slices.Clip(n.Columns), beyond(n.Columns, more)...)
	}
	if len(n.Columns) == 0 {
		n.Columns = nil
	}
}

// inherit passes types and values down to plain copies, upstream first.
func (r *columnResolver) inherit() {
	done := make(map[string]bool, len(r.p.Nodes))
	var visit func(n *Node)
	visit = func(n *Node) {
		if done[n.ID] {
			return
		}
		done[n.ID] = true
		for _, id := range n.Upstream {
			if up := r.p.own(id); up != nil {
				visit(up)
			}
		}
		r.inheritInto(n)
	}
	for _, n := range r.p.Nodes {
		visit(n)
	}
}

// inheritInto gives the plain copies among a node's columns what their originals have.
func (r *columnResolver) inheritInto(n *Node) {
	for i := range n.Columns {
		c := &n.Columns[i]
		up := r.p.node(c.CopyOf.Node)
		if up == nil {
			continue
		}
		if o, ok := up.Column(c.CopyOf.Column); ok {
			c.Type = firstText(c.Type, o.Type)
			if c.Values == nil {
				c.Values = o.Values
			}
		}
	}
}
