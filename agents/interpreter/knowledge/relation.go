package knowledge

import (
	"slices"
	"sort"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// Type of a column, as far as a request cares.
type Type int

// Types.
const (
	AnyType Type = iota // not known
	TextType
	NumberType
	BoolType
	TimeType
)

// Relation is what is known of one model, seed, source table or snapshot.
type Relation struct {
	Name string // as in plan.ColumnRef
	Node *dbt.Node
	// Noun is what one row is, in the singular: "order", "support ticket".
	Noun string
	// Key is the one column that identifies a row, empty when none is known.
	Key string
	// Times are its date and timestamp columns; DefaultTime the one that the
	// glossary's metrics on it use, or the only one.
	Times       []string
	DefaultTime string
	// TimeWhy says where DefaultTime comes from, or why there is none.
	TimeWhy string

	ofColumn map[string]string // lower-case column -> the date that the glossary's metrics of it use; empty: several

	types map[string]Type // by lower-case column name
	rank  int
}

func newRelation(n *dbt.Node, words *token.Tokenizer) *Relation {
	r := &Relation{Name: n.RelationName(), Node: n, types: map[string]Type{}, rank: rankOf(n)}
	r.Noun = noun(n, words)
	for _, c := range n.Columns {
		t := typeOf(c)
		r.types[strings.ToLower(c.Name)] = t
		if t == TimeType {
			r.Times = append(r.Times, c.Name)
		}
	}
	r.Key = keyColumn(n, r.Noun)
	return r
}

// rankOf orders relations by how likely people mean them: marts before the steps that lead to them.
func rankOf(n *dbt.Node) int {
	switch {
	case n.Kind == dbt.Model && n.Layer == dbt.Mart:
		return 0
	case n.Kind == dbt.Model && n.Layer == dbt.OtherLayer:
		return 1
	case n.Kind == dbt.Model && n.Layer == dbt.Intermediate:
		return 2
	case n.Kind == dbt.Model || n.Kind == dbt.Snapshot:
		return 3
	}
	return 4
}

// Type of a column by name.
func (r *Relation) Type(column string) Type { return r.types[strings.ToLower(column)] }

// Has reports whether the relation has the column.
func (r *Relation) Has(column string) bool {
	_, ok := r.Node.Column(column)
	return ok
}

// typeOf reads the declared type, else the habits of naming (dbt's style guide: _at, _date, is_, has_, _id).
func typeOf(c dbt.Column) Type {
	t := strings.ToLower(c.Type)
	contains := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(t, w) })
	}
	switch {
	case contains("bool"):
		return BoolType
	case contains("date", "time"):
		return TimeType
	case contains("interval", "json", "struct", "array", "map", "variant", "[]"):
		return TextType
	case contains("int", "dec", "num", "double", "float", "real", "money"):
		return NumberType
	case contains("char", "text", "string", "uuid", "enum"):
		return TextType
	}
	parts := glossary.Split(c.Name)
	if len(parts) == 0 {
		return AnyType
	}
	first, last := parts[0], parts[len(parts)-1]
	switch {
	case slices.Contains([]string{"is", "has", "was", "can"}, first) && len(parts) > 1:
		return BoolType
	case slices.Contains([]string{"at", "on", "date", "timestamp", "datetime", "time"}, last) && len(parts) > 1, last == "date":
		return TimeType
	case len(c.Values) > 0 && !allNumbers(c.Values):
		return TextType
	}
	return AnyType
}

func allNumbers(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool {
		return strings.Trim(v, "0123456789.-") != "" || v == ""
	})
}

// noun takes the layer prefix off a relation's name: "fct_support_tickets" -> "support ticket".
func noun(n *dbt.Node, words *token.Tokenizer) string {
	parts := glossary.Split(n.Name)
	prefixes := []string{"fct", "fact", "dim", "stg", "int", "mart", "rpt", "raw", "src", "base", "prep", "agg", "obt", "seed", "wk", "tmp", "mrt", "f", "d"}
	if len(parts) > 1 && slices.Contains(prefixes, parts[0]) {
		parts = parts[1:]
	}
	tokens := words.Words(strings.Join(parts, " "))
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.Norm
	}
	if len(tokens) > 0 {
		out[len(out)-1] = tokens[len(tokens)-1].Light
	}
	return strings.Join(out, " ")
}

// keyColumn is the declared key, or the column that is named like one.
func keyColumn(n *dbt.Node, noun string) string {
	var single []string
	for _, key := range n.UniqueKeys() {
		if len(key) == 1 {
			single = append(single, key[0])
		}
	}
	under := strings.ReplaceAll(noun, " ", "_")
	last := under[strings.LastIndexByte(under, '_')+1:]
	for _, name := range []string{under + "_id", under + "_key", last + "_id", last + "_key", under + "_code", last + "_code", "id", under} {
		if slices.ContainsFunc(single, func(s string) bool { return strings.EqualFold(s, name) }) {
			return name
		}
	}
	if len(single) > 0 {
		sort.Strings(single)
		return single[0]
	}
	for _, name := range []string{under + "_id", last + "_id", "id"} {
		if c, ok := n.Column(name); ok {
			return c.Name
		}
	}
	return ""
}

