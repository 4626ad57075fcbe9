package main

import (
	"context"
	"fmt"
	"path/filepath"

	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/bot/recall"
	"firstmile/glossary"
)

type recallCommand struct {
	Dirs []string `arg:"" help:"Folders of dbt projects." type:"path"`
}

// Run measures how well the models of each project are found by their own descriptions.
func (c *recallCommand) Run(ctx context.Context, p program) error {
	lex, err := lexicon.Load()
	if err != nil {
		return err
	}
	table := recall.Table{}
	for _, dir := range c.Dirs {
		project, err := readProject(dir)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		k, err := knowledge.Build(project, &glossary.Glossary{}, lex, nil, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		docs := k.Documents()
		figures, err := recall.Measure(ctx, docs, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		name := project.Name
		if name == "" {
			name = filepath.Base(dir)
		}
		table.Add(name, len(docs), figures)
		fmt.Fprintf(p.stderr, "%s: %d relations\n", name, len(docs))
	}
	return table.Write(p.stdout)
}
