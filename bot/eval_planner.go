package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/jinja"
	"firstmile/agents/interpreter"
	"firstmile/agents/sandbox"
	"firstmile/bot/design"
	"firstmile/bot/eval"
	"firstmile/bot/sample"
	"firstmile/bot/terminal"
	"firstmile/bot/workbench"
	"firstmile/planner/driver"
	"firstmile/planner/plan"
)

// evalPlanner leads the cases of an evaluation through the planner, as `firstmile design --gate embedded` does.
// Cases of one project and glossary share the project as read, its sandbox and its data.
type evalPlanner struct {
	bench    *workbench.Workbench
	ports    driver.Ports
	reader   *interpreter.Interpreter // for Read: settles nothing by running it
	projects map[evalKey]*evalProject
	scratch  string
}

// evalKey says which cases share a project.
type evalKey struct{ project, glossary string }

// evalProject is a project under evaluation.
type evalProject struct {
	id    plan.ProjectID
	names *eval.Names
	asOf  string // default of its cases
}

// sampleProject is what a suite calls the sample company.
const sampleProject = "sample"

func newEvalPlanner(ctx context.Context, cases []eval.Case) (*evalPlanner, error) {
	scratch, err := os.MkdirTemp("", "firstmile-eval-")
	if err != nil {
		return nil, fmt.Errorf("making a scratch folder: %w", err)
	}
	p := &evalPlanner{projects: map[evalKey]*evalProject{}, scratch: scratch}
	if err := p.start(ctx, cases); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// start opens the projects of all cases.
func (p *evalPlanner) start(ctx context.Context, cases []eval.Case) (err error) {
	var opened []workbench.Project
	for _, c := range cases {
		key := keyOf(c)
		if p.projects[key] != nil {
			continue
		}
		one := &evalProject{}
		p.projects[key] = one
		project, err := p.open(ctx, key, one)
		if err != nil {
			return fmt.Errorf("%s:%d: the project %q: %s", c.Suite, c.Line, c.Project, sentence(err))
		}
		opened = append(opened, project)
	}
	p.bench = workbench.New(workbench.Options{Scratch: p.scratch, Projects: opened})
	if p.ports, err = agentPorts(p.bench, nil, "not part of an evaluation"); err != nil {
		return err
	}
	p.reader, err = interpreter.New(projects{p.bench}, p.bench, interpreter.WithIndexes(indexes{w: p.bench}), interpreter.WithCalendars(calendars{p.bench}), interpreter.WithExclusions(exclusions{p.bench}))
	return err
}

// Close ends the sandboxes and removes the databases that were built.
func (p *evalPlanner) Close() error {
	var errs []error
	if p.bench != nil {
		errs = append(errs, p.bench.Close())
	}
	for _, one := range p.projects {
		if one.names != nil {
			errs = append(errs, one.names.Close())
		}
	}
	return errors.Join(append(errs, os.RemoveAll(p.scratch))...)
}

func keyOf(c eval.Case) evalKey {
	k := evalKey{project: sampleProject}
	if c.Project != "" && c.Project != sampleProject {
		k.project = filepath.Join(c.Folder, filepath.FromSlash(c.Project))
	}
	if c.Glossary != "" {
		k.glossary = filepath.Join(c.Folder, filepath.FromSlash(c.Glossary))
	}
	return k
}

// open reads a project once for its names.
func (p *evalPlanner) open(ctx context.Context, key evalKey, one *evalProject) (workbench.Project, error) {
	dir := key.project
	if dir == sampleProject {
		var err error
		if dir, err = sampleFolder(ctx); err != nil {
			return workbench.Project{}, err
		}
		one.asOf = sample.AsOf().Format(time.DateOnly)
	}
	if _, err := os.Stat(key.glossary); key.glossary != "" && err != nil {
		return workbench.Project{}, fmt.Errorf("there is no glossary at %s", key.glossary)
	}
	folder, sub, err := workbench.OpenFolder(dir)
	if err != nil {
		return workbench.Project{}, err
	}
	project, err := dbt.Read(os.DirFS(folder.Root), sub)
	if err != nil {
		return workbench.Project{}, err
	}
	columns := map[string][]string{}
	for _, n := range project.Models() {
		columns[n.Name] = nil
		for _, c := range n.Columns {
			columns[n.Name] = append(columns[n.Name], c.Name)
		}
	}
	if one.names, err = eval.NewNames(columns); err != nil {
		return workbench.Project{}, err
	}
	one.id = plan.ProjectID(fmt.Sprintf("%s-%d", filepath.Base(dir), len(p.projects)))
	_, approvers := design.Operator()
	return workbench.Project{ID: one.id, Source: still{folder}, Dir: sub, Glossary: key.glossary, Approvers: &approvers, FindWarehouse: true}, nil
}

// still is a project's folder that nobody changes while it is measured, so that it is read once.
type still struct{ folder workbench.Folder }

func (s still) Head(context.Context) (branch, commit string, err error) {
	return "main", "as-it-lies", nil
}

func (s still) Fetch(ctx context.Context, commit string) (string, error) {
	return s.folder.Fetch(ctx, commit)
}

// asOf is today for a case.
func (p *evalPlanner) asOf(c eval.Case) string {
	if c.AsOf != "" {
		return c.AsOf
	}
	return p.projects[keyOf(c)].asOf
}

// Ask implements eval.Planner.
func (p *evalPlanner) Ask(ctx context.Context, c eval.Case, assume bool) (eval.Answer, error) {
	one := p.projects[keyOf(c)]
	var answers design.Answers
	if c.Answers.Kind != 0 && !assume {
		body, err := yaml.Marshal(&c.Answers)
		if err != nil {
			return eval.Answer{}, fmt.Errorf("the answers of case %s: %w", c.ID, err)
		}
		if answers, err = design.ParseAnswers(c.Suite, body); err != nil {
			return eval.Answer{}, err
		}
	}
	heard := &ear{Chat: terminal.New(nil)}
	ports := p.ports
	ports.Chat = heard
	out, err := design.Run(ctx, design.Options{Request: c.Request, Project: one.id, Assume: assume, AsOf: p.asOf(c), Answers: answers,
		Ports: ports, Log: logger(io.Discard, false)})
	if err != nil {
		return eval.Answer{Asked: heard.asked}, err
	}
	a := eval.Answer{Status: string(out.Status), Message: out.Message, Asked: heard.asked, Unknown: out.Unknown, Outcome: out}
	if out.Model != nil {
		a.Model, a.SQL = out.Model.Name, out.Model.CompiledSQL
		a.Uses = modelsRead(out)
	}
	if out.Spec != nil {
		a.Spec = out.Spec.Canonical()
		a.NullAs = map[string]string{}
		for _, d := range out.Spec.Dimensions {
			if d.NullAs != "" {
				a.NullAs[d.Name] = d.NullAs
			}
		}
	}
	if out.Reuse != nil && (out.Status == design.Exists || out.Status == design.Extend) {
		a.Model = out.Reuse.Model
	}
	if out.Status == design.Exists {
		a.SQL, a.Uses = out.Reuse.Query, []string{out.Reuse.Model}
	}
	return a, nil
}

// modelsRead lists what the new or extended model refers to.
func modelsRead(out design.Outcome) []string {
	var uses []string
	for _, f := range out.Files {
		if f.Path != out.Model.Path {
			continue
		}
		for _, call := range jinja.Calls(f.Content) {
			if (call.Name == "ref" || call.Name == "source") && len(call.Args) > 0 {
				uses = append(uses, call.Args[len(call.Args)-1])
			}
		}
	}
	return uses
}

// Query implements eval.Planner.
func (p *evalPlanner) Query(ctx context.Context, c eval.Case, sql string) (*sandbox.Result, error) {
	base, _, err := p.bench.Resolve(ctx, p.projects[keyOf(c)].id)
	if err != nil {
		return nil, err
	}
	box, missing, err := p.bench.Sandbox(ctx, base)
	if err != nil {
		return nil, err
	}
	if missing != "" {
		return nil, fmt.Errorf("there are no data to compare with: %s", missing)
	}
	got, err := box.Query(ctx, sandbox.Untrusted(strings.TrimSpace(sql)), sandbox.QueryOptions{Limit: maxEvalRows, Today: p.asOf(c)})
	if err == nil && got.Truncated {
		return nil, fmt.Errorf("more than %d rows", maxEvalRows)
	}
	return got, err
}

// maxEvalRows bounds a result that is compared.
const maxEvalRows = 100000

// FindByName implements eval.Planner.
func (p *evalPlanner) FindByName(ctx context.Context, c eval.Case) (string, error) {
	return p.projects[keyOf(c)].names.Find(ctx, c.Request)
}

// ear is a chat that notes every question of a conversation, each once.
type ear struct {
	driver.Chat
	asked []plan.Question
}

func (e *ear) Post(ctx context.Context, post plan.Post) (plan.MessageRef, error) {
	e.hear(post.Message)
	return e.Chat.Post(ctx, post)
}

func (e *ear) Edit(ctx context.Context, target plan.MessageRef, post plan.Post) error {
	e.hear(post.Message)
	return e.Chat.Edit(ctx, target, post)
}

func (e *ear) hear(m plan.Message) {
	for _, q := range m.Questions {
		known := false
		for _, a := range e.asked {
			known = known || a.ID == q.ID
		}
		if !known {
			e.asked = append(e.asked, q)
		}
	}
}
