package grammar

import (
	"slices"

	"firstmile/agents/interpreter/chart"
)

// maxReadings is how many structures of a request are looked at.
const maxReadings = 32

// perConstituent makes fewer and larger constituents win.
const perConstituent = 0.15

// Structure is what one turn says, in one way of dividing it into constituents.
type Structure struct {
	Measures []*Measure
	Sofar    []*Measure // wrap every measure; without a base of their own
	Splits   []*Split
	Filters  []*Filters
	Ranks    []*Rank
	Windows  []*Window
	Trends   []Span // words such as "track"
	Unsplit  []*Split
	Compares []Span  // words such as "compare": there must be something to compare
	Included []*Cond // "including trials": restricts nothing
	Omitted  []*Window
	Also     bool
	Instead  bool
	Replaces []Span // words such as "instead" that cannot stand in a first turn
}

// Span of tokens.
type Span struct{ From, To int }

// Part is a constituent with a key that is the same for the same meaning of the same words.
type Part struct {
	Category string
	Span
	Key string
}

// Division is one way to divide all turns of a request into constituents.
type Division struct {
	Turns []Structure // one for each turn
	// Parts lists the constituents in the order of the words.
	Parts []Part
	// Skipped lists the tokens without a role, Unknown those of them that may not be left out.
	Skipped []int
	Unknown []int
	Cost    float64
}

// Parse returns the cheapest divisions of a request, the best first. turns are the token spans of its turns; the
// tokens between two turns belong to none and cost nothing. Without terminals there is one division, with every word unknown.
func Parse(l Linked, turns []Span, rules []chart.Rule) []Division {
	n := len(l.Tokens)
	filler, skip := make([]float64, n), make([]float64, n)
	inside := make([]bool, n)
	for _, t := range turns {
		for i := t.From; i < t.To; i++ {
			inside[i] = true
		}
	}
	for i := range l.Tokens {
		filler[i], skip[i] = -1, float64(skipUnknown)
		switch {
		case !inside[i]:
			skip[i] = 0
		case l.Harmless[i]:
			filler[i], skip[i] = skipHarmless, skipHarmless
		case l.Glue[i]:
			skip[i] = skipGlue
			if l.Tokens[i].Light == "of" {
				filler[i] = skipHarmless
			}
		}
		if inside[i] && l.opensGroup(i) {
			skip[i] = skipInside
		}
		if l.Grounded[i] && skip[i] < skipGrounded && inside[i] {
			skip[i] = skipGrounded
		}
	}
	c := chart.Parse(n, l.Terminals, rules, filler)
	var out []Division
	bare := 0
	for _, cover := range c.Covers(Top(), skip, perConstituent, 2*maxReadings) {
		d := divide(l, cover, turns, inside)
		if !d.measures() {
			if bare++; bare > maxBare {
				continue
			}
		}
		if out = append(out, d); len(out) == maxReadings {
			break
		}
	}
	return out
}

// opensGroup reports whether a token begins a word such as "within" before a split: dropped, the whole would be another one.
func (l Linked) opensGroup(i int) bool {
	return slices.ContainsFunc(l.Terminals, func(t chart.Item) bool {
		return t.Category == "inside" && t.From == i && slices.ContainsFunc(l.Terminals, func(next chart.Item) bool {
			return next.From == t.To && (next.Category == "by" || next.Category == "dim")
		})
	})
}

// maxBare is how many divisions without a figure are looked at: they tell that one is missing, and must not crowd out those
// that have one.
const maxBare = 4

func (d Division) measures() bool {
	return slices.ContainsFunc(d.Turns, func(s Structure) bool { return len(s.Measures)+len(s.Ranks) > 0 })
}

func divide(l Linked, cover chart.Cover, turns []Span, inside []bool) Division {
	d := Division{Turns: make([]Structure, len(turns)), Cost: cover.Cost}
	for _, i := range cover.Skipped {
		if !inside[i] {
			continue
		}
		d.Skipped = append(d.Skipped, i)
		if !l.Harmless[i] && !l.Glue[i] {
			d.Unknown = append(d.Unknown, i)
		}
	}
	for _, it := range cover.Items {
		d.Parts = append(d.Parts, Part{string(it.Category), Span{it.From, it.To}, it.Key})
		for t, span := range turns {
			if it.From >= span.From && it.To <= span.To {
				d.Turns[t].add(it)
			}
		}
	}
	return d
}

func (s *Structure) add(it chart.Item) {
	switch m := it.Meaning.(type) {
	case *Measure:
		if it.Category == "sofar" {
			s.Sofar = append(s.Sofar, m)
			return
		}
		s.Measures = append(s.Measures, m)
		s.Also = s.Also || m.Added
	case *MeasureList:
		s.Measures = append(s.Measures, m.Measures...)
	case *Split:
		if it.Category == "unsplit" {
			s.Unsplit = append(s.Unsplit, m)
		} else {
			s.Splits = append(s.Splits, m)
		}
	case *Beside:
		s.Splits = append(s.Splits, m.Split)
		s.Filters = append(s.Filters, &Filters{Conds: []*Cond{m.Cond}})
	case *Cond:
		if it.Category == "included" {
			s.Included = append(s.Included, m)
			return
		}
		s.Filters = append(s.Filters, &Filters{Conds: []*Cond{m}})
	case *Filters:
		s.Filters = append(s.Filters, m)
	case *Rank:
		s.Ranks = append(s.Ranks, m)
	case *Window:
		if m.Omitted {
			s.Omitted = append(s.Omitted, m)
			return
		}
		s.Windows = append(s.Windows, m)
	case word:
		switch it.Category {
		case "trend":
			s.Trends = append(s.Trends, Span{it.From, it.To})
		case "compare":
			s.Compares = append(s.Compares, Span{it.From, it.To})
		case "also":
			s.Also = true
		case "instead":
			s.Instead = true
			if m == "instead" {
				s.Replaces = append(s.Replaces, Span{it.From, it.To})
			}
		}
	}
}
