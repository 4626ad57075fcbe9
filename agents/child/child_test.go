package child

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain makes the test binary the program that is run: its first argument says what to do.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if act, ok := acts[os.Args[1]]; ok {
			os.Exit(act(os.Args[2:]))
		}
	}
	os.Exit(m.Run())
}

var acts = map[string]func([]string) int{
	"print": func(args []string) int {
		fmt.Print(args[0])
		fmt.Fprint(os.Stderr, args[1])
		n, _ := strconv.Atoi(args[2])
		return n
	},
	"env":   func([]string) int { fmt.Print(strings.Join(os.Environ(), "\n")); return 0 },
	"where": func([]string) int { dir, _ := os.Getwd(); fmt.Print(dir); return 0 },
	"cat":   func([]string) int { _, _ = io.Copy(os.Stdout, os.Stdin); return 0 },
	"flood": func([]string) int {
		line := strings.Repeat("x", 99) + "\n"
		for range 10_000 {
			fmt.Print(line)
			fmt.Fprint(os.Stderr, line)
		}
		fmt.Fprint(os.Stderr, "the end")
		return 0
	},
	"wait": func([]string) int { fmt.Println("waiting"); return forever() },
	"hold": func([]string) int { return forever() },
	// parent is a bot that has started a child.
	"parent": func([]string) int {
		self, _ := os.Executable()
		p, err := Start(context.Background(), Command{Path: self, Args: []string{"hold"}})
		if err != nil {
			return 1
		}
		fmt.Println(p.cmd.Process.Pid)
		return forever()
	},
	"burn": func([]string) int {
		for i := 0; ; i++ {
			_ = i
		}
	},
	"swallow": func([]string) int {
		var kept [][]byte
		for {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			kept = append(kept, b)
			if len(kept) > 4096 {
				return 0
			}
		}
	},
	"write": func(args []string) int {
		signal.Ignore(syscall.SIGXFSZ)
		if err := os.WriteFile(args[0], make([]byte, 1<<20), 0o600); err != nil {
			fmt.Fprint(os.Stderr, err)
			return 3
		}
		return 0
	},
	// family leaves a child of its own behind, in its group, that holds the pipe open.
	"family": func(args []string) int {
		self, _ := os.Executable()
		p, err := os.StartProcess(self, []string{self, "hold"}, &os.ProcAttr{Files: []*os.File{nil, os.Stdout, os.Stderr}})
		if err != nil {
			return 1
		}
		fmt.Println(p.Pid)
		if len(args) > 0 {
			return forever()
		}
		return 0
	},
}

