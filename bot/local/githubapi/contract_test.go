package githubapi_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-github/v62/github"

	"firstmile/bot/local/githubapi"
)

// contract checks every request and answer that passes through it against GitHub's own description.
type contract struct {
	t      *testing.T
	router routers.Router
	mu     sync.Mutex
	seen   map[string]bool // "GET /path" of calls that succeeded
}

// loadContract reads the description, reduced to the calls the server has.
func loadContract(t *testing.T, patterns []string) *contract {
	t.Helper()
	path := filepath.Join("..", "..", "..", "..", "shared", "contracts", "github-rest.json")
	data, err := os.ReadFile(path)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the contract must be there in CI: %v", err)
		}
		t.Skipf("no contract to check against: %v", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	paths := openapi3.NewPaths()
	for _, pattern := range patterns {
		_, path, _ := strings.Cut(pattern, " ")
		if strings.HasSuffix(path, "/contents") || strings.HasSuffix(path, "/tarball") {
			continue // the same calls with an empty path
		}
		item := doc.Paths.Value(path)
		if item == nil {
			t.Fatalf("GitHub has no path %s", path)
		}
		multi := strings.NewReplacer("{ref}", "{ref:.+}", "{path}", "{path:.+}", "{branch}", "{branch:.+}", "{basehead}", "{basehead:.+}")
		paths.Set(multi.Replace(path), item)
	}
	doc.Paths = paths
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &contract{t: t, router: router, seen: map[string]bool{}}
}

func (c *contract) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		outer := r.Clone(r.Context())
		outer.Body = io.NopCloser(bytes.NewReader(body))
		rec := httptest.NewRecorder()
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(rec, r)
		c.check(outer, body, rec)
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(rec.Body.Bytes())
	})
}

func (c *contract) check(r *http.Request, body []byte, rec *httptest.ResponseRecorder) {
	rest, isAPI := strings.CutPrefix(r.URL.Path, "/api/v3")
	if !isAPI {
		return
	}
	name := r.Method + " " + rest
	r.URL.Path, r.URL.RawPath = rest, ""
	r.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		c.t.Errorf("%s: %v", name, err)
		return
	}
	options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
	if rec.Code < 400 {
		if len(body) == 0 { // calls without arguments, such as merge
			r.Body, r.ContentLength = http.NoBody, 0
		} else {
			r.Header.Set("Content-Type", "application/json") // octokit's and go-github's kinds are JSON
		}
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			c.t.Errorf("%s: the request breaks the contract: %v", name, err)
		}
		c.mu.Lock()
		c.seen[r.Method+" "+strings.ReplaceAll(route.Path, ":.+}", "}")] = true
		c.mu.Unlock()
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Options: options}
	out.SetBodyBytes(rec.Body.Bytes())
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		text := err.Error()
		c.t.Errorf("%s %d: the answer breaks the contract: %.1500s", name, rec.Code, text)
	}
}

func TestAnswersFollowGitHubsContract(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	w := start(t, func(o *githubapi.Options) {
		o.App = &githubapi.App{ID: 7, InstallationID: 8, Slug: "firstmile-app", Key: &key.PublicKey}
	})
	con := loadContract(t, w.server.Patterns())
	w.http.Config.Handler = http.StripPrefix("/github", con.around(w.server.Handler()))
	t.Run("git", func(t *testing.T) { contractOfGit(t, w) })
	t.Run("pulls", func(t *testing.T) { contractOfPulls(t, w) })
	t.Run("app", func(t *testing.T) { contractOfApp(t, w, key) })
	for _, pattern := range w.server.Patterns() {
		if !con.seen[pattern] && !strings.HasSuffix(pattern, "/contents") && !strings.HasSuffix(pattern, "/tarball") {
			t.Errorf("%s was never checked", pattern)
		}
	}
}

