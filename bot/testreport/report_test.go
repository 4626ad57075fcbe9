package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// run reports on what the real go test says about a package with the given test file.
func run(t *testing.T, text string, mustRun bool) (said string, well bool) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string]string{"go.mod": "module small\n\ngo 1.26\n", "a_test.go": "package small\n" + text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-json", "./...")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	events, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var out bytes.Buffer
	r := newReport(&out)
	if err := r.read(bytes.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	well = r.close(mustRun)
	return out.String(), well
}

func TestReport(t *testing.T) {
	const header = "import \"testing\"\n"
	for _, c := range []struct {
		about, text   string
		mustRun, well bool
		want          []string // in this order
		not           string
	}{
		{about: "all is well", text: header + "func TestA(t *testing.T) { t.Log(\"chatter\") }\n", mustRun: true, well: true,
			want: []string{"ok  \tsmall", "tests: 1 in 1 packages passed, 0 skipped"}, not: "chatter"},
		{about: "a subtest fails", text: header + "func TestA(t *testing.T) { t.Run(\"one\", func(t *testing.T) { t.Error(\"want 1\") }) }\nfunc TestB(t *testing.T) {}\n",
			want: []string{"want 1", "FAIL\tsmall", "FAILED: small TestA/one", "FAILED: small TestA", "tests: 2 failed, 1 passed, 0 skipped"}, not: "=== RUN"},
		{about: "a skip outside CI", text: header + "func TestA(t *testing.T) { t.Skip(\"dbt is: not here\") }\nfunc TestB(t *testing.T) {}\n", well: true,
			want: []string{"skipped: small TestA: dbt is: not here", "tests: 1 in 1 packages passed, 1 skipped"}},
		{about: "a skip in CI", text: header + "func TestA(t *testing.T) { t.SkipNow() }\nfunc TestB(t *testing.T) {}\n", mustRun: true,
			want: []string{"skipped: small TestA: no reason given", "tests: 1 passed, but 1 were skipped, which CI does not allow"}},
		{about: "a panic", text: header + "func TestA(t *testing.T) { panic(\"lost\") }\n",
			want: []string{"panic: lost", "FAILED: small TestA", "tests: 1 failed"}},
		{about: "an early exit", text: "import (\n\t\"os\"\n\t\"testing\"\n)\nfunc TestA(t *testing.T) { println(\"going\"); os.Exit(3) }\n",
			want: []string{"going", "FAILED: small", "tests: 1 failed"}},
		{about: "what does not compile", text: header + "func TestA(t *testing.T) { nothing() }\n",
			want: []string{"undefined: nothing", "FAIL\tsmall", "FAILED: small", "tests: 1 failed"}},
		{about: "no tests", text: "", want: []string{"tests: none ran"}},
	} {
		t.Run(c.about, func(t *testing.T) {
			said, well := run(t, c.text, c.mustRun)
			if well != c.well {
				t.Errorf("well: %v", well)
			}
			rest := said
			for _, want := range c.want {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Fatalf("no %q in what is left of\n%s", want, said)
				}
				rest = after
			}
			if c.not != "" && strings.Contains(said, c.not) {
				t.Errorf("%q in\n%s", c.not, said)
			}
		})
	}
}

// go test can end with an error that belongs to no package; the Makefile passes it on as an event.
func TestGoTestItself(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	events := `{"Action":"pass","Package":"a","Test":"TestA"}` + "\nwarning: no event\n" + `{"Action":"fail"}`
	if err := r.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	if r.close(false) || !strings.HasPrefix(out.String(), "warning: no event\ntests: go test ended with an error") {
		t.Error(out.String())
	}
}

func FuzzLine(f *testing.F) {
	for _, action := range []string{"run", "output", "pass", "fail", "skip", "build-output"} {
		f.Add([]byte(fmt.Sprintf(`{"Action":%q,"Package":"a","Test":"TestA","Output":"a_test.go:1: b\n"}`, action)))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var out bytes.Buffer
		r := newReport(&out)
		r.line(line)
		r.close(true) // must not panic, whatever a test printed
		if out.Len() == 0 {
			t.Error("no closing line")
		}
	})
}
