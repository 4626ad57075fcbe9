package llmtest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// witness is a test that only remembers what it was told.
type witness struct {
	testing.TB
	errors   []string
	cleanups []func()
}

func (w *witness) Helper()          {}
func (w *witness) Failed() bool     { return len(w.errors) > 0 }
func (w *witness) Cleanup(f func()) { w.cleanups = append(w.cleanups, f) }
func (w *witness) Errorf(format string, args ...any) {
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}

func (w *witness) end() {
	for i := len(w.cleanups) - 1; i >= 0; i-- {
		w.cleanups[i]()
	}
}

// TestScript: a server that is asked too often, or not often enough, fails its test.
func TestScript(t *testing.T) {
	for name, c := range map[string]struct {
		steps, asked int
		want         string
	}{
		"as scripted":      {2, 2, ""},
		"once too often":   {1, 2, "once more than its script"},
		"not often enough": {3, 1, "2 fewer"},
		"never":            {0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := &witness{TB: t}
			var script []Step
			for range c.steps {
				script = append(script, Say("yes"))
			}
			s := NewServer(w, script...)
			for range c.asked {
				res, err := http.Post(s.URL+"/chat/completions", "application/json", strings.NewReader(`{"model":"m","messages":[]}`))
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, res.Body) // only the count matters here
				_ = res.Body.Close()
			}
			w.end()
			if got := strings.Join(w.errors, "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("the test was told %q, want %q", got, c.want)
			}
			if len(s.Requests()) != c.asked {
				t.Errorf("kept %d requests", len(s.Requests()))
			}
		})
	}
}
