package interpreter

import (
	"context"

	"firstmile/planner/plan"
)

// reuseOf is the verdict on a model that the requester named.
func (i *Interpreter) reuseOf(ctx context.Context, b plan.Base, k *base, spec plan.Spec) plan.Reuse {
	return plan.Reuse{Verdict: plan.New}
}
