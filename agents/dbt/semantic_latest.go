package dbt

import (
	"gopkg.in/yaml.v3"
)

// The latest spec of the semantic layer has no standalone semantic models: a model's own entry says semantic_model: true, its columns
// say which of them are entities and dimensions, and its metrics have their aggregation themselves instead of naming a measure.
// (docs.getdbt.com/docs/build/latest-metrics-spec)
//
// It is read into the shape of the older spec, so that whoever uses the project knows one shape only: a simple metric becomes a
// measure of the same name and a metric over it.

// latestSemantic reads the semantic model and the metrics within a model's entry.
func (p *properties) latestSemantic(n *yaml.Node, e entry) {
	head := get(n, "semantic_model")
	metrics := items(get(n, "metrics"))
	if head == nil && len(metrics) == 0 || !switchedOn(head) {
		return
	}
	s := SemanticModel{Name: firstText(str(head, "name"), e.name), Model: "ref('" + e.name + "')",
		Description: firstText(str(head, "description"), e.description), TimeColumn: str(n, "agg_time_dimension"), Line: n.Line}
	for _, c := range items(get(n, "columns")) {
		s.columnOf(c)
	}
	derived := get(n, "derived_semantics")
	for _, x := range items(get(derived, "entities")) {
		s.Entities = append(s.Entities, Entity{str(x, "name"), str(x, "type"), str(x, "expr")})
	}
	for _, x := range items(get(derived, "dimensions")) {
		s.Dimensions = append(s.Dimensions, Dimension{str(x, "name"), str(x, "type"), str(x, "expr"), str(x, "granularity"), str(x, "description")})
	}
	for _, x := range metrics {
		m, ok := p.metric(x)
		if !ok {
			continue
		}
		if agg := str(x, "agg"); agg != "" {
			s.Measures = append(s.Measures, Measure{m.Name, agg, str(x, "expr"), m.Description})
		}
		p.metrics = append(p.metrics, m)
	}
	p.semantic = append(p.semantic, s)
}

// switchedOn says whether semantic_model: holds true, or a mapping that is not disabled. A model with metrics and without the key
// counts as switched on.
func switchedOn(head *yaml.Node) bool {
	if head == nil || head.Kind == yaml.MappingNode {
		enabled, _ := value(get(head, "enabled")).(bool)
		return get(head, "enabled") == nil || enabled
	}
	on, _ := value(head).(bool)
	return on
}

// columnOf adds what a column says about its part in the semantic model. entity: and dimension: are a type or a mapping.
func (s *SemanticModel) columnOf(c *yaml.Node) {
	column := str(c, "name")
	if x := get(c, "entity"); x != nil {
		s.Entities = append(s.Entities, Entity{firstText(str(x, "name"), column), firstText(str(x, "type"), str(c, "entity")), column})
	}
	if x := get(c, "dimension"); x != nil {
		s.Dimensions = append(s.Dimensions, Dimension{firstText(str(x, "name"), column), firstText(str(x, "type"), str(c, "dimension")), column,
			str(c, "granularity"), firstText(str(x, "description"), str(c, "description"))})
	}
}

// latestParams gives a metric of the latest spec the type_params that the older one would have.
func latestParams(n *yaml.Node, m Metric) map[string]any {
	out := map[string]any{}
	take := func(key, as string) {
		if v := value(get(n, key)); v != nil {
			out[as] = v
		}
	}
	switch m.Type {
	case "simple":
		out["measure"] = m.Name
	case "cumulative":
		take("input_metric", "measure") // the measure has the name of the simple metric
	case "ratio":
		take("numerator", "numerator")
		take("denominator", "denominator")
	case "derived":
		take("expr", "expr")
		take("input_metrics", "metrics")
	case "conversion":
		take("base_metric", "base_measure")
		take("conversion_metric", "conversion_measure")
	}
	for _, key := range []string{"window", "grain_to_date", "period_agg", "entity", "calculation", "constant_properties",
		"fill_nulls_with", "join_to_timespine", "non_additive_dimension", "percentile"} {
		take(key, key)
	}
	return out
}
