package grammar

import (
	"fmt"
	"strings"

	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// Slot is a span of words with everything it can mean as one kind of thing. Which
// of its candidates is meant is chosen later, when the whole request is known.
type Slot struct {
	From, To int // tokens of the request
	Kind     knowledge.Kind
	Cands    []knowledge.Candidate
}

func (s *Slot) key() string { return fmt.Sprintf("%s@%d-%d", s.Kind, s.From, s.To) }

// MeasureKind is how a measure is made of its parts.
type MeasureKind string

// Kinds of measure node and the fields they use.
const (
	OfTerm   MeasureKind = "term"   // Slot (metric), Conds
	OfColumn MeasureKind = "column" // Slot (number), Agg; no Agg: it has to be chosen
	OfRows   MeasureKind = "rows"   // NP: how many there are
	OfValues MeasureKind = "values" // Slot (dim or number): how many different ones
	// Having counts the things of NP that rows of Slot (entity or metric) belong to.
	Having    MeasureKind = "having"
	PerEntity MeasureKind = "per" // Base divided by the number of Slot (entity)
	// PerMeasure is Base divided by Per.
	PerMeasure MeasureKind = "per measure"
	// Minus is Base less Per.
	Minus    MeasureKind = "minus"
	Share    MeasureKind = "share"    // Base with Conds divided by Base without
	OfTotal  MeasureKind = "of total" // Base of each group divided by Base of all groups
	RateOf   MeasureKind = "rate"     // rows that fulfil Conds divided by all rows of their relation
	Running  MeasureKind = "running"  // Base added up over time
	ToDate   MeasureKind = "to date"  // Base added up since the start of Grain
	Trailing MeasureKind = "trailing" // Base over Span
	Against  MeasureKind = "against"  // Base, Base a Grain ago, and how much it changed
	EdgeOf   MeasureKind = "edge"     // "latest price": the value at a moment, Slot (number, metric or time)
	Growth   MeasureKind = "growth"   // Base against itself a Grain ago; no Grain: a period of the time axis
	// OverPeriods is Agg of what Base is in each Grain: "average logins per day".
	OverPeriods MeasureKind = "over periods"
	// MovingAverage is the average of what Base was in each of the last periods of Span.
	MovingAverage MeasureKind = "moving average"
)

// MeasureList is several measures said side by side: "revenue versus refunds".
type MeasureList struct{ Measures []*Measure }

func (l *MeasureList) key() string {
	var b strings.Builder
	for _, m := range l.Measures {
		b.WriteString(m.key())
	}
	return "measures(" + b.String() + ")"
}

// Measure is a number that the request asks for.
type Measure struct {
	Kind  MeasureKind
	Agg   string // plan.Aggregation, or p75, p90, …
	Slot  *Slot
	Base  *Measure
	Per   *Measure
	NP    *NP
	Conds []*Cond
	// Of are the things that the measure is restricted to by a noun before it: "enterprise customers revenue".
	Of    *NP
	Grain plan.Grain
	Span  plan.Span
	With  *Window // what Against compares with, where a date names it
	// Counted is true when a word such as "how many" says that rows are counted.
	Counted bool
	// Format of a ratio, where the words say it; of a share of a total, where they say nothing else: "in percent". Apart is true when its two parts are named side by side, each with its own
	// conditions: "late deliveries divided by deliveries".
	Format plan.Format
	Apart  bool
	// Added is true when a word such as "including" says that it stands beside what is there.
	Added bool
	From  int
	To    int
}

// NP is a noun phrase: things of one kind, with conditions.
type NP struct {
	Entity *Slot // nil when a population names the things
	Conds  []*Cond
	// Post is true when a condition follows the noun, so that nothing else may.
	Post bool
}

// Cond is a condition on rows.
type Cond struct {
	From, To int
	Neg      bool
	Only     bool
	Or       bool // Values are joined by "or"
	By       bool // said with "by": "visits by children"
	Fresh    bool // those that began in the period: "new customers"
	// Values are values or populations; any of them will do.
	Values []*Slot
	// Column, when set, is what Values, Literal, Empty or Op speak of.
	Column *Slot
	// Of, when set, is the noun that the condition belongs to: "suppliers from Spain".
	Of *Slot
	// Thing stands for the one numeric column of an entity ("invoices over 100").
	Thing   *Slot
	Op      plan.Operator
	Numbers []string
	Literal string // quoted text
	Empty   bool
	// Days are days of the week by their ISO numbers.
	Days []string
}

// Split is a set of dimensions, and a calendar grain among them.
type Split struct {
	Dims   []*Slot
	Grain  plan.Grain
	Fiscal bool          // Grain is one of the fiscal year
	Part   plan.DatePart // "by day of week"
	Time   *Slot         // "by order date"
	Marked bool          // introduced by a word such as "by"
	Per    bool          // introduced by "per"
	Inside bool          // introduced by "within": totals are those of each of its groups
	From   int
	To     int
}

// Rank keeps the best or the worst groups. N is 0 when the request names no number.
type Rank struct {
	Grain plan.Grain // of the periods that are ranked; empty: groups are
	N     int
	Top   bool
	Rest  bool // what is left is one group
	// Judged is true for "best" and "worst", which say no direction by themselves.
	Judged bool
	Dim    *Slot
	By     *Measure
	From   int
	To     int
}

// Window bounds the request in time.
type Window struct {
	Kind  WindowKind
	Count int
	Unit  plan.Grain
	Dates []DateSpan
	Time  *Slot // "shipped in March"
	// Fiscal: Unit is one of the fiscal year. Omitted: everything but this. AtEnd: the moment at which Dates[0] ends.
	Fiscal, Omitted, AtEnd bool
	From                   int
	To                     int
}

// WindowKind is how a window is given.
type WindowKind string

// Kinds of window.
const (
	Last      WindowKind = "last"       // the last Count complete Units
	Current   WindowKind = "current"    // the Unit that holds today
	Since     WindowKind = "since"      // from the start of Dates[0]
	After     WindowKind = "after"      // from the end of Dates[0]
	Until     WindowKind = "until"      // to the end of Dates[0]
	Before    WindowKind = "before"     // to the start of Dates[0]
	SinceLast WindowKind = "since last" // from the start of the last complete Unit
	Within    WindowKind = "within"     // Dates[0]
	Range     WindowKind = "range"      // from the start of Dates[0] to the end of Dates[1]
	UpToNow   WindowKind = "to date"    // from the start of the current Unit until today
	Ago       WindowKind = "day"        // one day, Count days from today
)

// DateSpan is a date, month, quarter or year as it was said. Year 0 means the latest one that has begun.
type DateSpan struct {
	Year, Half, Quarter, Month int
	Day                        int
	Date                       string // 2006-01-02
	Fiscal                     bool   // Year and Quarter are fiscal
}

// Revision marks: how a later turn changes the earlier reading.
type Revision struct {
	Also, Instead bool
	Unsplit       []*Slot
}

// key functions tell two meanings of one span apart.

func (m *Measure) key() string {
	if m == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s(%s %s %s %s %v", m.Kind, m.Agg, m.Grain, m.Base.key(), m.Per.key(), m.Span)
	if m.With != nil {
		b.WriteString(m.With.key())
	}
	if m.Slot != nil {
		b.WriteString(m.Slot.key())
	}
	if m.NP != nil {
		b.WriteString(m.NP.key())
	}
	if m.Of != nil {
		b.WriteString(m.Of.key())
	}
	for _, c := range m.Conds {
		b.WriteString(c.key())
	}
	return b.String() + ")"
}

func (n *NP) key() string {
	var b strings.Builder
	if n.Entity != nil {
		b.WriteString(n.Entity.key())
	}
	for _, c := range n.Conds {
		b.WriteString(c.key())
	}
	return "np(" + b.String() + ")"
}

func (c *Cond) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "cond(%v %v %v %s %v %s %v %v", c.Neg, c.Or, c.Fresh, c.Op, c.Numbers, c.Literal, c.Empty, c.Days)
	for _, s := range append([]*Slot{c.Column, c.Thing}, c.Values...) {
		if s != nil {
			b.WriteString(" " + s.key())
		}
	}
	return b.String() + ")"
}

func (s *Split) key() string {
	var b strings.Builder
	fmt.Fprintf(&b, "split(%s %v %v %v %s", s.Grain, s.Marked, s.Inside, s.Fiscal, s.Part)
	for _, d := range s.Dims {
		b.WriteString(" " + d.key())
	}
	if s.Time != nil {
		b.WriteString(s.Time.key())
	}
	return b.String() + ")"
}

func (r *Rank) key() string {
	s := fmt.Sprintf("rank(%d %v %v %v %s %s", r.N, r.Top, r.Rest, r.Judged, r.Grain, r.By.key())
	if r.Dim != nil {
		s += r.Dim.key()
	}
	return s + ")"
}

func (w *Window) key() string {
	s := fmt.Sprintf("window(%s %d %s %v %v %v %v", w.Kind, w.Count, w.Unit, w.Dates, w.Fiscal, w.Omitted, w.AtEnd)
	if w.Time != nil {
		s += w.Time.key()
	}
	return s + ")"
}
