package search

import (
	"cmp"
	"math"
	"slices"
)

// Hit is something that fits a query.
type Hit struct {
	Ref  string // "column:fct_orders.status"
	Kind Kind
	Name string // as it is called: "status"
	// Aliases are the other names of a term, metric or relation.
	Aliases []string
	Of      string // columns and values: the name of their relation
	Text    string // description
	// Where is the place of the document that it is in.
	Where string
	// Score orders the hits of one query and says nothing beyond that.
	Score float64
	Why   Why
}

// hits opens the best documents into what was asked for.
func (s *state) hits(q Query, m *matcher, best []fused, cosines []near) []Hit {
	cosine := make(map[int]float32, len(cosines))
	for _, n := range cosines {
		cosine[n.doc] = n.cosine
	}
	place := make(map[int]int, len(best))
	for i, b := range best {
		place[b.doc] = i
	}
	var out []Hit
	for i, b := range best {
		if i == max(opened, q.N) {
			break
		}
		d := s.docs[b.doc]
		if q.kind(d.Kind) {
			out = append(out, Hit{Ref: d.Ref, Kind: d.Kind, Name: d.Name, Aliases: d.Aliases, Text: d.Text, Where: d.Where, Score: b.score})
		}
		if q.Only == nil && d.Kind == Model && (q.kind(Column) || q.kind(Value)) {
			out = append(out, m.open(d, q, b.score)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Ref, b.Ref)) })
	out = out[:min(q.N, len(out))]
	for i := range out {
		if doc, ok := s.place[out[i].Ref]; ok { // columns and values were explained when they were found
			out[i].Why = m.explain(s.docs[doc])
			out[i].Why.Cosine = cosine[doc]
			s.relate(&out[i].Why, doc, place, q)
		}
	}
	return out
}

// relate adds what lineage and use have to do with it: neighbours that are good hits themselves.
func (s *state) relate(w *Why, doc int, place map[int]int, q Query) {
	good := func(side []int) []string {
		var names []string
		for _, other := range side {
			if p, ok := place[other]; ok && p < lookAround && len(names) < maxNamed && q.wants(s.docs[other]) {
				names = append(names, s.docs[other].Name)
			}
		}
		return names
	}
	w.BuiltOn, w.BaseOf = good(s.parents[doc]), good(s.children[doc])
	w.Dependants, w.Designs = s.dependants(doc, q), q.Usage[s.docs[doc].Ref]
}

// maxNamed bounds the neighbours that a hit names.
const maxNamed = 3

// Weights of where in a column a word was found, beside its name.
const textShare = 0.35

// open finds the columns and values of a relation that have words of the query.
func (m *matcher) open(d *Document, q Query, score float64) []Hit {
	var out []Hit
	own := m.quality(m.add(&Why{}, "name", d.Name))
	for _, c := range d.Columns {
		if q.kind(Column) {
			w, quality := m.column(c)
			if quality > 0 {
				out = append(out, Hit{Ref: d.columnRef(c), Kind: Column, Name: c.Name, Of: d.Name, Text: c.Text, Where: d.Where, Score: lift(score, own, quality), Why: w})
			}
		}
		if q.kind(Value) {
			for _, v := range c.Values {
				w, quality := m.value(v)
				if quality > 0 {
					out = append(out, Hit{Ref: d.valueRef(c, v), Kind: Value, Name: v, Of: d.Name + "." + c.Name, Text: c.Text, Where: d.Where, Score: lift(score, own, quality), Why: w})
				}
			}
		}
	}
	return out
}

// lift is the score of a part of a document: above the document's own where the part's name fits better than its.
func lift(score, own, part float64) float64 { return score * max(0.2, 0.4+1.5*part-1.2*own) }

// column says how well a column fits: the geometric mean of the share of the query that its name has and the share of its name that
// the query has; words of its description count a third.
func (m *matcher) column(c Field) (Why, float64) {
	var w Why
	name := m.add(&w, "column", c.Name)
	quality := m.quality(name)
	text := m.add(&w, "text", c.Text)
	if q := textShare * m.share(text.words); name.weight == 0 && q > 0 {
		quality = q
	} else if q > 0 {
		quality = min(1, quality+0.1*q)
	}
	return w, quality
}

func (m *matcher) value(v string) (Why, float64) {
	var w Why
	return w, m.quality(m.add(&w, "value", v))
}

func (m *matcher) quality(f found) float64 {
	if f.size == 0 {
		return 0
	}
	return math.Sqrt(m.share(f.words) * min(1, f.weight/f.size))
}
