package synthesizer

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// repository is a project in memory.
type repository struct {
	project *dbt.Project
	files   fstest.MapFS
}

func (r repository) Read(context.Context, plan.Base) (*dbt.Project, fs.FS, error) {
	return r.project, r.files, nil
}

func TestSynthesize(t *testing.T) {
	p, files := shopProject(t, "analytics", "duckdb")
	s := New(repository{p, files})
	spec := churn()
	c, err := s.Synthesize(t.Context(), plan.Base{Project: "shop"}, spec, plan.Reuse{Verdict: plan.New}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Files {
		t.Logf("%s %s %s %s\n%s", f.Path, f.Action, f.Mode, f.OriginalBlob, f.Content)
	}
}
