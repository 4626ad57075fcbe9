package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"firstmile/planner/plan"
)

// Interpreter is the part of an interpreter that gets a memory.
type Interpreter interface {
	Interpret(ctx context.Context, request plan.Request) (plan.Reading, error)
	Reuse(ctx context.Context, base plan.Base, spec plan.Spec) (plan.Reuse, error)
}

// Recalling is an interpreter whose questions have the option as default that people chose before. A question stays a
// question: what was chosen once is no definition.
type Recalling struct {
	Interpreter
	Memory *Memory
}

// Interpret reads the request, then marks what was chosen before.
func (r Recalling) Interpret(ctx context.Context, request plan.Request) (plan.Reading, error) {
	reading, err := r.Interpreter.Interpret(ctx, request)
	if err != nil || len(reading.Questions) == 0 || len(request.Turns) == 0 {
		return reading, err
	}
	all, err := r.Memory.Designs(ctx, request.Base.Project)
	if err != nil {
		return plan.Reading{}, err
	}
	first := request.Turns[0].Message
	own := func(p plan.PastDesign) bool { return p.Root == first }
	all = slices.DeleteFunc(all, own)
	reading.Questions = slices.Clone(reading.Questions)
	for i, q := range reading.Questions {
		reading.Questions[i] = r.Memory.usual(ctx, q, all, first.Channel)
	}
	return reading, nil
}

// usual makes the option the default that was chosen last, in this channel rather than elsewhere, and says so.
func (m *Memory) usual(ctx context.Context, q plan.Question, all []plan.PastDesign, channel string) plan.Question {
	var last plan.PastDesign
	chosen, times := "", 0
	for _, p := range all { // the oldest first
		option := choice(p, q)
		if option == "" {
			continue
		}
		told, ok := m.visible(ctx, p, channel)
		if !ok || p.Root.Channel != channel && last.Root.Channel == channel && channel != "" {
			continue
		}
		if option != chosen || p.Root.Channel == channel && last.Root.Channel != channel {
			times = 0
		}
		last, chosen, times = told, option, times+1
	}
	if chosen == "" {
		return q
	}
	q.Options = slices.Clone(q.Options)
	label := ""
	for i, o := range q.Options {
		q.Options[i].Default = o.ID == chosen
		if o.ID == chosen {
			label = o.Label
		}
	}
	q.Why = joined(q.Why, cite(label, last, times))
	return q
}

// choice is the option of q that people chose in a design; empty when there is none, more than one, or nobody chose.
func choice(p plan.PastDesign, q plan.Question) string {
	found := ""
	for _, c := range p.Choices {
		if c.Question != q.ID {
			continue
		}
		if found != "" || c.Assumed || p.State == plan.PastGivenUp {
			return ""
		}
		found = c.Option
	}
	if !slices.ContainsFunc(q.Options, func(o plan.Option) bool { return o.ID == found }) {
		return ""
	}
	return found
}

// cite says where a default comes from: "“Usage region” was chosen on 2026-11-02 in #data-requests."
func cite(label string, p plan.PastDesign, times int) string {
	where := ""
	if p.Where != "" {
		where = " in " + p.Where
	}
	day := p.At.UTC().Format(time.DateOnly)
	if times > 1 {
		return fmt.Sprintf("“%s” was chosen %d times, last on %s%s.", label, times, day, where)
	}
	return fmt.Sprintf("“%s” was chosen on %s%s.", label, day, where)
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
