// Package reading computes the figures of a Spec a second time, without the SQL
// that was generated for it, and compares the two.
//
// It shares no code with the synthesizer, and takes another road on purpose. The
// synthesizer joins dimensions and aggregates; here every base row looks its
// dimensions up by scalar subqueries (which fail in DuckDB when a lookup finds two
// rows, so a fan-out cannot hide), and populations are counted for one edge
// after the other. That is slow and plain, and good enough for a check.
//
// Populations by edge: Opening is the set of entities with a row that holds just before the
// period's start; Closing the same before its end; Lost = Opening minus Closing; Gained = Closing minus Opening.
//
// lookup.go finds columns, moment.go places rows in time, range.go says which periods there should be. balance.go,
// conversion.go, cumulative.go, derived.go, follow.go (retentions and funnels), overperiods.go, population.go and
// ratio.go read one kind of measure each. compare.go, support.go and rank.go put the model beside what was read. What
// cannot be computed a second way is an *Unsupported error, never a pass.
package reading

import (
	"fmt"
	"strings"

	"firstmile/planner/plan"
)

// Unsupported says that there is no second way to compute something.
type Unsupported struct{ What string }

func (u *Unsupported) Error() string { return "there is no second way yet to compute " + u.What }

// Names gives the SQL name of a relation of the Spec.
type Names func(relation string) (string, error)

// Query returns DuckDB SQL with one row per group that the base rows give: the
// period (when there is a time axis), the dimensions, and the measure as "value".
// model is the SQL name of the model under test; populations take their periods from it.
func Query(spec plan.Spec, m plan.Measure, names Names, model string) (string, error) {
	b := &builder{spec: spec, names: names, model: model}
	return b.measure(m)
}

type builder struct {
	spec  plan.Spec
	names Names
	model string
	back  *plan.Span // the periods read lie this much before those of the model
	asOf  string     // the edge before which versions are looked at; empty: the time of the row
}

func (b *builder) measure(m plan.Measure) (string, error) {
	if m.Offset != nil {
		return b.shifted(m)
	}
	switch m.Kind {
	case plan.Simple:
		return b.simple(m)
	case plan.Ratio:
		return b.ratio(m)
	case plan.Derived:
		return b.derived(m)
	case plan.Cumulative:
		return b.cumulative(m)
	case plan.Population:
		return b.population(m)
	case plan.Balance:
		return b.balance(m)
	case plan.Conversion:
		return b.conversion(m)
	case plan.Retention:
		return b.retention(m)
	case plan.Funnel:
		return b.funnel(m)
	case plan.OverPeriods:
		return b.overPeriods(m)
	}
	return "", &Unsupported{"a " + string(m.Kind) + " measure"}
}

// keys are the output columns that identify a group.
func (b *builder) keys() []string {
	var keys []string
	if b.spec.Time != nil {
		keys = append(keys, ident(b.spec.Time.Name))
	}
	for _, d := range b.spec.Dimensions {
		keys = append(keys, ident(d.Name))
	}
	return keys
}

// sameKeys is true where two groups are the same; null is a group. Where nothing identifies a group there is one.
func sameKeys(keys []string, l, r string) string {
	if len(keys) == 0 {
		return "true"
	}
	on := make([]string, len(keys))
	for i, k := range keys {
		on[i] = fmt.Sprintf("%s.%s is not distinct from %s.%s", l, k, r, k)
	}
	return strings.Join(on, " and ")
}

// selection is what a reading selects: the rows of a measure, called f, in groups.
type selection struct {
	from   string
	period string   // the expression of a row's period; empty without a time axis
	dims   []string // the dimensions, with their names
	where  []string
}

// selection takes the rows of a measure that the Spec's and its own filters let through.
func (b *builder) selection(m plan.Measure, period string) (selection, error) {
	s := selection{period: period}
	var err error
	if s.from, err = b.rows(m); err != nil {
		return s, err
	}
	if s.dims, err = b.dimensions(m, period); err != nil {
		return s, err
	}
	s.where, err = b.conditions(m)
	return s, err
}

// query has the value of each group.
func (b *builder) query(s selection, value string) string {
	var columns []string
	if b.spec.Time != nil {
		columns = append(columns, s.period+" as "+ident(b.spec.Time.Name))
	}
	columns = append(append(columns, s.dims...), value+" as value")
	sql := "select " + strings.Join(columns, ", ") + " from " + s.from
	if len(s.where) > 0 {
		sql += " where " + strings.Join(s.where, " and ")
	}
	if len(b.keys()) > 0 {
		sql += " group by all"
	}
	return sql
}

