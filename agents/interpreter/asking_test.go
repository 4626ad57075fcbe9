package interpreter

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

// Whatever is asked: at most three questions at once, each about words of the request, with two to five different options
// (or none, for a word that nothing explains), one default and a reason; and whoever answers comes to an end. Where the
// figure itself is missing nothing is usual: such a question may have no default.
func TestQuestionsAreFair(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 11))
	asked := 0
	for _, dir := range []string{"testdata/shop", "testdata/subs"} {
		f := folder{dir: dir}
		i := interpreterFor(t, f)
		terms, err := f.Glossary(t.Context(), plan.Base{})
		if err != nil {
			t.Fatal(err)
		}
		noise := []string{"last month", "top 5", "weekly", "in 2026", "wobbliness", "growth", "number of customers", "share of", "average"}
		var measures, splits []string
		for _, term := range terms.Terms {
			if term.Metric != nil {
				measures = append(measures, term.Words()...)
			} else {
				splits = append(splits, term.Words()...)
			}
		}
		any := func(words []string) string { return words[r.IntN(len(words))] }
		for range 150 {
			parts := []string{any(measures)}
			for range r.IntN(4) {
				parts = append(parts, any([]string{"by", "per", "excluding", "and by", "only", "for"})+" "+any(splits))
			}
			if r.IntN(2) == 0 {
				parts = append(parts, any(noise))
			}
			r.Shuffle(len(parts), func(a, b int) { parts[a], parts[b] = parts[b], parts[a] })
			q := request(strings.Join(parts, " "))
			for round := 0; ; round++ {
				reading := read(t, i, q)
				if reading.Outcome != plan.OutcomeQuestions {
					break
				}
				asked++
				fair(t, q.Turns[0].Text, reading.Questions)
				if round == 12 {
					t.Errorf("%q: still asks after 12 rounds", q.Turns[0].Text)
					break
				}
				if !answerAny(r, &q, reading.Questions) {
					break
				}
			}
		}
	}
	if asked < 30 {
		t.Errorf("only %d of the random requests led to questions", asked)
	}
}

// answerAny chooses an option of each question that has some.
func answerAny(r *rand.Rand, q *plan.Request, questions []plan.Question) bool {
	any := false
	for _, x := range questions {
		if len(x.Options) > 0 {
			q.Answers = append(slices.DeleteFunc(q.Answers, func(a plan.Answer) bool { return a.Question == x.ID }),
				plan.Answer{Question: x.ID, Option: x.Options[r.IntN(len(x.Options))].ID})
			any = true
		}
	}
	return any
}

func fair(t *testing.T, text string, questions []plan.Question) {
	t.Helper()
	if len(questions) < 1 || len(questions) > plan.MaxQuestions {
		t.Errorf("%q: %d questions at once", text, len(questions))
	}
	seen := map[string]bool{}
	for _, q := range questions {
		defaults, ids, labels := 0, map[string]bool{}, map[string]bool{}
		for _, o := range q.Options {
			if o.Default {
				defaults++
			}
			ids[o.ID], labels[o.Label] = true, true
		}
		n := len(q.Options)
		none := n == 0 && q.Kind == plan.AskUnknown
		switch {
		case seen[q.ID]:
			t.Errorf("%q: %s is asked twice at once", text, q.ID)
		case q.ID != string(q.Kind)+":"+q.Subject || q.Text == "" || q.Why == "":
			t.Errorf("%q: an incomplete question %+v", text, q)
		case !none && (n < plan.MinOptions || n > plan.MaxOptions):
			t.Errorf("%q: %s has %d options", text, q.ID, n)
		case len(ids) != n || len(labels) != n:
			t.Errorf("%q: %s has options that are the same: %+v", text, q.ID, q.Options)
		case defaults > 1 || defaults == 0 && q.Kind != plan.AskUnknown && q.Kind != plan.AskMeasure:
			t.Errorf("%q: %s has %d defaults", text, q.ID, defaults)
		}
		seen[q.ID] = true
	}
}
