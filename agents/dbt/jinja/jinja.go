// Package jinja reads the part of Jinja that dbt models are written in.
//
// [Calls] lists every expression and statement of a template with its line and says whether the allow-list
// for generated SQL permits it. [Render] turns a template into SQL; what it cannot evaluate is an error
// naming line and construct. [Sketch] renders the same way but puts [Opaque] in place of what it cannot
// evaluate, for analysis of existing models. Nothing here runs a macro or reads the environment.
package jinja

// Call is one Jinja expression or statement of a template.
type Call struct {
	Line    int    // 1-based line on which it starts
	Text    string // as written, delimiters included
	Kind    CallKind
	Name    string   // "ref", "source", "config", "var", "is_incremental", macro name, or statement keyword
	Args    []string // literal string arguments in order; a non-literal argument is ""
	Keys    []string // names of keyword arguments in order, or the keys of config({…})
	Allowed bool     // permitted in generated SQL
	Reason  string   // why it is not allowed
}

// CallKind tells an expression from a statement.
type CallKind string

// Kinds of Call.
const (
	Expression CallKind = "expression"
	Statement  CallKind = "statement"
)

// Opaque is the identifier that Sketch writes where it cannot evaluate an expression.
const Opaque = "__jinja__"

// OpaqueBlock is what Sketch writes in place of a block whose condition or loop it cannot evaluate: it may stand for anything.
const OpaqueBlock = "__jinja_block__"
