package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

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

// lanes is how many workspaces, each with a bot, share the boundaries.
const lanes = 2

// TestKillEverywhere: the conversation with the bot killed at a journal boundary and started again,
// for one boundary after the other, the workspace being a process that lives on. The outcome is
// the same every time: the same messages, each once, and one pull request with one commit.
func TestKillEverywhere(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
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
			killLane(t, seed, lane, others[lane])
		})
	}
}

// killLane plays its share of the boundaries, then the other conversations.
func killLane(t *testing.T, seed uint64, lane int, others []conversation) {
	s := openScene(t)
	quiet, all := s.undisturbed()
	for _, c := range others {
		s.converse(c)
	}
	chosen := choose(all, seed)
	killed, lost := 0, 0
	for i := lane; i < len(chosen); i += lanes {
		b := chosen[i]
		if strings.HasPrefix(b.name, string(driver.AfterEffect)) {
			lost++
		}
		killed++
		s.converse(conversation{name: b.String(), kill: &b})
	}
	if lost == 0 {
		t.Error("no kill came between something done and its answer")
	}
	t.Logf("seed %d: killed at %d of the %d boundaries chosen of %d (all of them with %s=1), %d times when something was done and its answer lost; the slowest of %d starts took %s",
		seed, killed, len(chosen), len(all), killAll, lost, s.starts, s.slowest.Round(time.Millisecond))
	s.undisturbed() // whatever was left to do is done when this one is over
	s.sameOutcome(quiet)
	s.journalComplete()
}

// undisturbed plays the conversation up to the last entry of its journal and gives the boundaries that it passed.
func (s *scene) undisturbed() (thread, []boundary) {
	s.t.Helper()
	before := len(s.bot.stdout.String())
	th := s.converse(conversation{name: "undisturbed"})
	printed := func() string { return s.bot.stdout.String()[before:] }
	until(s.t, "the journal of the undisturbed conversation ends", patience, func() bool {
		return strings.Contains(printed(), "boundary\tcommit result of learn\tresult:"+s.threadID(th))
	})
	return th, boundaries(printed())
}

// threadID is the bot's name for a thread, up to the effects in it.
func (s *scene) threadID(th thread) string {
	s.t.Helper()
	who, err := s.ana.api.AuthTestContext(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return "slack:" + who.TeamID + "/" + th.channel + "/" + th.root + "#"
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

// choose takes the first boundary of every name, that is every kind of event and effect with every place
// around it, and a sample of the others.
func choose(all []boundary, seed uint64) []boundary {
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
	byName := func(a, b boundary) int { return cmp.Or(strings.Compare(a.name, b.name), a.n-b.n) }
	slices.SortFunc(first, byName)
	slices.SortFunc(rest, byName)
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
		if diff := gocmp.Diff(want, got); diff != "" {
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
