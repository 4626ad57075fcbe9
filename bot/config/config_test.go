package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "server.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const good = `projects:
  - id: shop
    repo: acme/analytics
    path: dbt
    channels: [C1]
    secret: env:SHOP_TOKEN
groups:
  data-team: [U1]
`

func TestLoad(t *testing.T) {
	s, err := Load(write(t, good), env(map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1",
		"SHOP_TOKEN": "ghp_secret", "SLACK_API_URL": "http://127.0.0.1:1/api"}))
	if err != nil {
		t.Fatal(err)
	}
	if s.SlackAPIURL != "http://127.0.0.1:1/api/" || s.Projects[0].Token.Reveal() != "ghp_secret" || len(s.Emoji) != 2 {
		t.Errorf("%+v", s)
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%+v", s), fmt.Sprintf("%#v", s), string(b)} {
		if strings.Contains(shown, "ghp_secret") || strings.Contains(shown, "xoxb-1") {
			t.Errorf("a secret shows: %s", shown)
		}
	}
}

// How long an answer is waited for: a day and three where nothing is said, as said, or never.
func TestWaits(t *testing.T) {
	tokens := env(map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SHOP_TOKEN": "x"})
	for text, want := range map[string][2]time.Duration{"": {24 * time.Hour, 72 * time.Hour}, "remind: 90m\npark: never\n": {90 * time.Minute, 0}} {
		s, err := Load(write(t, good+text), tokens)
		if err != nil || s.Remind != want[0] || s.Park != want[1] {
			t.Errorf("%q: %s, %s, %v", text, s.Remind, s.Park, err)
		}
	}
	if _, err := Load(write(t, good+"remind: soon\n"), tokens); err == nil || !strings.Contains(err.Error(), "remind must be a time such as 24h") {
		t.Errorf("a wait that is none: %v", err)
	}
}

// TestEveryProblemIsNamed: all problems come at once, a line each.
func TestEveryProblemIsNamed(t *testing.T) {
	cases := map[string]struct {
		yaml string
		env  map[string]string
		want []string
	}{
		"nothing": {"", nil, []string{"SLACK_BOT_TOKEN is not set", "SLACK_APP_TOKEN is not set", "projects is empty"}},
		"malformed": {"projects: [{id: a, repo: acme}, {id: a, repo: a/b, secret: ghp_plain}]\n",
			map[string]string{"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xapp-1 ", "GITHUB_API_URL": "ftp://x", "GITHUB_APP_ID": "7a"},
			[]string{"SLACK_BOT_TOKEN is malformed", "SLACK_APP_TOKEN is malformed", "GITHUB_API_URL is malformed", "GITHUB_APP_ID is malformed",
				"GITHUB_APP_INSTALLATION_ID is malformed", "PEM key", `repo "acme" is not of the form`, `"a" is used twice`, "never the secret itself", "has no credentials"}},
		"unknown key": {"projects: []\nproject: x\n", nil, []string{"line 2: field project not found"}},
		"not YAML":    {"projects: [", nil, []string{"server.yml: line 1:"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Load(write(t, c.yaml), env(c.env))
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in:\n%v", want, err)
				}
			}
			if strings.Contains(err.Error(), "ghp_plain") {
				t.Error("a secret shows in the problems")
			}
		})
	}
	if _, err := Load("", env(nil)); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("no file: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(good)
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "server.yml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path, env(map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "GITHUB_TOKEN": "t"}))
		if err == nil && len(s.Projects) == 0 {
			t.Error("accepted a configuration without projects")
		}
	})
}
