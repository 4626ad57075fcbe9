package compose

import (
	"fmt"
	"slices"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// against puts a measure beside its own value a period ago, with the change between the two.
func (b *builder) against(n *grammar.Measure) ([]plan.Measure, error) {
	now, err := b.measure(n.Base)
	if err != nil {
		return nil, err
	}
	if b.grainOfSplits() == "" && len(b.s.Trends) == 0 && (n.With != nil || n.Span.Count > 0 || b.unfit(now) == "") {
		b.across = true
		return b.acrossWindows(n)
	}
	if now.Kind == plan.Cumulative && b.grainOfSplits() == "" {
		return nil, b.refuse(grammar.Span{From: n.From, To: n.To}, "a total that runs needs a row per period to be compared, such as \"per month\"")
	}
	if n.With != nil || n.Span.Count > 0 {
		at := grammar.Span{From: n.From, To: n.To}
		return nil, b.refuse(at, "a table with a row per period does not compare two periods that are named; \"compared to last year\" puts the period a year before beside each")
	}
	change, err := b.growthOver(n, now, n.Grain)
	if err != nil {
		return nil, err
	}
	earlier := change.Inputs[1]
	formula, err := plan.ParseExpr(earlier.Name)
	if err != nil {
		return nil, b.refuse(grammar.Span{From: n.From, To: n.To}, "%s cannot be shifted in time", now.Label)
	}
	before := plan.Measure{Name: fmt.Sprintf("%s_%s_before", now.Name, n.Grain), Label: fmt.Sprintf("%s of the %s before", now.Label, n.Grain), Kind: plan.Derived,
		Inputs: []plan.Measure{earlier}, Formula: &formula, Format: now.Format,
		Description: fmt.Sprintf("%s one %s earlier.", now.Label, n.Grain), Origin: change.Origin}
	b.assume(false, "Compared: %s, its value one %s earlier, and the change as a share of that value.", lowerFirst(now.Label), n.Grain)
	return []plan.Measure{now, before, change}, nil
}

// edgeOf refuses "latest price": which row is the latest is not said, and the largest price is something else.
func (b *builder) edgeOf(n *grammar.Measure) error {
	size := "smallest"
	if n.Agg == "max" {
		size = "largest"
	}
	words := b.quote(n.Slot.From, n.Slot.To)
	if n.Slot.Kind == knowledge.Time {
		return b.refuse(grammar.Span{From: n.From, To: n.To}, "a date is not among the figures that I can show")
	}
	return b.refuse(grammar.Span{From: n.From, To: n.To}, "it speaks of the value at one moment, which I cannot pick yet; \"%s %s\" is about size, \"average %s per month\" follows it over time", size, words, words)
}

// compares checks that a word such as "compare" has something to compare.
func (b *builder) compares() error {
	s := b.d.Spec
	for _, at := range b.s.Compares {
		if len(s.Measures) < 2 && len(s.Dimensions) == 0 && s.Time == nil {
			return b.refuse(at, "there is nothing to compare it with; name a group such as \"by region\", a second figure, or a period")
		}
	}
	return nil
}

// included: "including trials" restricts nothing. It is true as long as no filter leaves them out.
func (b *builder) included() error {
	for _, c := range b.s.Included {
		fs, err := b.cond(c, b.d.Spec.BaseModels())
		if err != nil {
			return err
		}
		at := grammar.Span{From: c.From, To: c.To}
		for _, f := range fs {
			if other, clash := b.clash(f); clash {
				return b.refuse(at, "the figure is defined for rows where %s, which leaves out those where %s", other.Label, f.Label)
			}
		}
		b.assume(false, "Nothing leaves out what %q names, so it restricts nothing.", b.quote(core(c).From, core(c).To))
	}
	return nil
}

// clash finds a filter of the Spec or of a measure that no row can pass together with f.
func (b *builder) clash(f plan.Filter) (other plan.Filter, clash bool) {
	look := func(fs []plan.Filter) {
		for _, o := range fs {
			if !clash && o.Column == f.Column && exclude(o, f) {
				other, clash = o, true
			}
		}
	}
	look(b.d.Spec.Filters)
	for _, m := range b.d.Spec.Measures {
		eachLeaf(m, func(x plan.Measure) { look(x.Filters) })
	}
	return other, clash
}

// exclude reports whether two conditions on one column can never hold for the same row.
func exclude(x, y plan.Filter) bool {
	positive := func(f plan.Filter) bool { return f.Op == plan.Eq || f.Op == plan.In }
	negative := func(f plan.Filter) bool { return f.Op == plan.Ne || f.Op == plan.NotIn }
	has := func(f plan.Filter, v plan.Literal) bool { return slices.Contains(f.Values, v) }
	switch {
	case x.Op == plan.IsNull && positive(y), y.Op == plan.IsNull && positive(x):
		return true
	case x.Op == plan.IsNull && y.Op == plan.NotNull, x.Op == plan.NotNull && y.Op == plan.IsNull:
		return true
	case positive(x) && positive(y):
		return !slices.ContainsFunc(x.Values, func(v plan.Literal) bool { return has(y, v) })
	case positive(x) && negative(y):
		return !slices.ContainsFunc(x.Values, func(v plan.Literal) bool { return !has(y, v) })
	case negative(x) && positive(y):
		return exclude(y, x)
	}
	return false
}
