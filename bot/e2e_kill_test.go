package main

import (
	"fmt"
	"hash/fnv"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstmile/bot/local"
	"firstmile/bot/sample"
	"firstmile/planner/driver"
	"firstmile/planner/plan"
	"firstmile/store"
)

// boundary is the n-th boundary of a name in one conversation.
type boundary struct {
	name string
	n    int
}

func (b boundary) String() string { return fmt.Sprintf("%s %d", b.name, b.n) }

// lane is the one that kills at this boundary.
func (b boundary) lane() int {
	h := fnv.New32a()
	h.Write([]byte(b.String())) // a hash never returns an error
	return int(h.Sum32() % lanes)
}

// lanes is how many workspaces, each with a bot, share the boundaries.
const lanes = 2

// TestKillEverywhere: the conversation with the bot killed at a journal boundary and started again,
// for one boundary after the other, the workspace being a process that lives on. The outcome is
// the same every time: the same messages, each once, and one pull request with one commit.
func TestKillEverywhere(t *testing.T) {
	others := [lanes][]conversation{
		{{name: "answers lost by Slack", faults: []fault{
			slackFault(`{"method":"reactions.add","lose_answer":true}`),
			slackFault(`{"method":"chat.postMessage","skip":1,"lose_answer":true}`), // the first is the request itself
			slackFault(`{"method":"chat.update","lose_answer":true,"times":2}`)}}},
		{{name: "answers lost by GitHub", faults: []fault{
			githubFault(`{"route":"POST /repos/{owner}/{repo}/git/commits","lose_answer":true}`),
			githubFault(`{"route":"POST /repos/{owner}/{repo}/git/refs","lose_answer":true}`),
			githubFault(`{"route":"POST /repos/{owner}/{repo}/pulls","lose_answer":true}`)}},
			{name: "both killed", both: true}},
	}
	for lane := range lanes {
		t.Run(fmt.Sprint("lane ", lane), func(t *testing.T) {
			t.Parallel()
			killLane(t, lane, others[lane])
		})
	}
}

// killLane plays its share of the boundaries, then the other conversations.
func killLane(t *testing.T, lane int, others []conversation) {
	s := openScene(t)
	quiet, all := s.undisturbed()
	for _, c := range others {
		s.converse(c)
	}
	killed, lost, missed := 0, 0, 0
	for _, b := range all {
		if b.lane() != lane {
			continue
		}
		switch _, died := s.converse(conversation{name: b.String(), kill: &b}); {
		case !died:
			missed++ // edits that follow each other closely become one
		case strings.HasPrefix(b.name, string(driver.AfterEffect)):
			killed, lost = killed+1, lost+1
		default:
			killed++
		}
	}
	t.Logf("killed at %d of %d boundaries, %d of them with something done and its answer lost, %d did not come again; the slowest of %d starts took %s",
		killed, len(all), lost, missed, s.starts, s.slowest.Round(time.Millisecond))
	if lost == 0 || missed > killed/10 {
		t.Error("that is too few")
	}
	s.undisturbed() // whatever was left to do is done when this one is over
	s.sameOutcome(quiet)
	s.journalComplete()
}

// undisturbed plays the conversation up to the last entry of its journal and gives the boundaries that it passed.
func (s *scene) undisturbed() (thread, []boundary) {
	s.t.Helper()
	before := len(s.bot.stdout.String())
	th, _ := s.converse(conversation{name: "undisturbed"})
	until(s.t, "the journal of the undisturbed conversation ends", patience, func() bool {
		return s.learnt(th) && settled(s.bot.stdout.String()[before:])
	})
	return th, boundaries(s.bot.stdout.String()[before:])
}

// settled reports whether the result of everything that was begun has been taken up.
func settled(printed string) bool {
	open := map[string]int{}
	for _, b := range boundaries(printed) {
		if kind, ok := strings.CutPrefix(b.name, string(driver.AfterStart)+" "); ok {
			open[kind]++
		}
		if kind, ok := strings.CutPrefix(b.name, string(driver.AfterCommit)+" result of "); ok {
			open[kind]--
		}
	}
	for _, n := range open {
		if n > 0 {
			return false
		}
	}
	return true
}

// boundaries lists what a killer has printed.
func boundaries(printed string) []boundary {
	var all []boundary
	count := map[string]int{}
	for line := range strings.Lines(printed) {
		if rest, ok := strings.CutPrefix(line, "boundary\t"); ok {
			name, _, _ := strings.Cut(rest, "\t")
			count[name]++
			all = append(all, boundary{name, count[name]})
		}
	}
	return all
}

// sameOutcome compares every conversation with the undisturbed one.
func (s *scene) sameOutcome(quiet thread) {
	s.t.Helper()
	want, wantPull := told(quiet)
	content := s.onlyCommit(wantPull)
	seen := map[string]string{}
	for _, p := range s.threads {
		got, pull := told(thread{s.ana, p.root})
		if diff := cmp.Diff(want, got); diff != "" {
			s.t.Errorf("%s: the bot said something else (-undisturbed +now):\n%s", p.name, diff)
		}
		if other := seen[pull]; other != "" {
			s.t.Errorf("%s and %s have the same pull request", other, p.name)
		}
		seen[pull] = p.name
		if got := s.onlyCommit(pull); got != content {
			s.t.Errorf("%s: the branch holds another tree", p.name)
		}
	}
	client, owner, name := s.ana.github()
	for page, total := 1, 0; ; {
		list, next, err := client.PullRequests.List(s.t.Context(), owner, name, pullPage(page))
		if err != nil {
			s.t.Fatal(err)
		}
		total += len(list)
		if page = next.NextPage; page == 0 {
			if total != len(s.threads) {
				s.t.Errorf("%d pull requests after %d conversations", total, len(s.threads))
			}
			return
		}
	}
}

// onlyCommit expects one commit on the branch of a pull request and gives the tree that it holds.
func (s *scene) onlyCommit(pull string) string {
	s.t.Helper()
	dir, ref := local.RepositoryDir(s.dir), "refs/pull/"+pull+"/head"
	if log := git(s.t, dir, "log", "--format=%H", sample.Branch+".."+ref); strings.Count(log, "\n") != 1 {
		s.t.Errorf("pull request %s has the commits %q", pull, log)
	}
	return git(s.t, dir, "rev-parse", ref+"^{tree}")
}

// journalComplete opens the store of the bot that was stopped: nothing is left to do in any thread.
func (s *scene) journalComplete() {
	s.t.Helper()
	s.bot.stop(s.t)
	db, err := store.Open(filepath.Join(s.data, storeFile), store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if pending, err := db.Pending(s.t.Context()); err != nil || len(pending) != 0 {
		s.t.Errorf("unfinished threads %v, %v", pending, err)
	}
	ids, err := db.Threads(s.t.Context())
	if err != nil || len(ids) != len(s.threads) {
		s.t.Errorf("%d threads in the store, want %d, %v", len(ids), len(s.threads), err)
	}
	d := driver.New(db, driver.Options{})
	for _, id := range ids {
		t, err := d.State(s.t.Context(), plan.ThreadID(id))
		if err != nil || t.Stage != plan.StagePublished || len(t.Waiting) != 0 || t.PR == nil {
			s.t.Errorf("thread %s is %s and waits for %v, %v", id, t.Stage, t.Waiting, err)
		}
	}
}
