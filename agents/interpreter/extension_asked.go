package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// misfit is why the measures cannot be put into the model that the requester named. adapts is true when they could, at the
// model's own periods, groups and time.
type misfit struct {
	why    string
	adapts bool
}

// aimed looks whether what was asked for fits into the model that was named, and asks what to do when it does not.
func (s *session) aimed(ctx context.Context, r plan.Reading) plan.Reading {
	if r.Outcome == plan.OutcomeChatter && s.aim.node != nil {
		text := "Which figure shall I add to " + s.aim.node.Name + "?"
		return plan.Reading{Outcome: plan.OutcomeDeclined, Message: text}
	}
	switch {
	case s.aim.absent != "":
		return s.noSuchModel()
	case r.Outcome == plan.OutcomeDeclined && s.aim.node != nil: // what the model is split by may be the reason
		r.Message = fmt.Sprintf("I cannot put this into %s, which has %s. %s", s.aim.node.Name, grainOfModel(s.k, s.aim.node), r.Message)
	}
	if r.Outcome != plan.OutcomeSpec {
		return r
	}
	spec := *r.Spec
	r.Spec = &spec
	spec.Target.Separate = s.aim.separate
	if s.aim.node == nil || s.aim.separate {
		return r
	}
	switch s.settled[s.aim.questionID()] {
	case optionNew:
		spec.Target.Separate = true
		return r
	case optionLeave:
		return plan.Reading{Outcome: plan.OutcomeDeclined, Message: "Then I leave " + s.aim.node.Name + " as it is."}
	}
	spec.Target.Extends = s.aim.node.Name
	_, bad := s.i.intoNamed(ctx, s.request.Base, s.k, spec)
	if bad == nil {
		r.Restatement = strings.TrimSuffix(r.Restatement, ".") + ", as a column of " + s.aim.node.Name + "."
		return r
	}
	return s.askMisfit(r, *bad)
}

// noSuchModel says that the named model is not there, and which ones come near.
func (s *session) noSuchModel() plan.Reading {
	text := fmt.Sprintf("The project has no model named %s.", s.aim.absent)
	u := plan.Unknown{Words: s.aim.absent, Reason: text}
	for _, n := range s.k.Project.Models() {
		if !step(n) && glossary.Distance(n.Name, strings.ToLower(s.aim.absent)) <= maxTypo {
			u.Nearest = append(u.Nearest, n.Name)
		}
	}
	if len(u.Nearest) > 0 {
		text += " What comes nearest: " + strings.Join(u.Nearest, ", ") + "."
	}
	return plan.Reading{Outcome: plan.OutcomeDeclined, Message: text, Unknown: []plan.Unknown{u}}
}

// maxTypo is how many letters a model's name may be off and still be named as near.
const maxTypo = 4

// askMisfit says why the model cannot take the figures, and what can be done instead.
func (s *session) askMisfit(r plan.Reading, bad misfit) plan.Reading {
	n := s.aim.node
	options := []plan.Option{{ID: optionNew, Label: "A new model: " + r.Spec.Title, Default: true}}
	if bad.adapts {
		options = append(options, plan.Option{ID: optionAsIs, Label: fmt.Sprintf("Extend %s with %s as it is split", n.Name, grainOfModel(s.k, n))})
	}
	options = append(options, plan.Option{ID: optionLeave, Label: "Leave it"})
	q := plan.NewQuestion(plan.AskReading, strings.ToLower(n.Name), fmt.Sprintf("I cannot put this into %s: %s. What shall I do? You can also name another model.", n.Name, bad.why),
		"An extension keeps the rows that the model has.", options...)
	r.Outcome, r.Spec, r.Questions = plan.OutcomeQuestions, nil, []plan.Question{q}
	return r
}

