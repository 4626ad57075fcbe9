package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"firstmile/agents/child"
)

// headroomMB is what the process may use beside DuckDB's own memory limit: the program, stacks, and what DuckDB does not
// count, such as long strings on their way. It is ample, because DuckDB's own error is the better one.
const headroomMB = 1024

// grace is how long a child has to answer after its time is up, before it is killed.
const grace = 2 * time.Second

// worker is one child process at a time, used by one call at a time. A child that died or was killed is replaced at the next call.
type worker struct {
	dir    string // the child's scratch folder
	open   openRequest
	turn   chan struct{} // holds one token; taken for the length of a call
	source *source       // what open.Database is a copy of; nil if there is none

	running atomic.Pointer[child.Process] // the child, for close
	closed  atomic.Bool

	// The fields below belong to whoever has the turn.
	process  *child.Process
	in       io.Writer
	answers  chan answer
	id       uint64
	confined Confinement
}

type answer struct {
	response
	err error
}

func newWorker(dir string, open openRequest) *worker {
	w := &worker{dir: dir, open: open, turn: make(chan struct{}, 1)}
	w.turn <- struct{}{}
	return w
}

// acquire waits for the worker's turn. release gives it back.
func (w *worker) acquire(ctx context.Context) error {
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
		return &Error{Kind: KindTimeout, Message: "gave up waiting for earlier queries: " + ctx.Err().Error(), Offset: -1}
	}
}

func (w *worker) release() { w.turn <- struct{}{} }

// begin starts the child ahead of the first call.
func (w *worker) begin(ctx context.Context) error {
	if err := w.acquire(ctx); err != nil {
		return err
	}
	defer w.release()
	return w.ensure(ctx)
}

// call sends a request and returns its answer, starting a child first if there is none.
func (w *worker) call(ctx context.Context, r request) (response, error) {
	if err := w.acquire(ctx); err != nil {
		return response{}, err
	}
	defer w.release()
	if err := w.ensure(ctx); err != nil {
		return response{}, err
	}
	return w.exchange(ctx, r)
}

// ensure makes sure that a child runs on current data.
func (w *worker) ensure(ctx context.Context) error {
	if w.closed.Load() {
		return ErrClosed
	}
	if w.source != nil {
		changed, err := w.source.refresh()
		if err != nil {
			return err
		}
		if changed {
			w.stop()
		}
	}
	if w.process != nil {
		select {
		case <-w.process.Done():
			w.stop()
		default:
			return nil
		}
	}
	return w.start(ctx)
}

func (w *worker) start(ctx context.Context) error {
	path, err := self()
	if err != nil {
		return fmt.Errorf("finding this program for the sandbox: %w", err)
	}
	if err := prepareDir(w.dir); err != nil {
		return fmt.Errorf("preparing the sandbox's folder: %w", err)
	}
	// The child outlives the call that starts it, so the call's context must not end it.
	p, err := child.Start(context.WithoutCancel(ctx), child.Command{Path: path, Args: []string{childArgument}, Dir: w.dir,
		MaxStderr: 64 << 10})
	if err != nil {
		return fmt.Errorf("starting the sandbox: %w", err)
	}
	w.process, w.in, w.answers = p, p.Stdin, make(chan answer, 2)
	w.running.Store(p)
	if w.closed.Load() { // closed in between, by a close that did not see the new child
		p.Kill()
	}
	go receive(p, w.answers)
	answered, err := w.exchange(ctx, request{Op: opOpen, Open: &w.open, Timeout: startTimeout})
	if err != nil {
		w.stop()
		if w.source != nil {
			return w.source.explain(err)
		}
		return err
	}
	w.confined = *answered.Confinement
	return nil
}

// prepareDir makes the child's folder and removes what an earlier child spilled into it.
func prepareDir(dir string) error {
	spill := filepath.Join(dir, spillDir)
	return errors.Join(os.RemoveAll(spill), os.MkdirAll(spill, 0o700))
}

// spillDir is where DuckDB puts what does not fit into memory.
const spillDir = "spill"

