package grammar

import (
	"slices"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// nounRows: things with conditions.
func nounRows() []row {
	return []row{
		{"np = entity", 0, func(p []chart.Item) keyed { return &NP{Entity: get[*Slot](p, 0)} }},
		{"np = pop", 0.1, func(p []chart.Item) keyed { return &NP{Conds: []*Cond{values(p, 0)}} }},
		{"np = adj np", 0, func(p []chart.Item) keyed { return narrower(get[*NP](p, 1), get[*Cond](p, 0)) }},
		{"np = adj and np", 0.1, func(p []chart.Item) keyed { return narrower(get[*NP](p, 2), get[*Cond](p, 0)) }},
		{"np = np post", 0.05, func(p []chart.Item) keyed {
			np, ok := narrower(get[*NP](p, 0), get[*Cond](p, 1)).(*NP)
			if !ok {
				return nil
			}
			np.Post = true
			return np
		}},
		{"np = entity cmp num", 0.1, thingOver(2)},
		{"np = entity cmp unit num", 0.1, thingOver(3)},
		{"np = entity cmp num unit", 0.1, thingOver(2)},
	}
}

func narrower(np *NP, c *Cond) keyed {
	if len(np.Conds) >= 4 {
		return nil
	}
	return &NP{Entity: np.Entity, Conds: slices.Concat(np.Conds, []*Cond{belonging(c, np.Entity)}), Post: np.Post}
}

// belonging is a condition together with the noun that it belongs to.
func belonging(c *Cond, noun *Slot) *Cond {
	if noun == nil {
		return c
	}
	out := *c
	out.Of = noun
	return &out
}

// thingOver: "invoices over 100" compares the one amount that an invoice has.
func thingOver(num int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		e := get[*Slot](p, 0)
		c := &Cond{From: p[1].From, To: to(p), Thing: e, Op: plan.Operator(get[word](p, 1)), Numbers: []string{string(get[word](p, num))}}
		return &NP{Entity: e, Conds: []*Cond{c}, Post: true}
	}
}

// condRows: conditions. See filterRows for "adj", which stands before a noun, "post" after it and "filter" anywhere in the request.
func condRows() []row {
	return []row{
		{"basic = value", 0, func(p []chart.Item) keyed { return values(p, 0) }},
		{"basic = pop", 0, func(p []chart.Item) keyed { return values(p, 0) }},
		{"list = basic", 0, same(0)},
		{"list = basic and list", 0, either},
		{"list = basic or list", 0, anyOf},
		{"list = either list", 0, func(p []chart.Item) keyed {
			c := get[*Cond](p, 1)
			if len(c.Values) < 2 {
				return nil
			}
			return reach(p, c)
		}},
		{"negcond = neither basic and basic", 0, neither(1, 3)},
		{"negcond = neither basic or basic", 0, neither(1, 3)},
		{"cond = list", 0, same(0)},
		{"cond = dim list", 0.02, ofColumn(0, 1)},
		{"cond = dim verb list", 0, ofColumn(0, 2)},
		{"cond = list dim", 0.02, ofColumn(1, 0)},
		{"cond = dim neg list", 0, func(p []chart.Item) keyed { return negated(ofColumn(0, 2)(p)) }},
		{"cond = dim verb neg list", 0, func(p []chart.Item) keyed { return negated(ofColumn(0, 3)(p)) }},
		{"cond = dim literal", 0, literalOf(1)},
		{"cond = dim verb literal", 0, literalOf(2)},
		{"cond = dim neg literal", 0, func(p []chart.Item) keyed { return negated(literalOf(2)(p)) }},
		{"cond = dim empty", 0, func(p []chart.Item) keyed { return emptyOf(p, 0, false) }},
		{"cond = dim verb empty", 0, func(p []chart.Item) keyed { return emptyOf(p, 0, false) }},
		{"cond = dim neg empty", 0, func(p []chart.Item) keyed { return emptyOf(p, 0, true) }},
		{"cond = empty dim", 0, func(p []chart.Item) keyed { return emptyOf(p, 1, false) }},
		{"cond = number cmp num", 0, compare(0, 1, 2)},
		{"cond = number verb cmp num", 0, compare(0, 2, 3)},
		{"cond = number cmp unit num", 0, compare(0, 1, 3)},
		{"cond = number verb num", 0.05, func(p []chart.Item) keyed { return numbers(p, 0, plan.Eq, 2) }},
		{"cond = number num ormore", 0, func(p []chart.Item) keyed { return numbers(p, 0, plan.Operator(get[word](p, 2)), 1) }},
		{"cond = number prep num ormore", 0, func(p []chart.Item) keyed { return numbers(p, 0, plan.Operator(get[word](p, 3)), 2) }},
		{"cond = number verb num ormore", 0, func(p []chart.Item) keyed { return numbers(p, 0, plan.Operator(get[word](p, 3)), 2) }},
		{"range = number cmp num and cmp num", 0, twoBounds(0, 1)},
		{"range = number verb cmp num and cmp num", 0, twoBounds(0, 2)},
		{"filter = range", 0.1, same(0)},
		{"filter = prep range", 0, same(1)},
		{"cond = list ones", 0, spannedFirst},
		{"cond = cmp num number", 0, compare(2, 0, 1)},
		{"cond = number between num and num", 0, func(p []chart.Item) keyed { return numbers(p, 0, plan.Between, 2, 4) }},
		{"cond = number during between num and num", 0, func(p []chart.Item) keyed { return numbers(p, 0, plan.Between, 3, 5) }},
		{"negcond = neg cond", 0, func(p []chart.Item) keyed { return negated(reach(p, get[*Cond](p, 1))) }},
		{"negcond = neg prep cond", 0, func(p []chart.Item) keyed { return negated(reach(p, get[*Cond](p, 2))) }},
		{"negcond = neg dim", 0.9, func(p []chart.Item) keyed { return emptyOf(p, 1, false) }},
		{"negcond = neg time", 0.1, without(1)},
		{"negcond = neg number", 0.3, without(1)},
		{"negcond = neg np", 0.02, negatedNP(1)},
		{"negcond = neg prep np", 0.02, negatedNP(2)},
	}
}

