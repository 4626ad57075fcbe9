package child

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// gone waits until a process has ended; one that was killed but not yet collected by its new parent counts.
func gone(t *testing.T, pid int) {
	t.Helper()
	for t.Context().Err() == nil {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if errors.Is(err, os.ErrNotExist) || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
	}
}

func TestNothingOutlivesTheProgram(t *testing.T) {
	r, err := Run(t.Context(), act(t, "family"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(r.Stdout))[0])
	if err != nil {
		t.Fatal(err)
	}
	gone(t, pid)
	if r.Elapsed > drainTime {
		t.Errorf("waited %v for a process that was left behind", r.Elapsed)
	}
}

func TestTheGroupIsKilled(t *testing.T) {
	p, err := Start(t.Context(), act(t, "family", "stay"))
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(p.Stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	if _, err := p.Wait(); !errors.Is(err, ErrCanceled) {
		t.Errorf("got %v, want ErrCanceled", err)
	}
	gone(t, pid)
}

func TestChildrenDieWithTheBot(t *testing.T) {
	bot := exec.Command(self(t), "parent") // not by Start, which would kill the whole group itself
	out, err := bot.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := bot.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := bot.Wait(); err == nil {
		t.Error("it was not killed")
	}
	gone(t, pid)
}

func TestLimits(t *testing.T) {
	c := act(t, "burn")
	c.Limits.CPU = time.Second
	if r, err := Run(t.Context(), c); !errors.Is(err, ErrCPU) || r.CPU < 900*time.Millisecond {
		t.Errorf("processor time: got %v after %v", err, r.CPU)
	}
	c = act(t, "swallow")
	c.Limits.Memory = 256 << 20
	if _, err := Run(t.Context(), c); !errors.Is(err, ErrMemory) {
		t.Errorf("memory: got %v", err)
	}
	c = act(t, "write", filepath.Join(t.TempDir(), "big"))
	c.Limits.FileSize = 1000
	var e *Error
	if _, err := Run(t.Context(), c); !errors.As(err, &e) || e.ExitCode != 3 || !strings.Contains(e.Stderr, "file too large") {
		t.Errorf("file size: got %v", err)
	}
	c = act(t, "print", "x", "", "0")
	c.Limits = Limits{CPU: time.Minute, Memory: 1 << 30, FileSize: 1 << 20, OpenFiles: 64}
	if _, err := Run(t.Context(), c); err != nil {
		t.Errorf("within all limits: %v", err)
	}
}

func BenchmarkRun(b *testing.B) {
	path, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Run(b.Context(), Command{Path: path, Args: []string{"print", "", "", "0"}}); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzLastLines(f *testing.F) {
	f.Add([]byte("one\ntwo\nthree"), 5)
	f.Add([]byte("\xff\xfe\n"), 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		if n < 0 || n > 1<<20 {
			return
		}
		if got := lastLines(b, n); len(got) > n {
			t.Errorf("%d bytes of %d", len(got), n)
		}
	})
}
