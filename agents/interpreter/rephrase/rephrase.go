// Package rephrase says a request again: in other words that mean the same, and with words
// added that must not leave the meaning as it was. It is the generator of the metamorphic
// tests: whatever a request means, all of Same must mean that too, and none of Modified may.
// It knows no project; the caller says which names are the same thing and which values there are.
//
//	text.go      a request as words, and where its parts begin
//	same.go      rules that keep the meaning: frame, letters, prepositions, order, synonyms
//	modified.go  additions that change it: conditions, windows, ranks, words that nobody defined
//
// Everything is deterministic and in a fixed order. The package owns no files.
package rephrase

// Variant is a request made from another one.
type Variant struct {
	// Rule names how it was made, the same for all requests: "order of the parts".
	Rule string
	Text string
}

// variants collects texts, each once, and never the original.
type variants struct {
	seen map[string]bool
	list []Variant
}

func newVariants(original string) *variants {
	return &variants{seen: map[string]bool{original: true}}
}

func (v *variants) add(rule, text string) {
	if text == "" || v.seen[text] {
		return
	}
	v.seen[text] = true
	v.list = append(v.list, Variant{Rule: rule, Text: text})
}
