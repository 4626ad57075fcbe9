package knowledge

import (
	"fmt"

	"firstmile/glossary"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// Documents lists everything that can be found by words: terms, metrics, and relations with their columns and values, by the
// keys of their candidates. A column that is not shown is not among them: a suggestion that would be refused is none.
func (k *Knowledge) Documents() []search.Document {
	docs := make([]search.Document, 0, len(k.Glossary.Terms)+len(k.order))
	for _, t := range k.Glossary.Terms {
		docs = append(docs, k.termDocument(t))
	}
	for _, name := range k.order {
		docs = append(docs, k.relationDocument(k.relations[name]))
	}
	return docs
}

func (k *Knowledge) termDocument(t glossary.Term) search.Document {
	key := k.TermKey(t.ID)
	d := search.Document{Ref: key, Kind: search.Term, Name: t.Name, Aliases: t.Synonyms, Text: t.Definition, Where: t.Path}
	if k.metrics[t.ID] {
		d.Kind = search.Metric
	}
	if t.Line > 0 {
		d.Where = fmt.Sprintf("%s:%d", t.Path, t.Line)
	}
	for _, c := range k.byKey[key] {
		if c.Relation != "" {
			d.Parents = append(d.Parents, "model:"+c.Relation)
			break
		}
	}
	return d
}

func (k *Knowledge) relationDocument(r *Relation) search.Document {
	n := r.Node
	d := search.Document{Ref: "model:" + r.Name, Kind: search.Model, Name: r.Name, Aliases: []string{r.Noun}, Text: n.Description, SQL: n.RawSQL,
		Where: n.Path, Step: k.isStep(r)}
	for _, c := range n.Columns {
		if k.isPrivate(r, c) {
			continue
		}
		f := search.Field{Name: c.Name, Text: c.Description}
		if values := k.valuesOf(plan.ColumnRef{Relation: r.Name, Column: c.Name}, c); len(values) <= MaxValues {
			f.Values = values
		}
		d.Columns = append(d.Columns, f)
	}
	for _, p := range k.Project.Parents(n.ID) {
		d.Parents = append(d.Parents, "model:"+p.RelationName())
	}
	return d
}

// isStep reports whether a relation only leads to others: where there are marts, everything that is none.
func (k *Knowledge) isStep(r *Relation) bool { return r.rank > 0 && k.hasMarts }
