package forge_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"firstmile/agents/forge"
	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

func TestLocalWritesABranchAndNothingElse(t *testing.T) {
	b := newBench(t, nil)
	b.file("scratch.txt", "mine\n")
	b.file("dbt_project.yml", "name: northpeak # edited\n")
	b.git("add", "dbt_project.yml")
	before := b.git("status", "--porcelain")
	l := forge.Local{Dir: filepath.Join(b.dir, "models")} // a project in a sub-folder
	branch, commit, err := l.Head()
	if err != nil || branch != "main" || commit != b.git("rev-parse", "HEAD") {
		t.Fatalf("head is %s %s, %v", branch, commit, err)
	}
	p := b.publication("select 1\n")
	pr := publish(t, l, p)
	if pr.Branch != p.Branch || pr.Number != 0 || pr.Commit != b.git("rev-parse", p.Branch) {
		t.Errorf("published as %v", pr)
	}
	if again := publish(t, l, p); again != pr {
		t.Errorf("again %v", again)
	}
	if after := b.git("status", "--porcelain"); after != before || b.git("symbolic-ref", "HEAD") != "refs/heads/main" {
		t.Errorf("git status was\n%s\nand is\n%s", before, after)
	}
	if names := b.git("diff", "--name-only", "main", p.Branch); names != "models/marts/fct_churn.sql\nmodels/marts/schema.yml" {
		t.Errorf("the branch changes %q", names)
	}
	b.git("fsck", "--strict")
	if remote := publish(t, b.forge(), p); remote.Commit != pr.Commit {
		t.Errorf("the forge makes %s, the local publisher %s", remote.Commit, pr.Commit)
	}
}

func TestLocalRevisionAndForeignBranch(t *testing.T) {
	b := newBench(t, nil)
	l := forge.Local{Dir: b.dir}
	first := publish(t, l, b.publication("select 1\n"))
	second := publish(t, l, b.publication("select 2\n"))
	if second.Branch != first.Branch || b.git("rev-parse", second.Commit+"^") != first.Commit {
		t.Errorf("first %v, second %v", first, second)
	}
	text := "mine\n"
	foreign, err := b.server.Commit(githubapi.Edit{Branch: first.Branch, Author: "mara", Files: map[string]*string{"x": &text}})
	if err != nil {
		t.Fatal(err)
	}
	third := publish(t, l, b.publication("select 3\n"))
	if third.Branch != first.Branch+"-2" || b.git("rev-parse", first.Branch) != foreign {
		t.Errorf("third %v", third)
	}
}

func TestLocalRefusals(t *testing.T) {
	b := newBench(t, nil)
	ctx := context.Background()
	p := b.publication("select 1\n")
	none := p
	none.Change.Base = plan.Base{Project: "northpeak"} // as the Planner has it for such a folder
	_, err := forge.Local{Dir: t.TempDir()}.Publish(ctx, approve(none))
	if f := wantFailure(t, err, plan.Permanent, forge.CodeNotARepository); !strings.Contains(f.Message, "git init") {
		t.Errorf("message %q", f.Message)
	}
	_, _, err = forge.Local{Dir: t.TempDir()}.Head()
	wantFailure(t, err, plan.Permanent, forge.CodeNotARepository)

	stale := p
	stale.Change.Files = append([]plan.File{}, p.Change.Files...)
	stale.Change.Files[1].OriginalBlob = blob("edited, not committed")
	_, err = forge.Local{Dir: b.dir}.Publish(ctx, approve(stale))
	wantFailure(t, err, plan.Permanent, forge.CodeUncommitted)

	yaml := "version: 2 # moved\n"
	head, commitErr := b.server.Commit(githubapi.Edit{Files: map[string]*string{"models/marts/schema.yml": &yaml}})
	if commitErr != nil {
		t.Fatal(commitErr)
	}
	_, err = forge.Local{Dir: b.dir}.Publish(ctx, p)
	if f := wantFailure(t, err, plan.Refused, plan.CodeBaseMoved); f.Moved != head {
		t.Errorf("moved to %q", f.Moved)
	}
}
