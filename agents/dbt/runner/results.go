package runner

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Results are what dbt found in one run.
type Results struct {
	Nodes    []NodeResult // in the order in which they ended
	Problems []Problem    // errors that stopped the run before or besides single nodes
	Warnings []Problem
	Version  string // of dbt
	Elapsed  time.Duration
}

// NodeResult is the outcome of one model, test, seed or snapshot.
type NodeResult struct {
	ID       string // dbt's unique_id
	Name     string
	Kind     string // "model", "test", "seed", "snapshot", "unit_test"
	Status   string // dbt's: success, pass, warn, error, fail, skipped, partial success
	Message  string
	File     string // relative to the project; empty when unknown
	Line     int    // in File, 0 when it cannot be told
	Column   string // tests of a column
	Model    string // tests: ID of the model they are attached to
	Failures int    // tests: rows that fail
	Compiled string // the SQL that ran
	Seconds  float64
}

// Problem is an error or warning of the run as a whole.
type Problem struct {
	Message string
	File    string
	Line    int
}

// OK says that dbt ran something or had nothing to run, and that nothing failed. Warnings are fine.
func (r Results) OK() bool {
	return len(r.Problems) == 0 && !slices.ContainsFunc(r.Nodes, func(n NodeResult) bool { return n.Failed() })
}

// Failed says that the node did not succeed; a skipped node has not succeeded either.
func (n NodeResult) Failed() bool {
	switch n.Status {
	case "success", "pass", "warn", "no-op":
		return false
	}
	return true
}

// Failures lists the nodes that did not succeed.
func (r Results) Failures() []NodeResult {
	var out []NodeResult
	for _, n := range r.Nodes {
		if n.Failed() {
			out = append(out, n)
		}
	}
	return out
}

// runResults is what is read of run_results.json (dbt's artifact schema v4 to v6).
type runResults struct {
	Metadata struct {
		Version string `json:"dbt_version"`
	} `json:"metadata"`
	Results []struct {
		ID       string  `json:"unique_id"`
		Status   string  `json:"status"`
		Message  string  `json:"message"`
		Failures *int    `json:"failures"`
		Seconds  float64 `json:"execution_time"`
		Compiled string  `json:"compiled_code"`
	} `json:"results"`
}

// manifestNodes is what is read of manifest.json.
type manifestNodes struct {
	Nodes     map[string]manifestNode `json:"nodes"`
	UnitTests map[string]manifestNode `json:"unit_tests"`
}

type manifestNode struct {
	Name     string `json:"name"`
	Kind     string `json:"resource_type"`
	File     string `json:"original_file_path"`
	Column   string `json:"column_name"`
	Attached string `json:"attached_node"`
	Model    string `json:"model"`
}

// readResults reads the artifacts of a run and its log. Artifacts that are missing or broken leave the rest.
func readResults(s Scratch, log []byte) Results {
	var res Results
	res.readLog(log)
	var rr runResults
	if !readJSON(s.path("target", "run_results.json"), &rr) {
		return res
	}
	res.Version = rr.Metadata.Version
	var m manifestNodes
	readJSON(s.path("target", "manifest.json"), &m)
	for _, r := range rr.Results {
		n := NodeResult{ID: r.ID, Status: r.Status, Message: strings.TrimSpace(r.Message), Seconds: r.Seconds, Compiled: r.Compiled}
		n.Kind, _, _ = strings.Cut(r.ID, ".")
		if r.Failures != nil {
			n.Failures = *r.Failures
		}
		mn, ok := m.Nodes[r.ID]
		if !ok {
			mn = m.UnitTests[r.ID]
		}
		n.Name, n.File, n.Column, n.Model = mn.Name, mn.File, mn.Column, mn.Attached
		if n.Name == "" {
			n.Name = r.ID[strings.LastIndexByte(r.ID, '.')+1:]
		}
		if n.Failed() {
			n.Line = s.line(n)
		}
		res.Nodes = append(res.Nodes, n)
	}
	return res
}

// maxArtifact bounds what is read of an artifact, in bytes.
const maxArtifact = 512 << 20

func readJSON(name string, into any) bool {
	info, err := os.Stat(name)
	if err != nil || info.Size() > maxArtifact {
		return false
	}
	b, err := os.ReadFile(name)
	return err == nil && json.Unmarshal(b, into) == nil
}

