package chart

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// grammar of the test: a sum is a number, or a number, a plus and a sum.
func sumRules() []Rule {
	join := func(parts []Item) (any, string, bool) {
		var words []string
		for _, p := range parts {
			words = append(words, p.Meaning.(string))
		}
		text := strings.Join(words, "")
		return text, text, true
	}
	return []Rule{
		{Name: "one", Left: "sum", Right: []Category{"num"}, Make: join},
		{Name: "more", Left: "sum", Right: []Category{"num", "plus", "sum"}, Cost: -0.5, Make: join},
	}
}

func terminals(text string) (items []Item, filler, skip []float64) {
	for i, w := range strings.Fields(text) {
		filler, skip = append(filler, -1), append(skip, 5)
		switch w {
		case "+":
			items = append(items, Item{Category: "plus", From: i, To: i + 1, Meaning: w})
		case "the":
			filler[i], skip[i] = 0.1, 0.1
		case "?":
		default:
			items = append(items, Item{Category: "num", From: i, To: i + 1, Meaning: w})
		}
	}
	return items, filler, skip
}

func TestParseAndCover(t *testing.T) {
	for text, want := range map[string]string{
		"1":           "1",
		"1 + 2 + 3":   "1+2+3",
		"1 + the 2":   "1+2",
		"1 + 2 ? 3":   "1+2 3",
		"? 1":         "1",
		"the the the": "",
	} {
		items, filler, skip := terminals(text)
		c := Parse(len(filler), items, sumRules(), filler)
		covers := c.Covers([]Category{"sum"}, skip, 1, 3)
		var got []string
		for _, it := range covers[0].Items {
			got = append(got, it.Meaning.(string))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q, want %q", text, strings.Join(got, " "), want)
		}
	}
}

// Whatever the items are, a cover leaves no token out of account and never overlaps.
func TestCoversAccountForEveryToken(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	words := []string{"1", "2", "+", "the", "?"}
	for range 300 {
		var text []string
		for range r.IntN(12) + 1 {
			text = append(text, words[r.IntN(len(words))])
		}
		items, filler, skip := terminals(strings.Join(text, " "))
		for _, cover := range Parse(len(filler), items, sumRules(), filler).Covers([]Category{"sum"}, skip, 1, 10) {
			seen := make([]int, len(filler))
			for _, it := range cover.Items {
				for i := it.From; i < it.To; i++ {
					seen[i]++
				}
			}
			for _, i := range cover.Skipped {
				seen[i]++
			}
			for i, n := range seen {
				if n != 1 {
					t.Fatalf("%v: token %d is accounted for %d times in %+v", text, i, n, cover)
				}
			}
		}
	}
}