func contractOfGit(t *testing.T, w *workspace) {
	ctx, c := context.Background(), w.client("bot-token")
	const o, r = "northpeak", "analytics"
	must[*github.User](t)(c.Users.Get(ctx, ""))
	must[*github.User](t)(c.Users.Get(ctx, "mara"))
	must[*github.RateLimits](t)(c.RateLimit.Get(ctx))
	must[*github.Repository](t)(c.Repositories.Get(ctx, o, r))
	must[[]*github.User](t)(c.Repositories.ListCollaborators(ctx, o, r, nil))
	if yes := must[bool](t)(c.Repositories.IsCollaborator(ctx, o, r, "ken")); !yes {
		t.Error("ken is no collaborator")
	}
	must[*github.RepositoryPermissionLevel](t)(c.Repositories.GetPermissionLevel(ctx, o, r, "mara"))
	sha := w.push(c, "deep/topic", map[string]string{"models/x.sql": "select 1\n"})
	must[[]*github.Branch](t)(c.Repositories.ListBranches(ctx, o, r, nil))
	must[*github.Branch](t)(c.Repositories.GetBranch(ctx, o, r, "deep/topic", 0))
	must[[]*github.RepositoryCommit](t)(c.Repositories.ListCommits(ctx, o, r, &github.CommitsListOptions{SHA: "deep/topic", Path: "models"}))
	commit := must[*github.RepositoryCommit](t)(c.Repositories.GetCommit(ctx, o, r, "deep/topic", nil))
	cmp := must[*github.CommitsComparison](t)(c.Repositories.CompareCommits(ctx, o, r, "main", "deep/topic", nil))
	if commit.GetSHA() != sha || cmp.GetAheadBy() != 1 || cmp.GetStatus() != "ahead" || len(cmp.Files) != 1 {
		t.Errorf("commit %s, comparison %s +%d", commit.GetSHA(), cmp.GetStatus(), cmp.GetAheadBy())
	}
	file, _, _, err := c.Repositories.GetContents(ctx, o, r, "models/x.sql", &github.RepositoryContentGetOptions{Ref: "deep/topic"})
	if err != nil {
		t.Fatal(err)
	}
	if text, err := file.GetContent(); err != nil || text != "select 1\n" {
		t.Errorf("contents are %q, %v", text, err)
	}
	if _, dir, _, err := c.Repositories.GetContents(ctx, o, r, "models", nil); err != nil || len(dir) != 1 {
		t.Errorf("the folder lists %d, %v", len(dir), err)
	}
	tree := must[*github.Tree](t)(c.Git.GetTree(ctx, o, r, sha, true))
	blob := must[*github.Blob](t)(c.Git.GetBlob(ctx, o, r, tree.Entries[len(tree.Entries)-1].GetSHA()))
	if blob.GetSize() == 0 {
		t.Error("an empty blob")
	}
	must[[]*github.Reference](t)(c.Git.ListMatchingRefs(ctx, o, r, &github.ReferenceListOptions{Ref: "heads/deep/"}))
	main := w.git("rev-parse", "main")
	ref := &github.Reference{Ref: github.String("refs/heads/deep/topic"), Object: &github.GitObject{SHA: &main}}
	must[*github.Reference](t)(c.Git.UpdateRef(ctx, o, r, ref, true))
	if _, err := c.Git.DeleteRef(ctx, o, r, "heads/deep/topic"); err != nil {
		t.Error(err)
	}
	if _, _, err := c.Git.GetRef(ctx, o, r, "heads/deep/topic"); err == nil {
		t.Error("a deleted ref is still there")
	}
	if _, _, err := c.Repositories.GetArchiveLink(ctx, o, r, github.Tarball, &github.RepositoryContentGetOptions{Ref: "main"}, 0); err != nil {
		t.Error(err)
	}
}

