package grammar

import (
	"slices"
	"strconv"
	"strings"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// measureRows: numbers. Costs above 0.5 keep a reading out of the way of a better one (package decide's margin).
func measureRows() []row {
	return []row{
		{"measure = metric", 0, func(p []chart.Item) keyed { return term(p, 0) }},
		{"measure = agg metric", 0.05, aggOfMetric},
		{"measure = agg metric", 0.05, otherAgg},
		{"measure = count metric", 0.05, countOfMetric},
		{"measure = count distinct metric", 0.05, func(p []chart.Item) keyed { return countOfMetric(p[1:]) }},
		{"measure = count adj metric", 0.05, func(p []chart.Item) keyed {
			m, ok := countOfMetric(p[1:]).(*Measure)
			if !ok {
				return nil
			}
			return withConds(p, m, get[*Cond](p, 1))
		}},
		{"measure = adj metric", 0.12, func(p []chart.Item) keyed { return withConds(p, term(p, 1), get[*Cond](p, 0)) }},
		{"measure = np metric", 0.45, func(p []chart.Item) keyed {
			np := get[*NP](p, 0)
			if np.Post || np.Entity == nil || len(np.Conds) == 0 {
				return nil
			}
			m := term(p, 1)
			m.Of, m.From = np, from(p)
			return m
		}},
		{"measure = adj measure", 0.3, func(p []chart.Item) keyed { return withConds(p, get[*Measure](p, 1), get[*Cond](p, 0)) }},
		{"measure = agg number", 0, func(p []chart.Item) keyed { return aggOfColumn(p, 1) }},
		{"measure = agg count number", 0.05, func(p []chart.Item) keyed { return aggOfColumn([]chart.Item{p[0], p[2]}, 1) }},
		{"metric = entity metric", 0.7, func(p []chart.Item) keyed {
			return qualified(p, func(c knowledge.Candidate, relation string) bool { return c.Measure.Model == relation })
		}},
		{"number = entity number", 0.3, func(p []chart.Item) keyed {
			return qualified(p, func(c knowledge.Candidate, relation string) bool { return c.Column.Relation == relation })
		}},
		{"measures = agg and agg number", 0, func(p []chart.Item) keyed {
			column := get[*Slot](p, 3)
			a := &Measure{Kind: OfColumn, Agg: string(get[word](p, 0)), Slot: column, From: from(p), To: to(p)}
			b := &Measure{Kind: OfColumn, Agg: string(get[word](p, 2)), Slot: column, From: from(p), To: to(p)}
			return &MeasureList{[]*Measure{a, b}}
		}},
		{"measure = count number", 0.3, func(p []chart.Item) keyed {
			m := &Measure{Kind: OfColumn, Agg: "sum", Slot: summed(get[*Slot](p, 1)), From: from(p), To: to(p)}
			if m.Slot == nil {
				return nil
			}
			return m
		}},
		{"measure = number agg", 0.3, func(p []chart.Item) keyed { return aggOfColumn(p, 0) }},
		{"measure = number", 0.9, func(p []chart.Item) keyed {
			return &Measure{Kind: OfColumn, Slot: get[*Slot](p, 0), From: from(p), To: to(p)}
		}},
		{"measure = number", 0.4, func(p []chart.Item) keyed {
			s := get[*Slot](p, 0)
			if all := summed(s); all == nil || len(all.Cands) < len(s.Cands) {
				return nil
			}
			return &Measure{Kind: OfColumn, Slot: s, From: from(p), To: to(p)}
		}},
	}
}

// countRows: numbers of things.
func countRows() []row {
	return []row{
		{"measure = count dim", 0.65, func(p []chart.Item) keyed {
			if s := get[*Slot](p, 1); slices.ContainsFunc(s.Cands, func(c knowledge.Candidate) bool { return c.Term == "" }) {
				return nil // "number of" a column without a name of its own could be its rows
			}
			return valuesOf(p, 1)
		}},
		{"measure = count np", 0, func(p []chart.Item) keyed { return countedRows(p, 1) }},
		{"measure = np count", 0.1, func(p []chart.Item) keyed { return countedRows(p, 0) }},
		{"measure = count distinct np", 0, func(p []chart.Item) keyed { return countedRows(p, 2) }},
		{"measure = distinct np", 0.05, func(p []chart.Item) keyed { return rowsOf(p, 1) }},
		{"measure = np", 0.8, func(p []chart.Item) keyed { return rowsOf(p, 0) }},
		{"measure = count np prep owner", 0, having(1, 3)},
		{"measure = count np verb owner", 0, having(1, 3)},
		{"measure = count np prep verb owner", 0, having(1, 4)},
		{"measure = count distinct np prep owner", 0, having(2, 4)},
		{"measure = count distinct np verb owner", 0, having(2, 4)},
		{"measure = count distinct np prep verb owner", 0, having(2, 5)},
		{"measure = distinct np prep owner", 0.05, having(1, 3)},
		{"owner = entity", 0, same(0)},
		{"owner = metric", 0, same(0)},
		{"measure = count distinct dim", 0.6, func(p []chart.Item) keyed { return valuesOf(p, 2) }},
		{"measure = distinct dim", 0.7, func(p []chart.Item) keyed { return valuesOf(p, 1) }},
	}
}

// movingRows: numbers over time. A "sofar" is said apart from the measures and concerns all of them.
func movingRows() []row {
	return []row{
		{"measure = running measure", 0, wrap(Running, 1)},
		{"measure = measure running", 0.1, wrap(Running, 0)},
		{"measure = todate measure", 0, toDate(0, 1)},
		{"measure = measure todate", 0.1, toDate(1, 0)},
		{"measure = trailing num grain measure", 0, trailing},
		{"measure = num grain trailing measure", 0, func(p []chart.Item) keyed {
			m, ok := trailing([]chart.Item{p[2], p[0], p[1], p[3]}).(*Measure)
			if !ok {
				return nil
			}
			m.From = from(p)
			return m
		}},
		{"measure = over measure", 0.1, growth(0, 1)},
		{"measure = over growth measure", 0, growth(0, 2)},
		{"measure = over measure growth", 0, growth(0, 1)},
		{"measure = measure over growth", 0, growth(1, 0)},
		{"measure = measure over", 0.1, growth(1, 0)},
		{"measure = measure growth over", 0, growth(2, 0)},
		{"measure = growth measure over", 0, growth(2, 1)},
		{"sofar = todate", 0.1, func(p []chart.Item) keyed {
			return &Measure{Kind: ToDate, Grain: plan.Grain(get[word](p, 0)), From: from(p), To: to(p)}
		}},
		{"sofar = running", 0.1, func(p []chart.Item) keyed { return &Measure{Kind: Running, From: from(p), To: to(p)} }},
		{"sofar = over", 0.1, func(p []chart.Item) keyed {
			return &Measure{Kind: Growth, Grain: plan.Grain(get[word](p, 0)), From: from(p), To: to(p)}
		}},
		{"sofar = over growth", 0, func(p []chart.Item) keyed {
			return &Measure{Kind: Growth, Grain: plan.Grain(get[word](p, 0)), From: from(p), To: to(p)}
		}},
		{"measure = growth measure", 0.1, wrap(Growth, 1)},
		{"measure = growth prep measure", 0.1, wrap(Growth, 2)},
		{"measure = over growth prep measure", 0, growth(0, 3)},
		{"measure = measure growth", 0.1, wrap(Growth, 0)},
	}
}

// qualified is a thing named together with what it belongs to: "ticket satisfaction", "customer billing region".
func qualified(p []chart.Item, fits func(c knowledge.Candidate, relation string) bool) keyed {
	owner, s := get[*Slot](p, 0), get[*Slot](p, 1)
	wide := &Slot{From: from(p), To: to(p), Kind: s.Kind}
	for _, c := range s.Cands {
		if slices.ContainsFunc(owner.Cands, func(o knowledge.Candidate) bool { return fits(c, o.Relation) }) {
			wide.Cands = append(wide.Cands, c)
		}
	}
	if len(wide.Cands) == 0 {
		return nil
	}
	return wide
}

func term(p []chart.Item, i int) *Measure {
	s := get[*Slot](p, i)
	return &Measure{Kind: OfTerm, Slot: s, From: s.From, To: s.To}
}

// aggOfMetric: "total revenue" is revenue, "average response time" is a metric that averages. Any other
// combination would aggregate an aggregate, which is another question.
func aggOfMetric(p []chart.Item) keyed {
	agg := string(get[word](p, 0))
	return narrowed(p, 1, func(m *plan.Measure) bool {
		switch m.Kind {
		case plan.Simple, plan.Population, plan.Balance:
			return string(m.Agg) == agg || agg == "sum" && (m.Agg == plan.Count || m.Agg == plan.CountDistinct)
		}
		return false
	})
}

// otherAgg: "median response time" where the term averages response times: the same rows, taken together another way.
func otherAgg(p []chart.Item) keyed {
	agg := string(get[word](p, 0))
	if agg != "median" && !strings.HasPrefix(agg, "p") {
		return nil
	}
	m, ok := narrowed(p, 1, func(m *plan.Measure) bool { return m.Kind == plan.Simple && m.Agg == plan.Average }).(*Measure)
	if !ok {
		return nil
	}
	m.Agg = agg
	return m
}

func countOfMetric(p []chart.Item) keyed {
	return restricted(p, 1, func(c knowledge.Candidate) bool {
		return c.Things || c.Measure.Agg == plan.Count || c.Measure.Agg == plan.CountDistinct
	})
}

// narrowed is the metric in part i, restricted to the measures that fit.
func narrowed(p []chart.Item, i int, fits func(*plan.Measure) bool) keyed {
	return restricted(p, i, func(c knowledge.Candidate) bool { return fits(c.Measure) })
}

// restricted is the metric in part i, restricted to the candidates that fit.
func restricted(p []chart.Item, i int, fits func(knowledge.Candidate) bool) keyed {
	s := get[*Slot](p, i)
	var cands []knowledge.Candidate
	for _, c := range s.Cands {
		if fits(c) {
			cands = append(cands, c)
		}
	}
	if len(cands) == 0 {
		return nil
	}
	narrow := &Slot{From: s.From, To: s.To, Kind: s.Kind, Cands: cands}
	return &Measure{Kind: OfTerm, Slot: narrow, From: from(p), To: to(p)}
}

func withConds(p []chart.Item, m *Measure, conds ...*Cond) keyed {
	c := *m
	c.Conds = slices.Concat(m.Conds, conds)
	c.From, c.To = from(p), to(p)
	return &c
}

func aggOfColumn(p []chart.Item, column int) keyed {
	return &Measure{Kind: OfColumn, Agg: string(get[word](p, 1-column)), Slot: get[*Slot](p, column), From: from(p), To: to(p)}
}

func rowsOf(p []chart.Item, i int) keyed {
	np := get[*NP](p, i)
	if np.Entity == nil {
		return nil
	}
	return &Measure{Kind: OfRows, NP: np, From: from(p), To: to(p)}
}

func countedRows(p []chart.Item, i int) keyed {
	m, ok := rowsOf(p, i).(*Measure)
	if !ok {
		return nil
	}
	m.Counted = true
	return m
}

// having: "how many customers got an invoice" counts the customers that the invoices name.
func having(things, owner int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		np := get[*NP](p, things)
		if np.Entity == nil || np.Post {
			return nil
		}
		return &Measure{Kind: Having, NP: np, Slot: get[*Slot](p, owner), Counted: true, From: from(p), To: to(p)}
	}
}

