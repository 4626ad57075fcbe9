// Command firstmile turns a question asked in Slack into a checked, approved dbt
// pull request. One binary holds everything:
//
//	firstmile local      a workspace to try it in: no account, no key, no network
//	firstmile serve      the same bot against real Slack and GitHub
//	firstmile design     one request in the terminal
//	firstmile eval       scores a suite of requests
//	firstmile search     finds things of a project by words
//	firstmile recall     measures how well models are found by words
//	firstmile glossary   checks a project's glossary
//	firstmile schema     prints the JSON schema of a format
//	firstmile sample     writes the sample company's dbt project
//	firstmile doctor     checks the configuration, a line each
//	firstmile manifest   prints the Slack app manifest
//	firstmile forget     takes past designs out of the bot's memory
//	firstmile health     asks a running bot whether it is well
//
// Package main is the only one that sees everyone. It parses arguments, wires
// packages together (wiring.go) and holds no rule about data or conversations.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"firstmile/agents/sandbox"
	"firstmile/planner/driver"
)

// version is set by the linker.
var version = "dev"

// Exit codes.
const (
	exitError = 1
	exitUsage = 2
)

func main() {
	sandbox.ChildMain() // does not return in the sandbox's child process
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// program is the process's surroundings, so that a test can run the real
// program in its own process.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	// boundary is called at every journal boundary; only crash tests set it.
	boundary func(driver.Boundary, string)
}

// commands is the command line.
type commands struct {
	Local    localCommand    `cmd:"" help:"Start the embedded workspace with a sample company: no account, no key, no network."`
	Serve    serveCommand    `cmd:"" help:"Run the bot against Slack and GitHub."`
	Design   designCommand   `cmd:"" help:"Take one request to a proposal in the terminal."`
	Eval     evalCommand     `cmd:"" help:"Run a suite of requests and score the answers."`
	Search   searchCommand   `cmd:"" help:"Find terms, metrics, models, columns and values by words, each with the reason."`
	Recall   recallCommand   `cmd:"" help:"Measure how well the models of dbt projects are found by their descriptions."`
	Glossary glossaryCommand `cmd:"" help:"Check a glossary, or print its schema."`
	Schema   schemaCommand   `cmd:"" help:"Print the JSON schema of a format."`
	Sample   sampleCommand   `cmd:"" help:"Write the sample company's dbt project into a folder."`
	Forget   forgetCommand   `cmd:"" help:"Take past designs out of the bot's memory."`
	Doctor   doctorCommand   `cmd:"" help:"Check configuration, tokens, scopes, repository access and dbt."`
	Manifest manifestCommand `cmd:"" help:"Print the Slack app manifest."`
	Health   healthCommand   `cmd:"" help:"Ask a running bot whether it is well."`

	Version kong.VersionFlag `help:"Print the version."`
}

// statusError ends the program with an exit code and nothing more to say.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// run executes the command line and returns the exit code.
func (p program) run(ctx context.Context, args []string) int {
	var cli commands
	usage := false
	parser, err := kong.New(&cli, kong.Name("firstmile"), kong.UsageOnError(),
		kong.Description("From a question in Slack to a checked dbt pull request."),
		kong.Vars{"version": version}, kong.Writers(p.stdout, p.stderr), kong.Exit(func(int) { usage = true }))
	if err != nil {
		fmt.Fprintf(p.stderr, "firstmile: %v\n", err)
		return exitError
	}
	command, err := parser.Parse(args)
	if usage { // --help was printed
		return 0
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "firstmile: %v\n", err)
		return exitUsage
	}
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(p)
	var status statusError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return 0 // asked to stop, and stopped
	}
	fmt.Fprintf(p.stderr, "firstmile: %s\n", sentence(err))
	var u usageError
	if errors.As(err, &u) {
		return exitUsage
	}
	return exitError
}

// usageError is a mistake in the arguments that kong cannot see.
type usageError struct{ error }
