package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSearch(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dir := shopProject(t)
	for range 2 { // the second time with the index that the first one left
		code, stdout, stderr := runProgram(t, "search", "turnovr", "--project", dir)
		if code != 0 || !strings.Contains(stdout, " 1. term ") || !strings.Contains(stdout, `"turnovr" read as turnover`) || stderr != "" {
			t.Errorf("%d\n%s%s", code, stdout, stderr)
		}
	}
	code, stdout, stderr := runProgram(t, "search", "amount", "--project", dir, "--kind", "column", "--json", "-n", "1")
	var hits []hitJSON
	if err := json.Unmarshal([]byte(stdout), &hits); code != 0 || err != nil || len(hits) != 1 || hits[0].Ref != "column:fct_orders.amount" ||
		hits[0].Because != "column: amount" {
		t.Errorf("%d, %v\n%s%s", code, err, stdout, stderr)
	}
	if code, stdout, _ := runProgram(t, "search", "zodiac", "--project", dir); code != 0 || stdout != "Nothing is found.\n" {
		t.Errorf("%d\n%s", code, stdout)
	}
	for _, args := range [][]string{{"search", " "}, {"search", "x", "-n", "0"}, {"search", "x", "--kind", "idea"}} {
		if code, _, _ := runProgram(t, args...); code != exitUsage {
			t.Errorf("%v: %d", args, code)
		}
	}
}

func TestRecall(t *testing.T) {
	dir := shopProject(t)
	writeFile(t, filepath.Join(dir, "models", "described.yml"), "models:\n  - name: fct_orders\n    description: Each order's amount and status once, fct_orders for short.\n")
	code, stdout, stderr := runProgram(t, "recall", dir, dir)
	if code != 0 || !strings.Contains(stdout, "hybrid @5") || !strings.Contains(stdout, "all ") {
		t.Errorf("%d\n%s%s", code, stdout, stderr)
	}
	if code, _, _ := runProgram(t, "recall", filepath.Join(dir, "nowhere")); code == 0 {
		t.Error("a folder that is not there")
	}
	if err := os.Remove(filepath.Join(dir, "dbt_project.yml")); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := runProgram(t, "recall", dir); code != exitError || !strings.Contains(stderr, "dbt_project.yml") {
		t.Errorf("%d, %s", code, stderr)
	}
}
