package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/compose"
	"firstmile/planner/plan"
)

// sideBySide reads a request in which one question was answered with several options: once for each, then put
// into one table. Where that is not possible the reading is declined with the reason, and the question is asked again.
func (i *Interpreter) sideBySide(ctx context.Context, request plan.Request, n int) (plan.Reading, error) {
	a := request.Answers[n]
	var out plan.Reading
	for at, option := range append([]string{a.Option}, a.Also...) {
		one := request
		one.Answers = slices.Clone(request.Answers)
		one.Answers[n] = plan.Answer{Question: a.Question, Option: option, Person: a.Person, Message: a.Message}
		r, err := i.Interpret(ctx, one)
		if err != nil || r.Outcome != plan.OutcomeSpec {
			return r, err // what else is open is asked first
		}
		if at == 0 {
			out = r
			continue
		}
		spec, err := out.Spec.Beside(*r.Spec)
		if err != nil {
			_, subject, _ := strings.Cut(a.Question, ":")
			return plan.Reading{Outcome: plan.OutcomeDeclined, Message: fmt.Sprintf("“%s” cannot be all of that at once: %s. Please choose one, or ask for the other in a thread of its own.", subject, err)}, nil
		}
		spec.Title = compose.Title(spec)
		out = united(out, r, spec)
	}
	k, release, err := i.at(ctx, request.Base)
	if err != nil {
		return plan.Reading{}, err
	}
	defer release()
	s := newSession(i, k, request)
	out.Spec.Target.Name = compose.Name(k.prefix, *out.Spec, s.taken)
	out.Restatement = compose.Restate(*out.Spec)
	return out, nil
}

// united is the reading of a Spec made of two.
func united(a, b plan.Reading, spec plan.Spec) plan.Reading {
	a.Spec = &spec
	for _, x := range b.Assumptions {
		if !slices.ContainsFunc(a.Assumptions, func(y plan.Assumption) bool { return x.Text == y.Text }) {
			a.Assumptions = append(a.Assumptions, x)
		}
	}
	for _, x := range b.Evidence {
		if !slices.Contains(a.Evidence, x) {
			a.Evidence = append(a.Evidence, x)
		}
	}
	a.Rejected = slices.DeleteFunc(slices.Clone(a.Rejected), func(line string) bool { return !slices.Contains(b.Rejected, line) })
	return a
}
