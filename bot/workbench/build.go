package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/runner"
	"firstmile/agents/sandbox"
	"firstmile/agents/tester"
	"firstmile/planner/plan"
)

// Builder runs the real dbt on copies of the workbench's projects. It is a tester.Builder.
type Builder struct {
	w   *Workbench
	dbt *runner.Runner

	mu    sync.Mutex
	known map[string]tester.BuildResult // by digest and base commit
	order []string
}

// maxKnown bounds how many results are remembered.
const maxKnown = 200

// NewBuilder makes a Builder on one dbt installation.
func NewBuilder(w *Workbench, r *runner.Runner) *Builder {
	return &Builder{w: w, dbt: r, known: map[string]tester.BuildResult{}}
}

// Build builds the change's model with its tests on a copy of the project and
// its data. The same digest on the same commit is built once.
func (b *Builder) Build(ctx context.Context, change plan.Change) (tester.BuildResult, error) {
	key := change.Digest() + "@" + change.Base.Commit
	b.mu.Lock()
	r, ok := b.known[key]
	b.mu.Unlock()
	if ok {
		return r, nil
	}
	r, err := b.build(ctx, change)
	if err != nil || change.Base.Commit == "" {
		return r, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known[key] = r
	if b.order = append(b.order, key); len(b.order) > maxKnown {
		delete(b.known, b.order[0])
		b.order = b.order[1:]
	}
	return r, nil
}

func (b *Builder) build(ctx context.Context, change plan.Change) (tester.BuildResult, error) {
	p, err := b.w.configured(change.Base.Project)
	if err != nil {
		return tester.BuildResult{}, err
	}
	o, err := b.w.open(ctx, change.Base)
	if err != nil {
		return tester.BuildResult{}, err
	}
	scratch, err := b.scratch(ctx, p, o, change)
	if err != nil {
		return tester.BuildResult{}, err
	}
	results, err := b.dbt.Build(ctx, scratch, b.selection(ctx, o.project, change))
	if err != nil {
		if ctx.Err() != nil {
			return tester.BuildResult{}, ctx.Err()
		}
		if errors.Is(err, runner.ErrNotInstalled) {
			return tester.BuildResult{}, plan.NewFailure(plan.Permanent, "no_dbt", "dbt is not installed where the bot runs", err)
		}
		return tester.BuildResult{}, plan.NewFailure(plan.Permanent, "dbt_did_not_run", "dbt could not be run: "+err.Error(), err)
	}
	return verdict(results, change.Model, path.Clean(p.Dir)), nil
}

func (b *Builder) scratch(ctx context.Context, p Project, o *opened, change plan.Change) (runner.Scratch, error) {
	files, err := fs.Sub(o.files, path.Clean(p.Dir))
	if err != nil {
		return runner.Scratch{}, fmt.Errorf("opening the project's folder: %w", err)
	}
	database, _, err := b.w.warehouse(ctx, p, o)
	if err != nil {
		return runner.Scratch{}, err
	}
	s := runner.Scratch{Dir: filepath.Join(b.w.o.Scratch, "dbt-"+filepath.Base(string(p.ID))), Files: files, Changes: map[string][]byte{},
		Database: database, Profile: o.project.Config.Profile, Target: o.project.Profile.Target, Schema: o.project.Profile.Schema}
	for _, f := range change.Files {
		s.Changes[strings.TrimPrefix(f.Path, strings.TrimPrefix(path.Clean(p.Dir)+"/", "./"))] = f.Content
	}
	return s, nil
}

// selection is what dbt builds: the model, with what is built on it where it is edited, and with everything that those
// read where the data lack some of it.
func (b *Builder) selection(ctx context.Context, project *dbt.Project, change plan.Change) string {
	relations, err := b.w.relations(ctx, change.Base)
	has := func(n *dbt.Node) bool {
		return slices.ContainsFunc(relations, func(r sandbox.Relation) bool { return strings.EqualFold(r.Name, n.Relation.Identifier) })
	}
	f, _ := change.File(change.ModelPath)
	n, known := project.Relation(change.Model)
	built := err == nil && parentsBuilt(project, f, has)
	switch {
	case f.Action != plan.Edit || !known || len(n.Downstream) == 0:
		if built {
			return change.Model
		}
		return "+" + change.Model
	case built && downstreamBuilt(project, n, has):
		return change.Model + "+"
	}
	return "@" + change.Model
}

// downstreamBuilt reports whether everything that the models below an edited one read is in the data, or is built with them.
func downstreamBuilt(project *dbt.Project, edited *dbt.Node, has func(*dbt.Node) bool) bool {
	below := map[string]bool{edited.ID: true}
	list := []*dbt.Node{edited}
	for at := 0; at < len(list); at++ {
		for _, c := range project.Children(list[at].ID) {
			if !below[c.ID] {
				below[c.ID] = true
				list = append(list, c)
			}
		}
	}
	for _, n := range list[1:] {
		for _, p := range project.Parents(n.ID) {
			if !below[p.ID] && !has(p) {
				return false
			}
		}
	}
	return true
}

// parentsBuilt reports whether everything that the model in a file reads is in the data.
func parentsBuilt(project *dbt.Project, file plan.File, has func(*dbt.Node) bool) bool {
	for _, call := range jinja.Calls(string(file.Content)) {
		if call.Name != "ref" && call.Name != "source" || len(call.Args) == 0 {
			continue
		}
		name := call.Args[len(call.Args)-1]
		if call.Name == "source" {
			name = strings.Join(call.Args, ".")
		}
		if n, ok := project.Relation(name); !ok || !has(n) {
			return false
		}
	}
	return true
}

// verdict is dbt's result in one sentence.
func verdict(r runner.Results, model, dir string) tester.BuildResult {
	if !r.OK() {
		return firstError(r, dir)
	}
	models, tests := 0, 0
	built := false
	for _, n := range r.Nodes {
		switch n.Kind {
		case "model":
			models++
			built = built || n.Name == model
		case "test", "unit_test":
			tests++
		}
	}
	if !built {
		return tester.BuildResult{Detail: "dbt did not build " + model}
	}
	return tester.BuildResult{Passed: true, Detail: fmt.Sprintf("dbt %s built %s and passed %s in %.1f s",
		r.Version, count(models, "model"), count(tests, "test"), r.Elapsed.Seconds())}
}

func firstError(r runner.Results, dir string) tester.BuildResult {
	place := func(file string) string {
		if file == "" {
			return ""
		}
		return path.Join(dir, file)
	}
	if len(r.Problems) > 0 {
		p := r.Problems[0]
		return tester.BuildResult{Detail: p.Message, Path: place(p.File), Line: p.Line}
	}
	failures := r.Failures()
	i := slices.IndexFunc(failures, func(n runner.NodeResult) bool { return n.Status != "skipped" })
	if i < 0 {
		return tester.BuildResult{Detail: "dbt built nothing"}
	}
	n := failures[i]
	return tester.BuildResult{Detail: fmt.Sprintf("%s %s: %s", n.Kind, n.Name, n.Message), Path: place(n.File), Line: n.Line}
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
