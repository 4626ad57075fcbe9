package search

import (
	"cmp"
	"slices"
	"sync"

	"firstmile/glossary"
)

// vocabulary is the stems that documents have, by length, for finding the ones that a mistyped word is meant to be. It is
// listed when first needed.
type vocabulary struct {
	once  sync.Once
	words *lexical
	by    map[shape][]string
	err   error
}

// shape is what a word and what it is mistyped for have in common: the first letter, and nearly the length.
type shape struct {
	first byte
	size  int
}

func newVocabulary(l *lexical) *vocabulary { return &vocabulary{words: l} }

func (v *vocabulary) load() error {
	v.once.Do(func() {
		var list []string
		if list, v.err = v.words.vocabulary(); v.err != nil {
			return
		}
		v.by = map[shape][]string{}
		for _, w := range list {
			s := shape{w[0], len(w)}
			v.by[s] = append(v.by[s], w)
		}
	})
	return v.err
}

// minTypo is the length from which on a word may be mistyped: shorter ones are one letter away from too many others.
const minTypo = 4

// typos is how many errors a word of a length in bytes may have.
func typos(size int) int {
	switch {
	case size < minTypo:
		return 0
	case size < 8:
		return 1
	}
	return 2
}

// nearest lists the known stems that fit the stem of a word that is not known best: as few errors as possible, the same first
// letter. The word's own length says how many errors it may have: a wrong letter can change where it is cut.
func (v *vocabulary) nearest(w word) ([]string, error) {
	stem, most := w.stem, typos(len(w.text))
	if most == 0 {
		return nil, nil
	}
	if err := v.load(); err != nil {
		return nil, err
	}
	type candidate struct {
		word   string
		errors int
	}
	var found []candidate
	for size := max(minTypo-1, len(stem)-most); size <= len(stem)+most; size++ {
		for _, known := range v.by[shape{stem[0], size}] {
			if d := glossary.Distance(stem, known); d <= most && d > 0 {
				found = append(found, candidate{known, d})
			}
		}
	}
	slices.SortFunc(found, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.errors, b.errors), cmp.Compare(a.word, b.word)) })
	var out []string
	for _, c := range found {
		if c.errors == found[0].errors {
			out = append(out, c.word)
		}
	}
	return out, nil
}
