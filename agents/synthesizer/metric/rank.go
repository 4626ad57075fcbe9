package metric

import (
	"strconv"

	"firstmile/planner/plan"
)

// topGroups is the step with the best groups and the columns that name them.
type topGroups struct {
	step      string
	keys      []string // dimensions and, when ranked within each period, the period
	perPeriod bool
	rest      bool
}

// other is the group that takes what is not among the best.
const other = "other"

// ranked is the result, cut to the best groups where that was asked for. Groups of equal rank are taken in the order of their
// names, so that the same data always gives the same rows.
func (b *builder) ranked() (Select, error) {
	r := b.spec.Rank
	if r == nil {
		return b.result()
	}
	if !r.Rest && (r.PerPeriod || !b.split || len(b.spec.Dimensions) == 0) {
		return b.cutResult()
	}
	top, err := b.topStep()
	if err != nil {
		return Select{}, err
	}
	b.top = top
	return b.result()
}

// cutResult ranks the rows of the result itself.
func (b *builder) cutResult() (Select, error) {
	sel, err := b.result()
	if err != nil {
		return Select{}, err
	}
	figures := b.step("unranked", "", sel)
	placed := b.placed(figures, b.split && len(b.spec.Dimensions) > 0)
	out := Select{From: Table{Name: placed}, Where: []Scalar{b.amongBest(placed)}}
	for _, name := range b.columnNames() {
		out.Items = append(out.Items, Item{Column{placed, name}, name})
	}
	return out, nil
}

func (b *builder) amongBest(placed string) Scalar {
	n := plan.Literal{Kind: plan.NumberLiteral, Text: strconv.Itoa(b.spec.Rank.N)}
	return Op{"<=", Column{placed, b.place()}, Literal{n}}
}

// place is the column with a group's place.
func (b *builder) place() string { return b.free("place") }

// placed numbers the rows of a step from best to worst.
func (b *builder) placed(step string, perPeriod bool) string {
	place := Place{By: Column{step, b.spec.Rank.By}, Descending: b.spec.Rank.Descending}
	if perPeriod {
		place.Partition = []Scalar{Column{step, b.spec.Time.Name}}
	}
	for _, d := range b.spec.Dimensions {
		place.Ties = append(place.Ties, Column{step, d.Name})
	}
	if len(place.Ties) == 0 { // of equal periods the earlier one
		place.Ties = []Scalar{Column{step, b.spec.Time.Name}}
	}
	return b.step("ranked", "", Select{From: Table{Name: step}, Items: []Item{{}, {place, b.place()}}})
}

// topStep computes the ranking measure for each group alone and keeps the best.
func (b *builder) topStep() (*topGroups, error) {
	spec := b.spec
	r := *spec.Rank
	spec.Rank = nil
	spec.Measures = nil
	for _, m := range b.spec.Measures {
		if m.Name == r.By {
			spec.Measures = append(spec.Measures, m)
		}
	}
	sub := b.sub(spec, b.split && r.PerPeriod)
	sel, err := sub.result()
	if err != nil {
		return nil, err
	}
	totals := b.step("group_totals", "", sel)
	placed := b.placed(totals, sub.split)
	top := &topGroups{keys: sub.keyNames(), perPeriod: sub.split, rest: r.Rest}
	out := keysOf(placed, top.keys)
	out.Items = append(out.Items, Item{Column{placed, b.place()}, b.place()})
	out.Where = []Scalar{b.amongBest(placed)}
	top.step = b.step("top_groups", "", out)
	return top, nil
}

// applyTop joins the best groups to rows whose keys are the items of sel, and drops the other rows or
// renames their group. With keep no row is dropped yet: see amongTop.
func (b *builder) applyTop(r *reach, sel *Select, keep bool) error {
	if b.top == nil {
		return nil
	}
	kind := Inner
	if b.top.rest || keep {
		kind = Left
	}
	join := Join{Kind: kind, Table: Table{Name: b.top.step}}
	offset := len(sel.Items) - len(b.spec.Dimensions)
	if b.top.perPeriod {
		join.On = append(join.On, Op{"=", Column{b.top.step, b.spec.Time.Name}, sel.Items[0].Expr})
	}
	for i, d := range b.spec.Dimensions {
		join.On = append(join.On, sameGroup(d, Column{b.top.step, d.Name}, sel.Items[offset+i].Expr))
	}
	r.joins = append(r.joins, join)
	if !b.top.rest {
		return nil
	}
	return b.renameRest(r, sel.Items[offset:])
}

// renameRest turns the dimensions of all other groups into one group. What the place of a group says is read from a
// column that is never null in the list of the best.
func (b *builder) renameRest(r *reach, dims []Item) error {
	best := IsNull{Arg: Column{b.top.step, b.place()}, Negated: true}
	for i, d := range b.spec.Dimensions {
		at := dims[i].Expr
		if _, col, err := r.to(d.Column, d.Paths, d.Name); err != nil {
			return err
		} else if f := family(col.Type); d.NullAs == "" && f != textFamily && f != unknownFamily {
			at = Cast{at, "varchar"}
		}
		dims[i].Expr = Case{When: []Scalar{best}, Then: []Scalar{at},
			Else: Literal{plan.Literal{Kind: plan.StringLiteral, Text: other}}}
	}
	return nil
}

// amongTop is the place of a row's group, null when it is not among the best; nil when that does not matter.
func (b *builder) amongTop() Scalar {
	if b.top == nil || b.top.rest {
		return nil
	}
	return Column{b.top.step, b.place()}
}
