package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstmile/agents/child"
)

// Build runs "dbt build" for a selection ("fct_churn", "+fct_churn", …): models, their tests, seeds and snapshots, in the
// order of their dependence. A selection with what is above it ("+fct_churn", "@fct_churn") leaves out tests that read further models: those need
// not be there. Results are dbt's findings; an error means that it did not run. Nothing is cached here.
func (r *Runner) Build(ctx context.Context, s Scratch, selection ...string) (Results, error) {
	var options []string
	if slices.ContainsFunc(selection, func(one string) bool { return strings.HasPrefix(one, "+") || strings.HasPrefix(one, "@") }) {
		options = []string{"--indirect-selection", "buildable"}
	}
	return r.run(ctx, s, "build", selection, options...)
}

// Parse runs "dbt parse": the project as a whole, without touching data.
func (r *Runner) Parse(ctx context.Context, s Scratch) (Results, error) {
	return r.run(ctx, s, "parse", nil)
}

// Compile runs "dbt compile" for a selection.
func (r *Runner) Compile(ctx context.Context, s Scratch, selection ...string) (Results, error) {
	return r.run(ctx, s, "compile", selection)
}

func (r *Runner) run(ctx context.Context, s Scratch, command string, selection []string, options ...string) (Results, error) {
	if s.Dir == "" || s.Files == nil {
		return Results{}, errors.New("running dbt: the scratch folder and the project's files must be given")
	}
	unlock, err := r.lock(ctx, s.Dir)
	if err != nil {
		return Results{}, fmt.Errorf("waiting for another run of dbt: %w", err)
	}
	defer unlock()
	if err := s.prepare(); err != nil {
		return Results{}, err
	}
	args := []string{"--log-format", "json", "--no-use-colors", "--no-version-check", command,
		"--project-dir", s.path("project"), "--profiles-dir", s.path("profiles"), "--target-path", s.path("target"), "--log-path", s.path("logs")}
	if len(selection) > 0 {
		args = append(append(args, "--select"), selection...)
	}
	args = append(args, options...)
	started := time.Now()
	out, err := child.Run(ctx, child.Command{Path: r.bin, Args: args, Dir: s.path("project"), Env: r.env(s.path("home")),
		Timeout: r.timeout, MaxStdout: 32 << 20, Limits: child.Limits{Memory: r.memory, FileSize: maxDatabase}})
	res := readResults(s, out.Stdout)
	res.Elapsed = time.Since(started)
	switch {
	case err == nil:
		return res, nil
	case errors.Is(err, child.ErrExit) && (len(res.Nodes) > 0 || len(res.Problems) > 0):
		return res, nil // dbt ran and did not like what it saw
	}
	return res, fmt.Errorf("running dbt %s: %w", command, err)
}