func valuesOf(p []chart.Item, i int) keyed {
	return &Measure{Kind: OfValues, Slot: get[*Slot](p, i), From: from(p), To: to(p)}
}

func wrap(kind MeasureKind, base int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		m := get[*Measure](p, base)
		if m.Kind == kind {
			return nil
		}
		return &Measure{Kind: kind, Base: m, From: from(p), To: to(p)}
	}
}

func toDate(grain, base int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		return &Measure{Kind: ToDate, Grain: plan.Grain(get[word](p, grain)), Base: get[*Measure](p, base), From: from(p), To: to(p)}
	}
}

func growth(grain, base int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		m := get[*Measure](p, base)
		if m.Kind == Growth {
			return nil
		}
		return &Measure{Kind: Growth, Grain: plan.Grain(get[word](p, grain)), Base: m, From: from(p), To: to(p)}
	}
}

func trailing(p []chart.Item) keyed {
	n, err := strconv.Atoi(string(get[word](p, 1)))
	if err != nil || n < 1 || n > 10000 {
		return nil
	}
	span := plan.Span{Count: n, Unit: plan.Grain(get[word](p, 2))}
	return &Measure{Kind: Trailing, Span: span, Base: get[*Measure](p, 3), From: from(p), To: to(p)}
}

// summed is the columns of a slot that are amounts of things, so that "how many seats" adds them up.
func summed(s *Slot) *Slot {
	out := &Slot{From: s.From, To: s.To, Kind: s.Kind}
	for _, c := range s.Cands {
		if c.Summed {
			out.Cands = append(out.Cands, c)
		}
	}
	if len(out.Cands) == 0 {
		return nil
	}
	return out
}
