package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstmile/bot/eval"
)

// TestShippedSuites runs every suite that ships with the repository against its own thresholds.
func TestShippedSuites(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	suites, err := eval.Load("eval/suites")
	if err != nil {
		t.Fatal(err)
	}
	var cases []eval.Case
	for _, s := range suites {
		if s.Thresholds.UnaskedWrong == nil || *s.Thresholds.UnaskedWrong != 0 {
			t.Errorf("%s does not demand that nothing is proposed unasked and wrong", s.Path)
		}
		for _, c := range s.Cases {
			if apart := strings.HasPrefix(filepath.Base(s.Path), "held-"); apart != c.Held {
				t.Errorf("%s:%d: case %s: held cases stand in files of their own, held-*%s", s.Path, c.Line, c.ID, eval.Suffix)
			}
		}
		cases = append(cases, s.Cases...)
	}
	p, err := newEvalPlanner(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	results, err := eval.Run(t.Context(), cases, p, eval.Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := eval.WriteTable(&table, results); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
	for _, line := range eval.Missed(suites, results) {
		t.Error(line)
	}
	inOtherWords(t, p, cases)
}

// inOtherWords says each clear case in one other way and with one addition; `firstmile eval --metamorphic` does all.
func inOtherWords(t *testing.T, p *evalPlanner, cases []eval.Case) {
	twists, err := eval.Twists(t.Context(), cases, p, eval.TwistOptions{Jobs: 2, PerCase: 1})
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	if err := eval.WriteTwists(&said, twists); err != nil {
		t.Fatal(err)
	}
	f := eval.TwistFiguresOf(twists)
	if share, _ := f.Same.Share(); share < 0.99 || f.Modified.N != f.Modified.Of || f.Modified.Of == 0 {
		t.Errorf("at least 99 %% of other words must be read alike, and no addition ignored:\n%s", said.String())
	}
}

// run executes the program and gives its exit code and what it printed.
func runProgram(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
	code = p.run(t.Context(), args)
	return code, out.String(), errs.String()
}

func writeFile(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// shopProject is a project of three rows, for tests of the commands.
func shopProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"dbt_project.yml":       "name: shop\nversion: '1'\nprofile: shop\nmodels:\n  shop:\n    +materialized: table\n",
		"profiles.yml":          "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, schema: main}\n",
		"seeds/raw_orders.csv":  "order_id,ordered_at,amount,status\n1,2026-01-05,10.5,paid\n2,2026-01-09,4.5,paid\n3,2026-02-01,7,open\n",
		"models/fct_orders.sql": "select order_id, cast(ordered_at as date) as ordered_at, amount, status from {{ ref('raw_orders') }}\n",
		"models/schema.yml": "version: 2\nmodels:\n  - name: fct_orders\n    description: Orders.\n    columns:\n      - name: order_id\n" +
			"        description: Key.\n        data_tests: [unique, not_null]\n",
		"glossary/shop.yml": "terms:\n  - id: turnover\n    name: Turnover\n    definition: What was ordered.\n    metric:\n" +
			"      type: simple\n      model: fct_orders\n      agg: sum\n      expr: amount\n      agg_time_dimension: ordered_at\n",
	} {
		writeFile(t, filepath.Join(dir, "shop", name), text)
	}
	return filepath.Join(dir, "shop")
}

const shopSuite = `
thresholds: {unasked_wrong: 0, clear: 1}
cases:
  - id: turnover
    project: shop
    request: Turnover per month
    expect:
      status: proposed
      uses: [fct_orders]
      result_sql: select cast(date_trunc('month', cast(ordered_at as date)) as date) as m, sum(amount) as n from main.raw_orders group by 1
  - id: unknown
    project: shop
    request: Turnover by moon phase
    expect: {status: declined, names: [moon phase]}
`

func TestEvalCommand(t *testing.T) {
	dir := filepath.Dir(shopProject(t))
	suite := writeFile(t, filepath.Join(dir, "shop.suite.yaml"), shopSuite)
	out := filepath.Join(dir, "answers.jsonl")
	code, stdout, stderr := runProgram(t, "eval", suite, "--out", out, "--jobs", "2")
	if code != 0 || !strings.HasPrefix(stdout, "Proposed unasked and wrong: 0 of 2\n") || !strings.Contains(stderr, "2 of 2, 0 not as expected") {
		t.Fatalf("%d\n%s\n%s", code, stdout, stderr)
	}
	body, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(body), []byte("\n"))
	var first eval.Record
	if err := json.Unmarshal(lines[0], &first); err != nil || len(lines) != 2 || first.ID != "turnover" || first.SQL == "" || first.ElapsedMS <= 0 {
		t.Errorf("%d lines, %v, %+v", len(lines), err, first)
	}
	code, stdout, _ = runProgram(t, "eval", suite, "--only", "turnover", "--no-baselines", "--metamorphic", "--out", out)
	if code != 0 || !strings.Contains(stdout, "\nSame meaning, other words: ") {
		t.Errorf("%d\n%s", code, stdout)
	}
	if body, err = os.ReadFile(out); err != nil || !bytes.Contains(body, []byte(`{"of":"turnover","rule":"frame"`)) {
		t.Errorf("%v\n%s", err, body)
	}
	code, stdout, _ = runProgram(t, "eval", suite, "--check")
	if code != 0 || !strings.HasSuffix(stdout, "2 cases, 0 of them held, 0 to be mended.\n") || strings.Contains(stdout, "kind") {
		t.Errorf("%d\n%s", code, stdout)
	}
	code, stdout, _ = runProgram(t, "eval", suite, "--only", "unknown", "--no-baselines")
	if code != 0 || !strings.HasPrefix(stdout, "Proposed unasked and wrong: 0 of 1\n") || strings.Contains(stdout, "always asks") {
		t.Errorf("%d\n%s", code, stdout)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "shop"))
	if err != nil || len(entries) != 5 {
		t.Errorf("the project's folder was written to: %v %v", entries, err)
	}
}

