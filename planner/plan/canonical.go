package plan

import (
	"encoding/json"
	"slices"
	"sort"
)

// Canonical is the meaning of the Spec as text: two readings with the same
// canonical form give the same numbers. Labels, titles, origins and the target
// are left out; the order of dimensions, filters and filter values does not count.
func (s Spec) Canonical() string {
	c := s
	c.Title, c.Audience, c.Owner, c.AsOf, c.Target = "", "", "", "", Target{}
	c.Measures = nil
	for _, m := range s.Measures {
		c.Measures = append(c.Measures, m.bare())
	}
	c.Dimensions = nil
	for _, d := range s.Dimensions {
		d.Label, d.Description, d.Origin = "", "", Origin{}
		d.Paths = barePaths(d.Paths)
		c.Dimensions = append(c.Dimensions, d)
	}
	sort.Slice(c.Dimensions, func(i, j int) bool {
		return c.Dimensions[i].Column.String() < c.Dimensions[j].Column.String()
	})
	c.Filters = bareFilters(s.Filters)
	if s.Time != nil {
		t := *s.Time
		t.Origin = Origin{}
		c.Time = &t
	}
	if s.Window != nil {
		w := *s.Window
		w.Label, w.Origin = "", Origin{}
		c.Window = &w
	}
	if s.Rank != nil {
		r := *s.Rank
		r.Origin = Origin{}
		c.Rank = &r
	}
	return mustJSON(c)
}

func (m Measure) bare() Measure {
	m.Label, m.Description, m.Origin, m.Format = "", "", Origin{}, ""
	m.Filters = bareFilters(m.Filters)
	if m.Numerator != nil {
		n := m.Numerator.bare()
		m.Numerator = &n
	}
	if m.Denominator != nil {
		d := m.Denominator.bare()
		m.Denominator = &d
	}
	if m.Whole != nil {
		m.Whole = &Whole{Within: sorted(m.Whole.Within)}
	}
	if m.Periods != nil {
		p := *m.Periods
		p.Origin = Origin{}
		m.Periods = &p
	}
	if m.TimePath != nil {
		m.TimePath = &barePaths([]JoinPath{*m.TimePath})[0]
	}
	inputs := m.Inputs
	m.Inputs = nil
	for _, in := range inputs {
		m.Inputs = append(m.Inputs, in.bare())
	}
	return m
}

func sorted(names []string) []string {
	out := slices.Clone(names)
	sort.Strings(out)
	return out
}

func bareFilters(filters []Filter) []Filter {
	var out []Filter
	for _, f := range filters {
		f.Label, f.Origin = "", Origin{}
		f.Paths = barePaths(f.Paths)
		f.Values = append([]Literal(nil), f.Values...)
		if f.Op != Between && f.Op != NotBetween {
			sort.Slice(f.Values, func(i, j int) bool { return f.Values[i].Text < f.Values[j].Text })
		}
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return mustJSON(out[i]) < mustJSON(out[j]) })
	return out
}

func barePaths(paths []JoinPath) []JoinPath {
	out := make([]JoinPath, len(paths))
	for i, p := range paths {
		out[i] = p
		out[i].Hops = nil
		for _, h := range p.Hops {
			h.Evidence, h.Declared = "", false
			out[i].Hops = append(out[i].Hops, h)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].From < out[j].From })
	return out
}

func sortedKeys(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// mustJSON encodes values made of strings, numbers and slices only, which cannot fail.
func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("plan: " + err.Error())
	}
	return string(b)
}
