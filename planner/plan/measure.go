package plan

// Aggregation is MetricFlow's agg.
type Aggregation string

// Aggregations of a simple measure.
const (
	Sum           Aggregation = "sum"
	Count         Aggregation = "count"
	CountDistinct Aggregation = "count_distinct"
	Average       Aggregation = "average"
	Min           Aggregation = "min"
	Max           Aggregation = "max"
	Median        Aggregation = "median"
	Percentile    Aggregation = "percentile"
	SumBoolean    Aggregation = "sum_boolean"
)

// MeasureKind is MetricFlow's metric type, plus population.
type MeasureKind string

// The kinds of measure and the fields that each uses.
const (
	// Simple: Model, Agg, Expr, Percentile, Filters, Time.
	Simple MeasureKind = "simple"
	// Ratio: Numerator / Denominator, NULL when the denominator is 0.
	Ratio MeasureKind = "ratio"
	// Derived: Formula over the names of Inputs, each with its own Offset.
	Derived MeasureKind = "derived"
	// Cumulative: as Simple, over Trailing periods or GrainToDate; neither: running total.
	Cumulative MeasureKind = "cumulative"
	// Conversion: base events (Inputs[0]) that are followed by a conversion event (Inputs[1]) of the same
	// Interval.Entity within Trailing (nil: at any later time), as Calculation says.
	Conversion MeasureKind = "conversion"
	// Balance (semi-additive): Agg of Expr taken at the last row of each period.
	Balance MeasureKind = "balance"
	// Population: entities whose validity interval covers a point in time.
	Population MeasureKind = "population"
	// Retention: of the entities whose first Inputs[0] event lies in a period (their cohort), those with an Inputs[1] event in the
	// period that is so many periods later as the design's Age dimension says. Interval.Entity says whose events they are; Calculation
	// which figure it is. It is no metric type of MetricFlow.
	Retention MeasureKind = "retention"
	// Funnel: entities, in the period of their first Inputs[0] event, that got as far as step Step (1 is Inputs[0]): an event of each
	// step at or after the one of the step before, all within Trailing of the first (nil: at any later time). It is no metric type of MetricFlow.
	Funnel MeasureKind = "funnel"
	// OverPeriods: Agg of the values that Inputs[0] has in each period of Periods ("average logins per day").
	OverPeriods MeasureKind = "over_periods"
)

// Measure is one number to compute.
type Measure struct {
	// Name is the column of the new model, unique in the Spec: lower snake case.
	Name  string      `json:"name"`
	Label string      `json:"label,omitempty"`
	Kind  MeasureKind `json:"kind"`

	Model string      `json:"model,omitempty"` // relation whose rows are aggregated
	Agg   Aggregation `json:"agg,omitempty"`
	// Expr is over columns of Model; nil counts rows.
	Expr       *Expr   `json:"expr,omitempty"`
	Percentile float64 `json:"percentile,omitempty"` // between 0 and 1
	// Filters are the measure's own, beside the Spec's.
	Filters []Filter `json:"filters,omitempty"`
	// Time is the column of Model that puts a row into a period
	// (MetricFlow's agg_time_dimension). Population uses Interval instead.
	Time string `json:"time,omitempty"`
	// TimePath leads from Model to the relation that has the column Time, where Model has no date of its own; nil: it is Model's.
	// MetricFlow has no such thing. Rows that the path leads nowhere from have no time.
	TimePath *JoinPath `json:"time_path,omitempty"`

	Numerator   *Measure `json:"numerator,omitempty"`
	Denominator *Measure `json:"denominator,omitempty"`
	// Whole, on the Denominator of a ratio that is a measure of the Spec itself, makes it the whole that the numerator is a part of.
	Whole   *Whole    `json:"whole,omitempty"`
	Inputs  []Measure `json:"inputs,omitempty"`
	Formula *Expr     `json:"formula,omitempty"`
	// Offset shifts an input of a derived measure into the past (MetricFlow's offset_window).
	Offset      *Span `json:"offset,omitempty"`
	Trailing    *Span `json:"trailing,omitempty"`
	GrainToDate Grain `json:"grain_to_date,omitempty"`
	// Periods is the axis within the axis of the Spec that OverPeriods takes its values on. Only whole periods within the window
	// count, and one belongs to the period of the Spec that it begins in. With Spine a period without rows counts as 0
	// where it is a sum or a count; without it such a period does not count.
	Periods *TimeAxis `json:"periods,omitempty"`

	Interval *Interval `json:"interval,omitempty"`
	// Calculation of a conversion or a retention; empty is the rate.
	Calculation Calculation `json:"calculation,omitempty"`
	// Step of a funnel, from 1.
	Step int `json:"step,omitempty"`

	// Format is how people read the number.
	Format Format `json:"format,omitempty"`
	// Description is the definition in words, from its origin.
	Description string `json:"description,omitempty"`
	Origin      Origin `json:"origin"`
}

