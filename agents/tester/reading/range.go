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
// expected, and what any of them covers is allowed. A period is complete when the data reach its last day, or the window its end.
func (b *builder) span() (span, error) {
	var lows, highs []string
	for _, m := range b.spec.Measures {
		if err := b.leaves(m, func(x plan.Measure) error {
			from, first, last, err := b.dated(x)
			if err != nil {
				return err
			}
			lows = append(lows, fmt.Sprintf("(select cast(min(%s) as timestamp) from %s as f)", first, from))
			highs = append(highs, fmt.Sprintf("(select cast(max(%s) as timestamp) from %s as f)", last, from))
			return nil
		}); err != nil {
			return span{}, err
		}
	}
	each := func(list []string) string {
		slices.Sort(list)
		return "(" + strings.Join(slices.Compact(list), ", ") + ")"
	}
	low, high := each(lows), each(highs)
	return b.within("greatest"+low, "least"+high, "least"+low, "greatest"+high), nil
}

// dated are the rows of a measure with the expressions of the first and the last moment that a row f knows of: when it happened or,
// of an interval, when it began and, where that is over, when it ended.
func (b *builder) dated(m plan.Measure) (from, first, last string, err error) {
	if from, err = b.rows(m); err != nil {
		return "", "", "", err
	}
	if iv := m.Interval; m.Kind == plan.Population && iv != nil {
		first = b.at(iv.From)
		if last = first; iv.For == nil {
			last = fmt.Sprintf("case when %[1]s <= current_date then %[1]s else %[2]s end", b.at(iv.To), first)
		}
		return from, first, last, nil
	}
	if m.Time == "" {
		return "", "", "", &Unsupported{"a measure without a time column"}
	}
	return from, b.when(m), b.when(m), nil
}

// within cuts the edges of the data to the window and rounds them to periods: those that the rows of all measures reach from low to
// high, those of any from start to end.
func (b *builder) within(low, high, start, end string) span {
	t := b.spec.Time
	w := plan.Window{}
	if b.spec.Window != nil {
		w = *b.spec.Window
	}
	if w.From != "" {
		start = "timestamp " + quote(w.From)
		low = "greatest(" + low + ", " + start + ")"
	}
	if t.Complete && t.Grain != plan.Hour { // of hours only a later one says that they are over
		high, end = high+" + interval 1 day", end+" + interval 1 day"
	}
	if w.To != "" {
		end = "timestamp " + quote(w.To)
		if !t.Complete {
			end += " - interval 1 microsecond"
		}
		high = "least(" + high + ", " + end + ")"
	}
	s := span{first: startOf(t, low), last: startOf(t, "("+high+")"), from: startOf(t, start), to: startOf(t, "("+end+")")}
	if t.Complete {
		s.last, s.to = s.last+" - "+step(t.Grain), s.to+" - "+step(t.Grain)
		if w.From != "" && w.To != "" { // a window within one period shows that part
			s.to = "greatest(" + s.from + ", " + s.to + ")"
		}
	}
	return s
}

// periodList lists the periods of the model, and those it should have, as firstmile_period.
func (b *builder) periodList() (string, error) {
	s, err := b.span()
	if err != nil {
		return "", err
	}
	t := b.spec.Time
	due := fmt.Sprintf("unnest(generate_series(cast(%s as timestamp), cast(%s as timestamp), %s))", s.first, s.last, step(t.Grain))
	if t.Grain != plan.Hour {
		due = "cast(" + due + " as date)"
	}
	return fmt.Sprintf("select %s as firstmile_period from %s union select %s", ident(t.Name), b.model, due), nil
}

// axis is where these periods start and end, as firstmile_start and firstmile_end, moved by what the reading looks back.
func (b *builder) axis() (string, error) {
	periods, err := b.periodList()
	if err != nil {
		return "", err
	}
	start := "firstmile_period"
	if b.back != nil {
		start = b.later(start, plan.Span{Count: -b.back.Count, Unit: b.back.Unit})
	}
	end := fmt.Sprintf("%s + %s", start, step(b.spec.Time.Grain))
	if b.spec.Time.Grain != plan.Hour {
		end = "cast(" + end + " as date)"
	}
	return fmt.Sprintf("select %s as firstmile_start, %s as firstmile_end from (%s)", start, end, periods), nil
}

// leaves visits the parts of a measure that read rows.
func (b *builder) leaves(m plan.Measure, visit func(plan.Measure) error) error {
	if m.Model != "" {
		if err := visit(m); err != nil {
			return err
		}
	}
	parts := m.Parts()
	if (m.Kind == plan.Conversion || m.Kind == plan.Funnel) && len(parts) > 1 {
		parts = parts[:1] // the events that only follow date nothing
	}
	for _, p := range parts {
		if err := b.leaves(p, visit); err != nil {
			return err
		}
	}
	return nil
}
