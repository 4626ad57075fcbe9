package glossary

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// Measure compiles the metric of a term, with the terms that it is made of. Join paths of filters on other relations
// are left open: which way leads there is the project's matter.
func (g *Glossary) Measure(id string) (plan.Measure, error) {
	return (&compiler{g: g}).term(id)
}

// Dimension returns the column that a dimension term means.
func (g *Glossary) Dimension(id string) (plan.Dimension, error) {
	t, ok := g.Term(id)
	if !ok || t.Metric != nil || len(t.Dimensions) == 0 {
		return plan.Dimension{}, fmt.Errorf("the glossary has no dimension %q", id)
	}
	c := t.Dimensions[0]
	if c.Term != "" {
		return plan.Dimension{}, fmt.Errorf("the dimension %q must name a column, not the term %q", id, c.Term)
	}
	return plan.Dimension{
		Name: id, Label: t.Name, Column: plan.ColumnRef{Relation: c.Model, Column: c.Column},
		Description: t.Definition, Origin: plan.Origin{Kind: plan.FromTerm, Ref: id},
	}, nil
}

// Preferred lists the columns by which the metric of a term is usually split.
func (g *Glossary) Preferred(id string) []plan.ColumnRef {
	t, _ := g.Term(id)
	var out []plan.ColumnRef
	for _, c := range t.Dimensions {
		if c.Term == "" {
			out = append(out, plan.ColumnRef{Relation: c.Model, Column: c.Column})
		} else if d, err := g.Dimension(c.Term); err == nil {
			out = append(out, d.Column)
		}
	}
	return out
}

// Filters compiles the filters of a population term.
func (g *Glossary) Filters(id string) ([]plan.Filter, error) {
	t, ok := g.Term(id)
	if !ok || len(t.Filters) == 0 {
		return nil, fmt.Errorf("the glossary has no filter %q", id)
	}
	fs, err := wheres("", t.Filters)
	for i := range fs {
		fs[i].Origin = plan.Origin{Kind: plan.FromTerm, Ref: id}
	}
	return fs, err
}

type compiler struct {
	g     *Glossary
	stack []string // terms being compiled, outermost first
}

func (c *compiler) term(id string) (plan.Measure, error) {
	t, ok := c.g.Term(id)
	if !ok || t.Metric == nil {
		return plan.Measure{}, fmt.Errorf("the glossary has no metric %q", id)
	}
	if slices.Contains(c.stack, id) {
		return plan.Measure{}, fmt.Errorf("the terms define each other in a circle: %s", strings.Join(append(c.stack, id), " → "))
	}
	c.stack = append(c.stack, id)
	defer func() { c.stack = c.stack[:len(c.stack)-1] }()
	m, err := c.metric(id, t.Metric)
	if err != nil {
		return m, err
	}
	if len(t.Filters) > 0 {
		if m, err = withFilters(m, t.Filters); err != nil {
			return m, err
		}
	}
	m.Label, m.Description = t.Name, t.Definition
	setOrigin(&m, plan.Origin{Kind: plan.FromTerm, Ref: id})
	return m, nil
}

// setOrigin gives the measure, and every part of it that has none of its own, the origin.
func setOrigin(m *plan.Measure, o plan.Origin) {
	if m.Origin.Kind == "" {
		m.Origin = o
	}
	for _, part := range parts(m) {
		setOrigin(part, o)
	}
	for i := range m.Filters {
		if m.Filters[i].Origin.Kind == "" {
			m.Filters[i].Origin = o
		}
	}
}

func parts(m *plan.Measure) []*plan.Measure {
	var out []*plan.Measure
	if m.Numerator != nil {
		out = append(out, m.Numerator)
	}
	if m.Denominator != nil {
		out = append(out, m.Denominator)
	}
	for i := range m.Inputs {
		out = append(out, &m.Inputs[i])
	}
	return out
}

// counted are the parts whose rows the measure counts; what only has to follow is not restricted with it.
func counted(m *plan.Measure) []*plan.Measure {
	all := parts(m)
	switch m.Kind {
	case plan.Conversion, plan.Retention, plan.Funnel:
		return all[:min(1, len(all))]
	}
	return all
}

func (c *compiler) metric(name string, d *Metric) (plan.Measure, error) {
	m := plan.Measure{
		Name: name, Label: strings.ReplaceAll(name, "_", " "), Kind: plan.MeasureKind(d.Type), Format: d.Format,
		Model: d.Model, Agg: d.Agg, Percentile: d.Percentile, Time: d.Time,
		Trailing: d.Window, GrainToDate: d.GrainToDate,
	}
	switch {
	case m.Format != "":
	case d.Type == Conversion && d.Calculation != plan.Conversions, d.Type == Retention:
		m.Format = plan.Rate
	default:
		m.Format = plan.Number
	}
	var err error
	switch d.Type {
	case Ratio:
		err = c.ratio(&m, d)
	case Derived:
		err = c.derived(&m, d)
	case Conversion, Retention:
		err = c.conversion(&m, d)
	case Funnel:
		err = c.funnel(&m, d)
	default:
		err = rows(&m, d)
	}
	if err == nil && len(d.Filter) > 0 {
		m, err = withFilters(m, d.Filter)
	}
	return m, err
}

