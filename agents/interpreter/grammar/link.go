package grammar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
)

// Costs of leaving a token without a role.
const (
	skipHarmless = 0.02
	skipGlue     = 0.25
	skipGrounded = 0.6 // a harmless word that also names something in the project
	skipInside   = 0.9 // "within" before a split
	// skipUnknown is more than any reading can save by it, so words are given up last.
	skipUnknown = 10
)

// bonusWord is what each further word of a glossary term's own phrase is worth: "average order value" is the term, not an
// average of something.
const bonusWord = 0.45

// costStem is the price of a match that needed stemming ("regional" for region).
const costStem = 0.2

// Linked is a request with everything that its spans can mean.
type Linked struct {
	Tokens    []token.Token
	Terminals []chart.Item
	// Known tells for each token whether project, glossary or lexicon have a meaning for it.
	Known []bool
	// Grounded tells for each token whether the project or the glossary has one.
	Grounded []bool
	// Worded tells for each token whether it has a meaning of its own in the lexicon.
	Worded []bool
	// Harmless and Glue tokens may stay without a role.
	Harmless []bool
	Glue     []bool
	Matches  []lexicon.Match
	// Exact tells for each token whether the project or the glossary has the word itself, not only another form of it.
	Exact []bool

	names []Span // full names of columns that have several words
}

// Settled maps the words of an answered question to the key of the candidate that was chosen.
type Settled map[string]string

// Link finds the candidates of every span of tokens.
func Link(tokens []token.Token, k *knowledge.Knowledge, lex *lexicon.Lexicon, settled Settled) Linked {
	n := len(tokens)
	l := Linked{Tokens: tokens, Known: make([]bool, n), Grounded: make([]bool, n), Worded: make([]bool, n), Harmless: make([]bool, n), Glue: make([]bool, n), Exact: make([]bool, n)}
	l.Matches = lex.Find(tokens)
	said := l.greeted() // about the request, and nothing that it asks for
	l.purposes(k, said)
	for _, m := range l.Matches {
		if !insideComparison(m, l.Matches, tokens) && !slices.Contains(said[m.From:m.To], true) {
			l.addLexicon(m)
		}
	}
	for i, t := range tokens {
		l.addLiteral(i, t)
	}
	l.findNames(k)
	for from := range tokens {
		for to := from + 1; to <= n && to-from <= max(k.Longest(), 6); to++ {
			if !slices.Contains(said[from:to], true) {
				l.addSpan(from, to, k, lex, settled)
			}
		}
	}
	l.addParts(k, lex)
	return l
}

// greeted tells for each token whether it only says whom a turn is addressed to: "Hi team" names no plan of that name.
func (l *Linked) greeted() []bool {
	out := make([]bool, len(l.Tokens))
	for _, m := range l.Matches {
		if m.Category != lexicon.Greeting || m.From > 0 && l.Tokens[m.From-1].Text != "¶" {
			continue
		}
		for i := m.From; i < m.To; i++ {
			out[i], l.Known[i], l.Harmless[i] = true, true, true
		}
	}
	return out
}

// insideComparison reports whether a phrase is only a part of a comparison: "at most 5" is no "most" and no "at", "compared to"
// is no "to".
func insideComparison(m lexicon.Match, all []lexicon.Match, tokens []token.Token) bool {
	return slices.ContainsFunc(all, func(c lexicon.Match) bool {
		if c.From > m.From || m.To > c.To || m.To-m.From == c.To-c.From {
			return false
		}
		return c.Category == lexicon.Versus || c.Category == lexicon.Turned || c.Category == lexicon.Cmp && c.To < len(tokens) && tokens[c.To].Kind == token.Number
	})
}

func (l *Linked) addLexicon(m lexicon.Match) {
	switch m.Category {
	case lexicon.Into, lexicon.Adding, lexicon.Own, lexicon.Greeting, lexicon.Purpose, lexicon.Occasion, lexicon.Along:
		return // taken out before, where they mean something
	}
	for i := m.From; i < m.To; i++ {
		l.Known[i] = true
		switch m.Category {
		case lexicon.Harmless, lexicon.Existence:
			l.Harmless[i] = true
		case lexicon.Glue, lexicon.And:
			l.Glue[i] = true
		}
	}
	switch m.Category {
	case lexicon.Harmless, lexicon.Existence, lexicon.Glue, lexicon.Chatter, lexicon.Outside, lexicon.Unsure:
		return
	}
	for i := m.From; i < m.To && m.Category != lexicon.Fresh; i++ {
		l.Worded[i] = true // "new" is as often the name of a value, or a part of a term's
	}
	l.Terminals = append(l.Terminals, chart.Item{Category: chart.Category(m.Category), From: m.From, To: m.To, Key: m.Value, Meaning: word(m.Value)})
}

