package sample

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
)

// buildDatabase builds the project in dir into its .duckdb file, as `dbt build` would: seeds and marts as
// tables, staging as views, under the same names. dbt is not needed. The file appears complete or not at all.
func buildDatabase(ctx context.Context, dir string) error {
	project, err := dbt.Read(os.DirFS(dir), ".")
	if err != nil {
		return err
	}
	if len(project.Problems) > 0 {
		p := project.Problems[0]
		return fmt.Errorf("%s:%d: %s", p.Path, p.Line, p.Reason)
	}
	statements, err := buildStatements(project)
	if err != nil {
		return err
	}
	return sandbox.Build(ctx, filepath.Join(dir, Database), dir, statements)
}

// buildStatements returns the SQL that builds the project: all seeds, then every model after those it reads.
func buildStatements(project *dbt.Project) ([]string, error) {
	var statements []string
	for _, n := range project.Nodes {
		if n.Kind == dbt.Seed {
			statements = append(statements, seedStatement(n))
		}
	}
	models, err := inBuildOrder(project)
	if err != nil {
		return nil, err
	}
	for _, n := range models {
		body, err := project.CompileNode(n)
		if err != nil {
			return nil, fmt.Errorf("rendering %s: %w", n.Path, err)
		}
		kind := "view"
		if n.Materialized == "table" {
			kind = "table"
		}
		statements = append(statements, fmt.Sprintf("create %s %s as (\n%s\n)", kind, relationName(n), body))
	}
	return statements, nil
}

// inBuildOrder returns the models so that each comes after the models it reads.
func inBuildOrder(project *dbt.Project) ([]*dbt.Node, error) {
	waiting := map[string]*dbt.Node{}
	for _, n := range project.Nodes {
		if n.Kind == dbt.Model {
			waiting[n.ID] = n
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
			return nil, fmt.Errorf("the models read each other in a circle")
		}
	}
	return ordered, nil
}

// seedStatement loads a seed's CSV with the column types that its properties declare.
func seedStatement(n *dbt.Node) string {
	declared, _ := n.Config["column_types"].(map[string]any)
	types := make([]string, 0, len(declared))
	for column, kind := range declared {
		types = append(types, fmt.Sprintf("%s: %s", textLiteral(column), textLiteral(fmt.Sprint(kind))))
	}
	slices.Sort(types)
	return fmt.Sprintf("create table %s as select * from read_csv(%s, header = true, types = {%s})",
		relationName(n), textLiteral(n.Path), strings.Join(types, ", "))
}

func relationName(n *dbt.Node) string {
	return identifier(n.Relation.Schema) + "." + identifier(n.Relation.Identifier)
}

func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func textLiteral(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
