package compose

import (
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// private refuses a Spec that would show a column which must not be shown: as a dimension, as a value that rows are chosen by, as a
// date of the axis, or as a figure. How many different values it has, or whether it is empty, shows none of them.
func (b *builder) private() error {
	var shown []plan.ColumnRef
	for _, d := range b.d.Spec.Dimensions {
		shown = append(shown, d.Column)
	}
	for _, f := range b.d.Spec.Filters {
		if f.Op != plan.IsNull && f.Op != plan.NotNull {
			shown = append(shown, f.Column)
		}
	}
	for _, m := range b.d.Spec.Measures {
		eachLeaf(m, func(x plan.Measure) {
			if x.Time != "" {
				shown = append(shown, x.Dated())
			}
			if x.Agg == plan.Count || x.Agg == plan.CountDistinct || x.Expr == nil {
				return
			}
			for _, c := range x.Expr.Columns() {
				shown = append(shown, plan.ColumnRef{Relation: x.Model, Column: c})
			}
		})
	}
	for _, c := range shown {
		if why := b.K.Private(c); why != "" {
			return b.refuse(b.spanOf(c), "%s %s, so I neither split by it nor show its values; how many different ones there are can be counted", c, why)
		}
	}
	return nil
}

// spanOf is the words that were read as a column; the measure's where none were.
func (b *builder) spanOf(column plan.ColumnRef) grammar.Span {
	for _, c := range b.d.Chosen {
		if c.Candidate.Column == column {
			return c.Span
		}
	}
	return b.measureSpan()
}

// public keeps the candidates that may be shown, where there are any.
func (b *builder) public(cands []knowledge.Candidate) []knowledge.Candidate {
	var out []knowledge.Candidate
	for _, c := range cands {
		if b.K.Private(c.Column) == "" {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return cands
	}
	return out
}
