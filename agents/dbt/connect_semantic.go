package dbt

import (
	"slices"
	"strings"

	"firstmile/agents/dbt/jinja"
)

// connectSemantic gives semantic models, metrics and saved queries their IDs and resolves what they stand on.
func (l *linker) connectSemantic() {
	p := l.p
	owner := map[string]string{} // measure → ID of its semantic model
	for i := range p.Semantic {
		s := &p.Semantic[i]
		s.ID = "semantic_model." + p.Name + "." + s.Name
		s.Model = l.idOf(s.Model)
		for _, m := range s.Measures {
			owner[m.Name] = s.ID
		}
	}
	for i := range p.Metrics {
		p.Metrics[i].ID = l.metricID(p.Metrics[i].Name)
	}
	for i := range p.Metrics {
		m := &p.Metrics[i]
		m.DependsOn = l.metricInputs(m, owner)
	}
	for i := range p.SavedQueries {
		s := &p.SavedQueries[i]
		s.ID = "saved_query." + p.Name + "." + s.Name
		s.DependsOn = l.metricIDs(s.Metrics, s.Path, s.Line)
	}
}

func (l *linker) metricID(name string) string { return "metric." + l.p.Name + "." + name }

// metricInputs are what a metric is made of: semantic models by its measures, or other metrics.
func (l *linker) metricInputs(m *Metric, owner map[string]string) []string {
	var ids []string
	measure := func(key string, params map[string]any) {
		name := inputName(params[key])
		if name == "" {
			return
		}
		if id, ok := owner[name]; ok {
			ids = append(ids, id)
			return
		}
		l.problem(m.Path, m.Line, "the metric "+m.Name+" uses the measure "+name+", which no semantic model has")
	}
	switch m.Type {
	case "ratio":
		return l.metricIDs([]string{inputName(m.Params["numerator"]), inputName(m.Params["denominator"])}, m.Path, m.Line)
	case "derived":
		var names []string
		list, _ := m.Params["metrics"].([]any)
		for _, x := range list {
			names = append(names, inputName(x))
		}
		return l.metricIDs(names, m.Path, m.Line)
	case "conversion":
		params := m.Params
		if inner, ok := params["conversion_type_params"].(map[string]any); ok {
			params = inner
		}
		measure("base_measure", params)
		measure("conversion_measure", params)
	default:
		measure("measure", m.Params)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// inputName is the name in an input of a metric: a text, or a mapping with a name.
func inputName(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		return configText(v, "name")
	}
	return ""
}

// metricIDs finds metrics by name and names those that are not there.
func (l *linker) metricIDs(names []string, path string, line int) []string {
	var ids []string
	for _, name := range names {
		if name == "" {
			continue
		}
		if !slices.ContainsFunc(l.p.Metrics, func(m Metric) bool { return m.Name == name }) {
			l.problem(path, line, "there is no metric "+name)
			continue
		}
		ids = append(ids, l.metricID(name))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// metricIn reads metric('name'), as exposures hold it.
func (l *linker) metricIn(text string) string {
	calls := jinja.Calls("{{ " + strings.TrimSpace(text) + " }}")
	if len(calls) != 1 || calls[0].Name != "metric" || len(calls[0].Args) == 0 {
		return ""
	}
	name := calls[0].Args[len(calls[0].Args)-1]
	if !slices.ContainsFunc(l.p.Metrics, func(m Metric) bool { return m.Name == name }) {
		return ""
	}
	return l.metricID(name)
}
