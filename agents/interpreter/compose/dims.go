package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// nullBucket is the group of rows without a value.
const nullBucket = "unknown"

// costBareKey: "orders" by itself hardly means a split by the number of the order.
const costBareKey = 0.6

func (b *builder) dimensions() error {
	for _, s := range b.s.Splits {
		for _, slot := range s.Dims {
			if err := b.dimension(slot); err != nil {
				return err
			}
			c := b.d.Spec.Dimensions[len(b.d.Spec.Dimensions)-1].Column
			if !s.Marked && b.K.IsKey(c) {
				b.d.Cost += costBareKey
			}
			if s.Per && b.K.IsKey(c) {
				if err := b.middlePer(slot); err != nil {
					return err
				}
			}
		}
		if len(s.Dims) > 0 && !s.Marked {
			b.assume(false, "You named %q, so I split by it.", b.quote(s.From, s.To))
		}
	}
	for _, r := range b.s.Ranks {
		if r.Dim != nil {
			if err := b.dimension(r.Dim); err != nil {
				return err
			}
		}
	}
	return nil
}

// middlePer refuses "median seats per customer": of amounts that add up to a figure for each thing, it may be the middle one of
// those figures as well as the middle row of each thing.
func (b *builder) middlePer(slot *grammar.Slot) error {
	thing := b.quote(slot.From, slot.To)
	for _, m := range b.s.Measures {
		middle := m.Kind == grammar.OfColumn && m.Agg != "average" && m.Agg != "sum" && m.Agg != "min" && m.Agg != "max" && m.Agg != ""
		if middle && b.K.Summed(b.chosen(m.Slot).Column.Column) {
			return b.refuse(grammar.Span{From: m.From, To: slot.To}, "it would need a figure for each %s first, and then the %s of these; say \"by %s\" for the %s within each %s", thing, m.Agg, thing, m.Agg, thing)
		}
	}
	return nil
}

func (b *builder) dimension(slot *grammar.Slot) error {
	c, paths, err := b.reach(slot, b.d.Spec.BaseModels(), plan.AskColumn)
	if err != nil {
		return err
	}
	b.use(slot, c)
	b.d.Cost += b.unusual(slot, c)
	if r, ok := b.K.Relation(c.Column.Relation); ok && strings.EqualFold(r.Key, c.Column.Column) && slices.Contains(b.d.Spec.BaseModels(), r.Name) {
		b.d.Cost += costBareKey // one row for each row that is measured
	}
	if slices.ContainsFunc(b.d.Spec.Dimensions, func(d plan.Dimension) bool { return d.Column == c.Column }) {
		return nil
	}
	if err := b.oneGroup(c.Column, grammar.Span{From: slot.From, To: slot.To}); err != nil {
		return err
	}
	d := plan.Dimension{Name: snake(c.Column.Column), Label: sentence(strings.Join(glossary.Split(flag(thing(c.Column.Column))), " ")), Column: c.Column, Paths: paths,
		Description: c.Detail, Origin: b.origin(slot, c)}
	if c.Term != "" {
		d.Name, d.Label = c.Term, c.Label
	}
	if r, ok := b.K.Relation(c.Column.Relation); ok && r.Type(c.Column.Column) == knowledge.TextType && b.nullable(c.Column, paths) {
		d.NullAs = nullBucket
		b.assume(false, "Rows without %s are shown as %q.", a(lowerFirst(d.Label)), nullBucket)
	}
	if slices.ContainsFunc(b.d.Spec.Dimensions, func(o plan.Dimension) bool { return o.Name == d.Name }) {
		d.Name = snake(qualified(c.Column))
	}
	if n := len(b.d.Assumptions); d.NullAs != "" && n > 0 {
		b.d.Assumptions[n-1].Empty = d.Name
	}
	b.d.Spec.Dimensions = append(b.d.Spec.Dimensions, d)
	b.checkPaths(d.Column.Relation, paths)
	return nil
}

