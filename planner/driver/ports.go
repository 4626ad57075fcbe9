package driver

import (
	"context"

	"firstmile/planner/plan"
)

// The small interfaces that the driver needs to perform effects. Each is
// implemented by one package below agents/ or bot/ and wired in package main.
// An error that is a *plan.Failure keeps its class; any other counts as permanent.

// Resolver fixes the state of the repository that a design is made on, and the
// project's rules at that state.
type Resolver interface {
	Resolve(ctx context.Context, project plan.ProjectID) (plan.Base, plan.Rules, error)
}

// Interpreter turns words into a Spec or questions, and looks for what exists already.
type Interpreter interface {
	Interpret(ctx context.Context, request plan.Request) (plan.Reading, error)
	Reuse(ctx context.Context, base plan.Base, spec plan.Spec) (plan.Reuse, error)
}

// Synthesizer writes the model's SQL and the bare YAML entry. reasons are the
// failed checks of the attempt before; a synthesizer that has nothing else to
// offer refuses instead of giving the same change again.
type Synthesizer interface {
	Synthesize(ctx context.Context, base plan.Base, spec plan.Spec, reuse plan.Reuse, reasons []plan.Check) (plan.Change, error)
}

// Tester adds tests to a change and checks changes.
type Tester interface {
	Cover(ctx context.Context, spec plan.Spec, change plan.Change) (plan.Change, error)
	// Check fails only when checking itself was impossible; what it finds is in the report.
	Check(ctx context.Context, spec plan.Spec, change plan.Change, level plan.CheckLevel) (plan.Report, error)
}

// Documenter writes descriptions into the change and words the pull request.
type Documenter interface {
	Document(ctx context.Context, brief plan.Brief) (plan.Change, error)
	Describe(ctx context.Context, brief plan.Brief) (plan.Description, error)
}

// Publisher publishes exactly the bytes of publication.Change. Publishing the same
// publication again gives the same pull request.
type Publisher interface {
	Publish(ctx context.Context, publication plan.Publication) (plan.PR, error)
}

// Chat is the place where the thread lives. Post is given the effect's id as
// idempotency key; post.Again is true when an earlier try may have succeeded, so
// that the adapter reads back before it posts.
type Chat interface {
	React(ctx context.Context, target plan.MessageRef, emoji string) error
	Post(ctx context.Context, post plan.Post) (plan.MessageRef, error)
	Edit(ctx context.Context, target plan.MessageRef, post plan.Post) error
}

// Learner keeps what a finished design teaches.
type Learner interface {
	Learn(ctx context.Context, brief plan.Brief) error
}

// Ports are the hands of the driver. Learner may be nil.
type Ports struct {
	Resolver    Resolver
	Interpreter Interpreter
	Synthesizer Synthesizer
	Tester      Tester
	Documenter  Documenter
	Publisher   Publisher
	Chat        Chat
	Learner     Learner
}
