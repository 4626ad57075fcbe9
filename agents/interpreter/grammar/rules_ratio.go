package grammar

import (
	"slices"

	"firstmile/agents/interpreter/chart"
	"firstmile/planner/plan"
)

// ratioRows: one number divided by another.
func ratioRows() []row {
	return []row{
		{"measure = measure per np", 0, perEntity(0, 2)},
		{"measure = agg measure per np", 0, averagePer},
		{"measure = measure per metric", 0.1, func(p []chart.Item) keyed {
			m := get[*Measure](p, 0)
			if m.Kind == PerEntity || m.Counted {
				return nil
			}
			return &Measure{Kind: PerMeasure, Base: m, Per: term(p, 2), From: from(p), To: to(p)}
		}},
		{"measure = measure per number", 0.1, perNumber(0, 2)},
		{"measure = agg measure per number", 0.1, func(p []chart.Item) keyed {
			if a := get[word](p, 0); a != "average" && a != "sum" {
				return nil
			}
			return perNumber(1, 3)(p)
		}},
		{"measure = measure divided measure", 0, divided(0, 2, "")},
		{"measure = measure asshare measure", 0, divided(0, 2, plan.Rate)},
		{"measure = metric about np asshare metric", 0, func(p []chart.Item) keyed {
			np := get[*NP](p, 2)
			if np.Entity == nil || len(np.Conds) == 0 {
				return nil
			}
			base := term(p, 0)
			base.Of = np
			return &Measure{Kind: PerMeasure, Base: base, Per: term(p, 4), Format: plan.Rate, Apart: true, From: from(p), To: to(p)}
		}},
		{"measure = measure minus measure", 0, minus(0, 2)},
		{"measure = difference measure and measure", 0, minus(1, 3)},
		{"measure = difference measure to measure", 0, minus(1, 3)},
		{"measure = difference number and number", 0, minus(1, 3)},
		{"measure = rate number to number", 0, divided(1, 3, "")},
		{"measure = rate number and number", 0, divided(1, 3, "")},
		{"measure = rate metric to metric", 0, ratioOf(1, 3)},
		{"measure = rate metric and metric", 0, ratioOf(1, 3)},
		{"measure = share np", 0, func(p []chart.Item) keyed { return shareOf(p, get[*NP](p, 1), nil) }},
		{"measure = share metric post", 0, func(p []chart.Item) keyed {
			return &Measure{Kind: Share, Base: term(p, 1), Conds: []*Cond{get[*Cond](p, 2)}, From: from(p), To: to(p)}
		}},
		{"measure = share adj metric", 0, func(p []chart.Item) keyed {
			return &Measure{Kind: Share, Base: term(p, 2), Conds: []*Cond{get[*Cond](p, 1)}, From: from(p), To: to(p)}
		}},
		{"measure = np share", 0.1, func(p []chart.Item) keyed { return shareOf(p, get[*NP](p, 0), nil) }},
		{"measure = adj rate", 0.2, func(p []chart.Item) keyed {
			return &Measure{Kind: RateOf, Conds: []*Cond{get[*Cond](p, 0)}, From: from(p), To: to(p)}
		}},
		{"measure = entity adj rate", 0.2, func(p []chart.Item) keyed {
			return shareOf(p, &NP{Entity: get[*Slot](p, 0), Conds: []*Cond{get[*Cond](p, 1)}}, nil)
		}},
	}
}

// perNumber: "net amount per crate" divides what is added up by what is added up.
func perNumber(base, number int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		m := *get[*Measure](p, base)
		switch {
		case m.Kind == OfColumn && m.Agg == "average":
			m.Agg = "sum"
		case m.Kind == OfColumn && m.Agg == "":
		case m.Kind != OfTerm && m.Kind != OfRows && !(m.Kind == OfColumn && m.Agg == "sum"):
			return nil
		}
		per := &Measure{Kind: OfColumn, Slot: get[*Slot](p, number), From: p[number].From, To: p[number].To}
		return &Measure{Kind: PerMeasure, Base: &m, Per: per, From: from(p), To: to(p)}
	}
}

// minus: "gross revenue minus refunds", "the difference between revenue and cost".
func minus(a, b int) func(p []chart.Item) keyed {
	both := divided(a, b, "")
	return func(p []chart.Item) keyed {
		m, ok := both(p).(*Measure)
		if !ok || m.Base.Kind == Minus {
			return nil
		}
		m.Kind = Minus
		return m
	}
}

// divided: "net amount divided by crates".
func divided(num, den int, format plan.Format) func(p []chart.Item) keyed {
	part := func(item chart.Item) *Measure {
		if s, ok := item.Meaning.(*Slot); ok {
			return &Measure{Kind: OfColumn, Slot: s, From: item.From, To: item.To}
		}
		return item.Meaning.(*Measure)
	}
	return func(p []chart.Item) keyed {
		return &Measure{Kind: PerMeasure, Base: part(p[num]), Per: part(p[den]), Format: format, Apart: true, From: from(p), To: to(p)}
	}
}

// ratioOf: "ratio of refunds to revenue".
func ratioOf(num, den int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		return &Measure{Kind: PerMeasure, Base: term(p, num), Per: term(p, den), From: from(p), To: to(p)}
	}
}

// perEntity: "revenue per customer". "How many orders per customer" is no ratio: it asks for a row per customer.
func perEntity(base, entity int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		np := get[*NP](p, entity)
		m := get[*Measure](p, base)
		if np.Entity == nil || len(np.Conds) > 0 || m.Kind == PerEntity || m.Counted {
			return nil
		}
		return &Measure{Kind: PerEntity, Base: m, Slot: np.Entity, From: from(p), To: to(p)}
	}
}

// averagePer: "average revenue per customer".
func averagePer(p []chart.Item) keyed {
	if get[word](p, 0) != "average" {
		return nil
	}
	base := *get[*Measure](p, 1)
	base.Counted = false
	if base.Kind == OfColumn && base.Agg == "" {
		base.Agg = "sum"
	}
	q := slices.Clone(p)
	q[1].Meaning = &base
	return perEntity(1, 3)(q)
}

// shareOf needs conditions: they make the part of the whole.
func shareOf(p []chart.Item, np *NP, more []*Cond) keyed {
	conds := slices.Concat(np.Conds, more)
	if np.Entity == nil || len(conds) == 0 {
		return nil
	}
	base := &Measure{Kind: OfRows, NP: &NP{Entity: np.Entity}, From: np.Entity.From, To: np.Entity.To}
	return &Measure{Kind: Share, Base: base, Conds: conds, From: from(p), To: to(p)}
}
