package githubapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v62/github"

	"firstmile/bot/local/githubapi"
)

// workspace is a running server over a real repository made with git itself.
type workspace struct {
	t      testing.TB
	dir    string // the repository
	opt    githubapi.Options
	server *githubapi.Server
	http   *httptest.Server
}

// start makes a repository with one commit on main and serves it.
func start(t testing.TB, change func(*githubapi.Options)) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: filepath.Join(t.TempDir(), "northpeak")}
	write(t, filepath.Join(w.dir, "dbt_project.yml"), "name: northpeak\n")
	write(t, filepath.Join(w.dir, "models/marts/fct_revenue.sql"), "select 1 as revenue\n")
	write(t, filepath.Join(w.dir, "models/marts/schema.yml"), "version: 2\n")
	w.git("init", "-q", "-b", "main")
	w.git("add", ".")
	w.git("commit", "-q", "-m", "Start the project")
	w.opt = githubapi.Options{Repo: w.dir, Owner: "northpeak", Name: "analytics", Dir: filepath.Join(t.TempDir(), "state"),
		BaseURL: func() string { return w.http.URL + "/github" }, Token: "bot-token", Teams: []string{"data"},
		Collaborators: []githubapi.Collaborator{{Login: "mara", Name: "Mara", Token: "mara-token", Permission: "admin"}, {Login: "ken"}},
		Admin:         true}
	if change != nil {
		change(&w.opt)
	}
	w.serve()
	t.Cleanup(func() { w.http.Close(); _ = w.server.Close() })
	return w
}

