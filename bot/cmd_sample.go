package main

import (
	"context"
	"fmt"

	"firstmile/bot/sample"
)

type sampleCommand struct {
	Dir string `arg:"" help:"Folder to write to; it must be missing or empty." type:"path"`
}

// Run writes the sample company.
func (c sampleCommand) Run(ctx context.Context, p program) error {
	if err := sample.Write(ctx, c.Dir); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.stdout, "The sample company is in %s (data until %s).\n", c.Dir, sample.AsOf().Format("2006-01-02"))
	return err
}
