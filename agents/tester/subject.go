package tester

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// subject is a change beside the repository that it is meant for, and what the
// checks so far have found out about it.
type subject struct {
	spec     plan.Spec
	change   plan.Change
	project  *dbt.Project
	style    conventions.Conventions
	files    fs.FS
	original map[string][]byte // bytes at the base, by path; absent for a new file
	sql      string            // the model's file
	box      *sandbox.Sandbox
	missing  string                      // why there are no data; "" when there are
	catalog  map[string]sandbox.Relation // the data's relations by "schema.name", lower case

	compiled  string // set by checkSelect
	statement sandbox.Statement
	parents   []*dbt.Node // set by checkRefs
	columns   []plan.Column
	preview   *plan.Preview
	views     []sandbox.View // parents that the data lacks, then the model itself; set by checkRuns
	ran       bool
	agreed    bool // every measure agrees with the independent reading; set by checkIndependent
}

func (t *Tester) subject(ctx context.Context, spec plan.Spec, change plan.Change) (*subject, error) {
	project, files, err := t.o.Repository.Read(ctx, change.Base)
	if err != nil {
		return nil, fmt.Errorf("reading the project: %w", err)
	}
	s := &subject{spec: spec, change: change, project: project, style: conventions.Infer(project), files: files,
		original: map[string][]byte{}}
	for _, f := range change.Files {
		if !fs.ValidPath(f.Path) {
			continue // checkPaths refuses it
		}
		b, err := fs.ReadFile(files, f.Path)
		switch {
		case err == nil:
			s.original[f.Path] = b
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("reading %s at the base: %w", f.Path, err)
		}
		if f.Path == change.ModelPath {
			s.sql = string(f.Content)
		}
	}
	if s.box, s.missing, err = t.o.Warehouse.Sandbox(ctx, change.Base); err != nil {
		return nil, fmt.Errorf("opening the data: %w", err)
	}
	return s, s.readCatalog(ctx)
}

func (s *subject) readCatalog(ctx context.Context) error {
	s.catalog = map[string]sandbox.Relation{}
	if s.missing != "" {
		return nil
	}
	relations, err := s.box.Catalog(ctx)
	if err != nil {
		return fmt.Errorf("listing the tables of the data: %w", err)
	}
	for _, r := range relations {
		s.catalog[strings.ToLower(r.Schema+"."+r.Name)] = r
	}
	return nil
}

// stored is the relation of a node in the data, if it is there.
func (s *subject) stored(n *dbt.Node) (sandbox.Relation, bool) {
	r, ok := s.catalog[strings.ToLower(schemaOf(n)+"."+n.Relation.Identifier)]
	return r, ok && len(r.Columns) > 0
}

func schemaOf(n *dbt.Node) string {
	if n.Relation.Schema == "" {
		return "main"
	}
	return n.Relation.Schema
}

// inProject is the path relative to the project's folder.
func (s *subject) inProject(p string) (string, bool) {
	dir := path.Clean(s.project.Dir)
	if dir == "." || dir == "" {
		return p, true
	}
	return strings.CutPrefix(p, dir+"/")
}

func isYAML(p string) bool {
	ext := path.Ext(p)
	return ext == ".yml" || ext == ".yaml"
}
