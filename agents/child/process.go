package child

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// drainTime is how long Wait goes on reading output after the program has ended and its group was killed. A process that left
// the group can keep the pipe open for ever.
const drainTime = 2 * time.Second

// Process is a running program and its group.
type Process struct {
	// Stdin is the program's standard input; close it to tell the program that the input has ended. Nil after Run.
	Stdin io.WriteCloser
	// Stdout is its standard output; it ends when the program does. Nil after Run.
	Stdout io.Reader

	command        Command
	cmd            *exec.Cmd
	stdout, stderr *capture
	began          time.Time

	stop    sync.Once
	stopped chan struct{} // closed by kill
	reason  error         // why kill was called; read after stopped is closed
	done    chan struct{} // closed when the program has ended and result, err are set
	result  Result
	err     error
}

// Wait waits until the program has ended and returns its result; Stdout of a started program is empty in it, since its owner
// has read it. It may be called any number of times.
func (p *Process) Wait() (Result, error) {
	<-p.done
	return p.result, p.err
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Kill ends the process group at once. Wait then reports ErrCanceled, unless the program had ended before.
func (p *Process) Kill() { p.kill(ErrCanceled) }

// Stderr returns the end of what the program has printed to standard error so far.
func (p *Process) Stderr() string { return lastLines(p.stderr.bytes(), 2048) }

func (p *Process) kill(reason error) {
	p.stop.Do(func() {
		p.reason = reason
		close(p.stopped)
	})
}

func start(ctx context.Context, c Command, piped bool) (*Process, error) {
	if err := ctx.Err(); err != nil {
		return nil, &Error{Kind: ErrCanceled, Program: c.Path, ExitCode: -1, Err: err}
	}
	if err := checkEnv(c.Path, c.Env); err != nil {
		return nil, err
	}
	path, err := resolve(c)
	if err != nil {
		return nil, err
	}
	p := &Process{
		command: c,
		cmd:     exec.Command(path, c.Args...),
		stdout:  newHead(c.MaxStdout),
		stderr:  newTail(c.MaxStderr),
		stopped: make(chan struct{}),
		done:    make(chan struct{}),
	}
	p.cmd.Dir, p.cmd.Stdin, p.cmd.Stderr = c.Dir, c.Stdin, p.stderr
	p.cmd.Env = append([]string{}, c.Env...) // never nil: nil would inherit
	p.cmd.WaitDelay = drainTime
	ownGroup(p.cmd)
	var closers []io.Closer
	if piped {
		if closers, err = p.pipes(); err != nil {
			return nil, &Error{Kind: ErrStart, Program: c.Path, ExitCode: -1, Err: err}
		}
	} else {
		p.cmd.Stdout = p.stdout
	}
	started := make(chan error)
	go p.run(ctx, started, closers)
	if err := <-started; err != nil {
		return nil, startError(c.Path, err)
	}
	return p, nil
}

// pipes connects both ends by pipes of our own: those of os/exec are closed by Wait, which would take unread
// output away from its reader. It returns the child's ends, to be closed here once it runs.
func (p *Process) pipes() ([]io.Closer, error) {
	inRead, inWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, inRead.Close(), inWrite.Close())
	}
	p.cmd.Stdin, p.cmd.Stdout = inRead, outWrite
	p.Stdin, p.Stdout = inWrite, outRead
	return []io.Closer{inRead, outWrite}, nil
}

// run owns the child from start to end. It stays on one system thread, because Linux ties the death signal of a
// child to the thread that started it.
func (p *Process) run(ctx context.Context, started chan<- error, closers []io.Closer) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p.began = time.Now()
	err := p.cmd.Start()
	for _, c := range closers {
		_ = c.Close() // the child's ends; it holds its own copies
	}
	if err == nil {
		if err = applyLimits(p.cmd.Process.Pid, p.command.Limits); err != nil {
			killGroup(p.cmd.Process)
			_ = p.cmd.Wait() // the error that counts is the one above
		}
	}
	started <- err
	if err != nil {
		return
	}
	watched := make(chan struct{})
	exited := make(chan struct{})
	go p.watch(ctx, exited, watched)
	p.finish(waitGroup(p.cmd, func() { close(exited); <-watched }))
}

