package eval

import (
	"fmt"
	"strings"

	"firstmile/glossary"
)

// Names finds models by their names and those of their columns, and by nothing else: no glossary, no descriptions,
// no data. It is the baseline for finding the right model.
type Names struct{ index *glossary.Index }

// NewNames indexes models by name, each with its columns.
func NewNames(models map[string][]string) (*Names, error) {
	var docs []glossary.Document
	for model, columns := range models {
		docs = append(docs, glossary.Document{Ref: "model:" + model, Kind: glossary.ModelDocument, Name: model})
		for _, c := range columns {
			docs = append(docs, glossary.Document{Ref: "column:" + model + "." + c, Kind: glossary.ColumnDocument, Name: c})
		}
	}
	index, err := glossary.NewIndex(docs)
	if err != nil {
		return nil, fmt.Errorf("indexing names: %w", err)
	}
	return &Names{index: index}, nil
}

// Find returns the model that a request's words look most like, empty when they look like none.
func (n *Names) Find(request string) (string, error) {
	hits, err := n.index.Search(request, 1)
	if err != nil || len(hits) == 0 {
		return "", err
	}
	_, name, _ := strings.Cut(hits[0].Ref, ":")
	model, _, _ := strings.Cut(name, ".")
	return model, nil
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
