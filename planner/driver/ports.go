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

// Memory keeps what outlives a thread.
type Memory interface {
	// Learn keeps what is known of a design, in the place of what was kept of the same thread before.
	Learn(ctx context.Context, design plan.PastDesign) error
	// Alike lists the open designs of other threads that ask for the same numbers, as far as the design's channel may know
	// of them.
	Alike(ctx context.Context, design plan.PastDesign) ([]plan.PastDesign, error)
}

// Teacher makes a change of the glossary out of a word and its meaning, on the newest state of the project. It refuses, with a
// sentence for the person, what it cannot ground.
type Teacher interface {
	Teach(ctx context.Context, project plan.ProjectID, lesson plan.Lesson) (plan.Teaching, error)
	// Prove checks such a change by reading the files anew; what it finds is in the report.
	Prove(ctx context.Context, change plan.Change) (plan.Report, error)
}

// Watcher looks how a pull request stands.
type Watcher interface {
	Watch(ctx context.Context, project plan.ProjectID, pr plan.PR) (plan.PRStatus, error)
}

// Ports are the hands of the driver. Memory, Watcher and Teacher may be nil: then nothing is remembered, looked
// at or taught.
type Ports struct {
	Resolver    Resolver
	Interpreter Interpreter
	Synthesizer Synthesizer
	Tester      Tester
	Documenter  Documenter
	Publisher   Publisher
	Chat        Chat
	Memory      Memory
	Watcher     Watcher
	Teacher     Teacher
}
