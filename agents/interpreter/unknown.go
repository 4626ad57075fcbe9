package interpreter

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// unexplained answers a request of which no reading explains every word.
func (s *session) unexplained(l grammar.Linked, drafts []draft) plan.Reading {
	if d, ok := telling(drafts); ok {
		return s.refused(l, d, drafts)
	}
	spans := s.unknownSpans(l, drafts)
	if len(spans) == 0 {
		return plan.Reading{Outcome: plan.OutcomeChatter, Message: helpText}
	}
	var unknown []plan.Unknown
	var questions []plan.Question
	for _, span := range spans {
		u, q, ok := s.explain(l, span)
		unknown = append(unknown, u)
		if ok {
			questions = append(questions, q)
		}
	}
	if len(questions) == len(unknown) && len(questions) <= maxQuestions {
		return plan.Reading{Outcome: plan.OutcomeQuestions, Questions: questions, Unknown: unknown, Assumptions: s.assumed}
	}
	return declined(unknown)
}

// telling finds the refused reading that says best what is wrong: one without unknown words, and rather one that has a
// measure than one that lacks it.
func telling(drafts []draft) (draft, bool) {
	var found draft
	ok := false
	for _, d := range drafts {
		if len(d.unknown) > 0 || d.refusal == nil {
			continue
		}
		if d.refusal.To > 0 {
			return d, true
		}
		if !ok {
			found, ok = d, true
		}
	}
	return found, ok
}

func declined(unknown []plan.Unknown) plan.Reading {
	var lines []string
	for _, u := range unknown {
		line := u.Reason
		if len(u.Nearest) > 0 {
			line += " What comes nearest: " + strings.Join(u.Nearest, ", ") + "."
		}
		lines = append(lines, line)
	}
	return plan.Reading{Outcome: plan.OutcomeDeclined, Unknown: unknown, Message: strings.Join(lines, " ")}
}

// unknownSpans are the words that the best reading leaves over, neighbours together.
func (s *session) unknownSpans(l grammar.Linked, drafts []draft) []grammar.Span {
	if len(drafts) == 0 {
		return nil
	}
	var meaningless, loose []int
	for _, i := range drafts[0].unknown {
		if l.Known[i] {
			loose = append(loose, i)
		} else {
			meaningless = append(meaningless, i)
		}
	}
	if len(meaningless) == 0 { // every word is known; those that found no role are at fault
		return group(loose, 1)
	}
	return group(meaningless, 0)
}

// group makes spans of tokens that stand beside each other, or have at most gap tokens between them.
func group(tokens []int, gap int) []grammar.Span {
	var out []grammar.Span
	for _, i := range tokens {
		if n := len(out); n > 0 && out[n-1].To >= i-gap {
			out[n-1].To = i + 1
			continue
		}
		out = append(out, grammar.Span{From: i, To: i + 1})
	}
	return out
}

// explain says what is wrong with words without a role, and makes a question of what comes near them.
func (s *session) explain(l grammar.Linked, span grammar.Span) (plan.Unknown, plan.Question, bool) {
	words := s.words(span)
	if p, ok := s.brokenAround(span); ok {
		return plan.Unknown{Words: words, Reason: fmt.Sprintf("The glossary's term for %q cannot be used: %s.", words, p.Error())}, plan.Question{}, false
	}
	u := plan.Unknown{Words: words, Reason: fmt.Sprintf("I don't know what %q means here: no term, model, column or value has that name.", words)}
	if l.Known[span.From] {
		u.Reason = fmt.Sprintf("I don't see what %q refers to in this request.", words)
		return u, plan.Question{}, false
	}
	hits := s.near(span)
	for _, h := range hits {
		u.Nearest = append(u.Nearest, h.Name)
	}
	if len(u.Nearest) == 0 && span.To == span.From+1 {
		u.Nearest = s.k.Alike(s.tokens[span.From])
	}
	if len(hits) < plan.MinOptions {
		return u, plan.Question{}, false
	}
	q := plan.NewQuestion(plan.AskUnknown, words, fmt.Sprintf("I don't know %q. Do you mean one of these?", words), "Without it I would answer another question than yours.")
	for _, h := range hits {
		q.Options = append(q.Options, plan.Option{ID: h.Ref, Label: label(h), Detail: h.Text})
	}
	return u, q, true
}

// brokenAround finds the unusable term that words without a role are a part of: "rate" in "return rate".
func (s *session) brokenAround(span grammar.Span) (glossary.Problem, bool) {
	for from := max(0, span.From-maxTermWords); from <= span.From; from++ {
		for to := span.To; to <= min(len(s.tokens), span.To+maxTermWords); to++ {
			if p, ok := s.k.BrokenTerm(s.tokens[from:to]); ok {
				return p, true
			}
		}
	}
	return glossary.Problem{}, false
}

