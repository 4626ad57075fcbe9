package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"firstmile/bot/config"
	"firstmile/bot/local"
	"firstmile/bot/sample"
	"firstmile/bot/slackbot"
)

type localCommand struct {
	Addr    string `help:"Where to listen; a free port is used when this one is taken." default:"127.0.0.1:8080"`
	Data    string `help:"Folder for everything that is kept." default:".firstmile" type:"path"`
	NoBot   bool   `help:"Start the workspace without the bot, for a bot in a process of its own (see serve)." name:"no-bot"`
	Gate    string `help:"embedded: without dbt; full: with dbt (default: full where dbt is installed)." enum:"auto,embedded,full" default:"auto"`
	Faults  bool   `help:"Serve the endpoints that make the workspace misbehave." hidden:""`
	Health  string `help:"Address for health checks of the bot (GET /healthz)." env:"FIRSTMILE_HEALTH"`
	Verbose bool   `short:"v" help:"Log what happens to standard error."`
}

// Run starts the workspace and the bot in it, and ends both when asked to.
func (c *localCommand) Run(ctx context.Context, p program) error {
	log := logger(p.stderr, c.Verbose)
	model, err := config.LoadModel(p.getenv)
	if err != nil {
		return usageError{err}
	}
	vectors, err := config.LoadEmbeddings(p.getenv)
	if err != nil {
		return usageError{err}
	}
	w, err := local.Start(ctx, local.Options{Addr: c.Addr, Data: c.Data, Admin: c.Faults, Scopes: slackbot.Scopes(), Log: log})
	if err != nil {
		return err
	}
	if w.Moved {
		if _, err := fmt.Fprintf(p.stdout, "%s is taken; using a free port instead.\n", c.Addr); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Wait(ctx) })
	if !c.NoBot {
		settings := localBot(w.Description, c.Data, c.Gate)
		settings.log, settings.health, settings.server.Model = log, c.Health, model
		settings.embeddings = vectors
		settings.ready = func(dbt string) { _, _ = fmt.Fprintf(p.stdout, "The bot is connected; checks run %s.\n", dbt) }
		group.Go(func() error { return runBot(ctx, settings) })
	}
	if _, err := fmt.Fprintf(p.stdout, "Firstmile's workspace is ready: %s\nEverything is kept in %s. Stop with Ctrl-C.\n", w.URL, c.Data); err != nil {
		return err
	}
	err = group.Wait()
	return errors.Join(err, w.Close())
}

// localBot is the configuration of the bot in the embedded workspace: the same
// bot, with other base URLs.
func localBot(d local.Description, data, gate string) botSettings {
	return botSettings{
		server: config.Server{
			SlackBotToken: config.Secret(d.BotToken), SlackAppToken: config.Secret(d.AppToken), SlackAPIURL: d.SlackAPIURL,
			GitHubToken: config.Secret(d.GitHubToken), GitHubAPIURL: d.GitHubAPIURL,
			Projects: []config.Project{{ID: sample.Name, Repo: d.Repository,
				Warehouse: filepath.Join(local.RepositoryDir(data), sample.Database)}},
			Groups: local.Groups(), Emoji: []string{"white_check_mark", "rocket"},
			Remind: config.DefaultRemind, Park: config.DefaultPark,
		},
		data: filepath.Join(data, "bot"), gate: gate, asOf: sample.AsOf().Format(time.DateOnly), examples: local.Suggestions(), local: true,
	}
}
