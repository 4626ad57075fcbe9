// Package chart is a bottom-up chart parser and the search for the cheapest
// ways to cover a request with its constituents. It knows neither words nor
// meanings: categories are names, meanings are whatever the rules of package
// grammar make.
//
// Parsing goes from right to left. The constituents that begin at a token are
// complete before any token to the left of it is looked at, so a rule can be matched from
// its first part onwards against a finished chart.
//
// Covering (cover.go) then chooses constituents that stand side by side, in any
// order, and skips the rest at a price. That is what makes the order of a
// request's parts free while each part keeps its own word order.
package chart

import "slices"

// Category is the grammatical kind of a constituent.
type Category string

// Item is a constituent over the tokens [From, To).
type Item struct {
	Category Category
	From, To int
	Cost     float64
	// Key tells constituents of one category and span apart: two with the same
	// key mean the same, and only the cheaper one is kept.
	Key string
	// Meaning is what the rule made.
	Meaning any
}

// Rule builds a constituent of category Left from parts in this order. Skippable tokens may stand between them.
type Rule struct {
	Name  string
	Left  Category
	Right []Category
	Cost  float64
	// Make combines the parts. ok is false when their types do not fit.
	Make func(parts []Item) (meaning any, key string, ok bool)
}

// Limits that keep a hostile or very ambiguous request cheap.
const (
	maxPerStart = 400 // constituents that begin at one token
	maxSkip     = 2   // skippable tokens between two parts of a rule
)

// Chart holds all constituents of a request.
type Chart struct {
	n       int
	byStart [][]Item
	rules   map[Category][]Rule // by first part
	filler  []float64           // price of a token inside a constituent; negative: not allowed
}

// Parse builds the chart of n tokens. filler gives for each token what it costs to stand inside a
// constituent without a role; a negative price forbids it.
func Parse(n int, terminals []Item, rules []Rule, filler []float64) *Chart {
	c := &Chart{n: n, byStart: make([][]Item, n), rules: map[Category][]Rule{}, filler: filler}
	for _, r := range rules {
		c.rules[r.Right[0]] = append(c.rules[r.Right[0]], r)
	}
	at := make([][]Item, n)
	for _, t := range terminals {
		if t.From >= 0 && t.From < t.To && t.To <= n {
			at[t.From] = append(at[t.From], t)
		}
	}
	for start := n - 1; start >= 0; start-- {
		c.fill(start, at[start])
	}
	return c
}

// fill completes the constituents that begin at start: an agenda of new ones, cheapest and shortest first.
func (c *Chart) fill(start int, terminals []Item) {
	type cell struct {
		cat Category
		to  int
		key string
	}
	best := map[cell]int{}
	agenda := slices.Clone(terminals)
	for len(agenda) > 0 && len(c.byStart[start]) < maxPerStart {
		item := agenda[0]
		agenda = agenda[1:]
		at := cell{item.Category, item.To, item.Key}
		if i, seen := best[at]; seen {
			if c.byStart[start][i].Cost <= item.Cost {
				continue
			}
			c.byStart[start][i] = item
		} else {
			best[at] = len(c.byStart[start])
			c.byStart[start] = append(c.byStart[start], item)
		}
		for _, r := range c.rules[item.Category] {
			agenda = append(agenda, c.apply(r, item)...)
		}
	}
}

// apply matches a rule whose first part is first.
func (c *Chart) apply(r Rule, first Item) []Item {
	var out []Item
	parts := make([]Item, 0, len(r.Right))
	var match func(cost float64)
	match = func(cost float64) {
		k := len(parts)
		if k == len(r.Right) {
			meaning, key, ok := r.Make(parts)
			if ok {
				out = append(out, Item{Category: r.Left, From: first.From, To: parts[k-1].To, Cost: cost + r.Cost, Key: key, Meaning: meaning})
			}
			return
		}
		pos := parts[k-1].To
		for skip := 0; pos < c.n; skip++ {
			for _, next := range c.byStart[pos] {
				if next.Category == r.Right[k] {
					parts = append(parts, next)
					match(cost + next.Cost)
					parts = parts[:k]
				}
			}
			if skip == maxSkip || c.filler[pos] < 0 {
				return
			}
			cost += c.filler[pos]
			pos++
		}
	}
	parts = append(parts, first)
	match(first.Cost)
	return out
}
