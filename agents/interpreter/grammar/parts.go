package grammar

import (
	"slices"
	"strings"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
)

// addParts adds the terminals of names that are not said in one piece. It runs when every span has its candidates.
func (l *Linked) addParts(k *knowledge.Knowledge, lex *lexicon.Lexicon) {
	for i, t := range l.Tokens {
		if lex.Participle(t) {
			l.addVerb(i, k)
			l.addDone(i)
		}
		if !l.Known[i] {
			l.addNegated(i, k, lex)
		}
	}
	for _, m := range l.Matches {
		if m.Category == lexicon.And || m.Category == lexicon.Versus {
			l.addElided(m, k)
		}
		if m.Category == lexicon.And {
			l.joinsVerbs(m)
		}
	}
	l.addThings()
	l.addApart(k)
}

// addVerb: in "how many orders were placed" the last word belongs to the term "orders placed", of which "orders" is another name.
func (l *Linked) addVerb(i int, k *knowledge.Knowledge) {
	if l.Known[i] {
		return
	}
	part := &Slot{From: i, To: i + 1, Kind: knowledge.Metric}
	for _, it := range l.Terminals {
		s, ok := it.Meaning.(*Slot)
		if !ok || s.Kind != knowledge.Metric {
			continue
		}
		for _, c := range s.Cands {
			if k.NameHas(c.Term, l.Tokens[i], l.Tokens[s.From:s.To]) {
				part.Cands = append(part.Cands, c)
			}
		}
	}
	l.addPart("part", part)
}

// joinsVerbs keeps "and" from being skipped in "tickets opened and closed", where it stands for a second figure.
func (l *Linked) joinsVerbs(and lexicon.Match) {
	for _, it := range l.Terminals {
		if it.Category == "done" && it.From == and.To {
			for i := and.From; i < and.To; i++ {
				l.Glue[i], l.Harmless[i] = false, false
			}
		}
	}
}

// addDone: "closed" is said of things that have a date on which they were closed.
func (l *Linked) addDone(i int) {
	for _, it := range l.Terminals {
		if s, ok := it.Meaning.(*Slot); ok && s.Kind == knowledge.Time && s.From == i && s.To == i+1 {
			l.addPart("done", s)
			return
		}
	}
}

// minNegated is how long a word must be for "un" before it to be read as a negation.
const minNegated = 4

// addNegated: "unpaid" is not paid, "unresolved" has no date on which it was resolved.
func (l *Linked) addNegated(i int, k *knowledge.Knowledge, lex *lexicon.Lexicon) {
	rest, ok := strings.CutPrefix(l.Tokens[i].Norm, "un")
	if !ok || len(rest) < minNegated {
		return
	}
	exact, _ := k.Lookup(lex.Tokenizer().Words(rest))
	slot := func(kinds ...knowledge.Kind) *Slot {
		s := &Slot{From: i, To: i + 1, Kind: kinds[0]}
		for _, c := range exact {
			if slices.Contains(kinds, c.Kind) {
				s.Cands = append(s.Cands, c)
			}
		}
		return s
	}
	cond := &Cond{From: i, To: i + 1}
	if s := slot(knowledge.Pop); len(s.Cands) > 0 {
		cond.Neg, cond.Values = true, []*Slot{s}
	} else if s := slot(knowledge.Value); len(s.Cands) > 0 {
		cond.Neg, cond.Values = true, []*Slot{s}
	} else if s := slot(knowledge.Time); len(s.Cands) > 0 {
		cond.Empty, cond.Column = true, s
	} else {
		return
	}
	l.Known[i], l.Grounded[i] = true, true
	l.Terminals = append(l.Terminals, chart.Item{Category: "uncond", From: i, To: i + 1, Key: cond.key(), Meaning: cond})
}

// addElided: "new and lost customers" are new customers and lost customers.
func (l *Linked) addElided(and lexicon.Match, k *knowledge.Knowledge) {
	i := and.From - 1
	figure := func(it chart.Item) bool {
		return it.From == i && it.To == i+1 && (it.Category == chart.Category(knowledge.Metric) || it.Category == chart.Category(knowledge.Number) || it.Category == chart.Category(knowledge.Entity))
	}
	if i < 0 || l.Worded[i] || slices.ContainsFunc(l.Terminals, figure) {
		return // "rides and fare income": rides are what they are, not ride income
	}
	for _, it := range l.Terminals {
		s, ok := it.Meaning.(*Slot)
		if !ok || s.Kind != knowledge.Metric || s.From != and.To || s.To-s.From < 2 {
			continue
		}
		exact, _ := k.Lookup(slices.Concat(l.Tokens[i:i+1], l.Tokens[s.To-1:s.To]))
		part := &Slot{From: i, To: i + 1, Kind: knowledge.Metric}
		for _, c := range exact {
			if c.Kind == knowledge.Metric {
				part.Cands = append(part.Cands, c)
			}
		}
		l.addPart("elided", part)
		return
	}
}

