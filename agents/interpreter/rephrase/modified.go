package rephrase

import (
	"strings"
)

// Modified returns requests that must not be read as text is: each has words added that restrict it, turn it
// around or mean nothing. values are values of the project's columns; those in the text already are not used.
func Modified(text string, values []string) []Variant {
	v := newVariants(text)
	bare := strings.TrimRight(text, ".?! ")
	lower := " " + strings.ToLower(text) + " "
	n := 0
	for _, value := range values {
		if strings.TrimSpace(value) == "" || strings.Contains(lower, strings.ToLower(value)) {
			continue
		}
		v.add("condition on a value", bare+[]string{" excluding ", " only ", " for ", " except "}[n%4]+value)
		if n++; n == 4 {
			break
		}
	}
	for _, m := range additions {
		if !said(lower, m.unless) {
			v.add(m.rule, bare+" "+m.words)
		}
	}
	return v.list
}

// additions are words that change what any request means, unless it has such words already.
var additions = []struct {
	rule, words string
	unless      []string
}{
	{"window", "in the last 3 weeks", []string{" last ", " in 20", " since ", " before ", " after ", " q1", " q2", " q3", " q4", " half ", " end of "}},
	{"window", "before 1999", []string{" last ", " in 20", " since ", " before ", " q1", " q2", " q3", " q4", " half ", " end of "}},
	{"window", "except on weekends", nil},
	{"rank", "for the top 3 only", []string{" top ", " best ", " worst ", " highest ", " lowest "}},
	{"comparison", "greater than 17", nil},
	{"comparison", "compared with the year before", nil},
	{"unknown word", "by zodiac sign", nil},
	{"unknown word", "for discounted brontosaurs", nil},
	{"negation", "that were not", nil},
	{"average", "on average per person", nil},
}

func said(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
