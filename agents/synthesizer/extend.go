package synthesizer

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/agents/dbt/sqltext"
	"firstmile/agents/synthesizer/dialect"
	"firstmile/agents/synthesizer/layout"
	"firstmile/agents/synthesizer/metric"
	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// opened is an existing model that further columns are put into, by insertions only: CTEs behind its own, and a last SELECT that adds
// their columns to its rows. Where its last SELECT is not "select * from name", it becomes a CTE as it stands.
type opened struct {
	structure
	node *dbt.Node
	rows string // the CTE with the model's own rows
}

// open finds the model to extend. The error is a *plan.Failure of class refused that says what keeps it from being
// edited; then a model of its own is the right answer.
func open(p *dbt.Project, spec plan.Spec, reuse plan.Reuse) (*opened, error) {
	refuse := func(why string) (*opened, error) {
		return nil, plan.NewFailure(plan.Refused, "cannot_extend", capital(why)+".", nil)
	}
	node, ok := p.Relation(reuse.Model)
	switch {
	case !ok || node.Kind != dbt.Model:
		return refuse("there is no model of that name")
	case node.Materialized == "incremental":
		return refuse("it is built incrementally, so its old rows would lack the column")
	case strings.HasSuffix(node.Path, ".py"):
		return refuse("it is written in Python")
	}
	for _, key := range keys(spec) {
		if _, ok := node.Column(key); !ok {
			return refuse("it has no column " + key)
		}
	}
	s, why := outline(node.RawSQL)
	if why != "" {
		return refuse(why)
	}
	o := &opened{structure: s, node: node, rows: s.star.Text}
	for n := 1; o.rows == "" || o.rows != s.star.Text && o.uses(o.rows); n++ {
		if o.rows = existing; n > 1 {
			o.rows = fmt.Sprintf("%s_%d", existing, n)
		}
	}
	return o, nil
}

// existing is the CTE that a model's own last SELECT becomes.
const existing = "existing_rows"

func (o *opened) uses(name string) bool {
	return slices.ContainsFunc(o.tokens, func(t sqltext.Token) bool { return strings.EqualFold(t.Text, name) })
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func keys(spec plan.Spec) []string {
	var out []string
	if spec.Time != nil {
		out = append(out, spec.Time.Name)
	}
	for _, d := range spec.Dimensions {
		out = append(out, d.Name)
	}
	return out
}

// beside tells the compiler what stands in the file.
func (o *opened) beside(p *dbt.Project) metric.Beside {
	out := metric.Beside{Final: o.rows, Imports: map[string]string{}, Taken: []string{o.rows}}
	seen := map[string]bool{o.rows: true}
	for i, t := range o.tokens {
		if name := strings.ToLower(t.Text); (t.Kind == sqltext.Word || t.Kind == sqltext.Quoted) && !seen[name] {
			seen[name] = true
			out.Taken = append(out.Taken, name)
		}
		if call, ok := o.importAt(i); ok {
			for _, n := range p.Nodes {
				if n.Ref() == call {
					out.Imports[n.ID] = strings.ToLower(t.Text)
				}
			}
		}
	}
	return out
}

// importAt reads "name as (select * from {{ call }})" at a token and gives the call.
func (o *opened) importAt(i int) (string, bool) {
	if i+7 >= len(o.tokens) {
		return "", false
	}
	t := o.tokens[i:]
	if t[0].Kind != sqltext.Word || !t[1].Is("as") || !t[2].Sym("(") || !t[3].Is("select") || !t[4].Sym("*") || !t[5].Is("from") || !t[7].Sym(")") {
		return "", false
	}
	call, ok := strings.CutPrefix(o.raw[t[6].Start:t[6].End], "{{")
	call, closed := strings.CutSuffix(call, "}}")
	return strings.ReplaceAll(strings.TrimSpace(call), `"`, "'"), ok && closed
}

// extend adds the measures that the model does not have yet.
func extend(p *dbt.Project, files fs.FS, base plan.Base, spec plan.Spec, o *opened) (plan.Change, error) {
	spec.Measures = o.missing(spec.Measures)
	if len(spec.Measures) == 0 {
		return plan.Change{}, plan.NewFailure(plan.Refused, "nothing_to_add", o.node.Name+" has all of these columns already.", nil)
	}
	logical, err := metric.Extend(p, spec, o.beside(p))
	if err != nil {
		return plan.Change{}, err
	}
	style := conventions.Infer(p)
	sql, err := o.edited(p, logical, style, spec)
	if err != nil {
		return plan.Change{}, err
	}
	compiled, err := p.Compile(sql)
	if err != nil {
		return plan.Change{}, plan.NewFailure(plan.Permanent, "compile", "The model's SQL could not be resolved against the project.", err)
	}
	name := repositoryPath(p, o.node.Path)
	change := plan.Change{Base: base, Model: o.node.Name, ModelPath: name, CompiledSQL: compiled, Grain: logical.Grain,
		Diff: plan.Diff([]byte(o.raw), []byte(sql))}
	change = change.WithFile(plan.File{Path: name, Action: plan.Edit, Mode: "100644", OriginalBlob: o.node.Blob, Content: []byte(sql)})
	change.Properties.Path = repositoryPath(p, o.yamlPath(p, style))
	for _, m := range spec.Measures {
		change.Properties.Columns = append(change.Properties.Columns, plan.PropertyColumn{Name: m.Name})
	}
	yaml, err := propertiesFile(files, change.Properties.Path, style.YAML, change)
	if err != nil {
		return plan.Change{}, err
	}
	return change.WithFile(yaml), nil
}

func (o *opened) missing(measures []plan.Measure) []plan.Measure {
	var out []plan.Measure
	for _, m := range measures {
		if _, there := o.node.Column(m.Name); !there {
			out = append(out, m)
		}
	}
	return out
}

func (o *opened) yamlPath(p *dbt.Project, style conventions.Conventions) string {
	if o.node.YAMLPath != "" {
		return o.node.YAMLPath
	}
	return path.Clean(style.YAMLPath(p, o.node.Path))
}

// edited is the file with both edits; every other byte stays.
func (o *opened) edited(p *dbt.Project, logical *metric.Plan, style conventions.Conventions, spec plan.Spec) (string, error) {
	engine, err := dialect.For(p.Profile.Adapter)
	if err != nil {
		return "", err
	}
	tree, err := engine.Lower(logical)
	if err != nil {
		return "", err
	}
	house := layout.Style{SQL: style.SQL}
	house.CRLF = strings.Contains(o.raw, "\r\n")
	last := "with_" + spec.Measures[0].Name
	if o.star.Text == "" {
		return o.wrapped(tree, house, last)
	}
	inserted, err := layout.RenderInside(tree, house, last)
	if err != nil {
		return "", err
	}
	return o.raw[:o.close] + inserted + o.raw[o.close:o.star.Start] + last + o.raw[o.star.End:], nil
}

// wrapped puts brackets and a name around the model's last SELECT, without touching its lines.
func (o *opened) wrapped(tree *sqltree.Statement, house layout.Style, last string) (string, error) {
	inserted, err := layout.RenderBehind(tree, house, last)
	if err != nil {
		return "", err
	}
	open, close := layout.Brackets(o.rows, house)
	first, comma := "", ""
	switch {
	case len(o.names) == 0:
		first = layout.With(house)
	case house.LeadingCTEs:
		first = ", "
	default:
		comma = ","
	}
	start := o.final
	if len(o.names) > 0 {
		start = o.close
	}
	return o.raw[:start] + comma + o.raw[start:o.final] + first + open + o.raw[o.final:o.end] + close + inserted + o.raw[o.end:], nil
}
