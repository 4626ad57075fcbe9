package metric

import (
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// Conversions, retentions and funnels count the rows of a first event by what followed it. Each figure of such a measure is an
// atom over the rows of the first event; what followed is found in steps of its own.

// Columns of the steps: when a base event, and when a conversion event, happened.
const (
	eventAt    = "event_at"
	followedAt = "followed_at"
)

// part is one figure of such a measure, as a measure over the rows of its first event.
func part(m plan.Measure, c plan.Calculation) plan.Measure {
	base := m.Inputs[0]
	m.Model, m.Agg, m.Expr, m.Percentile, m.Filters = base.Model, base.Agg, base.Expr, base.Percentile, base.Filters
	m.Time, m.TimePath = base.Time, base.TimePath
	m.Calculation = c
	return m
}

// figuresOf lists the figures that a measure is made of; two are divided.
func figuresOf(m plan.Measure) []plan.Calculation {
	switch {
	case m.Kind == plan.Funnel:
		return []plan.Calculation{""}
	case m.Kind == plan.Conversion && (m.Calculation == "" || m.Calculation == plan.ConversionRate):
		return []plan.Calculation{plan.Conversions, plan.Opportunities}
	case m.Kind == plan.Retention && (m.Calculation == "" || m.Calculation == plan.RetentionRate):
		return []plan.Calculation{plan.Retained, plan.CohortSize}
	}
	return []plan.Calculation{m.Calculation}
}

// collectFigures reads the figures that a measure is made of.
func (b *builder) collectFigures(m plan.Measure, offset *plan.Span, name string) error {
	all := nameOr(m.Inputs[0].Name, name+"_base")
	for _, c := range figuresOf(m) {
		label := name
		switch c {
		case plan.Conversions:
			label = "converted_" + all
		case plan.Opportunities:
			label = all
		case plan.Retained, plan.CohortSize:
			label = string(c)
		}
		if err := b.addAtom(part(m, c), offset, label); err != nil {
			return err
		}
	}
	return nil
}

// figuresValue is the measure over its figures.
func (b *builder) figuresValue(m plan.Measure, offset *plan.Span, get func(*atom) Scalar) Scalar {
	var found []Scalar
	for _, c := range figuresOf(m) {
		found = append(found, get(b.parts[atomKey(part(m, c))+keyOf(offset)]))
	}
	if len(found) == 2 {
		return Divide{found[0], found[1]}
	}
	return found[0]
}

// validFollow checks the events of a measure and what is asked of them.
func (b *builder) validFollow(m plan.Measure) error {
	kind := string(m.Kind)
	if m.Interval == nil || m.Interval.Entity == "" || len(m.Inputs) < 2 || len(m.Inputs) > 2 && m.Kind != plan.Funnel {
		return refuse(kind, "The %s %s lacks its events or the column that says whose they are.", kind, m.Name)
	}
	for _, in := range m.Inputs {
		if in.Kind != plan.Simple {
			return refuse(kind, "%s is a %s measure; an event of the %s %s is one row.", in.Name, in.Kind, kind, m.Name)
		}
		if err := validAggregation(in); err != nil {
			return err
		}
		if in.Time == "" {
			return refuse("no_time", "%s does not say which column dates the event %s.", m.Name, in.Name)
		}
	}
	if m.Trailing != nil && m.Trailing.Count <= 0 {
		return refuse(kind, "The window of the %s %s must be longer than zero.", kind, m.Name)
	}
	allowed := map[plan.MeasureKind][]plan.Calculation{
		plan.Conversion: {"", plan.ConversionRate, plan.Conversions, plan.Opportunities},
		plan.Retention:  {"", plan.RetentionRate, plan.Retained, plan.CohortSize},
		plan.Funnel:     {""},
	}[m.Kind]
	for _, c := range allowed {
		if c == m.Calculation {
			return b.validEvents(m)
		}
	}
	return refuse(kind, "I do not know the calculation %q of the %s %s.", m.Calculation, kind, m.Name)
}

// validEvents checks what is particular to a kind.
func (b *builder) validEvents(m plan.Measure) error {
	base, then := m.Inputs[0], m.Inputs[1]
	switch {
	case m.Kind == plan.Conversion && base.Model == then.Model && base.SameTime(then) && filtersKey(base.Filters) == filtersKey(then.Filters):
		return refuse("conversion", "Both events of the conversion %s are the same rows of %s, so each would follow itself.", m.Name, base.Model)
	case m.Kind == plan.Funnel && (m.Step < 1 || m.Step > len(m.Inputs)):
		return refuse("funnel", "The funnel %s has no step %d.", m.Name, m.Step)
	case m.Kind == plan.Retention && (b.spec.Time == nil || b.age() == nil):
		return refuse("retention", "%s is told by cohort and by the number of periods since, and the design lacks one of them.", m.Name)
	}
	return nil
}

// eventRows are the rows of an event: a relation or a step of its own.
type eventRows struct {
	table  string
	entity string
	at     Scalar
	day    bool // known to the day only
	where  []Scalar
}

// events reads the rows of one event of a conversion: in place where that can be, else in a step of its own.
func (b *builder) events(n *dbt.Node, alias string, m plan.Measure, entity string, apart bool) (eventRows, error) {
	col, err := column(n, entity)
	if err != nil {
		return eventRows{}, err
	}
	r, err := b.reachAt(n, alias, m)
	if err != nil {
		return eventRows{}, err
	}
	at, dated, err := r.moment(m)
	if err != nil {
		return eventRows{}, err
	}
	out := eventRows{table: alias, entity: col.Name, at: at, day: toTheDay(dated)}
	rows := Select{Items: []Item{{Column{alias, col.Name}, col.Name}, {at, eventAt}}}
	if err := b.addFilters(r, &rows, m.Filters); err != nil {
		return eventRows{}, err
	}
	if !apart && len(r.joins) == 0 {
		out.where = rows.Where
		return out, nil
	}
	r.finish(&rows)
	out.table = b.step(nameOr(m.Name, alias+"_events"), "", rows)
	out.at = Column{out.table, eventAt}
	return out, nil
}

// toTheDay reports whether a column holds days rather than moments, by type or by the naming rule of timeForm.
func toTheDay(col dbt.Column) bool {
	if f := family(col.Type); f != unknownFamily {
		return f == dateFamily
	}
	form, known := timeForm(col)
	return known && form == Civil
}

// unique reports whether a column is declared to identify a row.
func unique(n *dbt.Node, name string) bool {
	for _, key := range n.UniqueKeys() {
		if len(key) == 1 && strings.EqualFold(key[0], name) {
			return true
		}
	}
	return false
}
