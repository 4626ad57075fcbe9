// Package sqltree is the syntax tree of one SELECT statement, between package dialect, which chooses every word of
// it, and package layout, which chooses how it is written down. It knows no dialect and no style, and holds
// only the syntax that the compiler writes.
package sqltree

// Statement is a model: relations it reads, named intermediate results, and the final query.
type Statement struct {
	// Comments stand above everything: what the model holds, one sentence a line.
	Comments []string
	Imports  []Import
	CTEs     []CTE
	Final    Select
}

// Import is a relation of the project under the name by which the statement knows it.
type Import struct {
	Name string
	// Ref is the Jinja call that names the relation: ref('x') or source('s', 't').
	Ref string
}

// CTE is a named query. Comment says what a name cannot.
type CTE struct {
	Name    string
	Comment string
	Query   Query
}

// Query is a Select or a Union.
type Query interface{ query() }

// Select is one query block.
type Select struct {
	Distinct bool
	Items    []Item
	From     Table
	Joins    []Join
	Where    []Expr // combined with AND
	// GroupBy holds the keys as expressions; they are the first items in the same order.
	GroupBy []Expr
	Qualify []Expr // conditions on window functions, combined with AND
}

// Union stacks queries. All keeps duplicates.
type Union struct {
	Parts []Select
	All   bool
}

func (Select) query() {}
func (Union) query()  {}

// Item is one column of the result. Star is "*", or "name.*" where Name names a table.
type Item struct {
	Expr Expr
	Name string
	Star bool
}

// Table names an import or a CTE.
type Table struct {
	Name  string
	Alias string // empty: the name
	// Call is a table function in the place of a name, with Columns naming what it yields.
	Call    Expr
	Columns []string
}

// Join adds a table.
type Join struct {
	Kind  string // "inner join", "left join", "full outer join", "cross join"
	Table Table
	On    []Expr // combined with AND
	Using []string
}

// Order is one sort key.
type Order struct {
	Expr      Expr
	Desc      bool
	NullsLast bool
}

// Expr is a scalar expression.
type Expr interface{ expr() }

// Ident is a possibly qualified name; a part that needs quotes in the dialect carries them.
type Ident struct{ Parts []string }

// Text is a literal as it is written: 'abc', 12.5.
type Text struct{ SQL string }

// Keyword is a word of the language: null, true, current_date. It follows the style's case.
type Keyword struct{ Word string }

// Call is a function call.
type Call struct {
	Name     string
	Distinct bool
	Star     bool
	Args     []Expr
	Within   []Order // within group (order by …)
	Over     *Over
}

// Over is a window.
type Over struct {
	Partition []Expr
	Order     []Order
}

// Binary is left Op right; Op is a symbol or a lower-case word ("and", "is not distinct from", "at time zone").
type Binary struct {
	Op          string
	Left, Right Expr
}

// Unary is "-" or "not".
type Unary struct {
	Op  string
	Arg Expr
}

// Case is a searched case; Else may be nil.
type Case struct {
	When, Then []Expr
	Else       Expr
}

// In is Arg [not] in (List).
type In struct {
	Arg  Expr
	List []Expr
	Not  bool
}

// InQuery is Arg [not] in (query).
type InQuery struct {
	Arg   Expr
	Query Select
}

// InColumn is Arg in (select Column from Table).
type InColumn struct {
	Arg           Expr
	Column, Table string
}

// Between is Arg [not] between Low and High.
type Between struct {
	Arg, Low, High Expr
	Not            bool
}

// IsNull is Arg is [not] null.
type IsNull struct {
	Arg Expr
	Not bool
}

// Cast is cast(Arg as Type).
type Cast struct {
	Arg  Expr
	Type string
}

// Interval is a length of time in the dialect's spelling: the words after the keyword interval.
type Interval struct{ SQL string }

// Sub is a query that gives one value.
type Sub struct{ Query Select }

func (Ident) expr()    {}
func (Text) expr()     {}
func (Keyword) expr()  {}
func (Call) expr()     {}
func (Binary) expr()   {}
func (Unary) expr()    {}
func (Case) expr()     {}
func (In) expr()       {}
func (InColumn) expr() {}
func (Between) expr()  {}
func (IsNull) expr()   {}
func (Cast) expr()     {}
func (Interval) expr() {}
func (Sub) expr()      {}
