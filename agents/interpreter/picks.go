package interpreter

import (
	"fmt"
	"slices"

	"firstmile/agents/interpreter/compose"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
)

// maxPicks bounds the combinations of candidates that are composed for one structure.
const maxPicks = 64

// picks lists the combinations of candidates for the slots where the choice makes another reading. Columns and values that
// several relations share are not among them: which one is meant follows from the measure.
func (s *session) picks(structure grammar.Structure) []compose.Pick {
	out := []compose.Pick{{}}
	for _, slot := range structure.Slots() {
		cands := s.finest(rivals(slot))
		if len(cands) == 1 && len(slot.Cands) > 1 {
			for _, p := range out {
				p[slot] = cands[0]
			}
		}
		if len(cands) < 2 || len(out)*len(cands) > maxPicks {
			continue
		}
		var next []compose.Pick
		for _, p := range out {
			for _, c := range cands {
				if s.otherwise(p, slot, c) {
					continue
				}
				q := compose.Pick{slot: c}
				for k, v := range p {
					q[k] = v
				}
				next = append(next, q)
			}
		}
		out = next
	}
	return out
}

// finest drops columns of models that are made from the relation of another candidate with a column of the same name: a weekly
// table of amounts is no rival of the amounts themselves.
func (s *session) finest(cands []knowledge.Candidate) []knowledge.Candidate {
	var out []knowledge.Candidate
	source := map[int]string{}
	for _, c := range cands {
		made := slices.IndexFunc(cands, func(o knowledge.Candidate) bool {
			return c.Kind == knowledge.Number && o.Column.Column == c.Column.Column && s.k.MadeFrom(c.Relation, o.Relation)
		})
		if made < 0 {
			out = append(out, c)
			continue
		}
		source[made] = c.Column.String()
	}
	for n, column := range source {
		for i := range out {
			if out[i].Key == cands[n].Key && out[i].Note == "" {
				out[i].Note = fmt.Sprintf("I read the amounts from %s, which %s is made from.", cands[n].Column, column)
			}
		}
	}
	return out
}

// otherwise reports whether the same words are understood as something else already.
func (s *session) otherwise(p compose.Pick, slot *grammar.Slot, c knowledge.Candidate) bool {
	words := s.words(grammar.Span{From: slot.From, To: slot.To})
	for old, chosen := range p {
		if old.Kind == slot.Kind && chosen.Key != c.Key && s.words(grammar.Span{From: old.From, To: old.To}) == words {
			return true
		}
	}
	return false
}

// rivals are the candidates of a slot that may be meant, by order of the glossary or the project.
func rivals(slot *grammar.Slot) []knowledge.Candidate {
	best := slot.MinCost()
	var out []knowledge.Candidate
	for _, c := range slot.Cands {
		near := c.Cost <= best+margin
		switch slot.Kind {
		case knowledge.Dim, knowledge.Pop:
			near = near && c.Term != ""
		case knowledge.Value, knowledge.Time:
			near = false
		}
		if near {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b knowledge.Candidate) int {
		switch {
		case a.Cost < b.Cost:
			return -1
		case a.Cost > b.Cost:
			return 1
		}
		return 0
	})
	return out
}
