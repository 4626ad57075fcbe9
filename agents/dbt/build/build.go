// Package build lists the SQL that builds a dbt project on DuckDB without dbt:
// seeds from their CSV files, then every model after those it reads. It serves projects
// that carry their own data, such as the sample company and those of an evaluation.
//
// It runs nothing and owns no files: the statements are for sandbox.Build.
package build

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"firstmile/agents/dbt"
)

// Statements returns what builds the project, in order. Seeds are read from paths relative to the project's
// folder, tables and incremental models become tables, other models views, under the names that dbt gives them;
// ephemeral models live in those that read them. Snapshots and Python models are an error that names the file.
func Statements(project *dbt.Project) ([]string, error) {
	var statements []string
	models, err := inOrder(project)
	if err != nil {
		return nil, err
	}
	for _, schema := range schemas(project) {
		statements = append(statements, "create schema if not exists "+identifier(schema))
	}
	for _, n := range project.Nodes {
		if n.Kind == dbt.Seed {
			statements = append(statements, seed(n))
		}
	}
	for _, n := range models {
		if n.Materialized == "ephemeral" {
			continue
		}
		body, err := project.CompileNode(n)
		if err != nil {
			return nil, fmt.Errorf("rendering %s: %w", n.Path, err)
		}
		kind := "view"
		if n.Materialized == "table" || n.Materialized == "incremental" {
			kind = "table"
		}
		statements = append(statements, fmt.Sprintf("create %s %s as (\n%s\n)", kind, relation(n), strings.TrimRight(strings.TrimSpace(body), ";")))
	}
	return statements, nil
}

// File is the name of the database file in which the relations have the names that dbt gives them: a view
// knows its database by the file's name.
func File(project *dbt.Project) string {
	if p := project.Profile.Path; p != "" {
		return path.Base(strings.ReplaceAll(p, `\`, "/"))
	}
	return project.Name + ".duckdb"
}

// schemas lists the schemas that have to be made.
func schemas(project *dbt.Project) []string {
	var out []string
	for _, n := range project.Nodes {
		if s := n.Relation.Schema; n.Kind != dbt.Source && s != "" && s != "main" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inOrder returns the models so that each comes after the models it reads.
func inOrder(project *dbt.Project) ([]*dbt.Node, error) {
	waiting := map[string]*dbt.Node{}
	for _, n := range project.Nodes {
		switch n.Kind {
		case dbt.Model:
			waiting[n.ID] = n
		case dbt.Snapshot:
			return nil, fmt.Errorf("%s: a snapshot cannot be built without dbt", n.Path)
		}
	}
	var ordered []*dbt.Node
	for len(waiting) > 0 {
		before := len(ordered)
		for _, n := range project.Nodes { // sorted, so the order is always the same
			if waiting[n.ID] == nil || slices.ContainsFunc(n.Upstream, func(id string) bool { return waiting[id] != nil }) {
				continue
			}
			ordered = append(ordered, n)
			delete(waiting, n.ID)
		}
		if len(ordered) == before {
			return nil, errors.New("the models read each other in a circle")
		}
	}
	return ordered, nil
}

// seed loads a seed's CSV with the column types that its properties declare; DuckDB finds out the others.
func seed(n *dbt.Node) string {
	declared, _ := n.Config["column_types"].(map[string]any)
	types := make([]string, 0, len(declared))
	for column, kind := range declared {
		types = append(types, fmt.Sprintf("%s: %s", literal(column), literal(fmt.Sprint(kind))))
	}
	slices.Sort(types)
	options := "header = true"
	if len(types) > 0 {
		options += ", types = {" + strings.Join(types, ", ") + "}"
	}
	if d, ok := n.Config["delimiter"].(string); ok && d != "" {
		options += ", delim = " + literal(d)
	}
	return fmt.Sprintf("create table %s as select * from read_csv(%s, %s)", relation(n), literal(n.Path), options)
}

func relation(n *dbt.Node) string {
	schema := n.Relation.Schema
	if schema == "" {
		schema = "main"
	}
	return identifier(schema) + "." + identifier(n.Relation.Identifier)
}

func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
