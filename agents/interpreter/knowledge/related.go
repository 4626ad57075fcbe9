package knowledge

import "firstmile/glossary"

// Related finds what has to do with words, by name or by definition, the best first. Unlike Near it is not for people to
// choose from as it is: the words may occur only in a definition.
func (k *Knowledge) Related(words string, n int) []glossary.Hit {
	hits, err := k.index.Search(words, n, glossary.TermDocument, glossary.MetricDocument, glossary.ColumnDocument, glossary.ValueDocument)
	if err != nil {
		return nil // as with Near: without it the words are still declined
	}
	return hits
}
