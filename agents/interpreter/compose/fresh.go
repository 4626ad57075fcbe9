package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// fresh dates what is "new" by the day on which it began, and returns the other conditions.
func (b *builder) fresh(m plan.Measure, conds []*grammar.Cond) (plan.Measure, []*grammar.Cond, error) {
	at := slices.IndexFunc(conds, func(c *grammar.Cond) bool { return c.Fresh && !c.Neg })
	if at < 0 {
		return m, conds, nil
	}
	words := grammar.Span{From: conds[at].From, To: conds[at].To}
	if !b.periods() {
		return m, conds, b.refuse(words, "you name no period in which they began; say for example \"per month\" or \"last month\"")
	}
	r, ok := b.K.Relation(m.Model)
	if !ok || m.Kind != plan.Simple {
		return m, conds, b.refuse(words, "%s is not counted row by row, so nothing says when each began", m.Label)
	}
	date, err := b.beginning(r, words)
	if err != nil {
		return m, conds, err
	}
	things := plural(r.Noun)
	m.Time, m.Name, m.Label = date, "new_"+snake(things), "Number of new "+things
	m.Description = fmt.Sprintf("Rows of %s whose %s lies in the period.", m.Model, date)
	b.assume(true, "New %s are those whose %s lies in the period.", things, date)
	return m, slices.Delete(slices.Clone(conds), at, at+1), nil
}

// periods reports whether the request names a period, or wants to see how something develops.
func (b *builder) periods() bool {
	return len(b.s.Windows)+len(b.s.Trends) > 0 || b.grainOfSplits() != "" || slices.ContainsFunc(b.s.Ranks, func(r *grammar.Rank) bool { return r.Grain != "" })
}

// beginning is the date on which the rows of a relation began, by its name; several are asked about.
func (b *builder) beginning(r *knowledge.Relation, words grammar.Span) (string, error) {
	var dates []string
	for _, c := range r.Times {
		if b.K.Begins(c) {
			dates = append(dates, c)
		}
	}
	switch {
	case slices.Contains(dates, r.DefaultTime):
		return r.DefaultTime, nil
	case len(dates) == 0:
		return "", b.refuse(words, "no date of %s says when each began", r.Name)
	case len(dates) == 1:
		return dates[0], nil
	}
	n := Need{Kind: plan.AskTime, Subject: b.subject(words.From, words.To), Weight: 7,
		Text: fmt.Sprintf("By which date are %s new?", plural(r.Noun)), Why: "Rows fall into other periods, so every figure differs."}
	for i, c := range dates[:min(len(dates), plan.MaxOptions)] {
		col, _ := r.Node.Column(c)
		n.Options = append(n.Options, plan.Option{ID: c, Label: strings.Join(glossary.Split(c), " "), Default: i == 0, Detail: col.Description})
	}
	return b.settle(n), nil
}

// noLongerNew refuses a share of the new over periods where "new" is what a row is today: of those that began long ago hardly any
// is new any more, and which others there were in each period nobody says.
func (b *builder) noLongerNew(base plan.Measure, c *grammar.Cond) error {
	at := grammar.Span{From: c.From, To: c.To}
	for _, v := range c.Values {
		if v.Kind == knowledge.Value && b.periods() && b.K.Fresh(b.Tokens[v.From:v.To]) {
			return b.refuse(at, "it says what each is today, not what it was in a period, and nothing says which other %s there were then", lowerFirst(strings.TrimPrefix(base.Label, "Number of ")))
		}
	}
	return nil
}