// filterRows: where a condition may stand.
func filterRows() []row {
	return []row{
		{"adj = list", 0, same(0)},
		{"adj = list dim", 0.02, ofColumn(1, 0)},
		{"adj = neg basic", 0, func(p []chart.Item) keyed { return negated(reach(p, get[*Cond](p, 1))) }},
		{"adj = only basic", 0, only(1)},
		{"post = by pop", 0.05, func(p []chart.Item) keyed {
			s := get[*Slot](p, 1)
			if slices.ContainsFunc(s.Cands, func(c knowledge.Candidate) bool { return c.Term == "" || c.Cost > 0 }) {
				return nil // "visits by children" are those of the children; by what is no population, figures are split
			}
			c := reach(p, values(p, 1))
			c.By = true
			return c
		}},
		{"post = prep cond", 0, spanned(1)},
		{"post = prep verb cond", 0, spanned(2)},
		{"post = verb cond", 0, spanned(1)},
		{"post = verb prep cond", 0, spanned(2)},
		{"post = prep verb negcond", 0, spanned(2)},
		{"post = prep negcond", 0, spanned(1)},
		{"post = verb negcond", 0, spanned(1)},
		{"post = cond", 0.4, same(0)},
		{"post = negcond", 0.1, same(0)},
		{"filter = post", 0, same(0)},
		{"filter = negcond", 0, same(0)},
		{"filter = only cond", 0, only(1)},
		{"filter = only prep cond", 0, only(2)},
		{"filter = prep only cond", 0, only(2)},
		{"filter = cond leftout", 0, func(p []chart.Item) keyed { return negated(reach(p, get[*Cond](p, 0))) }},
		{"filter = np leftout", 0, negatedNP(0)},
		{"included = cond incl", 0, spanned(0)},
		{"filter = cond only", 0, only(0)},
		{"filter = post only", 0, only(0)},
		{"filter = prep np", 0, nounFilter(1)},
		{"filter = about entity", 0.45, func(p []chart.Item) keyed { return &Filters{Entity: get[*Slot](p, 1)} }},
		{"filter = prep dim post", 0.1, func(p []chart.Item) keyed {
			noun := get[*Slot](p, 1)
			return &Filters{Conds: []*Cond{belonging(get[*Cond](p, 2), noun)}, Entity: noun}
		}},
		{"filter = only np", 0, nounFilter(1)},
		{"filter = only prep np", 0, nounFilter(2)},
		{"filter = np only", 0, nounFilter(0)},
	}
}

func values(p []chart.Item, i int) *Cond {
	s := get[*Slot](p, i)
	return &Cond{From: s.From, To: s.To, Values: []*Slot{s}}
}

