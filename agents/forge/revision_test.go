package forge_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v62/github"

	"firstmile/agents/forge"
	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

func TestRevisionContinuesThePullRequest(t *testing.T) {
	for _, known := range []bool{true, false} { // the pull request is found without being told of it
		t.Run(fmt.Sprint(known), func(t *testing.T) { revise(t, known) })
	}
}

func revise(t *testing.T, known bool) {
	b := newBench(t, nil)
	first := publish(t, b.forge(), b.publication("select 1\n"))
	p := b.publication("select 2\n")
	if known {
		p.Prior = &first
	}
	second := publish(t, b.forge(), p)
	again := publish(t, b.forge(), p)
	if second.Number != 1 || second.Commit == first.Commit || second != again {
		t.Errorf("first %v, second %v, again %v", first, second, again)
	}
	if n := b.git("rev-list", "--count", "main.."+p.Branch); n != "2" {
		t.Errorf("%s commits", n)
	}
	pr := b.pulls()[0]
	if pr.GetTitle() != p.Description.Title || !strings.Contains(pr.GetBody(), p.Change.Digest()) {
		t.Errorf("the text is still %q %q", pr.GetTitle(), pr.GetBody())
	}
	if parent := b.git("rev-parse", second.Commit+"^"); parent != first.Commit {
		t.Errorf("the revision's parent is %s", parent)
	}
}

func TestRevisionDropsFilesOfTheEarlierDesign(t *testing.T) {
	b := newBench(t, nil)
	first := publish(t, b.forge(), b.publication("select 1\n"))
	p := b.publication("select 2\n")
	p.Change.Model, p.Change.ModelPath = "fct_leavers", "models/marts/fct_leavers.sql"
	p.Change.Files[0].Path = p.Change.ModelPath
	p.Branch, p.Prior = plan.BranchName("fct_leavers", thread), &first
	pr := publish(t, b.forge(), approve(p))
	if pr.Number != 1 || pr.Branch != first.Branch {
		t.Errorf("published as %v", pr)
	}
	if names := b.git("diff", "--name-only", "main", pr.Branch); names != "models/marts/fct_leavers.sql\nmodels/marts/schema.yml" {
		t.Errorf("the branch changes %q", names)
	}
}

func TestRevisionAfterMergeOrCloseGetsItsOwnPullRequest(t *testing.T) {
	for _, merge := range []bool{true, false} {
		b := newBench(t, nil)
		first := publish(t, b.forge(), b.publication("select 1\n"))
		mara := b.client("mara-token")
		var err error
		if merge {
			_, _, err = mara.PullRequests.Merge(context.Background(), "northpeak", "analytics", 1, "", nil)
		} else {
			_, _, err = mara.PullRequests.Edit(context.Background(), "northpeak", "analytics", 1, &github.PullRequest{State: github.String("closed")})
		}
		if err != nil {
			t.Fatal(err)
		}
		p := b.publication("select 2\n")
		if merge { // the model exists now: the revision edits it
			p.Change.Files[0].Action, p.Change.Files[0].OriginalBlob = plan.Edit, blob("select 1\n")
			p = approve(p)
		}
		p.Prior = &first
		second := publish(t, b.forge(), p)
		if second.Number != 2 || second.Branch != first.Branch+"-2" {
			t.Errorf("merged %v: second is %v", merge, second)
		}
		if again := publish(t, b.forge(), p); again != second {
			t.Errorf("merged %v: again is %v", merge, again)
		}
	}
}

func TestMovedBase(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	other, yaml := "select 3\n", "version: 2 # moved\n"
	if _, err := b.server.Commit(githubapi.Edit{Files: map[string]*string{"models/other.sql": &other}}); err != nil {
		t.Fatal(err)
	}
	head, err := b.server.Commit(githubapi.Edit{Branch: "copy", Files: map[string]*string{"models/marts/schema.yml": &yaml}})
	if err != nil {
		t.Fatal(err)
	}
	pr := publish(t, b.forge(), p) // only another file moved: what was checked still applies
	if parent := b.git("rev-parse", pr.Branch+"^"); parent != p.Change.Base.Commit {
		t.Errorf("the commit's parent is %s", parent)
	}
	b.git("update-ref", "refs/heads/main", head)
	p.Thread = "slack:T1/C1/9.9"
	p.Branch = plan.BranchName("fct_churn", p.Thread)
	_, err = b.forge().Publish(context.Background(), p)
	if f := wantFailure(t, err, plan.Refused, plan.CodeBaseMoved); f.Moved != head {
		t.Errorf("moved to %q, want %q", f.Moved, head)
	}
	if n := len(b.pulls()); n != 1 {
		t.Errorf("%d pull requests", n)
	}
	p.Thread, p.Branch = thread, pr.Branch // what is out already stays: a retry finds it
	if again := publish(t, b.forge(), p); again.Number != pr.Number || again.Commit != pr.Commit {
		t.Errorf("again %v", again)
	}
}

