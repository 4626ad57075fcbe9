package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// optionBridge is the id of the way through a relation that only says which things belong together.
const optionBridge = "bridge"

// throughBridge asks how things are split that belong to one other thing by a key of their own, and to several by a bridge: a
// doctor has a main department and works for two. ok is true when the bridge is meant; the things are counted there.
func (b *builder) throughBridge(thing knowledge.Candidate) (model, key string, ok bool) {
	if len(b.s.Measures) != 1 {
		return "", "", false
	}
	for _, s := range b.s.Splits {
		for _, slot := range s.Dims {
			for _, c := range slot.Cands {
				direct, _ := b.K.Paths(thing.Relation, c.Column.Relation)
				if len(direct) == 0 || len(direct[0].Hops) != 1 {
					continue
				}
				bridge, found := b.bridge(thing.Relation, c.Column.Relation)
				if !found {
					continue
				}
				if b.settle(bridgeNeed(b.subject(slot.From, slot.To), thing, direct[0], bridge)) != optionBridge {
					return "", "", false
				}
				key, err := b.foreignKey(bridge, thing, grammar.Span{From: slot.From, To: slot.To})
				return bridge, key, err == nil
			}
		}
	}
	return "", "", false
}

func bridgeNeed(subject string, thing knowledge.Candidate, direct plan.JoinPath, bridge string) Need {
	own := strings.Join(direct.Hops[0].FromColumns, "+")
	return Need{Kind: plan.AskPath, Subject: subject, Weight: 6,
		Text: fmt.Sprintf("%s lead to %q in two ways. Which one do you mean?", sentence(thing.Label), subject),
		Why:  fmt.Sprintf("By %s each belongs to one, by %s it may belong to several.", own, bridge),
		Options: []plan.Option{
			{ID: own, Label: "The one in " + own, Default: true, Detail: pathDetail(direct)},
			{ID: optionBridge, Label: "Each one in " + bridge, Detail: "What belongs to several is counted once in each of them."},
		}}
}

// bridge finds the relation that says which rows of two others belong together, and nothing that has happened: its keys are
// those of the others, and it has no date.
func (b *builder) bridge(x, y string) (string, bool) {
	for _, name := range b.K.Names() {
		r, _ := b.K.Relation(name)
		if name == x || name == y || b.K.Raw(name) || len(r.Times) > 0 {
			continue
		}
		one, two := b.directKey(name, x), b.directKey(name, y)
		own := func(c string) bool {
			return b.K.IsKey(plan.ColumnRef{Relation: name, Column: c}) && c != one && c != two
		}
		var columns []string
		for _, c := range r.Node.Columns {
			columns = append(columns, c.Name)
		}
		if one != "" && two != "" && one != two && !slices.ContainsFunc(columns, own) {
			return name, true
		}
	}
	return "", false
}

// directKey is the column of a relation that leads to another one in one join; empty where none does.
func (b *builder) directKey(from, to string) string {
	paths, _ := b.K.Paths(from, to)
	if len(paths) == 0 || len(paths[0].Hops) != 1 || len(paths[0].Hops[0].FromColumns) != 1 {
		return ""
	}
	return paths[0].Hops[0].FromColumns[0]
}