// anyOf joins values with "or", either with "and": of one column both mean a row that has any of them.
func anyOf(p []chart.Item) keyed {
	c, ok := either(p).(*Cond)
	if !ok {
		return nil
	}
	c.Or = true
	return c
}

func either(p []chart.Item) keyed {
	a, b := get[*Cond](p, 0), get[*Cond](p, 2)
	return &Cond{From: from(p), To: to(p), Values: slices.Concat(a.Values, b.Values), Or: b.Or}
}

// ofColumn restricts values to a column named with them; the column must have every one of the values.
func ofColumn(column, list int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		c := *get[*Cond](p, list)
		slot := *get[*Slot](p, column)
		slot.Cands = slices.DeleteFunc(slices.Clone(slot.Cands), func(d knowledge.Candidate) bool {
			return slices.ContainsFunc(c.Values, func(s *Slot) bool {
				return s.Kind != knowledge.Value || !slices.ContainsFunc(s.Cands, func(v knowledge.Candidate) bool { return v.Column == d.Column })
			})
		})
		if len(slot.Cands) == 0 || c.Column != nil {
			return nil
		}
		c.Column, c.From, c.To = &slot, from(p), to(p)
		return &c
	}
}

// neither: "neither late nor failed" leaves out both.
func neither(a, b int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		return negated(&Cond{From: from(p), To: to(p), Values: slices.Concat(get[*Cond](p, a).Values, get[*Cond](p, b).Values)})
	}
}

func literalOf(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		return &Cond{From: from(p), To: to(p), Column: get[*Slot](p, 0), Literal: string(get[word](p, i))}
	}
}

func emptyOf(p []chart.Item, column int, not bool) keyed {
	return &Cond{From: from(p), To: to(p), Column: get[*Slot](p, column), Empty: true, Neg: not}
}

// without: rows that have no value in a column named in full.
func without(column int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		s := *get[*Slot](p, column)
		s.Cands = slices.DeleteFunc(slices.Clone(s.Cands), func(c knowledge.Candidate) bool { return c.Partial })
		if get[word](p, 0) != "without" || len(s.Cands) == 0 {
			return nil
		}
		return &Cond{From: from(p), To: to(p), Column: &s, Empty: true}
	}
}

func compare(column, cmp, num int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed { return numbers(p, column, plan.Operator(get[word](p, cmp)), num) }
}

func numbers(p []chart.Item, column int, op plan.Operator, nums ...int) keyed {
	c := &Cond{From: from(p), To: to(p), Column: get[*Slot](p, column), Op: op}
	for _, i := range nums {
		c.Numbers = append(c.Numbers, string(get[word](p, i)))
	}
	return c
}

// twoBounds: "distance more than 100 and less than 400".
func twoBounds(column, cmp int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		a := numbers(p, column, plan.Operator(get[word](p, cmp)), cmp+1).(*Cond)
		b := numbers(p, column, plan.Operator(get[word](p, cmp+3)), cmp+4).(*Cond)
		return &Filters{Conds: []*Cond{a, b}}
	}
}

// spannedFirst: "the cancelled ones" are the cancelled things that are counted.
func spannedFirst(p []chart.Item) keyed { return reach(p, get[*Cond](p, 0)) }

func reach(p []chart.Item, c *Cond) *Cond {
	out := *c
	out.From, out.To = from(p), to(p)
	return &out
}

func negated(m keyed) keyed {
	c, ok := m.(*Cond)
	if !ok || c == nil || c.Neg {
		return nil
	}
	out := *c
	out.Neg = true
	return &out
}

// negatedNP: "excluding enterprise customers" negates what makes them special; "without customers" says nothing.
func negatedNP(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		np := get[*NP](p, i)
		if len(np.Conds) != 1 || np.Entity == nil {
			return nil
		}
		return negated(reach(p, np.Conds[0]))
	}
}

func spanned(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed { return reach(p, get[*Cond](p, i)) }
}

func only(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		c := reach(p, get[*Cond](p, i))
		c.Only = true
		return c
	}
}

// nounFilter keeps the rows of the things named: "for enterprise customers".
func nounFilter(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed {
		np := get[*NP](p, i)
		if len(np.Conds) == 0 {
			return nil
		}
		return &Filters{Conds: np.Conds, Entity: np.Entity}
	}
}

// Filters are the conditions of a noun phrase that restricts the request.
type Filters struct {
	Conds  []*Cond
	Entity *Slot
}

func (f *Filters) key() string { return (&NP{Entity: f.Entity, Conds: f.Conds}).key() }
