package workbench

import (
	"context"

	"firstmile/agents/forge"
	"firstmile/planner/plan"
)

// Owners names who has to review the files, from the repository's CODEOWNERS.
// A file that cannot be read names nobody.
func (w *Workbench) Owners(ctx context.Context, base plan.Base, paths []string) []string {
	o, err := w.open(ctx, base)
	if err != nil {
		return nil
	}
	owners, err := forge.ReadOwners(o.root)
	if err != nil {
		return nil
	}
	return owners.For(paths)
}