// oneGroup refuses a split by a column that a measure's definition fixes to one value: it would have one group.
func (b *builder) oneGroup(column plan.ColumnRef, at grammar.Span) error {
	for _, m := range b.d.Spec.Measures {
		leaves, fixed := 0, ""
		eachLeaf(m, func(x plan.Measure) {
			leaves++
			for _, f := range x.Filters {
				if f.Column == column && (f.Op == plan.Eq || f.Op == plan.In) && len(f.Values) == 1 {
					leaves--
					fixed = glossary.Label(f)
				}
			}
		})
		if partInOne(m, column) {
			return b.refuse(at, "%s has a part that lies in one of these groups, so in all others the figure would be 0", m.Label)
		}
		if leaves == 0 && fixed != "" {
			return b.refuse(at, "%s counts only rows where %s, so there is but one group", m.Label, fixed)
		}
	}
	return nil
}

// costUnusual makes the dimension that a metric's term lists the default among those that share a word; it is asked about all the same.
const costUnusual = 0.05

// unusual is the price of a candidate where the metrics are usually split by another one of the slot.
func (b *builder) unusual(slot *grammar.Slot, c knowledge.Candidate) float64 {
	for _, m := range b.d.Spec.Measures {
		usual := b.K.Glossary.Preferred(m.Origin.Ref)
		has := func(x knowledge.Candidate) bool { return slices.Contains(usual, x.Column) }
		if slices.ContainsFunc(slot.Cands, has) && !has(c) {
			return costUnusual
		}
	}
	return 0
}

func qualified(c plan.ColumnRef) string { return strings.ReplaceAll(c.String(), ".", "_") }

// thing is what a key column stands for: "customer" for customer_id.
func thing(column string) string {
	for _, ending := range []string{"_id", "_no", "_nr", "_key"} {
		if t, ok := strings.CutSuffix(column, ending); ok && t != "" {
			return t
		}
	}
	return column
}

// flag is what a true/false column says of a row: "rush" for is_rush.
func flag(column string) string { return strings.TrimPrefix(column, "is_") }

// nullable reports whether a dimension may come out empty: the column may be, or a join may find no partner.
func (b *builder) nullable(c plan.ColumnRef, paths []plan.JoinPath) bool {
	for _, p := range paths {
		if len(p.Hops) > 0 {
			return true
		}
	}
	r, ok := b.K.Relation(c.Relation)
	if !ok {
		return true
	}
	col, ok := r.Node.Column(c.Column)
	if !ok {
		return true
	}
	_, notNull := col.Test("not_null")
	return !notNull
}

// paths finds one way from each base relation to another one.
func (b *builder) paths(to string, bases []string, at grammar.Span, label string) ([]plan.JoinPath, error) {
	return b.pathsBy(func(base string) ([]plan.JoinPath, bool) { return b.K.Paths(base, to) }, to, bases, at, label)
}

func (b *builder) pathsBy(find func(base string) ([]plan.JoinPath, bool), to string, bases []string, at grammar.Span, label string) ([]plan.JoinPath, error) {
	var out []plan.JoinPath
	for _, base := range bases {
		found, unsafe := find(base)
		switch {
		case unsafe:
			return nil, b.refuse(at, "%s is on %s; joining that to %s would count rows more than once", label, to, base)
		case len(found) == 0:
			return nil, b.refuse(at, "%s is on %s, and nothing leads there from %s", label, to, base)
		}
		out = append(out, b.onePath(found, at, label))
	}
	return out, nil
}

