package main

import (
	"context"
	"errors"
	"fmt"

	"firstmile/bot/health"
	"firstmile/store"
)

type healthCommand struct {
	Addr string `arg:"" optional:"" help:"Address of the running bot's health check." env:"FIRSTMILE_HEALTH" default:"127.0.0.1:8081"`
}

// Run asks a running bot whether it is well. It is what a container's health check calls.
func (c *healthCommand) Run(ctx context.Context, p program) error {
	if err := health.Ask(ctx, c.Addr); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.stdout, "ok")
	return err
}

var errNotConnected = errors.New("not connected to Slack yet")

// wellness is what a health check looks at: the bot has connected to Slack, and its store can be read.
func wellness(ctx context.Context, connected <-chan struct{}, db *store.DB) func() error {
	return func() error {
		select {
		case <-connected:
		default:
			return errNotConnected
		}
		_, _, err := db.Next(ctx)
		return err
	}
}
