package githubapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v62/github"

	"firstmile/bot/local/githubapi"
)

const createRoute = "POST /repos/{owner}/{repo}/pulls"

func TestFaults(t *testing.T) {
	text := "version: 2 # moved\n"
	for name, tc := range map[string]struct {
		fault  githubapi.Fault
		check  func(t *testing.T, w *workspace, err error)
		opened int
	}{
		"lost answer":      {githubapi.Fault{Route: createRoute, LoseAnswer: true}, wantBroken, 1},
		"lost request":     {githubapi.Fault{Route: createRoute, LoseRequest: true}, wantBroken, 0},
		"bad gateway":      {githubapi.Fault{Route: createRoute, Status: 502, Message: "Bad Gateway"}, wantStatus(502), 0},
		"second call only": {githubapi.Fault{Route: createRoute, After: 1, Status: 502}, wantNone, 1},
		"secondary limit": {githubapi.Fault{Route: createRoute, Status: 403, Message: "You have exceeded a secondary rate limit.", RetryAfter: 2 * time.Second},
			func(t *testing.T, _ *workspace, err error) {
				var limit *github.AbuseRateLimitError
				if !errors.As(err, &limit) || limit.GetRetryAfter() != 2*time.Second {
					t.Errorf("got %v", err)
				}
			}, 0},
		"moved base": {githubapi.Fault{Route: createRoute, MoveBase: &githubapi.Edit{Author: "mara", Message: "Someone else", Files: map[string]*string{"models/marts/schema.yml": &text}}},
			func(t *testing.T, w *workspace, err error) {
				if got := w.git("log", "-1", "--format=%s by %an", "main"); err != nil || got != "Someone else by Mara" {
					t.Errorf("main ends with %q, %v", got, err)
				}
			}, 1},
		"delay": {githubapi.Fault{Route: createRoute, Delay: time.Millisecond}, wantNone, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, nil)
			c := w.client("bot-token")
			w.push(c, "topic", map[string]string{"a.sql": "select 1\n"})
			w.server.Inject(tc.fault)
			_, _, err := c.PullRequests.Create(context.Background(), "northpeak", "analytics",
				&github.NewPullRequest{Title: github.String("T"), Head: github.String("topic"), Base: github.String("main")})
			tc.check(t, w, err)
			w.server.ClearFaults()
			list := must[[]*github.PullRequest](t)(w.client("bot-token").PullRequests.List(context.Background(), "northpeak", "analytics", nil)) // go-github remembers a limit
			if len(list) != tc.opened {
				t.Errorf("%d pull requests, want %d", len(list), tc.opened)
			}
		})
	}
}

func wantBroken(t *testing.T, _ *workspace, err error) {
	var answered *github.ErrorResponse
	if err == nil || errors.As(err, &answered) {
		t.Errorf("got %v, want a broken connection", err)
	}
}

func wantNone(t *testing.T, _ *workspace, err error) {
	if err != nil {
		t.Error(err)
	}
}

func wantStatus(status int) func(*testing.T, *workspace, error) {
	return func(t *testing.T, _ *workspace, err error) {
		var answered *github.ErrorResponse
		if !errors.As(err, &answered) || answered.Response.StatusCode != status {
			t.Errorf("got %v, want %d", err, status)
		}
	}
}

func TestFaultEndpointOnlyWhenEnabled(t *testing.T) {
	for _, admin := range []bool{true, false} {
		w := start(t, func(o *githubapi.Options) { o.Admin = admin })
		resp, err := http.Post(w.http.URL+"/github/_faults", "application/json", strings.NewReader(`{"route":"GET /user","status":502}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		_, _, err = w.client("bot-token").Users.Get(context.Background(), "")
		if (err != nil) != admin {
			t.Errorf("admin %v: GET /user gave %v", admin, err)
		}
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	w := start(t, nil)
	c := w.client("bot-token")
	w.push(c, "topic", map[string]string{"a.sql": "select 1\n"})
	w.open(c, "topic")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, _, err := c.Issues.CreateComment(context.Background(), "northpeak", "analytics", 1, &github.IssueComment{Body: github.String("x")})
			if err != nil {
				t.Error(err)
			}
			_, _, _ = c.PullRequests.Create(context.Background(), "northpeak", "analytics",
				&github.NewPullRequest{Title: github.String("T"), Head: github.String("topic"), Base: github.String("main")})
		})
	}
	wg.Wait()
	first := must[[]*github.IssueComment](t)(c.Issues.ListComments(context.Background(), "northpeak", "analytics", 1, &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 15}}))
	second := must[[]*github.IssueComment](t)(c.Issues.ListComments(context.Background(), "northpeak", "analytics", 1, &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 15, Page: 2}}))
	if len(first) != 15 || len(second) != 5 || first[14].GetID() >= second[0].GetID() {
		t.Errorf("pages of %d and %d", len(first), len(second))
	}
	list := must[[]*github.PullRequest](t)(c.PullRequests.List(context.Background(), "northpeak", "analytics", &github.PullRequestListOptions{State: "all"}))
	if len(list) != 1 {
		t.Errorf("%d pull requests", len(list))
	}
}