// startTimeout bounds opening the database.
const startTimeout = 20 * time.Second

// self is the path of the running binary. On Linux the kernel knows it even after the file was replaced.
func self() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// receive passes on answers until the child's output ends.
func receive(p *child.Process, answers chan<- answer) {
	defer close(answers)
	in := bufio.NewReader(p.Stdout)
	for {
		var a answer
		a.err = readFrame(in, &a.response)
		select {
		case answers <- a:
		default: // more answers than questions
			return
		}
		if a.err != nil {
			return
		}
	}
}

// exchange sends one request and waits for its answer: until its time is up, then for the child to notice (it is
// told, if the caller gives up earlier), then it kills the child.
func (w *worker) exchange(ctx context.Context, r request) (response, error) {
	w.id++
	r.ID = w.id
	if err := writeFrame(w.in, r); err != nil {
		return response{}, w.crashed(err)
	}
	hard := time.NewTimer(r.Timeout + grace)
	defer hard.Stop()
	canceled := ctx.Done()
	for {
		select {
		case a, ok := <-w.answers:
			switch {
			case !ok:
				return response{}, w.crashed(io.EOF)
			case a.err != nil:
				return response{}, w.crashed(a.err)
			case a.ID != r.ID:
				return response{}, w.crashed(fmt.Errorf("answer %d to request %d", a.ID, r.ID))
			case a.Error != nil:
				w.retire(a.Error)
				return response{}, a.Error
			}
			if err := a.fits(r.Op); err != nil {
				return response{}, w.crashed(err)
			}
			return a.response, nil
		case <-canceled:
			canceled = nil
			hard.Reset(grace)
			if err := writeFrame(w.in, request{ID: r.ID, Op: opCancel}); err != nil {
				return response{}, w.crashed(err)
			}
		case <-hard.C:
			w.stop()
			return response{}, &Error{Kind: KindTimeout, Message: "the time limit was reached and the query did not stop; its process was ended", Offset: -1}
		}
	}
}

// retire ends a child that ran out of time or memory: DuckDB may still be at work on what it was told to stop, and the next
// query would wait for it. A new child takes some 40 ms.
func (w *worker) retire(e *Error) {
	if e.Kind == KindTimeout || e.Kind == KindMemory {
		w.stop()
	}
}

// crashed ends the child and says why it died.
func (w *worker) crashed(cause error) error {
	result, err := w.end()
	if w.closed.Load() {
		return ErrClosed
	}
	e := &Error{Kind: KindCrash, Message: fmt.Sprintf("the sandbox's process ended in the middle: %v", cause), Offset: -1}
	if errors.Is(err, child.ErrMemory) || bytes.Contains(result.Stderr, []byte("out of memory")) || bytes.Contains(result.Stderr, []byte("std::bad_alloc")) {
		return &Error{Kind: KindMemory, Message: "the sandbox's process reached its memory limit", Offset: -1}
	}
	// A crashing runtime says first what happened, and then a lot about where.
	if first, _, _ := bytes.Cut(bytes.TrimSpace(result.Stderr), []byte("\n")); len(first) > 0 {
		e.Message += ": " + strings.ToValidUTF8(string(first), "?")
	}
	return e
}

// stop ends the child, if there is one.
func (w *worker) stop() {
	if w.process != nil {
		w.process.Kill()
		_, _ = w.end() // killed on purpose
	}
}

// end waits for the child to be gone. One that still runs, though its output is unusable, is killed.
func (w *worker) end() (child.Result, error) {
	p := w.process
	w.process = nil
	timer := time.AfterFunc(grace, p.Kill)
	defer timer.Stop()
	_ = p.Stdin.Close()
	result, err := p.Wait()
	if c, ok := p.Stdout.(io.Closer); ok {
		_ = c.Close()
	}
	return result, err
}

// close ends the worker for good, in the middle of a call if need be.
func (w *worker) close() {
	w.closed.Store(true)
	if p := w.running.Load(); p != nil {
		p.Kill()
	}
	<-w.turn
	w.stop()
	w.release()
}
