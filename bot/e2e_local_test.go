package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstmile/bot/local"
)

// TestWorkspaceFile: workspace.json has every documented key, is for its owner only, and
// keeps its tokens over a kill of the process.
func TestWorkspaceFile(t *testing.T) {
	data := t.TempDir()
	p, before := launchWorkspace(t, data, "127.0.0.1:0")
	path := filepath.Join(data, local.DescriptionFile)
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(body, &keys); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"url", "slack_api_url", "bot_token", "app_token", "users", "channels", "github_api_url", "github_token", "repository"} {
		if len(keys[key]) < 4 {
			t.Errorf("%s is %s", key, keys[key])
		}
	}
	for _, u := range before.Users {
		if u.ID == "" || u.Name == "" || !strings.HasPrefix(u.Token, "xoxp-") {
			t.Errorf("%+v", u)
		}
	}
	p.kill()
	_, after := launchWorkspace(t, data, strings.TrimPrefix(before.URL, "http://"))
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("after a kill the workspace is another one (-before +after):\n%s", diff)
	}
}

// TestTakenPort: when the wanted port is taken, a free one is used and said.
func TestTakenPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	addr, data := taken.Addr().String(), t.TempDir()
	s := begin(t, nil, "local", "--no-bot", "--addr", addr, "--data", data)
	s.says(t, "workspace is ready")
	d, err := local.ReadDescription(data)
	if err != nil {
		t.Fatal(err)
	}
	if d.URL == "http://"+addr || !strings.Contains(s.stdout.String(), addr+" is taken; using a free port instead.\n") || !strings.Contains(s.stdout.String(), d.URL) {
		t.Errorf("%s, and it says\n%s", d.URL, s.stdout.String())
	}
	for _, bad := range []string{"nonsense", "127.0.0.1:99999999", "256.1.1.1:80"} {
		got := command(t.Context(), nil, "local", "--no-bot", "--addr", bad, "--data", t.TempDir())
		if got.code == 0 || !strings.Contains(got.stderr, bad) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("--addr %s: exit code %d\n%s", bad, got.code, got.stderr)
		}
	}
}
