package grammar

import (
	"slices"

	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
)

// maxPurpose is how many words may stand between "for" and the occasion: "for the north lab planning meeting".
const maxPurpose = 4

// purposes marks the words that say what a table is for: "For the lab meeting: …", "… for the board deck". They end in a word for
// an occasion and stand at the beginning or the end of a turn. None of them may mean anything in the project, nor be a time or a
// number: "for the enterprise review" may be a filter and stays to be asked about.
func (l *Linked) purposes(k *knowledge.Knowledge, said []bool) {
	for _, m := range l.Matches {
		if m.Category != lexicon.Purpose {
			continue
		}
		for _, o := range l.Matches {
			inside := o.Category == lexicon.Occasion && o.From >= m.To && o.From-m.To <= maxPurpose
			if !inside || !l.nothingMeant(m.To, o, k) || !l.opens(m.From, o.To) && !l.closes(o.To) {
				continue
			}
			for i := m.From; i < o.To; i++ {
				said[i], l.Known[i], l.Harmless[i] = true, true, true
			}
		}
	}
}

// nothingMeant reports whether the words before an occasion only say which one it is.
func (l *Linked) nothingMeant(from int, occasion lexicon.Match, k *knowledge.Knowledge) bool {
	for i := from; i < occasion.To; i++ {
		if l.Tokens[i].Kind != token.Word {
			return false
		}
		for to := i + 1; to <= occasion.To; to++ {
			if exact, _ := k.Lookup(l.Tokens[i:to]); len(exact) > 0 {
				return false
			}
		}
	}
	fine := []lexicon.Category{lexicon.Harmless, lexicon.Occasion, lexicon.Purpose, lexicon.Glue, lexicon.Chatter, lexicon.Days, lexicon.Today, lexicon.Greeting}
	return !slices.ContainsFunc(l.Matches, func(m lexicon.Match) bool {
		return m.From >= from && m.To <= occasion.From && !slices.Contains(fine, m.Category)
	})
}

// opens reports whether a purpose stands at the beginning of its turn, set off from what is asked for.
func (l *Linked) opens(from, to int) bool {
	for i := from - 1; i >= 0 && l.Tokens[i].Text != "¶"; i-- {
		if !l.polite(i) && l.Tokens[i].Text != "," {
			return false
		}
	}
	return to < len(l.Tokens) && (l.Tokens[to].Text == "," || l.polite(to))
}

// closes reports whether a purpose stands at the end of its turn.
func (l *Linked) closes(to int) bool {
	for i := to; i < len(l.Tokens) && l.Tokens[i].Text != "¶"; i++ {
		if !l.polite(i) && l.Tokens[i].Text != "," {
			return false
		}
	}
	return true
}

// polite reports whether a token belongs to a harmless phrase.
func (l *Linked) polite(i int) bool {
	return slices.ContainsFunc(l.Matches, func(m lexicon.Match) bool {
		return (m.Category == lexicon.Harmless || m.Category == lexicon.Greeting) && m.From <= i && i < m.To
	})
}
