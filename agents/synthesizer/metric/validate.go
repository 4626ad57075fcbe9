package metric

import (
	"strings"

	"firstmile/planner/plan"
)

// validate refuses a Spec that is incomplete or beyond what the compiler supports, before anything is planned.
func (b *builder) validate() error {
	if len(b.spec.Measures) == 0 {
		return refuse("no_measure", "The design has no measure, so there is nothing to compute.")
	}
	if err := b.uniqueNames(); err != nil {
		return err
	}
	if t := b.spec.Time; t != nil {
		if err := validTime(t); err != nil {
			return err
		}
	}
	if w := b.spec.Window; w != nil {
		if err := validWindow(w); err != nil {
			return err
		}
	}
	for _, m := range b.spec.Measures {
		if err := b.validMeasure(m); err != nil {
			return err
		}
		if err := b.validWhole(m); err != nil {
			return err
		}
	}
	if err := b.validAge(); err != nil {
		return err
	}
	return b.validRank()
}

func (b *builder) uniqueNames() error {
	seen := map[string]bool{}
	for _, name := range b.columnNames() {
		if name == "" {
			return refuse("no_name", "A column of the new model has no name.")
		}
		if key := strings.ToLower(name); seen[key] {
			return refuse("duplicate_name", "Two columns of the new model would be named %q.", name)
		} else {
			seen[key] = true
		}
	}
	return nil
}

func (b *builder) columnNames() []string {
	var out []string
	if b.spec.Time != nil {
		out = append(out, b.spec.Time.Name)
	}
	for _, d := range b.spec.Dimensions {
		out = append(out, d.Name)
	}
	for _, m := range b.spec.Measures {
		out = append(out, m.Name)
	}
	return out
}

// reserveColumns keeps the names of columns from becoming names of steps: some engines
// read a bare column name that equals a table's name as the whole row.
func (b *builder) reserveColumns() {
	for _, name := range b.columnNames() {
		b.names.used[strings.ToLower(name)] = true
	}
}

func validTime(t *plan.TimeAxis) error {
	if err := validGrain(t.Grain); err != nil {
		return err
	}
	switch t.WeekStart {
	case "", "monday", "sunday":
		return validFiscal(t)
	}
	return refuse("week_start", "Weeks can start on monday or sunday, not on %q.", t.WeekStart)
}

func validWindow(w *plan.Window) error {
	for _, edge := range []string{w.From, w.To} {
		if _, err := civil(edge); edge != "" && err != nil {
			return refuse("window", "The window's edge %q is no date.", edge)
		}
	}
	if w.From != "" && w.To != "" && w.From >= w.To {
		return refuse("window", "The window ends (%s) before it begins (%s).", w.To, w.From)
	}
	return nil
}

func (b *builder) validMeasure(m plan.Measure) error {
	for _, s := range []*plan.Span{m.Offset, m.Trailing} {
		if s == nil {
			continue
		}
		if err := validGrain(s.Unit); err != nil {
			return err
		}
	}
	if m.GrainToDate != "" {
		if err := validGrain(m.GrainToDate); err != nil {
			return err
		}
	}
	switch m.Kind {
	case plan.Simple, plan.Cumulative, plan.Balance:
		return validAggregation(m)
	case plan.Population:
		return validPopulation(m)
	case plan.Ratio:
		if m.Numerator == nil || m.Denominator == nil {
			return refuse("ratio", "The ratio %s lacks its numerator or denominator.", m.Name)
		}
		if err := b.validMeasure(*m.Numerator); err != nil {
			return err
		}
		return b.validMeasure(*m.Denominator)
	case plan.Derived:
		return b.validDerived(m)
	case plan.Conversion, plan.Retention, plan.Funnel:
		return b.validFollow(m)
	case plan.OverPeriods:
		return b.validOverPeriods(m)
	}
	return refuse("measure_kind", "I do not know how to compute %s: its kind is %q.", m.Name, m.Kind)
}

func validAggregation(m plan.Measure) error {
	if m.Model == "" {
		return refuse("no_model", "%s does not say which relation it is computed on.", m.Name)
	}
	switch m.Agg {
	case plan.Count:
		return nil
	case plan.Sum, plan.CountDistinct, plan.Average, plan.Min, plan.Max, plan.Median, plan.SumBoolean:
	case plan.Percentile:
		if m.Percentile <= 0 || m.Percentile >= 1 {
			return refuse("percentile", "The percentile of %s must lie between 0 and 1.", m.Name)
		}
	default:
		return refuse("aggregation", "I do not know the aggregation %q of %s.", m.Agg, m.Name)
	}
	if m.Expr == nil {
		return refuse("no_expression", "%s does not say what to aggregate with %s.", m.Name, m.Agg)
	}
	return nil
}

func validPopulation(m plan.Measure) error {
	iv := m.Interval
	if m.Model == "" || iv == nil || iv.Entity == "" || iv.From == "" || iv.To == "" && iv.For == nil {
		return refuse("interval", "%s lacks the columns that say who is in the population from when until when.", m.Name)
	}
	switch iv.State {
	case plan.Opening, plan.Closing, plan.Lost, plan.Gained:
	default:
		return refuse("state", "I do not know the population state %q of %s.", iv.State, m.Name)
	}
	switch {
	case m.Agg == "" || m.Agg == plan.CountDistinct:
	case m.Agg == plan.Sum && m.Expr != nil:
	default:
		return refuse("aggregation", "A population can be counted or summed; %s asks for %q.", m.Name, m.Agg)
	}
	return nil
}

func (b *builder) validDerived(m plan.Measure) error {
	if m.Formula == nil || len(m.Inputs) == 0 {
		return refuse("derived", "The derived measure %s lacks its formula or inputs.", m.Name)
	}
	known := map[string]bool{}
	for _, in := range m.Inputs {
		known[in.Name] = true
		if err := b.validMeasure(in); err != nil {
			return err
		}
		if in.Offset != nil {
			if err := b.validOffset(in); err != nil {
				return err
			}
		}
	}
	for _, name := range m.Formula.Columns() {
		if !known[name] {
			return refuse("derived", "The formula of %s uses %q, which is none of its inputs.", m.Name, name)
		}
	}
	return nil
}

func (b *builder) validOffset(in plan.Measure) error {
	t := b.spec.Time
	if t == nil {
		return refuse("offset", "%s is compared with an earlier period, so the design needs a row for each period.", in.Name)
	}
	if in.Offset.Count <= 0 || !wholePeriods(*in.Offset, t.Grain) {
		return refuse("offset", "%d %s is no whole number of %ss, so %s cannot be compared period by period.",
			in.Offset.Count, in.Offset.Unit, t.Grain, in.Name)
	}
	return nil
}

func (b *builder) validRank() error {
	r := b.spec.Rank
	if r == nil {
		return nil
	}
	if r.N <= 0 {
		return refuse("rank", "The number of groups to keep must be at least 1.")
	}
	if len(b.spec.Dimensions) == 0 && (b.spec.Time == nil || r.Rest) {
		return refuse("rank", "There is nothing to rank: the design has one row.")
	}
	for _, m := range b.spec.Measures {
		if m.Name == r.By {
			return nil
		}
	}
	return refuse("rank", "The groups are to be ranked by %q, which is none of the measures.", r.By)
}
