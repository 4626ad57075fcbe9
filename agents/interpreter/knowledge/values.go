package knowledge

import (
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// maxValues is the largest number of different values that are worth knowing by name.
const maxValues = 200

// addValues makes candidates of a column's known values.
func (k *Knowledge) addValues(r *Relation, col dbt.Column) {
	if len(col.Values) == 0 || len(col.Values) > maxValues || personal(col) {
		return
	}
	t := r.Type(col.Name)
	if t == BoolType || t == TimeType || t == NumberType {
		return
	}
	ref := plan.ColumnRef{Relation: r.Name, Column: col.Name}
	for _, v := range col.Values {
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

// personal reports whether a column looks like personal data by tag, meta or name; its values are never offered.
func personal(col dbt.Column) bool {
	for _, t := range col.Tags {
		if slices.Contains([]string{"pii", "personal", "sensitive", "gdpr"}, strings.ToLower(t)) {
			return true
		}
	}
	if v, ok := col.Meta["pii"].(bool); ok && v {
		return true
	}
	parts := glossary.Split(col.Name)
	return slices.ContainsFunc(parts, func(p string) bool {
		return slices.Contains([]string{"email", "phone", "mobile", "ssn", "iban", "password", "birthdate", "birthday", "dob", "firstname", "lastname", "surname", "address", "street", "ip"}, p)
	})
}

// HasValue finds the spelling of a value in a column, case ignored. known is false when nothing is known of its values.
func (k *Knowledge) HasValue(ref plan.ColumnRef, text string) (value string, found, known bool) {
	r, ok := k.relations[ref.Relation]
	if !ok {
		return "", false, false
	}
	col, ok := r.Node.Column(ref.Column)
	if !ok || len(col.Values) == 0 {
		return "", false, false
	}
	want := k.key(strings.Join(glossary.Split(text), " "))
	for _, v := range col.Values {
		if strings.EqualFold(v, text) || k.key(strings.Join(glossary.Split(v), " ")) == want {
			return v, true, true
		}
	}
	return "", false, true
}

// Values lists the known values of a column.
func (k *Knowledge) Values(ref plan.ColumnRef) []string {
	if r, ok := k.relations[ref.Relation]; ok {
		if col, ok := r.Node.Column(ref.Column); ok && !personal(*col) {
			return col.Values
		}
	}
	return nil
}
