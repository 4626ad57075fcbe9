// Package token cuts a request into words, numbers, dates, quoted values and
// symbols, and brings each word into comparable forms: Norm (lower case, one
// spelling), Light (singular) and Stem (Porter2). It knows letters, not meaning: what a
// word stands for is found in package lexicon and package knowledge.
package token

import (
	"strings"

	"github.com/kljensen/snowball/english"
)

// Kind of a token.
type Kind int

// Kinds.
const (
	Word   Kind = iota
	Number      // Number holds its canonical spelling
	Date        // 2026-03-31
	Quoted      // text in quotes, without them
	Symbol      // punctuation and comparison signs
)

// Token is one unit of a request.
type Token struct {
	Kind  Kind
	Text  string // as written
	Norm  string // lower case, one spelling; for a number its digits
	Light string // singular of Norm
	Stem  string
	From  int // byte offsets of Text in the request
	To    int
}

// Forms are the spelling tables that a Tokenizer needs.
type Forms struct {
	// Spelling maps a word to the spelling that is compared ("licence" to "license").
	Spelling map[string]string
	// Numbers maps number words to digits ("five" to "5").
	Numbers map[string]string
}

// Tokenizer cuts text. The zero value knows no spelling variants and no number words.
type Tokenizer struct{ forms Forms }

// New returns a tokenizer with these tables.
func New(forms Forms) *Tokenizer { return &Tokenizer{forms: forms} }

// maxTokens bounds a request; a longer one is cut off by the caller with an explanation.
const maxTokens = 200

// Tokens cuts text into at most 200 tokens; more is false when there were more.
func (t *Tokenizer) Tokens(text string) (tokens []Token, complete bool) {
	s := &scanner{text: text, t: t}
	for s.at < len(text) {
		if len(s.out) >= maxTokens {
			return s.out, false
		}
		s.step()
	}
	return s.out, true
}

// Words is the phrase as tokens of kind Word only, for names that come from a project.
func (t *Tokenizer) Words(phrase string) []Token {
	tokens, _ := t.Tokens(phrase)
	var out []Token
	for _, tok := range tokens {
		if tok.Kind != Symbol {
			out = append(out, tok)
		}
	}
	return out
}

func (t *Tokenizer) word(text string, from, to int) Token {
	norm := strings.ToLower(strings.ReplaceAll(text, "’", "'"))
	norm = strings.TrimSuffix(strings.TrimSuffix(norm, "'s"), "'")
	norm = strings.ReplaceAll(norm, "'", "")
	if n, ok := t.forms.Numbers[norm]; ok {
		return Token{Kind: Number, Text: text, Norm: n, Light: n, Stem: n, From: from, To: to}
	}
	if s, ok := t.forms.Spelling[norm]; ok {
		norm = s
	}
	light := Singular(norm)
	if s, ok := t.forms.Spelling[light]; ok {
		light = s
	}
	return Token{Kind: Word, Text: text, Norm: norm, Light: light, Stem: english.Stem(light, true), From: from, To: to}
}

// Singular takes the plural ending off an English word: customers, companies, boxes, statuses. Words that only
// look like a plural (status, analysis, business, less) stay.
func Singular(w string) string {
	cut := func(n int) string { return w[:len(w)-n] }
	switch {
	case len(w) < 4:
		return w
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return cut(3) + "y"
	case hasAnySuffix(w, "sses", "xes", "zes", "ches", "shes", "uses"):
		if strings.HasSuffix(w, "uses") && !strings.HasSuffix(w, "tuses") && !strings.HasSuffix(w, "nuses") {
			return cut(1)
		}
		return cut(2)
	case hasAnySuffix(w, "ss", "us", "is", "as"):
		return w
	case strings.HasSuffix(w, "s"):
		return cut(1)
	}
	return w
}

func hasAnySuffix(w string, suffixes ...string) bool {
	for _, s := range suffixes {
		if strings.HasSuffix(w, s) {
			return true
		}
	}
	return false
}