// watch kills the group when the time is up or the caller gives up, until the program has exited.
func (p *Process) watch(ctx context.Context, exited <-chan struct{}, watched chan<- struct{}) {
	defer close(watched)
	var timeout <-chan time.Time
	if p.command.Timeout > 0 {
		timer := time.NewTimer(p.command.Timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-exited:
		return
	case <-timeout:
		p.kill(ErrTimedOut)
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			p.kill(ErrTimedOut)
		} else {
			p.kill(ErrCanceled)
		}
	case <-p.stopped:
	}
	killGroup(p.cmd.Process)
}

func (p *Process) finish(err error) {
	p.result = Result{
		ExitCode: p.cmd.ProcessState.ExitCode(),
		Stdout:   p.stdout.bytes(), StdoutCut: p.stdout.isCut(),
		Stderr: p.stderr.bytes(), StderrCut: p.stderr.isCut(),
		Elapsed: time.Since(p.began),
		CPU:     p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime(),
	}
	if errors.Is(err, exec.ErrWaitDelay) {
		err = nil // the program itself ended well; what held its pipe open is gone or not ours
	}
	if err != nil {
		p.err = p.classify(err)
	}
	close(p.done)
}

// classify turns the end of the program into the error that explains it.
func (p *Process) classify(err error) error {
	e := &Error{Program: p.command.Path, ExitCode: p.result.ExitCode, Signal: signalOf(p.cmd.ProcessState),
		Stderr: lastLines(p.result.Stderr, 2048)}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		e.Err = err // for instance an error from Command.Stdin
	}
	limits := p.command.Limits
	switch {
	case p.wasKilled() && e.Signal != "":
		e.Kind = p.reason
	case cpuSignal(p.cmd.ProcessState) || limits.CPU > 0 && e.Signal != "" && p.result.CPU >= limits.CPU:
		e.Kind = ErrCPU
	case limits.Memory > 0 && saysOutOfMemory(p.result.Stderr), killSignal(p.cmd.ProcessState):
		// SIGKILL from neither us nor the processor limit: the kernel's out-of-memory killer.
		e.Kind = ErrMemory
	default:
		e.Kind = ErrExit
	}
	return e
}

func (p *Process) wasKilled() bool {
	select {
	case <-p.stopped:
		return true
	default:
		return false
	}
}

func startError(program string, err error) error {
	kind := ErrStart
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		kind = ErrNotFound
	}
	return &Error{Kind: kind, Program: program, ExitCode: -1, Err: err}
}

// capture keeps the first or the last max bytes of what is written to it and drops the rest.
type capture struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	max  int
	tail bool
	cut  bool
}

func newHead(max int) *capture { return &capture{max: orDefault(max)} }
func newTail(max int) *capture { return &capture{max: orDefault(max), tail: true} }

func orDefault(max int) int {
	if max <= 0 {
		return DefaultOutput
	}
	return max
}

// Write never fails: a program must not be disturbed by how much of its output is kept.
func (c *capture) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(b)
	if room := c.max - c.buf.Len(); !c.tail && len(b) > room {
		b, c.cut = b[:room], true
	}
	c.buf.Write(b)
	// Dropping only when twice the size is held keeps the cost of a long output linear.
	if c.tail && c.buf.Len() > 2*c.max {
		c.buf.Next(c.buf.Len() - c.max)
		c.cut = true
	}
	return n, nil
}

func (c *capture) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := bytes.Clone(c.buf.Bytes())
	if len(b) > c.max {
		b, c.cut = b[len(b)-c.max:], true
	}
	return b
}

func (c *capture) isCut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cut
}