func (w *workspace) serve() {
	w.t.Helper()
	var err error
	if w.server, err = githubapi.New(w.opt); err != nil {
		w.t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/github/", http.StripPrefix("/github", w.server.Handler()))
	w.http = httptest.NewServer(mux)
}

// restart starts another server on the same folders.
func (w *workspace) restart() {
	w.t.Helper()
	w.http.Close()
	if _, err := githubapi.New(w.opt); err == nil {
		w.t.Error("two workspaces share one journal")
	}
	if err := w.server.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.serve()
}

func (w *workspace) client(token string) *github.Client {
	w.t.Helper()
	c, err := github.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(w.http.URL+"/github", w.http.URL+"/github")
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// git runs git in the repository with a fixed identity and clock.
func (w *workspace) git(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = w.dir
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Mara", "GIT_AUTHOR_EMAIL=mara@example.org", "GIT_COMMITTER_NAME=Mara",
		"GIT_COMMITTER_EMAIL=mara@example.org", "GIT_AUTHOR_DATE=2026-01-05T09:00:00Z", "GIT_COMMITTER_DATE=2026-01-05T09:00:00Z",
		"GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func must[T any](t testing.TB) func(T, *github.Response, error) T {
	return func(v T, _ *github.Response, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// push makes a branch with one commit through the Git Data API and returns the commit.
func (w *workspace) push(c *github.Client, branch string, files map[string]string) string {
	w.t.Helper()
	ctx := context.Background()
	base := must[*github.Reference](w.t)(c.Git.GetRef(ctx, "northpeak", "analytics", "heads/main")).GetObject().GetSHA()
	parent := must[*github.Commit](w.t)(c.Git.GetCommit(ctx, "northpeak", "analytics", base))
	var entries []*github.TreeEntry
	for path, text := range files {
		blob := must[*github.Blob](w.t)(c.Git.CreateBlob(ctx, "northpeak", "analytics", &github.Blob{Content: &text, Encoding: github.String("utf-8")}))
		entries = append(entries, &github.TreeEntry{Path: &path, Mode: github.String("100644"), Type: github.String("blob"), SHA: blob.SHA})
	}
	tree := must[*github.Tree](w.t)(c.Git.CreateTree(ctx, "northpeak", "analytics", parent.GetTree().GetSHA(), entries))
	when := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	commit := must[*github.Commit](w.t)(c.Git.CreateCommit(ctx, "northpeak", "analytics", &github.Commit{Message: github.String("Add churn"),
		Tree: tree, Parents: []*github.Commit{{SHA: &base}},
		Author: &github.CommitAuthor{Name: github.String("firstmile"), Email: github.String("bot@example.org"), Date: &github.Timestamp{Time: when}}}, nil))
	must[*github.Reference](w.t)(c.Git.CreateRef(ctx, "northpeak", "analytics", &github.Reference{Ref: github.String("refs/heads/" + branch),
		Object: &github.GitObject{SHA: commit.SHA}}))
	return commit.GetSHA()
}

func (w *workspace) open(c *github.Client, branch string) *github.PullRequest {
	w.t.Helper()
	return must[*github.PullRequest](w.t)(c.PullRequests.Create(context.Background(), "northpeak", "analytics", &github.NewPullRequest{
		Title: github.String("Track weekly churn"), Head: &branch, Base: github.String("main"), Body: github.String("Why.\n<!-- marker -->")}))
}

func TestPullRequestFromBranchToMerge(t *testing.T) {
	w := start(t, nil)
	ctx, c := context.Background(), w.client("bot-token")
	sha := w.push(c, "firstmile/churn-1", map[string]string{"models/marts/fct_churn.sql": "select 2 as churn\n"})
	pr := w.open(c, "firstmile/churn-1")

	if got := w.git("log", "-1", "--format=%H %s %an", "firstmile/churn-1"); got != sha+" Add churn firstmile" {
		t.Errorf("git log says %q", got)
	}
	if got := w.git("status", "--porcelain"); got != "" {
		t.Errorf("git status says %q after opening a pull request", got)
	}
	w.git("fsck", "--strict")
	if pr.GetNumber() != 1 || pr.GetChangedFiles() != 1 || pr.GetAdditions() != 1 || !pr.GetMergeable() || pr.GetUser().GetLogin() != "firstmile" {
		t.Errorf("pull request is %+v", pr)
	}
	list := must[[]*github.PullRequest](t)(c.PullRequests.List(ctx, "northpeak", "analytics", &github.PullRequestListOptions{Head: "northpeak:firstmile/churn-1", State: "open"}))
	if len(list) != 1 {
		t.Fatalf("found %d pull requests by head", len(list))
	}
	other := must[[]*github.PullRequest](t)(c.PullRequests.List(ctx, "northpeak", "analytics", &github.PullRequestListOptions{Head: "northpeak:else"}))
	if len(other) != 0 {
		t.Errorf("found %d pull requests of another head", len(other))
	}

	merged := must[*github.PullRequestMergeResult](t)(w.client("mara-token").PullRequests.Merge(ctx, "northpeak", "analytics", 1, "", nil))
	if got := w.git("rev-parse", "main"); got != merged.GetSHA() {
		t.Errorf("main is %s, merge said %s", got, merged.GetSHA())
	}
	if got := w.git("status", "--porcelain"); got != "" {
		t.Errorf("git status after the merge says %q", got)
	}
	if data, err := os.ReadFile(filepath.Join(w.dir, "models/marts/fct_churn.sql")); err != nil || string(data) != "select 2 as churn\n" {
		t.Errorf("the work tree has %q, %v", data, err)
	}
	pr = must[*github.PullRequest](t)(c.PullRequests.Get(ctx, "northpeak", "analytics", 1))
	if !pr.GetMerged() || pr.GetState() != "closed" || pr.GetChangedFiles() != 1 || pr.GetMergedBy().GetLogin() != "mara" {
		t.Errorf("after the merge: %+v", pr)
	}
}

func TestMergeLeavesEditedWorkTreeAlone(t *testing.T) {
	w := start(t, nil)
	c := w.client("bot-token")
	w.push(c, "topic", map[string]string{"models/marts/schema.yml": "version: 2\nmodels: []\n", "models/a.sql": "select 1\n"})
	w.open(c, "topic")
	write(t, filepath.Join(w.dir, "models/marts/schema.yml"), "version: 2 # mine\n")
	must[*github.PullRequestMergeResult](t)(c.PullRequests.Merge(context.Background(), "northpeak", "analytics", 1, "", &github.PullRequestOptions{MergeMethod: "squash"}))
	if data, _ := os.ReadFile(filepath.Join(w.dir, "models/marts/schema.yml")); string(data) != "version: 2 # mine\n" {
		t.Errorf("local edit was overwritten: %q", data)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "models/a.sql")); err == nil {
		t.Error("half of the merge was checked out")
	}
}

func TestMergeOfBothSides(t *testing.T) {
	w := start(t, nil)
	ctx, c := context.Background(), w.client("bot-token")
	base := "a\nb\nc\nd\ne\n"
	if _, err := w.server.Commit(githubapi.Edit{Files: map[string]*string{"x.yml": &base}}); err != nil {
		t.Fatal(err)
	}
	w.push(c, "one", map[string]string{"x.yml": "A\nb\nc\nd\ne\n"})
	w.push(c, "two", map[string]string{"x.yml": "a\nb\nc\nd\nE\n"})
	w.push(c, "three", map[string]string{"x.yml": "B\nb\nc\nd\ne\n"})
	for _, branch := range []string{"one", "two", "three"} {
		w.open(c, branch)
	}
	must[*github.PullRequestMergeResult](t)(c.PullRequests.Merge(ctx, "northpeak", "analytics", 1, "", nil))
	must[*github.PullRequestMergeResult](t)(c.PullRequests.Merge(ctx, "northpeak", "analytics", 2, "", nil))
	if got := w.git("show", "main:x.yml"); got != "A\nb\nc\nd\nE" {
		t.Errorf("main has %q", got)
	}
	pr := must[*github.PullRequest](t)(c.PullRequests.Get(ctx, "northpeak", "analytics", 3))
	_, _, err := c.PullRequests.Merge(ctx, "northpeak", "analytics", 3, "", nil)
	var e *github.ErrorResponse
	if pr.GetMergeable() || !errors.As(err, &e) || e.Response.StatusCode != 405 {
		t.Errorf("mergeable %v, merge gave %v", pr.GetMergeable(), err)
	}
}

func TestRefusalsHaveGitHubsShape(t *testing.T) {
	w := start(t, nil)
	c := w.client("bot-token")
	ctx := context.Background()
	sha := w.push(c, "topic", map[string]string{"a.sql": "select 1\n"})
	main := w.git("rev-parse", "main")
	w.open(c, "topic")
	ref := func(name, sha string) *github.Reference {
		return &github.Reference{Ref: github.String("refs/heads/" + name), Object: &github.GitObject{SHA: &sha}}
	}
	create := func(head, title string) error {
		_, _, err := c.PullRequests.Create(ctx, "northpeak", "analytics", &github.NewPullRequest{Title: &title, Head: &head, Base: github.String("main")})
		return err
	}
	for name, tc := range map[string]struct {
		do     func() error
		status int
		text   string
	}{
		"bad token":  {func() error { _, _, err := w.client("no").Repositories.Get(ctx, "northpeak", "analytics"); return err }, 401, "Bad credentials"},
		"other repo": {func() error { _, _, err := c.Repositories.Get(ctx, "northpeak", "else"); return err }, 404, "Not Found"},
		"ref exists": {func() error {
			_, _, err := c.Git.CreateRef(ctx, "northpeak", "analytics", ref("topic", sha))
			return err
		}, 422, "Reference already exists"},
		"ref to nothing": {func() error {
			_, _, err := c.Git.CreateRef(ctx, "northpeak", "analytics", ref("x", strings.Repeat("a", 40)))
			return err
		}, 422, "Object does not exist"},
		"ref outside": {func() error {
			_, _, err := c.Git.CreateRef(ctx, "northpeak", "analytics", ref("../../../x", sha))
			return err
		}, 422, "not a valid ref name"},
		"not forward": {func() error {
			_, _, err := c.Git.UpdateRef(ctx, "northpeak", "analytics", ref("topic", main), false)
			return err
		}, 422, "Update is not a fast forward"},
		"duplicate":  {func() error { return create("topic", "Again") }, 422, "A pull request already exists for northpeak:topic."},
		"no commits": {func() error { return create("main", "Same") }, 422, "No commits between main and main"},
		"no head":    {func() error { return create("nowhere", "None") }, 422, "Validation Failed"},
		"no title":   {func() error { return create("topic", "") }, 422, "Validation Failed"},
		"stranger review": {func() error {
			_, _, err := c.PullRequests.RequestReviewers(ctx, "northpeak", "analytics", 1, github.ReviewersRequest{Reviewers: []string{"nobody"}})
			return err
		}, 422, "Reviews may only be requested from collaborators"},
		"own approval": {func() error {
			_, _, err := c.PullRequests.CreateReview(ctx, "northpeak", "analytics", 1, &github.PullRequestReviewRequest{Event: github.String("APPROVE")})
			return err
		}, 422, "Can not approve your own"},
		"head moved": {func() error {
			_, _, err := c.PullRequests.Merge(ctx, "northpeak", "analytics", 1, "", &github.PullRequestOptions{SHA: main})
			return err
		}, 409, "Head branch was modified"},
	} {
		t.Run(name, func(t *testing.T) {
			var e *github.ErrorResponse
			if err := tc.do(); !errors.As(err, &e) || e.Response.StatusCode != tc.status || !strings.Contains(err.Error(), tc.text) {
				t.Errorf("got %v, want %d %s", err, tc.status, tc.text)
			}
		})
	}
}

func TestReadOnlyToken(t *testing.T) {
	w := start(t, func(o *githubapi.Options) { o.ReadOnly = true })
	c := w.client("bot-token")
	repo := must[*github.Repository](t)(c.Repositories.Get(context.Background(), "northpeak", "analytics"))
	if repo.GetPermissions()["push"] {
		t.Error("a read-only token may push")
	}
	_, _, err := c.Git.CreateBlob(context.Background(), "northpeak", "analytics", &github.Blob{Content: github.String("x")})
	var e *github.ErrorResponse
	if !errors.As(err, &e) || e.Response.StatusCode != 403 || e.Message != "Resource not accessible by personal access token" {
		t.Errorf("got %v", err)
	}
}

func TestEverythingSurvivesAKill(t *testing.T) {
	w := start(t, nil)
	ctx, c := context.Background(), w.client("bot-token")
	w.push(c, "topic", map[string]string{"a.sql": "select 1\n"})
	w.open(c, "topic")
	comment := must[*github.IssueComment](t)(c.Issues.CreateComment(ctx, "northpeak", "analytics", 1, &github.IssueComment{Body: github.String("first")}))
	must[*github.IssueComment](t)(c.Issues.EditComment(ctx, "northpeak", "analytics", comment.GetID(), &github.IssueComment{Body: github.String("second")}))
	must[*github.PullRequest](t)(c.PullRequests.RequestReviewers(ctx, "northpeak", "analytics", 1, github.ReviewersRequest{Reviewers: []string{"ken"}, TeamReviewers: []string{"data"}}))
	must[[]*github.Label](t)(c.Issues.AddLabelsToIssue(ctx, "northpeak", "analytics", 1, []string{"metric"}))
	must[*github.PullRequestReview](t)(w.client("mara-token").PullRequests.CreateReview(ctx, "northpeak", "analytics", 1,
		&github.PullRequestReviewRequest{Event: github.String("REQUEST_CHANGES"), Body: github.String("Name it churn_rate."),
			Comments: []*github.DraftReviewComment{{Path: github.String("a.sql"), Line: github.Int(1), Body: github.String("here")}}}))

	journal := filepath.Join(w.opt.Dir, "github.jsonl")
	f, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"pull":{"number":2,"ti`); err != nil { // the line a kill cut off
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	w.git("gc", "-q", "--prune=now") // a person tidies up: packs and packed refs from here on
	w.restart()
	c = w.client("bot-token")
	pr := must[*github.PullRequest](t)(c.PullRequests.Get(ctx, "northpeak", "analytics", 1))
	if len(pr.RequestedReviewers) != 1 || len(pr.RequestedTeams) != 1 || len(pr.Labels) != 1 || pr.GetComments() != 1 || pr.GetReviewComments() != 1 {
		t.Errorf("after the restart: %+v", pr)
	}
	got := must[[]*github.IssueComment](t)(c.Issues.ListComments(ctx, "northpeak", "analytics", 1, nil))
	if len(got) != 1 || got[0].GetBody() != "second" {
		t.Errorf("comments are %+v", got)
	}
	if _, err := c.Git.DeleteRef(ctx, "northpeak", "analytics", "heads/topic"); err != nil { // a packed one
		t.Error(err)
	}
	if pr := must[*github.PullRequest](t)(c.PullRequests.Get(ctx, "northpeak", "analytics", 1)); pr.GetState() != "closed" || pr.GetChangedFiles() != 1 {
		t.Errorf("after the branch was deleted: %v", pr)
	}
	w.push(c, "topic2", map[string]string{"b.sql": "select 1\n"})
	if pr := w.open(c, "topic2"); pr.GetNumber() != 2 {
		t.Errorf("the next number is %d", pr.GetNumber())
	}
}
