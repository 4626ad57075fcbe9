package grammar

import (
	"firstmile/agents/interpreter/chart"
	"firstmile/planner/plan"
)

// freshRows: "new customers per month" are those that began in the month, unless a value or a term says what "new" is.
func freshRows() []row {
	return []row{
		{"np = fresh np", 0.1, func(p []chart.Item) keyed {
			np := get[*NP](p, 1)
			if np.Entity == nil || np.Post {
				return nil
			}
			return narrower(np, isFresh(p, 0))
		}},
		{"measure = fresh np", 0.7, func(p []chart.Item) keyed {
			np := get[*NP](p, 1)
			if np.Entity == nil || np.Post {
				return nil
			}
			with, ok := narrower(np, isFresh(p, 0)).(*NP)
			if !ok {
				return nil
			}
			return &Measure{Kind: OfRows, NP: with, From: from(p), To: to(p)}
		}},
		{"measure = fresh metric", 0.2, func(p []chart.Item) keyed { return freshRowsOf(p, 0, 1) }},
		{"measure = count fresh metric", 0.1, func(p []chart.Item) keyed { return freshRowsOf(p, 1, 2) }},
	}
}

func isFresh(p []chart.Item, i int) *Cond { return &Cond{From: p[i].From, To: p[i].To, Fresh: true} }

// freshRowsOf: "new orders per week", where orders are a figure that counts rows.
func freshRowsOf(p []chart.Item, fresh, metric int) keyed {
	m, ok := narrowed(p, metric, func(m *plan.Measure) bool {
		return m.Kind == plan.Simple && (m.Agg == plan.Count || m.Agg == plan.CountDistinct)
	}).(*Measure)
	if !ok {
		return nil
	}
	return withConds(p, m, isFresh(p, fresh))
}
