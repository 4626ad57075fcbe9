package interpreter

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"firstmile/planner/plan"
)

// measureDifferences computes, for each question, the headline number of each option, and puts it into the question's reason. A
// figure that cannot be had is left out: the question stands without it.
func (s *session) measureDifferences(ctx context.Context, questions []plan.Question) {
	if s.i.figures == nil {
		return
	}
	for n, q := range questions {
		if q.Kind == plan.AskGrain || q.Kind == plan.AskReading {
			continue // other periods or other tables: their numbers are not to be compared
		}
		var parts []string
		different := false
		for _, o := range q.Options {
			text, ok := s.headlineOf(ctx, q, o)
			if !ok {
				parts = nil
				break
			}
			different = different || len(parts) > 0 && text != parts[0]
			parts = append(parts, text)
		}
		switch {
		case len(parts) < 2:
		case different:
			questions[n].Why = "It changes the number: " + strings.Join(parts[:len(parts)-1], ", ") + " or " + parts[len(parts)-1] + "."
		default:
			questions[n].Why = "In the latest period both give " + parts[0] + "; in others they may differ."
		}
	}
}

// headlineOf reads the request with one option chosen and every other question at its default.
func (s *session) headlineOf(ctx context.Context, q plan.Question, o plan.Option) (string, bool) {
	if _, ok := s.spanOf(q); !ok {
		return "", false
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
			return "", false
		}
		return s.headline(ctx, *r.Spec)
	}
	return "", false
}

// headline is the first measure over everything, in the last period.
func (s *session) headline(ctx context.Context, spec plan.Spec) (string, bool) {
	spec.Rank, spec.Dimensions = nil, nil
	rows, err := s.i.figures.Rows(ctx, s.request.Base, spec)
	if err != nil || len(rows.Rows) == 0 {
		return "", false
	}
	column := -1
	period := -1
	for i, c := range rows.Columns {
		if strings.EqualFold(c, spec.Measures[0].Name) {
			column = i
		}
		if spec.Time != nil && strings.EqualFold(c, spec.Time.Name) {
			period = i
		}
	}
	if column < 0 {
		return "", false
	}
	last := rows.Rows[0]
	for _, r := range rows.Rows {
		if period >= 0 && fmt.Sprint(r[period]) > fmt.Sprint(last[period]) {
			last = r
		}
	}
	return figure(last[column], spec.Measures[0].Format), last[column] != nil
}

// figure writes a number as people read it.
func figure(v any, format plan.Format) string {
	f, ok := v.(float64)
	if !ok {
		return fmt.Sprint(v)
	}
	switch {
	case format == plan.Rate:
		return fmt.Sprintf("%.1f %%", 100*f)
	case f == float64(int64(f)):
		return fmt.Sprintf("%d", int64(f))
	}
	return fmt.Sprintf("%.2f", f)
}