// maxTermWords is how many words before and after a name of a term may have.
const maxTermWords = 4

func label(h search.Hit) string {
	switch h.Kind {
	case search.Column, search.Value:
		_, ref, _ := strings.Cut(h.Ref, ":")
		return strings.ReplaceAll(h.Name, "_", " ") + " (" + ref + ")"
	}
	return h.Name
}

// near finds candidates for unknown words: known words that they may be misspelt for, and what the index has.
func (s *session) near(span grammar.Span) []search.Hit {
	query := []string{s.words(span)}
	for _, t := range s.tokens[span.From:span.To] {
		_, all := s.k.Correction(t)
		query = append(query, all...)
	}
	var out []search.Hit
	for _, h := range s.k.Near(strings.Join(query, " "), 2*plan.MaxOptions) {
		if len(out) < plan.MaxOptions-1 && s.fits(h, span) && s.alike(h, span) {
			out = append(out, h)
		}
	}
	return out
}

// alike reports whether a suggestion has a word in its name that looks like one of the span's: the same, misspelt, or the
// beginning of it. "rating" only shares its stem with "rate", which is something else.
func (s *session) alike(h search.Hit, span grammar.Span) bool {
	names := append([]string{h.Name}, h.Aliases...)
	for _, t := range s.tokens[span.From:span.To] {
		for _, name := range names {
			if slices.ContainsFunc(s.k.Words(strings.Join(glossary.Split(name), " ")), func(w token.Token) bool { return lookAlike(t.Light, w.Light) }) {
				return true
			}
		}
	}
	return false
}

// sharedLetters is how many first letters make two words look alike.
const sharedLetters = 5

func lookAlike(x, y string) bool {
	if x == y || len(x) >= 4 && len(y) >= 4 && (strings.Contains(x, y) || strings.Contains(y, x)) {
		return true
	}
	if len(x) >= sharedLetters && len(y) >= sharedLetters && x[:sharedLetters] == y[:sharedLetters] {
		return true
	}
	return min(len(x), len(y)) > 3 && glossary.Distance(x, y) <= max(1, min(len(x), len(y))/4)
}

// fits reports whether a suggestion could stand where the words stand: after "by" or "per" only a dimension can.
func (s *session) fits(h search.Hit, span grammar.Span) bool {
	after := false
	for _, m := range s.i.lexicon.Find(s.tokens) {
		if m.To == span.From && (m.Category == lexicon.By || m.Category == lexicon.Per) {
			after = true
		}
	}
	return slices.ContainsFunc(s.k.ByKey(h.Ref), func(c knowledge.Candidate) bool { return !after || c.Kind == knowledge.Dim })
}

// refused answers a request that is understood but cannot be composed.
func (s *session) refused(l grammar.Linked, d draft, drafts []draft) plan.Reading {
	r := d.refusal
	if r.To == 0 {
		return s.nothingToMeasure(l)
	}
	words := s.words(r.Span)
	nearest := r.Nearest
	reason := fmt.Sprintf("I can't use %q here: %s.", words, r.Reason)
	return declined([]plan.Unknown{{Words: words, Reason: reason, Nearest: nearest}})
}

// nothingToMeasure asks for the measure that the request forgot to name.
func (s *session) nothingToMeasure(l grammar.Linked) plan.Reading {
	var metrics []glossary.Term
	for _, t := range s.k.Glossary.Terms {
		if t.Metric != nil && t.Status != glossary.Deprecated {
			metrics = append(metrics, t)
		}
	}
	text := strings.Join(strings.Fields(s.texts[len(s.texts)-1]), " ")
	if len(metrics) < plan.MinOptions {
		return declined([]plan.Unknown{{Words: strings.ToLower(text), Reason: "I don't see what to measure. Name a number, for example \"sum of\" a column or \"number of\" a thing."}})
	}
	order := map[string]int{}
	for i, h := range s.k.Near(text, 20) {
		order[h.Ref] = 20 - i
	}
	slices.SortStableFunc(metrics, func(a, b glossary.Term) int { return order[s.k.TermKey(b.ID)] - order[s.k.TermKey(a.ID)] })
	q := plan.NewQuestion(plan.AskMeasure, text, "What shall I measure?", "Your words name no number.")
	for _, t := range metrics[:min(len(metrics), plan.MaxOptions)] {
		q.Options = append(q.Options, plan.Option{ID: s.k.TermKey(t.ID), Label: t.Name, Detail: t.Definition})
	}
	return plan.Reading{Outcome: plan.OutcomeQuestions, Questions: []plan.Question{q}, Assumptions: s.assumed}
}
