package knowledge

import (
	"firstmile/planner/plan"
)

// Kind is the type of what a phrase can mean. The grammar's terminals have the same names.
type Kind string

// Kinds.
const (
	Metric Kind = "metric" // a defined measure: Measure
	Number Kind = "number" // a numeric column that can be aggregated: Column
	Entity Kind = "entity" // a relation whose rows are things with a key: Relation
	Dim    Kind = "dim"    // a column to split by: Column, or Dimension of a term
	Value  Kind = "value"  // a value of a column: Filters with one equality
	Pop    Kind = "pop"    // a named population or a true/false column: Filters
	Time   Kind = "time"   // a date or timestamp column: Column
)

// Candidate is one thing that a phrase can mean.
type Candidate struct {
	Kind Kind
	// Key names the thing for ever: "term:churn_rate", "column:fct_orders.status",
	// "value:fct_orders.status=paid", "entity:dim_customers". It is the id of an option.
	Key string
	// Cost is how far the phrase is from the thing's own name: 0 for the name itself.
	Cost float64

	Label  string // for people: "Customer churn rate", "status of fct_orders"
	Detail string // the definition behind it

	Term     string // id of the term that defines it, empty for bare columns
	Measure  *plan.Measure
	Relation string
	Column   plan.ColumnRef
	Filters  []plan.Filter

	// DBT is true for a metric of the project's semantic layer.
	DBT bool

	// Partial is true when the phrase names only a part of the column's name
	// ("amount" for gross_amount): worth an assumption.
	Partial bool
	// Summed is true for a number whose sum is what people mean by it.
	Summed bool
	// Things is true for a metric that adds up numbers of things.
	Things bool
	// Note is an assumption to record when the candidate is used.
	Note string

	rank int // of the relation's layer; smaller is nearer to what people use
}

// Origin says where the candidate comes from.
func (c Candidate) Origin(quote string) plan.Origin {
	o := plan.Origin{Kind: plan.FromColumn, Ref: c.Column.String(), Quote: quote}
	switch {
	case c.DBT:
		o.Kind, o.Ref = plan.FromMetric, c.Term
	case c.Term != "":
		o.Kind, o.Ref = plan.FromTerm, c.Term
	case c.Kind == Value:
		o.Kind, o.Ref = plan.FromValue, c.Key[len("value:"):]
	case c.Kind == Entity:
		o.Ref = c.Relation
	}
	return o
}
