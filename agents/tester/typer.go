package tester

import (
	"context"
	"fmt"

	"firstmile/agents/dbt"
	"firstmile/agents/sandbox"
)

// typer finds the column types of relations: from the data, else from the
// project, else by binding the relation's own SQL on its parents.
type typer struct {
	s     *subject
	known map[string][]sandbox.Column
	busy  map[string]bool
}

func newTyper(s *subject) *typer {
	return &typer{s: s, known: map[string][]sandbox.Column{}, busy: map[string]bool{}}
}

func (t *typer) relations(ctx context.Context, nodes []*dbt.Node) ([]sandbox.Relation, error) {
	var out []sandbox.Relation
	for _, n := range nodes {
		columns, err := t.columns(ctx, n)
		if err != nil {
			return nil, err
		}
		out = append(out, sandbox.Relation{Schema: schemaOf(n), Name: n.Relation.Identifier, Columns: columns})
	}
	return out, nil
}

func (t *typer) columns(ctx context.Context, n *dbt.Node) ([]sandbox.Column, error) {
	if c, ok := t.known[n.ID]; ok {
		return c, nil
	}
	if t.busy[n.ID] {
		return nil, fmt.Errorf("%s depends on itself", n.Name)
	}
	t.busy[n.ID] = true
	defer delete(t.busy, n.ID)
	c, err := t.find(ctx, n)
	if err == nil {
		t.known[n.ID] = c
	}
	return c, err
}

func (t *typer) find(ctx context.Context, n *dbt.Node) ([]sandbox.Column, error) {
	if r, ok := t.s.stored(n); ok {
		return r.Columns, nil
	}
	if c, ok := declared(n); ok {
		return c, nil
	}
	if n.Kind != dbt.Model || n.RawSQL == "" {
		return nil, fmt.Errorf("the column types of %s are not known from files, and there is no data to look at", n.Name)
	}
	c, err := t.bind(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("the columns of %s are not known: %w", n.Name, err)
	}
	return c, nil
}

// bind gives the columns of a model as its SQL has them now, whatever the data hold.
func (t *typer) bind(ctx context.Context, n *dbt.Node) ([]sandbox.Column, error) {
	sql, err := t.s.project.CompileNode(n)
	if err != nil {
		return nil, err
	}
	return t.bindAs(ctx, n, sql)
}

// bindAs gives the columns that a model would have with other SQL over the same parents.
func (t *typer) bindAs(ctx context.Context, n *dbt.Node, sql string) ([]sandbox.Column, error) {
	parents, err := t.relations(ctx, t.s.project.Parents(n.ID))
	if err != nil {
		return nil, err
	}
	return t.s.box.Bind(ctx, parents, sandbox.Untrusted(sql))
}

// declared gives the columns of a node whose list is complete and fully typed.
func declared(n *dbt.Node) ([]sandbox.Column, bool) {
	if !n.ColumnsKnown && n.Kind != dbt.Source || len(n.Columns) == 0 {
		return nil, false
	}
	var out []sandbox.Column
	for _, c := range n.Columns {
		if c.Type == "" {
			return nil, false
		}
		out = append(out, sandbox.Column{Name: c.Name, Type: c.Type})
	}
	return out, true
}
