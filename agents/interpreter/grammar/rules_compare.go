package grammar

import (
	"firstmile/agents/interpreter/chart"
	"firstmile/planner/plan"
)

// comparisonRows: one thing beside another, values at a moment, and what is said to be included.
func comparisonRows() []row {
	return []row{
		{"against = versus last grain", 0, theWord(2)},
		{"against = versus grain before", 0, theWord(1)},
		{"against = versus grain ago", 0, theWord(1)},
		{"against = versus same grain last grain", 0, theWord(4)},
		{"measure = measure against", 0, against(0, 1)},
		{"sofar = against", 0.1, func(p []chart.Item) keyed {
			return &Measure{Kind: Against, Grain: plan.Grain(get[word](p, 0)), From: from(p), To: to(p)}
		}},
		{"measure = compare measure to last grain", 0, against(1, 4)},
		{"measure = compare measure prep last grain", 0, against(1, 4)},
		{"measures = measure versus measure", 0, func(p []chart.Item) keyed {
			return &MeasureList{[]*Measure{get[*Measure](p, 0), get[*Measure](p, 2)}}
		}},

		{"measure = edge time", 0, edge},
		{"measure = edge number", 0, edge},
		{"measure = edge metric", 0, edge},

		{"negcond = but list", 0, func(p []chart.Item) keyed { return negated(reach(p, get[*Cond](p, 1))) }},
		{"split = but split", 0.05, same(1)},
		{"window = but window", 0.05, same(1)},
		{"rank = but rank", 0.05, same(1)},

		{"measure = incl measure", 0.05, func(p []chart.Item) keyed {
			m := *get[*Measure](p, 1)
			m.Added, m.From = true, from(p)
			return &m
		}},
		{"split = incl items", 0.1, marker(1)},
		{"included = incl cond", 0, spanned(1)},
		{"included = incl np", 0, func(p []chart.Item) keyed {
			np := get[*NP](p, 1)
			if len(np.Conds) != 1 {
				return nil
			}
			return reach(p, np.Conds[0])
		}},
	}
}

// theWord passes on the word of a part.
func theWord(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed { return get[word](p, i) }
}

func against(base, grain int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		m := get[*Measure](p, base)
		if m.Kind == Against || m.Kind == Growth {
			return nil
		}
		return &Measure{Kind: Against, Grain: plan.Grain(get[word](p, grain)), Base: m, From: from(p), To: to(p)}
	}
}

func edge(p []chart.Item) keyed {
	return &Measure{Kind: EdgeOf, Agg: string(get[word](p, 0)), Slot: get[*Slot](p, 1), From: from(p), To: to(p)}
}
