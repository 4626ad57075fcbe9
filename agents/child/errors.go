package child

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Errors that a *Error can stand for; test with errors.Is.
var (
	ErrNotFound = errors.New("program not found")
	ErrSecret   = errors.New("a secret of the bot in a child's environment")
	ErrStart    = errors.New("program could not be started")
	ErrTimedOut = errors.New("time limit reached")
	ErrCanceled = errors.New("cancelled")
	ErrMemory   = errors.New("memory limit reached")
	ErrCPU      = errors.New("processor time limit reached")
	ErrExit     = errors.New("ended with an error")
)

// Error is a program that could not be started, was ended, or ended with a non-zero status.
type Error struct {
	Kind     error  // one of the errors above
	Program  string // as in Command.Path
	ExitCode int    // the exit status, -1 if there is none
	Signal   string // the signal that ended it ("killed"), if any
	Stderr   string // the last lines of its standard error, up to 2 KB
	Err      error  // the cause, if there is one beyond Kind
}

// Error says which program failed how, followed by the end of its standard error.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v", e.Program, e.Kind)
	switch {
	case e.Signal != "":
		fmt.Fprintf(&b, " (signal: %s)", e.Signal)
	case e.Kind == ErrExit:
		fmt.Fprintf(&b, " (exit status %d)", e.ExitCode)
	case e.Err != nil:
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Stderr != "" {
		fmt.Fprintf(&b, ": %s", e.Stderr)
	}
	return b.String()
}

// Unwrap gives Kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// outOfMemory are the last words of programs that met a memory limit. Unlike a processor time limit it has no
// signal of its own: an allocation fails, and each runtime reports that in its way.
var outOfMemory = []string{
	"MemoryError",            // Python
	"Out of Memory Error",    // DuckDB
	"failed to allocate",     // DuckDB, sanitizers
	"out of memory",          // Go runtime, C programs
	"Cannot allocate memory", // ENOMEM
	"std::bad_alloc",         // C++
}

func saysOutOfMemory(stderr []byte) bool {
	for _, words := range outOfMemory {
		if bytes.Contains(stderr, []byte(words)) {
			return true
		}
	}
	return false
}

// lastLines returns the end of b as text, at most n bytes, starting at a line's start where it cuts.
func lastLines(b []byte, n int) string {
	if len(b) > n {
		b = b[len(b)-n:]
		for i, c := range b {
			if c == '\n' {
				b = b[i+1:]
				break
			}
		}
	}
	return strings.ToValidUTF8(strings.TrimSpace(string(b)), "?")
}
