package glossary

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"firstmile/planner/plan"

	"gopkg.in/yaml.v3"
)

// maxDepth bounds metrics inside metrics.
const maxDepth = 20

// decoder reads the nodes of one file by hand, so that every problem has its line and an unknown key is an error.
type decoder struct {
	path     string
	term     string
	depth    int
	problems Problems
}

func decodeFile(path string, body []byte) ([]Term, Problems) {
	d := &decoder{path: path}
	var doc yaml.Node
	if err := yaml.Unmarshal(body, &doc); err != nil {
		return nil, Problems{yamlProblem(path, err)}
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return nil, nil // an empty file
	}
	var terms []Term
	d.mapping(doc.Content[0], "the file", fields{
		"terms": func(n *yaml.Node) {
			for _, item := range d.sequence(n, "terms") {
				if t, ok := d.decodeTerm(item); ok {
					terms = append(terms, t)
				}
			}
		},
	})
	return terms, d.problems
}

func (d *decoder) decodeTerm(n *yaml.Node) (Term, bool) {
	t := Term{Path: d.path, Line: n.Line, Status: Approved}
	before := len(d.problems)
	d.term = scalarAt(n, "id")
	ok := d.mapping(n, "a term", fields{
		"id":          d.text(&t.ID),
		"name":        d.text(&t.Name),
		"synonyms":    d.texts(&t.Synonyms),
		"default_for": d.texts(&t.DefaultFor),
		"definition":  d.text(&t.Definition),
		"owner":       d.text(&t.Owner),
		"status":      oneOf(d, &t.Status, Approved, Draft, Deprecated),
		"metric":      func(n *yaml.Node) { t.Metric = d.metric(n) },
		"dimensions": func(n *yaml.Node) {
			for _, item := range d.sequence(n, "dimensions") {
				t.Dimensions = append(t.Dimensions, d.column(item))
			}
		},
		"filters":             d.wheres(&t.Filters),
		"caveats":             d.texts(&t.Caveats),
		"not_to_confuse_with": d.texts(&t.NotToConfuseWith),
	})
	if !ok {
		return t, false
	}
	switch {
	case !isIdentifier(t.ID):
		d.fail(n, "a term needs an id of lower-case letters, digits and _, starting with a letter")
	case t.Metric == nil && len(t.Dimensions) == 0 && len(t.Filters) == 0:
		d.fail(n, "the term defines nothing: it needs a metric, dimensions or filters")
	}
	if t.Name == "" {
		t.Name = strings.ReplaceAll(t.ID, "_", " ")
	}
	d.term = ""
	return t, len(d.problems) == before
}

func (d *decoder) metric(n *yaml.Node) *Metric {
	m := &Metric{Line: n.Line}
	if d.depth++; d.depth > maxDepth {
		d.fail(n, "metrics inside metrics more than %d levels deep", maxDepth)
		d.depth--
		return m
	}
	defer func() { d.depth-- }()
	input := func(to **Input) func(*yaml.Node) {
		return func(n *yaml.Node) { in := d.input(n); *to = &in }
	}
	d.mapping(n, "a metric", fields{
		"type":               oneOf(d, &m.Type, Simple, Ratio, Derived, Cumulative, Conversion, Retention, Funnel, Balance, Population),
		"model":              d.text(&m.Model),
		"agg":                oneOf(d, &m.Agg, plan.Sum, plan.Count, plan.CountDistinct, plan.Average, plan.Min, plan.Max, plan.Median, plan.Percentile, plan.SumBoolean),
		"expr":               d.text(&m.Expr),
		"percentile":         d.fraction(&m.Percentile),
		"filter":             d.wheres(&m.Filter),
		"agg_time_dimension": d.text(&m.Time),
		"numerator":          input(&m.Numerator),
		"denominator":        input(&m.Denominator),
		"base":               input(&m.Base),
		"conversion":         input(&m.Conversion),
		"cohort":             input(&m.Base),
		"activity":           input(&m.Conversion),
		"steps": func(n *yaml.Node) {
			for _, item := range d.sequence(n, "steps") {
				m.Metrics = append(m.Metrics, d.input(item))
			}
		},
		"metrics": func(n *yaml.Node) {
			for _, item := range d.sequence(n, "metrics") {
				m.Metrics = append(m.Metrics, d.input(item))
			}
		},
		"calculation":   oneOf(d, &m.Calculation, plan.ConversionRate, plan.Conversions),
		"entity":        d.text(&m.Entity),
		"window":        d.span(&m.Window),
		"grain_to_date": oneOf(d, &m.GrainToDate, plan.Week, plan.Month, plan.Quarter, plan.Year),
		"valid_from":    d.text(&m.ValidFrom),
		"valid_to":      d.text(&m.ValidTo),
		"valid_for":     d.span(&m.ValidFor),
		"state":         oneOf(d, &m.State, plan.Opening, plan.Closing, plan.Lost, plan.Gained),
		"format":        oneOf(d, &m.Format, plan.Number, plan.Currency, plan.Rate),
	})
	d.complete(n, m)
	return m
}

