// Package sandbox runs SQL that nobody vouches for on embedded DuckDB, in a child process that can do no harm.
// It is the only importer of duckdb-go.
//
// The child is this same binary, started again with a hidden argument: every main function and every TestMain of a package
// that uses the sandbox calls ChildMain first. Before it touches DuckDB the child gives up what it does not need: rlimits bound
// its memory, Landlock takes away the network and every file outside its scratch folder, a system call filter the
// rest (confine_linux.go); then DuckDB's own settings forbid external access and are locked (engine.go). Parent and child
// exchange length-prefixed JSON over the child's standard input and output (protocol.go). There are two children: one has the
// data and answers Query, Catalog and Values; the other has none and answers Parse and Bind.
//
// The sandbox works on a copy of the team's .duckdb file, under the same file name (views built by dbt-duckdb name
// their catalog after the file), because an open DuckDB file blocks dbt and the other way round. The copy is
// refreshed when the original's size or time changes; the original is only ever read.
//
// Owned files: Options.Scratch and everything in it.
package sandbox

import (
	"context"
	"encoding/json"
	"time"
)

// SQL is one statement together with where it came from. Where the operating system cannot confine the child
// (see Sandbox.Confinement), only trusted SQL is run.
type SQL struct {
	Text string
	// Trusted means that our own compiler wrote Text from a checked Spec: no part of it was taken over from a
	// person, a model or a repository without being quoted.
	Trusted bool
}

// Trusted marks text as written by our own compiler.
func Trusted(text string) SQL { return SQL{Text: text, Trusted: true} }

// Untrusted marks text as written by a person, a language model or a repository.
func Untrusted(text string) SQL { return SQL{Text: text} }

// Column is a column's name and its type as DuckDB spells it: BIGINT, DECIMAL(18,2), TIMESTAMP WITH TIME ZONE,
// STRUCT(a INTEGER)[].
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Relation is a table or view with its columns. Database is the catalog (for a file: its name without
// extension) and may be empty in a request; Schema empty means "main".
type Relation struct {
	Database string   `json:"database,omitempty"`
	Schema   string   `json:"schema,omitempty"`
	Name     string   `json:"name"`
	Kind     string   `json:"kind,omitempty"` // "table" or "view"; only Catalog sets it
	Columns  []Column `json:"columns,omitempty"`
}

// View is a relation that does not exist in the data and is to be seen by one Query as if it did: the model under test, or a
// parent that was never built. It hides a table or view of the same name.
type View struct {
	Database, Schema, Name string // as in Relation
	SQL                    string // a single SELECT
	// Stored computes the SELECT once, when the view is made, instead of in every query that reads it.
	Stored bool
}

// Options configure a Sandbox. Only Scratch is required.
type Options struct {
	// Scratch is an existing folder of this sandbox's own; files in it may be overwritten.
	Scratch string
	// Database is the path of a .duckdb file; empty means no data (Query then sees an empty database).
	Database string
	// MemoryMB bounds DuckDB's memory (memory_limit); zero means 512. The process may use 1 GB more,
	// and four times as much on disk, in Scratch.
	MemoryMB int
	// Threads DuckDB may use; zero means 2.
	Threads int
	// Timeout of a call that sets none; zero means 20 s.
	Timeout time.Duration
}

// QueryOptions limit one query.
type QueryOptions struct {
	// Limit is the largest number of rows returned; zero means 1,000. Result.Truncated says that there were more.
	Limit int
	// Timeout after which the query is interrupted; zero means Options.Timeout.
	Timeout time.Duration
	// Views the query may read beside the data, created in this order (a view may read earlier ones).
	Views []View
	// Today (2006-01-02) is what current_date gives; empty: the day it is.
	Today string
}

// Result holds the rows of a query. Values are JSON-safe, and the same before and after a JSON round trip:
//
//	nil                    NULL
//	bool                   BOOLEAN
//	json.Number            integers of every width, DECIMAL (all digits), FLOAT and DOUBLE that are finite
//	string                 everything else: VARCHAR; DATE 2006-01-02; TIMESTAMP 2006-01-02T15:04:05[.ffffff];
//	                       TIMESTAMP WITH TIME ZONE the same in UTC with Z; TIME 15:04:05; UUID; nan and inf;
//	                       lists, structs, maps, intervals and the rest as DuckDB prints them
type Result struct {
	Columns   []Column `json:"columns"`
	Rows      [][]any  `json:"rows"`
	Truncated bool     `json:"truncated,omitempty"`
}

// Statement is what Parse found out about a text without looking at any catalog.
type Statement struct {
	// Count is the number of statements in the text. The other fields describe a text of exactly one.
	Count int `json:"count"`
	// Kind is "SELECT" (also for VALUES and FROM-first queries), or another statement's kind ("INSERT", "COPY", …),
	// "OTHER" where DuckDB cannot tell without a catalog.
	Kind string `json:"kind"`
	// Tables are the relations the SELECT reads, without its own CTEs, in order of appearance, each once.
	Tables []TableRef `json:"tables,omitempty"`
	// Functions are the names of table functions (read_csv, range, …) called in FROM, each once.
	Functions []string `json:"functions,omitempty"`
	// Tree is DuckDB's syntax tree of the SELECT (json_serialize_sql), nil for other kinds.
	Tree json.RawMessage `json:"tree,omitempty"`
}

// TableRef is a name as written in FROM; Database and Schema are empty if not written.
type TableRef struct {
	Database string `json:"database,omitempty"`
	Schema   string `json:"schema,omitempty"`
	Name     string `json:"name"`
}

// Start copies the database file, starts the child and waits until it is ready. The context bounds only
// the starting; Close ends the sandbox. A file that cannot be used is a *FileError.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	return start(ctx, o)
}
