package grammar

import (
	"strings"
	"unicode"

	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
)

// Prices of reading an everyday word as a value: "in" or "max" for a code, "monthly" for a way of billing.
const (
	costCode = 0.9
	costWord = 0.5
)

// functionWord reports whether a span is a word such as "in" or "it" in small letters: never the code of a country.
func (l *Linked) functionWord(from, to int) bool {
	text := l.Tokens[from].Text
	return to-from == 1 && len(text) <= 3 && text == strings.ToLower(text) && l.Tokens[from].Kind == token.Word && (l.Glue[from] || l.Harmless[from])
}

// valuePrice is the price for a single-word value that is also a word of the lexicon, unless it is written in capitals. Such a
// code in capitals is no preposition any more, so it may not be skipped either.
func (l *Linked) valuePrice(from, to int, c knowledge.Candidate) float64 {
	if c.Kind != knowledge.Value || to-from > 1 || !l.Known[from] || l.fresh(from) {
		return 0
	}
	text := []rune(l.Tokens[from].Text)
	short := len(text) <= 3
	for _, r := range text {
		if unicode.IsLetter(r) && !unicode.IsUpper(r) {
			switch {
			case short:
				return costCode
			case l.Worded[from]:
				return costWord
			}
			return 0
		}
	}
	if short {
		l.Harmless[from], l.Glue[from] = false, false
	}
	return 0
}

// fresh reports whether a word says in the lexicon that things are new, and nothing else.
func (l *Linked) fresh(i int) bool {
	is := false
	for _, m := range l.Matches {
		if m.From <= i && i < m.To {
			if m.Category != lexicon.Fresh {
				return false
			}
			is = true
		}
	}
	return is
}
