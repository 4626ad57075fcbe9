// Package child runs other programs for the bot: dbt, git and the SQL sandbox. It is the only importer of
// os/exec, so that everything a child process can see or use up is decided in one place.
//
// What holds for every child:
//
//   - Its environment is exactly Command.Env. Nothing is inherited; names of the bot's own secrets are
//     refused (see Pass and ErrSecret).
//   - It leads its own process group. When it ends, times out or is cancelled, the whole group is killed, so
//     that nothing it started outlives it. On Linux it also dies with the bot (PR_SET_PDEATHSIG).
//   - What it prints is kept only up to a cap; the rest is read and dropped, so it never blocks on a full pipe.
//   - Its wall clock, CPU time, memory, file size and open files can be limited (Limits).
//
// Run is for programs that end by themselves, Start for those one talks to. Both report failures as *Error,
// whose Kind says what happened: errors.Is(err, child.ErrTimedOut) and so on.
package child

import (
	"context"
	"io"
	"time"
)

// DefaultOutput is the cap on captured standard output and on captured standard error, in bytes, where
// Command leaves it zero.
const DefaultOutput = 4 << 20

// Command says what to run and within which limits. Only Path is required.
type Command struct {
	// Path is the program: an absolute path, or a bare name that is looked up in the PATH of Env (not in
	// the bot's own).
	Path string
	// Args are the arguments after the program's name.
	Args []string
	// Dir is the working directory; empty means the bot's own.
	Dir string
	// Env is the whole environment, as KEY=VALUE. Nil is an empty environment, not an inherited one.
	Env []string
	// Stdin is what the program reads; nil is an empty input. Start ignores it (see Process.Stdin).
	Stdin io.Reader
	// MaxStdout and MaxStderr cap what is kept of the output, in bytes: of standard output the first
	// MaxStdout bytes, of standard error the last MaxStderr. Zero means DefaultOutput.
	MaxStdout, MaxStderr int
	// Timeout is the wall-clock limit; zero means that only the context limits it.
	Timeout time.Duration
	// Limits bound what the process may use up.
	Limits Limits
}

// Limits are resource limits (setrlimit). Zero leaves a resource unlimited. They are applied on Linux; on
// other systems they are ignored and Enforced is false. Each process of the group gets them for itself.
type Limits struct {
	// CPU is processor time. Fractions of a second are rounded up.
	CPU time.Duration
	// Memory is private writable memory in bytes (RLIMIT_DATA). Not RLIMIT_AS: runtimes reserve address space far beyond
	// what they use.
	Memory int64
	// FileSize is the largest file the process may write, in bytes.
	FileSize int64
	// OpenFiles is the number of file descriptors.
	OpenFiles int
}

// Result is what a program left behind. It is filled as far as known even where Run also returns an error.
type Result struct {
	// ExitCode is the program's exit status, or -1 if a signal ended it or it never started.
	ExitCode int
	// Stdout and Stderr are the captured output (see Command.MaxStdout).
	Stdout, Stderr []byte
	// StdoutCut and StderrCut say that output was dropped because of the caps.
	StdoutCut, StderrCut bool
	// Elapsed is wall-clock time, CPU the processor time of the program and the children it waited for.
	Elapsed, CPU time.Duration
}

// Run starts the program, waits until it has ended and returns its output. A non-zero exit status is an error
// (ErrExit). Cancelling ctx kills the process group.
func Run(ctx context.Context, c Command) (Result, error) {
	p, err := start(ctx, c, false)
	if err != nil {
		return Result{ExitCode: -1}, err
	}
	return p.Wait()
}

// Start starts the program and returns pipes to it. The caller reads Process.Stdout, writes Process.Stdin, and calls
// Wait (or Kill) in the end. Cancelling ctx, or Timeout, kills the process group.
func Start(ctx context.Context, c Command) (*Process, error) {
	return start(ctx, c, true)
}
