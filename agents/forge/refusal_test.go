package forge_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"firstmile/agents/forge"
	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

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

func TestLongTextsAreCut(t *testing.T) {
	b := newBench(t, nil)
	p := b.publication("select 1\n")
	p.Description.Title, p.Description.Body = strings.Repeat("ü", 300), strings.Repeat("€", 70_000)
	publish(t, b.forge(), p)
	if again := publish(t, b.forge(), p); again.Number != 1 {
		t.Errorf("again %v", again)
	}
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
