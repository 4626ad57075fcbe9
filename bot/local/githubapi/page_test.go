package githubapi_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v62/github"
)

// page fetches an HTML page without credentials, as a browser does.
func (w *workspace) page(path string) (int, string) {
	w.t.Helper()
	resp, err := http.Get(w.http.URL + "/github" + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestPullRequestPage(t *testing.T) {
	w := start(t, nil)
	ctx, c := context.Background(), w.client("bot-token")
	w.push(c, "topic", map[string]string{"models/marts/fct_revenue.sql": "select 2 as revenue -- <b>\n", "models/new.sql": "select 1"})
	hostile := "## Why\n<!-- secret marker -->\n<script>alert(1)</script>\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n```mermaid\ngraph LR; a-->b\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<details><summary>More</summary>text</details>\n"
	_, _, err := c.PullRequests.Create(ctx, "northpeak", "analytics", &github.NewPullRequest{Title: github.String("Track <churn> & more"),
		Head: github.String("topic"), Base: github.String("main"), Body: &hostile})
	if err != nil {
		t.Fatal(err)
	}
	must[*github.PullRequest](t)(c.PullRequests.RequestReviewers(ctx, "northpeak", "analytics", 1, github.ReviewersRequest{Reviewers: []string{"ken"}}))
	must[*github.IssueComment](t)(c.Issues.CreateComment(ctx, "northpeak", "analytics", 1, &github.IssueComment{Body: github.String("Looks *good*")}))
	status, html := w.page("/northpeak/analytics/pull/1")
	if status != 200 {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{"Track &lt;churn&gt; &amp; more", `<code class="language-mermaid">graph LR; a--&gt;b`, "<table>", "<summary>More</summary>",
		"ken", "review requested", "Looks <em>good</em>", "select 2 as revenue -- &lt;b&gt;", "select 1 as revenue", "No newline at end of file",
		"prefers-color-scheme: dark", `name="viewport"`, "Add churn", ">Open<"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, bad := range []string{"secret marker", "<script", "javascript:", "onerror", "https://"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if _, html := w.page("/northpeak/analytics/pulls"); !strings.Contains(html, "/northpeak/analytics/pull/1\"") {
		t.Errorf("the list has no link: %s", html)
	}
	for _, path := range []string{"/northpeak/analytics/pull/2", "/northpeak/analytics/pull/x"} {
		if status, _ := w.page(path); status != 404 {
			t.Errorf("%s gives %d", path, status)
		}
	}
}

func TestMergeByPlainGitIsNoticed(t *testing.T) {
	w := start(t, nil)
	c := w.client("bot-token")
	w.push(c, "topic", map[string]string{"a.sql": "select 1\n"})
	w.push(c, "gone", map[string]string{"b.sql": "select 1\n"})
	w.open(c, "topic")
	w.open(c, "gone")
	w.git("merge", "-q", "--no-edit", "topic")
	w.git("branch", "-q", "-D", "gone")
	if _, html := w.page("/northpeak/analytics/pull/1"); !strings.Contains(html, ">Merged<") {
		t.Error("the merge was not noticed")
	}
	if _, html := w.page("/northpeak/analytics/pull/2"); !strings.Contains(html, ">Closed<") || !strings.Contains(html, "b.sql") {
		t.Error("the deleted branch was not noticed, or its files are lost")
	}
}