func TestEvalExitCodes(t *testing.T) {
	dir := filepath.Dir(shopProject(t))
	wrong := strings.Replace(shopSuite, "sum(amount)", "sum(amount) + 1", 1)
	for name, test := range map[string]struct {
		suite string
		args  []string
		code  int
		says  string
	}{
		"below a threshold":   {wrong, nil, exitError, "shop.suite.yaml: proposed unasked and wrong: 1, at most 0"},
		"its own SQL fails":   {strings.Replace(shopSuite, "raw_orders", "orders", 1), nil, exitError, "case turnover cannot be judged: its result_sql does not run"},
		"an unknown key":      {"- {id: a, requests: b}", nil, exitError, `shop.suite.yaml:1: unknown key "requests"; did you mean request?`},
		"no project":          {strings.ReplaceAll(shopSuite, "project: shop", "project: store"), nil, exitError, "shop.suite.yaml:4: the project \"store\": "},
		"no glossary":         {strings.ReplaceAll(shopSuite, "project: shop", "project: shop\n    glossary: words"), nil, exitError, "there is no glossary at "},
		"no such case":        {shopSuite, []string{"--only", "nobody"}, exitUsage, "no case"},
		"no jobs":             {shopSuite, []string{"--jobs", "0"}, exitUsage, "--jobs 0"},
		"out cannot be there": {shopSuite, []string{"--out", filepath.Join(dir, "no", "folder")}, exitError, "writing to --out"},
	} {
		t.Run(name, func(t *testing.T) {
			suite := writeFile(t, filepath.Join(dir, "shop.suite.yaml"), test.suite)
			code, _, stderr := runProgram(t, append([]string{"eval", suite, "--no-baselines"}, test.args...)...)
			if code != test.code || !strings.Contains(stderr, test.says) {
				t.Errorf("%d, expected %d with %q:\n%s", code, test.code, test.says, stderr)
			}
		})
	}
}