// rows compiles the types that aggregate the rows of one relation.
func rows(m *plan.Measure, d *Metric) error {
	if d.Expr != "" {
		e, err := plan.ParseExpr(d.Expr)
		if err != nil {
			return err
		}
		m.Expr = &e
	}
	if d.Type != Population {
		return nil
	}
	m.Interval = &plan.Interval{Entity: d.Entity, From: d.ValidFrom, To: d.ValidTo, For: d.ValidFor, State: d.State}
	if m.Agg == "" {
		m.Agg = plan.CountDistinct
	}
	if m.Agg == plan.CountDistinct && m.Expr == nil {
		e := plan.Col(d.Entity)
		m.Expr = &e
	}
	return nil
}

func (c *compiler) ratio(m *plan.Measure, d *Metric) error {
	n, err := c.input(m.Name+"_numerator", d.Numerator)
	if err != nil {
		return err
	}
	den, err := c.input(m.Name+"_denominator", d.Denominator)
	m.Numerator, m.Denominator = &n, &den
	return err
}

func (c *compiler) derived(m *plan.Measure, d *Metric) error {
	formula, err := plan.ParseExpr(d.Expr)
	if err != nil {
		return err
	}
	m.Formula = &formula
	for i := range d.Metrics {
		in, err := c.input(fmt.Sprintf("%s_input_%d", m.Name, i+1), &d.Metrics[i])
		if err != nil {
			return err
		}
		m.Inputs = append(m.Inputs, in)
	}
	for _, name := range formula.Columns() {
		if !slices.ContainsFunc(m.Inputs, func(in plan.Measure) bool { return in.Name == name }) {
			return fmt.Errorf("the expr of the derived metric uses %q, which is none of its metrics", name)
		}
	}
	return nil
}

// funnel is the number of those who come to its last step; whoever shows it shows the steps before as well.
func (c *compiler) funnel(m *plan.Measure, d *Metric) error {
	for i := range d.Metrics {
		in, err := c.input(fmt.Sprintf("%s_step_%d", m.Name, i+1), &d.Metrics[i])
		if err != nil {
			return err
		}
		m.Inputs = append(m.Inputs, in)
	}
	m.Interval, m.Step = &plan.Interval{Entity: d.Entity}, len(m.Inputs)
	return nil
}

// conversion compiles two events of which the second follows; those of a retention as well.
func (c *compiler) conversion(m *plan.Measure, d *Metric) error {
	base, err := c.input(m.Name+"_base", d.Base)
	if err != nil {
		return err
	}
	conv, err := c.input(m.Name+"_conversion", d.Conversion)
	m.Inputs = []plan.Measure{base, conv}
	m.Interval, m.Calculation = &plan.Interval{Entity: d.Entity}, d.Calculation
	return err
}

func (c *compiler) input(name string, in *Input) (plan.Measure, error) {
	if in.Name() != "" {
		name = in.Name()
	}
	var m plan.Measure
	var err error
	if in.Metric != nil {
		m, err = c.metric(name, in.Metric)
	} else {
		m, err = c.term(in.Term)
		m.Name = name
	}
	if err == nil && len(in.Filter) > 0 {
		m, err = withFilters(m, in.Filter)
	}
	m.Offset = in.Offset
	return m, err
}

// withFilters adds filters to every part of the measure whose rows count. A filter without a model is on the part's own.
func withFilters(m plan.Measure, ws []Where) (plan.Measure, error) {
	if m.Model != "" {
		fs, err := wheres(m.Model, ws)
		m.Filters = append(slices.Clone(m.Filters), fs...)
		return m, err
	}
	for _, part := range counted(&m) {
		changed, err := withFilters(*part, ws)
		if err != nil {
			return m, err
		}
		*part = changed
	}
	return m, nil
}

func wheres(model string, ws []Where) ([]plan.Filter, error) {
	var out []plan.Filter
	for _, w := range ws {
		relation := w.Model
		if relation == "" {
			relation = model
		}
		if relation == "" {
			return nil, fmt.Errorf("the filter %q needs a model: {model: …, where: …}", w.Text)
		}
		fs, err := ParseWhere(relation, w.Text)
		if err != nil {
			return nil, err
		}
		out = append(out, fs...)
	}
	return out, nil
}
