package interpreter

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"firstmile/agents/interpreter/compose"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/token"
	"firstmile/planner/plan"
)

// maxRounds bounds how often answers may lead to new questions within one call.
const maxRounds = 12

// Interpret reads a request with the answers given so far. The error concerns reading the project or the glossary; what
// is wrong with the request is part of the Reading.
func (i *Interpreter) Interpret(ctx context.Context, request plan.Request) (plan.Reading, error) {
	if n := slices.IndexFunc(request.Answers, func(a plan.Answer) bool { return len(a.Also) > 0 }); n >= 0 {
		return i.sideBySide(ctx, request, n)
	}
	k, release, err := i.at(ctx, request.Base)
	if err != nil {
		return plan.Reading{}, err
	}
	defer release()
	s := newSession(i, k, request)
	for range maxRounds {
		reading := s.aimed(ctx, s.read())
		if reading.Outcome == plan.OutcomeQuestions && s.apply(reading.Questions) {
			continue // an answer, or with Assume a default, settles one of them
		}
		if s.suggest(ctx, reading) {
			continue
		}
		return s.conclude(ctx, reading), nil
	}
	return plan.Reading{Outcome: plan.OutcomeDeclined, Message: "The answers lead in a circle. Please say the whole request anew."}, nil
}

// session is one call of Interpret: the request's words, and what answers have settled.
type session struct {
	i       *Interpreter
	k       *base
	request plan.Request

	texts   []string          // of the turns, with free-text answers put in place
	settled map[string]string // question id -> option id
	used    map[int]bool      // answers that were taken
	assumed []plan.Assumption // from defaults and corrections
	asked   map[string]plan.Question
	undated []plan.Measure // of the reading that is proposed

	hint hint // of a language model

	tokens []token.Token
	turns  []grammar.Span
	aim    aim
}

func newSession(i *Interpreter, k *base, request plan.Request) *session {
	s := &session{i: i, k: k, request: request, settled: map[string]string{}, used: map[int]bool{}, asked: map[string]plan.Question{}}
	for _, t := range request.Turns {
		s.texts = append(s.texts, t.Text)
	}
	return s
}

// read interprets the texts as they stand.
func (s *session) read() plan.Reading {
	s.tokenize()
	if len(s.tokens) > maxWords {
		return plan.Reading{Outcome: plan.OutcomeDeclined, Message: "That is too long for me to read as one request. Please ask for one table at a time."}
	}
	linked := grammar.Link(s.tokens, s.k.Knowledge, s.i.lexicon, s.settledWords())
	if r, ok := s.smallTalk(linked); ok {
		return r
	}
	if s.correct(linked) {
		linked = grammar.Link(s.tokens, s.k.Knowledge, s.i.lexicon, s.settledWords())
	}
	if r, ok := s.outside(linked); ok {
		return r
	}
	divisions := grammar.Parse(linked, s.turns, s.i.rules)
	return s.decide(linked, s.drafts(linked, divisions))
}

// maxWords bounds a request; reading is not linear in its length.
const maxWords = 150

// tokenize cuts all turns, with one empty token between two of them.
func (s *session) tokenize() {
	s.tokens, s.turns, s.aim = nil, nil, aim{}
	t := s.i.lexicon.Tokenizer()
	for n, text := range s.texts {
		if n > 0 {
			s.tokens = append(s.tokens, between())
		}
		from := len(s.tokens)
		tokens, complete := t.Tokens(text)
		s.tokens = append(s.tokens, s.aim.take(s, text, tokens)...)
		if !complete {
			s.tokens = append(s.tokens, make([]token.Token, maxWords)...) // too long in any case
		}
		s.turns = append(s.turns, grammar.Span{From: from, To: len(s.tokens)})
	}
	s.aim.name(s)
}

