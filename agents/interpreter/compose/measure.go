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
		made, err := b.oneOrMore(n)
		if err != nil {
			return err
		}
		for _, m := range made {
			if !slices.ContainsFunc(b.d.Spec.Measures, func(o plan.Measure) bool { return o.Name == m.Name }) {
				b.d.Spec.Measures = append(b.d.Spec.Measures, m)
			}
		}
	}
	return nil
}

// oneOrMore builds a node of the request; a comparison with an earlier period is several measures.
func (b *builder) oneOrMore(n *grammar.Measure) ([]plan.Measure, error) {
	if n.Kind == grammar.Against {
		return b.against(n)
	}
	m, err := b.measure(n)
	if err != nil {
		return nil, err
	}
	return b.unfolded(m), nil
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
		m = plan.Measure{Name: "distinct_" + snake(c.Column.Column), Label: different(c), Kind: plan.Simple, Model: c.Relation,
			Agg: plan.CountDistinct, Expr: &col, Format: plan.Number, Origin: b.origin(n.Slot, c)}
		if model, key, ok := b.countedIn(c.Relation); ok && c.Term != "" {
			m = b.appearing(m, plural(lowerFirst(c.Label)), model, key)
		}
	case grammar.Having:
		m, err = b.having(n)
	case grammar.PerEntity:
		m, err = b.perEntity(n)
	case grammar.PerMeasure:
		m, err = b.perMeasure(n)
	case grammar.Minus:
		m, err = b.minus(n)
	case grammar.Share, grammar.RateOf:
		return b.share(n)
	case grammar.OfTotal:
		m, err = b.ofTotal(n)
	case grammar.EdgeOf:
		return m, b.edgeOf(n)
	case grammar.Against:
		return m, b.refuse(grammar.Span{From: n.From, To: n.To}, "a comparison with an earlier period cannot be part of another figure")
	case grammar.Growth:
		m, err = b.growth(n)
	case grammar.OverPeriods:
		m, err = b.overPeriods(n)
	case grammar.MovingAverage:
		m, err = b.movingAverage(n)
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
	m, conds, err := b.fresh(m, n.Conds)
	if err != nil {
		return m, err
	}
	return b.withConds(m, conds, n)
}

