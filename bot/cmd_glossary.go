package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/settings"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/bot/config"
	"firstmile/bot/eval"
	"firstmile/bot/workbench"
	"firstmile/glossary"
)

// glossaryCommand is what a team does with its glossary outside of a conversation.
type glossaryCommand struct {
	Lint   glossaryLintCommand   `cmd:"" help:"Check a glossary against its project: each problem with file and line."`
	Import glossaryImportCommand `cmd:"" help:"Turn a list of terms (CSV) into a glossary file."`
	Schema glossarySchemaCommand `cmd:"" help:"Print the JSON schema of a glossary file."`
}

type glossaryLintCommand struct {
	Path    string `arg:"" help:"Glossary file or folder, or a project's folder with its glossary/." default:"."`
	Project string `help:"Folder of the dbt project (default: the one around the glossary)."`
}

// Run names each problem in a line of its own and exits with 1 when there is one.
func (c *glossaryLintCommand) Run(ctx context.Context, p program) error {
	path, dir, err := c.places()
	if err != nil {
		return usageError{err}
	}
	g, problems, err := loadGlossary(path)
	if err != nil {
		return err
	}
	project, err := readProject(dir)
	if err != nil {
		return err
	}
	found, err := lintGlossary(g, project)
	if err != nil {
		return err
	}
	problems = append(problems, found...)
	for _, one := range problems {
		one.Path = filepath.Join(filepath.Dir(path), filepath.FromSlash(one.Path))
		fmt.Fprintln(p.stdout, one.Error())
	}
	if len(problems) > 0 {
		return statusError(exitError)
	}
	_, err = fmt.Fprintf(p.stdout, "%s: %d terms, no problems.\n", path, len(g.Terms))
	return err
}

// places finds the glossary and the project that it speaks of.
func (c *glossaryLintCommand) places() (path, project string, err error) {
	if _, err := os.Stat(c.Path); err != nil {
		return "", "", fmt.Errorf("there is nothing at %s", c.Path)
	}
	path, project = c.Path, c.Project
	if isProject(path) {
		if project == "" {
			project = path
		}
		path = filepath.Join(path, workbench.GlossaryFolder)
		if _, err := os.Stat(path); err != nil {
			return "", "", fmt.Errorf("the project in %s has no %s/", c.Path, workbench.GlossaryFolder)
		}
	}
	if project != "" {
		if !isProject(project) {
			return "", "", fmt.Errorf("there is no %s in %s", dbt.ProjectFile, project)
		}
		return path, project, nil
	}
	above, err := filepath.Abs(path)
	if err != nil {
		return "", "", err
	}
	for !isProject(above) {
		if above == filepath.Dir(above) {
			return "", "", fmt.Errorf("no dbt project around %s: name one with --project", c.Path)
		}
		above = filepath.Dir(above)
	}
	return path, above, nil
}

func isProject(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, dbt.ProjectFile))
	return err == nil && info.Mode().IsRegular()
}

// loadGlossary reads what can be read; what cannot is in the problems. Paths are relative to the folder around path.
func loadGlossary(path string) (*glossary.Glossary, glossary.Problems, error) {
	g, err := glossary.Load(os.DirFS(filepath.Dir(path)), filepath.Base(path))
	var problems glossary.Problems
	if err != nil && !errors.As(err, &problems) {
		return nil, nil, err
	}
	return g, problems, nil
}

// readProject reads the project as the bot would: inside the repository around it.
func readProject(dir string) (*dbt.Project, error) {
	folder, sub, err := workbench.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	project, err := dbt.Read(os.DirFS(folder.Root), sub)
	if err != nil {
		return nil, fmt.Errorf("reading the dbt project in %s: %w", dir, err)
	}
	return project, nil
}

// lintGlossary checks the terms with the eyes of the interpreter: the project's own metrics are terms too.
func lintGlossary(g *glossary.Glossary, project *dbt.Project) (glossary.Problems, error) {
	words, err := lexicon.Load()
	if err != nil {
		return nil, err
	}
	known, err := knowledge.Build(project, g, words, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the project for the glossary: %w", err)
	}
	problems := glossary.Lint(g.Merge(known.Glossary), known)
	return slices.DeleteFunc(problems, func(p glossary.Problem) bool {
		return !slices.ContainsFunc(g.Terms, func(t glossary.Term) bool { return t.Path == p.Path })
	}), nil
}

type glossarySchemaCommand struct{}

// Run prints the schema.
func (glossarySchemaCommand) Run(p program) error {
	_, err := p.stdout.Write(glossary.Schema())
	return err
}

type schemaCommand struct {
	Of string `arg:"" help:"glossary, firstmile.yml, server or suite." enum:"glossary,firstmile.yml,server,suite"`
}

// Run prints the JSON schema of a format, for editors.
func (c schemaCommand) Run(p program) error {
	body := map[string]func() []byte{"glossary": glossary.Schema, "firstmile.yml": settings.Schema, "server": config.Schema, "suite": eval.Schema}[c.Of]()
	_, err := p.stdout.Write(append(bytes.TrimSpace(body), '\n'))
	return err
}
