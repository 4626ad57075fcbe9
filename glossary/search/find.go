package search

import (
	"context"
	"slices"
	"sync"
)

// Query is what to find.
type Query struct {
	Words string
	Kinds []Kind // none: all
	N     int    // how many hits at most; 0: 10
	// Usage is how many past designs used a document, by ref.
	Usage map[string]int
	// Finished leaves out relations that are Steps.
	Finished bool
	// Without are refs of documents that must not be found, as if they were not there.
	Without []string
	// Only leaves everything out but the words of these parts of a document: a baseline for measuring. It is not meant for use.
	Only *Baseline
}

// Baseline is a poorer way to search.
type Baseline struct {
	Columns bool // names of columns, too; else only those of documents
}

// Bounds of a search: documents that each ranking gives, and those that are opened into columns and values.
const (
	candidates = 100
	opened     = 40
	defaultN   = 10
	// leastCosine is below what unrelated texts reach by chance.
	leastCosine = 0.12
)

// Find returns what fits a query best, the best first. Hits of the same documents come in the same order, however the index
// came to hold them.
func (x *Index) Find(ctx context.Context, q Query) ([]Hit, error) {
	st := x.state.Load()
	if q.N <= 0 {
		q.N = defaultN
	}
	words, err := x.read(ctx, st, q.Words)
	if err != nil || len(words) == 0 || len(st.docs) == 0 {
		return nil, err
	}
	if q.Only != nil {
		words = plain(words)
	}
	var cosines []near
	var beside sync.WaitGroup
	if q.Only == nil {
		beside.Go(func() { cosines = x.byVectors(ctx, st, q) })
		defer beside.Wait()
	}
	byWords, err := x.byWords(ctx, st, q, words)
	if err != nil {
		return nil, err
	}
	names := ranking{weight: namesWeight}
	if q.Only == nil {
		byName := q
		byName.Only = &Baseline{}
		if names.docs, err = x.byWords(ctx, st, byName, words); err != nil {
			return nil, err
		}
	}
	beside.Wait()
	m := newMatcher(x.trade, &x.cuts, words)
	if q.Only != nil {
		return st.hits(q, m, fuse(ranking{1, byWords}), nil), nil
	}
	vectors := ranking{weight: vectorsWeight}
	for _, n := range cosines {
		vectors.docs = append(vectors.docs, n.doc)
	}
	first := fuse(ranking{wordsWeight, byWords}, names, vectors)
	lineage := slices.DeleteFunc(st.byLineage(first), func(d int) bool { return !q.wants(st.docs[d]) })
	all := fuse(ranking{wordsWeight, byWords}, names, vectors, ranking{lineageWeight, lineage}, ranking{useWeight, st.byUse(first, q)})
	return st.hits(q, m, all, cosines), nil
}

// wants reports whether a document, or something in it, can be a hit.
func (q Query) wants(d *Document) bool {
	if slices.Contains(q.Without, d.Ref) || q.Finished && d.Step {
		return false
	}
	return len(q.Kinds) == 0 || q.kind(d.Kind) || d.Kind == Model && (q.kind(Column) || q.kind(Value))
}

func (q Query) kind(k Kind) bool { return len(q.Kinds) == 0 || slices.Contains(q.Kinds, k) }

// stored are the kinds, as the index of words has them, in which the wanted kinds of hit are found; none when that is all of them.
func (q Query) stored() []string {
	if len(q.Kinds) == 0 && !q.Finished {
		return nil
	}
	var out []string
	for _, k := range []Kind{Term, Metric, Model} {
		if d := (&Document{Kind: k}); q.wants(d) {
			out = append(out, d.stored())
		}
	}
	if q.wants(&Document{Kind: Model, Step: true}) {
		out = append(out, (&Document{Kind: Model, Step: true}).stored())
	}
	return out
}

func (x *Index) byWords(ctx context.Context, st *state, q Query, words []asked) ([]int, error) {
	a := ask{words: clauses(words), kinds: q.stored(), n: candidates + len(q.Without), total: st.total, docs: len(st.docs), only: q.Only}
	found, err := x.storage.words.search(ctx, a)
	if err != nil {
		return nil, err
	}
	var out []int
	for _, r := range found {
		// A document that the index has but the state has not is one of a Sync under way.
		if i, ok := st.place[r.ref]; ok && q.wants(st.docs[i]) {
			out = append(out, i)
		}
	}
	return out, nil
}

func (x *Index) byVectors(ctx context.Context, st *state, q Query) []near {
	v := x.queryVector(ctx, q.Words)
	if v == nil {
		return nil
	}
	return nearest(st.rows, v, candidates, leastCosine, func(i int) bool { return q.wants(st.docs[i]) })
}

// plain leaves out what is not the word itself.
func plain(words []asked) []asked {
	out := slices.Clone(words)
	for i := range out {
		out[i].ways = slices.DeleteFunc(slices.Clone(out[i].ways), func(w way) bool { return w.how != "" })
	}
	return out
}
