package grammar

import (
	"slices"

	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/planner/plan"
)

// Beside is values of one column, each as a group of its own, and nothing else: "minor vs major".
type Beside struct {
	Cond  *Cond
	Split *Split
}

func (b *Beside) key() string { return "beside(" + b.Cond.key() + " " + b.Split.key() + ")" }

// addBeside finds two values of one column with a word such as "versus" between them.
func (l *Linked) addBeside(versus lexicon.Match, k *knowledge.Knowledge) {
	for _, a := range l.valuesAt(func(it chart.Item) bool { return it.To == versus.From }) {
		for _, b := range l.valuesAt(func(it chart.Item) bool { return it.From == versus.To }) {
			for _, column := range columnsOf(a) {
				if !slices.Contains(columnsOf(b), column) {
					continue
				}
				dim := &Slot{From: a.From, To: b.To, Kind: knowledge.Dim}
				dim.Cands = slices.DeleteFunc(slices.Clone(k.ByKey("column:"+column.String())), func(c knowledge.Candidate) bool { return c.Kind != knowledge.Dim })
				if len(dim.Cands) == 0 {
					continue
				}
				both := &Beside{
					Cond:  &Cond{From: a.From, To: b.To, Or: true, Values: []*Slot{inColumn(a, column), inColumn(b, column)}},
					Split: &Split{Dims: []*Slot{dim}, Marked: true, From: a.From, To: b.To},
				}
				l.Terminals = append(l.Terminals, chart.Item{Category: "split", From: a.From, To: b.To, Cost: a.MinCost() + b.MinCost(), Key: both.key(), Meaning: both})
			}
		}
	}
}

// valuesAt lists the values and populations among the terminals that stand at a place.
func (l *Linked) valuesAt(there func(chart.Item) bool) []*Slot {
	var out []*Slot
	for _, it := range l.Terminals {
		if s, ok := it.Meaning.(*Slot); ok && condition(s.Kind) && there(it) {
			out = append(out, s)
		}
	}
	return out
}

// columnsOf lists the columns that the candidates of a slot are single values of.
func columnsOf(s *Slot) []plan.ColumnRef {
	var out []plan.ColumnRef
	for _, c := range s.Cands {
		if len(c.Filters) == 1 && c.Filters[0].Op == plan.Eq && !slices.Contains(out, c.Filters[0].Column) {
			out = append(out, c.Filters[0].Column)
		}
	}
	return out
}

// inColumn keeps the candidates that are values of a column.
func inColumn(s *Slot, column plan.ColumnRef) *Slot {
	out := &Slot{From: s.From, To: s.To, Kind: s.Kind}
	for _, c := range s.Cands {
		if len(c.Filters) == 1 && c.Filters[0].Op == plan.Eq && c.Filters[0].Column == column {
			out.Cands = append(out.Cands, c)
		}
	}
	return out
}
