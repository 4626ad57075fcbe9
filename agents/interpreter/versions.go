package interpreter

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// checkVersions declines a design that looks at versions of a thing where the data has several that are valid at once: nothing says
// which of them counts. Without data the gate has to find that out.
func (s *session) checkVersions(ctx context.Context, r plan.Reading) plan.Reading {
	for _, h := range hopsAsOf(*r.Spec) {
		if !s.overlaps(ctx, h.Hop) {
			continue
		}
		reason := fmt.Sprintf("%s has several rows for one %s that are valid at the same time, so I cannot tell which of them a row of %s belongs to",
			h.To, strings.Join(h.ToColumns, " and "), h.From)
		return plan.Reading{Outcome: plan.OutcomeDeclined, Unknown: []plan.Unknown{{Words: h.words, Reason: reason}},
			Message: fmt.Sprintf("I can't use %q here: %s.", h.words, reason)}
	}
	return r
}

// versioned is a hop to versions and the words that led there.
type versioned struct {
	plan.Hop
	words string
}

func hopsAsOf(spec plan.Spec) []versioned {
	var out []versioned
	look := func(paths []plan.JoinPath, column plan.ColumnRef, words string) {
		for _, p := range paths {
			for _, h := range p.Hops {
				if h.AsOf != nil {
					out = append(out, versioned{h, nameOr(words, strings.ReplaceAll(column.Column, "_", " "))})
				}
			}
		}
	}
	for _, d := range spec.Dimensions {
		look(d.Paths, d.Column, d.Origin.Quote)
	}
	for _, f := range append(slices.Clone(spec.Filters), ownFilters(spec.Measures)...) {
		look(f.Paths, f.Column, f.Origin.Quote)
	}
	return out
}

// ownFilters are the filters of measures and of their parts.
func ownFilters(measures []plan.Measure) []plan.Filter {
	var out []plan.Filter
	for _, m := range measures {
		out = append(out, m.Filters...)
		out = append(out, ownFilters(m.Inputs)...)
		for _, part := range []*plan.Measure{m.Numerator, m.Denominator} {
			if part != nil {
				out = append(out, ownFilters([]plan.Measure{*part})...)
			}
		}
	}
	return out
}

func nameOr(name, other string) string {
	if name != "" {
		return name
	}
	return other
}

// overlaps asks the data whether a version begins before the one in front of it has ended. Versions without any time count for nothing.
func (s *session) overlaps(ctx context.Context, h plan.Hop) bool {
	node, ok := s.k.Project.Relation(h.To)
	if !ok || s.i.figures == nil {
		return false
	}
	var keys []string
	for _, c := range h.ToColumns {
		keys = append(keys, quoteName(c))
	}
	from, to := quoteName(h.AsOf.From), quoteName(h.AsOf.To)
	rows, err := s.i.figures.Query(ctx, s.request.Base, fmt.Sprintf("select count(*) from (select %[2]s as ends, lead(%[1]s) over (partition by %[3]s order by %[1]s, %[2]s nulls last) as next "+
		"from %[4]s where %[1]s is not null and (%[2]s is null or %[2]s > %[1]s)) as v where next is not null and (ends is null or next < ends)",
		from, to, strings.Join(keys, ", "), node.Relation.SQL()))
	if err != nil || len(rows.Rows) != 1 || len(rows.Rows[0]) != 1 {
		return false
	}
	n, ok := number(rows.Rows[0][0])
	return ok && n > 0
}
