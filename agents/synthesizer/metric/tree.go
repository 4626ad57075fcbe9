package metric

import (
	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// Plan is the logical plan of a model: what is read, which intermediate results are made of it in which order,
// and the rows of the model. It holds no SQL; package dialect spells it.
type Plan struct {
	Imports []Import // in the order of first use
	Steps   []Step   // each reads imports and earlier steps
	Final   Select
	Outputs []Output // the columns of Final, in order
	Grain   []string // the outputs that identify a row; empty: the model has one row
}

// Import is a relation of the project.
type Import struct {
	Node  *dbt.Node
	Name  string
	Given bool // the SQL around the plan imports it already
}

// Step is a named intermediate result.
type Step struct {
	Name    string
	Comment string
	Query   Query
}

// Role of an output.
type Role string

// Roles.
const (
	Period    Role = "period"
	Attribute Role = "dimension"
	Figure    Role = "measure"
)

// Output is a column of the model.
type Output struct {
	Name string
	Role Role
}

// Query is a Select, a Series or a Union.
type Query interface{ query() }

// Select is select … from … where … group by.
type Select struct {
	Distinct bool
	Items    []Item
	From     Table
	Joins    []Join
	Where    []Scalar
	// Keys is the number of leading items that are group keys; Grouped is true when there is aggregation at all.
	Grouped bool
	Keys    int
}

// Series gives one row per period from the column First to the column Last (both included) of the one-row table From,
// under the column name Name.
type Series struct {
	Name        string
	Grain       plan.Grain
	From        string
	First, Last string
}

// Union stacks queries with the same columns.
type Union struct {
	Parts    []Select
	Distinct bool
}

func (Select) query() {}
func (Series) query() {}
func (Union) query()  {}

// Item is a named column. A nil Expr stands for every column of the table Name, or of all tables where Name is empty.
type Item struct {
	Expr Scalar
	Name string
}

// Table is an import or an earlier step.
type Table struct {
	Name  string
	Alias string // empty: Name
}

func (t Table) label() string {
	if t.Alias != "" {
		return t.Alias
	}
	return t.Name
}

// JoinKind is a kind of join.
type JoinKind string

// The kinds used.
const (
	Inner JoinKind = "inner join"
	Left  JoinKind = "left join"
	Full  JoinKind = "full outer join"
	Cross JoinKind = "cross join"
)

// Join adds a table, by conditions or by columns of the same name.
type Join struct {
	Kind  JoinKind
	Table Table
	On    []Scalar
	Using []string
}

// Scalar is a typed expression. Each node says what it means; how it is written is the dialect's business.
type Scalar interface{ scalar() }

// Column of a table; an empty Table means the column that a join by USING has merged.
type Column struct{ Table, Name string }

// Literal is a constant.
type Literal struct{ plan.Literal }

// Null is the null literal.
type Null struct{}

// Call is one of plan.Functions.
type Call struct {
	Name string
	Args []Scalar
}

// Op is a binary operator of plan.Expr.
type Op struct {
	Name        string
	Left, Right Scalar
}

// Not negates; Minus is the sign.
type (
	Not   struct{ Arg Scalar }
	Minus struct{ Arg Scalar }
)

// Case is a searched case; Else may be nil.
type Case struct {
	When, Then []Scalar
	Else       Scalar
}

// In is a list test.
type In struct {
	Arg     Scalar
	List    []Scalar
	Negated bool
}

// Between is a closed range test.
type Between struct {
	Arg, Low, High Scalar
	Negated        bool
}

// IsNull tests for null.
type IsNull struct {
	Arg     Scalar
	Negated bool
}

// Cast converts to one of the types of plan.Expr.
type Cast struct {
	Arg  Scalar
	Type string
}

// Divide is Over divided by Under as fractions, null where Under is zero.
type Divide struct{ Over, Under Scalar }

// Bucket is the first day (or hour) of the calendar period that Arg lies in.
type Bucket struct {
	Arg       Scalar
	Grain     plan.Grain
	WeekStart string
}

// Shift moves a date by Count units and gives a date; with Clock it moves a timestamp and gives a timestamp.
type Shift struct {
	Arg   Scalar
	Count int
	Unit  plan.Grain
	Clock bool
}

// Elapsed is the number of periods between the starts of two.
type Elapsed struct {
	From, To Scalar
	Grain    plan.Grain
}

// Local is the civil time in Zone of a column.
type Local struct {
	Arg  Scalar
	Zone string
	Form TimeForm
}

// TimeForm is how a column holds time.
type TimeForm int

// Forms. A date and a clock of unknown type are civil time already; a timestamp without zone is UTC.
const (
	Civil TimeForm = iota
	UTC
	Instant
)

// Among is true when Arg is one of the values of a column of a step.
type Among struct {
	Arg         Scalar
	Table, Name string
}

// Today is the day on which the query runs.
type Today struct{}

// Same compares two values and takes null as equal to null.
type Same struct{ Left, Right Scalar }

// Aggregate is one of plan's aggregations; a nil Arg counts rows.
type Aggregate struct {
	Func       plan.Aggregation
	Arg        Scalar
	Percentile float64
}

// Latest is the largest Arg within the rows that share Partition.
type Latest struct {
	Arg       Scalar
	Partition []Scalar
}

// Total is the sum of Arg over the rows that share Partition.
type Total struct {
	Arg       Scalar
	Partition []Scalar
}

// Place numbers rows within Partition by By (nulls last, then by Ties), from 1.
type Place struct {
	Partition  []Scalar
	By         Scalar
	Descending bool
	Ties       []Scalar
}

// One is the value of a single column of a one-row table.
type One struct{ Table, Name string }

func (Column) scalar()    {}
func (Literal) scalar()   {}
func (Null) scalar()      {}
func (Call) scalar()      {}
func (Op) scalar()        {}
func (Not) scalar()       {}
func (Minus) scalar()     {}
func (Case) scalar()      {}
func (In) scalar()        {}
func (Between) scalar()   {}
func (IsNull) scalar()    {}
func (Cast) scalar()      {}
func (Divide) scalar()    {}
func (Bucket) scalar()    {}
func (Shift) scalar()     {}
func (Local) scalar()     {}
func (Same) scalar()      {}
func (Aggregate) scalar() {}
func (Latest) scalar()    {}
func (Total) scalar()     {}
func (Place) scalar()     {}
func (One) scalar()       {}
func (Today) scalar()     {}
func (Elapsed) scalar()   {}
func (Among) scalar()     {}