// logLine is one line of dbt's JSON log.
type logLine struct {
	Data struct {
		Exc      string `json:"exc"`
		FilePath string `json:"file_path"`
	} `json:"data"`
	Info struct {
		Level string `json:"level"`
		Msg   string `json:"msg"`
		Name  string `json:"name"`
	} `json:"info"`
}

// fatal are the events by which dbt says that a run as a whole failed.
var fatal = []string{"MainEncounteredError", "MainStackTrace", "RunResultErrorNoMessage", "CatchableExceptionOnRun", "UnhandledError"}

func (r *Results) readLog(log []byte) {
	for line := range bytes.Lines(log) {
		var l logLine
		if json.Unmarshal(line, &l) != nil {
			continue
		}
		switch {
		case l.Info.Level == "error" && slices.Contains(fatal, l.Info.Name) && l.Info.Name != "MainStackTrace":
			text := l.Data.Exc
			if text == "" {
				text = l.Info.Msg
			}
			p := problem(text)
			if p.File == "" {
				p.File = l.Data.FilePath
			}
			r.Problems = append(r.Problems, p)
		case l.Info.Level == "warn":
			p := problem(strings.TrimPrefix(plain(l.Info.Msg), "[WARNING]: "))
			if p.File == "" {
				p.File = l.Data.FilePath
			}
			r.Warnings = append(r.Warnings, p)
		}
	}
}

// problem reads a message of dbt with the file and line that it names.
func problem(text string) Problem {
	text = strings.TrimSpace(plain(text))
	return Problem{Message: text, File: fileIn(text), Line: lineOf(text)}
}

// fileIn finds the path that dbt puts in brackets behind a node's name: "Model 'x' (models/x.sql) depends …".
func fileIn(text string) string {
	for rest := text; ; {
		_, after, ok := strings.Cut(rest, "(")
		if !ok {
			break
		}
		inside, _, ok := strings.Cut(after, ")")
		if ok && isFile(inside) {
			return inside
		}
		rest = after
	}
	for _, word := range strings.Fields(text) { // "Error reading proj: models/x.yml - Runtime Error"
		word = strings.Trim(word, "'\"`,:")
		if isFile(word) {
			return word
		}
	}
	return ""
}

func isFile(s string) bool {
	if strings.ContainsAny(s, " \n\t") || strings.HasPrefix(s, "/") {
		return false
	}
	for _, ext := range []string{".sql", ".yml", ".yaml", ".csv", ".py", ".md"} {
		if strings.HasSuffix(s, ext) && len(s) > len(ext) {
			return true
		}
	}
	return false
}

// lineOf finds "line 12" or "LINE 12:" in a message.
func lineOf(text string) int {
	lower := strings.ToLower(text)
	for {
		_, after, ok := strings.Cut(lower, "line ")
		if !ok {
			return 0
		}
		digits := after[:len(after)-len(strings.TrimLeft(after, "0123456789"))]
		if n, err := strconv.Atoi(digits); err == nil {
			return n
		}
		lower = after
	}
}

// line is the line of the node's file that a message is about. A database counts lines of the statement that dbt made, so its
// excerpt ("LINE 3:  text") is looked for in the file; one that is not there exactly once gives no line.
func (s Scratch) line(n NodeResult) int {
	_, after, ok := strings.Cut(n.Message, "LINE ")
	if !ok {
		return lineOf(n.Message) // Jinja counts lines of the file
	}
	_, after, _ = strings.Cut(after, ":")
	excerpt, _, _ := strings.Cut(after, "\n")
	excerpt = strings.TrimSpace(strings.Trim(strings.TrimSpace(excerpt), "."))
	b, err := os.ReadFile(s.path("project", n.File))
	if err != nil || excerpt == "" {
		return 0
	}
	found := 0
	for i, line := range strings.Split(string(b), "\n") {
		if strings.Contains(line, excerpt) {
			if found > 0 {
				return 0
			}
			found = i + 1
		}
	}
	return found
}

// plain removes terminal colours.
func plain(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, s, ok = strings.Cut(after, "m")
		if !ok {
			return b.String()
		}
	}
}
