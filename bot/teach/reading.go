package teach

import (
	"context"
	"slices"

	"firstmile/planner/plan"
)

// toReading makes a term of a meaning in words, if the interpreter reads one figure, or some of the rows of one thing, in
// what is there. A period, a split or an open question keep it from being a definition.
func (c *class) toReading(ctx context.Context) error {
	r, err := c.t.reader.Interpret(ctx, plan.Request{Base: c.base, AsOf: c.out.Rules.AsOf,
		Turns: []plan.Turn{{Person: c.lesson.Person, Text: c.lesson.Means, At: c.lesson.At}}})
	if err != nil {
		return err
	}
	if r.Outcome == plan.OutcomeQuestions && len(r.Questions) > 0 {
		return refuse("“%s” is not clear enough to define a word: %s Say it in words that mean one thing.", c.lesson.Means, r.Questions[0].Text)
	}
	if r.Outcome != plan.OutcomeSpec || r.Spec == nil {
		return refuse("I cannot ground “%s” in the project. %s", c.lesson.Means, r.Message)
	}
	s := r.Spec
	dims := slices.DeleteFunc(slices.Clone(s.Dimensions), func(d plan.Dimension) bool { // "in the enterprise segment" splits by nothing
		return slices.ContainsFunc(s.Filters, func(f plan.Filter) bool { return f.Column == d.Column && f.Op == plan.Eq })
	})
	switch {
	case s.Window != nil || s.Time != nil || s.Rank != nil:
		return refuse("A word of the glossary holds for any time: leave the period out of “%s”.", c.lesson.Means)
	case len(dims) > 0:
		return refuse("“%s” is split by %s; a definition is one figure, or says which rows are meant.", c.lesson.Means, dims[0].Label)
	case len(s.Measures) != 1:
		return refuse("“%s” is more than one figure.", c.lesson.Means)
	}
	for _, a := range r.Assumptions {
		if a.Major {
			return refuse("“%s” would rest on something assumed: %s Say that in the definition.", c.lesson.Means, a.Text)
		}
	}
	e, err := c.begin()
	if err != nil {
		return err
	}
	m := s.Measures[0]
	c.out.Owner = s.Owner
	if rows := counts(m); rows && len(s.Filters) > 0 { // "customers whose segment is enterprise": which rows, whatever is counted of them
		if !e.Filters(0, "filters", "", slices.Concat(m.Filters, s.Filters)) {
			return refuse("A condition in “%s” is nothing that a glossary can say.", c.lesson.Means)
		}
		return c.addTerm(e, s.Filters[0].Column.Relation)
	}
	if err := e.Metric(m, s.Filters); err != nil {
		return refuse("“%s” cannot become a term like that: %s.", c.lesson.Means, err)
	}
	return c.addTerm(e, m.Model)
}

// counts reports whether a measure only counts the rows of a thing.
func counts(m plan.Measure) bool {
	return m.Kind == plan.Simple && (m.Agg == plan.Count || m.Agg == plan.CountDistinct) && m.Origin.Kind == plan.FromColumn
}