func (l *Linked) addLiteral(i int, t token.Token) {
	add := func(cat chart.Category, v string) {
		l.Known[i] = true
		l.Terminals = append(l.Terminals, chart.Item{Category: cat, From: i, To: i + 1, Key: v, Meaning: word(v)})
	}
	switch t.Kind {
	case token.Number:
		add("num", t.Norm)
		if y, err := strconv.Atoi(t.Norm); err == nil && y >= 1970 && y <= 2200 && len(t.Text) == 4 {
			add("yearnum", t.Norm)
		}
	case token.Date:
		add("isodate", t.Norm)
	case token.Word:
		if y, ok := fiscalYear(t.Light); ok {
			add("fiscalyear", y)
		}
	case token.Quoted:
		add("literal", t.Text)
	}
}

// fiscalYear reads "fy2025" and "fy25".
func fiscalYear(word string) (string, bool) {
	digits, ok := strings.CutPrefix(word, "fy")
	n, err := strconv.Atoi(digits)
	switch {
	case !ok || err != nil || n < 0:
		return "", false
	case len(digits) == 2:
		return strconv.Itoa(2000 + n), true
	}
	return digits, len(digits) == 4
}

// costPartOfName is the price of reading a part of a column's full name as a value: "delivered" in "delivered at".
const costPartOfName = 0.8

// findNames finds the full names of columns, and the words that are known as they are.
func (l *Linked) findNames(k *knowledge.Knowledge) {
	for from := range l.Tokens {
		for to := from + 1; to <= len(l.Tokens) && to-from <= max(k.Longest(), 1); to++ {
			exact, _ := k.Lookup(l.Tokens[from:to])
			for i := from; i < to && len(exact) > 0; i++ {
				l.Exact[i] = true
			}
			full := func(c knowledge.Candidate) bool {
				return c.Cost == 0 && c.Term == "" && (c.Kind == knowledge.Dim || c.Kind == knowledge.Number || c.Kind == knowledge.Time)
			}
			if to-from > 1 && slices.ContainsFunc(exact, full) {
				l.names = append(l.names, Span{from, to})
			}
		}
	}
}

// addSpan adds one terminal for each kind of thing that the words can mean.
func (l *Linked) addSpan(from, to int, k *knowledge.Knowledge, lex *lexicon.Lexicon, settled Settled) {
	span := l.Tokens[from:to]
	if span[0].Kind == token.Quoted && len(span) == 1 {
		l.addQuoted(from, span[0], k)
		return
	}
	for _, t := range span {
		if t.Kind == token.Symbol || t.Kind == token.Quoted || t.Kind == token.Date {
			return
		}
	}
	exact, stemmed := k.Lookup(span)
	cands := slices.Clone(exact)
	for _, c := range stemmed {
		if condition(c.Kind) && l.calendar(from, to) {
			continue // "months" are not what is billed monthly
		}
		rival := func(e knowledge.Candidate) bool {
			return e.Kind == c.Kind || condition(e.Kind) && condition(c.Kind) || measured(e.Kind) && measured(c.Kind)
		}
		if (c.Kind == knowledge.Entity || c.Kind == knowledge.Number) && participle(span[len(span)-1].Light) {
			continue // "returning buyers" are no returns
		}
		if c.Kind == knowledge.Time && l.within(lexicon.AtEnd, from, to) {
			continue // "at the end of 2025" is not when something ended
		}
		if condition(c.Kind) && strings.HasSuffix(span[len(span)-1].Light, "ing") {
			continue // nor are they buyers with something returned
		}
		if !slices.ContainsFunc(exact, rival) { // the word itself before words of the same stem
			c.Cost += costStem
			cands = append(cands, c)
		}
	}
	for i := range cands {
		if cands[i].Term != "" && i < len(exact) {
			cands[i].Cost -= bonusWord * float64(len(span)-1)
		}
	}
	_, broken := k.BrokenTerm(span)
	if len(cands) == 0 && len(span) <= 2 && !broken {
		cands = l.byNoun(span, k, lex)
	}
	if key, ok := settled[Subject(span)]; ok {
		cands = restrict(cands, k.ByKey(key), key)
	}
	l.addCandidates(from, to, cands)
}

// calendar reports whether a span is a unit of time.
func (l *Linked) calendar(from, to int) bool {
	return slices.ContainsFunc(l.Matches, func(m lexicon.Match) bool { return m.Category == lexicon.Grain && m.From == from && m.To == to })
}