// grainOfModel says what one row of a model is: "one row per month and billing region".
func grainOfModel(k *base, n *dbt.Node) string {
	var parts []string
	if g, _ := modelPeriod(k, n); g != "" {
		parts = append(parts, string(g))
	}
	for _, d := range modelDims(k, n) {
		parts = append(parts, strings.ReplaceAll(d, "_", " "))
	}
	if len(parts) == 0 {
		return "its rows"
	}
	return "one row per " + list(parts)
}

// reuseOf is the verdict on a model that the requester named.
func (i *Interpreter) reuseOf(ctx context.Context, b plan.Base, k *base, spec plan.Spec) plan.Reuse {
	r, bad := i.intoNamed(ctx, b, k, spec)
	if bad != nil {
		return plan.Reuse{Verdict: plan.New, Evidence: []string{fmt.Sprintf("%s cannot be extended by this: %s.", spec.Target.Extends, bad.why)}}
	}
	return *r
}

// intoNamed puts a Spec into the model that it names, or says why not. Without data the keys cannot be proven; the checks
// then say so, and only the data team may approve.
func (i *Interpreter) intoNamed(ctx context.Context, b plan.Base, k *base, spec plan.Spec) (*plan.Reuse, *misfit) {
	n, ok := k.Project.Relation(spec.Target.Extends)
	if !ok {
		return nil, &misfit{why: "the project has no such model"}
	}
	f, bad := shapeOf(k, n, spec)
	if bad != nil {
		return nil, bad
	}
	want, proof := i.wanted(ctx, b, spec)
	c := &candidate{shape: f, spec: spec, found: make([]string, len(spec.Measures)), missing: slices.Clone(spec.Measures)}
	if proof {
		var err error
		if c, err = i.candidate(ctx, b, spec, f, want); err != nil {
			proof = false
			c = &candidate{shape: f, spec: spec, found: make([]string, len(spec.Measures)), missing: slices.Clone(spec.Measures)}
		}
	}
	if len(c.missing) == 0 {
		r := i.exists(ctx, b, k, spec, f, c.found)
		return &r, nil
	}
	if why := i.unfit(ctx, b, k, c, true, proof); why != "" {
		return nil, &misfit{why: why}
	}
	r := i.extend(ctx, b, k, c, proof)
	r.Asked = true
	return r, nil
}

// shapeOf finds the Spec's period and dimensions among the model's columns.
func shapeOf(k *base, n *dbt.Node, spec plan.Spec) (shape, *misfit) {
	if why := editable(n); why != "" {
		return shape{}, &misfit{why: why}
	}
	r, ok := k.Relation(n.RelationName())
	grain, period := modelPeriod(k, n)
	dims := modelDims(k, n)
	f, fits := fit(n, r, spec)
	switch {
	case !ok || period == "" && len(spec.Dimensions) == 0:
		return f, &misfit{why: "I cannot tell from its columns what one row of it stands for"}
	case spec.Rank != nil:
		return f, &misfit{why: "a ranking keeps only some rows", adapts: true}
	case spec.Window != nil:
		return f, &misfit{why: fmt.Sprintf("it holds every %s, not only %s", grain, windowWords(*spec.Window)), adapts: true}
	case period != "" && spec.Time == nil, spec.Time != nil && grain != spec.Time.Grain:
		return f, &misfit{why: fmt.Sprintf("it has %s, not %s", grainOfModel(k, n), describeGrain(spec)), adapts: period != ""}
	case !fits:
		return f, &misfit{why: fmt.Sprintf("it has %s, not %s", grainOfModel(k, n), describeGrain(spec)), adapts: true}
	}
	for _, d := range dims {
		if !slices.Contains(f.dims, d) {
			return f, &misfit{why: fmt.Sprintf("it is split by %s as well, and nothing leads from the new figures there", strings.ReplaceAll(d, "_", " "))}
		}
	}
	return f, nil
}

func windowWords(w plan.Window) string {
	switch {
	case w.Label != "":
		return "“" + w.Label + "”"
	case w.From == "":
		return "before " + w.To
	case w.To == "":
		return "from " + w.From + " on"
	}
	return "from " + w.From + " until " + w.To
}