// Calculation is MetricFlow's word for what a conversion gives.
//
// As in MetricFlow (https://docs.getdbt.com/docs/build/conversion) a conversion event belongs to the nearest base event of its entity at
// or before it, if less than the window lies between them, and counts in that base event's period and groups. Unlike
// there, a base event converts once however many conversions belong to it, so that the rate lies between 0 and 1; base events of one entity at
// the very same moment convert together. The measure's own filters say what a base event is; those of the
// Spec only choose which of them are looked at.
type Calculation string

// Calculations. The base events are aggregated as Inputs[0] says.
const (
	ConversionRate Calculation = "conversion_rate" // Conversions divided by Opportunities
	Conversions    Calculation = "conversions"     // base events that converted
	Opportunities  Calculation = "opportunities"   // all base events; MetricFlow's base measure
)

// Calculations of a retention. An entity counts once for each age.
const (
	RetentionRate Calculation = "retention_rate" // Retained divided by CohortSize
	Retained      Calculation = "retained"       // entities of the cohort that were active at that age
	CohortSize    Calculation = "cohort_size"    // all entities of the cohort, the same at every age
)

// Format of a measure.
type Format string

// Formats. A rate lies between 0 and 1.
const (
	Number   Format = "number"
	Currency Format = "currency"
	Rate     Format = "rate"
)

// PopulationState is the moment or movement that a population measure counts
// for a period [start, end). An entity is in the population at an edge t of a period
// when it has a row with From < t and (To is NULL or To >= t): the state just before t.
// So the closing state of a period is the opening state of the next, and whoever starts
// or ends exactly at t is gained or lost in the period that begins at t, which is the one
// that this moment belongs to. Without a period the state is that of today, of which
// those who start today are part and those who end today are not: From <= today and
// (To is NULL or To > today).
type PopulationState string

// States. Lost and Gained compare the two edges of the period, so an entity
// that leaves and comes back within one period counts as neither.
const (
	Opening PopulationState = "opening" // in the population just before start
	Closing PopulationState = "closing" // in the population just before end
	Lost    PopulationState = "lost"    // in at start, not in at end
	Gained  PopulationState = "gained"  // not in at start, in at end
)

// Interval describes rows valid from From until To (exclusive; NULL: still valid),
// one entity having any number of rows. It is not part of MetricFlow; the
// definition of opening, lost and closing is the usual one of a stock and its flows.
//
// With Agg count_distinct the measure counts entities; with Agg sum it adds
// Expr over the rows valid at the start (Opening, Lost) or the end (Closing, Gained).
type Interval struct {
	Entity string          `json:"entity"` // column of Model
	From   string          `json:"from"`   // column of Model: date or timestamp
	To     string          `json:"to"`     // column of Model: date or timestamp; empty with For
	State  PopulationState `json:"state"`
	// For, when set, takes the place of To: a row is valid for so long from From on. With the rows being events this is a population by
	// activity: an entity is lost when it has had no event for that long.
	For *Span `json:"for,omitempty"`
}

