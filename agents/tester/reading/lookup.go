package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// dimensions are the lookups of every dimension from a row "f" of the measure; period is the expression of the row's period.
func (b *builder) dimensions(m plan.Measure, period string) ([]string, error) {
	var cells []string
	var names []string
	for _, d := range b.spec.Dimensions {
		if d.Age != nil {
			continue // no attribute of a row
		}
		names = append(names, d.Name)
		x, err := b.lookup(m, d.Column, d.Paths)
		if err != nil {
			return nil, err
		}
		if d.Part != "" {
			if x, err = part(b.moment(x), d.Part); err != nil {
				return nil, err
			}
		}
		if d.NullAs != "" {
			x = fmt.Sprintf("coalesce(cast(%s as varchar), %s)", x, quote(d.NullAs))
		}
		cells = append(cells, x)
	}
	if r := b.spec.Rank; r != nil && r.Rest {
		if r.PerPeriod && b.spec.Time != nil && b.spec.Time.Spine {
			return nil, &Unsupported{"the rest of each period where groups without rows are shown"}
		}
		b.rest(cells, period)
	}
	for i, name := range names {
		cells[i] += " as " + ident(name)
	}
	return cells, nil
}

// rest puts the groups that the model does not name into the one that takes what is left. Which groups are the best is the model's
// word; that they hold what they should, and the rest everything else, is what is read.
func (b *builder) rest(cells []string, period string) {
	var named []string
	for i, d := range b.spec.Dimensions {
		named = append(named, fmt.Sprintf("cast(g.%s as varchar) is not distinct from cast(%s as varchar)", ident(d.Name), cells[i]))
	}
	if b.spec.Rank.PerPeriod && b.spec.Time != nil {
		named = append(named, fmt.Sprintf("g.%s = %s", ident(b.spec.Time.Name), period))
	}
	best := fmt.Sprintf("exists (select 1 from %s as g where %s)", b.model, strings.Join(named, " and "))
	for i := range cells {
		cells[i] = fmt.Sprintf("case when %s then cast(%s as varchar) else 'other' end", best, cells[i])
	}
}

// lookup is the value of a column seen from row f of a measure, by nested scalar subqueries along the path.
func (b *builder) lookup(m plan.Measure, column plan.ColumnRef, paths []plan.JoinPath) (string, error) {
	if column.Relation == m.Model {
		return "f." + ident(column.Column), nil
	}
	at := b.asOf
	if at == "" && m.Time != "" {
		at = b.when(m)
	}
	for _, p := range paths {
		if p.From == m.Model && len(p.Hops) > 0 {
			return b.follow("f", at, p.Hops, column.Column, 1)
		}
	}
	return "", &Unsupported{fmt.Sprintf("%s, which has no path from %s", column, m.Model)}
}

func (b *builder) follow(alias, at string, hops []plan.Hop, column string, depth int) (string, error) {
	if len(hops) == 0 {
		return alias + "." + ident(column), nil
	}
	h := hops[0]
	to, err := b.names(h.To)
	if err != nil {
		return "", err
	}
	next := fmt.Sprintf("d%d", depth)
	inner, err := b.follow(next, at, hops[1:], column, depth+1)
	if err != nil {
		return "", err
	}
	var on []string
	for i := range h.FromColumns {
		on = append(on, fmt.Sprintf("%s.%s = %s.%s", next, ident(h.ToColumns[i]), alias, ident(h.FromColumns[i])))
	}
	if h.AsOf != nil {
		if at == "" {
			return "", &Unsupported{"what was valid at a time that the measure does not name"}
		}
		on = append(on, b.valid(next, *h.AsOf, at))
	}
	return fmt.Sprintf("(select %s from %s as %s where %s)", inner, to, next, strings.Join(on, " and ")), nil
}

// valid is true for the version that holds at a moment or, for a population, up to an edge. Where only the day of the moment is
// known, the last version of the day does.
func (b *builder) valid(alias string, v plan.Validity, at string) string {
	from, to := b.moment(alias+"."+ident(v.From)), b.moment(alias+"."+ident(v.To))
	if b.asOf != "" {
		return b.holds(from, to, at)
	}
	day := func(edge string) string {
		return fmt.Sprintf("case when %s then cast(%s as date) else %s end", b.day(at), edge, edge)
	}
	return fmt.Sprintf("%s <= %s and (%s is null or %s > %s)", day(from), at, to, day(to), at)
}

// day is true where a moment is known to the day only.
func (b *builder) day(at string) string {
	return "typeof(" + at + ") = 'DATE'"
}
