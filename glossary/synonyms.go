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
