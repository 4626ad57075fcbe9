package eval

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// Planner is what is measured. Safe for concurrent use.
type Planner interface {
	// Ask takes a case's request to its end, giving the case's answers to questions; or, with assume, answering
	// none and taking every default.
	Ask(ctx context.Context, c Case, assume bool) (Answer, error)
	// Query runs SQL on the data of the case's project.
	Query(ctx context.Context, c Case, sql string) (*sandbox.Result, error)
	// FindByName is the names-only baseline on the case's project.
	FindByName(ctx context.Context, c Case) (string, error)
}

// Options of a run.
type Options struct {
	Jobs      int  // cases at a time; at least one
	Baselines bool // run the baselines too
	// Timeout of one case; zero means two minutes.
	Timeout time.Duration
	// Progress is called after each case, in no order, one call at a time. May be nil.
	Progress func(done, of int, r Result)
}

// Result is one case with all that came of it.
type Result struct {
	Case    Case
	Answer  Answer
	Verdict Verdict
	Took    time.Duration
	// Fault is why the case cannot be judged: its own SQL does not run, or gives no rows. It is the suite's fault.
	Fault string
	// NeverAsks is the verdict when defaults are taken instead of asking; nil without baselines.
	NeverAsks *Verdict
	// AlwaysAsks is the verdict on an answer that only asks.
	AlwaysAsks *Verdict
	// ByName says whether names alone find the model; nil when the case names none.
	ByName *bool
}

// Run asks every case and returns the results in the order of the cases. Held cases are asked when all others are done.
func Run(ctx context.Context, cases []Case, p Planner, o Options) ([]Result, error) {
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
	}
	results := make([]Result, len(cases))
	var mu sync.Mutex
	done := 0
	for _, held := range []bool{false, true} {
		var group errgroup.Group
		group.SetLimit(max(o.Jobs, 1))
		for i, c := range cases {
			if c.Held != held {
				continue
			}
			group.Go(func() error {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				one, stop := context.WithTimeout(ctx, o.Timeout)
				defer stop()
				results[i] = run(one, c, p, o.Baselines)
				mu.Lock()
				defer mu.Unlock()
				done++
				if o.Progress != nil {
					o.Progress(done, len(cases), results[i])
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return results, err
		}
	}
	return results, nil
}

func run(ctx context.Context, c Case, p Planner, baselines bool) Result {
	r := Result{Case: c}
	var want *sandbox.Result
	want, r.Fault = wanted(ctx, c, p)
	began := time.Now()
	r.Answer, r.Verdict = ask(ctx, c, p, want, false)
	r.Took = time.Since(began)
	if c.same != nil {
		r.compare(ctx, p)
	}
	if !baselines {
		return r
	}
	_, assumed := ask(ctx, c, p, want, true)
	r.NeverAsks = &assumed
	always := judge(c, alwaysAsks(c), rows{want: want})
	r.AlwaysAsks = &always
	model, err := p.FindByName(ctx, c)
	if err != nil {
		model = ""
	}
	r.ByName = foundByName(c, model)
	return r
}

// wanted runs the case's own SQL; fault says why it is of no use.
func wanted(ctx context.Context, c Case, p Planner) (want *sandbox.Result, fault string) {
	if c.Expect.ResultSQL == "" {
		return nil, ""
	}
	want, err := p.Query(ctx, c, c.Expect.ResultSQL)
	switch {
	case err != nil:
		return nil, "its result_sql does not run: " + err.Error()
	case len(want.Rows) == 0:
		return want, "its result_sql gives no rows, which proves nothing"
	}
	return want, ""
}

// Check runs every case's own SQL and asks nothing, for whoever writes cases and must not see what comes of them. It
// returns the rows that each gives, zero where there is no SQL, and what is wrong with a case, a line each.
func Check(ctx context.Context, cases []Case, p Planner) (rows []int, faults []string, err error) {
	for _, c := range cases {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		want, fault := wanted(ctx, c, p)
		n := 0
		if want != nil {
			n = len(want.Rows)
		}
		rows = append(rows, n)
		if fault != "" {
			faults = append(faults, fmt.Sprintf("%s:%d: case %s: %s", c.Suite, c.Line, c.ID, fault))
		}
	}
	return rows, faults, nil
}

// compare holds what was understood against the case that says the same in other words.
func (r *Result) compare(ctx context.Context, p Planner) {
	other, err := p.Ask(ctx, *r.Case.same, false)
	problem := ""
	switch {
	case err != nil:
		problem = err.Error()
	case other.Spec == "" || r.Answer.Spec == "":
		problem = "one of them is not understood"
	case other.Spec != r.Answer.Spec:
		problem = fmt.Sprintf("%s instead of %s", r.Answer.Spec, other.Spec)
	default:
		return
	}
	r.Verdict.Right = false
	r.Verdict.Problems = append(r.Verdict.Problems, fmt.Sprintf("not read as case %s: %s", r.Case.same.ID, problem))
}

func ask(ctx context.Context, c Case, p Planner, want *sandbox.Result, assume bool) (Answer, Verdict) {
	a, err := p.Ask(ctx, c, assume)
	if err != nil {
		a.Status, a.Message = Failed, err.Error()
	}
	r := rows{want: want}
	var failed error
	if a.SQL != "" && (want != nil || len(c.Expect.Columns) > 0) {
		r.got, failed = p.Query(ctx, c, a.SQL)
	}
	v := judge(c, a, r)
	switch {
	case err != nil:
		v.Problems = append(v.Problems, err.Error())
	case failed != nil:
		v.Right = false
		v.Problems = append(v.Problems, fmt.Sprintf("the model's SQL does not run: %v", failed))
	}
	return a, v
}

// alwaysAsks is the baseline that asks about everything and answers nothing.
func alwaysAsks(c Case) Answer {
	a := Answer{Status: NeedsAnswers, Asked: []plan.Question{{Text: "What do you mean?"}}}
	for _, s := range c.Expect.Asks {
		a.Asked = append(a.Asked, plan.Question{Subject: s, Text: s})
	}
	return a
}
