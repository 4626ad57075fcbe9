package grammar

import (
	"slices"
	"strings"

	"firstmile/agents/interpreter/chart"
)

// row is one rule in the table: "left = part part …", what it costs, and what it makes.
type row struct {
	text string
	cost float64
	make func(p []chart.Item) keyed
}

// keyed is a meaning; nil means that the parts do not fit.
type keyed interface{ key() string }

// Rules compiles the whole table.
func Rules() []chart.Rule {
	var out []chart.Rule
	for _, r := range slices.Concat(measureRows(), countRows(), ratioRows(), shareRows(), partRows(), movingRows(), timeRows(), fiscalRows(), partOfDateRows(), bestPeriodRows(),
		nounRows(), freshRows(), condRows(), filterRows(), splitRows(), windowRows(), comparisonRows(), revisionRows()) {
		left, right, _ := strings.Cut(r.text, " = ")
		rule := chart.Rule{Name: r.text, Left: chart.Category(left), Cost: r.cost}
		for _, part := range strings.Fields(right) {
			rule.Right = append(rule.Right, chart.Category(part))
		}
		rule.Make = func(p []chart.Item) (any, string, bool) {
			m := r.make(p)
			if m == nil {
				return nil, "", false
			}
			return m, m.key(), true
		}
		out = append(out, rule)
	}
	return out
}

// Top lists the categories that a request is made of.
func Top() []chart.Category {
	return []chart.Category{"measure", "filter", "split", "rank", "window", "sofar", "trend", "also", "instead", "unsplit", "measures", "compare", "included", "omitted"}
}

// get returns the meaning of the i-th part.
func get[T any](p []chart.Item, i int) T { return p[i].Meaning.(T) }

// word is the meaning of a lexicon terminal.
type word string

func (w word) key() string { return string(w) }

func from(p []chart.Item) int { return p[0].From }
func to(p []chart.Item) int   { return p[len(p)-1].To }

// same passes the i-th part on.
func same(i int) func(p []chart.Item) keyed {
	return func(p []chart.Item) keyed { return p[i].Meaning.(keyed) }
}