func contractOfPulls(t *testing.T, w *workspace) {
	ctx, c, mara := context.Background(), w.client("bot-token"), w.client("mara-token")
	const o, r = "northpeak", "analytics"
	w.push(c, "topic", map[string]string{"models/x.sql": "select 1\n"})
	n := w.open(c, "topic").GetNumber()
	must[*github.PullRequest](t)(c.PullRequests.Edit(ctx, o, r, n, &github.PullRequest{Title: github.String("New title")}))
	must[[]*github.PullRequest](t)(c.PullRequests.List(ctx, o, r, nil))
	must[*github.PullRequest](t)(c.PullRequests.Get(ctx, o, r, n))
	must[[]*github.CommitFile](t)(c.PullRequests.ListFiles(ctx, o, r, n, nil))
	must[[]*github.RepositoryCommit](t)(c.PullRequests.ListCommits(ctx, o, r, n, nil))
	must[*github.PullRequest](t)(c.PullRequests.RequestReviewers(ctx, o, r, n, github.ReviewersRequest{Reviewers: []string{"ken", "mara"}, TeamReviewers: []string{"data"}}))
	must[*github.Reviewers](t)(c.PullRequests.ListReviewers(ctx, o, r, n, nil))
	if _, err := c.PullRequests.RemoveReviewers(ctx, o, r, n, github.ReviewersRequest{Reviewers: []string{"ken"}}); err != nil {
		t.Error(err)
	}
	must[*github.PullRequestReview](t)(mara.PullRequests.CreateReview(ctx, o, r, n, &github.PullRequestReviewRequest{Event: github.String("APPROVE")}))
	must[[]*github.PullRequestReview](t)(c.PullRequests.ListReviews(ctx, o, r, n, nil))
	head := w.git("rev-parse", "topic")
	must[*github.PullRequestComment](t)(mara.PullRequests.CreateComment(ctx, o, r, n, &github.PullRequestComment{Body: github.String("here"),
		Path: github.String("models/x.sql"), Line: github.Int(1), CommitID: &head}))
	must[[]*github.PullRequestComment](t)(c.PullRequests.ListComments(ctx, o, r, n, nil))
	comment := must[*github.IssueComment](t)(c.Issues.CreateComment(ctx, o, r, n, &github.IssueComment{Body: github.String("hello")}))
	must[*github.IssueComment](t)(c.Issues.GetComment(ctx, o, r, comment.GetID()))
	must[*github.IssueComment](t)(c.Issues.EditComment(ctx, o, r, comment.GetID(), &github.IssueComment{Body: github.String("again")}))
	must[[]*github.IssueComment](t)(c.Issues.ListComments(ctx, o, r, n, nil))
	w.post("bot-token", "/repos/northpeak/analytics/issues/1/labels", `{"labels":["metric"]}`) // go-github sends the bare list
	must[[]*github.Label](t)(c.Issues.ListLabelsByIssue(ctx, o, r, n, nil))
	must[*github.Issue](t)(c.Issues.AddAssignees(ctx, o, r, n, []string{"ken", "nobody"}))
	must[*github.Issue](t)(c.Issues.Get(ctx, o, r, n))
	must[*github.PullRequestMergeResult](t)(mara.PullRequests.Merge(ctx, o, r, n, "", &github.PullRequestOptions{MergeMethod: "rebase"}))
	if merged := must[bool](t)(c.PullRequests.IsMerged(ctx, o, r, n)); !merged {
		t.Error("not merged")
	}
}

// post sends a body as another client than go-github would.
func (w *workspace) post(token, path, body string) (int, map[string]any) {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodPost, w.http.URL+"/github/api/v3"+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out any
	_ = json.NewDecoder(resp.Body).Decode(&out)
	asMap, _ := out.(map[string]any)
	return resp.StatusCode, asMap
}

func contractOfApp(t *testing.T, w *workspace, key *rsa.PrivateKey) {
	ctx := context.Background()
	now := time.Now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{Issuer: "7",
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute))}).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	app := w.client(signed)
	must[*github.App](t)(app.Apps.Get(ctx, ""))
	must[*github.Installation](t)(app.Apps.GetInstallation(ctx, 8))
	must[*github.Installation](t)(app.Apps.FindRepositoryInstallation(ctx, "northpeak", "analytics"))
	token := must[*github.InstallationToken](t)(app.Apps.CreateInstallationToken(ctx, 8, &github.InstallationTokenOptions{
		Repositories: []string{"analytics"}, Permissions: &github.InstallationPermissions{Contents: github.String("read"), PullRequests: github.String("write")}}))
	c := w.client(token.GetToken())
	if _, _, err := c.Repositories.GetBranch(ctx, "northpeak", "analytics", "main", 0); err != nil {
		t.Error(err)
	}
	_, _, err = c.Git.CreateBlob(ctx, "northpeak", "analytics", &github.Blob{Content: github.String("x"), Encoding: github.String("utf-8")})
	if err == nil || !strings.Contains(err.Error(), "Resource not accessible by integration") {
		t.Errorf("a token without contents:write got %v", err)
	}
}
