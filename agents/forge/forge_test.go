package forge_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v62/github"

	"firstmile/agents/forge"
	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

// bench is a GitHub with one real repository, and a Forge that publishes to it.
type bench struct {
	t      testing.TB
	dir    string
	opt    githubapi.Options
	server *githubapi.Server
	http   *httptest.Server
	cfg    forge.Config
}

func newBench(t testing.TB, change func(*githubapi.Options)) *bench {
	t.Helper()
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "northpeak")}
	b.file("dbt_project.yml", "name: northpeak\n")
	b.file("models/marts/schema.yml", "version: 2\n")
	b.git("init", "-q", "-b", "main")
	b.git("add", ".")
	b.git("commit", "-q", "-m", "Start the project")
	b.opt = githubapi.Options{Repo: b.dir, Owner: "northpeak", Name: "analytics", Dir: t.TempDir(), Token: "bot-token", BotLogin: "firstmile",
		BaseURL:       func() string { return b.http.URL + "/github" },
		Teams:         []string{"data"},
		Collaborators: []githubapi.Collaborator{{Login: "mara", Token: "mara-token"}, {Login: "ken"}}}
	if change != nil {
		change(&b.opt)
	}
	var err error
	if b.server, err = githubapi.New(b.opt); err != nil {
		t.Fatal(err)
	}
	b.http = httptest.NewServer(http.StripPrefix("/github", b.server.Handler()))
	t.Cleanup(func() { b.http.Close(); _ = b.server.Close() })
	b.cfg = forge.Config{Owner: "northpeak", Name: "analytics", Token: "bot-token", BaseURL: b.http.URL + "/github"}
	return b
}

func (b *bench) file(name, text string) {
	b.t.Helper()
	full := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) git(args ...string) string {
	b.t.Helper()
	return gitIn(b.t, b.dir, args...)
}

