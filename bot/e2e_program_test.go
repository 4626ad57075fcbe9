package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firstmile/bot/local"
)

// patience is how long a test waits for something that must happen. It is
// generous because dbt and the race detector are slow on a busy machine.
const patience = 90 * time.Second

// until looks again and again until seen gives true.
func until(t testing.TB, what string, limit time.Duration, seen func() bool) {
	t.Helper()
	if !eventually(limit, seen) {
		t.Fatalf("not within %s: %s", limit, what)
	}
}

func eventually(limit time.Duration, seen func() bool) bool {
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		if seen() {
			return true
		}
		select {
		case <-again.C:
		case <-late.C:
			return seen()
		}
	}
}

// transcript collects what a program prints.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// ended is what a command line printed and returned.
type ended struct {
	code           int
	stdout, stderr string
}

// command runs the program's command line to its end in this process.
func command(ctx context.Context, env map[string]string, args ...string) ended {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	var stdout, stderr transcript
	p := program{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(name string) string { return env[name] }}
	code := p.run(ctx, args)
	return ended{code, stdout.String(), stderr.String()}
}

// service is a command that runs until it is stopped.
type service struct {
	stdout, stderr transcript
	stop           context.CancelFunc
	done           chan struct{} // closed at its end, after code was set
	code           int
}

// begin starts a command in this process; the test's end stops it.
func begin(t testing.TB, env map[string]string, args ...string) *service {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	s := &service{stop: stop, done: make(chan struct{})}
	p := program{stdin: strings.NewReader(""), stdout: &s.stdout, stderr: &s.stderr, getenv: func(name string) string { return env[name] }}
	go func() {
		defer close(s.done)
		s.code = p.run(ctx, args)
	}()
	t.Cleanup(func() { s.end(t) })
	return s
}

// end stops the command and waits for it.
func (s *service) end(t testing.TB) {
	t.Helper()
	s.stop()
	select {
	case <-s.done:
	case <-time.After(patience):
		t.Error("the program does not stop when asked to")
	}
}

// says waits for a text on standard output.
func (s *service) says(t testing.TB, text string) {
	t.Helper()
	over := false
	until(t, fmt.Sprintf("the program prints %q", text), patience, func() bool {
		select {
		case <-s.done:
			over = true
		default:
		}
		return over || strings.Contains(s.stdout.String(), text)
	})
	if !strings.Contains(s.stdout.String(), text) {
		t.Fatalf("the program ended with %d\n%s%s", s.code, s.stdout.String(), s.stderr.String())
	}
}

// startLocal runs `firstmile local` on a folder and waits until its bot is connected.
func startLocal(t testing.TB, data string, args ...string) (*service, local.Description) {
	t.Helper()
	s := begin(t, nil, append([]string{"local", "--addr", "127.0.0.1:0", "--data", data}, args...)...)
	s.says(t, "The bot is connected")
	d, err := local.ReadDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	return s, d
}

// workspaceAlone runs the workspace on a folder without a bot in it.
func workspaceAlone(t testing.TB, data string) local.Description {
	t.Helper()
	s := begin(t, nil, "local", "--no-bot", "--addr", "127.0.0.1:0", "--data", data)
	s.says(t, "workspace is ready")
	d, err := local.ReadDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// requireDBT puts the repository's own dbt into the PATH and gives its path. Without
// dbt the test is skipped, in CI it fails.
func requireDBT(t *testing.T) string {
	t.Helper()
	venv, err := filepath.Abs(filepath.Join("..", ".venv", "bin"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", venv+string(os.PathListSeparator)+os.Getenv("PATH"))
	runner, why, err := findDBT("auto")
	switch {
	case err != nil:
		t.Fatal(err)
	case runner == nil && os.Getenv("CI") == "true":
		t.Fatal(why)
	case runner == nil:
		t.Skip(why)
	}
	return runner.Bin()
}
