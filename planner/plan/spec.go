package plan

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
	// Zone is the IANA name of the zone that dates are civil in where there is no time axis; empty: UTC.
	Zone string `json:"zone,omitempty"`
	// AsOf is the day (2006-01-02) that stands for today when the design is checked, where its SQL says today; empty elsewhere.
	AsOf string `json:"as_of,omitempty"`
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
	// Extends is the existing model that the requester wants the measures put into; empty when none was named.
	Extends string `json:"extends,omitempty"`
	// Separate is true when the requester wants a model of its own even where an existing one could be extended.
	Separate bool   `json:"separate,omitempty"`
	Origin   Origin `json:"origin"`
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
	// AsOf is set where To holds versions of a thing, one row after the other: the hop leads to the version that was valid at the
	// time of the measured row (of a population: just before the edge it is counted at), whatever the cardinality.
	AsOf *Validity `json:"as_of,omitempty"`
}

// Validity names the columns of a relation of versions between which a row is valid: from From until To, its end not
// included; NULL in To: still valid. Both are dates or both are timestamps; of a day the last version counts.
type Validity struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// JoinPath leads from the relation that a measure is computed on to the
// relation that holds a dimension or filter column. No hops: the same relation.
type JoinPath struct {
	From string `json:"from"`
	To   string `json:"to"`
	Hops []Hop  `json:"hops,omitempty"`
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
	// FiscalStart is the month (2 to 12) that the year begins with, for fiscal quarters and years; 0: the calendar's.
	FiscalStart int `json:"fiscal_start,omitempty"`
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

// DatePart is a part of a date or time that comes back every week, day or year, as a number.
type DatePart string

// Parts of a date.
const (
	Weekday     DatePart = "weekday"       // 1 Monday to 7 Sunday (ISO 8601)
	HourOfDay   DatePart = "hour_of_day"   // 0 to 23
	MonthOfYear DatePart = "month_of_year" // 1 to 12
)

// Dimension splits the measures.
type Dimension struct {
	Name   string    `json:"name"` // column of the new model
	Label  string    `json:"label,omitempty"`
	Column ColumnRef `json:"column"`
	// Part, where set, is taken of Column, which holds dates or times.
	Part DatePart `json:"part,omitempty"`
	// Paths holds one path for each base relation of the measures.
	Paths []JoinPath `json:"paths"`
	// NullAs is the bucket that NULL falls into; empty keeps NULL as a group of its own.
	NullAs      string `json:"null_as,omitempty"`
	Description string `json:"description,omitempty"`
	Origin      Origin `json:"origin"`
	// Age, when set, makes this the number of periods of the time axis that lie between a row's cohort and what is counted, from 0
	// on; there is no Column then. Only retention measures have it.
	Age *Age `json:"age,omitempty"`
}

// Age bounds how many periods after its first a cohort is looked at; Max 0: as far as the data goes.
type Age struct {
	Max int `json:"max,omitempty"`
}

// Operator compares a column with literals.
type Operator string

// Operators. In and NotIn take one or more values, Between and NotBetween two, IsNull and NotNull none.
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
	// NotBetween is outside of both values.
	NotBetween Operator = "not_between"
	IsNull     Operator = "is_null"
	NotNull    Operator = "not_null"
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
	Part     DatePart   `json:"part,omitempty"` // of Column, where set
	Op       Operator   `json:"op"`
	Values   []Literal  `json:"values,omitempty"`
	KeepNull bool       `json:"keep_null,omitempty"`
	Paths    []JoinPath `json:"paths,omitempty"`
	Label    string     `json:"label,omitempty"` // "plan is enterprise"
	Origin   Origin     `json:"origin"`
}

// Rank keeps the N best (Descending) or worst groups by a measure; without dimensions the best periods of the time axis.
type Rank struct {
	N          int    `json:"n"`
	By         string `json:"by"` // name of a measure
	Descending bool   `json:"descending"`
	// PerPeriod ranks within each period of the time axis; otherwise over the whole window.
	PerPeriod bool   `json:"per_period,omitempty"`
	Rest      bool   `json:"rest,omitempty"` // adds one group "other"
	Origin    Origin `json:"origin"`
}

// BaseModels lists the relations whose rows the Spec's measures count, sorted, each once.
func (s Spec) BaseModels() []string { return s.models(Measure.BaseModels) }

// ReadModels lists all relations that the Spec's measures read, sorted, each once.
func (s Spec) ReadModels() []string { return s.models(Measure.ReadModels) }

func (s Spec) models(of func(Measure) []string) []string {
	seen := map[string]bool{}
	for _, m := range s.Measures {
		for _, name := range of(m) {
			seen[name] = true
		}
	}
	return sortedKeys(seen)
}
