package knowledge

import (
	"fmt"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// metricTerms makes terms of the project's own dbt semantic layer: simple, ratio, derived and cumulative metrics without
// Jinja filters. A metric that says more than a term can, or something else, is left out rather than read wrongly: a conversion of
// MetricFlow counts every conversion of a base event, a term's counts the base event once.
func metricTerms(p *dbt.Project) *glossary.Glossary {
	measures := map[string]*glossary.Metric{}
	for _, s := range p.Semantic {
		for _, m := range s.Measures {
			if d, ok := measureOf(p, s, m); ok {
				measures[m.Name] = d
			}
		}
	}
	g := &glossary.Glossary{}
	for _, m := range p.Metrics {
		d, ok := metricOf(m, measures)
		if !ok || strings.TrimSpace(m.Filter) != "" {
			continue
		}
		name := m.Label
		if name == "" {
			name = strings.ReplaceAll(m.Name, "_", " ")
		}
		g.Terms = append(g.Terms, glossary.Term{ID: m.Name, Name: name, Definition: m.Description, Status: glossary.Approved, Metric: d, Path: m.Path, Line: m.Line})
	}
	return g
}

func measureOf(p *dbt.Project, s dbt.SemanticModel, m dbt.Measure) (*glossary.Metric, bool) {
	n, ok := p.Node(s.Model)
	if !ok {
		return nil, false
	}
	d := &glossary.Metric{Type: glossary.Simple, Model: n.RelationName(), Agg: plan.Aggregation(strings.ToLower(m.Agg)), Expr: m.Expr, Format: plan.Number, Line: s.Line}
	d.Time = s.TimeColumn
	for _, dim := range s.Dimensions {
		if dim.Name == s.TimeColumn && dim.Expr != "" {
			d.Time = dim.Expr
		}
	}
	switch d.Agg {
	case plan.Count:
		d.Expr = "" // MetricFlow's count has an expr such as 1; it counts rows
	case plan.Sum, plan.CountDistinct, plan.Average, plan.Min, plan.Max, plan.Median, plan.SumBoolean:
		if d.Expr == "" {
			d.Expr = m.Name
		}
	default:
		return nil, false
	}
	if d.Agg == plan.Sum && strings.TrimSpace(d.Expr) == "1" {
		d.Agg, d.Expr = plan.Count, ""
	}
	return d, true
}

func metricOf(m dbt.Metric, measures map[string]*glossary.Metric) (*glossary.Metric, bool) {
	switch m.Type {
	case "simple":
		base, ok := measures[nameOf(m.Params["measure"])]
		return base, ok
	case "cumulative":
		base, ok := measures[nameOf(m.Params["measure"])]
		if !ok {
			return nil, false
		}
		d := *base
		d.Type = glossary.Cumulative
		params := m.Params
		if inner, ok := m.Params["cumulative_type_params"].(map[string]any); ok {
			params = inner
		}
		if w := fmt.Sprint(params["window"]); params["window"] != nil {
			span, err := glossary.ParseSpan(w)
			if err != nil {
				return nil, false
			}
			d.Window = &span
		}
		if g, ok := params["grain_to_date"].(string); ok {
			d.GrainToDate = plan.Grain(g)
		}
		return &d, true
	case "ratio":
		num, den := nameOf(m.Params["numerator"]), nameOf(m.Params["denominator"])
		return &glossary.Metric{Type: glossary.Ratio, Numerator: &glossary.Input{Term: num}, Denominator: &glossary.Input{Term: den}, Format: plan.Rate, Line: m.Line},
			num != "" && den != ""
	case "derived":
		return derivedOf(m)
	}
	return nil, false
}

func derivedOf(m dbt.Metric) (*glossary.Metric, bool) {
	d := &glossary.Metric{Type: glossary.Derived, Line: m.Line}
	d.Expr, _ = m.Params["expr"].(string)
	list, _ := m.Params["metrics"].([]any)
	for _, item := range list {
		in := glossary.Input{Term: nameOf(item), Line: m.Line}
		if fields, ok := item.(map[string]any); ok {
			in.Alias, _ = fields["alias"].(string)
			if w, ok := fields["offset_window"].(string); ok {
				span, err := glossary.ParseSpan(w)
				if err != nil {
					return nil, false
				}
				in.Offset = &span
			}
			if fields["offset_to_grain"] != nil {
				return nil, false
			}
		}
		if in.Term == "" {
			return nil, false
		}
		d.Metrics = append(d.Metrics, in)
	}
	return d, d.Expr != "" && len(d.Metrics) > 0
}

// nameOf reads a reference: a name, or a mapping with a name and nothing that changes the meaning.
func nameOf(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case map[string]any:
		if x["filter"] != nil {
			return ""
		}
		s, _ := x["name"].(string)
		return s
	}
	return ""
}
