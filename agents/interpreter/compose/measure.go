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

// measures builds the Spec's measures, those of the rank included. Conditions on the only measure become the Spec's own.
func (b *builder) measures() error {
	nodes := slices.Clone(b.s.Measures)
	for _, r := range b.s.Ranks {
		if r.By != nil {
			nodes = append(nodes, r.By)
		}
	}
	if len(nodes) == 0 {
		return b.refuse(grammar.Span{}, "no measure")
	}
	for _, n := range nodes {
		for _, w := range b.s.Sofar {
			if n.Kind == w.Kind {
				return b.refuse(grammar.Span{From: w.From, To: w.To}, "it says the same thing twice")
			}
			wrapped := *w
			wrapped.Base = n
			n = &wrapped
		}
		m, err := b.measure(n)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(b.d.Spec.Measures, func(o plan.Measure) bool { return o.Name == m.Name }) {
			continue
		}
		b.d.Spec.Measures = append(b.d.Spec.Measures, m)
	}
	return nil
}

func (b *builder) measure(n *grammar.Measure) (plan.Measure, error) {
	var m plan.Measure
	var err error
	switch n.Kind {
	case grammar.OfTerm:
		m, err = b.ofTerm(n)
	case grammar.OfColumn:
		m, err = b.ofColumn(n)
	case grammar.OfRows:
		m, err = b.ofRows(n)
	case grammar.OfValues:
		c := b.chosen(n.Slot)
		b.use(n.Slot, c)
		col := plan.Col(c.Column.Column)
		m = plan.Measure{Name: "distinct_" + snake(c.Column.Column), Label: "Different values of " + c.Label, Kind: plan.Simple, Model: c.Relation,
			Agg: plan.CountDistinct, Expr: &col, Format: plan.Number, Origin: b.origin(n.Slot, c)}
	case grammar.PerEntity:
		m, err = b.perEntity(n)
	case grammar.PerMeasure:
		m, err = b.perMeasure(n)
	case grammar.Share, grammar.RateOf:
		return b.share(n)
	case grammar.Growth:
		m, err = b.growth(n)
	default:
		m, err = b.cumulative(n)
	}
	if err != nil {
		return m, err
	}
	if n.Of != nil {
		if err := b.concerns(n.Of.Entity, m.BaseModels()); err != nil {
			return m, err
		}
		if m, err = b.withConds(m, n.Of.Conds, n); err != nil {
			return m, err
		}
	}
	return b.withConds(m, n.Conds, n)
}

// withConds restricts the measure; the only measure of a request leaves the condition to the Spec.
func (b *builder) withConds(m plan.Measure, conds []*grammar.Cond, n *grammar.Measure) (plan.Measure, error) {
	for _, c := range conds {
		fs, err := b.cond(c, m.BaseModels())
		if err != nil {
			return m, err
		}
		if len(b.s.Measures) <= 1 {
			b.addFilters(fs)
			continue
		}
		if after(c, n) || c.Neg || n.Of != nil { // "revenue and orders without gifts": rather for both
			b.d.Cost += costTrailing
		}
		m = addToLeaves(m, fs)
		for _, f := range fs {
			m.Name += "_" + filterWord(f)
			m.Label += ", " + f.Label
		}
	}
	return m, nil
}

// costTrailing is the price of reading a condition that follows the last of several measures as one of that measure only.
const costTrailing = 0.5

// after reports whether a condition stands behind the thing that it is about.
func after(c *grammar.Cond, n *grammar.Measure) bool {
	if n.NP != nil && n.NP.Entity != nil {
		return c.From >= n.NP.Entity.To
	}
	return n.Slot != nil && c.From >= n.Slot.To
}

// addToLeaves restricts every part of a measure that reads rows.
func addToLeaves(m plan.Measure, fs []plan.Filter) plan.Measure {
	if m.Model != "" {
		m.Filters = append(slices.Clone(m.Filters), fs...)
		return m
	}
	if m.Numerator != nil {
		n, d := addToLeaves(*m.Numerator, fs), addToLeaves(*m.Denominator, fs)
		m.Numerator, m.Denominator = &n, &d
	}
	m.Inputs = slices.Clone(m.Inputs)
	for i := range m.Inputs {
		m.Inputs[i] = addToLeaves(m.Inputs[i], fs)
	}
	return m
}

