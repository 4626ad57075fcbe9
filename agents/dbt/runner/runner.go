// Package runner runs the real dbt, where it is installed, on copies: of the project's files and of its DuckDB file. Nothing it
// runs can reach a team's warehouse or the bot's secrets.
//
// A [Scratch] names a folder that is kept between runs, so that dbt's partial parse pays off. In it:
//
//	project/    the project's files plus the change (only what differs is written)
//	profiles/   profiles.yml, generated for DuckDB
//	data/       the copy of the database, under its own file name (views name their catalog after it)
//	target/     dbt's artifacts, partial_parse.msgpack among them
//	logs/ home/ dbt's log and its home folder
//
// What dbt found comes back as [Results], read from its artifacts and mapped to files and lines. An error
// means that dbt could not run at all.
package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"firstmile/agents/child"
)

// Options say where dbt is and what it may use.
type Options struct {
	// Bin is the dbt program. Empty: looked for beside Python, then as .venv/bin/dbt in Dir, then in PATH.
	Bin string
	// Python is an interpreter beside which dbt is installed; empty when there is none in particular.
	Python string
	// Dir is where .venv is looked for; empty means the working directory.
	Dir string
	// Timeout bounds one run; zero means five minutes.
	Timeout time.Duration
	// Memory bounds the private memory of dbt in bytes; zero means 4 GB.
	Memory int64
}

// ErrNotInstalled says that no dbt was found.
var ErrNotInstalled = errors.New("dbt is not installed: run \"make venv\" or put dbt with its DuckDB adapter into the PATH")

// Runner runs one dbt installation. It may be used by several goroutines; runs in one scratch folder wait for each other.
type Runner struct {
	bin     string
	timeout time.Duration
	memory  int64
	mu      sync.Mutex
	busy    map[string]chan struct{} // scratch folder → closed when free
}

// New finds dbt.
func New(o Options) (*Runner, error) {
	bin, err := locate(o)
	if err != nil {
		return nil, err
	}
	r := &Runner{bin: bin, timeout: o.Timeout, memory: o.Memory, busy: map[string]chan struct{}{}}
	if r.timeout <= 0 {
		r.timeout = 5 * time.Minute
	}
	if r.memory <= 0 {
		r.memory = 4 << 30
	}
	return r, nil
}

// Bin is the path of the dbt program.
func (r *Runner) Bin() string { return r.bin }

func locate(o Options) (string, error) {
	name := "dbt"
	if runtime.GOOS == "windows" {
		name = "dbt.exe"
	}
	if o.Bin != "" {
		if !executable(o.Bin) {
			return "", fmt.Errorf("%s is not a program that can be run: %w", o.Bin, ErrNotInstalled)
		}
		return filepath.Abs(o.Bin)
	}
	var candidates []string
	if o.Python != "" {
		candidates = append(candidates, filepath.Join(filepath.Dir(o.Python), name))
	}
	candidates = append(candidates, filepath.Join(o.Dir, ".venv", "bin", name), filepath.Join(o.Dir, ".venv", "Scripts", name))
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if dir != "" {
			candidates = append(candidates, filepath.Join(dir, name))
		}
	}
	for _, c := range candidates {
		if executable(c) {
			return filepath.Abs(c)
		}
	}
	return "", ErrNotInstalled
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

// Version is what is installed: "1.11.16" and "1.11.1". Adapter is empty when the DuckDB adapter is missing.
type Version struct{ Core, DuckDB string }

// Version asks dbt for its version; it takes a few seconds.
func (r *Runner) Version(ctx context.Context) (Version, error) {
	home, err := os.MkdirTemp("", "dbt-version-")
	if err != nil {
		return Version{}, fmt.Errorf("asking dbt for its version: %w", err)
	}
	defer os.RemoveAll(home)
	res, err := child.Run(ctx, child.Command{Path: r.bin, Args: []string{"--version"}, Dir: home, Env: r.env(home), Timeout: time.Minute})
	if err != nil && !errors.Is(err, child.ErrExit) {
		return Version{}, fmt.Errorf("asking dbt for its version: %w", err)
	}
	v := parseVersion(string(res.Stdout) + "\n" + string(res.Stderr))
	if v.Core == "" {
		return v, fmt.Errorf("asking dbt for its version: %s does not say it", r.bin)
	}
	return v, nil
}

// parseVersion reads lines such as "  - installed: 1.11.16" and "  - duckdb: 1.11.1 - Up to date!".
func parseVersion(out string) Version {
	var v Version
	for line := range strings.Lines(out) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "- ")
		if rest, ok := strings.CutPrefix(line, "installed:"); ok && v.Core == "" {
			v.Core = firstWord(rest)
		}
		if rest, ok := strings.CutPrefix(line, "duckdb:"); ok {
			v.DuckDB = firstWord(rest)
		}
	}
	return v
}

func firstWord(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return ""
}

// env is dbt's whole environment: nothing of the bot's own but the path and the locale.
func (r *Runner) env(home string) []string {
	return append(child.Pass("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SystemRoot"),
		"HOME="+home, "USERPROFILE="+home, "TZ=UTC", "PYTHONUTF8=1",
		"DBT_SEND_ANONYMOUS_USAGE_STATS=False", "DO_NOT_TRACK=1")
}

// lock waits until no other run uses the folder.
func (r *Runner) lock(ctx context.Context, dir string) (unlock func(), err error) {
	for {
		r.mu.Lock()
		wait, taken := r.busy[dir]
		if !taken {
			done := make(chan struct{})
			r.busy[dir] = done
			r.mu.Unlock()
			return func() {
				r.mu.Lock()
				delete(r.busy, dir)
				r.mu.Unlock()
				close(done)
			}, nil
		}
		r.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
