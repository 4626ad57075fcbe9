package tester

import (
	"context"
	"errors"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// checkSelect compiles the model and wants exactly one SELECT that reads tables
// and nothing else.
func checkSelect(ctx context.Context, s *subject) finding {
	if s.sql == "" {
		return failed("the model %s has no SQL", s.change.ModelPath)
	}
	compiled, err := s.project.Compile(s.sql)
	if err != nil {
		return failed("the template does not render: %v", err).at(s.change.ModelPath, 0)
	}
	st, err := s.box.Parse(ctx, compiled)
	if err != nil {
		return s.sqlFailure(err)
	}
	if st.Count != 1 || st.Kind != "SELECT" {
		return failed("%d statements (%s) instead of one SELECT", st.Count, st.Kind).at(s.change.ModelPath, 0)
	}
	for _, f := range st.Functions {
		if !slices.Contains(harmlessTableFunctions(), strings.ToLower(f)) {
			return failed("the table function %s may reach outside the database", f).at(s.change.ModelPath, 0)
		}
	}
	s.compiled, s.statement = compiled, st
	return passed("one SELECT")
}

// harmlessTableFunctions make rows out of their arguments.
func harmlessTableFunctions() []string { return []string{"generate_series", "range", "unnest"} }

// sqlFailure points to the line that DuckDB names. The compiled text has the
// same lines as the file as long as the Jinja stays on one line each.
func (s *subject) sqlFailure(err error) finding {
	var e *sandbox.Error
	if errors.As(err, &e) {
		return failed("%s", e.Message).at(s.change.ModelPath, e.Line)
	}
	return failed("%v", err).at(s.change.ModelPath, 0)
}

// checkRefs wants every relation that the SELECT reads to be a node of the
// project; a name that is none is a table that dbt knows nothing of.
func checkRefs(_ context.Context, s *subject) finding {
	if s.compiled == "" {
		return notRun("the SQL could not be read")
	}
	byRelation := map[string]*dbt.Node{}
	for _, n := range s.project.Nodes {
		byRelation[strings.ToLower(schemaOf(n)+"."+n.Relation.Identifier)] = n
	}
	for _, t := range s.statement.Tables {
		schema := t.Schema
		if schema == "" {
			schema = "main"
		}
		n, ok := byRelation[strings.ToLower(schema+"."+t.Name)]
		if !ok {
			return failed("%s is no model, seed, snapshot or source of the project", strings.TrimPrefix(schema+"."+t.Name, "main.")).at(s.change.ModelPath, 0)
		}
		if n.Name == s.change.Model && n.Kind == dbt.Model {
			return failed("the model reads itself").at(s.change.ModelPath, 0)
		}
		if !slices.Contains(s.parents, n) {
			s.parents = append(s.parents, n)
		}
	}
	if len(s.parents) == 0 {
		return failed("the SELECT reads no relation of the project").at(s.change.ModelPath, 0)
	}
	return passed("%s, all in the project", count(len(s.parents), "relation"))
}

// checkBinds creates the parents as empty typed relations and binds the SELECT:
// every column must exist and every type must fit.
func checkBinds(ctx context.Context, s *subject) finding {
	if s.compiled == "" || len(s.parents) == 0 {
		return notRun("the SQL or its relations could not be read")
	}
	types := newTyper(s)
	relations, err := types.relations(ctx, s.parents)
	if err != nil {
		return notRun("%v", err)
	}
	columns, err := s.box.Bind(ctx, relations, sandbox.Untrusted(s.compiled))
	if err != nil {
		return s.sqlFailure(err)
	}
	for _, c := range columns {
		s.columns = append(s.columns, plan.Column{Name: c.Name, Type: c.Type})
	}
	return passed("%s with known types", count(len(columns), "column"))
}
