package search

import (
	"fmt"
	"slices"
	"strings"
)

// Why says what a hit has to do with its query.
type Why struct {
	// Matches are the words of the query that it has, each once for a part of it.
	Matches []Match `json:"matches,omitempty"`
	// Cosine of its vector and the query's; 0 when they are not near. With the Hashed embedder it means nearness of spelling.
	Cosine float32 `json:"cosine,omitempty"`
	// BuiltOn and BaseOf are good hits that it is built on, and that are built on it.
	BuiltOn []string `json:"built_on,omitempty"`
	BaseOf  []string `json:"base_of,omitempty"`
	// Dependants is how many documents are built on it, Designs how many past designs used it.
	Dependants int `json:"dependants,omitempty"`
	Designs    int `json:"designs,omitempty"`
}

// Match is a word of the query found in a part of a document.
type Match struct {
	In    string `json:"in"`    // name, column, value, text or sql
	Word  string `json:"word"`  // as it stands there
	Asked string `json:"asked"` // as it stands in the query
	How   How    `json:"how,omitempty"`
}

// Named reports whether a word of the query is in the name of the hit, or of a column or value of it.
func (w Why) Named() bool {
	return slices.ContainsFunc(w.Matches, func(m Match) bool { return m.In == "name" || m.In == "column" || m.In == "value" })
}

// String is one line for people: `name: churn, customer; text: region; "reveneu" read as revenue; built on fct_orders`.
func (w Why) String() string {
	var parts []string
	for _, in := range []string{"name", "column", "value", "text", "sql"} {
		var words []string
		for _, m := range w.Matches {
			if m.In == in && m.How == "" && !slices.Contains(words, m.Word) {
				words = append(words, m.Word)
			}
		}
		if len(words) > 0 {
			parts = append(parts, in+": "+strings.Join(words, ", "))
		}
	}
	parts = append(parts, w.instead()...)
	if len(w.BuiltOn) > 0 {
		parts = append(parts, "built on "+strings.Join(w.BuiltOn, ", "))
	}
	if len(w.BaseOf) > 0 {
		parts = append(parts, "base of "+strings.Join(w.BaseOf, ", "))
	}
	if w.Designs > 0 {
		parts = append(parts, "used in "+counted(w.Designs, "design"))
	}
	if w.Dependants > 0 {
		parts = append(parts, counted(w.Dependants, "dependant"))
	}
	if w.Cosine > 0 {
		parts = append(parts, fmt.Sprintf("cosine %.2f", w.Cosine))
	}
	return strings.Join(parts, "; ")
}

// instead says which words stand for one of the query that is not there itself, one for each.
func (w Why) instead() []string {
	var parts []string
	said := map[string]bool{}
	for _, m := range w.Matches {
		if m.How == "" {
			said[m.Asked] = true
		}
	}
	for _, m := range w.Matches {
		switch {
		case said[m.Asked]:
			continue
		case m.How == Typo:
			parts = append(parts, fmt.Sprintf("%q read as %s", m.Asked, m.Word))
		default:
			parts = append(parts, fmt.Sprintf("%s is said for %s", m.Word, m.Asked))
		}
		said[m.Asked] = true
	}
	return parts
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// matcher finds the words of one query in texts.
type matcher struct {
	a     *analyzer
	cuts  *cuts
	words []asked
	by    map[string][]target
	idf   float64 // of all words together
}

// target is a word of the query that a stem stands for.
type target struct {
	word   int
	weight float64
	how    How
}

func newMatcher(t *trade, c *cuts, words []asked) *matcher {
	m := &matcher{a: newAnalyzer(t), cuts: c, words: words, by: map[string][]target{}}
	for i, w := range words {
		m.idf += w.idf
		for _, y := range w.ways {
			m.by[y.stem] = append(m.by[y.stem], target{i, y.weight, y.how})
		}
	}
	return m
}

// found is what a text has of a query.
type found struct {
	words  map[int]float64 // word of the query -> weight of its best match
	weight float64         // of the text's words that match
	size   float64         // of all its words; weak ones count half
}

// add looks the query's words up in a text and notes them in w.
func (m *matcher) add(w *Why, in, text string) found {
	var f found
	for _, one := range m.cuts.words(m.a, text) {
		own := 1.0
		if m.a.trade.weak[one.stem] {
			own = 0.5
		}
		f.size += own
		best := 0.0
		for _, t := range m.by[one.stem] {
			best = max(best, t.weight)
			match := Match{In: in, Word: one.text, Asked: m.words[t.word].text, How: t.how}
			if f.words == nil {
				f.words = map[int]float64{}
			}
			if f.words[t.word] < t.weight {
				f.words[t.word] = t.weight
			}
			if !slices.Contains(w.Matches, match) {
				w.Matches = append(w.Matches, match)
			}
		}
		f.weight += own * best
	}
	return f
}

// share is how much of the query the words are, by rarity.
func (m *matcher) share(words map[int]float64) float64 {
	if m.idf == 0 || len(words) == 0 {
		return 0
	}
	sum := 0.0
	for i := range m.words { // in order: a sum of floats depends on it
		sum += words[i] * m.words[i].idf
	}
	return sum / m.idf
}

// explain finds the words of the query in a document.
func (m *matcher) explain(d *Document) Why {
	var w Why
	m.add(&w, "name", d.Name)
	for _, a := range d.Aliases {
		m.add(&w, "name", a)
	}
	m.add(&w, "text", d.Text)
	for _, c := range d.Columns {
		m.add(&w, "column", c.Name)
		m.add(&w, "text", c.Text)
		for _, v := range c.Values {
			m.add(&w, "value", v)
		}
	}
	if d.SQL != "" {
		m.add(&w, "sql", m.a.trade.sqlText(d.SQL))
	}
	return w
}
