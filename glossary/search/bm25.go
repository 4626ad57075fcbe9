package search

import (
	"context"
	"fmt"

	"github.com/blevesearch/bleve/v2"
	bleveSearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// clause is a stem to look up.
type clause struct {
	stem   string
	weight float64
}

// ask is a query for bleve: for each word of the request the ways to find it, and in which kinds of document.
type ask struct {
	words [][]clause
	kinds []string // as stored; none: all
	n     int
	total [fields]uint64 // words of all documents
	docs  int
	only  *Baseline
}

// looksIn reports whether a field is part of the search.
func (a ask) looksIn(f field) bool {
	return a.only == nil || f == nameField || a.only.Columns && f == columnField
}

// ranked is a document in a ranking.
type ranked struct {
	ref   string
	score float64
}

// search ranks documents by BM25 (k1 = 1.2, b = 0.75).
//
// bleve takes the number of different words for the number of all words when it works out the average length of a field
// (v2.6.3, search_term.go), which also changes with its segments, so that the same documents could be ranked in different
// ways. It lets the caller say the figures, and we do.
func (l *lexical) search(ctx context.Context, a ask) ([]ranked, error) {
	reader, err := l.reader()
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }()
	q, err := a.query(ctx, reader)
	if err != nil || q == nil {
		return nil, err
	}
	stats := &bleveSearch.BM25Stats{DocCount: float64(a.docs), FieldCardinality: map[string]int{kindField: a.docs}}
	for f := range fields {
		stats.FieldCardinality[f.String()] = int(a.total[f])
	}
	req := bleve.NewSearchRequestOptions(q, a.n, 0, false)
	req.SortBy([]string{"-_score", "_id"})
	res, err := l.index.SearchInContext(context.WithValue(ctx, bleveSearch.BM25StatsKey, stats), req)
	if err != nil {
		return nil, fmt.Errorf("looking words up: %w", err)
	}
	out := make([]ranked, len(res.Hits))
	for i, h := range res.Hits {
		out[i] = ranked{h.ID, h.Score}
	}
	return out, nil
}

// query is nil when no document has one of the words. A word that many documents have is left out where a rarer one is: it
// costs most of the time and says least.
func (a ask) query(ctx context.Context, reader index.IndexReader) (query.Query, error) {
	counts := make([][]([fields]uint64), len(a.words))
	rare := false
	for i, ways := range a.words {
		counts[i] = make([][fields]uint64, len(ways))
		for j, c := range ways {
			for f := range fields {
				n, err := count(ctx, reader, f, c.stem)
				if err != nil {
					return nil, err
				}
				counts[i][j][f] = n
				rare = rare || n > 0 && !a.common(n)
			}
		}
	}
	var words []query.Query
	for i, ways := range a.words {
		var places []query.Query
		for j, c := range ways {
			for f := range fields {
				n := counts[i][j][f]
				if n == 0 || !a.looksIn(f) || rare && f != nameField && a.common(n) {
					continue
				}
				t := query.NewTermQuery(c.stem)
				t.SetField(f.String())
				t.SetBoost(boosts[f] * c.weight)
				places = append(places, t)
			}
		}
		if len(places) > 0 {
			words = append(words, bleve.NewDisjunctionQuery(places...))
		}
	}
	if len(words) == 0 {
		return nil, nil
	}
	return a.restrict(bleve.NewDisjunctionQuery(words...)), nil
}

// A word is common when a sixth of the documents have it in one field, once there are more than a few hundred.
func (a ask) common(n uint64) bool { return a.docs > 500 && n > uint64(a.docs/6) }

func (a ask) restrict(q query.Query) query.Query {
	if len(a.kinds) == 0 {
		return q
	}
	var any []query.Query
	for _, k := range a.kinds {
		t := query.NewTermQuery(k)
		t.SetField(kindField)
		t.SetBoost(0)
		any = append(any, t)
	}
	return bleve.NewConjunctionQuery(q, bleve.NewDisjunctionQuery(any...))
}

func (l *lexical) reader() (index.IndexReader, error) {
	advanced, err := l.index.Advanced()
	if err != nil {
		return nil, fmt.Errorf("opening the index of words: %w", err)
	}
	r, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("reading the index of words: %w", err)
	}
	return r, nil
}

// count is how many documents have the stem in the field.
func count(ctx context.Context, reader index.IndexReader, f field, stem string) (uint64, error) {
	postings, err := reader.TermFieldReader(ctx, []byte(stem), f.String(), false, false, false)
	if err != nil {
		return 0, fmt.Errorf("looking %q up: %w", stem, err)
	}
	n := postings.Count()
	return n, postings.Close()
}
