package knowledge

import (
	"slices"
	"strings"

	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
)

// Correction finds the one known word that a word nobody knows is a typing error of. all lists every near word when there
// is more than one.
func (k *Knowledge) Correction(t token.Token) (word string, all []string) {
	budget := 0
	switch n := len([]rune(t.Light)); {
	case n >= 9:
		budget = 2
	case n >= 5:
		budget = 1
	}
	if budget == 0 || t.Kind != token.Word || k.vocab[t.Light] {
		return "", nil
	}
	best := budget + 1
	consider := func(w string) {
		if len(w) < 4 || w[0] != t.Light[0] {
			return
		}
		if diff := len(w) - len(t.Light); diff > budget || -diff > budget {
			return
		}
		d := glossary.Distance(t.Light, w)
		if d > budget || d > best || slices.Contains(all, w) {
			return
		}
		if same := k.words.Words(w); len(same) == 1 && same[0].Stem == t.Stem {
			return // another form of the word, which may mean something else ("changed" is no "change")
		}
		if d < best {
			best, all = d, nil
		}
		all = append(all, w)
	}
	for w := range k.vocab {
		consider(w)
	}
	for _, w := range k.lexicon.Words() {
		consider(w)
	}
	slices.Sort(all)
	if len(all) == 1 {
		return all[0], all
	}
	return "", all
}

// Near finds what comes nearest to words that nothing explains, the best first.
func (k *Knowledge) Near(words string, n int) []glossary.Hit {
	hits, err := k.index.Search(words, n*3, glossary.TermDocument, glossary.MetricDocument, glossary.ColumnDocument, glossary.ValueDocument)
	if err != nil {
		return nil // a suggestion is a courtesy: without it the word is still declined
	}
	var out []glossary.Hit
	var names []string
	for _, h := range hits {
		name := strings.Join(glossary.Split(h.Name), " ")
		if !slices.Contains(names, name) && !strings.HasPrefix(h.Why, "text") {
			names, out = append(names, name), append(out, h)
		}
	}
	return out[:min(n, len(out))]
}
