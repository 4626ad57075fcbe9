package grammar

import (
	"slices"
	"strconv"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// splitRows: dimensions, grains and ranks.
func splitRows() []row {
	return []row{
		{"item = dim", 0, func(p []chart.Item) keyed {
			return &Split{Dims: []*Slot{get[*Slot](p, 0)}, From: from(p), To: to(p)}
		}},
		{"item = grain", 0, func(p []chart.Item) keyed {
			return &Split{Grain: plan.Grain(get[word](p, 0)), From: from(p), To: to(p)}
		}},
		{"item = time", 0.1, func(p []chart.Item) keyed { return &Split{Time: get[*Slot](p, 0), From: from(p), To: to(p)} }},
		{"dim = entity dim", 0.7, func(p []chart.Item) keyed {
			return qualified(p, func(c knowledge.Candidate, relation string) bool { return c.Column.Relation == relation })
		}},
		{"split = time", 0.3, func(p []chart.Item) keyed {
			return &Split{Time: get[*Slot](p, 0), Marked: true, From: from(p), To: to(p)}
		}},
		{"items = item", 0, same(0)},
		{"items = item and items", 0, joined(0, 2)},
		{"items = item and by items", 0, joined(0, 3)},
		{"items = item and per items", 0, joined(0, 3)},
		{"split = by items", 0, marker(1)},
		{"split = per items", 0.05, func(p []chart.Item) keyed {
			s, ok := marker(1)(p).(*Split)
			if !ok {
				return nil
			}
			s.Per = true
			return s
		}},
		{"split = adverb", 0, func(p []chart.Item) keyed {
			return &Split{Grain: plan.Grain(get[word](p, 0)), Marked: true, From: from(p), To: to(p)}
		}},
		{"split = dim wise", 0, marker(0)},
		{"split = dim", 0.95, func(p []chart.Item) keyed {
			s := *get[*Slot](p, 0)
			s.Cands = slices.DeleteFunc(slices.Clone(s.Cands), func(c knowledge.Candidate) bool { return c.Summed || c.Partial && c.Cost > 1 })
			if len(s.Cands) == 0 {
				return nil // an amount, or a number named by half, is a figure unless a word such as "by" says otherwise
			}
			return &Split{Dims: []*Slot{&s}, From: from(p), To: to(p)}
		}},
		{"ranked = extreme num dim", 0, rank(0, 1, 2)},
		{"ranked = num extreme dim", 0, rank(1, 0, 2)},
		{"ranked = extreme num", 0.2, rank(0, 1, -1)},
		{"ranked = extreme dim", 0.2, rank(0, -1, 1)},
		{"ranked = ranked rest", 0, withRest},
		{"rank = rank rest", 0, withRest},
		{"rank = ranked", 0, same(0)},
		{"rank = ranked only", 0, same(0)},
		{"rank = only ranked", 0, same(1)},
		{"rank = dim verb extreme measure", 0, highest(-1, 0)},
		{"rank = dim prep extreme measure", 0, highest(-1, 0)},
		{"rank = num dim verb extreme measure", 0, highest(0, 1)},
		{"rank = num dim prep extreme measure", 0, highest(0, 1)},
		{"rank = extreme metric dim", 0, rankedBy(0, -1, 1)},
		{"rank = extreme num metric dim", 0, rankedBy(0, 1, 2)},
		{"rank = num extreme metric dim", 0, rankedBy(1, 0, 2)},
		{"rank = ranked order measure", 0, func(p []chart.Item) keyed {
			r := *get[*Rank](p, 0)
			r.By, r.To = get[*Measure](p, 2), to(p)
			return &r
		}},
	}
}

func joined(a, b int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		x, y := get[*Split](p, a), get[*Split](p, b)
		if x.Grain != "" && y.Grain != "" || x.Time != nil && y.Time != nil || x.Part != "" && y.Part != "" {
			return nil
		}
		s := &Split{Dims: slices.Concat(x.Dims, y.Dims), Grain: x.Grain, Fiscal: x.Fiscal || y.Fiscal, Part: x.Part + y.Part, Time: x.Time, From: from(p), To: to(p)}
		if y.Grain != "" {
			s.Grain = y.Grain
		}
		if y.Time != nil {
			s.Time = y.Time
		}
		return s
	}
}

func marker(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		var s Split
		switch x := p[i].Meaning.(type) {
		case *Split:
			s = *x
		case *Slot:
			s.Dims = []*Slot{x}
		}
		s.Marked, s.From, s.To = true, from(p), to(p)
		return &s
	}
}

// maxRank is the largest N of a top-N; beyond it a rank is no summary any more.
const maxRank = 10000

func rank(kind, num, dim int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		r := extreme(p, kind)
		if num >= 0 {
			n, err := strconv.Atoi(string(get[word](p, num)))
			if err != nil || n < 1 || n > maxRank {
				return nil
			}
			r.N = n
		}
		if dim >= 0 {
			r.Dim = get[*Slot](p, dim)
		}
		return r
	}
}

// withRest: "top 5 products and the rest".
func withRest(p []chart.Item) keyed {
	r := *get[*Rank](p, 0)
	if r.Rest {
		return nil
	}
	r.Rest, r.To = true, to(p)
	return &r
}

// rankedBy: "highest revenue customer", "3 largest revenue customers".
func rankedBy(kind, num, metric int) func(p []chart.Item) keyed {
	ranked := rank(kind, num, metric+1)
	return func(p []chart.Item) keyed {
		r, ok := ranked(p).(*Rank)
		if !ok {
			return nil
		}
		r.By = term(p, metric)
		return r
	}
}

func extreme(p []chart.Item, i int) *Rank {
	w := get[word](p, i)
	return &Rank{Top: w == "top" || w == "best", Judged: w == "best" || w == "worst", From: from(p), To: to(p)}
}

// highest: "which plan has the highest revenue" is one, "plans with the highest revenue" are some, "3 plans" are three.
func highest(num, dim int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		r := extreme(p, dim+2)
		r.Dim, r.By = get[*Slot](p, dim), get[*Measure](p, dim+3)
		switch {
		case num >= 0:
			n, err := strconv.Atoi(string(get[word](p, num)))
			if err != nil || n < 1 || n > maxRank {
				return nil
			}
			r.N = n
		case p[dim+1].Category == "verb", p[dim+1].Category == "part":
			r.N = 1
		}
		return r
	}
}

// revisionRows: how a later turn says what becomes of the earlier reading.
func revisionRows() []row {
	return []row{
		{"unsplit = neg by items", 0, unsplit(2)},
		{"unsplit = neg per items", 0, unsplit(2)},
		{"unsplit = neg items", 0.1, unsplit(1)},
	}
}

func unsplit(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		s := *get[*Split](p, i)
		s.From, s.To = from(p), to(p)
		return &s
	}
}
