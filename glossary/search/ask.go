package search

import (
	"context"
	"math"
	"slices"
)

// asked is one word of a query with everything that it is looked up by.
type asked struct {
	word
	ways []way
	idf  float64 // how rare it is: ln(1 + (N - n + 0.5) / (n + 0.5)), as in BM25
}

// way is a stem that a word is looked up by.
type way struct {
	clause
	how How
}

// How says why a document's word counts as a word of the query.
type How string

// Ways of matching. The zero How is the word itself, or another form of it.
const (
	Typo    How = "typo"    // no document has the word as asked; this one is spelt nearly the same
	Related How = "related" // the trade uses it for nearly the same thing
)

// Weights of a match that is not the word itself.
const (
	typoWeight    = 0.7
	relatedWeight = 0.35
)

// maxAsked bounds the words of a query; of a longer text the rarest are looked up.
const maxAsked = 32

// read cuts a query into words and finds out how each is looked up.
func (x *Index) read(ctx context.Context, st *state, text string) ([]asked, error) {
	a := newAnalyzer(x.trade)
	reader, err := x.storage.words.reader()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	counts := func(stem string) (most uint64, err error) {
		for f := range fields {
			n, err := count(ctx, reader, f, stem)
			if err != nil {
				return 0, err
			}
			most = max(most, n)
		}
		return most, nil
	}
	var out []asked
	for _, w := range a.words(text) {
		if slices.ContainsFunc(out, func(o asked) bool { return o.stem == w.stem }) {
			continue
		}
		one, err := x.askFor(w, st, counts)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if len(out) > maxAsked {
		byRarity := slices.Clone(out)
		slices.SortStableFunc(byRarity, func(a, b asked) int { return compareFloats(b.idf, a.idf) })
		least := byRarity[maxAsked-1].idf
		out = slices.DeleteFunc(out, func(o asked) bool { return o.idf < least })[:maxAsked]
	}
	return out, nil
}

// askFor finds the ways to look a word up: as it is, else as what it may be mistyped for; and related words.
func (x *Index) askFor(w word, st *state, counts func(string) (uint64, error)) (asked, error) {
	one := asked{word: w}
	n, err := counts(w.stem)
	if err != nil {
		return one, err
	}
	if n > 0 {
		one.ways = append(one.ways, way{clause: clause{w.stem, 1}})
	}
	for _, r := range x.trade.related[w.stem] {
		if n, err := counts(r); err != nil {
			return one, err
		} else if n > 0 {
			one.ways = append(one.ways, way{clause{r, relatedWeight}, Related})
		}
	}
	if len(one.ways) == 0 {
		meant, err := st.words.nearest(w)
		if err != nil {
			return one, err
		}
		for _, m := range meant {
			c, err := counts(m)
			if err != nil {
				return one, err
			}
			if c > 0 {
				one.ways = append(one.ways, way{clause{m, typoWeight}, Typo})
				n = max(n, c)
			}
		}
	}
	total := float64(len(st.docs))
	one.idf = math.Log(1 + (max(0, total-float64(n))+0.5)/(float64(n)+0.5))
	return one, nil
}

// clauses is what bleve is asked for.
func clauses(words []asked) [][]clause {
	out := make([][]clause, len(words))
	for i, w := range words {
		for _, y := range w.ways {
			out[i] = append(out[i], y.clause)
		}
	}
	return out
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
