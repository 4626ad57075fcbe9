package plan

import (
	"encoding/json"
	"sort"
)

// SpecVersion is the version of the Spec's JSON form.
const SpecVersion = 1

// Spec is what a request means: typed, complete, and grounded field by field.
// The measure kinds follow MetricFlow (https://docs.getdbt.com/docs/build/metrics-overview);
// what MetricFlow lacks (population over validity intervals) is said at its type.
type Spec struct {
	Version int `json:"version"`
	// Title is one line for people: "Weekly customer churn rate by billing region".
	Title      string      `json:"title"`
	Measures   []Measure   `json:"measures"`
	Dimensions []Dimension `json:"dimensions,omitempty"`
	// Time is nil when the request asks for totals over the whole period.
	Time *TimeAxis `json:"time,omitempty"`
	// Window bounds the rows in time; nil means everything there is.
	Window  *Window  `json:"window,omitempty"`
	Filters []Filter `json:"filters,omitempty"` // combined with AND; they hold for every measure
	Rank    *Rank    `json:"rank,omitempty"`
	// Freshness is how old the data may be, in hours; 0 means not asked for.
	FreshnessHours int    `json:"freshness_hours,omitempty"`
	Audience       string `json:"audience,omitempty"`
	Owner          string `json:"owner,omitempty"`
	Target         Target `json:"target"`
}

// Target is the model to be written.
type Target struct {
	// Name is the model's name without extension: "fct_weekly_customer_churn_by_region".
	Name string `json:"name"`
	// Materialized is dbt's word; empty means the folder's configuration decides.
	Materialized string `json:"materialized,omitempty"`
	Origin       Origin `json:"origin"`
}

// OriginKind says what a field of the Spec is grounded in.
type OriginKind string

// The kinds of origin. A field without one of them does not exist: ground or ask.
const (
	FromQuote   OriginKind = "quote"   // the requester's own words
	FromTerm    OriginKind = "term"    // a glossary term; Ref is its id
	FromMetric  OriginKind = "metric"  // a dbt metric; Ref is its name
	FromColumn  OriginKind = "column"  // a column; Ref is "relation.column"
	FromValue   OriginKind = "value"   // a value seen in data; Ref is "relation.column=value"
	FromAnswer  OriginKind = "answer"  // an answer; Ref is the question's id
	FromDefault OriginKind = "default" // a default recorded as an assumption
)

// Origin says where a field of the Spec came from.
type Origin struct {
	Kind  OriginKind `json:"kind"`
	Ref   string     `json:"ref,omitempty"`
	Quote string     `json:"quote,omitempty"` // the words of the request, as written
}

// ColumnRef names a column of a relation. Relation is a dbt name: a model, a
// seed, a snapshot, or "source.table" for a source.
type ColumnRef struct {
	Relation string `json:"relation"`
	Column   string `json:"column"`
}

// String is "relation.column".
func (c ColumnRef) String() string { return c.Relation + "." + c.Column }

// Cardinality of a hop, seen from its From side.
type Cardinality string

// Cardinalities. Only the first two keep the rows of the From side as they are.
const (
	ManyToOne          Cardinality = "many_to_one"
	OneToOne           Cardinality = "one_to_one"
	OneToMany          Cardinality = "one_to_many"
	UnknownCardinality Cardinality = "unknown"
)

// Hop is one join: From.FromColumns[i] = To.ToColumns[i].
type Hop struct {
	From        string      `json:"from"`
	To          string      `json:"to"`
	FromColumns []string    `json:"from_columns"`
	ToColumns   []string    `json:"to_columns"`
	Cardinality Cardinality `json:"cardinality"`
	// Evidence says why the keys are believed to match: "relationships test in models/marts/_marts__models.yml:41".
	Evidence string `json:"evidence"`
	// Declared is false for keys guessed from names or data: these are shown as an assumption.
	Declared bool `json:"declared"`
}

// JoinPath leads from the relation that a measure is computed on to the
// relation that holds a dimension or filter column. No hops: the same relation.
type JoinPath struct {
	From string `json:"from"`
	To   string `json:"to"`
	Hops []Hop  `json:"hops,omitempty"`
}

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

// Grain is a calendar unit.
type Grain string

// Grains, finest first.
const (
	Hour    Grain = "hour"
	Day     Grain = "day"
	Week    Grain = "week"
	Month   Grain = "month"
	Quarter Grain = "quarter"
	Year    Grain = "year"
)

// TimeAxis gives the new model one row per period.
type TimeAxis struct {
	// Name is the column of the new model: "week", "month".
	Name  string `json:"name"`
	Grain Grain  `json:"grain"`
	// Zone is an IANA name; WeekStart is "monday" or "sunday".
	Zone      string `json:"zone"`
	WeekStart string `json:"week_start,omitempty"`
	// Complete leaves out the period that has not ended at AsOf.
	Complete bool `json:"complete,omitempty"`
	// Spine keeps periods without rows, as zero or NULL.
	Spine  bool   `json:"spine,omitempty"`
	Origin Origin `json:"origin"`
}

// Window is a half-open range of civil dates [From, To); an empty edge is open.
type Window struct {
	From   string `json:"from,omitempty"` // 2006-01-02
	To     string `json:"to,omitempty"`
	Label  string `json:"label,omitempty"` // "last 12 months"
	Origin Origin `json:"origin"`
}

