package knowledge

import (
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// Excluded reports whether a team says that a column is never shown.
type Excluded func(relation, column string) bool

// Private says why a column must not be shown, in words that follow its name; empty when it may be. Its values are not known
// either: they are neither read nor offered. Counting different values of it is fine.
func (k *Knowledge) Private(ref plan.ColumnRef) string {
	r, ok := k.relations[ref.Relation]
	if !ok {
		return ""
	}
	col, ok := r.Node.Column(ref.Column)
	if !ok {
		return ""
	}
	return private(r.Node, *col, k.excluded)
}

func (k *Knowledge) isPrivate(r *Relation, col dbt.Column) bool {
	return private(r.Node, col, k.excluded) != ""
}

func private(n *dbt.Node, col dbt.Column, excluded Excluded) string {
	switch {
	case excluded != nil && excluded(n.RelationName(), col.Name):
		return "is excluded by the team's firstmile.yml"
	case tagged(col):
		return "is tagged as personal data"
	case soundsPersonal(col):
		return "looks like personal data by its name"
	}
	return ""
}

func tagged(col dbt.Column) bool {
	v, ok := col.Meta["pii"].(bool)
	return ok && v || slices.ContainsFunc(col.Tags, func(t string) bool {
		return slices.Contains([]string{"pii", "personal", "sensitive", "gdpr"}, strings.ToLower(t))
	})
}

// Words of names that tell of one person, those that may follow them ("email address", "phone number"), the kinds of name that only
// persons have, and nouns for persons. A name of a company or a product is not personal, so a customer's or a supplier's is not.
var (
	personalWords = []string{"email", "mail", "phone", "telephone", "mobile", "fax", "ssn", "iban", "bic", "password", "passport", "birthdate", "birthday", "birth", "dob",
		"firstname", "lastname", "fullname", "surname", "username", "address", "street", "ip", "nin"}
	followers   = []string{"address", "number", "no", "nr", "date", "hash", "line", "1", "2", "3"}
	personNames = []string{"first", "last", "middle", "family", "given", "full", "maiden", "person", "user", "employee", "contact", "patient", "student",
		"member", "passenger", "guest", "recipient", "applicant", "candidate", "tenant", "cardholder"}
)

// soundsPersonal reads the name of a column. A flag about an address ("is_email_verified") or a count is no address.
func soundsPersonal(col dbt.Column) bool {
	parts := glossary.Split(col.Name)
	if t := typeOf(col); len(parts) == 0 || t == BoolType {
		return false
	}
	if slices.Equal(parts, []string{"date", "of", "birth"}) {
		return true
	}
	end := len(parts)
	if parts[end-1] == "name" {
		return end > 1 && slices.Contains(personNames, parts[end-2])
	}
	for end > 1 && slices.Contains(followers, parts[end-1]) && !slices.Contains(personalWords, parts[end-1]) {
		end--
	}
	return slices.Contains(personalWords, parts[end-1])
}
