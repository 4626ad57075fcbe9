package glossary

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"firstmile/planner/plan"
)

// Relations is what the glossary needs to know of a project.
type Relations interface {
	// Columns lists the columns of a relation. complete is false when there may
	// be more than those; ok is false when there is no such relation.
	Columns(relation string) (columns []string, complete, ok bool)
	// Names lists the relations, for suggestions.
	Names() []string
}

// Lint checks terms against each other and against a project. Each problem names term, file and line.
// Shared synonyms are reported but harmless (the requester is asked); every other problem makes the term unusable: see [Usable].
func Lint(g *Glossary, project Relations) Problems {
	l := &linter{g: g, project: project}
	for _, t := range g.Terms {
		l.term(t)
	}
	ps := append(l.problems, sharedSynonyms(g)...)
	ps = append(ps, sharedDefaults(g)...)
	return ps.sorted()
}

// Usable splits the glossary into the terms without problems of their own or in the terms they build on, and the
// problems of the others by term id.
func Usable(g *Glossary, project Relations) (*Glossary, map[string]Problem) {
	l := &linter{g: g, project: project}
	broken := map[string]Problem{}
	for _, t := range g.Terms {
		before := len(l.problems)
		l.term(t)
		for _, p := range l.problems[before:] {
			if _, known := broken[t.ID]; !p.Minor && !known {
				broken[t.ID] = p
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, t := range g.Terms {
			if _, bad := broken[t.ID]; bad {
				continue
			}
			for _, ref := range references(t) {
				if p, bad := broken[ref]; bad {
					broken[t.ID] = Problem{Path: t.Path, Line: t.Line, Term: t.ID, Message: "it builds on a term with a problem: " + p.Error()}
					changed = true
					break
				}
			}
		}
	}
	out := &Glossary{}
	for _, t := range g.Terms {
		if _, bad := broken[t.ID]; !bad {
			out.Terms = append(out.Terms, t)
		}
	}
	return out, broken
}

type linter struct {
	g        *Glossary
	project  Relations
	problems Problems
}

func (l *linter) fail(t Term, line int, format string, args ...any) {
	if line == 0 {
		line = t.Line
	}
	l.problems = append(l.problems, Problem{Path: t.Path, Line: line, Term: t.ID, Message: fmt.Sprintf(format, args...)})
}

func (l *linter) term(t Term) {
	for _, id := range t.NotToConfuseWith {
		if _, ok := l.g.Term(id); !ok {
			l.fail(t, 0, "not_to_confuse_with names %q, which is no term%s", id, suggest(id, l.ids()))
			l.problems[len(l.problems)-1].Minor = true
		}
	}
	for _, c := range t.Dimensions {
		l.dimension(t, c)
	}
	for _, w := range t.Filters {
		l.where(t, w, metricModels(t.Metric))
	}
	if t.Metric == nil {
		return
	}
	before := len(l.problems)
	l.metric(t, t.Metric)
	if len(l.problems) == before {
		if _, err := l.g.Measure(t.ID); err != nil {
			l.fail(t, t.Metric.Line, "%v", err)
		}
	}
}

func (l *linter) dimension(t Term, c Column) {
	if c.Term == "" {
		l.column(t, c.Line, c.Model, c.Column)
		return
	}
	other, ok := l.g.Term(c.Term)
	switch {
	case !ok:
		l.fail(t, c.Line, "the dimension %q is neither \"model.column\" nor a term%s", c.Term, suggest(c.Term, l.ids()))
	case other.Metric != nil || len(other.Dimensions) == 0:
		l.fail(t, c.Line, "the term %q defines no dimension", c.Term)
	case t.Metric == nil:
		l.fail(t, c.Line, "a term that defines a dimension must name its column, not another term")
	}
}

func (l *linter) metric(t Term, m *Metric) {
	if m.Model != "" {
		for _, c := range []string{m.Time, m.ValidFrom, m.ValidTo} {
			if c != "" {
				l.column(t, m.Line, m.Model, c)
			}
		}
		if m.Type == Population {
			l.column(t, m.Line, m.Model, m.Entity)
		}
		if m.Expr != "" {
			l.expr(t, m.Line, m.Model, m.Expr)
		}
		if m.Expr == "" && m.Time == "" && m.ValidFrom == "" {
			l.relation(t, m.Line, m.Model)
		}
	}
	for _, w := range m.Filter {
		l.where(t, w, metricModels(m))
	}
	switch m.Type {
	case Conversion, Retention, Funnel:
		l.events(t, m)
	}
	for _, in := range inputs(m) {
		models := metricModels(in.Metric)
		if in.Term != "" {
			other, ok := l.g.Term(in.Term)
			if !ok || other.Metric == nil {
				l.fail(t, in.Line, "the metric uses %q, which is no term with a metric%s", in.Term, suggest(in.Term, l.metricIDs()))
				continue
			}
			models = metricModels(other.Metric)
		} else {
			l.metric(t, in.Metric)
		}
		for _, w := range in.Filter {
			l.where(t, w, models)
		}
	}
}

// events checks that events that follow each other are rows that have the entity and a date.
func (l *linter) events(t Term, m *Metric) {
	if m.Type == Funnel && len(m.Metrics) < 2 {
		l.fail(t, m.Line, "a funnel has at least two steps")
	}
	for _, in := range inputs(m) {
		event := in.Metric
		if other, ok := l.g.Term(in.Term); ok && in.Metric == nil {
			event = other.Metric
		}
		switch {
		case event == nil: // said where inputs are looked at
		case event.Type != Simple:
			l.fail(t, in.Line, "an event of a %s is a simple metric, one row each; this one is %s", m.Type, event.Type)
		case event.Time == "":
			l.fail(t, in.Line, "an event of a %s needs an agg_time_dimension, to tell what came first", m.Type)
		default:
			l.column(t, in.Line, event.Model, m.Entity)
		}
	}
}

func (l *linter) where(t Term, w Where, models []string) {
	if w.Model != "" {
		models = []string{w.Model}
	}
	if len(models) == 0 && w.Model == "" {
		if t.Metric == nil {
			l.fail(t, w.Line, "the filter %q needs a model: {model: …, where: …}", w.Text)
		}
		return
	}
	for _, model := range models {
		fs, err := ParseWhere(model, w.Text)
		if err != nil {
			l.fail(t, w.Line, "%v", err)
			return
		}
		for _, f := range fs {
			l.column(t, w.Line, model, f.Column.Column)
		}
	}
}

func (l *linter) expr(t Term, line int, model, text string) {
	e, err := plan.ParseExpr(text)
	if err != nil {
		l.fail(t, line, "%v", err)
		return
	}
	for _, c := range e.Columns() {
		l.column(t, line, model, c)
	}
}

func (l *linter) relation(t Term, line int, model string) (columns []string, complete, ok bool) {
	columns, complete, ok = l.project.Columns(model)
	if !ok {
		l.fail(t, line, "the project has no model %q%s", model, suggest(model, l.project.Names()))
	}
	return columns, complete, ok
}

func (l *linter) column(t Term, line int, model, column string) {
	columns, complete, ok := l.relation(t, line, model)
	if !ok || !complete {
		return
	}
	same := func(c string) bool { return strings.EqualFold(c, column) }
	if !slices.ContainsFunc(columns, same) {
		l.fail(t, line, "the model %s has no column %q%s", model, column, suggest(column, columns))
	}
}

func (l *linter) ids() []string {
	var ids []string
	for _, t := range l.g.Terms {
		ids = append(ids, t.ID)
	}
	return ids
}

func (l *linter) metricIDs() []string {
	var ids []string
	for _, t := range l.g.Terms {
		if t.Metric != nil {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// metricModels lists the models that the metric names itself, not those of the terms it uses.
func metricModels(m *Metric) []string {
	if m == nil {
		return nil
	}
	var out []string
	if m.Model != "" {
		out = append(out, m.Model)
	}
	for _, in := range inputs(m) {
		out = append(out, metricModels(in.Metric)...)
	}
	sort.Strings(out)
	return slices.Compact(out)
}

func inputs(m *Metric) []Input {
	out := slices.Clone(m.Metrics)
	for _, in := range []*Input{m.Numerator, m.Denominator, m.Base, m.Conversion} {
		if in != nil {
			out = append(out, *in)
		}
	}
	return out
}

// references lists the terms that a term is made of.
func references(t Term) []string {
	var out []string
	var walk func(m *Metric)
	walk = func(m *Metric) {
		for _, in := range inputs(m) {
			if in.Metric != nil {
				walk(in.Metric)
			} else {
				out = append(out, in.Term)
			}
		}
	}
	if t.Metric != nil {
		walk(t.Metric)
	}
	return out
}
