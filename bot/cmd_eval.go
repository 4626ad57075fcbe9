package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/term"

	"firstmile/bot/eval"
)

type evalCommand struct {
	Suite       []string      `arg:"" help:"Suites: NAME.suite.yaml, or folders of them."`
	Only        []string      `help:"Only cases with this id or of this kind; held or dev for those that are or are not held out."`
	Out         string        `help:"File for every answer, a line of JSON each." type:"path"`
	Jobs        int           `help:"Cases at a time." short:"j" default:"2"`
	NoBaselines bool          `help:"Leave out the baselines, in half the time."`
	Check       bool          `help:"Only read the suites and run each result_sql; ask nothing. For writing cases without seeing what comes of them."`
	Metamorphic bool          `help:"Also say each clear case in other words, which must mean the same, and with additions that must not be ignored."`
	PerCase     int           `help:"With --metamorphic: at most this many of either for each case; 0 is all." default:"0"`
	Timeout     time.Duration `help:"Longest time for one case." default:"2m"`
}

// Run asks every case of the suites and fails below their thresholds.
func (c *evalCommand) Run(ctx context.Context, p program) error {
	if c.Jobs < 1 {
		return usageError{fmt.Errorf("--jobs %d: at least one case runs at a time", c.Jobs)}
	}
	suites, err := eval.Load(c.Suite...)
	if err != nil {
		return err
	}
	cases := c.cases(suites)
	if len(cases) == 0 {
		return usageError{fmt.Errorf("no case is called or of the kind %v", c.Only)}
	}
	planner, err := newEvalPlanner(ctx, cases)
	if err != nil {
		return err
	}
	defer func() { _ = planner.Close() }() // scratch only
	if c.Check {
		return check(ctx, p, cases, planner)
	}
	show, wrong := progress(p.stderr), 0
	results, err := eval.Run(ctx, cases, planner, eval.Options{Jobs: c.Jobs, Baselines: !c.NoBaselines, Timeout: c.Timeout,
		Progress: func(done, of int, r eval.Result) {
			if !r.Verdict.Right {
				wrong++
			}
			show(done, of, wrong)
		}})
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped before the last case: there are no figures") // not success, though it was asked for
	}
	if err != nil {
		return err
	}
	if err := eval.WriteTable(p.stdout, results); err != nil {
		return err
	}
	twists, err := c.twists(ctx, p, cases, planner)
	if err != nil {
		return err
	}
	if err := c.record(results, twists); err != nil {
		return err
	}
	missed := append(eval.Missed(suites, results), eval.MissedTwists(suites, twists)...)
	for _, line := range missed {
		fmt.Fprintf(p.stderr, "firstmile: %s\n", line)
	}
	if len(missed) > 0 {
		return statusError(exitError)
	}
	return nil
}

// check says of each case how many rows its own SQL gives.
func check(ctx context.Context, p program, cases []eval.Case, planner eval.Planner) error {
	rows, faults, err := eval.Check(ctx, cases, planner)
	if err != nil {
		return err
	}
	held := 0
	for i, c := range cases {
		if c.Held {
			held++
		}
		fmt.Fprintf(p.stdout, "%s\t%s\t%d rows\t%s\n", c.ID, c.Class(), rows[i], c.Request)
	}
	for _, line := range faults {
		fmt.Fprintf(p.stderr, "firstmile: %s\n", line)
	}
	fmt.Fprintf(p.stdout, "%d cases, %d of them held, %d to be mended.\n", len(cases), held, len(faults))
	if len(faults) > 0 {
		return statusError(exitError)
	}
	return nil
}

// cases are those that --only chooses, else all.
func (c *evalCommand) cases(suites []eval.Suite) []eval.Case {
	var out []eval.Case
	for _, s := range suites {
		for _, one := range s.Cases {
			if len(c.Only) == 0 || slices.ContainsFunc(c.Only, one.Is) {
				out = append(out, one)
			}
		}
	}
	return out
}

// twists says the cases in other words when that is wanted, and prints what came of it.
func (c *evalCommand) twists(ctx context.Context, p program, cases []eval.Case, r eval.Reader) ([]eval.Twist, error) {
	if !c.Metamorphic {
		return nil, nil
	}
	show := progress(p.stderr)
	twists, err := eval.Twists(ctx, cases, r, eval.TwistOptions{Jobs: c.Jobs, PerCase: c.PerCase, Timeout: c.Timeout,
		Progress: func(done, of, broken int) { show(done, of, broken) }})
	if err != nil {
		return nil, err
	}
	return twists, eval.WriteTwists(p.stdout, twists)
}

func (c *evalCommand) record(results []eval.Result, twists []eval.Twist) (err error) {
	if c.Out == "" {
		return nil
	}
	f, err := os.Create(c.Out)
	if err != nil {
		return fmt.Errorf("writing to --out: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return errors.Join(eval.WriteRecords(f, results), eval.WriteTwistRecords(f, twists))
}

// progress shows how far it is: on a terminal in one line, elsewhere every tenth case.
func progress(w io.Writer) func(done, of, wrong int) {
	f, ok := w.(*os.File)
	terminal := ok && term.IsTerminal(int(f.Fd()))
	return func(done, of, wrong int) {
		switch {
		case terminal && done < of:
			fmt.Fprintf(w, "\r%d of %d, %d not as expected", done, of, wrong)
		case terminal:
			fmt.Fprint(w, "\r\x1b[K") // the table says it all
		case done%10 == 0 || done == of:
			fmt.Fprintf(w, "%d of %d, %d not as expected\n", done, of, wrong)
		}
	}
}
