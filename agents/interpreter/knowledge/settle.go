package knowledge

import (
	"cmp"
	"slices"

	"firstmile/glossary"
	"firstmile/planner/plan"
)

// settle drops candidates that a better one of the same phrase makes pointless: a column whose word the glossary
// defines, a staging column beside the mart's, a head match beside a full one. It runs once, after everything was added.
func (k *Knowledge) settle() {
	for _, table := range []map[string][]Candidate{k.light, k.stem} {
		for phrase, cs := range table {
			table[phrase] = keepBest(cs)
		}
	}
}

func keepBest(cs []Candidate) []Candidate {
	byKind := map[Kind][]Candidate{}
	var kinds []Kind
	for _, c := range cs {
		if byKind[c.Kind] == nil {
			kinds = append(kinds, c.Kind)
		}
		byKind[c.Kind] = append(byKind[c.Kind], c)
	}
	slices.Sort(kinds)
	if hasTerm(byKind[Metric]) { // "orders" is the glossary's metric before it is the rows of a relation
		for i := range byKind[Pop] {
			if byKind[Pop][i].Cost > 0 || byKind[Pop][i].Term == "" {
				byKind[Pop][i].Cost += costTrimmed
			}
		}
		for i := range byKind[Number] {
			byKind[Number][i].Cost += costSynonym
		}
	}
	var out []Candidate
	for _, kind := range kinds {
		group := byKind[kind]
		terms := termsOf(group)
		if len(terms) > 0 {
			out = append(out, terms...)
			continue
		}
		if kind == Entity && slices.ContainsFunc(group, func(c Candidate) bool { return !c.Partial }) {
			group = slices.DeleteFunc(slices.Clone(group), func(c Candidate) bool { return c.Partial })
		}
		if kind == Dim && hasTerm(byKind[Pop]) {
			group = slices.DeleteFunc(slices.Clone(group), func(c Candidate) bool { return flagOf(c.Column, byKind[Pop]) })
		}
		if (kind == Value || kind == Pop) && hasTerm(byKind[Pop]) {
			out = append(out, termsOf(byKind[Pop])...) // the glossary's population stands for the bare value
			continue
		}
		if len(group) > 0 {
			out = append(out, nearest(named(group))...)
		}
	}
	return unique(out)
}

// flagOf reports whether a column is the true/false column behind a population of the glossary: "staff families" are the families.
func flagOf(column plan.ColumnRef, pops []Candidate) bool {
	return slices.ContainsFunc(termsOf(pops), func(p Candidate) bool {
		return len(p.Filters) == 1 && p.Filters[0].Column == column && p.Filters[0].Values[0].Kind == plan.BoolLiteral
	})
}

func hasTerm(cs []Candidate) bool { return len(termsOf(cs)) > 0 }

// termsOf keeps what a term defines outright; of populations derived from counting metrics only when nothing else is there.
func termsOf(cs []Candidate) []Candidate {
	var out []Candidate
	for _, c := range cs {
		if c.Term != "" && c.Cost == 0 {
			out = append(out, c)
		}
	}
	return out
}

// named drops the number of a thing beside its name: by "buyer" people mean the buyer's name, by "order" its number.
func named(cs []Candidate) []Candidate {
	ends := func(c Candidate, endings ...string) bool {
		parts := glossary.Split(c.Column.Column)
		return len(parts) > 0 && slices.Contains(endings, parts[len(parts)-1])
	}
	if !slices.ContainsFunc(cs, func(c Candidate) bool { return c.Kind == Dim && c.Cost == costTrimmed && ends(c, "name") }) {
		return cs
	}
	namesThings := func(relation string) bool {
		return slices.ContainsFunc(cs, func(c Candidate) bool {
			return c.Relation == relation && c.Kind == Dim && c.Cost == costTrimmed && ends(c, "name")
		})
	}
	return slices.DeleteFunc(slices.Clone(cs), func(c Candidate) bool {
		return c.Cost == costTrimmed && (ends(c, "no", "nr", "number") || ends(c, "id") && namesThings(c.Relation))
	})
}

// nearest keeps the cheapest names, and of those the relations of the best layer. Relations of one layer stay
// side by side: which of them is meant depends on the measure.
func nearest(cs []Candidate) []Candidate {
	slices.SortStableFunc(cs, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Key, b.Key))
	})
	var out []Candidate
	for _, c := range cs {
		if c.rank == cs[0].rank {
			out = append(out, c)
		}
	}
	return out
}

func unique(cs []Candidate) []Candidate {
	seen := map[string]bool{}
	var out []Candidate
	for _, c := range cs {
		key := string(c.Kind) + c.Key
		if !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out
}
