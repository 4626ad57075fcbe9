package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is one line of `go test -json` as `go doc test2json` describes it. An event "fail" without a package says that
// go test itself ended with an error.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// test names one test; an empty name stands for the package around its tests.
type test struct{ pkg, name string }

// report is what has been seen so far.
type report struct {
	out     io.Writer
	written map[test]*bytes.Buffer // what each unfinished test wrote
	skipped []string
	failed  []string
	tests   int // top-level tests that passed
	passed  int // packages that passed
	broken  bool
}

func newReport(out io.Writer) *report {
	return &report{out: out, written: map[test]*bytes.Buffer{}}
}

// line takes in one line. One that is no event is shown as it is.
func (r *report) line(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil || e.Action == "" {
		r.print("%s", line)
		return
	}
	t := test{e.Package, e.Test}
	switch {
	case e.Action == "output":
		r.buffer(t).WriteString(e.Output)
	case e.Action == "build-output":
		r.print("%s", e.Output)
	case e.Action == "fail" && e.Package == "":
		r.broken = true
	case e.Test == "":
		r.packageEnd(t, e.Action)
	default:
		r.testEnd(t, e.Action)
	}
}

func (r *report) buffer(t test) *bytes.Buffer {
	if r.written[t] == nil {
		r.written[t] = &bytes.Buffer{}
	}
	return r.written[t]
}

// testEnd shows a failed test at once and forgets what the others wrote.
func (r *report) testEnd(t test, action string) {
	switch action {
	case "pass":
		if !strings.Contains(t.name, "/") {
			r.tests++
		}
	case "fail":
		r.failed = append(r.failed, t.pkg+" "+t.name)
		r.print("%s", withoutProgress(r.buffer(t).String()))
	case "skip":
		r.skipped = append(r.skipped, fmt.Sprintf("%s %s: %s", t.pkg, t.name, reason(r.buffer(t).String())))
	default:
		return // run, pause, cont: not the end
	}
	delete(r.written, t)
}

// packageEnd shows a package's closing line; when it failed, also what its unfinished tests wrote, since a panic or a
// deadline leaves them without an end.
func (r *report) packageEnd(t test, action string) {
	switch action {
	case "pass":
		r.passed++
		for line := range strings.Lines(r.buffer(t).String()) {
			if strings.HasPrefix(line, "ok ") {
				r.print("%s", line)
			}
		}
	case "fail":
		if !slices.ContainsFunc(r.failed, func(f string) bool { return strings.HasPrefix(f, t.pkg+" ") }) {
			r.failed = append(r.failed, t.pkg)
		}
		for _, open := range r.unfinished(t.pkg) {
			r.print("%s", withoutProgress(r.written[open].String()))
			delete(r.written, open)
		}
		r.print("%s", r.buffer(t).String())
	case "skip": // no test files
	default:
		return
	}
	delete(r.written, t)
}

// unfinished are the tests of a package that have not ended, in order of name.
func (r *report) unfinished(pkg string) []test {
	var open []test
	for t := range maps.Keys(r.written) {
		if t.pkg == pkg && t.name != "" {
			open = append(open, t)
		}
	}
	slices.SortFunc(open, func(a, b test) int { return strings.Compare(a.name, b.name) })
	return open
}

// close prints the end of the report and says whether all is well.
func (r *report) close(mustRun bool) bool {
	r.list("skipped", r.skipped)
	r.list("FAILED", r.failed)
	switch {
	case len(r.failed) > 0:
		r.print("tests: %d failed, %d passed, %d skipped\n", len(r.failed), r.tests, len(r.skipped))
	case r.broken:
		r.print("tests: go test ended with an error, see above\n")
	case r.tests == 0:
		r.print("tests: none ran\n")
	case mustRun && len(r.skipped) > 0:
		r.print("tests: %d passed, but %d were skipped, which CI does not allow\n", r.tests, len(r.skipped))
	default:
		r.print("tests: %d in %d packages passed, %d skipped\n", r.tests, r.passed, len(r.skipped))
		return true
	}
	return false
}

func (r *report) list(what string, names []string) {
	for _, name := range names {
		r.print("%s: %s\n", what, name)
	}
}

// print writes to the report. A report that nobody can read any more has no one left to tell.
func (r *report) print(format string, args ...any) { _, _ = fmt.Fprintf(r.out, format, args...) }

// withoutProgress leaves out the lines that say only that a test started, waited or went on.
func withoutProgress(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "=== ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// reason is what a skipped test said: its last line that is not go test's own, without file and line.
func reason(text string) string {
	said := "no reason given"
	for line := range strings.Lines(withoutProgress(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--- ") {
			said = line
		}
	}
	if _, after, ok := strings.Cut(said, ".go:"); ok {
		if _, after, ok = strings.Cut(after, ": "); ok {
			return after
		}
	}
	return said
}
