package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Beside puts two readings of one request side by side in one table. They may differ in their measures, which then
// stand in columns of their own, or in one split, which then is made by both columns. Anything else would need two
// tables: the error says why, as a sentence for the requester.
func (s Spec) Beside(o Spec) (Spec, error) {
	switch {
	case !sameGrain(s.Time, o.Time):
		return Spec{}, fmt.Errorf("one table has one row per %s or per %s, not both", grainOf(s.Time), grainOf(o.Time))
	case s.without().Canonical() != o.without().Canonical():
		return Spec{}, fmt.Errorf("the two readings keep different rows or compare in different ways, so they are two tables")
	}
	out := s
	if s.Time != nil { // the stricter of the two: what cannot be told of the period under way is told of neither
		t := *s.Time
		t.Complete, t.Spine = s.Time.Complete || o.Time.Complete, s.Time.Spine || o.Time.Spine
		out.Time = &t
	}
	measures, dims := besideMeasures(s.Measures, o.Measures), besideDimensions(s.Dimensions, o.Dimensions)
	if len(measures) > len(s.Measures) && len(dims) > len(s.Dimensions) {
		return Spec{}, fmt.Errorf("the two readings differ in what is counted and in how it is split")
	}
	out.Measures, out.Dimensions = measures, dims
	if out.Dimensions == nil && len(s.Dimensions) > 0 || len(measures) == len(s.Measures) && len(dims) == len(s.Dimensions) {
		return Spec{}, fmt.Errorf("a column can be reached in one way only, so it cannot be both")
	}
	var err error
	out.Filters, err = besidePaths(s.Filters, o.Filters)
	return out, err
}

// without is the Spec without what may differ, and without the joins, which follow from the measures.
func (s Spec) without() Spec {
	s.Measures, s.Dimensions, s.Time = nil, nil, nil
	var filters []Filter
	for _, f := range s.Filters {
		f.Paths = nil
		filters = append(filters, f)
	}
	s.Filters = filters
	return s
}

func sameGrain(a, b *TimeAxis) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Grain == b.Grain && a.Zone == b.Zone && a.WeekStart == b.WeekStart
}

func grainOf(t *TimeAxis) string {
	if t == nil {
		return "group"
	}
	return string(t.Grain)
}

// besideMeasures adds the measures of b that a has not. Two of the same name differ in what tells them apart: the date that counts, else a number.
func besideMeasures(a, b []Measure) []Measure {
	out := slices.Clone(a)
	for _, m := range b {
		if slices.ContainsFunc(out, func(x Measure) bool { return mustJSON(x.bare()) == mustJSON(m.bare()) }) {
			continue
		}
		for i, x := range out {
			if x.Name != m.Name {
				continue
			}
			if x.Time != m.Time && x.Time != "" && m.Time != "" {
				out[i].Name, out[i].Label = x.Name+"_by_"+x.Time, x.Label+" by "+words(x.Time)
				m.Name, m.Label = m.Name+"_by_"+m.Time, m.Label+" by "+words(m.Time)
				continue
			}
			m.Name, m.Label = fmt.Sprintf("%s_%d", m.Name, len(out)+1), fmt.Sprintf("%s (%d)", m.Label, len(out)+1)
		}
		out = append(out, m)
	}
	return out
}

func words(column string) string { return strings.ReplaceAll(column, "_", " ") }

// besideDimensions adds the splits of b that a has not, each behind the one in its place; nil when a column is joined in two ways.
func besideDimensions(a, b []Dimension) []Dimension {
	out := slices.Clone(a)
	for n, d := range b {
		i := slices.IndexFunc(out, func(x Dimension) bool { return x.Column == d.Column })
		if i >= 0 {
			paths, ok := unitePaths(out[i].Paths, d.Paths)
			if !ok {
				return nil
			}
			out[i].Paths = paths
			continue
		}
		if slices.ContainsFunc(out, func(x Dimension) bool { return x.Name == d.Name }) {
			d.Name = d.Column.Relation + "_" + d.Name
		}
		out = slices.Insert(out, min(n+1, len(out)), d)
	}
	return out
}

func besidePaths(a, b []Filter) ([]Filter, error) {
	out := slices.Clone(a)
	for _, f := range b {
		for i := range out {
			x, y := out[i], f
			x.Paths, y.Paths = nil, nil
			if mustJSON(bareFilters([]Filter{x})) != mustJSON(bareFilters([]Filter{y})) {
				continue
			}
			paths, ok := unitePaths(out[i].Paths, f.Paths)
			if !ok {
				return nil, fmt.Errorf("a column can be reached in one way only, so it cannot be both")
			}
			out[i].Paths = paths
		}
	}
	return out, nil
}

// unitePaths holds the paths from all base relations; false when two start at the same one and go different ways.
func unitePaths(a, b []JoinPath) ([]JoinPath, bool) {
	out := slices.Clone(a)
	for _, p := range b {
		i := slices.IndexFunc(out, func(x JoinPath) bool { return x.From == p.From })
		switch {
		case i < 0:
			out = append(out, p)
		case mustJSON(barePaths([]JoinPath{out[i]})) != mustJSON(barePaths([]JoinPath{p})):
			return nil, false
		}
	}
	return out, true
}
