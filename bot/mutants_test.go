package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"firstmile/agents/sandbox"
	"firstmile/bot/eval"
	"firstmile/planner/driver"
	"firstmile/planner/plan"
	"firstmile/planner/verify"
)

var (
	mutantSeed  = flag.Uint64("mutants.seed", 1, "where the faults are put")
	mutantSites = flag.Int("mutants.sites", 1, "faults of each kind in each change")
	mutantCount = flag.Int("mutants.changes", 70, "how many changes get faults, picked by the seed; 0 is all")
)

// watched is a tester that keeps the new models that it was asked to check, with its answer.
type watched struct {
	driver.Tester
	mu   sync.Mutex
	seen []checked
}

type checked struct {
	spec   plan.Spec
	change plan.Change
	report plan.Report
}

func (w *watched) Check(ctx context.Context, spec plan.Spec, change plan.Change, level plan.CheckLevel) (plan.Report, error) {
	report, err := w.Tester.Check(ctx, spec, change, level)
	if f, ok := change.File(change.ModelPath); err == nil && ok && f.Action == plan.Create {
		w.mu.Lock()
		w.seen = append(w.seen, checked{spec, change, report})
		w.mu.Unlock()
	}
	return report, err
}

// TestMutants: faults of every kind in the changes of a whole evaluation. The gate sees only the files with the fault in them, and
// the request; it must refuse every fault that changes a row, and accept what has none.
func TestMutants(t *testing.T) {
	suites, err := eval.Load("eval/suites")
	if err != nil {
		t.Fatal(err)
	}
	var cases []eval.Case
	for _, s := range suites {
		for _, c := range s.Cases {
			if slices.Contains(c.Expect.Status, eval.Proposed) && !c.Held {
				cases = append(cases, c)
			}
		}
	}
	p, err := newEvalPlanner(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	w := &watched{Tester: p.ports.Tester}
	p.ports.Tester = w
	for _, c := range cases {
		if _, err := p.Ask(t.Context(), c, true); err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
	}
	tally := &mutantTally{refused: map[string]int{}, same: map[string]int{}, passed: map[string][]string{}}
	rng := rand.New(rand.NewPCG(*mutantSeed, 0))
	accepted, spared := 0, map[int]bool{}
	for _, i := range rng.Perm(len(w.seen))[min(len(w.seen), cmp.Or(*mutantCount, len(w.seen))):] {
		spared[i] = true
	}
	for i, x := range w.seen {
		if state(x.change, x.report) == plan.Red {
			t.Logf("refused without a fault: %s: %v", x.spec.Title, failures(x.report))
			continue
		}
		accepted++
		kinds := operators
		if spared[i] {
			kinds = tally.unseen() // so that every kind finds a place
		}
		if err := tally.mutate(t.Context(), p, w.Tester, x, kinds, rng); err != nil {
			t.Fatalf("%s: %v", x.spec.Title, err)
		}
	}
	tally.report(t)
	t.Logf("seed %d: %d of %d changes without a fault accepted", *mutantSeed, accepted, len(w.seen))
	if len(w.seen) < 50 || float64(accepted) < 0.99*float64(len(w.seen)) {
		t.Errorf("%d of %d changes without a fault accepted; at least 50, and 99 %% of them, should be", accepted, len(w.seen))
	}
}

// state is the gate's verdict where data are configured and dbt is not.
func state(c plan.Change, r plan.Report) plan.VerdictState {
	return verify.Decide(verify.PolicyFor(plan.Rules{DataSource: true}), c.Digest(), []plan.Report{r}).State
}

func failures(r plan.Report) []string {
	var out []string
	for _, c := range r.Checks {
		if c.Status == plan.Failed {
			out = append(out, c.Name+": "+c.Detail)
		}
	}
	return out
}

// mutantTally counts what became of the faults, by kind.
type mutantTally struct {
	refused map[string]int
	same    map[string]int // changed no row
	passed  map[string][]string
}

func (y *mutantTally) mutate(ctx context.Context, p *evalPlanner, tester driver.Tester, x checked, kinds []operator, rng *rand.Rand) error {
	project, _, err := p.bench.Read(ctx, x.change.Base)
	if err != nil {
		return err
	}
	file, _ := x.change.File(x.change.ModelPath)
	m := newMutant(project, string(file.Content))
	for _, op := range kinds {
		faulty := op.apply(m)
		rng.Shuffle(len(faulty), func(i, j int) { faulty[i], faulty[j] = faulty[j], faulty[i] })
		for _, sql := range faulty[:min(len(faulty), *mutantSites)] {
			change := withSQL(x.change, sql)
			report, err := tester.Check(ctx, x.spec, change, plan.LevelEmbedded)
			if err != nil {
				return err
			}
			if state(change, report) == plan.Red {
				y.refused[op.name]++
				continue
			}
			difference, err := p.difference(ctx, x.change.Base, string(file.Content), sql)
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w", op.name, err)
			case difference == "":
				y.same[op.name]++
			default:
				y.passed[op.name] = append(y.passed[op.name], x.spec.Title+": "+difference+"\n"+sql+"\n")
			}
		}
	}
	return nil
}

// unseen are the kinds of which no fault was refused yet.
func (y *mutantTally) unseen() []operator {
	return slices.DeleteFunc(slices.Clone(operators), func(op operator) bool { return y.refused[op.name] > 0 })
}

// withSQL is the change with other SQL in its model, and with nothing that says what it was before.
func withSQL(c plan.Change, sql string) plan.Change {
	c.Files = slices.Clone(c.Files)
	for i := range c.Files {
		if c.Files[i].Path == c.ModelPath {
			c.Files[i].Content = []byte(sql)
		}
	}
	c.CompiledSQL = ""
	return c
}

// difference runs two versions of a model and says how their rows differ; empty when they do not.
func (p *evalPlanner) difference(ctx context.Context, base plan.Base, good, faulty string) (string, error) {
	project, _, err := p.bench.Read(ctx, base)
	if err != nil {
		return "", err
	}
	box, _, err := p.bench.Sandbox(ctx, base)
	if err != nil {
		return "", err
	}
	var results [2]*sandbox.Result
	for i, sql := range []string{good, faulty} {
		compiled, err := project.Compile(sql)
		if err != nil {
			return "", err
		}
		if results[i], err = box.Query(ctx, sandbox.Untrusted(compiled), sandbox.QueryOptions{Limit: maxEvalRows}); err != nil {
			return "", err
		}
	}
	return eval.Difference(results[1], results[0]), nil
}

func (y *mutantTally) report(t *testing.T) {
	t.Helper()
	total := 0
	for _, op := range operators {
		t.Logf("%-24s %3d refused, %3d changed no row, %d passed", op.name, y.refused[op.name], y.same[op.name], len(y.passed[op.name]))
		total += y.refused[op.name]
		if y.refused[op.name] == 0 {
			t.Errorf("%s: no change has a place for this fault", op.name)
		}
		for _, text := range y.passed[op.name] {
			t.Errorf("%s was accepted: %s", op.name, strings.TrimSpace(text))
		}
	}
	t.Logf("%d faults of %d kinds refused", total, len(operators))
}
