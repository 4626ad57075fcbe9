package synthesizer

import (
	"io/fs"
	"path"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/agents/dbt/sqltext"
	"firstmile/agents/synthesizer/dialect"
	"firstmile/agents/synthesizer/layout"
	"firstmile/agents/synthesizer/metric"
	"firstmile/planner/plan"
)

// opened is an existing model that ends in "select * from name" behind a list of CTEs. Further columns are added by two small
// edits: CTEs behind the last one, and another name at the end.
type opened struct {
	node   *dbt.Node
	tokens []sqltext.Token // without comments
	final  sqltext.Token   // the name at the end
	close  sqltext.Token   // the bracket that closes the last CTE
}

// open finds the model to extend. It is false where the model cannot be extended by such edits; then a model of
// its own is the right answer.
func open(p *dbt.Project, spec plan.Spec, reuse plan.Reuse) (*opened, bool) {
	if reuse.Verdict != plan.Extend {
		return nil, false
	}
	node, ok := p.Relation(reuse.Model)
	if !ok || node.Kind != dbt.Model || node.Materialized == "incremental" || strings.HasSuffix(node.Path, ".py") {
		return nil, false
	}
	for _, key := range keys(spec) {
		if _, ok := node.Column(key); !ok {
			return nil, false
		}
	}
	tokens := sqltext.Code(sqltext.Tokenize(node.RawSQL))
	if n := len(tokens); n > 0 && tokens[n-1].Sym(";") {
		tokens = tokens[:n-1]
	}
	n := len(tokens)
	if n < 6 || !tokens[n-5].Sym(")") || !tokens[n-4].Is("select") || !tokens[n-3].Sym("*") || !tokens[n-2].Is("from") ||
		tokens[n-1].Kind != sqltext.Word {
		return nil, false
	}
	return &opened{node: node, tokens: tokens, final: tokens[n-1], close: tokens[n-5]}, true
}

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
	out := metric.Beside{Final: o.final.Text, Imports: map[string]string{}}
	seen := map[string]bool{}
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
	if i+6 >= len(o.tokens) {
		return "", false
	}
	t := o.tokens[i:]
	if t[0].Kind != sqltext.Word || !t[1].Is("as") || !t[2].Sym("(") || !t[3].Is("select") || !t[4].Sym("*") || !t[5].Is("from") {
		return "", false
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(o.node.RawSQL[t[5].End:]), "{{")
	call, after, closed := strings.Cut(rest, "}}")
	if !ok || !closed || !strings.HasPrefix(strings.TrimSpace(after), ")") {
		return "", false
	}
	return strings.ReplaceAll(strings.TrimSpace(call), `"`, "'"), true
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
	change := plan.Change{Base: base, Model: o.node.Name, ModelPath: name, CompiledSQL: compiled, Grain: logical.Grain}
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
	house.CRLF = strings.Contains(o.node.RawSQL, "\r\n")
	last := "with_" + spec.Measures[0].Name
	inserted, err := layout.RenderInside(tree, house, last)
	if err != nil {
		return "", err
	}
	raw := o.node.RawSQL
	return raw[:o.close.End] + inserted + raw[o.close.End:o.final.Start] + last + raw[o.final.End:], nil
}
