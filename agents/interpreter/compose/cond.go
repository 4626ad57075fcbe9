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
			if len(c.Days) > 0 {
				continue // recurring reads these, once the date is known
			}
			fs, err := b.cond(c, b.d.Spec.BaseModels())
			if err != nil {
				return err
			}
			for _, m := range b.d.Spec.Measures {
				if err := b.contradicts(m, fs, c); err != nil {
					return err
				}
			}
			if err := b.addFilters(fs, c); err != nil {
				return err
			}
		}
		if f.Entity != nil {
			if err := b.concerns(f.Entity, b.d.Spec.BaseModels()); err != nil {
				return err
			}
		}
		if len(f.Conds) == 0 {
			b.restrictsNothing(f.Entity)
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

// restrictsNothing: "price of products" names the things; rows that belong to none of them count as well.
func (b *builder) restrictsNothing(slot *grammar.Slot) {
	c := b.chosen(slot)
	loose := false
	for _, base := range b.d.Spec.BaseModels() {
		paths, _ := b.K.Paths(base, c.Relation)
		for _, h := range paths[0].Hops {
			loose = loose || b.nullable(plan.ColumnRef{Relation: h.From, Column: h.FromColumns[0]}, nil)
		}
	}
	text := fmt.Sprintf("%q restricts nothing", b.quote(slot.From, slot.To))
	if loose {
		text += fmt.Sprintf("; rows without one of the %s count as well", lowerFirst(c.Label))
	}
	b.assume(loose, "%s.", text)
}

// contradicts refuses a condition that no row can fulfil which the measure's own definition counts.
func (b *builder) contradicts(m plan.Measure, fs []plan.Filter, c *grammar.Cond) error {
	var err error
	eachLeaf(m, func(x plan.Measure) {
		for _, own := range x.Filters {
			for _, f := range fs {
				if err == nil && own.Column == f.Column && exclude(own, f) {
					err = b.refuse(grammar.Span{From: c.From, To: c.To}, "%s counts only rows where %s, and none of them is one where %s", m.Label, glossary.Label(own), f.Label)
				}
			}
		}
	})
	return err
}

// addFilters adds conditions for the whole request; two that exclude each other are refused.
func (b *builder) addFilters(fs []plan.Filter, c *grammar.Cond) error {
	for _, f := range fs {
		same := func(o plan.Filter) bool {
			return o.Column == f.Column && o.Op == f.Op && slices.Equal(o.Values, f.Values)
		}
		for _, o := range b.d.Spec.Filters {
			if o.Column == f.Column && exclude(o, f) {
				return b.refuse(grammar.Span{From: c.From, To: c.To}, "no row is one where %s and one where %s", o.Label, f.Label)
			}
		}
		if !slices.ContainsFunc(b.d.Spec.Filters, same) {
			b.d.Spec.Filters = append(b.d.Spec.Filters, f)
		}
	}
	return nil
}

// cond turns a condition into filters that hold together, with their join paths from the base relations.
func (b *builder) cond(c *grammar.Cond, bases []string) ([]plan.Filter, error) {
	if c.Fresh {
		at := grammar.Span{From: c.From, To: c.To}
		if c.Of != nil {
			at.To = max(at.To, c.Of.To)
		}
		return nil, b.refuse(at, "what is new is counted by the day on which it began; it restricts no other figure")
	}
	if c.Of != nil {
		b.beside = b.chosen(c.Of).Relation
	}
	fs, err := b.positive(c, bases)
	b.beside = ""
	if err != nil {
		return nil, err
	}
	if c.By {
		b.assume(true, "%q restricts the figures to them; it does not split.", b.quote(c.From, c.To))
	}
	if c.Neg {
		if fs, err = b.negate(fs, c); err != nil {
			return nil, err
		}
	}
	for i := range fs {
		if fs[i].Paths, err = b.columnPaths(fs[i].Column.Relation, bases, core(c), fs[i].Label); err != nil {
			return nil, err
		}
		b.checkPaths(fs[i].Column.Relation, fs[i].Paths)
		fs[i].Label = glossary.Label(fs[i])
	}
	return fs, nil
}

// core is the words of a condition without prepositions and negations around them.
func core(c *grammar.Cond) grammar.Span {
	switch n := len(c.Values); {
	case c.Column != nil:
		return grammar.Span{From: c.Column.From, To: c.Column.To}
	case n > 0:
		return grammar.Span{From: c.Values[0].From, To: c.Values[n-1].To}
	}
	return grammar.Span{From: c.From, To: c.To}
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
			b.assume(false, "%s", staysIn(f))
		}
	}
	return out, nil
}

// staysIn is the assumption about rows without a value in a column of which one value is left out.
func staysIn(f plan.Filter) string {
	name := strings.Join(glossary.Split(f.Column.Column), " ")
	if flag, ok := strings.CutPrefix(name, "is "); ok && f.Values[0].Kind == plan.BoolLiteral {
		return fmt.Sprintf("Rows of which nobody said whether they are %s stay in.", flag)
	}
	return fmt.Sprintf("Rows where %s is empty stay in.", name)
}

func flip(text string) string {
	if text == "true" {
		return "false"
	}
	return "true"
}
