package interpreter

import (
	"context"
	"time"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/glossary"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// Projects gives the dbt project as it stands at a base.
type Projects interface {
	Project(ctx context.Context, base plan.Base) (*dbt.Project, error)
}

// Glossaries gives the terms as they stand at a base.
type Glossaries interface {
	Glossary(ctx context.Context, base plan.Base) (*glossary.Glossary, error)
}

// Calendars says how a project counts days and weeks. Optional: UTC and Monday without it.
type Calendars interface {
	Calendar(ctx context.Context, base plan.Base) (Calendar, error)
}

// Calendar of a project, from its firstmile.yml.
type Calendar struct {
	Zone      string // IANA name
	WeekStart string // "monday" or "sunday"
	// FiscalStart is the month that the fiscal year begins with; 0 is January.
	FiscalStart time.Month
}

// Exclusions says which columns a team never shows. Optional: only those that look personal without it.
type Exclusions interface {
	// Excluded returns a function that reports whether a relation's column is excluded.
	Excluded(ctx context.Context, base plan.Base) (func(relation, column string) bool, error)
}

// Indexes keeps what can be found by words. Optional: an index in memory for each base without it.
type Indexes interface {
	// Index makes the project's index hold these documents and gives what finds them. The documents are not changed any more.
	Index(ctx context.Context, base plan.Base, docs []search.Document) (knowledge.Finder, error)
}

// Figures answers questions about the project's data. Optional: without it a question cannot say by how
// much the readings differ, and nothing is proven to exist already.
type Figures interface {
	// Rows computes a Spec. Its columns are the time axis, the dimensions and the measures, by the names in the Spec.
	Rows(ctx context.Context, base plan.Base, spec plan.Spec) (plan.Preview, error)
	// Query runs one SELECT on the project's relations.
	Query(ctx context.Context, base plan.Base, sql string) (plan.Preview, error)
}

// Histories tell when files of the repository were changed. Optional: without it, that is not said.
type Histories interface {
	// LastChange is the newest change of a file, by its path in the repository, at or before the base's commit.
	LastChange(ctx context.Context, base plan.Base, path string) (LastChange, bool)
}

// LastChange of a file.
type LastChange struct {
	When    time.Time
	Subject string // first line of the commit's message
}
