package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"golang.org/x/sys/unix"
)

// TestBadInputFullDisk: when the store cannot grow, the log says so, nothing is half done, and what people
// wrote meanwhile is taken up, once, as soon as there is space. A limit on the size of the
// process's files stands for the full disk, so that nobody needs rights for it.
func TestBadInputFullDisk(t *testing.T) {
	workspace := t.TempDir()
	d := workspaceAlone(t, workspace)
	bot := launch(t, serveEnv(d), serveArgs(t, d, workspace, filepath.Join(t.TempDir(), "bot"))...)
	bot.says(t, "connected to Slack")
	limit := func(size uint64) {
		t.Helper()
		if err := unix.Prlimit(bot.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: unix.RLIM_INFINITY}, nil); err != nil {
			t.Fatal(err)
		}
	}
	limit(8192)
	th := visit(t, d).as("Ana").ask(request)
	until(t, "the log says that there is no space", patience, func() bool { return strings.Contains(bot.stderr.String(), "no space left to write the store") })
	if said := th.said(); len(said) != 0 {
		t.Errorf("the bot says %q", said[0].Text)
	}
	limit(unix.RLIM_INFINITY)
	th.hear("questions", "", func(m slack.Message) bool { return len(buttonsOf(m)) >= 4 })
	if said := th.said(); len(said) != 2 {
		t.Errorf("%d messages instead of the first reply and the questions", len(said))
	}
	bot.stop(t)
}
