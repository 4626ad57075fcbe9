package knowledge

import (
	"slices"

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
		if same := k.words.Words(w); len(same) == 1 && (same[0].Stem == t.Stem || k.lexicon.Participle(t) && !k.lexicon.Participle(same[0])) {
			return // another form of the word, or a verb for a noun: "changed" is no "change", "driven" no "driver"
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

// Beside finds the one word that a short word must be a typing error of because only then it makes a name together with the
// word before or after it: "tpye" in "insurer tpye". Alone, short words are too near to others.
func (k *Knowledge) Beside(t, before, after token.Token) string {
	if len([]rune(t.Light)) != shortWord || t.Kind != token.Word || k.vocab[t.Light] {
		return ""
	}
	found := ""
	for w := range k.vocab {
		if w[0] != t.Light[0] || glossary.Distance(t.Light, w) != 1 {
			continue
		}
		_, first := k.light[before.Light+" "+w]
		_, last := k.light[w+" "+after.Light]
		if first || last {
			if found != "" {
				return ""
			}
			found = w
		}
	}
	return found
}

// shortWord is the length of words that are corrected only as a part of a name.
const shortWord = 4

// Alike lists the known words that a word is one typing error away from, to be offered.
func (k *Knowledge) Alike(t token.Token) []string {
	var out []string
	if t.Kind != token.Word || len([]rune(t.Light)) < shortWord {
		return nil
	}
	add := func(w string) {
		if len(w) >= shortWord && glossary.Distance(t.Light, w) == 1 && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	for w := range k.vocab {
		add(w)
	}
	for _, w := range k.lexicon.Words() {
		add(w)
	}
	slices.Sort(out)
	return out[:min(len(out), maxAlike)]
}

// maxAlike is how many words are offered for a misspelt one.
const maxAlike = 3
