package main

import (
	"bytes"
	"testing"
	"time"

	"firstmile/bot/sample"
	"firstmile/planner/driver"
	"firstmile/planner/plan"
	"firstmile/planner/verify"
)

// designed is a change as it stands before the gate, with what it is for.
type designed struct {
	ports  driver.Ports
	rules  plan.Rules
	spec   plan.Spec
	change plan.Change
}

// churnDesign makes weekly customer churn by billing region with the product's own agents.
func churnDesign(t *testing.T) designed {
	t.Helper()
	ports, err := agentPorts(theCompany(t).bench, nil, "not in this test")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	ctx, d := t.Context(), designed{ports: ports}
	base, rules, err := ports.Resolver.Resolve(ctx, sample.Name)
	must(err)
	r := plan.Request{Base: base, AsOf: sample.AsOf().Format(time.DateOnly), Assume: true,
		Turns: []plan.Turn{{Text: "Can we track weekly churn by region?"}}}
	reading, err := ports.Interpreter.Interpret(ctx, r)
	must(err)
	if reading.Spec == nil {
		t.Fatalf("%s: %s", reading.Outcome, reading.Message)
	}
	d.rules, d.spec = rules, *reading.Spec
	d.change, err = ports.Synthesizer.Synthesize(ctx, base, d.spec, plan.Reuse{Verdict: plan.New}, nil)
	must(err)
	d.change, err = ports.Tester.Cover(ctx, d.spec, d.change)
	must(err)
	d.change, err = ports.Documenter.Document(ctx, plan.Brief{Request: r, Spec: d.spec, Assumptions: reading.Assumptions, Change: d.change})
	must(err)
	return d
}

func (d designed) verdict(t *testing.T, c plan.Change) verify.Verdict {
	t.Helper()
	report, err := d.ports.Tester.Check(t.Context(), d.spec, c, plan.LevelEmbedded)
	if err != nil {
		t.Fatal(err)
	}
	return verify.Decide(verify.PolicyFor(d.rules), c.Digest(), []plan.Report{report})
}

// TestPlantedWrongModel: SQL that runs, has the right columns and one row per week
// and region, and gives the wrong figures, is refused by the gate.
func TestPlantedWrongModel(t *testing.T) {
	d := churnDesign(t)
	if v := d.verdict(t, d.change); v.State == plan.Red {
		t.Fatalf("the right model is refused: %v", v.Reasons)
	}
	model, _ := d.change.File(d.change.ModelPath)
	for name, spoil := range map[string][2]string{
		"the filter is gone":            {"where subscriptions.is_trial = false", ""},
		"the filter is turned round":    {"is_trial = false", "is_trial = true"},
		"the join loses rows":           {"on subscriptions.customer_id = customers.customer_id", "on subscriptions.customer_id = customers.customer_id and customers.billing_region = 'EMEA'"},
		"the join meets the wrong rows": {"on subscriptions.customer_id = customers.customer_id", "on subscriptions.customer_id = customers.customer_id + 1"},
		"the period is too long":        {"weeks.week + interval '1 week'", "weeks.week + interval '2 week'"},
		"everyone is counted as lost":   {"customer_id is null", "customer_id is not null"},
	} {
		t.Run(name, func(t *testing.T) {
			if !bytes.Contains(model.Content, []byte(spoil[0])) {
				t.Fatalf("the model has no %q to spoil:\n%s", spoil[0], model.Content)
			}
			wrong := model
			wrong.Content = bytes.ReplaceAll(model.Content, []byte(spoil[0]), []byte(spoil[1]))
			v := d.verdict(t, d.change.WithFile(wrong))
			if v.State != plan.Red {
				t.Fatalf("the gate says %s: %+v", v.State, v.Checks)
			}
		})
	}
}
