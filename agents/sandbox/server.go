package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// childArgument is the only argument of the child process.
const childArgument = "sandbox-child"

// isChild says that this process was started as the sandbox's child. Where main forgot to call ChildMain, it keeps start from starting
// children without end.
func isChild() bool { return len(os.Args) == 2 && os.Args[1] == childArgument }

// ChildMain must be the first call of main and of TestMain. In an ordinary process it returns at once; in the
// sandbox's child process it serves requests until its input ends, and then exits.
func ChildMain() {
	if !isChild() {
		return
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve is the child's life: the first request says how to confine itself and what to open, the others are work.
func serve(in io.Reader, out io.Writer) error {
	in = bufio.NewReader(in)
	var first request
	if err := readFrame(in, &first); err != nil {
		return fmt.Errorf("reading the first request: %w", err)
	}
	if first.Op != opOpen || first.Open == nil {
		return fmt.Errorf("the first request is %q, not %q", first.Op, opOpen)
	}
	confined, err := confine(*first.Open)
	if err != nil {
		return fmt.Errorf("confining the sandbox: %w", err)
	}
	e, err := openEngine(context.Background(), *first.Open)
	answer := response{ID: first.ID, Confinement: &confined}
	if err != nil {
		answer.Error = asError(err)
	}
	if err := writeFrame(out, answer); err != nil || answer.Error != nil {
		return err
	}
	defer e.close()
	return work(e, in, out)
}

// work answers requests in their order, and cancels the one under way when asked to.
func work(e *engine, in io.Reader, out io.Writer) error {
	type task struct {
		request
		ctx    context.Context
		cancel context.CancelFunc
	}
	tasks := make(chan task)
	failed := make(chan error, 1)
	go func() {
		defer close(tasks)
		cancels := map[uint64]context.CancelFunc{}
		for {
			var r request
			if err := readFrame(in, &r); err != nil {
				failed <- err
				return
			}
			if r.Op == opCancel {
				if cancel := cancels[r.ID]; cancel != nil {
					cancel()
				}
				continue
			}
			ctx, cancel := context.WithTimeout(context.Background(), r.Timeout)
			cancels = map[uint64]context.CancelFunc{r.ID: cancel} // the parent waits for each answer
			tasks <- task{r, ctx, cancel}
		}
	}()
	for t := range tasks {
		answer := e.answer(t.ctx, t.request)
		t.cancel()
		answer.ID = t.ID
		if err := writeFrame(out, answer); err != nil {
			return fmt.Errorf("answering: %w", err)
		}
	}
	if err := <-failed; !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// answer does what a request asks for.
func (e *engine) answer(ctx context.Context, r request) response {
	var (
		out response
		err error
	)
	if r.Op != opQuery {
		err = e.hide(ctx)
	}
	switch {
	case err != nil:
	case r.Op == opExec && !e.build:
		err = errors.New("statements of any kind are run only for Build")
	case r.Op == opExec:
		err = e.exec(ctx, r.SQL)
	case r.Op == opParse:
		out.Statement, err = e.parse(ctx, r.SQL)
	case r.Op == opBind:
		out.Columns, err = e.bind(ctx, r.Relations, r.SQL)
	case r.Op == opQuery:
		err = e.query(ctx, r, &out)
	case r.Op == opCatalog:
		out.Relations, err = e.catalog(ctx)
	default:
		err = fmt.Errorf("unknown request %q", r.Op)
	}
	if err != nil {
		out = response{Error: asError(err)}
		if ctx.Err() != nil {
			out.Error.Kind = KindTimeout
		}
	}
	return out
}
