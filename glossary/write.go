package glossary

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// WriteWhere is a filter as ParseWhere reads it; false for one that this language cannot say.
func WriteWhere(f plan.Filter) (string, bool) {
	column := f.Column.Column
	var values []string
	for _, v := range f.Values {
		switch v.Kind {
		case plan.StringLiteral:
			values = append(values, "'"+strings.ReplaceAll(v.Text, "'", "''")+"'")
		case plan.DateLiteral:
			values = append(values, "date '"+v.Text+"'")
		default:
			values = append(values, v.Text)
		}
	}
	all := strings.Join(values, ", ")
	text := map[plan.Operator]string{plan.Eq: column + " = " + all, plan.Ne: column + " <> " + all, plan.Lt: column + " < " + all, plan.Lte: column + " <= " + all,
		plan.Gt: column + " > " + all, plan.Gte: column + " >= " + all, plan.In: column + " in (" + all + ")", plan.NotIn: column + " not in (" + all + ")",
		plan.IsNull: column + " is null", plan.NotNull: column + " is not null", plan.Between: column + " between " + strings.Join(values, " and ")}[f.Op]
	if f.KeepNull {
		text = "(" + text + " or " + column + " is null)"
	}
	back, err := ParseWhere(f.Column.Relation, text)
	same := err == nil && len(back) == 1 && back[0].Op == f.Op && back[0].Column == f.Column && back[0].KeepNull == f.KeepNull && slices.Equal(back[0].Values, f.Values)
	return text, same
}

// Entry is a term as the lines of a glossary file, for AddTerm: words that the file's language can hold, nothing else.
type Entry struct{ lines []string }

// NewEntry begins a term.
func NewEntry(id, name, definition, owner string) *Entry {
	e := &Entry{}
	e.Put(0, "id", id)
	e.Put(0, "name", name)
	e.Put(0, "definition", definition)
	e.Put(0, "owner", owner)
	return e
}

// Put adds a key with a text, depth levels in; an empty text adds nothing.
func (e *Entry) Put(depth int, key, text string) {
	if text != "" {
		e.lines = append(e.lines, strings.Repeat("  ", depth)+key+": "+quoted(text))
	}
}

// Open adds a key whose value follows one level further in.
func (e *Entry) Open(depth int, key string) {
	e.lines = append(e.lines, strings.Repeat("  ", depth)+key+":")
}

// List adds a key with several texts; without any it adds nothing.
func (e *Entry) List(key string, texts []string) {
	if len(texts) == 0 {
		return
	}
	e.Open(0, key)
	for _, t := range texts {
		e.lines = append(e.lines, "  - "+quoted(t))
	}
}

// Filters adds conditions, each with its relation; own is the one that needs no naming. False when one cannot be said.
func (e *Entry) Filters(depth int, key, own string, filters []plan.Filter) bool {
	if len(filters) == 0 {
		return true
	}
	e.Open(depth, key)
	in := strings.Repeat("  ", depth+1)
	for _, f := range filters {
		text, ok := WriteWhere(f)
		if !ok {
			return false
		}
		if f.Column.Relation == own {
			e.lines = append(e.lines, in+"- "+quoted(text))
			continue
		}
		e.lines = append(e.lines, in+"- model: "+quoted(f.Column.Relation), in+"  where: "+quoted(text))
	}
	return true
}

// Metric adds a measure; the error says what of it a glossary cannot say in one term.
func (e *Entry) Metric(m plan.Measure, more []plan.Filter) error {
	if m.Kind != plan.Simple && m.Kind != plan.Population || m.Offset != nil || m.Trailing != nil || m.Formula != nil {
		return fmt.Errorf("a %s made of other figures has to be written by hand", m.Kind)
	}
	e.Open(0, "metric")
	e.Put(1, "type", string(m.Kind))
	e.Put(1, "model", m.Model)
	if m.Kind == plan.Simple {
		e.Put(1, "agg", string(m.Agg))
	}
	if m.Expr != nil {
		if m.Kind == plan.Population {
			e.Put(1, "agg", string(m.Agg))
		}
		e.Put(1, "expr", m.Expr.String())
	}
	if m.Percentile > 0 {
		e.lines = append(e.lines, fmt.Sprintf("  percentile: %g", m.Percentile))
	}
	if m.Kind == plan.Population {
		if m.Interval == nil {
			return fmt.Errorf("the figure has no interval")
		}
		e.Put(1, "entity", m.Interval.Entity)
		e.Put(1, "valid_from", m.Interval.From)
		if f := m.Interval.For; f != nil {
			e.Put(1, "valid_for", fmt.Sprintf("%d %ss", f.Count, f.Unit))
		} else {
			e.Put(1, "valid_to", m.Interval.To)
		}
		e.Put(1, "state", string(m.Interval.State))
	} else {
		e.Put(1, "agg_time_dimension", m.Time)
	}
	if !e.Filters(1, "filter", m.Model, slices.Concat(m.Filters, more)) {
		return fmt.Errorf("one of its conditions has to be written by hand")
	}
	return nil
}

// String is the entry's text.
func (e *Entry) String() string { return strings.Join(e.lines, "\n") + "\n" }