// withConds restricts the measure; the only measure of a request leaves the condition to the Spec.
func (b *builder) withConds(m plan.Measure, conds []*grammar.Cond, n *grammar.Measure) (plan.Measure, error) {
	for _, c := range conds {
		fs, err := b.cond(c, m.BaseModels())
		if err != nil {
			return m, err
		}
		if err := b.contradicts(m, fs, c); err != nil {
			return m, err
		}
		if len(b.s.Measures) <= 1 && !b.apart {
			if err := b.addFilters(fs, c); err != nil {
				return m, err
			}
			continue
		}
		if !b.apart && (after(c, n) || c.Neg || n.Of != nil) { // "revenue and orders without gifts": rather for both
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
		if i == 0 || m.Kind != plan.Conversion { // what follows is not restricted by conditions on what it follows
			m.Inputs[i] = addToLeaves(m.Inputs[i], fs)
		}
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
	if n.Agg != "" {
		m = otherAgg(m, n.Agg)
	}
	m.Origin = b.origin(n.Slot, c)
	return m, nil
}

// otherAgg is a defined average taken another way over the same rows: its median, its 90th percentile.
func otherAgg(m plan.Measure, agg string) plan.Measure {
	old := lowerFirst(m.Label)
	m.Agg = plan.Aggregation(agg)
	if p, ok := percentiles[agg]; ok {
		m.Agg, m.Percentile = plan.Percentile, p
	}
	rest := strings.TrimPrefix(old, "average ")
	m.Name, m.Label = snake(agg+" "+rest), sentence(agg)+" "+rest
	m.Description = fmt.Sprintf("%s of what %s is the average of.", sentence(agg), old)
	return m
}

// percentiles by the names of the lexicon.
var percentiles = map[string]float64{"p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}

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

// howToAddUp asks for the aggregation of a column; what does not add up is rather averaged.
func (b *builder) howToAddUp(slot *grammar.Slot, c knowledge.Candidate) Need {
	sum := plan.Option{ID: "sum", Label: "Sum", Detail: "All values of " + c.Column.String() + " added up."}
	average := plan.Option{ID: "average", Label: "Average", Detail: "The mean of " + c.Column.String() + "."}
	options := []plan.Option{sum, average, {ID: "median", Label: "Median", Detail: "The middle value of " + c.Column.String() + "."}}
	if !b.K.AddsUp(c.Column.Column) {
		options[0], options[1] = average, sum
	}
	options[0].Default = true
	return Need{Kind: plan.AskMeasure, Subject: b.subject(slot.From, slot.To), Weight: 8, Options: options,
		Text: fmt.Sprintf("How shall I add up %q?", b.quote(slot.From, slot.To)), Why: "A sum and an average are different numbers."}
}

func (b *builder) ofColumn(n *grammar.Measure) (plan.Measure, error) {
	c := b.chosen(n.Slot)
	b.use(n.Slot, c)
	agg := n.Agg
	if agg != "" && b.K.NamesMetric(b.Tokens[n.Slot.From:n.Slot.To]) {
		return plan.Measure{}, b.refuse(grammar.Span{From: n.From, To: n.To}, "%q is a term of the glossary with a definition of its own, of which I cannot take the %s", b.quote(n.Slot.From, n.Slot.To), agg)
	}
	if agg == "average" && b.K.Summed(c.Column.Column) {
		b.assume(true, "The average is over the rows of %s, not over totals.", c.Relation)
	}
	if agg == "" && b.K.Summed(c.Column.Column) {
		agg = "sum"
		b.assume(true, "I add up %q, which is what people mean by such a column.", b.quote(n.Slot.From, n.Slot.To))
	}
	if agg == "" {
		agg = b.settle(b.howToAddUp(n.Slot, c))
	}
	if agg == "sum" && n.Agg == "sum" && !b.K.AddsUp(c.Column.Column) && !b.K.Outright(b.Tokens[n.From:n.Slot.From]) {
		ask := b.howToAddUp(n.Slot, c)
		ask.Text = fmt.Sprintf("The values of %q hardly mean anything added up. How shall I take them together?", b.quote(n.Slot.From, n.Slot.To))
		agg = b.settle(ask)
	}
	col := plan.Col(c.Column.Column)
	m := plan.Measure{Kind: plan.Simple, Model: c.Relation, Agg: plan.Aggregation(agg), Expr: &col, Format: plan.Number, Origin: b.origin(n.Slot, c)}
	if p, ok := percentiles[agg]; ok {
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

// different says what is counted when the different values of a column are.
func different(c knowledge.Candidate) string {
	if c.Term != "" {
		return "Number of different " + plural(lowerFirst(c.Label))
	}
	return "Different values of " + c.Label
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
	m := b.rowsIn(r, c)
	if model, key, ok := b.countedIn(c.Relation); ok {
		m = b.appearing(m, c.Label, model, key)
	} else if model, key, ok := b.throughBridge(c); ok {
		m = b.appearing(m, c.Label, model, key)
	}
	m.Origin = b.origin(slot, c)
	m, conds, err := b.fresh(m, n.NP.Conds)
	if err != nil {
		return m, err
	}
	return b.withConds(m, conds, n)
}

// rowsIn counts the rows of a relation.
func (b *builder) rowsIn(r *knowledge.Relation, c knowledge.Candidate) plan.Measure {
	m := plan.Measure{Name: snake(c.Label), Label: "Number of " + c.Label, Kind: plan.Simple, Model: c.Relation, Agg: plan.Count,
		Format: plan.Number, Description: fmt.Sprintf("Rows of %s.", c.Relation)}
	if r != nil && r.Key != "" {
		key := plan.Col(r.Key)
		m.Agg, m.Expr = plan.CountDistinct, &key
		m.Description = fmt.Sprintf("Different values of %s in %s.", r.Key, c.Relation)
	}
	return m
}

// countedIn finds the one relation in which things have to be counted, because the request splits them by what only their facts
// have: buyers by order channel are counted in orders. ok is false where they can be counted in their own relation.
func (b *builder) countedIn(relation string) (model, key string, ok bool) {
	var dims []*grammar.Slot
	for _, s := range b.s.Splits {
		dims = append(dims, s.Dims...)
	}
	r, known := b.K.Relation(relation)
	if !known || r.Key == "" || len(b.s.Measures) != 1 || b.reachable(dims, relation) {
		return "", "", false
	}
	thing := knowledge.Candidate{Relation: relation, Column: plan.ColumnRef{Relation: relation, Column: r.Key}}
	fewest := far
	for _, name := range b.K.Names() {
		column, err := b.foreignKey(name, thing, grammar.Span{})
		if name == relation || err != nil || b.K.Raw(name) || !b.reachable(dims, name) {
			continue
		}
		switch n := b.joinsTo(dims, name); {
		case n < fewest:
			model, key, fewest, ok = name, column, n, true
		case n == fewest:
			ok = false // nothing says in which of them
		}
	}
	return model, key, ok
}

// joinsTo is how many joins lead from a relation to the nearest column of each slot.
func (b *builder) joinsTo(slots []*grammar.Slot, relation string) int {
	sum := 0
	for _, s := range slots {
		least := far
		for _, c := range s.Cands {
			if paths, _ := b.K.Paths(relation, c.Column.Relation); len(paths) > 0 {
				least = min(least, len(paths[0].Hops))
			}
		}
		sum += least
	}
	return sum
}

// appearing counts things where they appear instead of where they are kept.
func (b *builder) appearing(m plan.Measure, things, model, key string) plan.Measure {
	col := plan.Col(key)
	m.Model, m.Agg, m.Expr = model, plan.CountDistinct, &col
	m.Description = fmt.Sprintf("Different values of %s in %s.", key, model)
	b.assume(true, "%s are counted where they appear in %s.", sentence(things), model)
	return m
}
