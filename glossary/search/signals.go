package search

import (
	"cmp"
	"math"
	"slices"
)

// Weights of the rankings in the fusion. Words and vectors say what fits; lineage and use only say which of what fits.
const (
	wordsWeight   = 1.0
	namesWeight   = 0.5
	vectorsWeight = 0.8
	lineageWeight = 0.1
	useWeight     = 0.05
)

// lookAround is how many of the best documents speak for their neighbours.
const lookAround = 10

// byLineage ranks the neighbours of the best documents, by how good these are: what a good hit is built on and what is built
// on it. A hub with many children passes little on to each of them.
func (s *state) byLineage(best []fused) []int {
	votes := map[int]float64{}
	for i, b := range best[:min(lookAround, len(best))] {
		vote := 1 / float64(rankConstant+i+1)
		for _, side := range [][]int{s.parents[b.doc], s.children[b.doc]} {
			for _, other := range side {
				votes[other] += vote / math.Sqrt(float64(len(side)))
			}
		}
	}
	return order(votes)
}

// byUse ranks those candidates that something is built on or that designs used, the most used first. A use in a design counts
// as two dependants: it is nearer to what people ask for. What somebody wrote a definition of counts as used.
func (s *state) byUse(candidates []fused, q Query) []int {
	uses := map[int]float64{}
	for _, c := range candidates {
		n := s.dependants(c.doc, q) + 2*q.Usage[s.docs[c.doc].Ref]
		if s.docs[c.doc].Kind != Model {
			n += defined
		}
		if n > 0 {
			uses[c.doc] = float64(n)
		}
	}
	return order(uses)
}

// order lists documents by score, the best first, those of one score by number.
func order(scores map[int]float64) []int {
	out := make([]int, 0, len(scores))
	for d := range scores {
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b)) })
	return out
}

// dependants is how many documents are built on one, but those that the query leaves out.
func (s *state) dependants(doc int, q Query) int {
	n := len(s.children[doc])
	if len(q.Without) > 0 {
		for _, c := range s.children[doc] {
			if slices.Contains(q.Without, s.docs[c].Ref) {
				n--
			}
		}
	}
	return n
}

// defined is how many dependants a definition is worth.
const defined = 10