func forever() int {
	never := make(chan os.Signal, 1)
	signal.Notify(never, syscall.SIGUSR1) // so that the runtime does not call it a deadlock
	<-never
	return 0
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func act(t *testing.T, args ...string) Command { return Command{Path: self(t), Args: args} }

func TestRun(t *testing.T) {
	c := act(t, "print", "out", "err", "0")
	r, err := Run(t.Context(), c)
	if err != nil || string(r.Stdout) != "out" || string(r.Stderr) != "err" || r.ExitCode != 0 || r.Elapsed <= 0 {
		t.Errorf("got %+v, %v", r, err)
	}
	c = act(t, "print", "out", "first line\nit went wrong", "7")
	r, err = Run(t.Context(), c)
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrExit) || e.ExitCode != 7 || r.ExitCode != 7 || string(r.Stdout) != "out" {
		t.Errorf("got %+v, %v", r, err)
	}
	if err != nil && !strings.Contains(err.Error(), "it went wrong") {
		t.Errorf("the error does not quote standard error: %v", err)
	}
	c = act(t, "cat")
	c.Stdin = strings.NewReader("through")
	if r, err = Run(t.Context(), c); err != nil || string(r.Stdout) != "through" {
		t.Errorf("got %+v, %v", r, err)
	}
	c = act(t, "where")
	c.Dir = t.TempDir()
	want, err := filepath.EvalSymlinks(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = Run(t.Context(), c); err != nil || string(r.Stdout) != want {
		t.Errorf("got %s, %v, want %s", r.Stdout, err, want)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("SLACK_BOT_TOKEN", "xoxb-1")
	t.Setenv("DBT_TARGET", "dev")
	c := act(t, "env")
	if r, err := Run(t.Context(), c); err != nil || len(r.Stdout) > 0 {
		t.Errorf("nothing was passed, but the child sees %q, %v", r.Stdout, err)
	}
	c.Env = append(Pass("DBT_TARGET", "SLACK_BOT_TOKEN", "NOT_SET_ANYWHERE"), "A=b=c")
	if r, err := Run(t.Context(), c); err != nil || string(r.Stdout) != "DBT_TARGET=dev\nA=b=c" {
		t.Errorf("got %q, %v", r.Stdout, err)
	}
	for entry, want := range map[string]error{
		"SLACK_BOT_TOKEN=x": ErrSecret, "github_token=x": ErrSecret, "OPENAI_API_KEY=x": ErrSecret,
		"noequals": ErrStart, "=x": ErrStart, "A=\x00": ErrStart,
	} {
		c.Env = []string{entry}
		if _, err := Run(t.Context(), c); !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", entry, err, want)
		} else if strings.Contains(err.Error(), "=x") {
			t.Errorf("the error tells the value: %v", err)
		}
	}
}

func TestNotFound(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plain"), []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self(t), filepath.Join(dir, "tool")); err != nil {
		t.Fatal(err)
	}
	path := []string{"PATH=relative" + string(os.PathListSeparator) + dir}
	if _, err := Run(t.Context(), Command{Path: "tool", Args: []string{"print", "", "", "0"}, Env: path}); err != nil {
		t.Errorf("a program in PATH: %v", err)
	}
	for _, c := range []Command{{}, {Path: "tool"}, {Path: "plain", Env: path}, {Path: "none", Env: path}, {Path: filepath.Join(dir, "none")}} {
		if _, err := Run(t.Context(), c); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", c.Path, err)
		}
	}
	if _, err := Run(t.Context(), Command{Path: filepath.Join(dir, "plain")}); !errors.Is(err, ErrStart) {
		t.Errorf("a file that is no program: got %v, want ErrStart", err)
	}
}

func TestOutputCaps(t *testing.T) {
	c := act(t, "flood")
	c.MaxStdout, c.MaxStderr = 1000, 1000
	r, err := Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Stdout) != 1000 || !r.StdoutCut || len(r.Stderr) != 1000 || !r.StderrCut {
		t.Errorf("kept %d (cut %v) and %d (cut %v)", len(r.Stdout), r.StdoutCut, len(r.Stderr), r.StderrCut)
	}
	if !bytes.HasSuffix(r.Stderr, []byte("the end")) {
		t.Errorf("standard error ends in %q", r.Stderr[len(r.Stderr)-20:])
	}
}

func TestTimeoutAndCancel(t *testing.T) {
	c := act(t, "wait")
	c.Timeout = 50 * time.Millisecond
	if _, err := Run(t.Context(), c); !errors.Is(err, ErrTimedOut) {
		t.Errorf("got %v, want ErrTimedOut", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Run(ctx, act(t, "wait")); !errors.Is(err, ErrTimedOut) {
		t.Errorf("got %v, want ErrTimedOut", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	p, err := Start(ctx, act(t, "wait"))
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(p.Stdout).ReadString('\n'); err != nil || line != "waiting\n" {
		t.Fatalf("%q, %v", line, err)
	}
	cancel()
	if _, err := p.Wait(); !errors.Is(err, ErrCanceled) {
		t.Errorf("got %v, want ErrCanceled", err)
	}
	if _, err := Run(ctx, act(t, "wait")); !errors.Is(err, ErrCanceled) {
		t.Errorf("started under a cancelled context: got %v", err)
	}
}

func TestStart(t *testing.T) {
	p, err := Start(t.Context(), act(t, "cat"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p.Stdin, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := p.Stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); err != nil {
		t.Error(err)
	}
	// Output is still there after the end.
	if got, err := io.ReadAll(p.Stdout); err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	p.Kill() // after the end: nothing happens
	if _, err := p.Wait(); err != nil {
		t.Error(err)
	}
}