// Dimension splits the measures.
type Dimension struct {
	Name   string    `json:"name"` // column of the new model
	Label  string    `json:"label,omitempty"`
	Column ColumnRef `json:"column"`
	// Paths holds one path for each base relation of the measures.
	Paths []JoinPath `json:"paths"`
	// NullAs is the bucket that NULL falls into; empty keeps NULL as a group of its own.
	NullAs      string `json:"null_as,omitempty"`
	Description string `json:"description,omitempty"`
	Origin      Origin `json:"origin"`
}

// Operator compares a column with literals.
type Operator string

// Operators. In and NotIn take one or more values, Between two, IsNull and NotNull none.
const (
	Eq      Operator = "eq"
	Ne      Operator = "ne"
	In      Operator = "in"
	NotIn   Operator = "not_in"
	Lt      Operator = "lt"
	Lte     Operator = "lte"
	Gt      Operator = "gt"
	Gte     Operator = "gte"
	Between Operator = "between"
	IsNull  Operator = "is_null"
	NotNull Operator = "not_null"
)

// LiteralKind is the type of a literal.
type LiteralKind string

// Kinds of literal.
const (
	StringLiteral LiteralKind = "string"
	NumberLiteral LiteralKind = "number"
	BoolLiteral   LiteralKind = "bool"
	DateLiteral   LiteralKind = "date"
)

// Literal is a constant; Text is its canonical spelling ("EMEA", "12.5", "true", "2026-01-31").
type Literal struct {
	Kind LiteralKind `json:"kind"`
	Text string      `json:"text"`
}

// Filter keeps rows. Negative operators keep NULL out unless KeepNull says otherwise.
type Filter struct {
	Column   ColumnRef  `json:"column"`
	Op       Operator   `json:"op"`
	Values   []Literal  `json:"values,omitempty"`
	KeepNull bool       `json:"keep_null,omitempty"`
	Paths    []JoinPath `json:"paths,omitempty"`
	Label    string     `json:"label,omitempty"` // "plan is enterprise"
	Origin   Origin     `json:"origin"`
}

// Rank keeps the N best (Descending) or worst groups by a measure.
type Rank struct {
	N          int    `json:"n"`
	By         string `json:"by"` // name of a measure
	Descending bool   `json:"descending"`
	// PerPeriod ranks within each period of the time axis; otherwise over the whole window.
	PerPeriod bool   `json:"per_period,omitempty"`
	Rest      bool   `json:"rest,omitempty"` // adds one group "other"
	Origin    Origin `json:"origin"`
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

// BaseModels lists the relations that the Spec's measures are computed on, sorted, each once.
func (s Spec) BaseModels() []string {
	seen := map[string]bool{}
	for _, m := range s.Measures {
		for _, name := range m.BaseModels() {
			seen[name] = true
		}
	}
	return sortedKeys(seen)
}

// Canonical is the meaning of the Spec as text: two readings with the same
// canonical form give the same numbers. Labels, titles, origins and the target
// are left out; the order of dimensions, filters and filter values does not count.
func (s Spec) Canonical() string {
	c := s
	c.Title, c.Audience, c.Owner, c.Target = "", "", "", Target{}
	c.Measures = nil
	for _, m := range s.Measures {
		c.Measures = append(c.Measures, m.bare())
	}
	c.Dimensions = nil
	for _, d := range s.Dimensions {
		d.Label, d.Description, d.Origin = "", "", Origin{}
		d.Paths = barePaths(d.Paths)
		c.Dimensions = append(c.Dimensions, d)
	}
	sort.Slice(c.Dimensions, func(i, j int) bool {
		return c.Dimensions[i].Column.String() < c.Dimensions[j].Column.String()
	})
	c.Filters = bareFilters(s.Filters)
	if s.Time != nil {
		t := *s.Time
		t.Origin = Origin{}
		c.Time = &t
	}
	if s.Window != nil {
		w := *s.Window
		w.Label, w.Origin = "", Origin{}
		c.Window = &w
	}
	if s.Rank != nil {
		r := *s.Rank
		r.Origin = Origin{}
		c.Rank = &r
	}
	return mustJSON(c)
}

func (m Measure) bare() Measure {
	m.Label, m.Description, m.Origin, m.Format = "", "", Origin{}, ""
	m.Filters = bareFilters(m.Filters)
	if m.Numerator != nil {
		n := m.Numerator.bare()
		m.Numerator = &n
	}
	if m.Denominator != nil {
		d := m.Denominator.bare()
		m.Denominator = &d
	}
	inputs := m.Inputs
	m.Inputs = nil
	for _, in := range inputs {
		m.Inputs = append(m.Inputs, in.bare())
	}
	return m
}

func bareFilters(filters []Filter) []Filter {
	var out []Filter
	for _, f := range filters {
		f.Label, f.Origin = "", Origin{}
		f.Paths = barePaths(f.Paths)
		f.Values = append([]Literal(nil), f.Values...)
		if f.Op != Between {
			sort.Slice(f.Values, func(i, j int) bool { return f.Values[i].Text < f.Values[j].Text })
		}
		out = append(out, f)
	}
	sort.Slice(out, func(i, j int) bool { return mustJSON(out[i]) < mustJSON(out[j]) })
	return out
}

func barePaths(paths []JoinPath) []JoinPath {
	out := make([]JoinPath, len(paths))
	for i, p := range paths {
		out[i] = p
		out[i].Hops = nil
		for _, h := range p.Hops {
			h.Evidence, h.Declared = "", false
			out[i].Hops = append(out[i].Hops, h)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].From < out[j].From })
	return out
}

func sortedKeys(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for k := range set {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// mustJSON encodes values made of strings, numbers and slices only, which cannot fail.
func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("plan: " + err.Error())
	}
	return string(b)
}