// onePath takes the shortest way. Two that are as short and lead over other keys are a need.
func (b *builder) onePath(found []plan.JoinPath, at grammar.Span, label string) plan.JoinPath {
	var rivals []plan.JoinPath
	for _, p := range found {
		if len(p.Hops) == len(found[0].Hops) && declared(p) == declared(found[0]) && len(rivals) < plan.MaxOptions {
			rivals = append(rivals, p)
		}
	}
	if len(rivals) < 2 {
		return found[0]
	}
	if p, ok := b.pathInWords(rivals, at); ok {
		return p
	}
	n := Need{Kind: plan.AskPath, Subject: b.subject(at.From, at.To), Weight: 4,
		Text: fmt.Sprintf("There are several ways from %s to %s. Which one do you mean?", rivals[0].From, label),
		Why:  "Each way joins other rows, so the figures differ."}
	for i, p := range rivals {
		id := pathID(p, rivals)
		n.Options = append(n.Options, plan.Option{ID: id, Label: "through " + id, Default: i == 0, Detail: pathDetail(p)})
	}
	id := b.settle(n)
	for _, p := range rivals {
		if pathID(p, rivals) == id {
			return p
		}
	}
	return rivals[0]
}

// pathInWords finds the way that the words themselves name: "start district" leads over start_station_id, if no other way has
// that word in its columns.
func (b *builder) pathInWords(rivals []plan.JoinPath, at grammar.Span) (plan.JoinPath, bool) {
	var found []plan.JoinPath
	for _, p := range rivals {
		id := pathID(p, rivals)
		words := b.K.Words(strings.Join(glossary.Split(id), " "))
		own := func(t token.Token) bool {
			return slices.ContainsFunc(words, func(w token.Token) bool { return w.Light == t.Light }) &&
				!slices.ContainsFunc(rivals, func(o plan.JoinPath) bool { return pathID(o, rivals) != id && b.mentions(pathID(o, rivals), t) })
		}
		if slices.ContainsFunc(b.Tokens[at.From:at.To], own) {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		return plan.JoinPath{}, false
	}
	b.assume(true, "%q goes through %s.", b.quote(at.From, at.To), pathID(found[0], rivals))
	return found[0], true
}

// mentions reports whether columns have a word in their names.
func (b *builder) mentions(columns string, t token.Token) bool {
	return slices.ContainsFunc(b.K.Words(strings.Join(glossary.Split(columns), " ")), func(w token.Token) bool { return w.Light == t.Light })
}

func declared(p plan.JoinPath) bool {
	return !slices.ContainsFunc(p.Hops, func(h plan.Hop) bool { return !h.Declared })
}

// pathID names a path by the columns that only it joins along; by all of them when it has no rival.
func pathID(p plan.JoinPath, rivals []plan.JoinPath) string {
	var parts, own []string
	for n, h := range p.Hops {
		columns := strings.Join(h.FromColumns, "+")
		parts = append(parts, columns)
		shared := func(o plan.JoinPath) bool {
			return n < len(o.Hops) && slices.Equal(o.Hops[n].FromColumns, h.FromColumns)
		}
		if !slices.ContainsFunc(rivals, func(o plan.JoinPath) bool { return !shared(o) }) {
			continue
		}
		own = append(own, columns)
	}
	if len(own) > 0 {
		parts = own
	}
	return strings.Join(parts, ", ")
}

func pathDetail(p plan.JoinPath) string {
	parts := []string{p.From}
	for _, h := range p.Hops {
		parts = append(parts, h.To)
	}
	return strings.Join(parts, " → ")
}

// checkPaths records joins along keys that nothing declares.
func (b *builder) checkPaths(to string, paths []plan.JoinPath) {
	for _, p := range paths {
		for _, h := range p.Hops {
			if h.AsOf != nil {
				b.asOf = true
				b.assume(true, "%s", VersionsText(h, p.From))
			}
		}
		if !declared(p) {
			b.assume(true, "%s and %s are joined along %s, which no test or constraint declares.", p.From, to, pathID(p, nil))
		}
	}
}

// VersionsText is the assumption about versions: the tier of a ride is the one of the day of the ride.
func VersionsText(h plan.Hop, base string) string {
	return fmt.Sprintf("What %s says is taken as it was at the time of each row of %s: valid from %s until before %s.", h.To, base, h.AsOf.From, h.AsOf.To)
}
