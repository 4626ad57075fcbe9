package search

import (
	"context"
	"math"
	"slices"
	"strconv"
)

// Embedder turns texts into vectors whose cosine says how near they are. Safe for use by several goroutines.
type Embedder interface {
	// Name identifies the space: vectors of embedders with different names are never compared.
	Name() string
	// Embed returns a vector for each text, all of one length.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}

// Hashed is the embedder that needs nothing: no model, no network. It is no language understanding. A text becomes the
// bag of its stems and of the runs of three and four letters in them, each hashed to one place of the vector
// (Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009). Texts that share words or parts
// of words come near each other; texts that say the same in other words do not. Words that every dbt project is full of count
// a quarter. Unlike usual weights by rarity these do not depend on the other documents, so that one changed
// document changes one vector; rarity is BM25's part.
type Hashed struct{ trade *trade }

// NewHashed makes a Hashed.
func NewHashed() (*Hashed, error) {
	t, err := loadTrade()
	if err != nil {
		return nil, err
	}
	return &Hashed{t}, nil
}

// hashedSize is the length of Hashed's vectors: the noise of features that fall together is about 1/√384 = 0.05 of a cosine.
const hashedSize = 384

// Name implements Embedder.
func (h *Hashed) Name() string { return "hashed-" + strconv.Itoa(hashedSize) + "-v1" }

// Embed implements Embedder. It does not fail.
func (h *Hashed) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	a := newAnalyzer(h.trade)
	out := make([][]float32, len(texts))
	for i, t := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out[i] = h.one(a, t)
	}
	return out, nil
}

// Weights of a word, of one of its parts, and what is taken off a weak word's.
const (
	wordWeight = 1.0
	partWeight = 0.35
	weakFactor = 0.25
)

func (h *Hashed) one(a *analyzer, text string) []float32 {
	counts := map[string]int{}
	var order []string // maps have none, and sums of floats depend on it
	for _, w := range a.words(text) {
		if counts[w.stem]++; counts[w.stem] == 1 {
			order = append(order, w.stem)
		}
	}
	slices.Sort(order)
	v := make([]float32, hashedSize)
	for _, stem := range order {
		weight := math.Sqrt(float64(counts[stem]))
		if h.trade.weak[stem] {
			weight *= weakFactor
		}
		spread(v, "="+stem, wordWeight*weight)
		framed := "^" + stem + "$"
		parts := 2*len(framed) - 5
		for n := 3; n <= 4; n++ {
			for i := 0; i+n <= len(framed); i++ {
				spread(v, framed[i:i+n], partWeight*weight*2/math.Sqrt(float64(max(parts, 1))))
			}
		}
	}
	normalize(v)
	return v
}

// spread adds a feature at its place, with a sign that is as likely plus as minus, so that features that fall together cancel
// out on average.
func spread(v []float32, feature string, weight float64) {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a, 64 bits
	h := uint64(offset)
	for i := range len(feature) {
		h = (h ^ uint64(feature[i])) * prime
	}
	h ^= h >> 32
	sign := float32(1)
	if h&(1<<20) != 0 {
		sign = -1
	}
	v[h%uint64(len(v))] += sign * float32(weight)
}

// normalize makes a vector's length 1, so that a product of two is their cosine. One without length or with parts that are no
// numbers becomes nothing: it is near nothing.
func normalize(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsNaN(sum) || math.IsInf(sum, 0) {
		clear(v)
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
}
