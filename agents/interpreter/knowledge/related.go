package knowledge

import (
	"context"
	"slices"
	"strings"

	"firstmile/glossary"
	"firstmile/glossary/search"
)

// Finder finds documents by words.
type Finder interface {
	Find(ctx context.Context, q search.Query) ([]search.Hit, error)
}

// FindWith sets what finds the documents of Documents; without it nothing comes near. It is for whoever built the
// knowledge, before anyone else reads it.
func (k *Knowledge) FindWith(f Finder) { k.finder = f }

// offered are the kinds of hit that a person can be offered.
var offered = []search.Kind{search.Term, search.Metric, search.Column, search.Value}

// Related finds what has to do with words, by name or by definition, the best first. Unlike Near it is not for people to
// choose from as it is: the words may occur only in a definition.
func (k *Knowledge) Related(words string, n int) []search.Hit {
	if k.finder == nil {
		return nil
	}
	// Not the request's context: a search takes milliseconds and has a limit of its own.
	hits, err := k.finder.Find(context.Background(), search.Query{Words: words, N: n, Kinds: offered, Finished: true})
	if err != nil {
		return nil // a suggestion is a courtesy: without it the word is still declined
	}
	return hits
}

// Near finds what comes nearest to words that nothing explains, by name, the best first, and of each name the best.
func (k *Knowledge) Near(words string, n int) []search.Hit {
	var out []search.Hit
	var seen []string
	for _, h := range k.Related(words, n*3) {
		name := strings.Join(glossary.Split(h.Name), " ")
		if h.Why.Named() && !slices.Contains(seen, name) {
			seen, out = append(seen, name), append(out, h)
		}
	}
	return out[:min(n, len(out))]
}