// Whole says over which groups a denominator is taken: all groups of the same period (of the window, without a time axis) that
// have the same values of Within, whatever the Spec's other dimensions are. The filters and the window of the Spec hold for it as for
// the numerator; a rank does not, so that the whole is that of all groups. It is computed over the rows of these groups, never by adding
// up figures that do not add up: of a distinct count it is the distinct count of them all. A ratio whose denominator has a Whole is a
// share of a total: between 0 and 1 where the parts are not negative, NULL where the whole is 0. It is not part of MetricFlow.
type Whole struct {
	// Within are names of dimensions of the Spec; none: all groups of the period.
	Within []string `json:"within,omitempty"`
}

// Span is a length of time in calendar units.
type Span struct {
	Count int   `json:"count"`
	Unit  Grain `json:"unit"`
}

// Dated is the column that puts the rows of Model into periods; its Column is empty where there is none.
func (m Measure) Dated() ColumnRef {
	if m.TimePath != nil {
		return ColumnRef{Relation: m.TimePath.To, Column: m.Time}
	}
	return ColumnRef{Relation: m.Model, Column: m.Time}
}

// DatePaths are the paths from the rows of Model to the column that dates them, for a filter or dimension on it.
func (m Measure) DatePaths() []JoinPath {
	if m.TimePath != nil {
		return []JoinPath{*m.TimePath}
	}
	return []JoinPath{{From: m.Model, To: m.Model}}
}

// SameTime reports whether the rows of both measures are dated by the same column, reached over the same keys.
func (m Measure) SameTime(o Measure) bool {
	return m.Dated() == o.Dated() && mustJSON(barePaths(m.DatePaths())) == mustJSON(barePaths(o.DatePaths()))
}

// DatedBy reports whether a column, reached by one of the paths, is the very date that puts the rows of Model into periods.
func (m Measure) DatedBy(c ColumnRef, paths []JoinPath) bool {
	if m.TimePath == nil || m.Dated() != c {
		return m.Dated() == c
	}
	for _, p := range paths {
		if p.From == m.Model {
			return m.SameTime(Measure{Model: m.Model, Time: c.Column, TimePath: &p})
		}
	}
	return false
}

// Parts are the measures that a measure is computed from: both sides of a ratio, else its inputs. A measure that is read from rows
// has none, except where its rows are events that follow each other or periods.
func (m Measure) Parts() []Measure {
	if m.Numerator != nil && m.Denominator != nil {
		return []Measure{*m.Numerator, *m.Denominator}
	}
	return m.Inputs
}

// BaseModels lists the relations whose rows the measure counts, sorted, each once: the ones that dimensions and filters
// have to be reached from. Of a conversion these are the base events.
func (m Measure) BaseModels() []string {
	seen := map[string]bool{}
	m.walk(false, func(x Measure) { seen[x.Model] = true })
	return sortedKeys(seen)
}

// ReadModels lists all relations that the measure reads, the events that only have to follow included, sorted, each once.
func (m Measure) ReadModels() []string {
	seen := map[string]bool{}
	m.walk(true, func(x Measure) { seen[x.Model] = true })
	return sortedKeys(seen)
}

// walk visits the parts that read rows; all includes those that only follow a base event.
func (m Measure) walk(all bool, visit func(Measure)) {
	if m.Model != "" {
		visit(m)
	}
	if m.Numerator != nil {
		m.Numerator.walk(all, visit)
	}
	if m.Denominator != nil {
		m.Denominator.walk(all, visit)
	}
	for i, in := range m.Inputs {
		if all || i == 0 || !m.follows() {
			in.walk(all, visit)
		}
	}
}

// follows reports whether the inputs after the first are events that only have to follow it.
func (m Measure) follows() bool {
	return m.Kind == Conversion || m.Kind == Retention || m.Kind == Funnel
}