func (b *builder) simple(m plan.Measure) (string, error) {
	period := ""
	if b.spec.Time != nil {
		if m.Time == "" {
			return "", &Unsupported{"a measure without a time column"}
		}
		period = b.period(b.when(m))
	}
	s, err := b.selection(m, period)
	if err != nil {
		return "", err
	}
	s.from += " as f"
	value, err := aggregate(m)
	return b.query(s, value), err
}

// conditions are the filters of the Spec and the measure, and the window.
func (b *builder) conditions(m plan.Measure) ([]string, error) {
	out, err := b.filters(m, append(append([]plan.Filter(nil), b.spec.Filters...), m.Filters...))
	if err != nil {
		return nil, err
	}
	if m.Time != "" && m.Kind == plan.Simple {
		out = append(out, b.window(b.when(m))...)
	}
	return out, nil
}

// filters are conditions on a base row of the measure.
func (b *builder) filters(m plan.Measure, filters []plan.Filter) ([]string, error) {
	var out []string
	for _, f := range filters {
		x, err := b.lookup(m, f.Column, f.Paths)
		if err != nil {
			return nil, err
		}
		if x, err = b.compared(x, f); err != nil {
			return nil, err
		}
		cond, err := compare(x, f)
		if err != nil {
			return nil, err
		}
		out = append(out, cond)
	}
	return out, nil
}

// compared is what a filter compares of a column: a part of a date, or the day of a moment.
func (b *builder) compared(x string, f plan.Filter) (string, error) {
	if f.Part != "" {
		return part(b.moment(x), f.Part)
	}
	for _, v := range f.Values {
		if v.Kind == plan.DateLiteral {
			return "cast(" + b.moment(x) + " as date)", nil
		}
	}
	return x, nil
}

func compare(x string, f plan.Filter) (string, error) {
	var values []string
	for _, v := range f.Values {
		values = append(values, v.SQL())
	}
	list := "(" + strings.Join(values, ", ") + ")"
	orNull := func(cond string) string {
		if f.KeepNull {
			return "(" + cond + " or " + x + " is null)"
		}
		return cond
	}
	signs := map[plan.Operator]string{plan.Eq: "=", plan.Ne: "<>", plan.Lt: "<", plan.Lte: "<=", plan.Gt: ">", plan.Gte: ">="}
	switch {
	case signs[f.Op] != "" && len(values) == 1:
		return orNull(fmt.Sprintf("%s %s %s", x, signs[f.Op], values[0])), nil
	case f.Op == plan.In && len(values) > 0:
		return orNull(x + " in " + list), nil
	case f.Op == plan.NotIn && len(values) > 0:
		return orNull(x + " not in " + list), nil
	case f.Op == plan.Between && len(values) == 2:
		return orNull(fmt.Sprintf("%s between %s and %s", x, values[0], values[1])), nil
	case f.Op == plan.NotBetween && len(values) == 2:
		return orNull(fmt.Sprintf("not (%s between %s and %s)", x, values[0], values[1])), nil
	case f.Op == plan.IsNull:
		return x + " is null", nil
	case f.Op == plan.NotNull:
		return x + " is not null", nil
	}
	return "", fmt.Errorf("the filter on %s has the operator %q with %d values", f.Column, f.Op, len(values))
}

func aggregate(m plan.Measure) (string, error) {
	x := "1"
	if m.Expr != nil {
		x = m.Expr.String() // bare columns: the base row is the only relation in scope
	}
	switch m.Agg {
	case plan.Count:
		if m.Expr == nil {
			return "count(*)", nil
		}
		return "count(" + x + ")", nil
	case plan.Median: // between two decimals DuckDB would cut to their scale
		return fmt.Sprintf("quantile_cont(cast(%s as double), 0.5)", x), nil
	case plan.Sum, plan.Min, plan.Max:
		return string(m.Agg) + "(" + x + ")", nil
	case plan.Average:
		return "avg(" + x + ")", nil
	case plan.CountDistinct:
		return "count(distinct " + x + ")", nil
	case plan.SumBoolean:
		return "count(*) filter (where " + x + ")", nil
	case plan.Percentile:
		return fmt.Sprintf("quantile_cont(cast(%s as double), %v)", x, m.Percentile), nil
	}
	return "", &Unsupported{"the aggregation " + string(m.Agg)}
}

func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// zeroWhenEmpty: no rows means a count or sum of zero, but an unknown average or extreme.
func zeroWhenEmpty(m plan.Measure) bool {
	switch m.Agg {
	case plan.Sum, plan.Count, plan.CountDistinct, plan.SumBoolean:
		return true
	}
	return false
}