func gitIn(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Mara", "GIT_AUTHOR_EMAIL=mara@example.org", "GIT_COMMITTER_NAME=Mara",
		"GIT_COMMITTER_EMAIL=mara@example.org", "GIT_AUTHOR_DATE=2026-01-05T09:00:00Z", "GIT_COMMITTER_DATE=2026-01-05T09:00:00Z",
		"GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// forge makes a new Forge: a bot that has forgotten everything.
func (b *bench) forge() *forge.Forge {
	b.t.Helper()
	f, err := forge.New(b.cfg)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func (b *bench) client(token string) *github.Client {
	b.t.Helper()
	c, err := github.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(b.http.URL+"/github", b.http.URL+"/github")
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) pulls() []*github.PullRequest {
	b.t.Helper()
	list, _, err := b.client("mara-token").PullRequests.List(context.Background(), "northpeak", "analytics",
		&github.PullRequestListOptions{State: "all", Direction: "asc", Sort: "created", ListOptions: github.ListOptions{PerPage: 100}})
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func blob(text string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text))
	return hex.EncodeToString(sum[:])
}

const thread = plan.ThreadID("slack:T1/C1/1.2")

// publication makes an approved change on the head of main: a new model with the given SQL, and its YAML entry.
func (b *bench) publication(sql string) plan.Publication {
	b.t.Helper()
	return b.publicationOn(b.git("rev-parse", "main"), sql)
}

func (b *bench) publicationOn(base, sql string) plan.Publication {
	yaml := b.git("show", base+":models/marts/schema.yml") + "\n"
	change := plan.Change{Base: plan.Base{Project: "northpeak", Branch: "main", Commit: base}, Model: "fct_churn", ModelPath: "models/marts/fct_churn.sql",
		Files: []plan.File{
			{Path: "models/marts/fct_churn.sql", Action: plan.Create, Mode: "100644", Content: []byte(sql)},
			{Path: "models/marts/schema.yml", Action: plan.Edit, Mode: "100644", OriginalBlob: blob(yaml), Content: []byte(yaml + "models: [] # " + sql)},
		}}
	return approve(plan.Publication{Thread: thread, Change: change, Branch: plan.BranchName("fct_churn", thread),
		Description: plan.Description{Title: "Track weekly churn: " + strings.TrimSpace(sql), Body: "Why and how.\n", Reviewers: []string{"ken", "northpeak/data"}}})
}

var approvedAt = time.Date(2024, 11, 2, 10, 30, 0, 123, time.UTC)

func approve(p plan.Publication) plan.Publication {
	p.Approved = plan.Approval{Digest: p.Change.Digest(), At: approvedAt}
	return p
}

func publish(t testing.TB, f interface {
	Publish(context.Context, plan.Publication) (plan.PR, error)
}, p plan.Publication) plan.PR {
	t.Helper()
	pr, err := f.Publish(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return pr
}

// wantFailure checks an error's class and code and gives the failure.
func wantFailure(t testing.TB, err error, class plan.FailureClass, code string) *plan.Failure {
	t.Helper()
	var f *plan.Failure
	if !errors.As(err, &f) || f.Class != class || f.Code != code {
		t.Fatalf("got %v, want a %s failure %s", err, class, code)
	}
	return f
}

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

// wantOne checks: one pull request, one commit, one branch, and the approved bytes on it.
func (b *bench) wantOne(p plan.Publication, pr plan.PR) {
	b.t.Helper()
	if n := len(b.pulls()); n != 1 {
		b.t.Errorf("%d pull requests", n)
	}
	if n := b.git("rev-list", "--count", "main.."+pr.Branch); n != "1" {
		b.t.Errorf("%s commits", n)
	}
	if list := b.git("for-each-ref", "--format=%(refname:short)", "refs/heads/firstmile"); list != p.Branch {
		b.t.Errorf("branches: %s", list)
	}
	if text := b.git("show", pr.Branch+":"+p.Change.ModelPath); text+"\n" != string(p.Change.Files[0].Content) {
		b.t.Errorf("the branch has %q", text)
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

func TestRefusals(t *testing.T) {
	slow := githubapi.Fault{Route: "POST /repos/{owner}/{repo}/git/trees", Status: 403, Message: "You have exceeded a secondary rate limit.", RetryAfter: 7 * time.Second}
	for name, tc := range map[string]struct {
		server func(*githubapi.Options)
		client func(*forge.Config)
		fault  *githubapi.Fault
		change func(*plan.Publication)
		class  plan.FailureClass
		code   string
		retry  int
	}{
		"read-only token":   {server: func(o *githubapi.Options) { o.ReadOnly = true }, class: plan.Permanent, code: forge.CodeNoRights},
		"bad token":         {client: func(c *forge.Config) { c.Token = "x" }, class: plan.Permanent, code: forge.CodeBadCredentials},
		"unknown repo":      {client: func(c *forge.Config) { c.Name = "x" }, class: plan.Permanent, code: forge.CodeNotFound},
		"secondary limit":   {fault: &slow, class: plan.Transient, code: forge.CodeRateLimit, retry: 7},
		"too many requests": {fault: &githubapi.Fault{Status: 429, RetryAfter: 3 * time.Second}, class: plan.Transient, code: forge.CodeRateLimit, retry: 3},
		"slow server":       {client: func(c *forge.Config) { c.Timeout = 50 * time.Millisecond }, fault: &githubapi.Fault{Route: "*", Delay: time.Minute}, class: plan.Transient, code: forge.CodeNoAnswer},
		"changed bytes":     {change: func(p *plan.Publication) { p.Change.Files[0].Content = []byte("select 666") }, class: plan.Permanent, code: forge.CodeNotApproved},
		"outside":           {change: func(p *plan.Publication) { p.Change.Files[0].Path = "../x.sql"; *p = approve(*p) }, class: plan.Refused, code: forge.CodeBadChange},
		"workflow":          {change: func(p *plan.Publication) { p.Change.Files[0].Path = ".github/workflows/x.yml"; *p = approve(*p) }, class: plan.Refused, code: forge.CodeBadChange},
		"no target":         {change: func(p *plan.Publication) { p.Change.Base.Branch = "gone" }, class: plan.Permanent, code: forge.CodeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, tc.server)
			if tc.client != nil {
				tc.client(&b.cfg)
			}
			if tc.fault != nil {
				b.server.Inject(*tc.fault)
			}
			p := b.publication("select 1\n")
			if tc.change != nil {
				tc.change(&p)
			}
			_, err := b.forge().Publish(context.Background(), p)
			f := wantFailure(t, err, tc.class, tc.code)
			if f.RetryAfterSeconds != tc.retry || f.Message == "" {
				t.Errorf("failure is %+v", f)
			}
			if strings.Contains(err.Error(), "bot-token") {
				t.Errorf("the error holds the token: %v", err)
			}
			b.server.ClearFaults()
			if n := len(b.pulls()); n != 0 {
				t.Errorf("%d pull requests", n)
			}
		})
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

func TestLongTextsAreCut(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	p.Description.Title, p.Description.Body = strings.Repeat("ü", 300), strings.Repeat("€", 70_000)
	publish(t, b.forge(), p)
	if again := publish(t, b.forge(), p); again.Number != 1 {
		t.Errorf("again %v", again)
	}
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

// inProcess carries requests to the server without a network, so that time can be a bubble's.
type inProcess struct {
	handler http.Handler
	writes  *[]time.Time
}

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		*p.writes = append(*p.writes, time.Now())
	}
	rec := httptest.NewRecorder()
	p.handler.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func TestPauseBetweenWrites(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	synctest.Test(t, func(t *testing.T) {
		var writes []time.Time
		cfg := b.cfg
		cfg.Pause, cfg.Transport = time.Second, inProcess{b.http.Config.Handler, &writes}
		f, err := forge.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		publish(t, f, p)
		if len(writes) != 7 { // two blobs, tree, commit, ref, pull request, reviewers
			t.Errorf("%d writes", len(writes))
		}
		for i := range writes[1:] {
			if gap := writes[i+1].Sub(writes[i]); gap < time.Second {
				t.Errorf("only %s between two writes", gap)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second/2)
		defer cancel()
		p.Thread = "another"
		_, err = f.Publish(ctx, p)
		wantFailure(t, err, plan.Transient, forge.CodeNoAnswer)
	})
}

func BenchmarkPublish(b *testing.B) {
	w := newBench(b, nil)
	p := w.publication("select 1\n")
	f := w.forge()
	for n := 0; b.Loop(); n++ {
		p.Thread = plan.ThreadID(fmt.Sprint("thread ", n))
		p.Branch = plan.BranchName("fct_churn", p.Thread)
		publish(b, f, p)
	}
}
