package interpreter

import (
	"slices"
	"strings"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/glossary"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// offers lists what the words may be taken for, n at most, the likeliest first: what the index finds by the words themselves,
// then terms, columns and values by the words beside them, by the whole request, and by the noun that follows.
func (s *session) offers(l grammar.Linked, span grammar.Span, n int) []Offer {
	const look = 40
	hits := s.k.Related(s.words(span), look)
	around := append(s.k.Related(s.beside(l, span), look), s.k.Related(s.words(grammar.Span{To: len(s.tokens)}), look)...)
	around = append(append(around, s.valuesBefore(l, span.To)...), s.terms(l)...)
	for _, defined := range []bool{true, false} { // what the glossary defines before bare columns and values
		for _, h := range around {
			if term := h.Kind == search.Term || h.Kind == search.Metric; term == defined {
				hits = append(hits, h)
			}
		}
	}
	var out []Offer
	for _, h := range hits {
		known := slices.ContainsFunc(out, func(o Offer) bool { return o.Key == h.Ref })
		if len(out) < n && !known && s.stands(h, l, span) && !s.private(h) {
			out = append(out, s.offer(h))
		}
	}
	return out
}

// stands reports whether a candidate can stand where the words stand: after "by" only what splits, before a noun, as in "big
// fish customers", only what says which of them. Elsewhere anything that has a definition or is a value.
func (s *session) stands(h search.Hit, l grammar.Linked, span grammar.Span) bool {
	cands := s.k.ByKey(h.Ref)
	is := func(kinds ...knowledge.Kind) bool {
		return slices.ContainsFunc(cands, func(c knowledge.Candidate) bool { return slices.Contains(kinds, c.Kind) })
	}
	switch {
	case s.splits(span):
		return is(knowledge.Dim) && !is(knowledge.Number) && !s.isKey(cands)
	case span.To < len(l.Tokens) && l.Grounded[span.To]:
		return is(knowledge.Pop, knowledge.Value)
	}
	return len(cands) > 0 && !s.isKey(cands)
}

// isKey: the column that numbers the rows of a relation is hardly what anyone means.
func (s *session) isKey(cands []knowledge.Candidate) bool {
	return slices.ContainsFunc(cands, func(c knowledge.Candidate) bool {
		r, ok := s.k.Relation(c.Relation)
		return ok && c.Term == "" && c.Kind != knowledge.Value && r.Key != "" && c.Column.Column == r.Key
	})
}

// terms lists the glossary, its measures first if the request names none so far.
func (s *session) terms(l grammar.Linked) []search.Hit {
	measured := slices.ContainsFunc(l.Terminals, func(t chart.Item) bool { return t.Category == chart.Category(knowledge.Metric) })
	var first, rest []search.Hit
	for _, t := range s.k.Glossary.Terms {
		h := search.Hit{Ref: s.k.TermKey(t.ID), Kind: search.Term, Name: t.Name, Text: t.Definition}
		switch {
		case t.Status == glossary.Deprecated:
		case (t.Metric != nil) == measured:
			rest = append(rest, h)
		default:
			first = append(first, h)
		}
	}
	return append(first, rest...)
}

// private reports whether a candidate shows something of a column that is not shown to anyone, a model included.
func (s *session) private(h search.Hit) bool {
	return slices.ContainsFunc(s.k.ByKey(h.Ref), func(c knowledge.Candidate) bool {
		return s.k.Private(c.Column) != "" || slices.ContainsFunc(c.Filters, func(f plan.Filter) bool { return s.k.Private(f.Column) != "" })
	})
}

// fewValues is how many different values a column may have for each of them to be offered.
const fewValues = 6

// valuesBefore lists the values that tell rows of a noun apart: "big fish customers" may be those of one segment.
func (s *session) valuesBefore(l grammar.Linked, noun int) []search.Hit {
	var hits []search.Hit
	for _, t := range l.Terminals {
		slot, ok := t.Meaning.(*grammar.Slot)
		if !ok || t.From != noun || slot.Kind != knowledge.Entity {
			continue
		}
		for _, c := range slot.Cands {
			r, ok := s.k.Relation(c.Relation)
			if !ok {
				continue
			}
			for _, col := range r.Node.Columns {
				ref := plan.ColumnRef{Relation: r.Name, Column: col.Name}
				values := s.k.Values(ref)
				if len(values) > fewValues {
					continue
				}
				for _, v := range values {
					hits = append(hits, search.Hit{Ref: "value:" + ref.String() + "=" + v, Kind: search.Value, Name: v})
				}
			}
		}
	}
	return hits
}

// splits reports whether the words stand after "by" or "per".
func (s *session) splits(span grammar.Span) bool {
	return slices.ContainsFunc(s.i.lexicon.Find(s.tokens), func(m lexicon.Match) bool {
		return m.To == span.From && (m.Category == lexicon.By || m.Category == lexicon.Per)
	})
}

// beside are the nearest words on both sides that mean something in the project.
func (s *session) beside(l grammar.Linked, span grammar.Span) string {
	var words []string
	for i := span.To; i < len(l.Tokens) && len(words) == 0; i++ {
		if l.Grounded[i] {
			words = append(words, l.Tokens[i].Text)
		}
	}
	for i := span.From - 1; i >= 0; i-- {
		if l.Grounded[i] {
			return strings.Join(append(words, l.Tokens[i].Text), " ")
		}
	}
	return strings.Join(words, " ")
}

func (s *session) offer(h search.Hit) Offer {
	o := Offer{Key: h.Ref, Label: label(h), Detail: h.Text}
	for _, c := range s.k.ByKey(h.Ref) {
		if c.Kind == knowledge.Value {
			o.Label = c.Label // "segment is enterprise", where the index knows only "enterprise"
		}
		o.Kinds = append(o.Kinds, c.Kind)
		if o.Detail == "" {
			o.Detail = c.Detail
		}
	}
	return o
}
