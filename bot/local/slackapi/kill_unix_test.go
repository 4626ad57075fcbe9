//go:build unix

package slackapi_test

import (
	"bufio"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"firstmile/bot/local/slackapi"
)

// serveFolder names, in the environment, the folder that a copy of this test program shall serve until it is killed.
const serveFolder = "SLACKAPI_TEST_FOLDER"

// TestServeUntilKilled is the other process of TestKillNine; on its own it does nothing.
func TestServeUntilKilled(t *testing.T) {
	dir := os.Getenv(serveFolder)
	if dir == "" {
		return
	}
	s := start(t, func(o *slackapi.Options) { o.Dir = dir })
	os.Stdout.WriteString("serving " + s.api() + "\n")
	select {}
}

// Whenever the process is killed, everything it had answered is there once it is back, and nothing is there twice.
func TestKillNine(t *testing.T) {
	dir := t.TempDir()
	var answered []string // timestamps
	for range 3 {
		api, kill := serve(t, dir)
		var tokens slackapi.Tokens
		readJSON(t, filepath.Join(dir, "tokens.json"), &tokens)
		for n := 0; ; n++ {
			a, _, err := post(api, tokens.Bot, "chat.postMessage", url.Values{"channel": {requests}, "text": {"x"}})
			if err != nil {
				break // it is dead
			}
			if !a.ok() {
				t.Fatal(a)
			}
			answered = append(answered, a.text("ts"))
			if n == 10 {
				go kill() // while the next calls are under way
			}
		}
		kill()
	}
	s := start(t, func(o *slackapi.Options) { o.Dir = dir })
	seen := map[any]int{}
	for _, m := range s.must(s.Tokens().Bot, "conversations.history", "channel", requests, "limit", "999")["messages"].([]any) {
		seen[m.(map[string]any)["ts"]]++
	}
	for _, ts := range answered {
		if seen[ts] != 1 {
			t.Errorf("message %s is there %d times", ts, seen[ts])
		}
	}
	if lost := len(seen) - len(answered); lost < 0 || lost > 3 {
		t.Errorf("%d messages are there, %d were answered", len(seen), len(answered))
	}
}

func serve(t *testing.T, dir string) (api string, kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestServeUntilKilled$")
	cmd.Env = append(os.Environ(), serveFolder+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() { _ = cmd.Process.Kill(); _, _ = cmd.Process.Wait() })
	t.Cleanup(kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			return address, kill
		}
	}
	t.Fatal("the other process did not start")
	return "", nil
}
