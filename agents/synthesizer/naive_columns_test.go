package synthesizer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstmile/planner/plan"
)

// look finds a column for a row: hop by hop, the first row with the same key.
func (n *naive) look(model string, r record, ref plan.ColumnRef, paths []plan.JoinPath) any {
	if ref.Relation == model {
		return r[ref.Column]
	}
	at := n.momentOf(r)
	for _, p := range paths {
		if p.From != model {
			continue
		}
		for _, h := range p.Hops {
			r = n.partner(h, r, at)
			if r == nil {
				return nil
			}
		}
	}
	return r[ref.Column]
}

// moment is when a row happened, perhaps known to the day only.
type moment struct {
	at   any
	day  bool
	edge bool // the state just before it is meant
}

// edge marks a row with the edge of the period that it is counted for.
const edge = "counted at"

func (n *naive) momentOf(r record) moment {
	if at, ok := r[edge]; ok {
		return moment{at: at, edge: true}
	}
	for _, column := range []string{"ordered_at", "refunded_on", "taken_on"} {
		if at, ok := r[column]; ok {
			return moment{at: at, day: column != "ordered_at"}
		}
	}
	return n.momentOfLine(r)
}

// within reports whether the moment lies in a version's time.
func (m moment) within(from, to any) bool {
	at, ok := m.at.(time.Time)
	begins, ok2 := from.(time.Time)
	if !ok || !ok2 {
		return false
	}
	ends, closed := to.(time.Time)
	if m.day {
		begins, ends = begins.Truncate(24*time.Hour), ends.Truncate(24*time.Hour)
	}
	if m.edge {
		return begins.Before(at) && (!closed || !ends.Before(at))
	}
	return !begins.After(at) && (!closed || ends.After(at))
}

func (n *naive) partner(h plan.Hop, r record, at moment) record {
	key := r[h.FromColumns[0]]
	for _, o := range n.tables[h.To] {
		if key != nil && o[h.ToColumns[0]] == key && (h.AsOf == nil || at.within(o[h.AsOf.From], o[h.AsOf.To])) {
			return o
		}
	}
	return nil
}

// dims are the dimensions of a row, joined; those that are not among the best become one group where the rest is kept.
func (n *naive) dims(model string, r record, start time.Time) string {
	key := n.ownDims(model, r)
	if n.best == nil || !n.spec.Rank.Rest || n.isBest(start, key) {
		return key
	}
	return strings.TrimSuffix(strings.Repeat("other\x00", len(n.spec.Dimensions)), "\x00")
}

func (n *naive) ownDims(model string, r record) string {
	var parts []string
	for _, d := range n.spec.Dimensions {
		v := partOf(n.look(model, r, d.Column, d.Paths), d.Part)
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
		if !passes(partOf(n.look(model, r, f.Column, f.Paths), f.Part), f) {
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
	if at, ok := v.(time.Time); ok {
		v = at.Format("2006-01-02")
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
	inside := !less(v, want[0]) && !less(want[1], v)
	return inside == (f.Op == plan.Between)
}

func (n *naive) isBest(start time.Time, dims string) bool {
	if n.spec.Rank.PerPeriod {
		return n.best[start][dims]
	}
	return n.best[time.Time{}][dims]
}

// rank finds the best groups, each by its total over the whole time or within its period.
func (n *naive) rank() {
	r := n.spec.Rank
	if r == nil {
		return
	}
	spec := n.spec
	spec.Rank = nil
	sub := &naive{tables: n.tables, spec: spec, whole: !r.PerPeriod || spec.Time == nil}
	type scored struct {
		dims  string
		value any
	}
	found := map[time.Time][]scored{}
	var by plan.Measure
	for _, m := range spec.Measures {
		if m.Name == r.By {
			by = m
		}
	}
	if r.Rest || sub.whole && spec.Time != nil {
		sub.spec.Measures = []plan.Measure{by}
	}
	all := sub.leaves()
	for g := range sub.groups(all) {
		found[g.start] = append(found[g.start], scored{g.dims, sub.value(by, nil, g, all)})
	}
	if len(spec.Dimensions) == 0 {
		n.rankPeriods(by, r)
		return
	}
	n.best = map[time.Time]map[string]bool{}
	for start, list := range found {
		slices.SortFunc(list, func(a, b scored) int {
			if c := order(a.value, b.value, r.Descending); c != 0 {
				return c
			}
			return strings.Compare(nullsLast(a.dims), nullsLast(b.dims))
		})
		n.best[start] = map[string]bool{}
		for _, s := range list[:min(r.N, len(list))] {
			n.best[start][s.dims] = true
		}
	}
}

// order puts nulls last, whatever the direction.
func order(a, b any, descending bool) int {
	x, ok := a.(float64)
	y, ok2 := b.(float64)
	switch {
	case !ok || !ok2:
		return cmp.Compare(fmt.Sprint(!ok), fmt.Sprint(!ok2))
	case descending:
		return cmp.Compare(y, x)
	}
	return cmp.Compare(x, y)
}

func nullsLast(dims string) string { return strings.ReplaceAll(dims, "null", "\U0010FFFF") }