func (b *builder) ofTerm(n *grammar.Measure) (plan.Measure, error) {
	c := b.chosen(n.Slot)
	b.use(n.Slot, c)
	m, err := b.resolvePaths(*c.Measure, grammar.Span{From: n.From, To: n.To})
	if err != nil {
		return m, err
	}
	m.Origin = b.origin(n.Slot, c)
	return m, nil
}

// resolvePaths finds the join paths of a defined measure's own filters.
func (b *builder) resolvePaths(m plan.Measure, at grammar.Span) (plan.Measure, error) {
	m.Filters = slices.Clone(m.Filters)
	for i, f := range m.Filters {
		paths, err := b.paths(f.Column.Relation, []string{m.Model}, at, m.Label)
		if err != nil {
			return m, err
		}
		m.Filters[i].Paths = paths
	}
	for _, part := range []**plan.Measure{&m.Numerator, &m.Denominator} {
		if *part != nil {
			p, err := b.resolvePaths(**part, at)
			if err != nil {
				return m, err
			}
			*part = &p
		}
	}
	m.Inputs = slices.Clone(m.Inputs)
	for i := range m.Inputs {
		p, err := b.resolvePaths(m.Inputs[i], at)
		if err != nil {
			return m, err
		}
		m.Inputs[i] = p
	}
	return m, nil
}

func (b *builder) ofColumn(n *grammar.Measure) (plan.Measure, error) {
	c := b.chosen(n.Slot)
	b.use(n.Slot, c)
	agg := n.Agg
	if agg == "" {
		agg = b.settle(Need{
			Kind: plan.AskMeasure, Subject: b.subject(n.Slot.From, n.Slot.To), Weight: 8,
			Text: fmt.Sprintf("How shall I add up %q?", b.quote(n.Slot.From, n.Slot.To)),
			Why:  "A sum and an average are different numbers.",
			Options: []plan.Option{
				{ID: "sum", Label: "Sum", Default: true, Detail: "All values of " + c.Column.String() + " added up."},
				{ID: "average", Label: "Average", Detail: "The mean of " + c.Column.String() + "."},
				{ID: "median", Label: "Median", Detail: "The middle value of " + c.Column.String() + "."},
			},
		})
	}
	col := plan.Col(c.Column.Column)
	m := plan.Measure{Kind: plan.Simple, Model: c.Relation, Agg: plan.Aggregation(agg), Expr: &col, Format: plan.Number, Origin: b.origin(n.Slot, c)}
	if p, ok := map[string]float64{"p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}[agg]; ok {
		m.Agg, m.Percentile = plan.Percentile, p
	}
	words := map[string]string{"sum": "total", "min": "smallest", "max": "largest"}
	word, ok := words[agg]
	if !ok {
		word = agg
	}
	m.Name = snake(word + " " + c.Column.Column)
	m.Label = sentence(word + " " + strings.Join(glossary.Split(c.Column.Column), " "))
	m.Description = fmt.Sprintf("%s of %s.", sentence(word), c.Column)
	return m, nil
}

// costBesideMetric is the price of counting rows by a word that the glossary has as a metric.
const costBesideMetric = 0.6