// settledWords maps the words of answered questions to the candidate that was chosen.
func (s *session) settledWords() grammar.Settled {
	out := grammar.Settled{}
	for id, option := range s.settled {
		kind, subject, _ := strings.Cut(id, ":")
		switch plan.QuestionKind(kind) {
		case plan.AskDefinition, plan.AskColumn, plan.AskPopulation, plan.AskValue, plan.AskUnknown:
			out[subject] = option
		}
	}
	return out
}

// draft is one complete reading with its price.
type draft struct {
	compose.Draft
	division grammar.Division
	cost     float64
	unknown  []int
	refusal  *compose.Refusal // why it is no reading after all
}

// tooFar is how much worse than the best reading a division may be and still be looked at, to be named among the rejected.
const tooFar = 1.5

// drafts composes every division with every combination of candidates, the cheapest first.
func (s *session) drafts(linked grammar.Linked, divisions []grammar.Division) []draft {
	c := compose.Context{K: s.k.Knowledge, Tokens: s.tokens, Today: s.today(), Zone: s.k.calendar.Zone, WeekStart: s.k.calendar.WeekStart, FiscalStart: int(s.k.calendar.FiscalStart),
		Settled: s.settled, Prefix: s.k.prefix, Taken: s.taken}
	var out []draft
	found := math.Inf(1) // cost of the best complete reading so far
	for _, d := range divisions {
		if d.Cost > found+tooFar {
			break
		}
		if !s.agrees(d) {
			continue
		}
		structure, needs, refusal := s.merge(d.Turns)
		structure = s.supplied(structure)
		cost := d.Cost
		if refusal == nil {
			if refusal = s.unjoined(linked, d); refusal != nil {
				cost += costUnjoined
			}
		}
		if refusal != nil {
			out = append(out, draft{division: d, cost: cost, unknown: d.Unknown, refusal: refusal})
			continue
		}
		for _, pick := range s.picks(structure) {
			composed, err := compose.Compose(c, structure, pick)
			x := draft{Draft: composed, division: d, cost: d.Cost + composed.Cost, unknown: d.Unknown}
			if err != nil {
				x.refusal, _ = err.(*compose.Refusal)
			} else if len(x.unknown) == 0 {
				found = min(found, x.cost)
			}
			x.Needs = append(needs, x.Needs...)
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(a, b draft) int {
		switch {
		case a.cost < b.cost:
			return -1
		case a.cost > b.cost:
			return 1
		}
		return 0
	})
	return out
}

func (s *session) taken(model string) bool {
	_, taken := s.k.Relation(model)
	return taken
}

// today is the day that the request counts from: given, else the day it was made.
func (s *session) today() string {
	if s.request.AsOf != "" || len(s.request.Turns) == 0 || s.request.Turns[0].At.IsZero() {
		return s.request.AsOf
	}
	return s.request.Turns[len(s.request.Turns)-1].At.UTC().Format("2006-01-02")
}

// costUnjoined puts the refusal of two measures that no word joins behind those that say more.
const costUnjoined = 3

// unjoined refuses measures that no word joins: in "revenue for new customers" the second is no figure of its own.
func (s *session) unjoined(linked grammar.Linked, d grammar.Division) *compose.Refusal {
	last := grammar.Part{Span: grammar.Span{From: -1}}
	for _, p := range d.Parts {
		if p.Category != "measure" && p.Category != "measures" {
			continue
		}
		if last.From >= 0 && !s.joined(linked, d, last.To, p.From) {
			return &compose.Refusal{Span: p.Span, Reason: fmt.Sprintf("it is a figure of its own, and I don't see how it belongs to %q; say \"and\" where you want both", s.words(last.Span))}
		}
		last = p
	}
	return nil
}

func (s *session) joined(linked grammar.Linked, d grammar.Division, from, to int) bool {
	for i := from; i < to; i++ {
		if !slices.Contains(d.Skipped, i) {
			if s.tokens[i].Text == "¶" {
				return true
			}
			continue
		}
		for _, m := range linked.Matches {
			if m.Category == "and" && m.From <= i && i < m.To {
				return true
			}
		}
	}
	return false
}
