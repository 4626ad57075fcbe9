package documenter

import (
	"fmt"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// describe fills in the descriptions of the model and of its columns.
func describe(p *dbt.Project, spec plan.Spec, props plan.Properties) plan.Properties {
	w := &words{project: p, spec: spec}
	if props.Description == "" {
		props.Description = harmless(w.model())
	}
	columns := make([]plan.PropertyColumn, len(props.Columns))
	copy(columns, props.Columns)
	for i := range columns {
		if columns[i].Description != "" {
			continue
		}
		text, source := w.column(columns[i].Name)
		columns[i].Description, columns[i].Source = harmless(text), source
	}
	props.Columns = columns
	return props
}

// harmless is one line of text that dbt's template language does not read: dbt renders descriptions.
func harmless(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, mark := range []string{"{{", "}}", "{%", "%}", "{#", "#}"} {
		for strings.Contains(text, mark) {
			text = strings.ReplaceAll(text, mark, mark[:1]+" "+mark[1:])
		}
	}
	return text
}

type words struct {
	project *dbt.Project
	spec    plan.Spec
}

// model says what the model holds and what a row is.
func (w *words) model() string {
	title := strings.TrimRight(strings.TrimSpace(w.spec.Title), ".")
	if title == "" {
		var names []string
		for _, m := range w.spec.Measures {
			names = append(names, labelOf(m))
		}
		title = capital(list(names))
	}
	return title + ". " + w.rowSentence()
}

func (w *words) rowSentence() string {
	var keys []string
	if t := w.spec.Time; t != nil {
		keys = append(keys, string(t.Grain))
	}
	for _, d := range w.spec.Dimensions {
		keys = append(keys, spaced(d.Name))
	}
	if len(keys) == 0 {
		return "One row."
	}
	return "One row per " + list(keys) + "."
}

// column is the description of a column of the new model with its origin.
func (w *words) column(name string) (text, source string) {
	if t := w.spec.Time; t != nil && t.Name == name {
		return period(t), "the design"
	}
	for _, d := range w.spec.Dimensions {
		if d.Name == name {
			return w.dimension(d)
		}
	}
	for _, m := range w.spec.Measures {
		if m.Name == name {
			return w.measure(m)
		}
	}
	return w.unknown(w.spec.Owner), ""
}

// period: "Start of the week (Monday, UTC)."
func period(t *plan.TimeAxis) string {
	zone := t.Zone
	if zone == "" {
		zone = "UTC"
	}
	at := zone
	if t.Grain == plan.Week {
		day := "Monday"
		if t.WeekStart == "sunday" {
			day = "Sunday"
		}
		at = day + ", " + zone
	}
	text := fmt.Sprintf("Start of the %s (%s).", t.Grain, at)
	if t.Complete {
		text += fmt.Sprintf(" Only %ss that the data covers to their end.", t.Grain)
	}
	if t.Spine {
		text += fmt.Sprintf(" %ss without any row are included.", capital(string(t.Grain)))
	}
	return text
}

func (w *words) dimension(d plan.Dimension) (text, source string) {
	text, source = d.Description, originOf(d.Origin)
	node, known := w.project.Relation(d.Column.Relation)
	if text == "" && known {
		if col, ok := node.Column(d.Column.Column); ok && col.Description != "" {
			text, source = col.Description, "column "+d.Column.String()
		}
	}
	if text == "" {
		owner := w.spec.Owner
		if known && node.Owner != "" {
			owner = node.Owner
		}
		text, source = sentence(capital(spaced(d.Name)))+" "+w.unknown(owner), ""
	}
	text = sentence(text)
	if source != "" {
		text += " Taken from " + source + "."
	}
	if d.NullAs != "" {
		text += fmt.Sprintf(" '%s' where it is missing.", d.NullAs)
	}
	if r := w.spec.Rank; r != nil && r.Rest {
		text += fmt.Sprintf(" 'other' for all but the first %d.", r.N)
	}
	return text, source
}

func (w *words) unknown(owner string) string {
	if owner == "" {
		owner = "the data team"
	}
	return "Meaning not documented upstream: to be confirmed by " + owner + "."
}

// measure takes the definition in words, else says what is computed and whether its column's meaning is known.
func (w *words) measure(m plan.Measure) (text, source string) {
	if m.Description != "" {
		source = originOf(m.Origin)
		text = sentence(m.Description)
		if source != "" {
			text += " Taken from " + source + "."
		}
		return text, source
	}
	text = sentence(capital(formula(m)))
	if doc := w.upstream(m); doc != "" {
		text += " " + doc
	}
	return text, "the design"
}

// upstream is what the base relation says about the aggregated column, or that it says nothing.
func (w *words) upstream(m plan.Measure) string {
	if m.Expr == nil || m.Expr.Kind != plan.ExprColumn {
		return ""
	}
	node, ok := w.project.Relation(m.Model)
	if !ok {
		return ""
	}
	if col, ok := node.Column(m.Expr.Name); ok && col.Description != "" {
		return fmt.Sprintf("Upstream, %s is: %s", m.Expr.Name, sentence(col.Description))
	}
	owner := w.spec.Owner
	if node.Owner != "" {
		owner = node.Owner
	}
	return fmt.Sprintf("The meaning of %s.%s is not documented upstream: to be confirmed by %s.", node.Name, m.Expr.Name, nameOr(owner, "the data team"))
}

func originOf(o plan.Origin) string {
	switch {
	case o.Ref == "":
		return ""
	case o.Kind == plan.FromTerm:
		return "glossary term " + o.Ref
	case o.Kind == plan.FromMetric:
		return "metric " + o.Ref
	case o.Kind == plan.FromColumn, o.Kind == plan.FromValue:
		return "column " + o.Ref
	}
	return ""
}

func nameOr(name, other string) string {
	if name != "" {
		return name
	}
	return other
}

func labelOf(m plan.Measure) string { return nameOr(m.Label, spaced(m.Name)) }

func spaced(name string) string { return strings.ReplaceAll(name, "_", " ") }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// sentence ends text with a full stop, unless it ends a sentence already.
func sentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// list: "a", "a and b", "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
