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
	"testing"
	"time"

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
