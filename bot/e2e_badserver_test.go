package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/slack-go/slack"

	"firstmile/bot/local"
	"firstmile/bot/local/githubapi"
	"firstmile/bot/sample"
)

// TestBadInputSettings: serve does not start, says one line for each setting that is missing or malformed, and never a secret.
func TestBadInputSettings(t *testing.T) {
	good := map[string]string{"SLACK_BOT_TOKEN": "xoxb-1-secret", "SLACK_APP_TOKEN": "xapp-1-secret", "GITHUB_TOKEN": "ghp_secret"}
	const project = "projects:\n  - {id: shop, repo: acme/shop}\n"
	for _, tt := range []struct {
		name, settings string
		env            map[string]string
		says           []string
	}{
		{"nothing set", project, map[string]string{"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "", "GITHUB_TOKEN": ""},
			[]string{"SLACK_BOT_TOKEN is not set", "SLACK_APP_TOKEN is not set", "projects[0] has no credentials"}},
		{"tokens mixed up", project, map[string]string{"SLACK_BOT_TOKEN": "xapp-1-secret", "SLACK_APP_TOKEN": "xoxb-1-secret"},
			[]string{"SLACK_BOT_TOKEN is malformed", "SLACK_APP_TOKEN is malformed"}},
		{"bad addresses", project, map[string]string{"SLACK_API_URL": "slack", "GITHUB_API_URL": "https://me:secret@github.example"},
			[]string{"SLACK_API_URL is malformed", "GITHUB_API_URL is malformed"}},
		{"unknown key", "project: shop\n" + project, nil, []string{"server.yml: line 1: field project not found"}},
		{"not YAML", "projects: [", nil, []string{"server.yml: line 1"}},
		{"no projects", "groups: {data-team: [U1]}\n", nil, []string{"projects is empty"}},
		{"bad projects", "projects:\n  - {id: shop, repo: shop}\n  - {id: shop, repo: acme/shop, secret: ghp_secret}\n", nil,
			[]string{`projects[0].repo "shop" is not of the form owner/name`, `projects[1].id "shop" is used twice`, "projects[1].secret must be env:NAME or file:PATH"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{}
			for _, set := range []map[string]string{good, tt.env} {
				for k, v := range set {
					env[k] = v
				}
			}
			data := filepath.Join(t.TempDir(), "data")
			got := command(t.Context(), env, "serve", "--config", writeTemp(t, "server.yml", tt.settings), "--data", data)
			if lines := strings.Count(got.stderr, "\n"); got.code != exitUsage || got.stdout != "" || lines != len(tt.says) {
				t.Errorf("exit code %d, %d lines, want %d and %d:\n%s", got.code, lines, exitUsage, len(tt.says), got.stderr)
			}
			for _, part := range tt.says {
				if !strings.Contains(got.stderr, part) {
					t.Errorf("it does not say %q:\n%s", part, got.stderr)
				}
			}
			if strings.Contains(got.stderr, "secret@") || strings.Contains(got.stderr, "-secret") || strings.Contains(got.stderr, "ghp_secret") {
				t.Errorf("a secret is shown:\n%s", got.stderr)
			}
			if _, err := os.Stat(data); !os.IsNotExist(err) {
				t.Errorf("something was written: %v", err)
			}
		})
	}
}

// TestBadInputStore: a store that another bot holds, or that is damaged, keeps a second one from starting, and stays as it is.
func TestBadInputStore(t *testing.T) {
	workspace, data := t.TempDir(), t.TempDir()
	d := workspaceAlone(t, workspace)
	args := serveArgs(t, d, workspace, data)
	first := begin(t, serveEnv(d), args...)
	first.says(t, "connected to Slack")
	refused := func(says ...string) {
		t.Helper()
		got := command(t.Context(), serveEnv(d), args...)
		if got.code != exitError || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("exit code %d and not one line:\n%s", got.code, got.stderr)
		}
		for _, part := range says {
			if !strings.Contains(got.stderr, part) {
				t.Errorf("it does not say %q:\n%s", part, got.stderr)
			}
		}
	}
	refused("in use by another process", storeFile, "stop it, or give this one a data folder of its own")
	first.end(t)
	if first.code != 0 {
		t.Errorf("the first bot ended with %d\n%s", first.code, first.stderr.String())
	}

	path := filepath.Join(data, storeFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"garbage":   with(strings.Repeat("garbage ", 8192)),
		"cut short": func(b []byte) []byte { return b[:len(b)/2] },
		"a page of zeros": func(b []byte) []byte {
			clear(b[8192:12288])
			return b
		},
	} {
		bad := damage(bytes.Clone(whole))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		refused("the store file is damaged", storeFile, "put a backup in its place")
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, bad) {
			t.Errorf("%s: the file was changed, %v", name, err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	again := begin(t, serveEnv(d), args...)
	again.says(t, "connected to Slack")
}

// TestBadInputRights: with a token that may only read, the thread says so and the proposal
// stays open; once the rights are there, the same proposal can be approved again.
func TestBadInputRights(t *testing.T) {
	workspace := t.TempDir()
	d := workspaceAlone(t, workspace)
	host := readOnlyHost(t, local.RepositoryDir(workspace), &d)
	bot := begin(t, serveEnv(d), serveArgs(t, d, workspace, t.TempDir())...)
	bot.says(t, "connected to Slack")
	ana := visit(t, d).as("Ana")
	th := ana.ask("@firstmile Net revenue per month")
	proposal := th.proposal("", "Monthly net revenue")
	ana.react(proposal.Timestamp, "white_check_mark")
	failed := th.hears(proposal.Timestamp, "The proposal stays open: approve again once that is mended.")
	for _, part := range []string{"may not write to " + d.Repository, "write access"} {
		if !strings.Contains(failed.Text, part) {
			t.Errorf("%q does not mention %q", failed.Text, part)
		}
	}
	if strings.Contains(failed.Text, "Resource not accessible") {
		t.Errorf("the host's own words are shown: %q", failed.Text)
	}
	if out := git(t, local.RepositoryDir(workspace), "branch", "--list", "firstmile/*"); out != "" {
		t.Errorf("a branch was made: %s", out)
	}
	host.mend(t)
	open := th.hear("the proposal, open", "", func(m slack.Message) bool {
		_, ok := buttonWith(m, "approve")
		return ok && m.Timestamp == proposal.Timestamp
	})
	button, _ := buttonWith(open, "approve")
	if problem := ana.press(open.Timestamp, button); problem != "" {
		t.Fatal(problem)
	}
	th.hears(failed.Timestamp, "The pull request is open")
}

// rightsHost is a GitHub whose token may only read, until it is mended.
type rightsHost struct {
	options githubapi.Options
	now     atomic.Pointer[githubapi.Server]
}

// readOnlyHost serves the workspace's repository again, with another token, and puts its address into the description.
func readOnlyHost(t *testing.T, repository string, d *local.Description) *rightsHost {
	t.Helper()
	h := &rightsHost{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { h.now.Load().Handler().ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	owner, name, _ := strings.Cut(d.Repository, "/")
	h.options = githubapi.Options{Repo: repository, Owner: owner, Name: name, DefaultBranch: sample.Branch, Dir: t.TempDir(),
		BaseURL: func() string { return server.URL }, Token: "ghp_readonly", ReadOnly: true}
	h.start(t)
	t.Cleanup(func() { _ = h.now.Load().Close() })
	d.GitHubToken, d.GitHubAPIURL = h.options.Token, server.URL+"/api/v3/"
	return h
}

func (h *rightsHost) start(t *testing.T) {
	t.Helper()
	s, err := githubapi.New(h.options)
	if err != nil {
		t.Fatal(err)
	}
	h.now.Store(s)
}

// mend gives the token the right to write.
func (h *rightsHost) mend(t *testing.T) {
	t.Helper()
	if err := h.now.Load().Close(); err != nil {
		t.Fatal(err)
	}
	h.options.ReadOnly = false
	h.start(t)
}
