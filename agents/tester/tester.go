// Package tester stands between a change and the people who approve it: it adds
// the tests that evidence calls for (Cover) and finds out what is true about the
// change (Check). It reports; whether the findings suffice is for planner/verify to say.
//
// Check trusts nothing about how the change came to be. It reads the files of
// the change and the repository at the change's base, compiles the SQL itself, and
// computes the figures a second time from the Spec alone (package reading).
//
//	subject.go  the change beside the repository that it is meant for
//	static.go   paths, YAML, Jinja: nothing but text
//	sql.go      one SELECT, known relations, columns and types bound in DuckDB; typer.go: the types of what it reads
//	style.go    the project's conventions; required tests and descriptions
//	edited.go   an edited model keeps its rows, and what is built on it works
//	data.go     runs on data, grain unique, totals, independent reading
//	dbt.go      one build of the selection by the real dbt
//	cover.go    tests from evidence
package tester

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// Repository reads the repository that a change is made on.
type Repository interface {
	// Read gives the dbt project at base and the whole repository it was read
	// from; the project's Dir is its folder there, and paths of a change are relative to the repository.
	Read(ctx context.Context, base plan.Base) (*dbt.Project, fs.FS, error)
}

// Warehouse gives a sandbox on the project's data.
type Warehouse interface {
	// Sandbox returns a sandbox, and why it does not hold the project's data ("" when it does). Without
	// data it can still bind SQL to types.
	Sandbox(ctx context.Context, base plan.Base) (box *sandbox.Sandbox, missing string, err error)
}

// Builder runs the real dbt on a copy of the project with the change in it.
type Builder interface {
	// Build builds the model with its tests. A *plan.Failure says that dbt could
	// not be run at all; what dbt found wrong is in the result.
	Build(ctx context.Context, change plan.Change) (BuildResult, error)
}

// BuildResult is what dbt said about the selection.
type BuildResult struct {
	Passed bool
	// Detail is one sentence: how many nodes were built and tested, or the first error.
	Detail string
	Path   string // of the file of the first error, when known
	Line   int
}

// Options configure a Tester. Builder is nil where dbt is not installed; WhyNoDBT then says so.
type Options struct {
	Repository Repository
	Warehouse  Warehouse
	Builder    Builder
	WhyNoDBT   string
	// Now times the checks; nil means time.Now.
	Now func() time.Time
}

// Tester covers and checks changes. It is safe for concurrent use.
type Tester struct{ o Options }

// New makes a Tester.
func New(o Options) *Tester {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Tester{o: o}
}

// check is one check: it returns a status and a sentence, and a place when it failed somewhere.
type check struct {
	name string
	run  func(ctx context.Context, s *subject) finding
}

// finding is a check's result before it is timed.
type finding struct {
	status plan.CheckStatus
	detail string
	path   string
	line   int
}

func passed(format string, args ...any) finding {
	return finding{status: plan.Passed, detail: fmt.Sprintf(format, args...)}
}

func failed(format string, args ...any) finding {
	return finding{status: plan.Failed, detail: fmt.Sprintf(format, args...)}
}

func notRun(format string, args ...any) finding {
	return finding{status: plan.NotRun, detail: fmt.Sprintf(format, args...)}
}

func (f finding) at(path string, line int) finding {
	f.path, f.line = path, line
	return f
}

// count is a number with its noun: "1 file", "2 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Check finds out what is true about the change. Each check says passed, failed
// or not run; Check itself fails only when the repository cannot be read.
func (t *Tester) Check(ctx context.Context, spec plan.Spec, change plan.Change, level plan.CheckLevel) (plan.Report, error) {
	report := plan.Report{Digest: change.Digest(), Level: level}
	if level == plan.LevelDBT {
		report.Checks = []plan.Check{t.timed(plan.CheckDBT, func() finding { return t.build(ctx, change) })}
		return report, ctx.Err()
	}
	s, err := t.subject(ctx, spec, change)
	if err != nil {
		return report, err
	}
	for _, c := range checksOf(s) {
		report.Checks = append(report.Checks, t.timed(c.name, func() finding { return c.run(ctx, s) }))
	}
	if t.o.Builder == nil {
		report.Checks = append(report.Checks, plan.Check{Name: plan.CheckDBT, Status: plan.NotRun, Detail: t.o.WhyNoDBT})
	}
	report.Columns, report.Preview = s.columns, s.preview
	return report, ctx.Err()
}

func (t *Tester) timed(name string, run func() finding) plan.Check {
	began := t.o.Now()
	f := run()
	ms := float64(t.o.Now().Sub(began).Microseconds()) / 1000
	return plan.Check{Name: name, Status: f.status, Detail: f.detail, MS: ms, Path: f.path, Line: f.line}
}

// checksOf lists the embedded checks in the order they run: a later one may rely
// on what an earlier one left in the subject, and says "not run" when it is missing.
func checksOf(s *subject) []check {
	all := []check{
		{plan.CheckPaths, checkPaths},
		{plan.CheckYAML, checkYAML},
		{plan.CheckJinja, checkJinja},
		{plan.CheckSelect, checkSelect},
		{plan.CheckRefs, checkRefs},
		{plan.CheckBinds, checkBinds},
		{plan.CheckConventions, checkConventions},
		{plan.CheckCoverage, checkCoverage},
		{plan.CheckDownstream, checkDownstream},
		{plan.CheckRuns, checkRuns},
		{plan.CheckUnchanged, checkUnchanged},
		{plan.CheckGrain, checkGrain},
		{plan.CheckIndependent, checkIndependent},
		{plan.CheckTotals, checkTotals},
	}
	if f, _ := s.change.File(s.change.ModelPath); f.Action == plan.Create {
		all = slices.DeleteFunc(all, func(c check) bool { return c.name == plan.CheckUnchanged })
	}
	return all
}