func (b *builder) ofRows(n *grammar.Measure) (plan.Measure, error) {
	slot := n.NP.Entity
	c := b.chosen(slot)
	b.use(slot, c)
	if b.K.NamesMetric(b.Tokens[slot.From:slot.To]) {
		b.d.Cost += costBesideMetric
	}
	r, _ := b.K.Relation(c.Relation)
	m := plan.Measure{Name: snake(c.Label), Label: "Number of " + c.Label, Kind: plan.Simple, Model: c.Relation, Agg: plan.Count,
		Format: plan.Number, Description: fmt.Sprintf("Rows of %s.", c.Relation), Origin: b.origin(slot, c)}
	if r != nil && r.Key != "" {
		key := plan.Col(r.Key)
		m.Agg, m.Expr = plan.CountDistinct, &key
		m.Description = fmt.Sprintf("Different values of %s in %s.", r.Key, c.Relation)
	}
	return b.withConds(m, n.NP.Conds, n)
}

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
	key, err := b.foreignKey(base.Model, c, at)
	if err != nil {
		return base, err
	}
	col := plan.Col(key)
	den := plan.Measure{Name: snake(c.Label), Label: "Number of " + c.Label, Kind: plan.Simple, Model: base.Model, Agg: plan.CountDistinct, Expr: &col,
		Filters: base.Filters, Time: base.Time, Format: plan.Number, Description: fmt.Sprintf("Different %s in %s.", c.Label, base.Model), Origin: b.origin(n.Slot, c)}
	r, _ := b.K.Relation(c.Relation)
	b.assume(false, "%s are counted where they appear in %s.", sentence(c.Label), base.Model)
	return plan.Measure{Name: base.Name + "_per_" + snake(r.Noun), Label: base.Label + " per " + r.Noun, Kind: plan.Ratio, Numerator: &base, Denominator: &den,
		Format: base.Format, Description: fmt.Sprintf("%s divided by the number of different %s.", base.Label, c.Label),
		Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// perMeasure divides one measure by another.
func (b *builder) perMeasure(n *grammar.Measure) (plan.Measure, error) {
	num, err := b.measure(n.Base)
	if err != nil {
		return num, err
	}
	den, err := b.measure(n.Per)
	if err != nil {
		return den, err
	}
	simple := func(m plan.Measure) bool { return m.Model != "" }
	if !simple(num) || !simple(den) {
		return num, b.refuse(grammar.Span{From: n.From, To: n.To}, "%s and %s are ratios already; dividing them by each other is beyond me", num.Label, lowerFirst(den.Label))
	}
	format := plan.Number
	if num.Format == plan.Currency && den.Format != plan.Currency {
		format = plan.Currency
	}
	return plan.Measure{Name: num.Name + "_per_" + den.Name, Label: num.Label + " per " + lowerFirst(den.Label), Kind: plan.Ratio, Numerator: &num, Denominator: &den, Format: format,
		Description: fmt.Sprintf("%s divided by %s.", num.Label, lowerFirst(den.Label)), Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
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
		fs, err := b.cond(c, []string{base.Model})
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

func (b *builder) growth(n *grammar.Measure) (plan.Measure, error) {
	now, err := b.measure(n.Base)
	if err != nil {
		return now, err
	}
	before := now
	before.Name, before.Label = now.Name+"_before", now.Label+" before"
	grain := n.Grain
	if grain == "" {
		grain = b.grainOfSplits()
	}
	if grain == "" {
		grain = b.askGrain(grammar.Span{From: n.From, To: n.To}, "Growth compares a period with the one before it.")
	}
	before.Offset = &plan.Span{Count: 1, Unit: grain}
	formula, err := plan.ParseExpr(fmt.Sprintf("(%s - %s) / nullif(%s, 0)", now.Name, before.Name, before.Name))
	if err != nil {
		return now, b.refuse(grammar.Span{From: n.From, To: n.To}, "the growth of %s cannot be written as a formula", now.Label)
	}
	return plan.Measure{Name: now.Name + "_growth", Label: fmt.Sprintf("Growth of %s over the %s before", lowerFirst(now.Label), grain), Kind: plan.Derived,
		Inputs: []plan.Measure{now, before}, Formula: &formula, Format: plan.Rate,
		Description: fmt.Sprintf("Change of %s against the %s before, as a share of it.", lowerFirst(now.Label), grain),
		Origin:      plan.Origin{Kind: plan.FromQuote, Quote: b.quote(n.From, n.To)}}, nil
}

// costNoAxis makes "revenue year to date" without periods the revenue of this year rather than a curve.
const costNoAxis = 0.9

func (b *builder) cumulative(n *grammar.Measure) (plan.Measure, error) {
	m, err := b.measure(n.Base)
	if err != nil {
		return m, err
	}
	if m.Kind != plan.Simple || m.Agg == plan.Average || m.Agg == plan.Median || m.Agg == plan.Percentile {
		return m, b.refuse(grammar.Span{From: n.From, To: n.To}, "%s cannot be added up over time", m.Label)
	}
	m.Kind = plan.Cumulative
	if b.grainOfSplits() == "" {
		b.d.Cost += costNoAxis
	}
	switch n.Kind {
	case grammar.Running:
		m.Name, m.Label = "running_"+m.Name, "Running total of "+lowerFirst(m.Label)
	case grammar.ToDate:
		m.GrainToDate = n.Grain
		m.Name, m.Label = fmt.Sprintf("%s_%s_to_date", m.Name, n.Grain), fmt.Sprintf("%s, %s to date", m.Label, n.Grain)
	case grammar.Trailing:
		m.Trailing = &plan.Span{Count: n.Span.Count, Unit: n.Span.Unit}
		m.Name, m.Label = fmt.Sprintf("trailing_%d_%s_%s", n.Span.Count, n.Span.Unit, m.Name), fmt.Sprintf("%s over the last %d %ss", m.Label, n.Span.Count, n.Span.Unit)
	}
	return m, nil
}