// addThings: a population named by a phrase that ends in the things themselves, as "small customers", can be counted.
func (l *Linked) addThings() {
	for _, it := range l.Terminals {
		pop, ok := it.Meaning.(*Slot)
		if !ok || pop.Kind != knowledge.Pop || pop.To-pop.From < 2 {
			continue
		}
		for _, other := range l.Terminals {
			things, ok := other.Meaning.(*Slot)
			if !ok || things.Kind != knowledge.Entity || things.To != pop.To || things.From <= pop.From {
				continue
			}
			of := *things
			of.Cands = slices.DeleteFunc(slices.Clone(things.Cands), func(e knowledge.Candidate) bool {
				return !slices.ContainsFunc(pop.Cands, func(c knowledge.Candidate) bool { return c.Relation == e.Relation })
			})
			if len(of.Cands) > 0 {
				np := &NP{Entity: &of, Conds: []*Cond{{From: pop.From, To: pop.To, Values: []*Slot{pop}}}}
				l.Terminals = append(l.Terminals, chart.Item{Category: "things", From: pop.From, To: pop.To, Cost: it.Cost, Key: np.key(), Meaning: np})
				break
			}
		}
	}
}

func (l *Linked) addPart(category chart.Category, s *Slot) {
	if len(s.Cands) == 0 {
		return
	}
	for i := s.From; i < s.To; i++ {
		l.Known[i], l.Grounded[i] = true, true
	}
	l.Terminals = append(l.Terminals, chart.Item{Category: category, From: s.From, To: s.To, Key: s.key(), Meaning: s})
}

// partRows: names whose words stand apart.
func partRows() []row {
	return []row{
		{"metric = metric part", 0.02, inParts(0, 1)},
		{"metric = part metric", 0.05, inParts(1, 0)},
		{"rank = dim part extreme metric", 0, sellsMost(-1, 0)},
		{"rank = num dim part extreme metric", 0, sellsMost(0, 1)},
		{"measures = elided and metric", 0, func(p []chart.Item) keyed { return &MeasureList{[]*Measure{term(p, 0), term(p, 2)}} }},
		{"measures = elided versus metric", 0, func(p []chart.Item) keyed { return &MeasureList{[]*Measure{term(p, 0), term(p, 2)}} }},
		{"np = things", 0.05, same(0)},
		{"np = list and things", 0.05, eitherThings},
		{"np = list or things", 0.05, eitherThings},
		{"adj = uncond", 0, same(0)},
		{"negcond = uncond", 0, same(0)},
		{"negcond = neg done", 0.05, func(p []chart.Item) keyed { return emptyOf(p, 1, false) }},
	}
}

// inParts is the metric of which both pieces are the name.
func inParts(metric, part int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		s, of := get[*Slot](p, metric), get[*Slot](p, part)
		wide := &Slot{From: from(p), To: to(p), Kind: s.Kind}
		for _, c := range s.Cands {
			if slices.ContainsFunc(of.Cands, func(o knowledge.Candidate) bool { return o.Key == c.Key }) {
				wide.Cands = append(wide.Cands, c)
			}
		}
		if len(wide.Cands) == 0 {
			return nil
		}
		return wide
	}
}

// sellsMost: "which growers sold the most crates" ranks growers by crates sold.
func sellsMost(num, dim int) func(p []chart.Item) keyed {
	whole := inParts(dim+3, dim+1)
	return func(p []chart.Item) keyed {
		if whole(p) == nil || get[word](p, dim+2) != "top" && get[word](p, dim+2) != "bottom" {
			return nil
		}
		q := slices.Clone(p)
		q[dim+3].Meaning = term(p, dim+3)
		return highest(num, dim)(q)
	}
}

// eitherThings: "enterprise and small customers" are customers of either kind.
func eitherThings(p []chart.Item) keyed {
	list, np := get[*Cond](p, 0), get[*NP](p, 2)
	both := &Cond{From: from(p), To: to(p), Or: true, Values: slices.Concat(list.Values, np.Conds[0].Values)}
	return &NP{Entity: np.Entity, Conds: []*Cond{belonging(both, np.Entity)}}
}
