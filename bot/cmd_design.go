package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"firstmile/agents/forge"
	"firstmile/bot/config"
	"firstmile/bot/design"
	"firstmile/bot/sample"
	"firstmile/bot/terminal"
	"firstmile/bot/workbench"
	"firstmile/planner/plan"
)

type designCommand struct {
	Request  string `arg:"" help:"What to build, in words."`
	Project  string `help:"Folder of a dbt project (default: the sample company)." type:"path"`
	Glossary string `help:"Glossary file or folder (default: the project's glossary/)." type:"path"`
	Answers  string `help:"YAML file with answers: a list in order, or a map from question id or subject." type:"path"`
	Assume   bool   `help:"Take every default and record it as an assumption."`
	Out      string `help:"Folder to write the changed files to." type:"path"`
	Approve  bool   `help:"Commit the files to a branch of the project's git repository."`
	Gate     string `help:"embedded: without dbt; full: with dbt (default: full where dbt is installed)." enum:"auto,embedded,full" default:"auto"`
	AsOf     string `help:"Today, for relative dates: 2006-01-02." name:"as-of"`
	JSON     bool   `help:"Print exactly one JSON object."`
	Verbose  bool   `short:"v" help:"Log what happens to standard error."`
}

// Run takes one request to its end and exits with the code of its status.
func (c *designCommand) Run(ctx context.Context, p program) error {
	if strings.TrimSpace(c.Request) == "" {
		return usageError{errors.New("the request is empty: say in words what to build")}
	}
	if err := checkDay(c.AsOf); err != nil {
		return err
	}
	answers, err := c.answers(p)
	if err != nil {
		return usageError{err}
	}
	outcome, err := c.design(ctx, p, answers)
	if err != nil {
		return err
	}
	if err := c.write(p, outcome); err != nil {
		return err
	}
	if code := outcome.Status.ExitCode(); code != 0 {
		return statusError(code)
	}
	if c.Approve && outcome.Status != design.Approved && outcome.Model != nil {
		return statusError(exitError)
	}
	return nil
}

// checkDay refuses an --as-of that is no day; empty is fine.
func checkDay(asOf string) error {
	if _, err := time.Parse(time.DateOnly, asOf); asOf != "" && err != nil {
		return usageError{fmt.Errorf("--as-of %q is not a date such as 2026-06-30", asOf)}
	}
	return nil
}

func (c *designCommand) design(ctx context.Context, p program, answers design.Answers) (design.Outcome, error) {
	model, err := config.LoadModel(p.getenv)
	if err != nil {
		return design.Outcome{}, usageError{err}
	}
	dbt, why, err := findDBT(c.Gate)
	if err != nil {
		return design.Outcome{}, err
	}
	bench, id, err := c.workbench(ctx, dbt != nil)
	if err != nil {
		return design.Outcome{}, err
	}
	defer func() { _ = bench.Close() }() // scratch only
	log := c.log(p)
	helped, err := help(model, log)
	if err != nil {
		return design.Outcome{}, err
	}
	ports, err := agentPorts(bench.Workbench, dbt, why, helped...)
	if err != nil {
		return design.Outcome{}, err
	}
	var show io.Writer
	if !c.JSON {
		show = p.stdout
	}
	ports.Chat, ports.Publisher = terminal.New(show), forge.Local{Dir: c.Project}
	return design.Run(ctx, design.Options{Request: c.Request, Project: id, Assume: c.Assume, AsOf: c.AsOf,
		Approve: c.Approve, Answers: answers, Ports: ports, Log: log})
}

// log is silent unless asked for: the last line that the command prints says what went wrong.
func (c designCommand) log(p program) *slog.Logger {
	if !c.Verbose {
		return slog.New(slog.DiscardHandler)
	}
	return logger(p.stderr, true)
}

// answers come from a file, else from a person at a terminal, else from nobody.
func (c designCommand) answers(p program) (design.Answers, error) {
	if c.Answers != "" {
		return design.ReadAnswers(c.Answers)
	}
	in, ok := p.stdin.(*os.File)
	if ok && term.IsTerminal(int(in.Fd())) && !c.JSON {
		return design.Prompt{In: bufio.NewReader(in), Out: p.stdout}, nil
	}
	return nil, nil
}

// oneProject is a workbench with the project of one design.
type oneProject struct {
	*workbench.Workbench
	scratch string
}

func (o oneProject) Close() error {
	return errors.Join(o.Workbench.Close(), os.RemoveAll(o.scratch))
}

func (c *designCommand) workbench(ctx context.Context, dbt bool) (oneProject, plan.ProjectID, error) {
	if c.Project == "" {
		dir, err := sampleFolder(ctx)
		if err != nil {
			return oneProject{}, "", err
		}
		c.Project = dir
		if c.AsOf == "" {
			c.AsOf = sample.AsOf().Format(time.DateOnly)
		}
	}
	folder, dir, err := workbench.OpenFolder(c.Project)
	if err != nil {
		return oneProject{}, "", err
	}
	if c.Glossary != "" {
		if _, err := os.Stat(c.Glossary); errors.Is(err, fs.ErrNotExist) {
			return oneProject{}, "", fmt.Errorf("there is no glossary at %s", c.Glossary)
		}
	}
	scratch, err := os.MkdirTemp("", "firstmile-design-")
	if err != nil {
		return oneProject{}, "", fmt.Errorf("making a scratch folder: %w", err)
	}
	id := plan.ProjectID(filepath.Base(c.Project))
	_, approvers := design.Operator()
	return oneProject{scratch: scratch, Workbench: workbench.New(workbench.Options{Scratch: scratch,
		Projects: []workbench.Project{{ID: id, Source: folder, Dir: dir, Glossary: c.Glossary, FindWarehouse: true,
			DBT: dbt, Approvers: &approvers}}})}, id, nil
}

// write prints the outcome and puts the files where they were asked for.
func (c designCommand) write(p program, o design.Outcome) error {
	if c.Out != "" {
		for _, f := range o.Files {
			path := filepath.Join(c.Out, filepath.FromSlash(f.Path))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return fmt.Errorf("writing to --out: %w", err)
			}
			if err := os.WriteFile(path, []byte(f.Content), 0o644); err != nil {
				return fmt.Errorf("writing to --out: %w", err)
			}
		}
	}
	if !c.JSON {
		return nil
	}
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(o)
}

// sampleFolder is the sample company in the user's cache, written when it is not there yet.
func sampleFolder(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	version, err := sample.Version()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "firstmile", "sample-"+version, sample.Name)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("making a folder for the sample company: %w", err)
	}
	if err := sample.Write(ctx, dir); err != nil {
		return "", fmt.Errorf("writing the sample company: %w", err)
	}
	return dir, nil
}