// defaultTimes settles which column of a relation puts a row into a period: what the glossary's metrics on it
// use, or the only one that there is. Metrics that use different ones settle nothing; what most of them use comes first then.
func (k *Knowledge) defaultTimes() {
	uses := map[string]map[string]int{}
	for _, t := range k.Glossary.Terms {
		if t.Metric != nil {
			k.dates(*t.Metric)
		}
		if t.Metric != nil && t.Metric.Model != "" && t.Metric.Time != "" {
			if uses[t.Metric.Model] == nil {
				uses[t.Metric.Model] = map[string]int{}
			}
			uses[t.Metric.Model][t.Metric.Time]++
		}
	}
	for _, s := range k.Project.Semantic {
		if r := k.byID(s.Model); r != nil && s.TimeColumn != "" && r.Has(s.TimeColumn) {
			r.DefaultTime, r.TimeWhy = s.TimeColumn, "the semantic model "+s.Name+" says so"
		}
	}
	for _, name := range k.order {
		r := k.relations[name]
		if r.DefaultTime != "" {
			continue
		}
		slices.SortStableFunc(r.Times, func(a, b string) int { return uses[name][b] - uses[name][a] })
		switch {
		case len(r.Times) > 1 && uses[name][r.Times[1]] > 0:
			r.TimeWhy = "the glossary's metrics on " + name + " use more than one"
		case len(r.Times) > 0 && uses[name][r.Times[0]] > 0:
			r.DefaultTime, r.TimeWhy = r.Times[0], "the glossary's metrics on "+name+" use it"
		case len(r.Times) == 1:
			r.DefaultTime, r.TimeWhy = r.Times[0], "it is the only date on "+name
		}
	}
}

// dates notes by which date a metric, and each part of it that is defined in place, takes the values of its column.
func (k *Knowledge) dates(m glossary.Metric) {
	parts := append([]glossary.Input(nil), m.Metrics...)
	for _, p := range []*glossary.Input{m.Numerator, m.Denominator} {
		if p != nil {
			parts = append(parts, *p)
		}
	}
	for _, p := range parts {
		if p.Metric != nil {
			k.dates(*p.Metric)
		}
	}
	r, ok := k.relations[m.Model]
	if !ok || m.Time == "" || !r.Has(m.Expr) {
		return
	}
	if r.ofColumn == nil {
		r.ofColumn = map[string]string{}
	}
	column := strings.ToLower(m.Expr)
	if old, known := r.ofColumn[column]; known && old != m.Time {
		r.ofColumn[column] = ""
		return
	}
	r.ofColumn[column] = m.Time
}

// TimeOf is the date that the glossary's metrics of a column use; the one that most metrics of the relation use where those of
// the column do not agree, and then agreed is false. Empty where there are none.
func (r *Relation) TimeOf(column string) (date string, agreed bool) {
	date, known := r.ofColumn[strings.ToLower(column)]
	if known && date == "" && len(r.Times) > 0 {
		return r.Times[0], false
	}
	return date, known
}

// marts reports whether the project has models that are made for people to use.
func (k *Knowledge) marts() bool {
	for _, r := range k.relations {
		if r.rank == 0 {
			return true
		}
	}
	return false
}

// raw reports whether a relation is only what others are made from: where there are marts, sources and seeds are, and a staging
// model is when a model above it has rows of the same thing. What no mart took up is worth knowing where it is.
func (k *Knowledge) raw(r *Relation) bool {
	switch {
	case !k.hasMarts || r.rank < rawRank:
		return false
	case r.rank > rawRank || r.Key == "" || r.Node.Kind != dbt.Model:
		return true
	}
	noun := k.key(r.Noun)
	for _, other := range k.relations {
		if other.rank < rawRank && (k.key(other.Noun) == noun || strings.EqualFold(other.Key, r.Key)) {
			return true
		}
	}
	return false
}

func (k *Knowledge) byID(id string) *Relation {
	for _, r := range k.relations {
		if r.Node.ID == id || r.Name == id {
			return r
		}
	}
	return nil
}

// WholeDays reports whether a column is known to hold dates without a time of day.
func (k *Knowledge) WholeDays(ref plan.ColumnRef) bool {
	r, ok := k.Relation(ref.Relation)
	if !ok {
		return false
	}
	c, ok := r.Node.Column(ref.Column)
	return ok && strings.EqualFold(c.Type, "date")
}
