package glossary

import (
	"sort"
	"strings"
	"unicode"
)

// Nearest returns up to n candidates that look like word, the nearest first: within a third of its length in
// edits, or sharing a whole part ("region" and "billing_region").
func Nearest(word string, candidates []string, n int) []string {
	type scored struct {
		text string
		cost int
	}
	var found []scored
	w := strings.ToLower(word)
	for _, c := range candidates {
		l := strings.ToLower(c)
		cost := Distance(w, l)
		if cost > (len([]rune(w))+2)/3 && sharesPart(w, l) {
			cost = len([]rune(w))/3 + 1
		} else if cost > (len([]rune(w))+2)/3 {
			continue
		}
		found = append(found, scored{c, cost})
	}
	sort.SliceStable(found, func(i, j int) bool {
		if found[i].cost != found[j].cost {
			return found[i].cost < found[j].cost
		}
		return found[i].text < found[j].text
	})
	var out []string
	for i := 0; i < len(found) && i < n; i++ {
		out = append(out, found[i].text)
	}
	return out
}

// sharesPart reports whether one of the names' parts of three letters or more is in both.
func sharesPart(a, b string) bool {
	parts := Split(b)
	for _, p := range Split(a) {
		for _, q := range parts {
			if p == q && len(p) > 2 {
				return true
			}
		}
	}
	return false
}

// Distance is the number of single-letter edits (insert, delete, replace, swap of neighbours) between two words: the
// restricted Damerau-Levenshtein distance.
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(s)][len(t)]
}

// Split cuts an identifier or phrase into lower-case words: at anything that is no letter or digit, and where a
// capital follows a small letter ("mrrAmount", "mrr_amount", "MRR amount").
func Split(s string) []string {
	var words []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			words = append(words, strings.ToLower(b.String()))
			b.Reset()
		}
	}
	var prev rune
	for _, r := range s {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		case unicode.IsUpper(r) && (unicode.IsLower(prev) || unicode.IsDigit(prev)):
			flush()
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
		prev = r
	}
	flush()
	return words
}
