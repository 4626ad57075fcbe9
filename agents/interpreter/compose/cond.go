package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

func (b *builder) filters() error {
	for _, f := range b.s.Filters {
		for _, c := range f.Conds {
			fs, err := b.cond(c, b.d.Spec.BaseModels())
			if err != nil {
				return err
			}
			b.addFilters(fs)
		}
		if f.Entity != nil {
			if err := b.concerns(f.Entity, b.d.Spec.BaseModels()); err != nil {
				return err
			}
		}
	}
	return nil
}

// concerns checks that the things a filter names have to do with the measures: "for enterprise customers".
func (b *builder) concerns(slot *grammar.Slot, bases []string) error {
	c := b.chosen(slot)
	if _, err := b.paths(c.Relation, bases, grammar.Span{From: slot.From, To: slot.To}, sentence(c.Label)); err != nil {
		return err
	}
	b.use(slot, c)
	return nil
}

func (b *builder) addFilters(fs []plan.Filter) {
	for _, f := range fs {
		same := func(o plan.Filter) bool {
			return o.Column == f.Column && o.Op == f.Op && slices.Equal(o.Values, f.Values)
		}
		if !slices.ContainsFunc(b.d.Spec.Filters, same) {
			b.d.Spec.Filters = append(b.d.Spec.Filters, f)
		}
	}
}

// cond turns a condition into filters that hold together, with their join paths from the base relations.
func (b *builder) cond(c *grammar.Cond, bases []string) ([]plan.Filter, error) {
	fs, err := b.positive(c, bases)
	if err != nil {
		return nil, err
	}
	at := grammar.Span{From: c.From, To: c.To}
	if c.Neg {
		if fs, err = b.negate(fs, c); err != nil {
			return nil, err
		}
	}
	for i := range fs {
		if fs[i].Paths, err = b.paths(fs[i].Column.Relation, bases, at, fs[i].Label); err != nil {
			return nil, err
		}
		b.checkPaths(fs[i].Column.Relation, fs[i].Paths)
		fs[i].Label = glossary.Label(fs[i])
	}
	return fs, nil
}

func (b *builder) positive(c *grammar.Cond, bases []string) ([]plan.Filter, error) {
	switch {
	case c.Thing != nil:
		return b.thing(c)
	case c.Empty:
		return b.onColumn(c, bases, plan.IsNull, nil)
	case c.Literal != "":
		return b.literal(c, bases)
	case len(c.Numbers) > 0:
		var values []plan.Literal
		for _, n := range c.Numbers {
			values = append(values, plan.Literal{Kind: plan.NumberLiteral, Text: n})
		}
		return b.onColumn(c, bases, c.Op, values)
	}
	return b.values(c, bases)
}

func (b *builder) onColumn(c *grammar.Cond, bases []string, op plan.Operator, values []plan.Literal) ([]plan.Filter, error) {
	cand, _, err := b.reach(c.Column, bases, plan.AskColumn)
	if err != nil {
		return nil, err
	}
	b.use(c.Column, cand)
	return []plan.Filter{{Column: cand.Column, Op: op, Values: values, Origin: plan.Origin{Kind: plan.FromQuote, Ref: cand.Column.String(), Quote: b.quote(c.From, c.To)}}}, nil
}

