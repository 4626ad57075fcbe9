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
	// Conversion: share of base events (Inputs[0]) followed by Inputs[1] within Trailing, by Entity.
	Conversion MeasureKind = "conversion"
	// Balance (semi-additive): Agg of Expr taken at the last row of each period.
	Balance MeasureKind = "balance"
	// Population: entities whose validity interval covers a point in time.
	Population MeasureKind = "population"
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

	Numerator   *Measure  `json:"numerator,omitempty"`
	Denominator *Measure  `json:"denominator,omitempty"`
	Inputs      []Measure `json:"inputs,omitempty"`
	Formula     *Expr     `json:"formula,omitempty"`
	// Offset shifts an input of a derived measure into the past (MetricFlow's offset_window).
	Offset      *Span `json:"offset,omitempty"`
	Trailing    *Span `json:"trailing,omitempty"`
	GrainToDate Grain `json:"grain_to_date,omitempty"`

	Interval *Interval `json:"interval,omitempty"`

	// Format is how people read the number.
	Format Format `json:"format,omitempty"`
	// Description is the definition in words, from its origin.
	Description string `json:"description,omitempty"`
	Origin      Origin `json:"origin"`
}

// Format of a measure.
type Format string

// Formats. A rate lies between 0 and 1.
const (
	Number   Format = "number"
	Currency Format = "currency"
	Rate     Format = "rate"
)

// PopulationState is the moment or movement that a population measure counts
// for a period [start, end). An entity is in the population at an instant t
// when it has a row with From <= t and (To is NULL or To > t).
type PopulationState string

// States. Lost and Gained compare the two edges of the period, so an entity
// that leaves and comes back within one period counts as neither.
const (
	Opening PopulationState = "opening" // in the population at start
	Closing PopulationState = "closing" // in the population at end
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
	To     string          `json:"to"`     // column of Model: date or timestamp
	State  PopulationState `json:"state"`
}

// Span is a length of time in calendar units.
type Span struct {
	Count int   `json:"count"`
	Unit  Grain `json:"unit"`
}

// BaseModels lists the relations that the measure's rows come from, sorted, each once.
func (m Measure) BaseModels() []string {
	seen := map[string]bool{}
	m.walk(func(x Measure) {
		if x.Model != "" {
			seen[x.Model] = true
		}
	})
	return sortedKeys(seen)
}

func (m Measure) walk(visit func(Measure)) {
	visit(m)
	if m.Numerator != nil {
		m.Numerator.walk(visit)
	}
	if m.Denominator != nil {
		m.Denominator.walk(visit)
	}
	for _, in := range m.Inputs {
		in.walk(visit)
	}
}
