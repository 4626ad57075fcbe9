package glossary

import (
	"fmt"
	"slices"
	"strings"
)

// sharedSynonyms reports two terms that claim the same words and do not say that they know of each other.
func sharedSynonyms(g *Glossary) Problems {
	var ps Problems
	claimed := map[string][]Term{}
	for _, t := range g.Terms {
		var mine []string
		for _, w := range t.Words() {
			key := strings.Join(Split(w), " ")
			if slices.Contains(mine, key) {
				continue
			}
			mine = append(mine, key)
			for _, other := range claimed[key] {
				if !slices.Contains(t.NotToConfuseWith, other.ID) && !slices.Contains(other.NotToConfuseWith, t.ID) {
					ps = append(ps, Problem{Path: t.Path, Line: t.Line, Term: t.ID, Message: fmt.Sprintf(
						"%q also names the term %s (%s:%d); if that is meant, say so with not_to_confuse_with", key, other.ID, other.Path, other.Line)})
				}
			}
			claimed[key] = append(claimed[key], t)
		}
	}
	return ps
}

// sharedDefaults reports words for which two terms want to be the default, and defaults for words that are none of the term's.
func sharedDefaults(g *Glossary) Problems {
	var ps Problems
	taken := map[string]Term{}
	for _, t := range g.Terms {
		for _, w := range t.DefaultFor {
			key := strings.Join(Split(w), " ")
			own := slices.ContainsFunc(t.Words(), func(x string) bool { return strings.Join(Split(x), " ") == key })
			other, twice := taken[key]
			problem := ""
			switch {
			case !own:
				problem = fmt.Sprintf("default_for names %q, which is neither the term's name nor one of its synonyms", w)
			case twice:
				problem = fmt.Sprintf("%q has the default %s already (%s:%d)", w, other.ID, other.Path, other.Line)
			default:
				taken[key] = t
				continue
			}
			ps = append(ps, Problem{Path: t.Path, Line: t.Line, Term: t.ID, Message: problem, Minor: true})
		}
	}
	return ps
}

// DefaultFor is the term that is usually meant by words that several terms share.
func (g *Glossary) DefaultFor(words string) (Term, bool) {
	key := strings.Join(Split(words), " ")
	for _, t := range g.Terms {
		if slices.ContainsFunc(t.DefaultFor, func(w string) bool { return strings.Join(Split(w), " ") == key }) {
			return t, true
		}
	}
	return Term{}, false
}
