package verify

import (
	"testing"

	"firstmile/planner/plan"
)

var everything = plan.Rules{DataSource: true, DBT: true}

// green reports every embedded check as passed, then applies the changes.
func reports(dbt bool, change map[string]plan.CheckStatus) []plan.Report {
	embedded := plan.Report{Digest: "d", Level: plan.LevelEmbedded}
	for _, name := range plan.CheckNames() {
		if name == plan.CheckDBT {
			continue
		}
		status, ok := change[name]
		if !ok {
			status = plan.Passed
		}
		if status != "" {
			embedded.Checks = append(embedded.Checks, plan.Check{Name: name, Status: status, Detail: "detail"})
		}
	}
	out := []plan.Report{embedded}
	if dbt {
		status, ok := change[plan.CheckDBT]
		if !ok {
			status = plan.Passed
		}
		out = append(out, plan.Report{Digest: "d", Level: plan.LevelDBT, Checks: []plan.Check{{Name: plan.CheckDBT, Status: status}}})
	}
	return out
}

func TestDecide(t *testing.T) {
	type statuses = map[string]plan.CheckStatus
	for name, c := range map[string]struct {
		rules   plan.Rules
		reports []plan.Report
		want    plan.VerdictState
	}{
		"everything passed":                  {everything, reports(true, nil), plan.Green},
		"nothing ran":                        {everything, nil, plan.Waiting},
		"dbt still runs":                     {everything, reports(false, nil), plan.Waiting},
		"dbt is not required":                {plan.Rules{DataSource: true}, reports(false, nil), plan.Green},
		"dbt failed":                         {everything, reports(true, statuses{plan.CheckDBT: plan.Failed}), plan.Red},
		"dbt did not run":                    {everything, reports(true, statuses{plan.CheckDBT: plan.NotRun}), plan.Partial},
		"red while dbt runs":                 {everything, reports(false, statuses{plan.CheckGrain: plan.Failed}), plan.Red},
		"a check that is not required fails": {plan.Rules{}, reports(false, statuses{plan.CheckTotals: plan.Failed}), plan.Red},
		"a static check did not run":         {everything, reports(true, statuses{plan.CheckJinja: plan.NotRun}), plan.Red},
		"a static check is missing":          {everything, reports(true, statuses{plan.CheckPaths: ""}), plan.Red},
		"a data check did not run":           {everything, reports(true, statuses{plan.CheckRuns: plan.NotRun}), plan.Partial},
		"a data check is missing":            {everything, reports(true, statuses{plan.CheckGrain: ""}), plan.Partial},
		"binding is missing":                 {everything, reports(true, statuses{plan.CheckBinds: ""}), plan.Partial},
		"without data, not run is shown":     {plan.Rules{}, reports(false, statuses{plan.CheckRuns: plan.NotRun}), plan.Partial},
		"a status nobody knows":              {everything, reports(true, statuses{plan.CheckRuns: "fine"}), plan.Red},
	} {
		t.Run(name, func(t *testing.T) {
			v := Decide(PolicyFor(c.rules), "d", c.reports)
			if v.State != c.want {
				t.Errorf("%s, want %s (%v)", v.State, c.want, v.Reasons)
			}
			if v.State != plan.Green && len(v.Reasons) == 0 {
				t.Error("no reason")
			}
			if v := Decide(PolicyFor(c.rules), "another", c.reports); v.State != plan.Waiting {
				t.Errorf("reports about another digest count: %s", v.State)
			}
			if v := Decide(PolicyFor(c.rules), "", c.reports); v.State != plan.Waiting {
				t.Errorf("an empty digest is judged: %s", v.State)
			}
		})
	}
}

// TestWorseReportCounts: a second, better report cannot wash out a bad one.
func TestWorseReportCounts(t *testing.T) {
	bad := reports(true, map[string]plan.CheckStatus{plan.CheckTotals: plan.Failed})
	good := reports(true, nil)
	for _, order := range [][]plan.Report{append(bad, good...), append(good, bad...)} {
		v := Decide(PolicyFor(everything), "d", order)
		if v.State != plan.Red || len(v.Failed()) != 1 || v.Failed()[0].Name != plan.CheckTotals {
			t.Errorf("%s, failed %v", v.State, v.Failed())
		}
	}
}

// TestGreenNeedsEverything: taking away or spoiling any required check of a green set never leaves it green.
func TestGreenNeedsEverything(t *testing.T) {
	required := PolicyFor(everything)
	for _, names := range [][]string{required.Static, required.Binding, required.Data, required.DBT} {
		for _, name := range names {
			for _, status := range []plan.CheckStatus{"", plan.Failed, plan.NotRun} {
				if name == plan.CheckDBT && status == "" {
					continue // the missing dbt report is its own case
				}
				v := Decide(required, "d", reports(true, map[string]plan.CheckStatus{name: status}))
				if v.State == plan.Green {
					t.Errorf("green with %s %q", name, status)
				}
			}
		}
	}
}

// TestAnEditIsProvenOnData: where there are data, an edited model needs the proof that its own columns did not change.
func TestAnEditIsProvenOnData(t *testing.T) {
	rules := plan.Rules{DataSource: true}
	report := func(unchanged plan.CheckStatus) plan.Report {
		r := plan.Report{Digest: "d", Level: plan.LevelEmbedded}
		for _, name := range plan.CheckNames() {
			switch {
			case name == plan.CheckUnchanged && unchanged == "", name == plan.CheckDBT, name == plan.CheckGlossary:
			case name == plan.CheckUnchanged:
				r.Checks = append(r.Checks, plan.Check{Name: name, Status: unchanged})
			default:
				r.Checks = append(r.Checks, plan.Check{Name: name, Status: plan.Passed})
			}
		}
		return r
	}
	for unchanged, want := range map[plan.CheckStatus]plan.VerdictState{plan.Passed: plan.Green, plan.Failed: plan.Red, plan.NotRun: plan.Partial} {
		if v := Decide(PolicyFor(rules).ForEdit(), "d", []plan.Report{report(unchanged)}); v.State != want {
			t.Errorf("unchanged %s: %s, want %s (%v)", unchanged, v.State, want, v.Reasons)
		}
	}
	if v := Decide(PolicyFor(rules).ForEdit(), "d", []plan.Report{report("")}); v.State == plan.Green {
		t.Error("green without the proof")
	}
	if v := Decide(PolicyFor(rules), "d", []plan.Report{report("")}); v.State != plan.Green {
		t.Errorf("a new model needs no such proof, but it is %s (%v)", v.State, v.Reasons)
	}
}