func TestRevisionOnNewBaseMergesIt(t *testing.T) {
	b := newBench(t, nil)
	first := publish(t, b.forge(), b.publication("select 1\n"))
	yaml := "version: 2 # moved\n"
	head, err := b.server.Commit(githubapi.Edit{Files: map[string]*string{"models/marts/schema.yml": &yaml}})
	if err != nil {
		t.Fatal(err)
	}
	p := b.publicationOn(head, "select 2\n")
	p.Prior = &first
	pr := publish(t, b.forge(), p)
	if parents := b.git("log", "-1", "--format=%P", pr.Branch); parents != first.Commit+" "+head {
		t.Errorf("parents are %s", parents)
	}
	if names := b.git("diff", "--name-only", "main", pr.Branch); names != "models/marts/fct_churn.sql\nmodels/marts/schema.yml" {
		t.Errorf("the branch changes %q", names)
	}
}

func TestCommitsOfOthersOnOurBranchSurvive(t *testing.T) {
	b := newBench(t, nil)
	first := publish(t, b.forge(), b.publication("select 1\n"))
	note := "reviewed\n"
	if _, err := b.server.Commit(githubapi.Edit{Branch: first.Branch, Author: "mara", Files: map[string]*string{"docs/churn.md": &note}}); err != nil {
		t.Fatal(err)
	}
	if again := publish(t, b.forge(), b.publication("select 1\n")); again.Warning != "" || b.git("rev-list", "--count", "main.."+first.Branch) != "2" {
		t.Errorf("publishing the same again gave %v", again)
	}
	p := b.publication("select 2\n")
	p.Prior = &first
	pr := publish(t, b.forge(), p)
	if !strings.Contains(pr.Warning, "someone else") || b.git("show", pr.Branch+":docs/churn.md") != "reviewed" || b.git("show", pr.Branch+":"+p.Change.ModelPath) != "select 2" {
		t.Errorf("published as %v", pr)
	}
}

// TestApprovedAgainAfterAFailure: the branch was made, the pull request was refused, a person approves anew.
func TestApprovedAgainAfterAFailure(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	b.server.Inject(githubapi.Fault{Route: "POST /repos/{owner}/{repo}/pulls", Status: 403, Message: "Resource not accessible by personal access token"})
	_, err := b.forge().Publish(context.Background(), p)
	wantFailure(t, err, plan.Permanent, forge.CodeNoRights)
	p.Approved.At = p.Approved.At.Add(time.Hour)
	b.wantOne(p, publish(t, b.forge(), p))
}

// TestMergedBeforeTheAnswer: opening the pull request worked, its answer was lost, and a person merged it and
// deleted the branch before the next try.
func TestMergedBeforeTheAnswer(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	b.server.Inject(githubapi.Fault{Route: "POST /repos/{owner}/{repo}/pulls", LoseAnswer: true})
	_, err := b.forge().Publish(context.Background(), p)
	wantFailure(t, err, plan.Transient, forge.CodeNoAnswer)
	mara := b.client("mara-token")
	if _, _, err := mara.PullRequests.Merge(context.Background(), "northpeak", "analytics", 1, "", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := mara.Git.DeleteRef(context.Background(), "northpeak", "analytics", "heads/"+p.Branch); err != nil {
		t.Fatal(err)
	}
	if pr := publish(t, b.forge(), p); pr.Number != 1 || !strings.Contains(pr.Warning, "merged") || len(b.pulls()) != 1 {
		t.Errorf("published as %v", pr)
	}
}

// TestPushInTheSameMoment: someone adds to our branch between our reading and our writing.
func TestPushInTheSameMoment(t *testing.T) {
	b := newBench(t, nil)
	first := publish(t, b.forge(), b.publication("select 1\n"))
	p := b.publication("select 2\n")
	p.Prior = &first
	note := "reviewed\n"
	b.server.Inject(githubapi.Fault{Route: "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
		MoveBase: &githubapi.Edit{Branch: first.Branch, Author: "mara", Files: map[string]*string{"docs/churn.md": &note}}})
	_, err := b.forge().Publish(context.Background(), p)
	wantFailure(t, err, plan.Transient, forge.CodeConflict)
	pr := publish(t, b.forge(), p)
	if pr.Warning == "" || b.git("show", pr.Branch+":docs/churn.md") != "reviewed" || b.git("rev-list", "--count", "main.."+pr.Branch) != "3" {
		t.Errorf("published as %v", pr)
	}
}
