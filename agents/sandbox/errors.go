package sandbox

import (
	"errors"
	"fmt"
)

// Kind classifies an error that DuckDB or the sandbox gave for a statement.
type Kind string

// The kinds that callers tell apart.
const (
	KindParser     Kind = "parser"        // the text is no SQL
	KindBinder     Kind = "binder"        // a column, function or type does not fit
	KindCatalog    Kind = "catalog"       // a table, schema or function does not exist
	KindConversion Kind = "conversion"    // a value does not convert, overflows or divides by zero
	KindMemory     Kind = "out of memory" // memory_limit or the process limit was reached
	KindTimeout    Kind = "interrupted"   // the time limit was reached, or the caller gave up
	KindPermission Kind = "permission"    // refused by the sandbox: not a single SELECT, file or network access, a setting
	KindCrash      Kind = "crash"         // the child process died; the next call starts a new one
	KindOther      Kind = "other"
)

// Error is a statement that failed. Line and Column count from 1, the column in characters; both are zero where
// DuckDB names no place. Offset is the same place as a byte offset, -1 where unknown.
type Error struct {
	Kind    Kind   `json:"kind"`
	Message string `json:"message"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Offset  int    `json:"offset"`
}

// Error gives the kind, the place if known, and DuckDB's own message.
func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s error at line %d, column %d: %s", e.Kind, e.Line, e.Column, e.Message)
	}
	return fmt.Sprintf("%s error: %s", e.Kind, e.Message)
}

// KindOf returns the Kind of the *Error in err's chain, or "" if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

// ErrUnconfined is returned for untrusted SQL where the child cannot be confined.
var ErrUnconfined = errors.New("this system cannot confine untrusted SQL (it needs Linux 5.13 or newer with Landlock); only SQL written by the compiler is run")

// ErrClosed is returned by every call after Close.
var ErrClosed = errors.New("the sandbox is closed")

// FileProblem says what is wrong with a .duckdb file.
type FileProblem string

// The problems that callers tell apart.
const (
	FileMissing FileProblem = "missing"
	FileLocked  FileProblem = "locked"      // another process has it open for writing, or it changed while it was read
	FileCorrupt FileProblem = "corrupt"     // no DuckDB file, or damaged
	FileNewer   FileProblem = "newer"       // written by a newer DuckDB than the one embedded here
	FileAccess  FileProblem = "not allowed" // no permission, or another operating system error
)

// FileError is a database file that cannot be used. Its text is a sentence for the person, ending in what to do.
type FileError struct {
	Path    string
	Problem FileProblem
	Advice  string // what is wrong and what to do
	Err     error  // the cause; may be nil
}

// Error names the file and says what to do.
func (e *FileError) Error() string { return fmt.Sprintf("%s: %s", e.Path, e.Advice) }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }
