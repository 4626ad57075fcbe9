package interpreter

import (
	"fmt"
	"slices"

	"firstmile/agents/interpreter/compose"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// merge applies the later turns to the first one: what a turn adds, replaces and takes away. Where both adding and
// replacing make sense, that is a need.
func (s *session) merge(turns []grammar.Structure) (grammar.Structure, []compose.Need, *compose.Refusal) {
	if len(turns) == 0 {
		return grammar.Structure{}, nil, nil
	}
	out := turns[0]
	for _, u := range out.Unsplit {
		return out, nil, &compose.Refusal{Span: grammar.Span{From: u.From, To: u.To}, Reason: "there is nothing yet that could be left out"}
	}
	for _, at := range out.Replaces {
		return out, nil, &compose.Refusal{Span: at, Reason: "there is nothing yet whose place it could take"}
	}
	var needs []compose.Need
	for _, t := range turns[1:] {
		n, refusal := s.revise(&out, t)
		if refusal != nil {
			return out, nil, refusal
		}
		needs = append(needs, n...)
	}
	return out, needs, nil
}

func (s *session) revise(out *grammar.Structure, t grammar.Structure) ([]compose.Need, *compose.Refusal) {
	for _, u := range t.Unsplit {
		if refusal := s.unsplit(out, u); refusal != nil {
			return nil, refusal
		}
	}
	var needs []compose.Need
	if len(t.Measures) > 0 {
		replace, need := s.replaces(*out, t)
		needs = append(needs, need...)
		if replace {
			out.Measures = t.Measures
		} else {
			out.Measures = slices.Concat(out.Measures, t.Measures)
		}
	}
	s.reviseSplits(out, t)
	for _, f := range t.Filters {
		reviseFilter(out, f, t.Instead)
	}
	for _, c := range t.Included {
		out.Filters = slices.DeleteFunc(slices.Clone(out.Filters), func(f *grammar.Filters) bool { return leavesOut(f, c) })
		out.Included = append(out.Included, c)
	}
	out.Compares = slices.Concat(out.Compares, t.Compares)
	if len(t.Windows) > 0 {
		out.Windows = t.Windows
	}
	out.Omitted = slices.Concat(out.Omitted, t.Omitted)
	if len(t.Ranks) > 0 {
		out.Ranks = t.Ranks
	}
	if len(t.Sofar) > 0 {
		out.Sofar = t.Sofar
	}
	out.Trends = slices.Concat(out.Trends, t.Trends)
	return needs, nil
}

// replaces decides whether a later measure joins the earlier ones or takes their place.
func (s *session) replaces(out, t grammar.Structure) (bool, []compose.Need) {
	switch {
	case len(out.Measures) == 0 || t.Instead:
		return true, nil
	case t.Also:
		return false, nil
	}
	m := t.Measures[0]
	n := compose.Need{Kind: plan.AskReading, Subject: s.words(grammar.Span{From: m.From, To: m.To}), Weight: 10,
		Text: fmt.Sprintf("Shall %q take the place of what is there, or stand beside it?", s.words(grammar.Span{From: m.From, To: m.To})),
		Why:  "The two are different tables.",
		Options: []plan.Option{
			{ID: "replace", Label: "Take its place", Default: true},
			{ID: "add", Label: "Stand beside it"},
		}}
	if v, ok := s.settled[n.ID()]; ok {
		return v == "replace", nil
	}
	return true, []compose.Need{n}
}

// reviseSplits: a new grain takes the place of the old one, a new dimension comes beside the others unless the turn says "instead".
func (s *session) reviseSplits(out *grammar.Structure, t grammar.Structure) {
	dims, grain := false, false
	for _, sp := range t.Splits {
		dims = dims || len(sp.Dims) > 0
		grain = grain || sp.Grain != ""
	}
	var kept []*grammar.Split
	for _, sp := range out.Splits {
		c := *sp
		if grain {
			c.Grain, c.Fiscal = "", false
		}
		if dims && t.Instead {
			c.Dims = nil
		}
		if c.Grain != "" || len(c.Dims) > 0 || c.Time != nil || c.Part != "" {
			kept = append(kept, &c)
		}
	}
	out.Splits = slices.Concat(kept, t.Splits)
}

// unsplit takes dimensions or the grain away.
func (s *session) unsplit(out *grammar.Structure, u *grammar.Split) *compose.Refusal {
	removed := false
	var kept []*grammar.Split
	for _, sp := range out.Splits {
		c := *sp
		c.Dims = slices.DeleteFunc(slices.Clone(sp.Dims), func(d *grammar.Slot) bool {
			return slices.ContainsFunc(u.Dims, func(x *grammar.Slot) bool { return share(x, d) })
		})
		if u.Grain != "" && c.Grain == u.Grain {
			c.Grain = ""
			removed = true
		}
		removed = removed || len(c.Dims) < len(sp.Dims)
		if c.Grain != "" || len(c.Dims) > 0 || c.Time != nil || c.Part != "" {
			kept = append(kept, &c)
		}
	}
	if !removed {
		return &compose.Refusal{Span: grammar.Span{From: u.From, To: u.To}, Reason: "the design is not split by that"}
	}
	out.Splits = kept
	return nil
}

// share reports whether two slots can mean the same thing.
func share(a, b *grammar.Slot) bool {
	return slices.ContainsFunc(a.Cands, func(x knowledge.Candidate) bool {
		return slices.ContainsFunc(b.Cands, func(y knowledge.Candidate) bool { return x.Key == y.Key })
	})
}

// reviseFilter adds a condition; one on the same column, or any with "instead", takes the place of the earlier.
func reviseFilter(out *grammar.Structure, f *grammar.Filters, instead bool) {
	var kept []*grammar.Filters
	for _, old := range out.Filters {
		if instead || sameColumns(old, f) {
			continue
		}
		kept = append(kept, old)
	}
	out.Filters = append(kept, f)
}

// leavesOut reports whether a filter takes away what a later turn wants included.
func leavesOut(f *grammar.Filters, c *grammar.Cond) bool {
	return slices.ContainsFunc(f.Conds, func(old *grammar.Cond) bool {
		return old.Neg && slices.ContainsFunc(old.Values, func(v *grammar.Slot) bool {
			return slices.ContainsFunc(c.Values, func(w *grammar.Slot) bool { return share(v, w) })
		})
	})
}

// sameColumns reports whether two conditions speak of the same column, both choosing values of it.
func sameColumns(a, b *grammar.Filters) bool {
	x, y := columns(a), columns(b)
	return len(x) > 0 && slices.ContainsFunc(x, func(c plan.ColumnRef) bool { return slices.Contains(y, c) })
}

func columns(f *grammar.Filters) []plan.ColumnRef {
	var out []plan.ColumnRef
	for _, c := range f.Conds {
		for _, s := range c.Values {
			for _, cand := range s.Cands {
				for _, fl := range cand.Filters {
					if !c.Neg {
						out = append(out, fl.Column)
					}
				}
			}
		}
	}
	return out
}
