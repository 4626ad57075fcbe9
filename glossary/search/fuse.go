package search

import (
	"cmp"
	"slices"
)

// ranking is documents, the best first, and how much it counts. Scores of different rankings cannot be compared; places can.
type ranking struct {
	weight float64
	docs   []int
}

// fused is a document with its joint score.
type fused struct {
	doc   int
	score float64
}

// rankConstant is k of reciprocal rank fusion (Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms Condorcet and
// individual Rank Learning Methods, SIGIR 2009), which found 60 to do well over many collections.
const rankConstant = 60

// fuse joins rankings: each gives a document weight / (60 + place). The order of the rankings makes no difference, a better
// place never a worse score. Documents of the same score are in order of their number; one that a ranking lists twice
// counts at its better place.
func fuse(rankings ...ranking) []fused {
	places := map[int][]float64{}
	for _, r := range rankings {
		seen := map[int]bool{}
		for i, d := range r.docs {
			if !seen[d] {
				seen[d] = true
				places[d] = append(places[d], r.weight/float64(rankConstant+i+1))
			}
		}
	}
	out := make([]fused, 0, len(places))
	for d, parts := range places {
		slices.Sort(parts) // so that rounding does not depend on the order of the rankings
		f := fused{doc: d}
		for _, p := range parts {
			f.score += p
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b fused) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.doc, b.doc)) })
	return out
}
