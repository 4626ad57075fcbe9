package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"firstmile/agents/forge"
	"firstmile/bot/config"
	"firstmile/bot/slackbot"
	"firstmile/bot/workbench"
	"firstmile/planner/plan"
	"firstmile/store"
)

type doctorCommand struct {
	Config string `help:"Server configuration (YAML)." env:"FIRSTMILE_CONFIG" type:"path"`
	Data   string `help:"Folder for the store and repository copies." env:"FIRSTMILE_DATA" default:"data" type:"path"`
	Gate   string `help:"embedded, full or auto, as for serve." enum:"auto,embedded,full" default:"auto"`
}

// Run looks at everything that serve needs, a line each, and fails when a line is not well.
func (c *doctorCommand) Run(ctx context.Context, p program) error {
	d := &diagnosis{p: p}
	server, err := config.Load(c.Config, p.getenv)
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, line := range problems {
			d.line("configuration", false, line)
		}
	} else if err != nil {
		return err
	} else {
		d.line("configuration", true, fmt.Sprintf("projects: %d", len(server.Projects)))
	}
	d.model(ctx)
	dbt := d.dbt(ctx, c.Gate)
	if err == nil {
		if err := d.server(ctx, botSettings{server: server, data: c.Data, gate: c.Gate, log: logger(p.stderr, false)}, dbt); err != nil {
			return err
		}
	}
	if d.sick {
		return statusError(exitError)
	}
	return nil
}

// diagnosis prints findings and remembers whether one was bad.
type diagnosis struct {
	p    program
	sick bool
}

func (d *diagnosis) line(what string, ok bool, text string) {
	mark := "ok  "
	if !ok {
		mark, d.sick = "FAIL", true
	}
	_, _ = fmt.Fprintf(d.p.stdout, "%s  %-30s %s\n", mark, what, strings.TrimSpace(text))
}

// model proves with one tiny call that the configured language model answers. What is wrong with its settings is part of
// the configuration's problems.
func (d *diagnosis) model(ctx context.Context) {
	c, err := config.LoadModel(d.p.getenv)
	switch {
	case err != nil:
		return
	case !c.Configured():
		d.line("language model", true, "none: requests must be in the glossary's and the project's words. FIRSTMILE_MODEL names one")
		return
	}
	said, err := probe(ctx, c, logger(d.p.stderr, false))
	if err != nil {
		d.line("language model", false, c.Name+": "+sentence(err))
		return
	}
	d.line("language model", true, said)
}

func (d *diagnosis) dbt(ctx context.Context, gate string) bool {
	r, why, err := findDBT(gate)
	switch {
	case err != nil:
		d.line("dbt", false, err.Error())
	case r == nil:
		d.line("dbt", true, "not part of the gate: "+why+". Changes can then be approved by the data team only")
	default:
		v, err := r.Version(ctx)
		if err != nil {
			d.line("dbt", false, fmt.Sprintf("%s does not answer: %v", r.Bin(), err))
			return false
		}
		d.line("dbt", true, fmt.Sprintf("%s (DuckDB adapter %s)", v.Core, v.DuckDB))
		return true
	}
	return false
}

func (d *diagnosis) server(ctx context.Context, s botSettings, dbt bool) error {
	bot, err := slackbot.New(s.slack(&frontDesk{}))
	if err != nil {
		return err
	}
	for _, f := range bot.Doctor(ctx) {
		d.line("Slack "+f.What, f.OK, f.Detail)
	}
	d.store(s.data)
	scratch, err := os.MkdirTemp("", "firstmile-doctor-")
	if err != nil {
		return fmt.Errorf("making a scratch folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	s.data = scratch
	_, projects, err := s.projects(dbt)
	if err != nil {
		return err
	}
	bench := workbench.New(workbench.Options{Projects: projects, Scratch: scratch})
	defer func() { _ = bench.Close() }()
	for _, p := range s.server.Projects {
		f, err := forge.New(s.forge(p))
		if err != nil {
			return err
		}
		for _, finding := range f.Doctor(ctx) {
			d.line(string(p.ID)+": "+finding.Name, finding.OK, finding.Text)
		}
		d.project(ctx, bench, p.ID)
	}
	return nil
}

// project reads the project as a design would.
func (d *diagnosis) project(ctx context.Context, bench *workbench.Workbench, id plan.ProjectID) {
	what := string(id) + ": project"
	base, _, err := bench.Resolve(ctx, id)
	if err != nil {
		d.line(what, false, sentence(err))
		return
	}
	project, _, err := bench.Read(ctx, base)
	if err != nil {
		d.line(what, false, sentence(err))
		return
	}
	terms, err := bench.Glossary(ctx, base)
	if err != nil {
		d.line(what, false, sentence(err))
		return
	}
	d.line(what, true, fmt.Sprintf("%d models, %d glossary terms, %d files that could not be read completely",
		len(project.Models()), len(terms.Terms), len(project.Problems)))
	d.index(ctx, bench, base)
	box, missing, err := bench.Sandbox(ctx, base)
	switch {
	case err != nil:
		d.line(string(id)+": data", false, sentence(err))
		return
	case missing == "":
		d.line(string(id)+": data", true, "the file can be read")
	default:
		d.line(string(id)+": data", true, missing+": checks on data will say \"not run\"")
	}
	d.line(string(id)+": sandbox", true, box.Confinement().Detail)
}

// index reads a request as a design would, which builds everything that words are looked up in.
func (d *diagnosis) index(ctx context.Context, bench *workbench.Workbench, base plan.Base) {
	what := string(base.Project) + ": index"
	ports, err := agentPorts(bench, nil, "")
	if err != nil {
		d.line(what, false, err.Error())
		return
	}
	began := time.Now()
	if _, err := ports.Interpreter.Interpret(ctx, plan.Request{Base: base, Turns: []plan.Turn{{Text: "help"}}}); err != nil {
		d.line(what, false, sentence(err))
		return
	}
	d.line(what, true, fmt.Sprintf("built in %d ms", time.Since(began).Milliseconds()))
}

// store looks at the data folder and, when it holds a store, opens it.
func (d *diagnosis) store(dir string) {
	path := filepath.Join(dir, storeFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		d.line("store", true, "will be made at "+path)
		return
	}
	db, err := store.Open(path, store.Options{})
	switch {
	case errors.Is(err, store.ErrLocked):
		d.line("store", true, "in use by a running bot")
	case err != nil:
		d.line("store", false, err.Error())
	default:
		d.line("store", true, path)
		_ = db.Close() // nothing was written
	}
}
