// Package verify is the gate: a pure function from check results to a verdict.
// Nothing else in Firstmile decides that a change is good. A language model, a
// person in a hurry or an agent can only produce reports; this package reads them.
package verify

import (
	"fmt"
	"slices"

	"firstmile/planner/plan"
)

// Policy names the checks that are required.
type Policy struct {
	// Static checks need nothing but files: one that did not run is as bad as one that failed.
	Static []string
	// Data checks need rows, Binding needs known columns, DBT the real dbt.
	Binding []string
	Data    []string
	DBT     []string
}

// PolicyFor is the policy that a project's rules give: static checks always,
// data checks when a data source is configured, dbt when it is installed.
func PolicyFor(rules plan.Rules) Policy {
	p := Policy{
		Static: []string{plan.CheckPaths, plan.CheckYAML, plan.CheckJinja, plan.CheckSelect,
			plan.CheckRefs, plan.CheckConventions, plan.CheckCoverage},
		Binding: []string{plan.CheckBinds, plan.CheckDownstream},
	}
	if rules.DataSource {
		p.Data = []string{plan.CheckRuns, plan.CheckGrain, plan.CheckTotals}
	}
	if rules.DBT {
		p.DBT = []string{plan.CheckDBT}
	}
	return p
}

// ForEdit is the policy for a change that edits an existing model: where there are data, its own columns must be proven to
// have the same rows as before.
func (p Policy) ForEdit() Policy {
	if len(p.Data) > 0 {
		p.Data = append(slices.Clone(p.Data), plan.CheckUnchanged)
	}
	return p
}

// GlossaryPolicy is the policy for a change of the glossary: it needs files only.
func GlossaryPolicy() Policy {
	return Policy{Static: []string{plan.CheckPaths, plan.CheckYAML, plan.CheckGlossary}}
}

// Verdict is the gate's word about one digest.
type Verdict struct {
	State plan.VerdictState
	// Checks are the results merged over all reports about the digest, in the
	// order of plan.CheckNames; when a check is reported twice the worse result counts.
	Checks []plan.Check
	// Reasons says, a sentence each, why State is not green.
	Reasons []string
}

// Failed lists the checks that failed.
func (v Verdict) Failed() []plan.Check {
	var out []plan.Check
	for _, c := range v.Checks {
		if c.Status == plan.Failed {
			out = append(out, c)
		}
	}
	return out
}

// Decide judges one digest. Reports about any other digest count for nothing.
//
//	red      a check failed, or a static check did not run
//	waiting  nothing red, and a required report is still missing
//	partial  nothing red, nothing missing, but a check could not run
//	green    every required check passed and none failed or was left out
func Decide(policy Policy, digest string, reports []plan.Report) Verdict {
	levels := map[plan.CheckLevel]bool{}
	byName := map[string]plan.Check{}
	for _, r := range reports {
		if r.Digest != digest || digest == "" {
			continue
		}
		levels[r.Level] = true
		for _, c := range r.Checks {
			if old, ok := byName[c.Name]; !ok || rank(c.Status) > rank(old.Status) {
				byName[c.Name] = c
			}
		}
	}
	v := Verdict{Checks: ordered(byName)}
	if !levels[plan.LevelEmbedded] {
		v.State, v.Reasons = plan.Waiting, []string{"the checks have not run yet"}
		return v
	}
	v.judge(policy, byName, levels[plan.LevelDBT])
	return v
}

func (v *Verdict) judge(policy Policy, byName map[string]plan.Check, dbtSeen bool) {
	var red, waiting, partial []string
	for _, c := range v.Checks {
		switch {
		case c.Status == plan.Passed:
		case c.Status == plan.NotRun && !slices.Contains(policy.Static, c.Name):
			partial = append(partial, fmt.Sprintf("%s did not run: %s", c.Name, c.Detail))
		default: // failed, a static check not run, or a status nobody knows
			red = append(red, fmt.Sprintf("%s: %s", c.Name, c.Detail))
		}
	}
	missing := func(names []string, into *[]string, text string) {
		for _, name := range names {
			if _, ok := byName[name]; !ok {
				*into = append(*into, name+" "+text)
			}
		}
	}
	missing(policy.Static, &red, "was not reported")
	missing(policy.Binding, &partial, "was not reported")
	missing(policy.Data, &partial, "was not reported")
	if dbtSeen {
		missing(policy.DBT, &partial, "was not reported")
	} else {
		missing(policy.DBT, &waiting, "is still running")
	}
	switch {
	case len(red) > 0:
		v.State, v.Reasons = plan.Red, red
	case len(waiting) > 0:
		v.State, v.Reasons = plan.Waiting, waiting
	case len(partial) > 0:
		v.State, v.Reasons = plan.Partial, partial
	default:
		v.State = plan.Green
	}
}

// rank orders statuses from best to worst; an unknown status is the worst.
func rank(s plan.CheckStatus) int {
	switch s {
	case plan.Passed:
		return 0
	case plan.NotRun:
		return 1
	case plan.Failed:
		return 2
	}
	return 3
}

// ordered lists the checks in the order of plan.CheckNames, unknown names last.
func ordered(byName map[string]plan.Check) []plan.Check {
	names := plan.CheckNames()
	var extra []string
	for name := range byName {
		if !slices.Contains(names, name) {
			extra = append(extra, name)
		}
	}
	slices.Sort(extra)
	var out []plan.Check
	for _, name := range append(names, extra...) {
		if c, ok := byName[name]; ok {
			out = append(out, c)
		}
	}
	return out
}
