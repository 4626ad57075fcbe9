package main

import (
	"context"
	"errors"
	"fmt"

	"firstmile/bot/config"
	"firstmile/bot/slackbot"
)

type serveCommand struct {
	Config  string `help:"Server configuration: projects, groups (YAML)." env:"FIRSTMILE_CONFIG" type:"path"`
	Data    string `help:"Folder for the store and repository copies." env:"FIRSTMILE_DATA" default:"data" type:"path"`
	Gate    string `help:"embedded: without dbt; full: with dbt (default: full where dbt is installed)." enum:"auto,embedded,full" default:"auto"`
	AsOf    string `help:"Today, for relative dates: 2006-01-02 (default: the day of each request)." name:"as-of"`
	Health  string `help:"Address for health checks (GET /healthz), such as 127.0.0.1:8081; none when left out." env:"FIRSTMILE_HEALTH"`
	Unpaced bool   `help:"Leave out the pauses that Slack and GitHub ask for: for the embedded workspace." hidden:""`
	Verbose bool   `short:"v" help:"Log what happens, not only what goes wrong."`
}

// Run runs the bot against Slack and GitHub.
func (c *serveCommand) Run(ctx context.Context, p program) error {
	if err := checkDay(c.AsOf); err != nil {
		return err
	}
	server, err := config.Load(c.Config, p.getenv)
	var problems config.Problems
	if errors.As(err, &problems) {
		for _, line := range problems {
			if _, err := fmt.Fprintln(p.stderr, "firstmile: "+line); err != nil {
				return err
			}
		}
		return statusError(exitUsage)
	}
	if err != nil {
		return err
	}
	vectors, err := config.LoadEmbeddings(p.getenv)
	if err != nil {
		return usageError{err}
	}
	return runBot(ctx, botSettings{server: server, embeddings: vectors, data: c.Data, gate: c.Gate, asOf: c.AsOf, log: logger(p.stderr, c.Verbose), boundary: p.boundary, health: c.Health, local: c.Unpaced,
		ready: func(gate string) {
			_, _ = fmt.Fprintf(p.stdout, "Firstmile is connected to Slack; checks run %s.\n", gate)
		}})
}

type manifestCommand struct{}

// Run prints the app manifest.
func (manifestCommand) Run(p program) error {
	_, err := p.stdout.Write(slackbot.Manifest())
	return err
}
