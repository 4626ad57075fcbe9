package documenter

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/planner/plan"
)

// describe fills in the descriptions of the model and of its columns.
func describe(p *dbt.Project, brief plan.Brief) plan.Properties {
	w := &words{project: p, spec: brief.Spec, evidence: brief.Evidence}
	props := brief.Change.Properties
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
	project  *dbt.Project
	spec     plan.Spec
	evidence []plan.Evidence
}

// model says what the model holds, what a row is, and what it is computed from.
func (w *words) model() string {
	title := strings.TrimRight(strings.TrimSpace(w.spec.Title), ".")
	if title == "" {
		var names []string
		for _, m := range w.spec.Measures {
			names = append(names, labelOf(m))
		}
		title = capital(list(names))
	}
	out := title + ". " + w.rowSentence()
	from := w.spec.ReadModels()
	for _, r := range relations(w.spec) {
		if !slices.Contains(from, r) {
			from = append(from, r)
		}
	}
	if len(from) > 0 {
		out += " Computed from " + list(from) + "."
	}
	return out
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
		return period(t) + w.reach(), nameOr(w.origin(t.Origin), design)
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

// reach says how far the periods of a population go and what happens at their edges, and which rows are in no period.
func (w *words) reach() string {
	out := ""
	iv := populated(w.spec.Measures)
	if iv != nil {
		out += fmt.Sprintf(" What starts or ends just when a %[1]s begins does so in that %[1]s.", w.spec.Time.Grain)
	}
	if iv != nil && iv.For == nil && !w.spec.Time.Complete && (w.spec.Window == nil || w.spec.Window.To == "") {
		out += fmt.Sprintf(" Goes on to the %s of the last %s or past %s.", w.spec.Time.Grain, iv.From, iv.To)
	}
	for _, m := range dated(w.spec.Measures) {
		if n, ok := w.project.Relation(m.Model); ok && w.mayLackDate(m) {
			out += fmt.Sprintf(" Rows of %s without %s are in no %s.", n.Name, dateName(m), w.spec.Time.Grain)
		}
	}
	return out
}

// mayLackDate reports whether a row of a measure may have no date; one that is looked up elsewhere always may.
func (w *words) mayLackDate(m plan.Measure) bool {
	if m.TimePath != nil {
		return true
	}
	n, _ := w.project.Relation(m.Model)
	col, ok := n.Column(m.Time)
	return ok && !hasTest(col, "not_null")
}

// dateName is the column that dates the rows of a measure, with its relation where that is another one.
func dateName(m plan.Measure) string {
	if m.TimePath != nil {
		return m.Dated().String()
	}
	return m.Time
}

func hasTest(c *dbt.Column, name string) bool {
	_, ok := c.Test(name)
	return ok
}

// populated is the interval of the first population among measures and their parts.
func populated(measures []plan.Measure) *plan.Interval {
	var out *plan.Interval
	eachLeaf(measures, func(m plan.Measure) {
		if m.Kind == plan.Population && out == nil {
			out = m.Interval
		}
	})
	return out
}

// dated lists the measures whose rows have a date that puts them into periods, one for each relation and date.
func dated(measures []plan.Measure) []plan.Measure {
	var out []plan.Measure
	eachLeaf(measures, func(m plan.Measure) {
		same := func(o plan.Measure) bool { return o.Model == m.Model && o.SameTime(m) }
		if m.Kind != plan.Population && m.Time != "" && !slices.ContainsFunc(out, same) {
			out = append(out, m)
		}
	})
	return out
}

// eachLeaf visits the measures that are computed from rows.
func eachLeaf(measures []plan.Measure, visit func(plan.Measure)) {
	for _, m := range measures {
		parts := m.Parts()
		if len(parts) == 0 {
			visit(m)
		}
		eachLeaf(parts, visit)
	}
}

func (w *words) dimension(d plan.Dimension) (text, source string) {
	text, source = d.Description, w.origin(d.Origin)
	node, known := w.project.Relation(d.Column.Relation)
	if text == "" && known {
		if col, ok := node.Column(d.Column.Column); ok && col.Description != "" {
			text, source = gist(col.Description, d.Column.String()), "column "+d.Column.String()
		}
	}
	if text == "" {
		owner := w.spec.Owner
		if known && node.Owner != "" {
			owner = node.Owner
		}
		text, source = sentence(capital(spaced(d.Name)))+" "+w.unknown(owner), "column "+d.Column.String()
	} else {
		text = sentence(text) + taken(source)
	}
	if d.NullAs != "" {
		text += fmt.Sprintf(" '%s' where it is missing.", d.NullAs)
	}
	if r := w.spec.Rank; r != nil && r.Rest {
		text += fmt.Sprintf(" 'other' for all but the first %d.", r.N)
	}
	return text, source
}

// maxGist is from how many bytes on the description of a column is too long to be repeated.
const maxGist = 200

// gist is the first paragraph of a long description, which may hold tables and lists, and says where the rest stands.
func gist(text, where string) string {
	text = strings.TrimSpace(text)
	var first []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if len(first) > 0 && (line == "" || strings.ContainsAny(line[:1], "|-*+#>")) {
			break
		}
		first = append(first, line)
	}
	short := strings.Join(first, " ")
	if len(short) > maxGist {
		cut := strings.LastIndexByte(short[:maxGist], ' ')
		if end := strings.LastIndex(short[:maxGist], ". "); end > 0 {
			cut = end
		}
		short = strings.ToValidUTF8(short[:max(cut, 0)], "")
	}
	if short == strings.Join(strings.Fields(text), " ") || short == "" {
		return text
	}
	return strings.TrimRight(short, ".:;, ") + " (more at " + where + ")."
}

func (w *words) unknown(owner string) string {
	if owner == "" {
		owner = "the data team"
	}
	return "Meaning not documented upstream: to be confirmed by " + owner + "."
}

// measure takes the definition in words; where nobody has written one, it says what is computed and whether its
// column's meaning is known.
func (w *words) measure(m plan.Measure) (text, source string) {
	source = nameOr(w.origin(m.Origin), design)
	if m.Description != "" && m.Origin.Kind != plan.FromColumn {
		return sentence(m.Description) + taken(source), source
	}
	text = sentence(capital(nameOr(m.Description, formula(m))))
	if doc := w.upstream(m); doc != "" {
		text += " " + doc
	}
	return text, source
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
		return fmt.Sprintf("Upstream, %s is: %s", m.Expr.Name, sentence(gist(col.Description, node.Name+"."+m.Expr.Name)))
	}
	owner := w.spec.Owner
	if node.Owner != "" {
		owner = node.Owner
	}
	return fmt.Sprintf("The meaning of %s.%s is not documented upstream: to be confirmed by %s.", node.Name, m.Expr.Name, nameOr(owner, "the data team"))
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
