package slackapi_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/bot/local/slackapi"
)

// Slack's own Node clients, from npm and pinned, so that the workspace is not wrong in the same way as slack-go.
func TestConversationThroughNode(t *testing.T) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("CI needs %s: %v", tool, err)
			}
			t.Skipf("%s is not installed", tool)
		}
	}
	dir := installed(t)
	s := start(t, func(o *slackapi.Options) {
		o.Socket.RefreshEvery = 3 * time.Second
		o.Socket.WarnBefore = time.Second
	})
	cmd := exec.CommandContext(within(t, 2*time.Minute), "node", "conversation.js")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SLACK_API_URL="+s.api(), "BOT_TOKEN="+s.Tokens().Bot, "APP_TOKEN="+s.Tokens().App,
		"USER_TOKEN="+s.Tokens().Users[ana], "CHANNEL="+requests)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.Bytes(), errs.Bytes())
	}
	last := out.Bytes()
	if i := bytes.LastIndexByte(bytes.TrimSpace(last), '\n'); i >= 0 {
		last = last[i+1:] // the clients' own log lines come before
	}
	var saw struct {
		Asked, Mention, Heard, Answered, Pressed, Upload, Reacted, Home, Replies answer
		Refused                                                                  string
		Listed                                                                   []string
	}
	if err := json.Unmarshal(last, &saw); err != nil {
		t.Fatalf("%v in %s", err, last)
	}
	want := "<@" + botUser + "> Can we track churn &amp; more?"
	if saw.Mention["text"] != want || saw.Heard["text"] != want || saw.Mention["ts"] != saw.Asked["ts"] {
		t.Errorf("mention %v, message %v", saw.Mention, saw.Heard)
	}
	if a := saw.Pressed["actions"].([]any)[0].(map[string]any); a["action_id"] != "customers" || a["value"] != "1" {
		t.Errorf("%v", saw.Pressed)
	}
	if saw.Reacted["user"] != ana || saw.Refused != "already_reacted" || saw.Home["view"] == nil || !saw.Upload.ok() {
		t.Errorf("reaction %v, refusal %q, home %v, upload %v", saw.Reacted, saw.Refused, saw.Home, saw.Upload)
	}
	if diff := cmp.Diff([]string{want, "By customers or by revenue?", "rows", "still there?"}, texts(saw.Replies)); diff != "" {
		t.Error(diff)
	}
	reply := saw.Replies["messages"].([]any)[1].(map[string]any)
	if reply["metadata"] == nil || reply["reactions"] == nil || reply["bot_id"] != "B0BOT" {
		t.Errorf("%v", reply)
	}
	if diff := cmp.Diff([]string{"random", "data-requests"}, saw.Listed); diff != "" {
		t.Error(diff)
	}
}

// installed gives a folder with the test program and its packages, outside the tree. npm's own cache makes this quick
// from the second time on.
func installed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "conversation.js"} {
		data, err := os.ReadFile(filepath.Join("testdata", "node", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(within(t, 5*time.Minute), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	return dir
}
