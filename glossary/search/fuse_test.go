package search

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
)

// randomly returns a generator and prints its seed when the test fails.
func randomly(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

func TestFuse(t *testing.T) {
	got := fuse(ranking{1, []int{7, 8}}, ranking{0.5, []int{8, 9, 8}}, ranking{1, nil})
	want := []fused{{8, 0.5/61 + 1.0/62}, {7, 1.0 / 61}, {9, 0.5 / 62}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func someRankings(r *rand.Rand) []ranking {
	out := make([]ranking, 1+r.IntN(4))
	for i := range out {
		out[i].weight = float64(1+r.IntN(10)) / 10
		out[i].docs = r.Perm(20)[:r.IntN(20)]
	}
	return out
}

// The order of the rankings makes no difference at all.
func TestFuseOrderOfRankings(t *testing.T) {
	r := randomly(t)
	for range 500 {
		rankings := someRankings(r)
		want := fuse(rankings...)
		r.Shuffle(len(rankings), func(i, j int) { rankings[i], rankings[j] = rankings[j], rankings[i] })
		if got := fuse(rankings...); !reflect.DeepEqual(got, want) {
			t.Fatalf("%v: %v, in another order %v", rankings, want, got)
		}
	}
}

// A document that moves up in one ranking does not fall, and neither does one that a further ranking lists.
func TestFuseBetterPlace(t *testing.T) {
	r := randomly(t)
	place := func(list []fused, doc int) int {
		for i, f := range list {
			if f.doc == doc {
				return i
			}
		}
		return len(list)
	}
	for range 500 {
		rankings := someRankings(r)
		k := r.IntN(len(rankings))
		docs := rankings[k].docs
		if len(docs) < 2 {
			continue
		}
		before := fuse(rankings...)
		i := 1 + r.IntN(len(docs)-1)
		doc := docs[i]
		docs[i-1], docs[i] = docs[i], docs[i-1]
		after := fuse(rankings...)
		if place(after, doc) > place(before, doc) {
			t.Fatalf("%d moved up in ranking %d of %v and fell from %d to %d", doc, k, rankings, place(before, doc), place(after, doc))
		}
		more := fuse(append(rankings, ranking{0.3, []int{doc}})...)
		if place(more, doc) > place(after, doc) {
			t.Fatalf("%d is in one more ranking and fell from %d to %d", doc, place(after, doc), place(more, doc))
		}
	}
}

func TestNearest(t *testing.T) {
	r := randomly(t)
	for range 50 {
		rows := make([][]float32, 30)
		for i := range rows {
			rows[i] = make([]float32, 16)
			for range 1 + r.IntN(16) {
				rows[i][r.IntN(16)] = float32(r.IntN(5) - 2)
			}
			normalize(rows[i])
		}
		rows[3], rows[4] = nil, make([]float32, 7) // none, and of another space
		q := make([]float32, 16)
		for range 1 + r.IntN(12) {
			q[r.IntN(16)] = 1
		}
		normalize(q)
		got := nearest(rows, q, 5, 0.1, func(i int) bool { return i != 9 })
		for i, n := range got {
			if n.doc == 3 || n.doc == 4 || n.doc == 9 || n.cosine < 0.1 || i > 0 && got[i-1].cosine < n.cosine {
				t.Fatalf("%v", got)
			}
		}
		worst := float32(0.1)
		if len(got) == 5 {
			worst = got[4].cosine
		}
		for i, row := range rows {
			in := false
			for _, n := range got {
				in = in || n.doc == i
			}
			if len(row) == 16 && i != 9 && !in && dot(row, q) > worst+1e-6 {
				t.Fatalf("%d with %f is missing in %v", i, dot(row, q), got)
			}
		}
	}
}
