package main

import (
	"context"
	"slices"
	"strings"

	"firstmile/bot/eval"
	"firstmile/planner/plan"
)

// Read implements eval.Reader: the interpreter alone, without a conversation and without running readings to see by how
// much they differ.
func (p *evalPlanner) Read(ctx context.Context, c eval.Case, request string) (eval.Reading, error) {
	base, _, err := p.bench.Resolve(ctx, p.projects[keyOf(c)].id)
	if err != nil {
		return eval.Reading{}, err
	}
	turn := plan.Turn{Person: plan.Person{ID: "asker"}, Text: request, Message: plan.MessageRef{Channel: "eval", TS: "1"}}
	got, err := p.reader.Interpret(ctx, plan.Request{Base: base, Turns: []plan.Turn{turn}, AsOf: p.asOf(c)})
	if err != nil {
		return eval.Reading{}, err
	}
	out := eval.Reading{Reason: got.Message}
	if got.Outcome == plan.OutcomeSpec && got.Spec != nil {
		out.Spec = got.Spec.Canonical()
	}
	var asked []string
	for _, q := range got.Questions {
		asked = append(asked, q.Subject)
	}
	out.Asked = strings.Join(asked, ", ")
	return out, nil
}

// minValue is the length from which a value of a column is a word that people say.
const minValue = 3

// Vocabulary implements eval.Reader.
func (p *evalPlanner) Vocabulary(ctx context.Context, c eval.Case) (names [][]string, values []string, err error) {
	base, _, err := p.bench.Resolve(ctx, p.projects[keyOf(c)].id)
	if err != nil {
		return nil, nil, err
	}
	terms, err := p.bench.Glossary(ctx, base)
	if err != nil {
		return nil, nil, err
	}
	owners := map[string]int{}
	for _, t := range terms.Terms {
		for _, n := range append([]string{t.Name}, t.Synonyms...) {
			owners[strings.ToLower(n)]++
		}
	}
	for _, t := range terms.Terms {
		own := slices.DeleteFunc(append([]string{t.Name}, t.Synonyms...), func(n string) bool { return n == "" || owners[strings.ToLower(n)] > 1 })
		if len(own) > 0 {
			names = append(names, own)
		}
	}
	project, _, err := p.bench.Read(ctx, base)
	if err != nil {
		return nil, nil, err
	}
	for _, n := range project.Models() {
		for _, column := range n.Columns {
			for _, v := range column.Values {
				if len(v) >= minValue && strings.ContainsFunc(v, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
					values = append(values, v)
				}
			}
		}
	}
	slices.Sort(values)
	return names, slices.Compact(values), nil
}
