package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
	"firstmile/planner/plan"
)

// apply settles questions by the answers given, or with Assume by their defaults. It reports whether anything changed, so
// that the request has to be read again.
func (s *session) apply(questions []plan.Question) bool {
	changed := false
	for _, q := range questions {
		s.asked[q.ID] = q
		if s.answer(q) {
			changed = true
		}
	}
	if changed || !s.request.Assume {
		return changed
	}
	for _, q := range questions {
		if o, ok := q.DefaultOption(); ok {
			s.settle(q, o)
			s.note(plan.Assumption{Text: fmt.Sprintf("%q is read as %s%s.", q.Subject, o.Label, detail(o)), Major: true})
			changed = true
		}
	}
	return changed
}

func detail(o plan.Option) string {
	if o.Detail == "" {
		return ""
	}
	return " (" + strings.TrimSuffix(o.Detail, ".") + ")"
}

// answer looks for an answer to a question; the latest one counts.
func (s *session) answer(q plan.Question) bool {
	for n := len(s.request.Answers) - 1; n >= 0; n-- {
		a := s.request.Answers[n]
		if a.Question != q.ID || s.used[n] {
			continue
		}
		s.used[n] = true
		if o, ok := s.choose(q, a); ok {
			s.settle(q, o)
			if a.Assumed {
				s.note(plan.Assumption{Text: fmt.Sprintf("%q is read as %s%s.", q.Subject, o.Label, detail(o)), Major: true})
			}
			return true
		}
		if a.Text != "" && s.replace(q, a.Text) {
			return true
		}
	}
	return false
}

// choose matches an answer to an option: by id, number or label, else by the words that only one option has.
func (s *session) choose(q plan.Question, a plan.Answer) (plan.Option, bool) {
	for _, o := range q.Options {
		if o.ID == a.Option && a.Option != "" {
			return o, true
		}
	}
	if a.Text == "" {
		return plan.Option{}, false
	}
	if o, ok := q.Match(a.Text); ok {
		return o, true
	}
	tokens, _ := s.i.lexicon.Tokenizer().Tokens(a.Text)
	if s.unsure(tokens) {
		if o, ok := q.DefaultOption(); ok {
			s.note(plan.Assumption{Text: fmt.Sprintf("Nobody was sure about %q, so it is read as %s.", q.Subject, o.Label), Major: true})
			return o, true
		}
	}
	for _, m := range s.i.lexicon.Find(tokens) { // "total" is a sum, "weekly" a week
		for _, o := range q.Options {
			if o.ID == m.Value && (m.Category == "agg" || m.Category == "grain" || m.Category == "adverb") {
				return o, true
			}
		}
	}
	return s.byWords(q, tokens)
}

func (s *session) unsure(tokens []token.Token) bool {
	return slices.ContainsFunc(s.i.lexicon.Find(tokens), func(m lexicon.Match) bool { return m.Category == "unsure" && m.To-m.From >= len(tokens)-1 })
}

// byWords finds the one option whose label holds all content words of the answer.
func (s *session) byWords(q plan.Question, tokens []token.Token) (plan.Option, bool) {
	meaningless := make([]bool, len(tokens))
	for _, m := range s.i.lexicon.Find(tokens) {
		switch m.Category {
		case "harmless", "glue", "by", "prep", "order", "per", "instead", "only", "verb":
			for i := m.From; i < m.To; i++ {
				meaningless[i] = true
			}
		}
	}
	var words []string
	for i, t := range tokens {
		if !meaningless[i] && t.Light != "one" && t.Kind != token.Symbol && !(t.Kind == token.Number && t.Text == "one") {
			words = append(words, t.Stem)
		}
	}
	if len(words) == 0 {
		return plan.Option{}, false
	}
	found, n := plan.Option{}, 0
	for _, o := range q.Options {
		var label []string
		for _, t := range s.k.Words(o.Label + " " + strings.NewReplacer(":", " ", ".", " ").Replace(o.ID)) {
			label = append(label, t.Stem)
		}
		if !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(label, w) }) {
			found = o
			n++
		}
	}
	return found, n == 1
}

// settle takes an option for good.
func (s *session) settle(q plan.Question, o plan.Option) {
	if q.Kind == plan.AskMeasure && strings.Contains(o.ID, ":") {
		last := len(s.texts) - 1
		s.texts[last] += " " + o.Label // the measure that was missing
		return
	}
	s.settled[q.ID] = o.ID
}

// replace puts free text in the place of the words that were asked about.
func (s *session) replace(q plan.Question, text string) bool {
	if q.Kind == plan.AskMeasure && strings.Contains(q.Options[0].ID, ":") {
		s.texts[len(s.texts)-1] += " " + text
		return true
	}
	if s.retarget(q, text) {
		return true
	}
	span, ok := s.find(q.Subject)
	if !ok || q.Kind == plan.AskGrain || q.Kind == plan.AskTime || q.Kind == plan.AskPath {
		return false
	}
	for n, turn := range s.turns {
		if span.From < turn.From || span.To > turn.To {
			continue
		}
		from, to := s.tokens[span.From].From, s.tokens[span.To-1].To
		text = s.withoutMarker(text, span)
		old := s.texts[n]
		s.texts[n] = old[:from] + text + old[to:]
		return s.texts[n] != old
	}
	return false
}

// withoutMarker drops a leading "by" or "per" of an answer whose place has one already.
func (s *session) withoutMarker(text string, span grammar.Span) string {
	marks := func(tokens []token.Token, at int, end bool) int {
		for _, m := range s.i.lexicon.Find(tokens) {
			if (m.Category == lexicon.By || m.Category == lexicon.Per) && (end && m.To == at || !end && m.From == at) {
				return m.To
			}
		}
		return -1
	}
	tokens, _ := s.i.lexicon.Tokenizer().Tokens(text)
	if end := marks(tokens, 0, false); end > 0 && end < len(tokens) && marks(s.tokens, span.From, true) > 0 {
		return text[tokens[end].From:]
	}
	return text
}

// complete says by how much the answers to the questions differ, where there is data to compute it from.
func (s *session) complete(ctx context.Context, r plan.Reading) plan.Reading {
	if r.Outcome == plan.OutcomeSpec {
		if r = s.checkVersions(ctx, r); r.Outcome != plan.OutcomeSpec {
			return r
		}
		if r = s.checkExtent(ctx, r); r.Outcome != plan.OutcomeSpec {
			return r
		}
		return s.countUndated(ctx, r)
	}
	if r.Outcome != plan.OutcomeQuestions {
		return r
	}
	if s.request.Assume {
		return s.declineOpen(r)
	}
	s.measureDifferences(ctx, r.Questions)
	for i := range r.Questions {
		s.citeGlossary(&r.Questions[i])
	}
	return r
}

// declineOpen: with Assume, a question without a default cannot be skipped; the words it is about are named.
func (s *session) declineOpen(r plan.Reading) plan.Reading {
	unknown := r.Unknown
	if len(unknown) == 0 {
		for _, q := range r.Questions {
			u := plan.Unknown{Words: q.Subject, Reason: q.Text}
			for _, o := range q.Options {
				u.Nearest = append(u.Nearest, o.Label)
			}
			unknown = append(unknown, u)
		}
	}
	return declined(unknown)
}
