package synthesizer

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// look finds a column for a row: hop by hop, the first row with the same key.
func (n *naive) look(model string, r record, ref plan.ColumnRef, paths []plan.JoinPath) any {
	if ref.Relation == model {
		return r[ref.Column]
	}
	for _, p := range paths {
		if p.From != model {
			continue
		}
		for _, h := range p.Hops {
			r = n.partner(h, r)
			if r == nil {
				return nil
			}
		}
	}
	return r[ref.Column]
}

func (n *naive) partner(h plan.Hop, r record) record {
	key := r[h.FromColumns[0]]
	for _, o := range n.tables[h.To] {
		if key != nil && o[h.ToColumns[0]] == key {
			return o
		}
	}
	return nil
}

func (n *naive) dims(model string, r record) string {
	var parts []string
	for _, d := range n.spec.Dimensions {
		v := n.look(model, r, d.Column, d.Paths)
		switch {
		case v == nil && d.NullAs != "":
			v = d.NullAs
		case v == nil:
			v = "null"
		}
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, "\x00")
}

func (n *naive) passes(model string, r record, filters []plan.Filter) bool {
	for _, f := range filters {
		if !passes(n.look(model, r, f.Column, f.Paths), f) {
			return false
		}
	}
	return true
}

func passes(v any, f plan.Filter) bool {
	switch {
	case f.Op == plan.IsNull:
		return v == nil
	case f.Op == plan.NotNull:
		return v != nil
	case v == nil:
		return f.KeepNull
	}
	var want []any
	for _, l := range f.Values {
		if l.Kind == plan.NumberLiteral {
			var x float64
			fmt.Sscan(l.Text, &x)
			want = append(want, x)
		} else {
			want = append(want, l.Text)
		}
	}
	less := func(a, b any) bool {
		if x, ok := a.(float64); ok {
			return x < b.(float64)
		}
		return a.(string) < b.(string)
	}
	switch f.Op {
	case plan.Eq, plan.In:
		return slices.Contains(want, v)
	case plan.Ne, plan.NotIn:
		return !slices.Contains(want, v)
	case plan.Lt:
		return less(v, want[0])
	case plan.Lte:
		return !less(want[0], v)
	case plan.Gt:
		return less(want[0], v)
	case plan.Gte:
		return !less(v, want[0])
	}
	return !less(v, want[0]) && !less(want[1], v)
}
