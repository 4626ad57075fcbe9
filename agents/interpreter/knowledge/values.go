package knowledge

import (
	"strings"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// addValues makes candidates of a column's known values.
func (k *Knowledge) addValues(r *Relation, col dbt.Column) {
	ref := plan.ColumnRef{Relation: r.Name, Column: col.Name}
	values := k.valuesOf(ref, col)
	if len(values) == 0 || len(values) > MaxValues || k.isPrivate(r, col) {
		return
	}
	t := r.Type(col.Name)
	if t == BoolType || t == TimeType || t == NumberType {
		return
	}
	for _, v := range values {
		if strings.TrimSpace(v) == "" || allNumbers([]string{v}) {
			continue
		}
		f := plan.Filter{Column: ref, Op: plan.Eq, Values: []plan.Literal{{Kind: plan.StringLiteral, Text: v}}}
		f.Label = glossary.Label(f)
		c := Candidate{Kind: Value, Key: "value:" + ref.String() + "=" + v, Label: f.Label + " (" + r.Name + ")",
			Detail: col.Description, Relation: r.Name, Column: ref, Filters: []plan.Filter{f}, rank: r.rank}
		k.add(strings.Join(glossary.Split(v), " "), c)
	}
}

// HasValue finds the spelling of a value in a column, case ignored. known is false when nothing is known of its values.
func (k *Knowledge) HasValue(ref plan.ColumnRef, text string) (value string, found, known bool) {
	r, ok := k.relations[ref.Relation]
	if !ok {
		return "", false, false
	}
	col, ok := r.Node.Column(ref.Column)
	if !ok {
		return "", false, false
	}
	values := k.valuesOf(ref, *col)
	if len(values) == 0 {
		return "", false, false
	}
	want := k.key(strings.Join(glossary.Split(text), " "))
	for _, v := range values {
		if strings.EqualFold(v, text) || k.key(strings.Join(glossary.Split(v), " ")) == want {
			return v, true, true
		}
	}
	return "", false, true
}

// Values lists the known values of a column.
func (k *Knowledge) Values(ref plan.ColumnRef) []string {
	if r, ok := k.relations[ref.Relation]; ok {
		if col, ok := r.Node.Column(ref.Column); ok && !k.isPrivate(r, *col) {
			return k.valuesOf(ref, *col)
		}
	}
	return nil
}

// valuesOf lists the values that the project declares for a column, else those that were seen in data.
func (k *Knowledge) valuesOf(ref plan.ColumnRef, col dbt.Column) []string {
	if len(col.Values) > 0 {
		return col.Values
	}
	return k.values[ref]
}

// Unlisted lists the text columns of marts whose values nobody declares: where there is data, it is worth a look. Keys and what
// looks like personal data are not among them.
func Unlisted(p *dbt.Project, excluded Excluded) []plan.ColumnRef {
	var out []plan.ColumnRef
	for _, n := range p.Models() {
		if n.Layer != dbt.Mart || n.Materialized == "ephemeral" {
			continue
		}
		for _, c := range n.Columns {
			if len(c.Values) == 0 && typeOf(c) == TextType && private(n, c, excluded) == "" && !strings.HasSuffix(strings.ToLower(c.Name), "_id") {
				out = append(out, plan.ColumnRef{Relation: n.RelationName(), Column: c.Name})
			}
		}
	}
	return out
}

// MaxValues is the largest number of different values that are worth knowing by name.
const MaxValues = 200
