package chart

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Cover is one way to read the whole request: constituents side by side, in
// the order of the words, and the tokens that none of them covers.
type Cover struct {
	Items   []Item
	Skipped []int
	Cost    float64
}

// beam is the number of covers that are kept for each prefix of the request.
const beam = 60

// Covers returns up to n covers of the chart by constituents of the given
// categories, the cheapest first. skip gives what it costs to leave a token
// uncovered; each constituent costs perItem on top, so that fewer and larger ones win.
func (c *Chart) Covers(top []Category, skip []float64, perItem float64, n int) []Cover {
	states := make([][]Cover, c.n+1)
	states[0] = []Cover{{}}
	for pos := 0; pos < c.n; pos++ {
		for _, s := range prune(states[pos]) {
			states[pos+1] = append(states[pos+1], Cover{s.Items, append(slices.Clone(s.Skipped), pos), s.Cost + skip[pos]})
			for _, it := range c.byStart[pos] {
				if slices.Contains(top, it.Category) {
					states[it.To] = append(states[it.To], Cover{append(slices.Clone(s.Items), it), s.Skipped, s.Cost + it.Cost + perItem})
				}
			}
		}
		states[pos] = nil
	}
	out := prune(states[c.n])
	return out[:min(n, len(out))]
}

// prune sorts covers by cost, drops those that mean the same as a cheaper one, and keeps a beam.
func prune(covers []Cover) []Cover {
	slices.SortStableFunc(covers, func(a, b Cover) int { return cmp.Compare(a.Cost, b.Cost) })
	seen := map[string]bool{}
	var out []Cover
	for _, c := range covers {
		key := c.key()
		if !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
		if len(out) == beam {
			break
		}
	}
	return out
}

func (c Cover) key() string {
	var b strings.Builder
	for _, it := range c.Items {
		b.WriteString(string(it.Category))
		b.WriteByte(' ')
		b.WriteString(strconv.Itoa(it.From))
		b.WriteByte('-')
		b.WriteString(strconv.Itoa(it.To))
		b.WriteByte(' ')
		b.WriteString(it.Key)
		b.WriteByte('|')
	}
	return b.String()
}
