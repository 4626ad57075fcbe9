package grammar

import (
	"slices"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
)

// maxApart is how many words either piece of a name said in two pieces may have.
const maxApart = 3

// addApart finds names whose words are said in another order or with a verb between them: "name of the hub" is the hub name, "parcels
// were waiting" are parcels waiting.
func (l *Linked) addApart(k *knowledge.Knowledge) {
	for _, m := range l.Matches {
		switch {
		case m.Category == lexicon.Along:
			l.addEach(m)
		case m.Category == lexicon.Versus:
			l.addBeside(m, k)
		case m.Category == lexicon.About && l.Tokens[m.From].Light == "of" && m.To == m.From+1:
			l.addTurned(m.From, k)
		case m.Category == lexicon.Verb && m.Value == "is" && m.To == m.From+1 && l.Tokens[m.From].Kind == token.Word:
			l.addInterrupted(m.From, k)
		}
	}
	l.addLed(k)
}

// addEach: "over the months" is one row for each month; "over the month" may be within it.
func (l *Linked) addEach(along lexicon.Match) {
	for _, m := range l.Matches {
		if m.Category == lexicon.Grain && m.From == along.To && m.To == m.From+1 && l.Tokens[m.From].Norm != l.Tokens[m.From].Light {
			l.Terminals = append(l.Terminals, chart.Item{Category: "adverb", From: along.From, To: m.To, Key: m.Value, Meaning: word(m.Value)})
		}
	}
}

// addLed: "end station name" is the name of the station that end_station_id leads to. Which way leads there is seen later, from
// the words.
func (l *Linked) addLed(k *knowledge.Knowledge) {
	dims := slices.DeleteFunc(slices.Clone(l.Terminals), func(it chart.Item) bool { return it.Category != chart.Category(knowledge.Dim) })
	for _, key := range dims {
		if !slices.ContainsFunc(key.Meaning.(*Slot).Cands, k.LeadsElsewhere) {
			continue
		}
		for _, of := range dims {
			if key.From < of.From && of.From < key.To && key.To < of.To {
				l.addCandidates(key.From, of.To, ofKinds(of.Meaning.(*Slot).Cands, knowledge.Dim))
			}
		}
	}
}

// addTurned: "name of the hub", "area of our hubs". A word such as "number" or "share" says something of its own before "of".
func (l *Linked) addTurned(of int, k *knowledge.Knowledge) {
	right := of + 1
	for right < len(l.Tokens) && l.Harmless[right] && l.Tokens[right].Kind == token.Word && right-of <= 2 {
		right++ // an article
	}
	for from := of - 1; from >= 0 && of-from <= maxApart && !l.wordedBefore(from, of) && l.Tokens[from].Kind == token.Word; from-- {
		for to := right + 1; to <= len(l.Tokens) && to-right <= maxApart; to++ {
			exact, _ := k.Lookup(slices.Concat(l.Tokens[right:to], l.Tokens[from:of]))
			l.addCandidates(from, to, ofKinds(exact, knowledge.Dim, knowledge.Time))
			l.addLedTurned(from, of, right, to, k)
		}
	}
}

// wordedBefore reports whether a token means something by itself in a phrase that ends before "of": "number", not "size of".
func (l *Linked) wordedBefore(i, of int) bool {
	return l.Worded[i] && slices.ContainsFunc(l.Terminals, func(it chart.Item) bool {
		_, worded := it.Meaning.(word)
		return worded && it.From <= i && i < it.To && it.To <= of
	})
}

// addLedTurned: "name of the end station".
func (l *Linked) addLedTurned(from, of, right, to int, k *knowledge.Knowledge) {
	keys, _ := k.Lookup(l.Tokens[right:to])
	if to-right < 2 || !slices.ContainsFunc(keys, k.LeadsElsewhere) {
		return
	}
	exact, _ := k.Lookup(slices.Concat(l.Tokens[right+1:to], l.Tokens[from:of]))
	l.addCandidates(from, to, ofKinds(exact, knowledge.Dim))
}

// addInterrupted: "how many parcels were waiting".
func (l *Linked) addInterrupted(verb int, k *knowledge.Knowledge) {
	for from := verb - 1; from >= 0 && verb-from <= maxApart && l.Tokens[from].Kind == token.Word; from-- {
		for to := verb + 2; to <= len(l.Tokens) && to-verb-1 <= maxApart; to++ {
			exact, _ := k.Lookup(slices.Concat(l.Tokens[from:verb], l.Tokens[verb+1:to]))
			l.addCandidates(from, to, ofKinds(exact, knowledge.Metric))
		}
	}
}

// ofKinds keeps the candidates of some kinds that bear the whole name.
func ofKinds(cands []knowledge.Candidate, kinds ...knowledge.Kind) []knowledge.Candidate {
	return slices.DeleteFunc(slices.Clone(cands), func(c knowledge.Candidate) bool { return c.Partial || !slices.Contains(kinds, c.Kind) })
}
