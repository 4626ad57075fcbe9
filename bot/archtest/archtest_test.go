package archtest_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"firstmile/bot/archtest"
)

// TestTree holds the project to its own rules.
func TestTree(t *testing.T) {
	broken, err := archtest.Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range broken {
		t.Error(line)
	}
}

// TestRules plants one mistake, or one thing that only looks like one, in a small tree.
func TestRules(t *testing.T) {
	const file = "// Package p is here to be checked.\npackage p\n"
	importing := func(targets ...string) string {
		return file + "import (\n\t_ \"" + strings.Join(targets, "\"\n\t_ \"") + "\"\n)\n"
	}
	for _, c := range []struct{ about, name, text, want string }{
		{"an agent sees another", "agents/tester/a.go", importing("firstmile/agents/forge"),
			"agents/tester/a.go:4: agents/tester must not import agents/forge: it may see planner/plan, glossary, prompts, agents/child, agents/dbt, agents/sandbox, agents/llm"},
		{"an agent's room sees another agent", "agents/tester/reading/a.go", importing("firstmile/agents/synthesizer/metric"),
			"agents/tester/reading/a.go:4: agents/tester/reading must not import agents/synthesizer/metric: it may see planner/plan, glossary, prompts, agents/child, agents/dbt, agents/sandbox, agents/llm"},
		{"an agent's test sees another", "agents/tester/a_test.go", importing("firstmile/agents/forge"),
			"agents/tester/a_test.go:4: agents/tester must not import agents/forge: it may see planner/plan, glossary, prompts, agents/child, agents/dbt, agents/sandbox, agents/llm"},
		{"an agent sees what is shared", "agents/tester/a.go", importing("firstmile/agents/dbt/joins", "firstmile/glossary", "firstmile/planner/plan", "firstmile/agents/llm/openai"), ""},
		{"an agent sees its own rooms", "agents/synthesizer/dialect/a.go", importing("firstmile/agents/synthesizer/metric"), ""},
		{"an agent sees the planner", "agents/tester/a.go", importing("firstmile/planner/verify"),
			"agents/tester/a.go:4: agents/tester must not import planner/verify: it may see planner/plan, glossary, prompts, agents/child, agents/dbt, agents/sandbox, agents/llm"},
		{"dbt sees the glossary", "agents/dbt/joins/a.go", importing("firstmile/glossary"),
			"agents/dbt/joins/a.go:4: agents/dbt/joins must not import glossary: it may see planner/plan, agents/child"},
		{"plan sees anything", "planner/plan/a.go", importing("firstmile/store"),
			"planner/plan/a.go:4: planner/plan must not import store: it may see no other part of the project"},
		{"the Slack adapter sees the planner", "bot/slackbot/a.go", importing("firstmile/planner"),
			"bot/slackbot/a.go:4: bot/slackbot must not import planner: it may see planner/plan"},
		{"the workbench sees the driver", "bot/workbench/a.go", importing("firstmile/planner/driver"),
			"bot/workbench/a.go:4: bot/workbench must not import planner/driver: it may see planner/plan, glossary, prompts, store, agents/*"},
		{"main sees everyone", "bot/a.go", importing("firstmile/planner/driver", "firstmile/agents/dbt/runner", "firstmile/bot/local/web", "firstmile/store"), ""},
		{"nobody sees main's neighbours from below", "store/a.go", importing("firstmile/bot/config"),
			"store/a.go:4: store must not import bot/config: it may see planner/plan"},
		{"a test uses the workspace as its double", "agents/forge/a_test.go", importing("firstmile/bot/local/githubapi", "os/exec", "github.com/google/go-github/v62/github"), ""},
		{"the product uses a double", "agents/forge/a.go", importing("firstmile/bot/local/githubapi"),
			"agents/forge/a.go:4: agents/forge must not import bot/local/githubapi: it may see planner/plan, glossary, prompts, agents/child, agents/dbt, agents/sandbox, agents/llm"},
		{"a test package in the binary", "store/a.go", importing("firstmile/store/storetest"),
			"store/a.go:4: store must not import store/storetest: it serves tests only"},

		{"a client outside its home", "bot/workbench/a.go", importing("github.com/google/go-github/v62/github"),
			"bot/workbench/a.go:4: bot/workbench must not import github.com/google/go-github/v62/github: its one home is agents/forge"},
		{"a client at home", "bot/slackbot/render/a.go", importing("github.com/slack-go/slack"), ""},
		{"a program started elsewhere", "agents/dbt/runner/a.go", importing("os/exec"),
			"agents/dbt/runner/a.go:4: agents/dbt/runner must not import os/exec: its one home is agents/child"},

		{"a pure package opens files", "planner/verify/a.go", importing("os"), "planner/verify/a.go:4: planner/verify is pure and must not import os"},
		{"a pure package uses another module", "planner/a.go", importing("golang.org/x/sync/errgroup"),
			"planner/a.go:4: planner is pure and must not import golang.org/x/sync/errgroup"},
		{"a pure package reads the clock", "planner/a.go", file + "import clock \"time\"\nvar now = clock.Now()\n",
			"planner/a.go:4: planner is pure and must not use clock.Now"},
		{"a pure package computes with time", "planner/a.go", file + "import \"time\"\nvar day = 24 * time.Hour\n", ""},
		{"a pure package's test reads the clock", "planner/a_test.go", file + "import \"time\"\nvar now = time.Now()\n", ""},

		{"Go in a seventh folder", "cmd/a.go", file, "cmd/a.go:1: Go lives in agents, bot, glossary, planner, prompts, store only"},
		{"Go at the top", "a.go", file, "a.go:1: Go lives in agents, bot, glossary, planner, prompts, store only"},
		{"Go as test data", "cmd/testdata/a.go", "not even Go", ""},
		{"a name that says nothing", "agents/dbt/utils/a.go", file, "agents/dbt/utils/a.go:1: package utils: name it after what it is for"},
		{"no package comment", "store/a.go", "package store\n", "store:1: package store has no package comment"},
		{"a registry", "store/a.go", file + "func init() {}\n", "store/a.go:3: no func init: wiring is plain code in bot"},
		{"a method called init", "store/a.go", file + "type t struct{}\nfunc (t) init() {}\n", ""},
		{"a long file", "store/a.go", file + strings.Repeat("// more\n", 400), "store/a.go:1: 402 lines, at most 400: split it by what it is about"},
		{"a long test", "store/a_test.go", file + strings.Repeat("// more\n", 400), ""},
		{"a long function", "store/a.go", file + "func f() {" + strings.Repeat("\n", 80) + "}\n", "store/a.go:3: func f has 81 lines, at most 80: it hides two"},
		{"what does not parse", "store/a.go", "package", "store/a.go:1: does not parse: store/a.go:1:8: expected 'IDENT', found 'EOF'"},

		{"a machine's path", "README.md", "one\nsee /ho" + "me/me/x\n", `README.md:2: "/ho` + `me/" does not belong in the tree`},
		{"a registry's host", "requirements.txt", "# from pypi" + ".org\n", `requirements.txt:1: "pypi` + `.org" does not belong in the tree`},
		{"a path in a picture", "bot/a.png", "\x00/ho" + "me/me/x\n", ""},
		{"what tools keep", ".venv/lib/a.go", "/ho" + "me/me", ""},
		{"what a build needs", ".ci/run", "/ho" + "me/me", `.ci/run:1: "/ho` + `me/" does not belong in the tree`},
	} {
		t.Run(c.about, func(t *testing.T) {
			tree := fstest.MapFS{"glossary/doc.go": {Data: []byte(file)}, c.name: {Data: []byte(c.text)}}
			broken, err := archtest.Check(tree)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, strings.Join(broken, "\n")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestNothingToCheck(t *testing.T) {
	if _, err := archtest.Check(fstest.MapFS{"README.md": {}}); err == nil {
		t.Error("a tree without Go passed")
	}
	if _, err := archtest.Check(os.DirFS("nowhere")); err == nil {
		t.Error("a tree that is not there passed")
	}
}
