package glossary

import (
	"strings"

	"firstmile/planner/plan"
)

// Glossary is a set of terms, in the order of files (by path) and of lines.
type Glossary struct {
	Terms []Term
}

// Status of a term.
type Status string

// Statuses. A deprecated term is understood, but the requester is told.
const (
	Approved   Status = "approved" // also when the term says nothing
	Draft      Status = "draft"
	Deprecated Status = "deprecated"
)

// Term is one entry of a glossary. It defines a metric (Metric is set), a
// dimension (Dimensions without Metric) or a population (Filters without Metric).
type Term struct {
	// ID is unique in the glossary: lower snake case. It names the column of a new model.
	ID       string
	Name     string // as people say it: "Customer churn rate"
	Synonyms []string
	// DefaultFor are those of the words that several terms share for which this one is usually meant: the default of the question, which is still asked.
	DefaultFor []string
	Definition string
	Owner      string
	Status     Status
	Metric     *Metric
	// Dimensions are the columns that the term means, or, beside a metric, the
	// ones by which that metric is usually split.
	Dimensions []Column
	// Filters all hold for the rows that the term means; beside a metric they are the metric's own.
	Filters []Where
	Caveats []string
	// NotToConfuseWith lists ids of terms that share a word with this one on purpose.
	NotToConfuseWith []string

	Path string // file, as given to the loader
	Line int    // 1-based line of the entry
}

// Column is a column of a relation, or a term that defines one. In YAML:
// "model.column", a term id, or {model: m, column: c}.
type Column struct {
	Term   string
	Model  string
	Column string
	Line   int
}

// Where is a condition on the columns of one relation, in the expression
// language of plan.ParseExpr: comparisons of a column with constants, joined
// by "and". In YAML: text (on the metric's own model) or {model: m, where: text}.
type Where struct {
	Model string // empty: the model of the metric that it belongs to
	Text  string
	Line  int
}

// MetricType is MetricFlow's metric type, plus balance (MetricFlow's semi-additive
// measure) and population.
type MetricType string

// The types and the keys that each uses.
const (
	// simple: model, agg, expr, percentile, filter, agg_time_dimension.
	Simple MetricType = "simple"
	// ratio: numerator, denominator, filter.
	Ratio MetricType = "ratio"
	// derived: metrics (with alias and offset_window) and expr over their aliases.
	Derived MetricType = "derived"
	// cumulative: as simple, with window or grain_to_date; neither: running total.
	Cumulative MetricType = "cumulative"
	// conversion: base and conversion events, entity, window (none: at any later time), calculation. See plan.Calculation.
	Conversion MetricType = "conversion"
	// retention (no metric type of MetricFlow): cohort and activity events, entity. See plan.Retention.
	Retention MetricType = "retention"
	// funnel (no metric type of MetricFlow): steps in their order, entity, window from the first step on. See plan.Funnel.
	Funnel MetricType = "funnel"
	// balance: as simple, taken at the last row of a period.
	Balance MetricType = "balance"
	// population: model, entity, valid_from (the first moment), valid_to (the first moment after) or valid_for (rows are events, and who has had none for so long has left), state; agg and expr to add up instead of counting.
	Population MetricType = "population"
)

// Metric is a formula over the columns of models, in MetricFlow's words
// (https://docs.getdbt.com/docs/build/metrics-overview).
type Metric struct {
	Type       MetricType
	Model      string
	Agg        plan.Aggregation
	Expr       string // SQL expression; derived: over the names of Metrics
	Percentile float64
	Filter     []Where
	Time       string // agg_time_dimension: column that puts a row into a period

	Numerator   *Input
	Denominator *Input
	Metrics     []Input // derived: what expr is over; funnel: the steps

	Base        *Input // conversion: the first event; retention: the event that makes the cohort
	Conversion  *Input // conversion: what has to follow; retention: the activity
	Calculation plan.Calculation
	Entity      string // conversion, retention, funnel and population: column that identifies who, in the models of both events
	Window      *plan.Span
	GrainToDate plan.Grain

	ValidFrom string
	ValidTo   string
	ValidFor  *plan.Span
	State     plan.PopulationState

	Format plan.Format
	Line   int
}

// Input is a metric inside another one: a term, or a metric in place. In YAML a
// bare text is a term id.
type Input struct {
	Term   string
	Metric *Metric
	Filter []Where
	Alias  string     // name in expr; default: the term id
	Offset *plan.Span // offset_window
	Line   int
}

// Name is the name under which a derived metric's expr refers to the input.
func (in Input) Name() string {
	if in.Alias != "" {
		return in.Alias
	}
	return in.Term
}

// Term returns the term with this id.
func (g *Glossary) Term(id string) (Term, bool) {
	for _, t := range g.Terms {
		if t.ID == id {
			return t, true
		}
	}
	return Term{}, false
}

// Words lists every way to say the term: name, synonyms and the id with spaces.
func (t Term) Words() []string {
	return append([]string{t.Name, strings.ReplaceAll(t.ID, "_", " ")}, t.Synonyms...)
}

// Merge returns the terms of both. A term of more whose id g already has is left out: g is the team's own word.
func (g *Glossary) Merge(more *Glossary) *Glossary {
	out := &Glossary{Terms: append([]Term(nil), g.Terms...)}
	for _, t := range more.Terms {
		if _, taken := g.Term(t.ID); !taken {
			out.Terms = append(out.Terms, t)
		}
	}
	return out
}
