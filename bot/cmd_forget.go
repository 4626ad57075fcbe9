package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"firstmile/bot/memory"
	"firstmile/planner/plan"
	"firstmile/store"
)

type forgetCommand struct {
	Data    string `help:"The bot's data folder." env:"FIRSTMILE_DATA" default:"data" type:"path"`
	Person  string `help:"Forget what this person asked (Slack user id)."`
	Channel string `help:"Forget what was asked in this channel (Slack channel id)."`
	Project string `help:"Forget everything of this project."`
	DryRun  bool   `help:"Only count." name:"dry-run"`
}

// Run takes past designs out of the bot's memory. The bot must not be running: one process owns a data folder.
func (c *forgetCommand) Run(ctx context.Context, p program) (err error) {
	if c.Person == "" && c.Channel == "" && c.Project == "" {
		return usageError{errors.New("say what to forget: --person, --channel or --project")}
	}
	db, err := store.Open(filepath.Join(c.Data, storeFile), store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	n, err := memory.New(db, nil).Forget(ctx, func(d plan.PastDesign) bool {
		return (c.Person == "" || d.Requester.ID == c.Person) && (c.Channel == "" || d.Root.Channel == c.Channel) &&
			(c.Project == "" || d.Project == plan.ProjectID(c.Project))
	}, c.DryRun)
	if err != nil {
		return err
	}
	done := "are"
	if c.DryRun {
		done = "would be"
	}
	_, err = fmt.Fprintf(p.stdout, "%d past designs %s forgotten.\n", n, done)
	return err
}
