package reading

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// step is the length of a period of the time axis.
func step(g plan.Grain) string {
	if g == plan.Quarter {
		return "interval 3 month"
	}
	return "interval 1 " + string(g)
}

// span is which periods a model must have and may have, told from the base rows alone.
type span struct {
	first, last string // SQL: every period from first to last is expected where it has rows
	from, to    string // SQL: no period lies outside
}

// span looks at all measures of the Spec. Where they are of several relations, only what all of them cover is
// expected, and what any of them covers is allowed. A period has ended when the data reach its last day; where
// only complete periods were asked for, the one after is not expected.
func (b *builder) span() (span, error) {
	var lows, highs, ends []string
	for _, m := range b.spec.Measures {
		if err := b.leaves(m, func(x plan.Measure) error {
			from, err := b.rows(x)
			if err != nil {
				return err
			}
			edge := func(agg, column string) string {
				return fmt.Sprintf("(select cast(%s(%s) as timestamp) from %s as f)", agg, b.at(column), from)
			}
			low, high := timeColumn(x), timeColumn(x)
			if iv := x.Interval; x.Kind == plan.Population && iv != nil {
				if low, high = iv.From, iv.To; iv.For != nil {
					high = low
				}
			}
			if low == "" {
				return &Unsupported{"a measure without a time column"}
			}
			lows, highs = append(lows, edge("min", low)), append(highs, edge("max", low))
			ends = append(ends, edge("max", high), edge("max", low))
			return nil
		}); err != nil {
			return span{}, err
		}
	}
	all := func(f string, list []string) string {
		slices.Sort(list)
		return f + "(" + strings.Join(slices.Compact(list), ", ") + ")"
	}
	return b.within(all("greatest", slices.Clone(lows)), all("least", slices.Clone(highs)), all("least", lows), all("greatest", ends)), nil
}

// within cuts the edges of the data to the window and rounds them to periods.
func (b *builder) within(low, high, start, end string) span {
	t := b.spec.Time
	closed := high // what lies within the last period that counts
	if w := b.spec.Window; w != nil {
		if w.From != "" {
			from := "timestamp " + quote(w.From)
			low, start = "greatest("+low+", "+from+")", from
		}
		if w.To != "" {
			to := "timestamp " + quote(w.To) + " - interval 1 microsecond"
			closed, end = "least("+high+", "+to+")", to
		}
	}
	last := startOf(t, closed)
	if t.Complete {
		day := " + interval 1 day"
		if t.Grain == plan.Hour {
			day = ""
		}
		last = fmt.Sprintf("%s - %s", startOf(t, "("+closed+day+")"), step(t.Grain))
	}
	return span{first: startOf(t, low), last: last, from: startOf(t, start), to: startOf(t, end)}
}

// leaves visits the parts of a measure that read rows.
func (b *builder) leaves(m plan.Measure, visit func(plan.Measure) error) error {
	if m.Model != "" {
		if err := visit(m); err != nil {
			return err
		}
	}
	parts := slices.Clone(m.Inputs)
	if (m.Kind == plan.Conversion || m.Kind == plan.Funnel) && len(parts) > 1 {
		parts = parts[:1] // the events that only follow date nothing
	}
	for _, p := range []*plan.Measure{m.Numerator, m.Denominator} {
		if p != nil {
			parts = append(parts, *p)
		}
	}
	for _, p := range parts {
		if err := b.leaves(p, visit); err != nil {
			return err
		}
	}
	return nil
}
