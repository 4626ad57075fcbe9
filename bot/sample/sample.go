// Package sample is the company that the product ships with: Northpeak, which sells a planning workspace by
// seat and month. It is a dbt project with eighteen months of slightly messy data, a glossary in which some
// words are truly ambiguous, and a git history, so that everything can be tried with no account and no
// warehouse.
//
//	project/     the files written by hand: models, properties, glossary, configuration (embedded)
//	seed/        the generator of the CSV files, always the same bytes
//	files.go     the two together: every file of the project
//	history.go   the commits in which the project grew, always the same hashes
//	database.go  the .duckdb file, built by the project's own models but without dbt
//	write.go     Write: all of it into a folder, completely or not at all
//
// README.md tells what is in the data and which traps were laid. The package owns every file below the
// folder given to Write until Write returns, and none after.
package sample

import (
	"time"

	"firstmile/bot/sample/seed"
)

const (
	// Name is the project's name in dbt and the suggested name of its folder.
	Name = "northpeak"
	// Database is the file, in the project's folder, that holds the built tables.
	Database = Name + ".duckdb"
	// Branch is the branch that the history is on.
	Branch = "main"
)

// AsOf is the last day of the data, a UTC midnight: what "today" means on the sample.
func AsOf() time.Time { return seed.LastDay }
