package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/runner"
	"firstmile/agents/documenter"
	"firstmile/agents/interpreter"
	"firstmile/agents/sandbox"
	"firstmile/agents/synthesizer"
	"firstmile/agents/tester"
	"firstmile/bot/workbench"
	"firstmile/planner/driver"
	"firstmile/planner/plan"
)

// agentPorts wires the four specialists to the workbench. help is the language model's, where there is one, and whatever takes the
// place of the usual options. Chat and Publisher are for the caller to add.
func agentPorts(w *workbench.Workbench, dbt *runner.Runner, whyNoDBT string, help ...interpreter.Option) (driver.Ports, error) {
	reader, err := interpreter.New(projects{w}, w, append([]interpreter.Option{interpreter.WithIndexes(indexes{w: w}), interpreter.WithCalendars(calendars{w}),
		interpreter.WithExclusions(exclusions{w}), interpreter.WithFigures(figures{w}), interpreter.WithHistories(histories{w})}, help...)...)
	if err != nil {
		return driver.Ports{}, fmt.Errorf("preparing the interpreter: %w", err)
	}
	o := tester.Options{Repository: w, Warehouse: w, WhyNoDBT: whyNoDBT}
	if dbt != nil {
		o.Builder = workbench.NewBuilder(w, dbt)
	}
	return driver.Ports{Resolver: w, Interpreter: reader, Synthesizer: synthesizer.New(w),
		Tester: tester.New(o), Documenter: documenter.New(w, w.Owners)}, nil
}

// projects gives the interpreter the project without its files.
type projects struct{ w *workbench.Workbench }

func (p projects) Project(ctx context.Context, base plan.Base) (*dbt.Project, error) {
	project, _, err := p.w.Read(ctx, base)
	return project, err
}

// calendars gives the interpreter what firstmile.yml says about days and weeks.
type calendars struct{ w *workbench.Workbench }

func (c calendars) Calendar(ctx context.Context, base plan.Base) (interpreter.Calendar, error) {
	s, err := c.w.Settings(ctx, base)
	return interpreter.Calendar{Zone: s.TimeZone, WeekStart: s.WeekStart, FiscalStart: s.FiscalStart}, err
}

// exclusions gives the interpreter the columns that firstmile.yml excludes.
type exclusions struct{ w *workbench.Workbench }

func (e exclusions) Excluded(ctx context.Context, base plan.Base) (func(relation, column string) bool, error) {
	s, err := e.w.Settings(ctx, base)
	return s.Excluded, err
}

// histories tells the interpreter when a model was last changed.
type histories struct{ w *workbench.Workbench }

func (h histories) LastChange(ctx context.Context, base plan.Base, path string) (interpreter.LastChange, bool) {
	t, ok := h.w.LastTouch(ctx, base, path)
	return interpreter.LastChange{When: t.When, Subject: t.Subject}, ok
}

// figures computes readings on the project's data, so that a question can say
// by how much they differ and "this exists already" can be proven.
type figures struct{ w *workbench.Workbench }

// maxFigureRows bounds what is compared; a larger result proves nothing.
const maxFigureRows = 20000

var errNoData = errors.New("the project has no data to look at")

func (f figures) Rows(ctx context.Context, base plan.Base, spec plan.Spec) (plan.Preview, error) {
	project, _, err := f.w.Read(ctx, base)
	if err != nil {
		return plan.Preview{}, err
	}
	compiled, err := synthesizer.Compile(project, spec)
	if err != nil {
		return plan.Preview{}, err
	}
	return f.run(ctx, base, sandbox.Trusted(compiled.SQL), spec.AsOf)
}

func (f figures) Query(ctx context.Context, base plan.Base, sql string) (plan.Preview, error) {
	return f.run(ctx, base, sandbox.Untrusted(sql), "")
}

func (f figures) run(ctx context.Context, base plan.Base, sql sandbox.SQL, today string) (plan.Preview, error) {
	box, missing, err := f.w.Sandbox(ctx, base)
	if err != nil {
		return plan.Preview{}, err
	}
	if missing != "" {
		return plan.Preview{}, errNoData
	}
	got, err := box.Query(ctx, sql, sandbox.QueryOptions{Limit: maxFigureRows, Today: today})
	if err != nil {
		return plan.Preview{}, err
	}
	out := plan.Preview{Truncated: got.Truncated, RowCount: len(got.Rows)}
	for _, c := range got.Columns {
		out.Columns = append(out.Columns, c.Name)
	}
	for _, row := range got.Rows {
		out.Rows = append(out.Rows, sandbox.Plain(row))
	}
	return out, nil
}

// findDBT looks for the real dbt as the gate asks for it: "embedded" never, "full"
// always, "auto" where it is installed. why says what to do when there is none.
func findDBT(gate string) (r *runner.Runner, why string, err error) {
	if gate == "embedded" {
		return nil, "left out by --gate embedded", nil
	}
	r, err = runner.New(runner.Options{})
	switch {
	case err == nil:
		return r, "", nil
	case errors.Is(err, runner.ErrNotInstalled) && gate != "full":
		return nil, "dbt is not installed where the bot runs", nil
	}
	return nil, "", err
}

// logger writes warnings and errors, or everything when verbose, without colours or message texts.
func logger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// sentence is what a person reads of an error: a failure's message, else the error itself.
func sentence(err error) string {
	var f *plan.Failure
	if errors.As(err, &f) {
		return f.Message
	}
	return strings.TrimSpace(err.Error())
}
