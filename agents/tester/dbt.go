package tester

import (
	"context"

	"firstmile/planner/plan"
)

// build lets the real dbt build the model and run its tests.
func (t *Tester) build(ctx context.Context, change plan.Change) finding {
	if t.o.Builder == nil {
		return notRun("%s", t.o.WhyNoDBT)
	}
	r, err := t.o.Builder.Build(ctx, change)
	switch {
	case err != nil:
		return notRun("%s", plan.AsFailure(err).Message)
	case !r.Passed:
		return failed("%s", r.Detail).at(r.Path, r.Line)
	}
	return passed("%s", r.Detail)
}
