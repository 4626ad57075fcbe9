package recall

import (
	"context"
	"errors"
	"fmt"

	"firstmile/glossary/search"
)

// Ways of searching that are compared.
const (
	Names   = "names"         // BM25 over the names of models
	Columns = "names+columns" // and of columns
	Hybrid  = "hybrid"        // what the product does
)

// Ways in the order in which they are shown.
var Ways = []string{Names, Columns, Hybrid}

// Tasks.
const (
	Itself  = "itself"
	Parents = "parents"
)

// Tasks in the order in which they are shown.
var Tasks = []string{Itself, Parents}

// Figure is the recall of one way of searching at one task. Figures add up.
type Figure struct {
	Queries   int
	At5, At10 float64 // sums over the queries; divide by Queries
}

// Add adds another figure's queries.
func (f *Figure) Add(o Figure) {
	f.Queries += o.Queries
	f.At5 += o.At5
	f.At10 += o.At10
}

// Key names a figure.
type Key struct{ Task, Way string }

// Figures of one project, or of several.
type Figures map[Key]Figure

// Add adds another project's figures.
func (f Figures) Add(o Figures) {
	for k, v := range o {
		sum := f[k]
		sum.Add(v)
		f[k] = sum
	}
}

// Measure asks every query that the documents of a project give rise to. embedder may be nil: the built-in one.
func Measure(ctx context.Context, docs []search.Document, embedder search.Embedder) (Figures, error) {
	out := Figures{}
	cases := Cases(docs)
	for _, task := range Tasks {
		indexed := docs
		if task == Itself {
			indexed = undescribed(docs)
		}
		if err := out.measure(ctx, task, indexed, cases, embedder); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f Figures) measure(ctx context.Context, task string, docs []search.Document, cases []Case, embedder search.Embedder) (err error) {
	x, err := search.Open(search.Options{Embedder: embedder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	if _, err := x.Sync(ctx, docs); err != nil {
		return fmt.Errorf("indexing: %w", err)
	}
	for _, c := range cases {
		right := c.Self
		q := search.Query{Words: c.Words, N: 10, Kinds: []search.Kind{search.Model}}
		if task == Parents {
			right, q.Without = c.Parents, c.Self
		}
		if len(right) == 0 {
			continue
		}
		for way, only := range map[string]*search.Baseline{Names: {}, Columns: {Columns: true}, Hybrid: nil} {
			q.Only = only
			hits, err := x.Find(ctx, q)
			if err != nil {
				return fmt.Errorf("looking for %q: %w", c.Words, err)
			}
			sum := f[Key{task, way}]
			sum.Add(Figure{1, at(task, hits, right, 5), at(task, hits, right, 10)})
			f[Key{task, way}] = sum
		}
	}
	return nil
}

// at is recall among the first k hits. A model that shares its description with others is found when one of them is.
func at(task string, hits []search.Hit, right []string, k int) float64 {
	found := 0
	for _, h := range hits[:min(k, len(hits))] {
		for _, r := range right {
			if h.Ref == r {
				found++
			}
		}
	}
	if task == Itself {
		return float64(min(found, 1))
	}
	return float64(found) / float64(min(k, len(right)))
}