// within reports whether a phrase of a category holds a span.
func (l *Linked) within(c lexicon.Category, from, to int) bool {
	return slices.ContainsFunc(l.Matches, func(m lexicon.Match) bool { return m.Category == c && m.From <= from && to <= m.To })
}

// participle reports whether a word is a form of a verb rather than a noun.
func participle(word string) bool {
	return strings.HasSuffix(word, "ing") || strings.HasSuffix(word, "ed")
}

func condition(k knowledge.Kind) bool { return k == knowledge.Value || k == knowledge.Pop }

func measured(k knowledge.Kind) bool { return k == knowledge.Metric || k == knowledge.Number }

// restrict keeps what the answer chose; where the words did not mean it by themselves, the answer makes them mean it.
func restrict(cands, chosen []knowledge.Candidate, key string) []knowledge.Candidate {
	var out []knowledge.Candidate
	for _, c := range cands {
		if c.Key == key {
			out = append(out, c)
		}
	}
	switch {
	case len(out) > 0:
		return out
	case len(chosen) == 0:
		return cands // the answer was about something else than what the words mean
	}
	return chosen
}

// byNoun finds columns by the nouns that people use for them ("value" for amount), alone or after the noun of a relation.
func (l *Linked) byNoun(span []token.Token, k *knowledge.Knowledge, lex *lexicon.Lexicon) []knowledge.Candidate {
	var out []knowledge.Candidate
	last, before := span[len(span)-1], span[:len(span)-1]
	columns := lex.ColumnsFor(last.Light)
	if whole := lex.ColumnsFor(lightOf(span)); len(before) > 0 && len(whole) > 0 {
		columns, before = whole, nil // "distance driven"
	}
	for _, column := range columns {
		words := append(append([]token.Token(nil), before...), token.Token{Kind: token.Word, Light: column, Stem: column})
		exact, _ := k.Lookup(words)
		for _, c := range exact {
			if c.Kind == knowledge.Number || c.Kind == knowledge.Dim {
				c.Cost += 0.3
				c.Note = fmt.Sprintf("I read %q as the column %s.", Subject(span), c.Column)
				out = append(out, c)
			}
		}
	}
	return out
}

// addQuoted: text in quotes is a value, in whatever column has it.
func (l *Linked) addQuoted(at int, t token.Token, k *knowledge.Knowledge) {
	exact, _ := k.Lookup(k.Words(t.Text))
	var values []knowledge.Candidate
	for _, c := range exact {
		if c.Kind == knowledge.Value || c.Kind == knowledge.Pop {
			values = append(values, c)
		}
	}
	l.addCandidates(at, at+1, values)
}

func (l *Linked) addCandidates(from, to int, cands []knowledge.Candidate) {
	byKind := map[knowledge.Kind]*Slot{}
	for _, c := range cands {
		if c.Kind == knowledge.Value && l.functionWord(from, to) {
			continue
		}
		c.Cost += l.valuePrice(from, to, c)
		if condition(c.Kind) && slices.ContainsFunc(l.names, func(n Span) bool { return n.From <= from && to <= n.To && to-from < n.To-n.From }) {
			c.Cost += costPartOfName
		}
		s := byKind[c.Kind]
		if s == nil {
			s = &Slot{From: from, To: to, Kind: c.Kind}
			byKind[c.Kind] = s
		}
		s.Cands = append(s.Cands, c)
	}
	for _, kind := range []knowledge.Kind{knowledge.Metric, knowledge.Number, knowledge.Entity, knowledge.Dim, knowledge.Value, knowledge.Pop, knowledge.Time} {
		s := byKind[kind]
		if s == nil {
			continue
		}
		for i := from; i < to; i++ {
			l.Known[i], l.Grounded[i] = true, true
		}
		l.Terminals = append(l.Terminals, chart.Item{Category: chart.Category(kind), From: from, To: to, Cost: s.MinCost(), Key: s.key(), Meaning: s})
	}
}

// MinCost is the cost of the slot's best candidate.
func (s *Slot) MinCost() float64 {
	best := s.Cands[0].Cost
	for _, c := range s.Cands {
		best = min(best, c.Cost)
	}
	return best
}

// lightOf is a span as the lexicon has it.
func lightOf(span []token.Token) string {
	parts := make([]string, len(span))
	for i, t := range span {
		parts[i] = t.Light
	}
	return strings.Join(parts, " ")
}

// Subject is how a span is named in questions: the requester's words in lower case.
func Subject(span []token.Token) string {
	parts := make([]string, len(span))
	for i, t := range span {
		parts[i] = strings.ToLower(t.Text)
	}
	return strings.Join(parts, " ")
}
