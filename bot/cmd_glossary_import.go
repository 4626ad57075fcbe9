package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"firstmile/glossary"
)

type glossaryImportCommand struct {
	File string `arg:"" help:"CSV file; its first line names the columns: name, definition, synonyms, owner, model, agg, expr, filter, time, …"`
	Out  string `help:"File to write, which must not be there yet (default: print it)." type:"path"`
}

// Run writes the terms, names the rows that make none, and exits with 1 when there are such.
func (c *glossaryImportCommand) Run(p program) error {
	in, err := os.Open(c.File)
	if err != nil {
		return usageError{fmt.Errorf("the list of terms cannot be read: %w", err)}
	}
	defer in.Close()
	body, err := glossary.FromCSV(c.File, in)
	var problems glossary.Problems
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	if err := c.write(p, body); err != nil {
		return err
	}
	for _, one := range problems {
		fmt.Fprintln(p.stderr, one.Error())
	}
	if len(problems) > 0 {
		return statusError(exitError)
	}
	return nil
}

func (c *glossaryImportCommand) write(p program, body []byte) error {
	if c.Out == "" {
		_, err := p.stdout.Write(body)
		return err
	}
	out, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usageError{fmt.Errorf("%s is there already: name another file, or take it away first", c.Out)}
	}
	if err != nil {
		return fmt.Errorf("writing the glossary: %w", err)
	}
	if _, err := out.Write(body); err != nil {
		return errors.Join(fmt.Errorf("writing the glossary: %w", err), out.Close())
	}
	return out.Close()
}
