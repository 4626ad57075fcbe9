package interpreter

import (
	"math/rand/v2"
	"strings"
	"testing"

	"firstmile/agents/interpreter/grammar"
	"firstmile/planner/plan"
)

func canonical(t *testing.T, i *Interpreter, text string) string {
	t.Helper()
	r := read(t, i, request(text))
	if r.Outcome != plan.OutcomeSpec {
		t.Fatalf("%q: %s", text, short(r))
	}
	return r.Spec.Canonical()
}

// The parts of a request may stand in any order.
func TestWordOrder(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 7))
	i := interpreterFor(t, folder{dir: "testdata/shop"})
	for _, parts := range [][]string{
		{"monthly", "revenue", "by segment"},
		{"revenue", "per week", "by city", "for key accounts"},
		{"number of orders", "by segment and city", "last 12 months"},
		{"item sales", "in Q1 2026", "by category", "excluding Toys"},
		{"average order value", "per quarter", "only in DE", "since January 2025"},
		{"revenue and number of orders", "by market", "without test orders", "daily"},
		{"top 5 cities by revenue", "in 2026", "for enterprise customers"},
	} {
		want := canonical(t, i, strings.Join(parts, " "))
		for range 12 {
			shuffled := append([]string(nil), parts...)
			r.Shuffle(len(shuffled), func(a, b int) { shuffled[a], shuffled[b] = shuffled[b], shuffled[a] })
			text := strings.Join(shuffled, " ")
			if got := canonical(t, i, text); got != want {
				t.Errorf("%q:\n got %s\nwant %s", text, got, want)
			}
		}
	}
}

// Other words for the same thing are the same Spec.
func TestParaphrases(t *testing.T) {
	i := interpreterFor(t, folder{dir: "testdata/shop"})
	for _, same := range [][]string{
		{"monthly revenue by segment", "revenue by segment and month", "Can we track revenue per month, split by segment?", "please show me sales by customer segment for each month",
			"I need a dashboard of monthly turnover broken down by segment", "What was the revenue by segment per month?", "revenue by month by segment"},
		{"number of orders by city", "how many orders do we have by city?", "count of orders per city", "order count by city"},
		{"orders in DE", "number of orders where country is DE", "how many orders with country code DE", "only DE orders count"},
		{"revenue without test orders", "revenue excluding test orders", "revenue, not counting test orders", "revenue except test"},
		{"revenue for enterprise customers", "revenue of key accounts", "enterprise revenue", "revenue where segment is enterprise", "revenue only for enterprise"},
		{"share of orders that are returned", "percentage of returned orders", "what share of orders was returned", "% of orders that are returned"},
		{"top 5 cities by revenue", "five best cities by revenue", "the top five cities in terms of revenue"},
		{"revenue last 12 months", "revenue in the last twelve months", "revenue during the past 12 months"},
	} {
		want := canonical(t, i, same[0])
		for _, text := range same[1:] {
			if got := canonical(t, i, text); got != want {
				t.Errorf("%q is not read as %q:\n got %s\nwant %s", text, same[0], got, want)
			}
		}
	}
}

// A modifier changes the Spec, or leads to a question or a refusal; it is never ignored.
func TestModifiersCount(t *testing.T) {
	i := interpreterFor(t, folder{dir: "testdata/shop"})
	for _, base := range []string{"monthly revenue by segment", "number of orders by city", "average amount by status"} {
		plain := canonical(t, i, base)
		for _, modifier := range []string{
			"excluding gifts", "without test orders", "only gifts", "for enterprise customers", "in Berlin", "not in Berlin", "except DE",
			"over 100", "last 6 months", "before 2026", "since March", "top 3", "per store", "of returned orders", "where status is not placed",
			"without a segment", "with more than 500 loyalty points", "in Toys", "never", "running total", "except", "not", "per",
		} {
			r := read(t, i, request(base+" "+modifier))
			if r.Outcome == plan.OutcomeSpec && r.Spec.Canonical() == plain {
				t.Errorf("%q: the modifier %q is ignored", base, modifier)
			}
		}
	}
}

