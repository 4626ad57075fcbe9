package interpreter

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// measureDifferences computes, for each question, what each of its options gives, and puts the difference into the question's
// reason. A figure that cannot be had is left out: the question stands without it.
func (s *session) measureDifferences(ctx context.Context, questions []plan.Question) {
	if s.i.figures == nil {
		return
	}
	for n, q := range questions {
		if q.Kind == plan.AskGrain || q.Kind == plan.AskReading {
			continue // other periods or other tables: their numbers are not to be compared
		}
		var all []headline
		for _, o := range q.Options {
			h, ok := s.headlineOf(ctx, q, o)
			if !ok {
				break
			}
			all = append(all, h)
		}
		if len(all) == len(q.Options) && len(all) > 1 {
			questions[n].Why = difference(all)
		}
	}
}

// headline is what one reading gives in the latest period: a figure for each group, or one under "" where nothing splits it.
type headline struct {
	period string
	format plan.Format
	groups map[string]float64
}

// difference says where readings differ most: "It changes the number: EMEA has 352 or 312 in 2026-05-01."
func difference(all []headline) string {
	group, most := "", -1.0
	for _, g := range slices.Sorted(maps.Keys(all[0].groups)) {
		low, high := math.Inf(1), math.Inf(-1)
		for _, h := range all {
			v, ok := h.groups[g]
			if !ok {
				low, high = 0, 0
				break
			}
			low, high = min(low, v), max(high, v)
		}
		if high-low > most {
			group, most = g, high-low
		}
	}
	if most < 0 {
		return "The groups are not the same."
	}
	var parts []string
	for _, h := range all {
		parts = append(parts, figure(h.groups[group], h.format))
	}
	when := ""
	if all[0].period != "" {
		when = " in the period that begins on " + all[0].period
	}
	if !slices.ContainsFunc(parts, func(p string) bool { return p != parts[0] }) {
		return "All of them give " + parts[0] + when + "; elsewhere they may differ."
	}
	text := strings.Join(parts[:len(parts)-1], ", ") + " or " + parts[len(parts)-1] + when + "."
	if group != "" {
		return "It changes the number: " + group + " has " + text
	}
	return "It changes the number: " + text
}

// headlineOf reads the request with one option chosen and every other question at its default.
func (s *session) headlineOf(ctx context.Context, q plan.Question, o plan.Option) (headline, bool) {
	if _, ok := s.find(q.Subject); !ok {
		return headline{}, false
	}
	request := s.request
	request.Assume = true
	try := newSession(s.i, s.k, request)
	copy(try.texts, s.texts)
	try.settled = maps.Clone(s.settled)
	try.settle(q, o)
	for range maxRounds {
		r := try.read()
		if r.Outcome == plan.OutcomeQuestions && try.apply(r.Questions) {
			continue
		}
		if r.Outcome != plan.OutcomeSpec {
			return headline{}, false
		}
		return s.compute(ctx, *r.Spec, s.columnOf(o), q.Subject)
	}
	return headline{}, false
}

// columnOf is the column that an option splits by; zero when it is about something else.
func (s *session) columnOf(o plan.Option) plan.ColumnRef {
	for _, c := range s.k.ByKey(o.ID) {
		if c.Kind == knowledge.Dim {
			return c.Column
		}
	}
	return plan.ColumnRef{}
}

// asked is the measure that a question is about: the one made of its words, else the first.
func asked(spec plan.Spec, subject string) plan.Measure {
	for _, m := range spec.Measures {
		if quote := strings.ToLower(m.Origin.Quote); quote != "" && (strings.Contains(quote, subject) || strings.Contains(subject, quote)) {
			return m
		}
	}
	return spec.Measures[0]
}

// compute runs the measure in question, split by at most the one column that is in question, and keeps the latest period.
func (s *session) compute(ctx context.Context, spec plan.Spec, column plan.ColumnRef, subject string) (headline, bool) {
	measure := asked(spec, subject)
	spec.Rank = nil
	spec.Dimensions = slices.DeleteFunc(slices.Clone(spec.Dimensions), func(d plan.Dimension) bool { return d.Column != column })
	rows, err := s.i.figures.Rows(ctx, s.request.Base, spec)
	if err != nil || rows.Truncated || len(rows.Rows) == 0 {
		return headline{}, false
	}
	at := func(name string) int {
		return slices.IndexFunc(rows.Columns, func(c string) bool { return strings.EqualFold(c, name) })
	}
	value, period, group := at(measure.Name), -1, -1
	if spec.Time != nil {
		period = at(spec.Time.Name)
	}
	if len(spec.Dimensions) > 0 {
		group = at(spec.Dimensions[0].Name)
	}
	if value < 0 {
		return headline{}, false
	}
	h := headline{format: measure.Format, groups: map[string]float64{}}
	for _, r := range rows.Rows {
		if period >= 0 {
			h.period = max(h.period, cell(r[period]))
		}
	}
	for _, r := range rows.Rows {
		v, ok := number(r[value])
		if !ok || period >= 0 && cell(r[period]) != h.period {
			continue
		}
		name := ""
		if group >= 0 {
			name = cell(r[group])
		}
		h.groups[name] = v
	}
	return h, len(h.groups) > 0
}

// figure writes a number as people read it.
func figure(f float64, format plan.Format) string {
	switch {
	case format == plan.Rate:
		return fmt.Sprintf("%.1f %%", 100*f)
	case f == math.Trunc(f):
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.2f", f)
}
