package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// Suggester says which of a closed list of candidates is meant by words that nothing explains. Optional. It is asked at
// most once for a request, and only when the request would otherwise be declined or asked about. What it chooses becomes a
// candidate of these words like any other: the same rules decide, and the reading says whose idea it was.
type Suggester interface {
	// Suggest may leave words out. On an error, or with keys that were not offered, the words stay unexplained.
	Suggest(ctx context.Context, d Doubt) (Suggestion, error)
}

// WithSuggester sets who is asked where words run out.
func WithSuggester(s Suggester) Option { return func(i *Interpreter) { i.suggester = s } }

// Doubt is a request with the words that nothing explains.
type Doubt struct {
	Request string // the requester's words, revisions included
	Words   []OpenWords
}

// OpenWords are words with everything that they may be taken for.
type OpenWords struct {
	Words      string
	Candidates []Offer
}

// Offer is one candidate.
type Offer struct {
	Key    string // "term:enterprise_customers"
	Kinds  []knowledge.Kind
	Label  string
	Detail string // its definition
}

// Suggestion is what was chosen: the key of one of its candidates for some of the open words. Usage counts also when
// nothing was chosen.
type Suggestion struct {
	Keys     map[string]string
	Model    string // as configured; people are told this name
	Answered string // as the model's server calls it
	Prompt   string // version
	Usage    plan.Usage
}

// Bounds of what is asked at once: more open words than this are no request, and more candidates no choice. Of several words
// each gets fewer.
const (
	maxOpen   = 4
	maxOffers = 24
	minOffers = 12
)

// hint is what came of asking.
type hint struct {
	before *plan.Reading // nil until asked
	taken  []plan.Suggestion
	usage  *plan.Usage
}

// suggest asks once about words that nothing explains. It reports whether any of them has a meaning now, so that the
// request has to be read again.
func (s *session) suggest(ctx context.Context, r plan.Reading) bool {
	if s.i.suggester == nil || s.hint.before != nil || r.Outcome != plan.OutcomeDeclined && r.Outcome != plan.OutcomeQuestions {
		return false
	}
	doubt, ok := s.doubt(r)
	if !ok {
		return false
	}
	s.hint.before = &r
	got, err := s.i.suggester.Suggest(ctx, doubt)
	if got.Usage.ModelCalls > 0 {
		s.hint.usage = &got.Usage
	}
	if err != nil {
		return false
	}
	for _, w := range doubt.Words {
		key := got.Keys[w.Words]
		n := slices.IndexFunc(w.Candidates, func(o Offer) bool { return o.Key == key })
		if n < 0 {
			continue
		}
		s.settled[plan.NewQuestion(plan.AskUnknown, w.Words, "", "").ID] = key
		s.hint.taken = append(s.hint.taken, plan.Suggestion{Words: w.Words, Ref: key, Model: got.Answered, Prompt: got.Prompt})
		s.note(plan.Assumption{Text: fmt.Sprintf("I read “%s” as %s (suggested by the model %s).", w.Words, w.Candidates[n].Label, got.Model), Major: true})
	}
	return len(s.hint.taken) > 0
}

// conclude completes a reading, and says what it cost. One that a suggestion led to is kept only if it leads anywhere.
func (s *session) conclude(ctx context.Context, r plan.Reading) plan.Reading {
	r = s.complete(ctx, r)
	if len(s.hint.taken) > 0 {
		if r.Outcome == plan.OutcomeSpec || r.Outcome == plan.OutcomeQuestions {
			r.Suggestions = s.hint.taken
		} else {
			r = s.complete(ctx, *s.hint.before)
		}
	}
	r.Usage = s.hint.usage
	return r
}

// doubt collects the words that keep the request from being read, if they are words without any meaning and nothing else
// is wrong.
func (s *session) doubt(r plan.Reading) (Doubt, bool) {
	if len(r.Unknown) == 0 || len(r.Unknown) > maxOpen {
		return Doubt{}, false
	}
	linked := grammar.Link(s.tokens, s.k.Knowledge, s.i.lexicon, s.settledWords())
	d := Doubt{Request: strings.Join(s.texts, "\n")}
	for _, u := range r.Unknown {
		span, ok := s.find(u.Words)
		if !ok || slices.Contains(linked.Known[span.From:span.To], true) {
			return Doubt{}, false
		}
		if _, broken := s.k.BrokenTerm(s.tokens[span.From:span.To]); broken {
			return Doubt{}, false
		}
		if slices.ContainsFunc(d.Words, func(w OpenWords) bool { return w.Words == u.Words }) {
			continue
		}
		if offers := s.offers(linked, span, max(minOffers, maxOffers/len(r.Unknown))); len(offers) > 0 {
			d.Words = append(d.Words, OpenWords{Words: u.Words, Candidates: offers})
		}
	}
	return d, len(d.Words) > 0
}
