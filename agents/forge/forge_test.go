package forge_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v62/github"

	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

func TestNewPullRequest(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	got := publish(t, b.forge(), p)
	want := plan.PR{Number: 1, URL: b.http.URL + "/github/northpeak/analytics/pull/1", Branch: p.Branch, Commit: b.git("rev-parse", p.Branch)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if log := b.git("log", "--format=%an %ad %s", "--date=iso-strict", "main.."+p.Branch); log != "Firstmile 2024-11-02T10:30:00+00:00 Add fct_churn" {
		t.Errorf("the branch has %q", log)
	}
	for _, f := range p.Change.Files {
		if text := b.git("show", p.Branch+":"+f.Path); text+"\n" != string(f.Content) {
			t.Errorf("%s is %q", f.Path, text)
		}
	}
	if names := b.git("diff", "--name-only", "main", p.Branch); names != "models/marts/fct_churn.sql\nmodels/marts/schema.yml" {
		t.Errorf("the branch changes %q", names)
	}
	pr := b.pulls()[0]
	if len(pr.RequestedReviewers) != 1 || len(pr.RequestedTeams) != 1 || len(pr.Labels) != 0 || pr.GetBase().GetRef() != "main" || pr.GetTitle() != p.Description.Title {
		t.Errorf("pull request: %v", pr)
	}
	if status := b.git("status", "--porcelain"); status != "" {
		t.Errorf("git status: %s", status)
	}
}

// calls that one publication makes which change something.
var mutations = []string{"POST /repos/{owner}/{repo}/git/blobs", "POST /repos/{owner}/{repo}/git/trees", "POST /repos/{owner}/{repo}/git/commits",
	"POST /repos/{owner}/{repo}/git/refs", "POST /repos/{owner}/{repo}/pulls"}

func TestRetryAfterLostAnswerAtEachStep(t *testing.T) {
	for _, route := range mutations {
		for _, fault := range []githubapi.Fault{{Route: route, LoseAnswer: true}, {Route: route, LoseRequest: true}, {Route: route, Status: 502}} {
			t.Run(fmt.Sprintf("%s %v %d", strings.ReplaceAll(route, "/", " "), fault.LoseAnswer, fault.Status), func(t *testing.T) {
				b := newBench(t, nil)
				p := b.publication("select 1\n")
				b.server.Inject(fault)
				_, err := b.forge().Publish(context.Background(), p)
				if f := plan.AsFailure(err); err == nil || f.Class != plan.Transient {
					t.Fatalf("got %v, want a transient failure", err)
				}
				pr := publish(t, b.forge(), p)
				again := publish(t, b.forge(), p)
				if diff := cmp.Diff(pr, again); diff != "" {
					t.Errorf("publishing once more differs: %s", diff)
				}
				b.wantOne(p, pr)
			})
		}
	}
}

func TestReviewersFailSoftly(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	p.Description.Reviewers = []string{"ken", "stranger", "firstmile"}
	pr := publish(t, b.forge(), p)
	if pr.Warning != "could not request a review from stranger" || len(b.pulls()[0].RequestedReviewers) != 1 {
		t.Errorf("warning %q, reviewers %v", pr.Warning, b.pulls()[0].RequestedReviewers)
	}
}

func TestForeignBranchIsLeftAlone(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	text := "mine\n"
	foreign, err := b.server.Commit(githubapi.Edit{Branch: p.Branch, Files: map[string]*string{"x.sql": &text}})
	if err != nil {
		t.Fatal(err)
	}
	body := "<!-- firstmile thread=" + markerThread(t, b, p) + " change=x -->" // a copied marker, another author
	_, _, err = b.client("mara-token").PullRequests.Create(context.Background(), "northpeak", "analytics",
		&github.NewPullRequest{Title: github.String("Mine"), Head: &p.Branch, Base: github.String("main"), Body: &body})
	if err != nil {
		t.Fatal(err)
	}
	pr := publish(t, b.forge(), p)
	if pr.Branch != p.Branch+"-2" || pr.Number != 2 {
		t.Errorf("published as %v", pr)
	}
	if again := publish(t, b.forge(), p); again != pr {
		t.Errorf("again %v", again)
	}
	if got := b.git("rev-parse", p.Branch); got != foreign {
		t.Errorf("the foreign branch moved to %s", got)
	}
}

// markerThread learns how a thread is named in markers from a publication to another repository.
func markerThread(t *testing.T, b *bench, p plan.Publication) string {
	t.Helper()
	other := newBench(t, nil)
	q := other.publication("select 1\n")
	q.Thread = p.Thread
	publish(t, other.forge(), q)
	_, rest, _ := strings.Cut(other.pulls()[0].GetBody(), "thread=")
	key, _, _ := strings.Cut(rest, " ")
	return key
}

func TestTwoBotsAtOnce(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	results := make([]plan.PR, 4)
	var wg sync.WaitGroup
	for i := range results {
		f := b.forge()
		wg.Go(func() {
			pr, err := f.Publish(context.Background(), p)
			if err != nil {
				t.Error(err)
			}
			results[i] = pr
		})
	}
	wg.Wait()
	for _, pr := range results {
		if pr.Number != 1 || pr.Branch != p.Branch {
			t.Errorf("published as %v", pr)
		}
	}
	b.wantOne(p, results[0])
}
