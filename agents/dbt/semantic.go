package dbt

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// others reads exposures, groups and unit tests.
func (p *properties) others(root *yaml.Node) {
	for _, n := range p.list(root, "exposures") {
		e := Exposure{Name: str(n, "name"), Type: str(n, "type"), Label: str(n, "label"), Description: str(n, "description"),
			URL: str(n, "url"), Line: n.Line, DependsOn: texts(value(get(n, "depends_on")))}
		owner := get(n, "owner")
		e.Owner = firstText(str(owner, "name"), str(owner, "email"))
		if e.Name != "" {
			p.exposures = append(p.exposures, e)
		}
	}
	for _, n := range p.list(root, "groups") {
		owner := get(n, "owner")
		if g := (Group{Name: str(n, "name"), Owner: str(owner, "name"), Email: str(owner, "email"), Line: n.Line}); g.Name != "" {
			p.groups = append(p.groups, g)
		}
	}
	for _, n := range p.list(root, "unit_tests") {
		p.unitTests = append(p.unitTests, UnitTest{Name: str(n, "name"), Model: str(n, "model"), Line: n.Line, Raw: mapping(n)})
	}
}

// semanticLayer reads semantic models, metrics and saved queries.
func (p *properties) semanticLayer(root *yaml.Node) {
	for _, n := range p.list(root, "semantic_models") {
		s := SemanticModel{Name: str(n, "name"), Model: str(n, "model"), Description: str(n, "description"),
			TimeColumn: str(get(n, "defaults"), "agg_time_dimension"), Line: n.Line}
		for _, e := range items(get(n, "entities")) {
			s.Entities = append(s.Entities, Entity{str(e, "name"), str(e, "type"), str(e, "expr")})
		}
		for _, d := range items(get(n, "dimensions")) {
			s.Dimensions = append(s.Dimensions, Dimension{str(d, "name"), str(d, "type"), str(d, "expr"),
				str(get(d, "type_params"), "time_granularity"), str(d, "description")})
		}
		for _, m := range items(get(n, "measures")) {
			s.Measures = append(s.Measures, Measure{str(m, "name"), str(m, "agg"), str(m, "expr"), str(m, "description")})
			if create, _ := value(get(m, "create_metric")).(bool); create {
				p.metrics = append(p.metrics, Metric{Name: str(m, "name"), Type: "simple", Label: str(m, "label"), Description: str(m, "description"),
					Params: map[string]any{"measure": str(m, "name")}, Line: m.Line})
			}
		}
		p.semantic = append(p.semantic, s)
	}
	for _, n := range p.list(root, "metrics") {
		if m, ok := p.metric(n); ok {
			p.metrics = append(p.metrics, m)
		}
	}
	for _, n := range p.list(root, "saved_queries") {
		p.saved = append(p.saved, SavedQuery{Name: str(n, "name"), Label: str(n, "label"), Description: str(n, "description"), Line: n.Line,
			Metrics: texts(value(get(get(n, "query_params"), "metrics"))), Raw: mapping(n)})
	}
}

// metric reads one metric of either spec; the latest has its parameters beside the type, the older one under type_params.
func (p *properties) metric(n *yaml.Node) (Metric, bool) {
	m := Metric{Name: str(n, "name"), Type: str(n, "type"), Label: str(n, "label"), Description: str(n, "description"), Line: n.Line}
	if m.Name == "" {
		p.problem(n, "a metric has no name")
		return m, false
	}
	// A filter is a text or a list of texts that must all hold.
	m.Filter = strings.Join(texts(value(get(n, "filter"))), " AND ")
	if m.Params = mapping(get(n, "type_params")); m.Params == nil {
		m.Params = latestParams(n, m)
	}
	return m, true
}
