package reading

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// derived reads every input by itself, lists the groups that any of them has, looks each input up there, and
// computes the formula last.
func (b *builder) derived(m plan.Measure) (string, error) {
	if m.Formula == nil || len(m.Inputs) == 0 {
		return "", &Unsupported{"a derived measure without its formula or inputs"}
	}
	keys := b.keys()
	var inputs, lists, cells, lookups []string
	for i, in := range m.Inputs {
		if slices.Contains(keys, ident(in.Name)) {
			return "", &Unsupported{"an input named like a dimension"}
		}
		sql, err := b.measure(in)
		if err != nil {
			return "", err
		}
		cell, err := b.input(in, fmt.Sprintf("i%d", i))
		if err != nil {
			return "", err
		}
		inputs = append(inputs, fmt.Sprintf("i%d as (%s)", i, sql))
		cells = append(cells, cell+" as "+ident(in.Name))
		if len(keys) > 0 {
			lists = append(lists, fmt.Sprintf("select %s from i%d", strings.Join(keys, ", "), i))
			lookups = append(lookups, fmt.Sprintf(" left join i%d on %s", i, sameKeys(keys, fmt.Sprintf("i%d", i), "g")))
		} else {
			lookups = append(lookups, fmt.Sprintf(" cross join i%d", i))
		}
	}
	groups := "select 1"
	var columns []string
	if len(keys) > 0 {
		groups = strings.Join(lists, " union ")
		for _, k := range keys {
			columns = append(columns, "g."+k)
		}
	}
	found := fmt.Sprintf("with %s, g as (%s) select %s from g%s", strings.Join(inputs, ", "), groups,
		strings.Join(append(columns, cells...), ", "), strings.Join(lookups, ""))
	return fmt.Sprintf("select %s from (%s) as f", strings.Join(append(slices.Clone(keys), safe(*m.Formula).String()+" as value"), ", "), found), nil
}

// input is an input's value in a group: 0 for a count or sum without rows, as far back as there is data at all.
func (b *builder) input(in plan.Measure, alias string) (string, error) {
	value := "cast(" + alias + ".value as double)"
	if in.Kind != plan.Simple || !zeroWhenEmpty(in) {
		return value, nil
	}
	value = "coalesce(" + value + ", 0)"
	if in.Offset == nil {
		return value, nil
	}
	began, err := b.began(b.spec.Measures)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("case when g.%s >= (select %s from (%s) as s(began)) then %s end", ident(b.spec.Time.Name),
		b.later("min(began)", *in.Offset), strings.Join(began, " union all "), value), nil
}

// began lists the first period of each fact, whatever is filtered.
func (b *builder) began(measures []plan.Measure) ([]string, error) {
	var out []string
	for _, m := range measures {
		if parts := m.Parts(); len(parts) > 0 {
			below, err := b.began(parts)
			if err != nil {
				return nil, err
			}
			out = append(out, below...)
			continue
		}
		if m.Kind == plan.Population || m.Time == "" {
			return nil, &Unsupported{"an earlier period beside a " + string(m.Kind) + " measure"}
		}
		from, err := b.rows(m)
		if err != nil {
			return nil, err
		}
		out = append(out, fmt.Sprintf("select min(%s) from %s as f", b.period(b.when(m)), from))
	}
	return out, nil
}

// shifted gives each period that the model has or should have what an earlier one had: the same reading, without the start of the window, moved.
func (b *builder) shifted(m plan.Measure) (string, error) {
	if b.spec.Time == nil {
		return "", &Unsupported{"a measure with an offset window but without periods"}
	}
	earlier := *b
	earlier.back = m.Offset
	m.Offset = nil
	sql, err := earlier.measure(m)
	if err != nil {
		return "", err
	}
	periods, err := b.periodList()
	if err != nil {
		return "", err
	}
	name := ident(b.spec.Time.Name)
	moved := b.later(name, *earlier.back)
	return fmt.Sprintf("select * replace (%s as %s) from (%s) where %s in (%s)", moved, name, sql, moved, periods), nil
}

// later is the start of a period moved by a span.
func (b *builder) later(period string, s plan.Span) string {
	moved := fmt.Sprintf("%s + interval %s", period, length(s))
	if b.spec.Time.Grain == plan.Hour {
		return moved
	}
	return "cast(" + moved + " as date)"
}

// safe makes every division null where its denominator is 0.
func safe(e plan.Expr) plan.Expr {
	args := make([]plan.Expr, len(e.Args))
	for i, a := range e.Args {
		args[i] = safe(a)
	}
	e.Args = args
	if e.Kind == plan.ExprBinary && e.Name == "/" && len(args) == 2 {
		zero := plan.Lit(plan.Literal{Kind: plan.NumberLiteral, Text: "0"})
		args[1] = plan.Expr{Kind: plan.ExprCall, Name: "nullif", Args: []plan.Expr{args[1], zero}}
	}
	return e
}
