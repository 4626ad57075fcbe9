package compose

import (
	"cmp"
	"fmt"
	"slices"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// option is a candidate that can be reached from every base relation.
type option struct {
	cand  knowledge.Candidate
	paths []plan.JoinPath
	hops  int
	cost  float64
}

// reach chooses among a slot's candidates the one nearest to the measures: their own column first, then the fewest
// joins. Two that are equally near are a need.
func (b *builder) reach(slot *grammar.Slot, bases []string, kind plan.QuestionKind) (knowledge.Candidate, []plan.JoinPath, error) {
	cands := slot.Cands
	if c, ok := b.pick[slot]; ok {
		cands = []knowledge.Candidate{c}
	}
	at := grammar.Span{From: slot.From, To: slot.To}
	var options []option
	var failure error
	for _, c := range b.public(cands) {
		paths, err := b.columnPaths(c.Column.Relation, bases, at, c.Label)
		if err != nil {
			failure = err
			continue
		}
		o := option{cand: c, paths: paths, cost: c.Cost, hops: hops(paths)}
		if b.beside != "" {
			near, _ := b.K.Paths(b.beside, c.Column.Relation)
			if o.hops = far; len(near) > 0 {
				o.hops = len(near[0].Hops)
			}
		}
		o.cost += float64(o.hops) * 0.6
		options = append(options, o)
	}
	if len(options) == 0 {
		return knowledge.Candidate{}, nil, failure
	}
	options = b.farEnds(options, bases)
	slices.SortStableFunc(options, func(x, y option) int {
		return cmp.Or(cmp.Compare(x.cost, y.cost), cmp.Compare(x.cand.Key, y.cand.Key))
	})
	best := b.preferUsed(options)
	if len(best) > 1 {
		return b.askCandidate(slot, best, kind)
	}
	b.notOthers(slot, best[0], options)
	return best[0].cand, best[0].paths, nil
}

// farEnds drops keys that are named by half where the thing itself is an option: "station" is the station that the column
// end_station_id leads to, and which way leads there is a question of its own.
func (b *builder) farEnds(options []option, bases []string) []option {
	leads := func(key, thing option) bool {
		return !thing.cand.Partial && slices.ContainsFunc(bases, func(base string) bool {
			paths, _ := b.K.Paths(base, thing.cand.Column.Relation)
			return slices.ContainsFunc(paths, func(p plan.JoinPath) bool {
				return slices.ContainsFunc(p.Hops, func(h plan.Hop) bool {
					return h.From == key.cand.Column.Relation && slices.Contains(h.FromColumns, key.cand.Column.Column)
				})
			})
		})
	}
	return slices.DeleteFunc(slices.Clone(options), func(o option) bool {
		return o.cand.Partial && slices.ContainsFunc(options, func(x option) bool { return leads(o, x) })
	})
}

// far is how many joins away a column counts that the noun in front of it does not lead to.
const far = 10

func hops(paths []plan.JoinPath) int {
	n := 0
	for _, p := range paths {
		n += len(p.Hops)
	}
	return n
}

// notOthers writes down that words name another column as well, which is reached over more joins.
func (b *builder) notOthers(slot *grammar.Slot, best option, options []option) {
	for _, o := range options {
		equal := o.cand.Column != best.cand.Column && o.cand.Cost <= best.cand.Cost+sameName
		if equal && o.hops < far {
			b.assume(best.hops > 0, "%q is %s here, not %s, which is further away.", b.quote(slot.From, slot.To), best.cand.Column, o.cand.Column)
			return
		}
	}
}

// sameName is how much worse a name may fit and still be what the words mean.
const sameName = 0.1

// preferUsed keeps the options within reach of the best; one whose column the request splits by already wins.
func (b *builder) preferUsed(options []option) []option {
	for _, o := range options {
		if slices.ContainsFunc(b.d.Spec.Dimensions, func(d plan.Dimension) bool { return d.Column == o.cand.Column }) {
			return []option{o}
		}
	}
	var best []option
	for _, o := range options {
		same := func(x option) bool {
			return x.cand.Column == o.cand.Column && sameFilters(x.cand.Filters, o.cand.Filters)
		}
		if o.cost <= options[0].cost+0.5 && !slices.ContainsFunc(best, same) && len(best) < plan.MaxOptions {
			best = append(best, o)
		}
	}
	if len(best) == 1 {
		return b.sameNames(options)
	}
	return best
}

// sameNames adds to the best option those that bear the name as well and are at most one join further away: none of them is
// on the measured rows themselves, so nothing says which one is meant. A key is the same on both sides of its join.
func (b *builder) sameNames(options []option) []option {
	best := options[:1]
	if best[0].hops == 0 {
		return best
	}
	for _, o := range options[1:] {
		near := o.hops <= best[0].hops+1 && o.cand.Cost <= best[0].cand.Cost+sameName
		if near && o.cand.Column != best[0].cand.Column && !joinedOn(o.paths, best[0].cand.Column, o.cand.Column) && len(best) < plan.MaxOptions {
			best = append(slices.Clip(best), o)
		}
	}
	return best
}

// joinedOn reports whether a path joins along the two columns.
func joinedOn(paths []plan.JoinPath, x, y plan.ColumnRef) bool {
	for _, p := range paths {
		for _, h := range p.Hops {
			for i := range min(len(h.FromColumns), len(h.ToColumns)) {
				from, to := plan.ColumnRef{Relation: h.From, Column: h.FromColumns[i]}, plan.ColumnRef{Relation: h.To, Column: h.ToColumns[i]}
				if from == x && to == y || from == y && to == x {
					return true
				}
			}
		}
	}
	return false
}

// sameFilters reports whether two candidates keep the same rows.
func sameFilters(x, y []plan.Filter) bool {
	return slices.EqualFunc(x, y, func(a, b plan.Filter) bool {
		return a.Column == b.Column && a.Op == b.Op && slices.Equal(a.Values, b.Values)
	})
}

func (b *builder) askCandidate(slot *grammar.Slot, options []option, kind plan.QuestionKind) (knowledge.Candidate, []plan.JoinPath, error) {
	words := b.quote(slot.From, slot.To)
	n := Need{Kind: kind, Subject: b.subject(slot.From, slot.To), Weight: 5,
		Text: fmt.Sprintf("Which column do you mean by %q?", words), Why: "The columns hold different things, so the figures differ."}
	for i, o := range options {
		n.Options = append(n.Options, plan.Option{ID: o.cand.Key, Label: o.cand.Label, Default: i == 0, Detail: o.cand.Detail})
	}
	id := b.settle(n)
	for _, o := range options {
		if o.cand.Key == id {
			return o.cand, o.paths, nil
		}
	}
	return options[0].cand, options[0].paths, nil
}

// columnPaths finds one way from each base relation to a column of another one; among versions it is the one valid at the time of the row.
func (b *builder) columnPaths(to string, bases []string, at grammar.Span, label string) ([]plan.JoinPath, error) {
	return b.pathsBy(func(base string) ([]plan.JoinPath, bool) {
		found, unsafe := b.K.Paths(base, to)
		if versions := b.K.PathsAsOf(base, to); unsafe && len(versions) > 0 {
			return versions, false
		}
		return found, unsafe
	}, to, bases, at, label)
}
