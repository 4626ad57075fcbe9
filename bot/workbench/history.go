package workbench

import (
	"context"

	"firstmile/agents/forge"
	"firstmile/planner/plan"
)

// historian is a Source that knows when files were changed.
type historian interface {
	LastTouch(ctx context.Context, commit, path string) (forge.Touch, bool, error)
}

// LastTouch is the newest commit, at or before the base's, that changed a file of the repository; false where that is not known.
func (w *Workbench) LastTouch(ctx context.Context, base plan.Base, path string) (forge.Touch, bool) {
	p, err := w.configured(base.Project)
	if err != nil || base.Commit == "" {
		return forge.Touch{}, false
	}
	h, ok := p.Source.(historian)
	if !ok {
		return forge.Touch{}, false
	}
	t, ok, err := h.LastTouch(ctx, base.Commit, path)
	return t, ok && err == nil
}

// LastTouch implements historian for a folder with git.
func (f Folder) LastTouch(ctx context.Context, commit, path string) (forge.Touch, bool, error) {
	if !f.Git {
		return forge.Touch{}, false, nil
	}
	return forge.Local{Dir: f.Root}.LastTouch(ctx, commit, path)
}
