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

// A relation without a date of its own may belong to one that has: a payment to its order. Its rows are then dated by that
// one, where each row leads to one row there at most. A vehicle belongs to a hub, too, but is not from the day that the hub was opened
// on: belongs.go tells the two apart.

// maxDateHops bounds how far away a date may be: what is further away is hardly when something happened.
const maxDateHops = 2

// lentDate is a date of another relation, with the ways that lead to it.
type lentDate struct {
	column plan.ColumnRef
	ways   []plan.JoinPath
}

// lend dates a measure whose relation has no date by the nearest date that its rows lead to. Several are asked about.
func (b *builder) lend(m *plan.Measure) error {
	at := b.timeSpan()
	near := b.nearestDates(m.Model)
	if len(near) == 0 {
		return b.refuse(at, "%s has no date, so it cannot be put into periods", m.Model)
	}
	if len(near) == 1 && !b.happensWith(m.Model, near[0]) {
		return b.refuse(at, "%s has no date of its own, and I cannot tell whether %s says when its rows happened: name that date if it does", m.Model, near[0].column)
	}
	d, err := b.oneDate(m.Model, near, at)
	if err != nil {
		return err
	}
	b.datedBy(m, d, at)
	b.assume(true, "%s has no date of its own: its rows are dated by %s.", m.Model, d.column)
	return nil
}

// datedBy puts a date of another relation into a measure.
func (b *builder) datedBy(m *plan.Measure, d lentDate, at grammar.Span) {
	path := b.onePath(d.ways, at, d.column.String())
	m.Time, m.TimePath = d.column.Column, &path
	b.checkPaths(d.column.Relation, []plan.JoinPath{path})
}

// oneDate asks which of several dates puts a row into a period.
func (b *builder) oneDate(model string, dates []lentDate, at grammar.Span) (lentDate, error) {
	if len(dates) == 1 {
		return dates[0], nil
	}
	n := Need{Kind: plan.AskTime, Subject: b.subject(at.From, at.To), Weight: 7,
		Text: fmt.Sprintf("Which date puts a row of %s into a period?", model), Why: "Rows fall into other periods, so every figure differs."}
	for i, d := range dates[:min(len(dates), plan.MaxOptions)] {
		o := plan.Option{ID: d.column.String(), Label: d.column.String(), Default: i == 0}
		if r, ok := b.K.Relation(d.column.Relation); ok {
			if col, ok := r.Node.Column(d.column.Column); ok {
				o.Detail = col.Description
			}
		}
		n.Options = append(n.Options, o)
	}
	id := b.settle(n)
	for _, d := range dates {
		if d.column.String() == id {
			return d, nil
		}
	}
	return lentDate{}, b.refuse(at, "the figures are dated by several columns, which I cannot ask about at once")
}

// nearestDates are the dates of the relations that a row of the model leads to over the fewest joins, of what happens before those of
// things: of each relation the one that usually dates its rows, else all.
func (b *builder) nearestDates(model string) []lentDate {
	var all []lentDate
	for _, name := range b.K.Names() {
		r, ok := b.K.Relation(name)
		if !ok || name == model {
			continue
		}
		columns := r.Times
		if r.DefaultTime != "" {
			columns = []string{r.DefaultTime}
		}
		for _, c := range columns {
			if d, ok := b.lent(model, plan.ColumnRef{Relation: name, Column: c}); ok {
				all = append(all, d)
			}
		}
	}
	events := slices.DeleteFunc(slices.Clone(all), func(d lentDate) bool { return !b.happensWith(model, d) })
	if len(events) > 0 {
		all = events
	}
	return b.nearest(all)
}

// lent is a date of another relation, if rows of the model lead to it.
func (b *builder) lent(model string, column plan.ColumnRef) (lentDate, bool) {
	ways, _ := b.K.Paths(model, column.Relation)
	if len(ways) == 0 || len(ways[0].Hops) > maxDateHops || b.K.Private(column) != "" {
		return lentDate{}, false
	}
	return lentDate{column, ways}, true
}

// nearest keeps the dates that are the fewest joins away, and of what is the same date in a model and in what that is made
// from the one of the model that is made for people.
func (b *builder) nearest(all []lentDate) []lentDate {
	for _, useless := range []func(lentDate) bool{
		func(d lentDate) bool { return b.K.Raw(d.column.Relation) },
		func(d lentDate) bool { return b.further(d, all) },
		func(d lentDate) bool { return b.copied(d, all) },
	} {
		if kept := slices.DeleteFunc(slices.Clone(all), useless); len(kept) > 0 {
			all = kept
		}
	}
	return all
}