// thing compares the amount of a thing: "invoices over 100". With several numeric columns it is asked which.
func (b *builder) thing(c *grammar.Cond) ([]plan.Filter, error) {
	e := b.chosen(c.Thing)
	r, ok := b.K.Relation(e.Relation)
	if !ok {
		return nil, b.refuse(grammar.Span{From: c.From, To: c.To}, "%s are not known", e.Label)
	}
	n := Need{Kind: plan.AskColumn, Subject: b.subject(c.From, c.To), Weight: 6,
		Text: fmt.Sprintf("Which number of the %s do you compare with %q?", e.Label, b.quote(c.From, c.To)), Why: "It decides which rows are counted."}
	for _, col := range r.Node.Columns {
		isKey := strings.HasSuffix(strings.ToLower(col.Name), "_id") || strings.EqualFold(col.Name, r.Key)
		if r.Type(col.Name) == knowledge.NumberType && !isKey && len(n.Options) < plan.MaxOptions {
			n.Options = append(n.Options, plan.Option{ID: "column:" + r.Name + "." + col.Name, Label: strings.Join(glossary.Split(col.Name), " "), Detail: col.Description})
		}
	}
	if len(n.Options) == 0 {
		return nil, b.refuse(grammar.Span{From: c.From, To: c.To}, "%s has no number to compare", r.Name)
	}
	n.Options[0].Default = true
	id := n.Options[0].ID
	if len(n.Options) > 1 {
		id = b.settle(n)
	} else {
		b.assume(true, "%q compares %s, the only number on %s.", b.quote(c.From, c.To), n.Options[0].Label, r.Name)
	}
	column := strings.TrimPrefix(id, "column:"+r.Name+".")
	return []plan.Filter{{Column: plan.ColumnRef{Relation: r.Name, Column: column}, Op: c.Op, Values: []plan.Literal{{Kind: plan.NumberLiteral, Text: c.Numbers[0]}},
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(c.From, c.To)}}}, nil
}

// literal compares a column with text in quotes. A value that is known not to exist is refused with what there is.
func (b *builder) literal(c *grammar.Cond, bases []string) ([]plan.Filter, error) {
	fs, err := b.onColumn(c, bases, plan.Eq, nil)
	if err != nil {
		return nil, err
	}
	ref := fs[0].Column
	value, found, known := b.K.HasValue(ref, c.Literal)
	if known && !found {
		values := b.K.Values(ref)
		r := &Refusal{Span: grammar.Span{From: c.From, To: c.To}, Reason: fmt.Sprintf("%s has no value %q", ref, c.Literal), Nearest: values[:min(len(values), plan.MaxOptions)]}
		return nil, r
	}
	kind := plan.StringLiteral
	if r, ok := b.K.Relation(ref.Relation); ok && r.Type(ref.Column) == knowledge.NumberType {
		kind = plan.NumberLiteral
	}
	if !found {
		value = c.Literal
		b.assume(true, "I take the value %q of %s as you wrote it; its values are not known to me.", value, ref)
	}
	fs[0].Values = []plan.Literal{{Kind: kind, Text: value}}
	return fs, nil
}

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

// negate turns filters around. Rows without a value stay: "excluding trials" does not exclude what is not known to be one.
func (b *builder) negate(fs []plan.Filter, c *grammar.Cond) ([]plan.Filter, error) {
	opposite := map[plan.Operator]plan.Operator{plan.Eq: plan.Ne, plan.Ne: plan.Eq, plan.In: plan.NotIn, plan.NotIn: plan.In,
		plan.Lt: plan.Gte, plan.Lte: plan.Gt, plan.Gt: plan.Lte, plan.Gte: plan.Lt, plan.IsNull: plan.NotNull, plan.NotNull: plan.IsNull}
	out := slices.Clone(fs)
	for i, f := range out {
		op, ok := opposite[f.Op]
		if !ok {
			return nil, b.refuse(grammar.Span{From: c.From, To: c.To}, "leaving out a range is beyond what a filter can say")
		}
		filled := !b.nullable(f.Column, nil)
		out[i].Op = op
		out[i].KeepNull = (op == plan.Ne || op == plan.NotIn) && !filled
		if f.Op == plan.Eq && filled && f.Values[0].Kind == plan.BoolLiteral {
			out[i].Op = plan.Eq
			out[i].Values = []plan.Literal{{Kind: plan.BoolLiteral, Text: flip(f.Values[0].Text)}}
		}
		if out[i].KeepNull {
			b.assume(false, "Rows without a %s stay in.", strings.Join(glossary.Split(f.Column.Column), " "))
		}
	}
	return out, nil
}

func flip(text string) string {
	if text == "true" {
		return "false"
	}
	return "true"
}
