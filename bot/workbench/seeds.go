package workbench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/build"
	"firstmile/agents/sandbox"
)

// seeded is a database that was built from a project's seeds, or why there is none.
type seeded struct {
	path    string
	missing string
}

// fromSeeds builds the data of a project that carries them as seeds: every model that dbt would build, under the names that
// dbt gives them, in a file among the scratch files. It is all or nothing: a project whose models read sources
// that are not there has no data, rather than some that look complete.
func (w *Workbench) fromSeeds(ctx context.Context, p Project, o *opened) (seeded, error) {
	return o.seeded.get(func() (seeded, error) {
		if !hasSeeds(o.project) {
			return seeded{missing: "there is no .duckdb file in the project's folder, and no seeds to build one from"}, nil
		}
		const instead = "there is no .duckdb file in the project's folder, and none can be built from its seeds: "
		statements, err := build.Statements(o.project)
		if err != nil {
			return seeded{missing: instead + err.Error()}, nil
		}
		own, err := os.MkdirTemp(w.o.Scratch, "seeds-") // two projects may call their files the same
		if err != nil {
			return seeded{}, fmt.Errorf("making a folder for the data: %w", err)
		}
		path := filepath.Join(own, build.File(o.project))
		err = sandbox.Build(ctx, path, filepath.Join(o.root, filepath.FromSlash(p.Dir)), statements)
		switch {
		case ctx.Err() != nil:
			return seeded{}, ctx.Err()
		case err != nil:
			return seeded{missing: instead + err.Error()}, nil
		}
		return seeded{path: path}, nil
	})
}

func hasSeeds(p *dbt.Project) bool {
	return slices.ContainsFunc(p.Nodes, func(n *dbt.Node) bool { return n.Kind == dbt.Seed })
}
