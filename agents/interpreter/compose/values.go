package compose

import (
	"fmt"
	"slices"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// values turns a list of values and populations into filters. Values of one column go together: any of them will do.
func (b *builder) values(c *grammar.Cond, bases []string) ([]plan.Filter, error) {
	if c.Column != nil {
		return b.valuesOf(c, bases)
	}
	if merged, ok, err := b.sameColumn(c, bases); ok || err != nil {
		return merged, err
	}
	if len(c.Values) > 1 && !c.Neg && c.Or {
		return nil, b.refuse(grammar.Span{From: c.From, To: c.To}, "an \"or\" between different columns is beyond what a filter can say")
	}
	if len(c.Values) > 1 && !c.Neg && b.saysAnd(c) && !b.bothAtOnce(c) {
		return nil, b.refuse(grammar.Span{From: c.From, To: c.To}, "rows that are one or the other, of different columns, are beyond what a filter can say; ask for each of them")
	}
	var out []plan.Filter
	for _, s := range c.Values {
		cand, err := b.valueOf(s, bases)
		if err != nil {
			return nil, err
		}
		fs := slices.Clone(cand.Filters)
		if c.Neg && len(fs) > 1 {
			return nil, b.refuse(grammar.Span{From: c.From, To: c.To}, "%s is a combination of conditions, and leaving out a combination is beyond what a filter can say", cand.Label)
		}
		for i := range fs {
			fs[i].Origin = b.origin(s, cand)
		}
		out = append(out, fs...)
	}
	return out, nil
}

// saysAnd reports whether the values of a condition are joined by a word, not only by a comma: "urgent, phone tickets" are both.
func (b *builder) saysAnd(c *grammar.Cond) bool {
	for i := range c.Values[1:] {
		between := b.Tokens[c.Values[i].To:c.Values[i+1].From]
		if slices.ContainsFunc(between, func(t token.Token) bool { return t.Kind == token.Word }) {
			return true
		}
	}
	return false
}

// bothAtOnce asks whether "express and heavy parcels" are those that are both, or all that are one of them.
func (b *builder) bothAtOnce(c *grammar.Cond) bool {
	first, last := c.Values[0], c.Values[len(c.Values)-1]
	x, y := b.quote(first.From, first.To), b.quote(last.From, last.To)
	return b.settle(Need{Kind: plan.AskReading, Subject: b.subject(first.From, last.To), Weight: 6,
		Text: fmt.Sprintf("Do you mean rows that are %s and %s at once, or those that are one of them?", x, y), Why: "Other rows are counted.",
		Options: []plan.Option{
			{ID: "both", Label: "Both at once", Default: true, Detail: "Only rows that fulfil every condition."},
			{ID: "either", Label: "One of them", Detail: "All rows that fulfil any of the conditions."},
		}}) == "both"
}

// valueOf chooses the column of one value.
func (b *builder) valueOf(s *grammar.Slot, bases []string) (knowledge.Candidate, error) {
	if s.Kind == knowledge.Pop {
		s = b.popSlot(s)
	}
	cand, _, err := b.reach(s, bases, plan.AskColumn)
	if err != nil {
		return cand, err
	}
	b.use(s, cand)
	if cand.Kind == knowledge.Value && b.periods() && b.K.Fresh(b.Tokens[s.From:s.To]) {
		b.assume(true, "%q is what %s says today, whatever it was in each period.", b.quote(s.From, s.To), cand.Column)
	}
	return cand, nil
}

// popSlot gives populations the column of their first filter, so that they can be reached like values.
func (b *builder) popSlot(s *grammar.Slot) *grammar.Slot {
	out := *s
	out.Cands = slices.Clone(s.Cands)
	for i, c := range out.Cands {
		out.Cands[i].Column = c.Filters[0].Column
	}
	if p, ok := b.pick[s]; ok {
		p.Column = p.Filters[0].Column
		b.pick[&out] = p
	}
	return &out
}

// sameColumn merges two or more values of one column into "is one of". A population of one such condition counts as a value.
func (b *builder) sameColumn(c *grammar.Cond, bases []string) ([]plan.Filter, bool, error) {
	if len(c.Values) < 2 {
		return nil, false, nil
	}
	shared := &grammar.Slot{From: c.Values[0].From, To: c.Values[len(c.Values)-1].To, Kind: knowledge.Value}
	for _, first := range c.Values[0].Cands {
		f, ok := oneOf(first)
		if !ok {
			continue
		}
		merged, fits := f, true
		merged.Op, merged.Values = plan.In, slices.Clone(f.Values)
		for _, s := range c.Values[1:] {
			at := slices.IndexFunc(s.Cands, func(o knowledge.Candidate) bool {
				g, ok := oneOf(o)
				return ok && g.Column == f.Column
			})
			if fits = at >= 0; !fits {
				break
			}
			for _, v := range s.Cands[at].Filters[0].Values {
				if !slices.Contains(merged.Values, v) {
					merged.Values = append(merged.Values, v)
				}
			}
		}
		if fits {
			cand := first
			cand.Kind, cand.Term, cand.Column, cand.Key = knowledge.Value, "", f.Column, "column:"+f.Column.String()
			cand.Filters, cand.Label = []plan.Filter{merged}, glossary.Label(merged)
			shared.Cands = append(shared.Cands, cand)
		}
	}
	if len(shared.Cands) == 0 {
		return nil, false, nil
	}
	cand, _, err := b.reach(shared, bases, plan.AskColumn)
	if err != nil {
		return nil, false, err
	}
	b.use(shared, cand)
	out := slices.Clone(cand.Filters)
	out[0].Origin = plan.Origin{Kind: plan.FromValue, Ref: cand.Column.String(), Quote: b.quote(c.From, c.To)}
	return out, true, nil
}

// oneOf is the candidate's condition when it is a single "is" on text.
func oneOf(c knowledge.Candidate) (plan.Filter, bool) {
	if len(c.Filters) != 1 {
		return plan.Filter{}, false
	}
	f := c.Filters[0]
	return f, (f.Op == plan.Eq || f.Op == plan.In) && f.Values[0].Kind != plan.BoolLiteral
}

// valuesOf restricts values to the column that is named with them: "region is EMEA".
func (b *builder) valuesOf(c *grammar.Cond, bases []string) ([]plan.Filter, error) {
	narrow := *c.Column
	narrow.Cands = nil
	var missing string
	for _, cand := range c.Column.Cands {
		has := true
		for _, s := range c.Values {
			if !slices.ContainsFunc(s.Cands, func(v knowledge.Candidate) bool { return v.Column == cand.Column }) {
				has, missing = false, b.quote(s.From, s.To)
			}
		}
		if has {
			narrow.Cands = append(narrow.Cands, cand)
		}
	}
	if len(narrow.Cands) == 0 {
		return nil, b.refuse(grammar.Span{From: c.From, To: c.To}, "%s has no value %q", c.Column.Cands[0].Label, missing)
	}
	if p, ok := b.pick[c.Column]; ok {
		b.pick[&narrow] = p
	}
	cand, _, err := b.reach(&narrow, bases, plan.AskColumn)
	if err != nil {
		return nil, err
	}
	b.use(c.Column, cand)
	f := plan.Filter{Column: cand.Column, Op: plan.Eq, Origin: plan.Origin{Kind: plan.FromValue, Ref: cand.Column.String(), Quote: b.quote(c.From, c.To)}}
	for _, s := range c.Values {
		for _, v := range s.Cands {
			if v.Column == cand.Column {
				f.Values = append(f.Values, v.Filters[0].Values[0])
				b.use(s, v)
				break
			}
		}
	}
	if len(f.Values) > 1 {
		f.Op = plan.In
	}
	return []plan.Filter{f}, nil
}
