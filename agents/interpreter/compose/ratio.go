package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/token"
	"firstmile/planner/plan"
)

// perEntity divides a measure by the number of different things that its rows belong to.
func (b *builder) perEntity(n *grammar.Measure) (plan.Measure, error) {
	base, err := b.measure(n.Base)
	if err != nil {
		return base, err
	}
	c := b.chosen(n.Slot)
	b.use(n.Slot, c)
	if b.K.NamesDimension(b.Tokens[n.Slot.From:n.Slot.To]) {
		b.d.Cost += costBesideMetric // the glossary has the word for splitting by it
	}
	at := grammar.Span{From: n.From, To: n.To}
	if base.Kind != plan.Simple {
		return base, b.refuse(at, "%s is not counted row by row, so it cannot be divided by the number of %s", base.Label, c.Label)
	}
	if c.Relation == base.Model && base.Agg != plan.Sum && base.Agg != plan.Count && base.Agg != plan.CountDistinct {
		return base, nil // "median amount per order line" is about the rows that it is taken of
	}
	if base, err = b.addable(base, n, c); err != nil {
		return base, err
	}
	key, err := b.foreignKey(base.Model, c, at)
	if err != nil {
		return base, err
	}
	col := plan.Col(key)
	den := plan.Measure{Name: snake(c.Label), Label: "Number of " + c.Label, Kind: plan.Simple, Model: base.Model, Agg: plan.CountDistinct, Expr: &col,
		Filters: base.Filters, Time: base.Time, TimePath: base.TimePath, Format: plan.Number, Description: fmt.Sprintf("Different %s in %s.", c.Label, base.Model), Origin: b.origin(n.Slot, c)}
	r, _ := b.K.Relation(c.Relation)
	if b.mayCountAll(base, n, c) && b.countsAll(base, n, c) {
		all := b.rowsIn(r, c)
		all.Origin = b.origin(n.Slot, c)
		den = all
	} else {
		b.assume(true, "%s are counted where they appear in %s.", sentence(c.Label), base.Model)
	}
	return plan.Measure{Name: base.Name + "_per_" + snake(r.Noun), Label: base.Label + " per " + r.Noun, Kind: plan.Ratio, Numerator: &base, Denominator: &den,
		Format: base.Format, Description: fmt.Sprintf("%s divided by the number of different %s.", base.Label, c.Label),
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// mayCountAll reports whether a measure could as well be divided by all things there are: with periods or conditions
// nobody says which of them there were.
func (b *builder) mayCountAll(base plan.Measure, n *grammar.Measure, c knowledge.Candidate) bool {
	if c.Relation == base.Model || len(b.s.Windows)+len(b.s.Filters)+len(b.s.Sofar)+len(b.s.Trends)+len(b.s.Ranks)+len(n.Base.Conds) > 0 {
		return false
	}
	if n.Base.NP != nil && len(n.Base.NP.Conds) > 0 {
		return false
	}
	for _, s := range b.s.Splits {
		if s.Grain != "" || s.Time != nil || !b.reachable(s.Dims, c.Relation) {
			return false
		}
	}
	return true
}

// reachable reports whether each slot has a column that rows of the relation lead to.
func (b *builder) reachable(slots []*grammar.Slot, relation string) bool {
	return !slices.ContainsFunc(slots, func(s *grammar.Slot) bool {
		return !slices.ContainsFunc(s.Cands, func(c knowledge.Candidate) bool {
			paths, _ := b.K.Paths(relation, c.Column.Relation)
			return len(paths) > 0
		})
	})
}

// countsAll asks which things a measure is divided by: a customer without a ticket counts or not.
func (b *builder) countsAll(base plan.Measure, n *grammar.Measure, c knowledge.Candidate) bool {
	return b.settle(Need{Kind: plan.AskPopulation, Subject: b.subject(n.Slot.From, n.Slot.To), Weight: 7,
		Text: fmt.Sprintf("Which %s shall I divide by?", c.Label), Why: fmt.Sprintf("%s that do not appear in %s make the figure smaller.", sentence(c.Label), base.Model),
		Options: []plan.Option{
			{ID: "appearing", Label: "Those with " + lowerFirst(base.Label), Default: true, Detail: fmt.Sprintf("Different %s in %s.", c.Label, base.Model)},
			{ID: "all", Label: "All " + c.Label, Detail: fmt.Sprintf("Every one in %s.", c.Relation)},
		}}) == "all"
}

// addable is a measure that may be divided by a number of things: what is counted or added up. "Average amount per order" is the
// amount of all orders divided by their number; a price or a score does not add up, and the largest amount per order would need a figure for each
// order first.
func (b *builder) addable(base plan.Measure, n *grammar.Measure, c knowledge.Candidate) (plan.Measure, error) {
	at := grammar.Span{From: n.From, To: n.To}
	sums := base.Expr == nil || base.Expr.Kind != plan.ExprColumn || b.K.AddsUp(base.Expr.Name)
	switch base.Agg {
	case plan.Count, plan.CountDistinct, plan.SumBoolean:
		return base, nil
	case plan.Sum:
		if sums || n.Base.Kind == grammar.OfTerm {
			return base, nil
		}
	case plan.Average:
		if sums && n.Base.Kind == grammar.OfColumn {
			total := *n.Base
			total.Agg = "sum"
			return b.measure(&total)
		}
	}
	return base, b.refuse(at, "%s cannot be divided by the number of %s: it would need a figure for each of them first", base.Label, lowerFirst(c.Label))
}

// perMeasure divides one measure by another.
func (b *builder) perMeasure(n *grammar.Measure) (plan.Measure, error) {
	b.apart = n.Apart
	num, err := b.measure(n.Base)
	if err != nil {
		return num, err
	}
	den, err := b.measure(n.Per)
	b.apart = false
	if err != nil {
		return den, err
	}
	simple := func(m plan.Measure) bool { return m.Model != "" }
	if !simple(num) || !simple(den) {
		return num, b.refuse(grammar.Span{From: n.From, To: n.To}, "%s and %s are ratios already; dividing them by each other is beyond me", num.Label, lowerFirst(den.Label))
	}
	format := plan.Number
	if n.Format != "" {
		format = n.Format
	}
	if num.Format == plan.Currency && den.Format != plan.Currency {
		format = plan.Currency
	}
	label := num.Label + " per " + token.Singular(lowerFirst(den.Label))
	if n.Apart {
		label = num.Label + " divided by " + lowerFirst(den.Label)
	}
	return plan.Measure{Name: num.Name + "_per_" + token.Singular(den.Name), Label: label, Kind: plan.Ratio, Numerator: &num, Denominator: &den, Format: format,
		Description: fmt.Sprintf("%s divided by %s.", num.Label, lowerFirst(den.Label)), Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// minus is what is left of one measure when another one is taken from it.
func (b *builder) minus(n *grammar.Measure) (plan.Measure, error) {
	at := grammar.Span{From: n.From, To: n.To}
	b.apart = true
	left, err := b.measure(n.Base)
	if err != nil {
		return left, err
	}
	right, err := b.measure(n.Per)
	b.apart = false
	if err != nil {
		return right, err
	}
	money := func(m plan.Measure) plan.Format {
		if m.Format == plan.Currency || m.Format == plan.Rate {
			return m.Format
		}
		return plan.Number
	}
	rows := func(m *grammar.Measure) bool { return m.Kind == grammar.OfRows }
	if money(left) != money(right) || rows(n.Base) != rows(n.Per) || left.Name == right.Name {
		return left, b.refuse(at, "%s and %s are not of one kind, so what is left of one without the other means nothing", left.Label, lowerFirst(right.Label))
	}
	formula, err := plan.ParseExpr(left.Name + " - " + right.Name)
	if err != nil {
		return left, b.refuse(at, "the difference of %s and %s cannot be written as a formula", left.Label, lowerFirst(right.Label))
	}
	label := left.Label + " minus " + lowerFirst(right.Label)
	return plan.Measure{Name: left.Name + "_minus_" + right.Name, Label: label, Kind: plan.Derived, Inputs: []plan.Measure{left, right}, Formula: &formula,
		Format: left.Format, Description: label + ".", Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// having counts the different things that the rows of something belong to: customers with an invoice.
func (b *builder) having(n *grammar.Measure) (plan.Measure, error) {
	who, what := b.chosen(n.NP.Entity), b.chosen(n.Slot)
	b.use(n.NP.Entity, who)
	b.use(n.Slot, what)
	at := grammar.Span{From: n.From, To: n.To}
	rows := plan.Measure{Model: what.Relation}
	if what.Measure != nil {
		if what.Measure.Kind != plan.Simple {
			return rows, b.refuse(at, "%s does not count rows that belong to one of the %s each", what.Label, who.Label)
		}
		rows = *what.Measure
	}
	if rows.Model == who.Relation {
		return rows, b.refuse(at, "%s and %s are the same rows", who.Label, lowerFirst(what.Label))
	}
	key, err := b.foreignKey(rows.Model, who, at)
	if err != nil {
		return rows, err
	}
	col := plan.Col(key)
	m := plan.Measure{Name: snake(who.Label + " with " + what.Label), Label: sentence(who.Label) + " with " + lowerFirst(what.Label), Kind: plan.Simple, Model: rows.Model,
		Agg: plan.CountDistinct, Expr: &col, Filters: rows.Filters, Time: rows.Time, TimePath: rows.TimePath, Format: plan.Number,
		Description: fmt.Sprintf("Different %s that appear in %s.", who.Label, rows.Model), Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}
	if m, err = b.resolvePaths(m, at); err != nil {
		return m, err
	}
	return b.withConds(m, n.NP.Conds, n)
}

// foreignKey is the column of a relation that holds an entity's key.
func (b *builder) foreignKey(model string, entity knowledge.Candidate, at grammar.Span) (string, error) {
	if model == entity.Relation {
		return entity.Column.Column, nil
	}
	paths, _ := b.K.Paths(model, entity.Relation)
	for _, p := range paths {
		if len(p.Hops) == 1 && len(p.Hops[0].FromColumns) == 1 {
			return p.Hops[0].FromColumns[0], nil
		}
	}
	return "", b.refuse(at, "%s has no column that says which of the %s a row belongs to", model, entity.Label)
}

// share divides the rows that fulfil the conditions by all rows.
func (b *builder) share(n *grammar.Measure) (plan.Measure, error) {
	at := grammar.Span{From: n.From, To: n.To}
	base, err := b.shareBase(n)
	if err != nil {
		return base, err
	}
	if base.Kind != plan.Simple || base.Agg != plan.Count && base.Agg != plan.CountDistinct && base.Agg != plan.Sum {
		return base, b.refuse(at, "a share needs something that is counted or added up; %s is neither", base.Label)
	}
	part := base
	part.Filters = slices.Clone(base.Filters)
	var words []string
	for _, c := range n.Conds {
		if err := b.noLongerNew(base, c); err != nil {
			return base, err
		}
		fs, err := b.cond(c, []string{base.Model})
		if err == nil {
			err = b.contradicts(base, fs, c)
		}
		if err != nil {
			return base, err
		}
		part.Filters = append(part.Filters, fs...)
		for _, f := range fs {
			words = append(words, filterWord(f))
		}
	}
	label := strings.Join(words, " ")
	part.Name, part.Label = snake(label+" "+base.Name), sentence(label)+" "+strings.ToLower(base.Label)
	return plan.Measure{Name: snake(label + " share of " + base.Name), Label: "Share of " + lowerFirst(base.Label) + " that are " + label, Kind: plan.Ratio,
		Numerator: &part, Denominator: &base, Format: plan.Rate, Description: fmt.Sprintf("%s divided by %s.", part.Label, lowerFirst(base.Label)),
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// shareBase is the whole: the measure named, or the rows of the relation that the condition speaks of.
func (b *builder) shareBase(n *grammar.Measure) (plan.Measure, error) {
	if n.Base != nil {
		return b.measure(n.Base)
	}
	at := grammar.Span{From: n.From, To: n.To}
	slots := n.Conds[0].Values
	if c := n.Conds[0].Column; c != nil {
		slots = []*grammar.Slot{c}
	}
	for _, v := range slots {
		c := b.chosen(v)
		r, ok := b.K.Relation(c.Relation)
		if !ok || r.Key == "" {
			continue
		}
		key := plan.Col(r.Key)
		label := plural(r.Noun)
		return plan.Measure{Name: snake(label), Label: "Number of " + label, Kind: plan.Simple, Model: r.Name, Agg: plan.CountDistinct, Expr: &key,
			Format: plan.Number, Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(at.From, at.To)}}, nil
	}
	return plan.Measure{}, b.refuse(at, "I do not know of which things this is the rate")
}
