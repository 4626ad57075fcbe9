package forge_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"firstmile/bot/local/githubapi"
	"firstmile/planner/plan"
)

// seed is printed by a failing test; FORGE_SEED repeats it.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := rand.Uint64()
	if text := os.Getenv("FORGE_SEED"); text != "" {
		var err error
		if s, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("FORGE_SEED=%d", s)
	return s
}

// TestFaultsNeverDoubleNorForce publishes a design and two revisions while calls fail at random. Whatever
// happens, once a publication succeeds: the thread has one pull request, its branch only ever grew, it
// has one commit per design, and its files are the approved ones.
func TestFaultsNeverDoubleNorForce(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	r := rand.New(rand.NewPCG(seed(t), 1))
	for round := range rounds {
		t.Run(strconv.Itoa(round), func(t *testing.T) {
			b := newBench(t, nil)
			base := b.git("rev-parse", "main")
			var prior *plan.PR
			for design := range 3 {
				p := b.publicationOn(base, fmt.Sprintf("select %d\n", design))
				p.Prior = prior
				pr := b.insist(r, p)
				if prior != nil {
					b.git("merge-base", "--is-ancestor", prior.Commit, pr.Commit) // fails the test if it was forced
				}
				b.wantOnePull(p, pr, design+1)
				prior = &pr
			}
		})
	}
}

// insist publishes until it works, with new faults and a forgetful bot each time.
func (b *bench) insist(r *rand.Rand, p plan.Publication) plan.PR {
	b.t.Helper()
	for range 40 {
		for range r.IntN(3) {
			b.server.Inject(randomFault(r))
		}
		pr, err := b.forge().Publish(context.Background(), p)
		b.server.ClearFaults()
		if err == nil {
			return pr
		}
		if f := plan.AsFailure(err); f.Class != plan.Transient {
			b.t.Fatalf("a fault became a %s failure: %v", f.Class, err)
		}
	}
	b.t.Fatal("no try succeeded")
	return plan.PR{}
}

func randomFault(r *rand.Rand) githubapi.Fault {
	other := fmt.Sprintf("select %d\n", r.IntN(1000))
	f := []githubapi.Fault{
		{LoseAnswer: true}, {LoseRequest: true}, {Status: 502}, {Status: 500}, {Status: 403, Message: "You have exceeded a secondary rate limit.", RetryAfter: 1},
		{MoveBase: &githubapi.Edit{Files: map[string]*string{"models/other.sql": &other}}},
		{Route: "*", LoseAnswer: true}, {Route: "*", Status: 503},
	}[r.IntN(8)]
	f.After = r.IntN(9)
	return f
}

func (b *bench) wantOnePull(p plan.Publication, pr plan.PR, commits int) {
	b.t.Helper()
	if n := len(b.pulls()); n != 1 || pr.Number != 1 {
		b.t.Errorf("%d pull requests, this is %d", n, pr.Number)
	}
	if log := b.git("log", "--format=%s", "main.."+pr.Branch); len(strings.Split(log, "\n")) != commits {
		b.t.Errorf("%d commits wanted:\n%s", commits, log)
	}
	if list := b.git("for-each-ref", "--format=%(refname:short)", "refs/heads/firstmile"); list != pr.Branch {
		b.t.Errorf("branches: %s", list)
	}
	for _, f := range p.Change.Files {
		if text := b.git("show", pr.Branch+":"+f.Path); text+"\n" != string(f.Content) {
			b.t.Errorf("%s is %q, want %q", f.Path, text, f.Content)
		}
	}
}
