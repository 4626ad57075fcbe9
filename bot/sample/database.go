package sample

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/build"
	"firstmile/agents/sandbox"
)

// buildDatabase builds the project in dir into its .duckdb file, as `dbt build` would: seeds and marts as
// tables, staging as views, under the same names. dbt is not needed. The file appears complete or not at all.
func buildDatabase(ctx context.Context, dir string) error {
	project, err := dbt.Read(os.DirFS(dir), ".")
	if err != nil {
		return err
	}
	if len(project.Problems) > 0 {
		p := project.Problems[0]
		return fmt.Errorf("%s:%d: %s", p.Path, p.Line, p.Reason)
	}
	statements, err := build.Statements(project)
	if err != nil {
		return err
	}
	return sandbox.Build(ctx, filepath.Join(dir, Database), dir, statements)
}
