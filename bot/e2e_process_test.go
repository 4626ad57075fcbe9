package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"firstmile/bot/local"
	"firstmile/bot/sample"
	"firstmile/planner/driver"
)

// asProgram tells the test binary to be the program.
const asProgram = "FIRSTMILE_TEST_AS_PROGRAM"

// actAsProgram makes this process the program when the environment says so. On standard input it takes
// "kill AT N ROOT": end yourself with SIGKILL at the N-th boundary called AT, not counting those of the thread ROOT.
func actAsProgram() {
	if os.Getenv(asProgram) == "" {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	k := &killer{kinds: map[string]string{}}
	go k.obey(os.Stdin)
	p := program{stdin: strings.NewReader(""), stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, boundary: k.boundary}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// killer counts journal boundaries by name and ends the process at the one it was told.
type killer struct {
	mu    sync.Mutex
	kinds map[string]string // effect id -> kind
	at    string
	left  int
	not   string
}

func (k *killer) obey(orders io.Reader) {
	lines := bufio.NewScanner(orders)
	for lines.Scan() {
		w := strings.Split(lines.Text(), "\t")
		if len(w) != 4 || w[0] != "kill" {
			continue
		}
		n, err := strconv.Atoi(w[2])
		if err != nil {
			continue
		}
		k.mu.Lock()
		k.at, k.left, k.not = w[1], n, w[3]
		k.mu.Unlock()
		fmt.Println("armed")
	}
}

// boundary is told of every journal boundary; it prints its name, so that a test can list them.
func (k *killer) boundary(at driver.Boundary, what string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := k.name(at, what)
	fmt.Printf("boundary\t%s\t%s\n", name, what)
	if k.left == 0 || name != k.at || k.not != "" && strings.Contains(what, k.not) {
		return
	}
	if k.left--; k.left == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing happens after this
	}
}

// name is the kind of boundary: "effect publish", "commit result of publish", "append msg".
func (k *killer) name(at driver.Boundary, what string) string {
	if id, ok := strings.CutPrefix(what, "result:"); ok {
		kind := k.kinds[id]
		if kind == "" {
			kind = "an earlier effect"
		}
		return string(at) + " result of " + kind
	}
	if kind, id, ok := strings.Cut(what, " "); ok {
		k.kinds[id] = kind
		return string(at) + " " + kind
	}
	kind, _, _ := strings.Cut(what, ":")
	return string(at) + " " + kind
}

// process is the program as a process of its own.
type process struct {
	cmd            *exec.Cmd
	orders         io.WriteCloser
	stdout, stderr transcript
	dead           chan struct{} // closed after its end
}

// launch starts the test binary as the program; it is killed at the test's end.
func launch(t testing.TB, env map[string]string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self, args...), dead: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	for k, v := range env {
		p.cmd.Env = append(p.cmd.Env, k+"="+v)
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	if p.orders, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.dead)
		_ = p.cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process without any warning and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.dead
}

func (p *process) isDead() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// stop asks the process to end and expects that it ends well.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.dead:
	case <-time.After(patience):
		t.Fatal("the process does not end when asked to")
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the process ended with %d\n%s", code, p.stderr.String())
	}
}

// says waits for a text on standard output.
func (p *process) says(t testing.TB, text string) {
	t.Helper()
	until(t, fmt.Sprintf("the process prints %q", text), patience, func() bool { return p.isDead() || strings.Contains(p.stdout.String(), text) })
	if !strings.Contains(p.stdout.String(), text) {
		t.Fatalf("the process ended: %v\n%s%s", p.cmd.ProcessState, p.stdout.String(), p.stderr.String())
	}
}

// launchWorkspace starts the workspace without a bot as a process of its own.
func launchWorkspace(t testing.TB, data, addr string) (*process, local.Description) {
	t.Helper()
	p := launch(t, nil, "local", "--no-bot", "--faults", "--addr", addr, "--data", data)
	p.says(t, "workspace is ready")
	d, err := local.ReadDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	return p, d
}

// serveEnv is the environment in which `serve` is the bot of a workspace.
func serveEnv(d local.Description) map[string]string {
	return map[string]string{"SLACK_BOT_TOKEN": d.BotToken, "SLACK_APP_TOKEN": d.AppToken, "SLACK_API_URL": d.SlackAPIURL,
		"GITHUB_TOKEN": d.GitHubToken, "GITHUB_API_URL": d.GitHubAPIURL}
}

// serveArgs are the arguments for it. JSON is YAML, so the settings are written as such.
func serveArgs(t testing.TB, d local.Description, workspace, data string) []string {
	t.Helper()
	settings, err := json.Marshal(map[string]any{
		"projects": []map[string]any{{"id": sample.Name, "repo": d.Repository, "warehouse": filepath.Join(local.RepositoryDir(workspace), sample.Database)}},
		"groups":   local.Groups(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"serve", "--config", writeTemp(t, "server.yml", string(settings)), "--data", data, "--gate", "embedded", "--unpaced",
		"--as-of", sample.AsOf().Format(time.DateOnly)}
}
