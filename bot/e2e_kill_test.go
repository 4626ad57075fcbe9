package main

import (
	"fmt"
	"math/rand/v2"
	"os"
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

// killAll makes TestKillEverywhere kill at every boundary instead of one of each name and a sample of the rest.
const killAll = "FIRSTMILE_KILL_ALL"

// sampled is how many boundaries beyond one of each name are tried in a normal run.
const sampled = 6

// boundary is the n-th boundary of a name in one conversation.
type boundary struct {
	name string
	n    int
}

func (b boundary) String() string { return fmt.Sprintf("%s %d", b.name, b.n) }

// TestKillEverywhere: the conversation with the bot killed at a journal boundary and started again,
// for one boundary after the other, the workspace being a process that lives on. The outcome is
// the same every time: the same messages, each once, and one pull request with one commit.
func TestKillEverywhere(t *testing.T) {
	s := openScene(t)
	before := len(s.bot.stdout.String())
	quiet := s.converse(conversation{name: "undisturbed"})
	until(t, "the journal of the undisturbed conversation ends", patience, func() bool {
		return strings.Contains(s.bot.stdout.String()[before:], "boundary\tcommit result of learn\n")
	})
	all := boundaries(s.bot.stdout.String()[before:])
	chosen := choose(t, all)
	lost := 0
	for _, b := range chosen {
		if strings.HasPrefix(b.name, string(driver.AfterEffect)) {
			lost++
		}
		s.converse(conversation{name: b.String(), kill: &b})
	}
	if lost == 0 {
		t.Error("no kill came between something done and its answer")
	}
	t.Logf("killed at %d of %d boundaries (all of them with %s=1), %d times when something was done and its answer lost; the slowest of %d starts took %s",
		len(chosen), len(all), killAll, lost, s.starts, s.slowest.Round(time.Millisecond))
	s.converse(conversation{name: "answers lost by Slack", faults: []fault{
		slackFault(`{"method":"reactions.add","lose_answer":true}`),
		slackFault(`{"method":"chat.postMessage","skip":1,"lose_answer":true}`), // the first is the request itself
		slackFault(`{"method":"chat.update","lose_answer":true,"times":2}`)}})
	s.converse(conversation{name: "answers lost by GitHub", faults: []fault{
		githubFault(`{"route":"POST /repos/{owner}/{repo}/git/commits","lose_answer":true}`),
		githubFault(`{"route":"POST /repos/{owner}/{repo}/git/refs","lose_answer":true}`),
		githubFault(`{"route":"POST /repos/{owner}/{repo}/pulls","lose_answer":true}`)}})
	s.converse(conversation{name: "both killed", both: true})
	s.sameOutcome(quiet)
	s.journalComplete()
}

// boundaries lists what a killer has printed.
func boundaries(printed string) []boundary {
	var all []boundary
	count := map[string]int{}
	for line := range strings.Lines(printed) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "boundary\t"); ok {
			count[name]++
			all = append(all, boundary{name, count[name]})
		}
	}
	return all
}

// choose takes the first boundary of every name, that is every kind of event and effect with every place
// around it, and a sample of the others whose seed is printed.
func choose(t *testing.T, all []boundary) []boundary {
	t.Helper()
	if os.Getenv(killAll) != "" {
		return all
	}
	var first, rest []boundary
	for _, b := range all {
		if b.n == 1 {
			first = append(first, b)
		} else {
			rest = append(rest, b)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return append(first, rest[:min(sampled, len(rest))]...)
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
