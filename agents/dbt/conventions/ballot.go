package conventions

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// ballot counts what the files show for one field.
type ballot struct{ votes map[string]int }

// ballots are all fields under inference.
type ballots struct {
	m        map[string]*ballot
	evidence []Evidence
}

func (b *ballots) vote(field, value string, n int) {
	if n <= 0 {
		return
	}
	x := b.m[field]
	if x == nil {
		x = &ballot{map[string]int{}}
		b.m[field] = x
	}
	x.votes[value] += n
}

func (b *ballots) yes(field string, yes bool) { b.vote(field, strconv.FormatBool(yes), 1) }

// decide returns the value with the most votes, notes the evidence, and falls back to def without votes. Of equals the
// default wins, then the first in order of text.
func (b *ballots) decide(field, def string) string {
	x := b.m[field]
	if x == nil {
		b.evidence = append(b.evidence, Evidence{Field: field, Value: def})
		return def
	}
	best, total := def, 0
	for _, v := range sorted(x.votes) {
		total += v.Count
		if v.Count > x.votes[best] {
			best = v.Text
		}
	}
	b.evidence = append(b.evidence, Evidence{field, best, x.votes[best], total})
	return best
}

func (b *ballots) flag(field string, def bool) bool {
	return b.decide(field, strconv.FormatBool(def)) == "true"
}

func (b *ballots) number(field string, def int) int {
	n, err := strconv.Atoi(b.decide(field, strconv.Itoa(def)))
	if err != nil {
		return def
	}
	return n
}

// sorted lists counts, most first, then by text.
func sorted(m map[string]int) []Count {
	out := make([]Count, 0, len(m))
	for text, n := range m {
		out = append(out, Count{text, n})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Text, b.Text))
	})
	return out
}