// complete checks that the keys of the metric's type are there, and no others.
func (d *decoder) complete(n *yaml.Node, m *Metric) {
	needs, allows := metricKeys(m.Type)
	if m.Type == "" {
		d.fail(n, "a metric needs a type: simple, ratio, derived, cumulative, conversion, retention, funnel, balance or population")
		return
	}
	n = resolve(n)
	var has []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		has = append(has, n.Content[i].Value)
	}
	for _, key := range needs {
		if !slices.Contains(has, key) {
			d.fail(n, "a metric of type %s needs %s", m.Type, key)
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		known := slices.Contains(needs, key.Value) || slices.Contains(allows, key.Value) || key.Value == "type" || key.Value == "format"
		if !known {
			d.fail(key, "a metric of type %s has no %s", m.Type, key.Value)
		}
	}
	if m.Type == Population && (m.ValidTo == "") == (m.ValidFor == nil) {
		d.fail(n, "a metric of type population needs valid_to, or valid_for where its rows are events")
	}
	if needsExpr(m) && m.Expr == "" {
		d.fail(n, "the aggregation %s needs an expr", m.Agg)
	}
	if (m.Agg == plan.Percentile) != (m.Percentile > 0) {
		d.fail(n, "agg: percentile and the key percentile (between 0 and 1) belong together")
	}
}

func needsExpr(m *Metric) bool {
	switch m.Type {
	case Simple, Cumulative, Balance:
		return m.Agg != "" && m.Agg != plan.Count
	case Population:
		return m.Agg != "" && m.Agg != plan.Count && m.Agg != plan.CountDistinct
	}
	return false
}

// metricKeys are the keys that a type needs and those that it allows beside them.
func metricKeys(t MetricType) (needs, allows []string) {
	rows := []string{"expr", "percentile", "filter", "agg_time_dimension"}
	switch t {
	case Simple, Balance:
		return []string{"model", "agg"}, rows
	case Cumulative:
		return []string{"model", "agg"}, append(rows, "window", "grain_to_date")
	case Ratio:
		return []string{"numerator", "denominator"}, []string{"filter"}
	case Derived:
		return []string{"metrics", "expr"}, []string{"filter"}
	case Conversion:
		return []string{"base", "conversion", "entity"}, []string{"window", "calculation"}
	case Retention:
		return []string{"cohort", "activity", "entity"}, nil
	case Funnel:
		return []string{"steps", "entity"}, []string{"window"}
	case Population:
		return []string{"model", "entity", "valid_from", "state"}, []string{"valid_to", "valid_for", "agg", "expr", "filter"}
	}
	return nil, nil
}

func (d *decoder) input(n *yaml.Node) Input {
	in := Input{Line: n.Line}
	if resolve(n).Kind == yaml.ScalarNode {
		d.text(&in.Term)(n)
		return in
	}
	d.mapping(n, "an input", fields{
		"term":          d.text(&in.Term),
		"metric":        func(n *yaml.Node) { in.Metric = d.metric(n) },
		"filter":        d.wheres(&in.Filter),
		"alias":         d.text(&in.Alias),
		"offset_window": d.span(&in.Offset),
	})
	if (in.Term == "") == (in.Metric == nil) {
		d.fail(n, "an input needs a term or a metric, and not both")
	}
	if in.Alias != "" && !isIdentifier(in.Alias) {
		d.fail(n, "an alias has lower-case letters, digits and _ and starts with a letter")
	}
	return in
}

func (d *decoder) column(n *yaml.Node) Column {
	c := Column{Line: n.Line}
	if resolve(n).Kind == yaml.ScalarNode {
		var text string
		d.text(&text)(n)
		if dot := strings.LastIndexByte(text, '.'); dot > 0 && dot < len(text)-1 {
			c.Model, c.Column = text[:dot], text[dot+1:]
		} else {
			c.Term = text
		}
		return c
	}
	d.mapping(n, "a dimension", fields{"model": d.text(&c.Model), "column": d.text(&c.Column), "term": d.text(&c.Term)})
	if (c.Term == "") == (c.Model == "" || c.Column == "") {
		d.fail(n, "a dimension is \"model.column\", {model, column} or the id of a term")
	}
	return c
}

func (d *decoder) wheres(to *[]Where) func(*yaml.Node) {
	return func(n *yaml.Node) {
		items := []*yaml.Node{n}
		if resolve(n).Kind == yaml.SequenceNode {
			items = d.sequence(n, "filters")
		}
		for _, item := range items {
			w := Where{Line: item.Line}
			if resolve(item).Kind == yaml.ScalarNode {
				d.text(&w.Text)(item)
			} else {
				d.mapping(item, "a filter", fields{"model": d.text(&w.Model), "where": d.text(&w.Text)})
			}
			if w.Text == "" {
				d.fail(item, "a filter is an expression or {model, where}")
			}
			*to = append(*to, w)
		}
	}
}

func (d *decoder) span(to **plan.Span) func(*yaml.Node) {
	return func(n *yaml.Node) {
		s, err := ParseSpan(resolve(n).Value)
		if err != nil {
			d.fail(n, "%v", err)
			return
		}
		*to = &s
	}
}

// ParseSpan reads "7 days", "1 month".
func ParseSpan(text string) (plan.Span, error) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 2 {
		n, err := strconv.Atoi(words[0])
		unit := plan.Grain(strings.TrimSuffix(words[1], "s"))
		if err == nil && n > 0 && n <= 10000 && slices.Contains([]plan.Grain{plan.Hour, plan.Day, plan.Week, plan.Month, plan.Quarter, plan.Year}, unit) {
			return plan.Span{Count: n, Unit: unit}, nil
		}
	}
	return plan.Span{}, fmt.Errorf("%q is not a length of time such as \"7 days\" or \"1 month\"", text)
}

// fields maps the keys of a mapping to what reads their value.
type fields map[string]func(*yaml.Node)

func (f fields) keys() []string {
	var keys []string
	for k := range f {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
