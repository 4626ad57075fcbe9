package grammar

import (
	"firstmile/agents/interpreter/chart"
	"firstmile/planner/plan"
)

// costTotal keeps a share of a total out of the way of a part that the words name: "refunds as a percentage of revenue".
const costTotal = 0.3

// shareRows: parts of a total, "share of net revenue by segment". A part that the words name is in ratioRows.
func shareRows() []row {
	return []row{
		// Dearer, for a condition may follow: "percentage of deliveries on time by driver" is a part of each driver's deliveries.
		{"measure = share measure", 2 * costTotal, partOfTotal(1, false)},
		{"measure = share np", 2 * costTotal, partOfTotal(1, false)},
		{"measure = portion measure", costTotal, partOfTotal(1, false)},
		{"measure = portion np", costTotal, partOfTotal(1, false)},
		{"measure = measure portion", costTotal, partOfTotal(0, false)},
		{"measure = np portion", costTotal, partOfTotal(0, false)},
		{"measure = adj metric portion", 0.5, func(p []chart.Item) keyed {
			return &Measure{Kind: Share, Base: term(p, 1), Conds: []*Cond{get[*Cond](p, 0)}, From: from(p), To: to(p)}
		}},
		{"measure = oftotal measure", 0, partOfTotal(1, true)},
		{"measure = oftotal np", 0, partOfTotal(1, true)},
		{"measure = measure oftotal", 0, partOfTotal(0, true)},
		{"measure = np oftotal", 0, partOfTotal(0, true)},
		{"measures = measure and oftotal", 0, func(p []chart.Item) keyed {
			m := get[*Measure](p, 0)
			return &MeasureList{[]*Measure{m, {Kind: OfTotal, Base: m, From: from(p), To: to(p)}}}
		}},
		{"sofar = oftotal", 0.1, func(p []chart.Item) keyed { return &Measure{Kind: OfTotal, From: from(p), To: to(p)} }},
		{"sofar = inpercent", 0.1, func(p []chart.Item) keyed {
			return &Measure{Kind: OfTotal, Format: plan.Rate, From: from(p), To: to(p)}
		}},
		{"measure = share adj prep metric", 0, func(p []chart.Item) keyed {
			return &Measure{Kind: Share, Base: term(p, 3), Conds: []*Cond{get[*Cond](p, 1)}, From: from(p), To: to(p)}
		}},
		{"measure = share metric bringing adj", 0, func(p []chart.Item) keyed {
			return &Measure{Kind: Share, Base: term(p, 1), Conds: []*Cond{get[*Cond](p, 3)}, From: from(p), To: to(p)}
		}},
		{"measure = share np bringing adj", 0, func(p []chart.Item) keyed {
			return shareOf(p, get[*NP](p, 1), []*Cond{get[*Cond](p, 3)})
		}},
		{"split = by items bringing", 0, marker(1)},
		{"split = bringing by items", 0, marker(2)},
		{"split = inside by items", 0, inside(2)},
		{"split = inside items", 0.1, inside(1)},
	}
}

// partOfTotal is the share of each group in what part i is over all groups. Without a word such as "total" a condition makes the part,
// which is another figure.
func partOfTotal(i int, total bool) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		base, ok := p[i].Meaning.(*Measure)
		if !ok {
			if base, ok = rowsOf(p, i).(*Measure); !ok {
				return nil
			}
			base.From, base.To = p[i].From, p[i].To
		}
		switch base.Kind {
		case OfTotal, Share, RateOf, PerEntity, PerMeasure, Growth, Against, EdgeOf:
			return nil
		}
		if !total && (len(base.Conds) > 0 || base.Of != nil || base.NP != nil && len(base.NP.Conds) > 0) {
			return nil
		}
		return &Measure{Kind: OfTotal, Base: base, From: from(p), To: to(p)}
	}
}

// inside: "within each region" splits by it, and a share of a total is one of the total of the region.
func inside(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		s, ok := marker(i)(p).(*Split)
		if !ok || len(s.Dims) == 0 && s.Grain == "" {
			return nil
		}
		s.Inside = true
		return s
	}
}
