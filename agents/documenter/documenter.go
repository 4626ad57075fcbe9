// Package documenter words a design: descriptions in the properties file (Document) and the text of the pull
// request (Describe).
//
// It says only what somebody wrote down or what follows from the Spec: a column's description comes from the glossary,
// from the upstream column, or from the Spec itself, with its origin; where none of them knows a meaning, the text says
// so and names who can tell. Whatever people, tickets or repositories wrote is escaped (markdown.go), so that it shows
// up as text and as nothing else. The package owns no files and asks no model.
package documenter

import (
	"context"
	"errors"
	"io/fs"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/agents/dbt/properties"
	"firstmile/planner/plan"
)

// Repository reads the repository that a design is made on.
type Repository interface {
	// Read gives the dbt project at base and the files it was read from, by paths relative to the repository's root.
	Read(ctx context.Context, base plan.Base) (*dbt.Project, fs.FS, error)
}

// Owners names who has to review files, from CODEOWNERS: GitHub logins and teams ("octocat", "org/team"), without @.
type Owners func(ctx context.Context, base plan.Base, paths []string) []string

// Documenter is safe for concurrent use.
type Documenter struct {
	repository Repository
	owners     Owners
}

// New returns a Documenter. owners may be nil: then nobody is asked to review.
func New(repository Repository, owners Owners) *Documenter { return &Documenter{repository, owners} }

// Document adds the descriptions that are missing to the change's properties and renders them into the
// properties file. Descriptions that are there already stay. Documenting the same brief again gives the same bytes.
func (d *Documenter) Document(ctx context.Context, brief plan.Brief) (plan.Change, error) {
	p, files, err := d.repository.Read(ctx, brief.Change.Base)
	if err != nil {
		return plan.Change{}, err
	}
	c := brief.Change
	c.Properties = describe(p, brief)
	file, err := render(files, conventions.Infer(p).YAML, c)
	if err != nil {
		return plan.Change{}, err
	}
	return c.WithFile(file), nil
}

func render(files fs.FS, style conventions.YAML, c plan.Change) (plan.File, error) {
	name := c.Properties.Path
	file, ok := c.File(name)
	if !ok {
		return plan.File{}, plan.NewFailure(plan.Permanent, "no_properties", "The change has no properties file to describe the model in.", nil)
	}
	var original []byte
	if file.Action == plan.Edit {
		var err error
		if original, err = fs.ReadFile(files, name); err != nil {
			return plan.File{}, plan.NewFailure(plan.Permanent, "read_properties", "The file "+name+" could not be read.", err)
		}
		if dbt.Blob(original) != file.OriginalBlob {
			return plan.File{}, plan.NewFailure(plan.Permanent, "read_properties", "The file "+name+" has changed under the design.",
				errors.New("blob differs from the one the change was made on"))
		}
	}
	content, err := properties.Render(original, name, style, c.Model, c.Properties)
	if err != nil {
		return plan.File{}, plan.NewFailure(plan.Refused, "properties", "I cannot describe the model in "+name+" without changing what stands there.", err)
	}
	file.Content = content
	return file, nil
}
