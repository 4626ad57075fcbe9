package interpreter

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"firstmile/planner/plan"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the story files")

// Stories are conversations with the interpreter, one per paragraph:
//
//	> a request
//	= question: an answer in free text
//	+ a later turn that revises
//	~ from here on, take defaults
//
// Below each line stands, indented, how everything said so far is read.
func TestStories(t *testing.T) {
	for name, f := range map[string]folder{
		"shop": {dir: "testdata/shop"},
		"subs": {dir: "testdata/subs"},
		"bare": {dir: "testdata/shop", noGlossary: true},
		// The sample company is one project among others; no rule knows its words.
		"sample": {dir: "../../bot/sample/project"},
		"extend": {dir: "../../bot/sample/project"},
		"share":  {dir: "../../bot/sample/project"},
		"asked":  {dir: "../../bot/sample/project"},
		// What follows what, and versions of a thing.
		"follow": {dir: "../../bot/eval/suites/projects/velo"},
		// Facts without a date of their own.
		"lent": {dir: "../../bot/eval/suites/projects/bakery"},
		"time": {dir: "../../bot/sample/project", fiscal: time.April},
	} {
		t.Run(name, func(t *testing.T) { story(t, "testdata/"+name+".txt", interpreterFor(t, f)) })
	}
}

func story(t *testing.T, path string, i *Interpreter) {
	t.Helper()
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	var r plan.Request
	lines := bufio.NewScanner(bytes.NewReader(want))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "  ") {
			continue
		}
		got.WriteString(line + "\n")
		verb, rest, _ := strings.Cut(line, " ")
		switch verb {
		case ">":
			r = request(rest)
		case "+":
			r.Turns = append(r.Turns, plan.Turn{Text: rest, Revises: true})
		case "=":
			colon := strings.Index(rest, "= ")
			r.Answers = append(r.Answers, plan.Answer{Question: strings.TrimSpace(rest[:colon]), Text: rest[colon+2:]})
		case "~":
			r.Assume = true
		default:
			continue
		}
		fmt.Fprintf(&got, "  %s\n", short(read(t, i, r)))
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (run with -update after reading the difference):\n%s", path, diff)
	}
}