// A word that nobody defined never ends in a Spec, wherever it stands and however much is assumed.
func TestNonsenseIsNamed(t *testing.T) {
	for _, f := range []folder{{dir: "testdata/shop"}, {dir: "testdata/subs"}, {dir: "testdata/shop", noGlossary: true}} {
		i := interpreterFor(t, f)
		for _, text := range []string{"monthly sum of amount by segment", "weekly logo churn by billing region", "number of orders in DE last 12 months", "high priority tickets by size", "top 5 cities by number of orders"} {
			words := strings.Fields(text)
			for _, nonsense := range []string{"zorblaxic", "qwx", "Atlantean", "zodiac-sign", "42nd"} {
				for at := 0; at <= len(words); at++ {
					with := strings.Join(words[:at], " ") + " " + nonsense + " " + strings.Join(words[at:], " ")
					for _, assume := range []bool{false, true} {
						req := request(with)
						req.Assume = assume
						r := read(t, i, req)
						if r.Outcome == plan.OutcomeSpec {
							t.Errorf("%q (assume %v) is read as %s", with, assume, short(r))
						}
						if assume && r.Outcome != plan.OutcomeDeclined {
							t.Errorf("%q with assume: %s", with, short(r))
						}
					}
				}
			}
		}
	}
}

// FuzzInterpret: no text makes the interpreter panic, and what it proposes has no word that nothing explains.
func FuzzInterpret(f *testing.F) {
	for _, text := range []string{
		"Can we track weekly churn by region?", "top 5 products by item sales last 12 months", "share of orders that are returned without test orders",
		"orders over 100 and under 5", "by by by per per not not except", "revenue 'x' \"y\" 2026-13-99 q1 -- / ¶", "\xff\x00 ٣ % >= != <>", "number of number of orders per order per order",
		"or or and and only only top top 0 5 5", "since until between and from to march 31 february 30", strings.Repeat("revenue by segment and ", 12),
	} {
		f.Add(text, true)
	}
	i := interpreterFor(f, folder{dir: "testdata/shop"})
	k, release, err := i.at(f.Context(), request("").Base)
	if err != nil {
		f.Fatal(err)
	}
	defer release()
	f.Fuzz(func(t *testing.T, text string, assume bool) {
		req := request(text)
		req.Assume = assume
		r := read(t, i, req)
		if err := wellFormed(r); err != "" {
			t.Errorf("%q: %s", text, err)
		}
		if r.Outcome != plan.OutcomeSpec {
			return
		}
		s := newSession(i, k, req)
		s.tokenize()
		l := grammar.Link(s.tokens, k.Knowledge, i.lexicon, nil)
		s.correct(l)
		l = grammar.Link(s.tokens, k.Knowledge, i.lexicon, nil)
		for n, tok := range s.tokens {
			if !l.Known[n] {
				t.Errorf("%q is proposed although nothing explains %q: %s", text, tok.Text, short(r))
			}
		}
	})
}

// wellFormed checks what every reading promises.
func wellFormed(r plan.Reading) string {
	switch r.Outcome {
	case plan.OutcomeSpec:
		if r.Spec == nil || len(r.Spec.Measures) == 0 || r.Spec.Target.Name == "" || len(r.Spec.Target.Name) > 60 {
			return "an incomplete Spec"
		}
		for _, d := range r.Spec.Dimensions {
			if len(d.Paths) != len(r.Spec.BaseModels()) {
				return "a dimension without a path for each base relation"
			}
		}
	case plan.OutcomeQuestions:
		if len(r.Questions) == 0 || len(r.Questions) > maxQuestions {
			return "no question, or too many"
		}
		for _, q := range r.Questions {
			if n := len(q.Options); n < plan.MinOptions || n > plan.MaxOptions {
				return "a question with too few or too many options: " + q.ID
			}
		}
	case plan.OutcomeDeclined:
		if r.Message == "" {
			return "declined without a word"
		}
	case plan.OutcomeChatter, plan.OutcomeOutside:
		if r.Message == "" {
			return "no message"
		}
	default:
		return "no outcome"
	}
	return ""
}
