package knowledge

import (
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/joins"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// versions says between which columns the rows of a relation are valid, one version of a thing after the other. Entity is
// the column that names the thing; empty: any key that leads to the relation.
type versions struct {
	plan.Validity
	entity string
}

// validityNames are the pairs of columns that say nothing else: dbt's own of snapshots, and those that modelling books use. A start
// and an end alone do not make versions: a ride has them too.
var validityNames = []plan.Validity{
	{From: "dbt_valid_from", To: "dbt_valid_to"}, {From: "valid_from", To: "valid_to"}, {From: "valid_from", To: "valid_until"},
	{From: "effective_from", To: "effective_to"}, {From: "effective_from", To: "effective_until"},
}

// versionsOf finds what is declared about a relation: a population of the glossary over it, or the names of its columns.
func (k *Knowledge) versionsOf(r *Relation) (versions, bool) {
	for _, t := range k.Glossary.Terms {
		if m := t.Metric; m != nil && m.Type == glossary.Population && m.Model == r.Name && m.ValidTo != "" {
			return versions{plan.Validity{From: m.ValidFrom, To: m.ValidTo}, m.Entity}, true
		}
	}
	for _, v := range validityNames {
		from, ok := r.Node.Column(v.From)
		to, ok2 := r.Node.Column(v.To)
		if ok && ok2 {
			return versions{plan.Validity{From: from.Name, To: to.Name}, ""}, true
		}
	}
	return versions{}, false
}

// PathsAsOf lists the ways to a relation that lead to several rows each, of which one was valid at the time of the measured row.
func (k *Knowledge) PathsAsOf(from, to string) []plan.JoinPath {
	var out []plan.JoinPath
	for _, p := range k.joins.Paths(from, to, maxHops) {
		if hops, ok := k.hopsAsOf(p.Hops); ok {
			out = append(out, plan.JoinPath{From: from, To: to, Hops: hops})
		}
	}
	return out
}

// hopsAsOf makes every hop to versions lead to the valid one. A hop that only passes the key on is left out.
func (k *Knowledge) hopsAsOf(hops []plan.Hop) ([]plan.Hop, bool) {
	var out []plan.Hop
	for _, h := range hops {
		if joins.SafeHop(h) {
			out = append(out, h)
			continue
		}
		r, ok := k.relations[h.To]
		if !ok || r.Node.Kind == dbt.Source {
			return nil, false
		}
		v, ok := k.versionsOf(r)
		if !ok || v.entity != "" && (len(h.ToColumns) != 1 || !strings.EqualFold(h.ToColumns[0], v.entity)) {
			return nil, false
		}
		h.AsOf = &v.Validity
		if n := len(out); n > 0 && out[n-1].AsOf == nil && slices.EqualFunc(out[n-1].ToColumns, h.FromColumns, strings.EqualFold) {
			before := out[n-1]
			h.From, h.FromColumns, h.Declared = before.From, before.FromColumns, h.Declared && before.Declared
			h.Evidence = before.Evidence + "; " + h.Evidence
			out = out[:n-1]
		}
		out = append(out, h)
	}
	return out, true
}