func (b *builder) further(d lentDate, all []lentDate) bool {
	return slices.ContainsFunc(all, func(o lentDate) bool { return len(o.ways[0].Hops) < len(d.ways[0].Hops) })
}

// copied reports whether a model that is made from the date's relation has the date under the same name and the same keys.
func (b *builder) copied(d lentDate, all []lentDate) bool {
	return slices.ContainsFunc(all, func(o lentDate) bool {
		return strings.EqualFold(o.column.Column, d.column.Column) && b.K.MadeFrom(o.column.Relation, d.column.Relation) && sameKeys(o.ways[0], d.ways[0])
	})
}

// sameKeys reports whether two paths leave along the same columns.
func sameKeys(x, y plan.JoinPath) bool {
	return slices.EqualFunc(x.Hops, y.Hops, func(a, c plan.Hop) bool {
		return slices.EqualFunc(a.FromColumns, c.FromColumns, strings.EqualFold)
	})
}

// namedDate is the date that the request names, for each base relation: its own column, or one that its rows lead to.
type namedDate struct {
	cand knowledge.Candidate
	ways map[string][]plan.JoinPath // by base relation
}

// namedDates keeps the candidates for a date that every base relation has or leads to, those with the fewest joins.
func (b *builder) namedDates(cands []knowledge.Candidate, bases []string) []namedDate {
	var all []lentDate
	found := map[plan.ColumnRef]namedDate{}
	for _, c := range cands {
		n := namedDate{cand: c, ways: map[string][]plan.JoinPath{}}
		longest := lentDate{column: c.Column, ways: []plan.JoinPath{{}}}
		for _, base := range bases {
			d, ok := b.lent(base, c.Column)
			if !ok {
				break
			}
			if n.ways[base] = d.ways; len(d.ways[0].Hops) > len(longest.ways[0].Hops) {
				longest = d
			}
		}
		if _, twice := found[c.Column]; !twice && len(n.ways) == len(bases) {
			found[c.Column] = n
			all = append(all, longest)
		}
	}
	var out []namedDate
	for _, d := range b.nearest(all) {
		out = append(out, found[d.column])
	}
	return out
}

// dateNamed is the date that the words of a slot mean for all base relations.
func (b *builder) dateNamed(slot *grammar.Slot) (*namedDate, error) {
	bases := b.d.Spec.BaseModels()
	at := grammar.Span{From: slot.From, To: slot.To}
	dates := b.namedDates(slot.Cands, bases)
	if len(dates) == 0 {
		return nil, b.refuse(at, "%s is not a date of %s", slot.Cands[0].Label, strings.Join(bases, " and "))
	}
	var options []lentDate
	for _, d := range dates {
		options = append(options, lentDate{column: d.cand.Column})
	}
	chosen, err := b.oneDate(strings.Join(bases, " and "), options, at)
	if err != nil {
		return nil, err
	}
	date := dates[slices.IndexFunc(options, func(d lentDate) bool { return d.column == chosen.column })]
	b.use(slot, date.cand)
	return &date, nil
}

// redate dates a measure by another column than its definition says, and no longer calls it by the same name.
func (b *builder) redate(m *plan.Measure, date namedDate) {
	column := date.cand.Column
	own := column.Relation == m.Model
	shown := column.Column
	if !own {
		shown = column.String()
	}
	if m.Time != "" && (!own || m.Time != column.Column) {
		b.assume(true, "%s is dated by %s here, not by %s as its definition says.", m.Label, shown, m.Time)
		m.Name += "_by_" + snake(column.Column)
		m.Label += " by " + strings.Join(glossary.Split(column.Column), " ")
	}
	if own {
		m.Time = column.Column
		return
	}
	b.datedBy(m, lentDate{column, date.ways[m.Model]}, b.timeSpan())
	b.assume(true, "Rows of %s are dated by %s, which they lead to.", m.Model, shown)
}

// DateName is what the date of a measure's rows is called beside their relation: the column or, where it is another relation's, that
// one as well.
func DateName(m plan.Measure) string {
	if m.TimePath != nil {
		return m.Dated().String()
	}
	return m.Time
}
