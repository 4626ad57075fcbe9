package eval

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"firstmile/glossary/search"
)

// Names finds models by their names and those of their columns, and by nothing else: no glossary, no descriptions,
// no data. It is the baseline for finding the right model.
type Names struct{ index *search.Index }

// NewNames indexes models by name, each with its columns.
func NewNames(models map[string][]string) (*Names, error) {
	var docs []search.Document
	for model, columns := range models {
		d := search.Document{Ref: "model:" + model, Kind: search.Model, Name: model}
		for _, c := range columns {
			d.Columns = append(d.Columns, search.Field{Name: c})
		}
		docs = append(docs, d)
	}
	index, err := search.Open(search.Options{})
	if err != nil {
		return nil, fmt.Errorf("indexing names: %w", err)
	}
	if _, err := index.Sync(context.Background(), docs); err != nil {
		return nil, errors.Join(fmt.Errorf("indexing names: %w", err), index.Close())
	}
	return &Names{index: index}, nil
}

// Find returns the model that a request's words look most like, empty when they look like none.
func (n *Names) Find(ctx context.Context, request string) (string, error) {
	hits, err := n.index.Find(ctx, search.Query{Words: request, N: 1, Only: &search.Baseline{Columns: true}})
	if err != nil || len(hits) == 0 {
		return "", err
	}
	return hits[0].Name, nil
}

// Close frees the index.
func (n *Names) Close() error { return n.index.Close() }

// foundByName reports whether the model found is one that the case names; nil when it names none.
func foundByName(c Case, model string) *bool {
	if !c.Expect.namesSource() {
		return nil
	}
	found := model != "" && (strings.EqualFold(c.Expect.Model, model) || contains(c.Expect.Uses, model))
	return &found
}
