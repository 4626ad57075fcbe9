// Package synthesizer writes the model: from a complete Spec to a SQL file and its entry in a properties file,
// as the team would have written them.
//
// It has three rooms. metric turns the Spec into a logical plan, where all rules about numbers live; dialect spells the plan
// in the engine's SQL, as a tree; layout writes the tree in the house style. sqltree is the tree between the last
// two. The package owns no files and asks no model: the same input gives the same bytes.
package synthesizer

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/agents/dbt/properties"
	"firstmile/agents/synthesizer/dialect"
	"firstmile/agents/synthesizer/layout"
	"firstmile/agents/synthesizer/metric"
	"firstmile/planner/plan"
)

// Repository reads the repository that a design is made on.
type Repository interface {
	// Read gives the dbt project at base and the files it was read from; the project's Dir is its folder there.
	Read(ctx context.Context, base plan.Base) (*dbt.Project, fs.FS, error)
}

// Synthesizer writes models. It is safe for concurrent use.
type Synthesizer struct{ repository Repository }

// New returns a Synthesizer that reads projects from repository.
func New(repository Repository) *Synthesizer { return &Synthesizer{repository} }

// Synthesize writes the model of a Spec, or its columns into the model that reuse says to extend, without touching what
// stands there (extend.go); a model whose SQL does not allow that is refused. A new model is its SQL in the folder and style of the project's marts, and a bare entry with the
// columns' names in the properties file that the project's scheme points to. What cannot be computed rightly is a
// *plan.Failure of class refused. There is one right SQL for a Spec, so reasons (the failed checks of that SQL)
// leave nothing else to offer and are refused too.
func (s *Synthesizer) Synthesize(ctx context.Context, base plan.Base, spec plan.Spec, reuse plan.Reuse, reasons []plan.Check) (plan.Change, error) {
	if len(reasons) > 0 {
		return plan.Change{}, nothingElse(reasons)
	}
	p, files, err := s.repository.Read(ctx, base)
	if err != nil {
		return plan.Change{}, err
	}
	if reuse.Verdict != plan.Extend {
		return write(p, files, base, spec)
	}
	o, err := open(p, spec, reuse)
	if err != nil {
		return plan.Change{}, err
	}
	return extend(p, files, base, spec, o)
}

func nothingElse(reasons []plan.Check) error {
	var names []string
	for _, r := range reasons {
		names = append(names, r.Name)
	}
	return plan.NewFailure(plan.Refused, "nothing_else",
		"The SQL follows from the design, and its checks failed ("+strings.Join(names, ", ")+"). Another design may pass; this one needs a person.", nil)
}

func write(p *dbt.Project, files fs.FS, base plan.Base, spec plan.Spec) (plan.Change, error) {
	style := conventions.Infer(p)
	place, err := placeOf(p, style, spec)
	if err != nil {
		return plan.Change{}, err
	}
	engine, err := dialect.For(p.Profile.Adapter)
	if err != nil {
		return plan.Change{}, err
	}
	logical, err := metric.Build(p, spec)
	if err != nil {
		return plan.Change{}, err
	}
	sql, err := render(logical, engine, layout.Style{SQL: style.SQL, Config: place.config, Holds: place.holds}, definitions(spec))
	if err != nil {
		return plan.Change{}, err
	}
	compiled, err := p.Compile(sql)
	if err != nil {
		return plan.Change{}, plan.NewFailure(plan.Permanent, "compile", "The model's SQL could not be resolved against the project.", err)
	}
	change := plan.Change{Base: base, Model: spec.Target.Name, ModelPath: place.model, CompiledSQL: compiled, Grain: logical.Grain}
	change = change.WithFile(plan.File{Path: place.model, Action: plan.Create, Mode: "100644", Content: []byte(sql)})
	change.Properties = plan.Properties{Path: place.yaml, Meta: meta(p, style, spec), Tags: place.tags}
	for _, o := range logical.Outputs {
		change.Properties.Columns = append(change.Properties.Columns, plan.PropertyColumn{Name: o.Name})
	}
	yaml, err := propertiesFile(files, place.yaml, style.YAML, change)
	if err != nil {
		return plan.Change{}, err
	}
	return change.WithFile(yaml), nil
}

// propertiesFile renders the model's entry into the properties file, new or existing.
func propertiesFile(files fs.FS, name string, style conventions.YAML, c plan.Change) (plan.File, error) {
	original, err := fs.ReadFile(files, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return plan.File{}, plan.NewFailure(plan.Permanent, "read_properties", "The file "+name+" could not be read.", err)
	}
	out := plan.File{Path: name, Action: plan.Create, Mode: "100644"}
	if err == nil {
		out.Action, out.OriginalBlob = plan.Edit, dbt.Blob(original)
	}
	out.Content, err = properties.Render(original, name, style, c.Model, c.Properties)
	if err != nil {
		return plan.File{}, plan.NewFailure(plan.Refused, "properties",
			"I cannot add the model to "+name+" without changing what stands there.", err)
	}
	return out, nil
}

func render(logical *metric.Plan, engine dialect.Dialect, style layout.Style, comments []string) (string, error) {
	tree, err := engine.Lower(logical)
	if err != nil {
		return "", err
	}
	tree.Comments = comments
	return layout.Render(tree, style)
}

// definitions are the lines above the model: what each measure means, in its glossary's words. What only repeats the SQL in
// words is left out.
func definitions(spec plan.Spec) []string {
	var out []string
	for _, m := range spec.Measures {
		words := strings.Fields(m.Description)
		if len(words) == 0 || m.Origin.Kind == plan.FromColumn || strings.ContainsAny(m.Description, "{}") {
			continue
		}
		out = append(out, wrap(m.Name+": ", words)...)
	}
	return out
}

// commentWidth is the length of a comment's line, in bytes.
const commentWidth = 100

// wrap breaks words into lines; those after the first are indented.
func wrap(line string, words []string) []string {
	var out []string
	for i, w := range words {
		if i > 0 && len(line)+len(w) > commentWidth {
			out = append(out, strings.TrimRight(line, " "))
			line = "  "
		}
		line += w + " "
	}
	return append(out, strings.TrimRight(line, " "))
}

// repositoryPath is a path of the project as a path of the repository.
func repositoryPath(p *dbt.Project, name string) string { return path.Join(p.Dir, name) }
