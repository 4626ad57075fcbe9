package glossary

import (
	"fmt"
	"sort"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
)

// DocumentKind is what a document stands for.
type DocumentKind string

// Kinds of document.
const (
	TermDocument   DocumentKind = "term"
	MetricDocument DocumentKind = "metric"
	ModelDocument  DocumentKind = "model"
	ColumnDocument DocumentKind = "column"
	ValueDocument  DocumentKind = "value"
)

// Document is something that can be found by words.
type Document struct {
	// Ref is unique: "term:churn_rate", "model:fct_orders", "column:fct_orders.status", "value:fct_orders.status=paid".
	Ref     string
	Kind    DocumentKind
	Name    string   // as it is called
	Aliases []string // other names
	Text    string   // description
}

// Hit is a document that fits a query. Why says which words were found where: `name: churn; text: customers`.
type Hit struct {
	Document
	Score float64
	Why   string
}

// Index finds documents by words: BM25 over names, aliases and descriptions, words reduced to their stems, identifiers cut
// into words, and one typing error per longer word forgiven. It is kept in memory and safe for use by several goroutines.
type Index struct {
	index bleve.Index
	docs  map[string]Document
}

// Fields of a document in the index, with their weight in a query.
const (
	fieldName    = "name"
	fieldAliases = "aliases"
	fieldText    = "text"
	fieldKind    = "kind"
)

// NewIndex builds an index of the documents.
func NewIndex(docs []Document) (*Index, error) {
	index, err := bleve.NewMemOnly(indexMapping())
	if err != nil {
		return nil, fmt.Errorf("making an index: %w", err)
	}
	x := &Index{index: index, docs: make(map[string]Document, len(docs))}
	batch := index.NewBatch()
	for _, d := range docs {
		x.docs[d.Ref] = d
		fields := map[string]any{
			fieldName:    words(d.Name),
			fieldAliases: words(strings.Join(d.Aliases, " ")),
			fieldText:    words(d.Text),
			fieldKind:    string(d.Kind),
		}
		if err := batch.Index(d.Ref, fields); err != nil {
			return nil, fmt.Errorf("indexing %s: %w", d.Ref, err)
		}
	}
	if err := index.Batch(batch); err != nil {
		return nil, fmt.Errorf("indexing %d documents: %w", len(docs), err)
	}
	return x, nil
}

// Close frees the index.
func (x *Index) Close() error { return x.index.Close() }

func indexMapping() mapping.IndexMapping {
	text := bleve.NewTextFieldMapping()
	text.Analyzer = en.AnalyzerName
	text.Store = false
	keyword := bleve.NewKeywordFieldMapping()
	keyword.Store = false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt(fieldName, text)
	doc.AddFieldMappingsAt(fieldAliases, text)
	doc.AddFieldMappingsAt(fieldText, text)
	doc.AddFieldMappingsAt(fieldKind, keyword)
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	m.DefaultAnalyzer = en.AnalyzerName
	m.ScoringModel = "bm25"
	return m
}

// words cuts identifiers, so that mrr_amount is found by "amount".
func words(s string) string { return strings.Join(Split(s), " ") }

// Search returns the n best documents of the given kinds (none given: all), the best first.
func (x *Index) Search(text string, n int, kinds ...DocumentKind) ([]Hit, error) {
	q := words(text)
	if q == "" || n <= 0 {
		return nil, nil
	}
	req := bleve.NewSearchRequestOptions(restrict(wordQuery(q), kinds), n, 0, false)
	req.IncludeLocations = true
	req.SortBy([]string{"-_score", "_id"})
	res, err := x.index.Search(req)
	if err != nil {
		return nil, fmt.Errorf("searching the index: %w", err)
	}
	hits := make([]Hit, 0, len(res.Hits))
	for _, h := range res.Hits {
		hits = append(hits, Hit{Document: x.docs[h.ID], Score: h.Score, Why: why(h)})
	}
	return hits, nil
}

func wordQuery(q string) query.Query {
	var parts []query.Query
	for field, boost := range map[string]float64{fieldName: 3, fieldAliases: 2.5, fieldText: 1} {
		exact := bleve.NewMatchQuery(q)
		exact.SetField(field)
		exact.SetBoost(boost)
		parts = append(parts, exact)
		if field == fieldText {
			continue
		}
		for _, w := range strings.Fields(q) {
			if len(w) < 5 {
				continue
			}
			fuzzy := bleve.NewMatchQuery(w)
			fuzzy.SetField(field)
			fuzzy.SetFuzziness(min(len(w)/4, 2)) // one error from 5 letters on, two from 8
			fuzzy.SetPrefix(1)
			fuzzy.SetBoost(boost / 3)
			parts = append(parts, fuzzy)
		}
	}
	return bleve.NewDisjunctionQuery(parts...)
}

func restrict(q query.Query, kinds []DocumentKind) query.Query {
	if len(kinds) == 0 {
		return q
	}
	var any []query.Query
	for _, k := range kinds {
		t := bleve.NewTermQuery(string(k))
		t.SetField(fieldKind)
		t.SetBoost(0)
		any = append(any, t)
	}
	return bleve.NewConjunctionQuery(q, bleve.NewDisjunctionQuery(any...))
}

func why(h *search.DocumentMatch) string {
	var parts []string
	for _, field := range []string{fieldName, fieldAliases, fieldText} {
		var found []string
		for term := range h.Locations[field] {
			found = append(found, term)
		}
		if len(found) > 0 {
			sort.Strings(found)
			parts = append(parts, field+": "+strings.Join(found, ", "))
		}
	}
	return strings.Join(parts, "; ")
}
