package sandbox

import (
	"context"
	"fmt"
)

// maxRelations bounds Catalog; a warehouse of more is not explored by hand either.
const maxRelations = 100_000

// catalog lists the data's relations. Columns are asked for one relation at a time: duckdb_columns fails as a whole if a
// single view no longer binds.
func (e *engine) catalog(ctx context.Context) ([]Relation, error) {
	found := response{Columns: make([]Column, 3)}
	err := e.rows(ctx, fmt.Sprintf(`
		SELECT schema_name, table_name, 'table' FROM duckdb_tables() WHERE database_name = %[1]s AND NOT internal
		UNION ALL
		SELECT schema_name, view_name, 'view' FROM duckdb_views() WHERE database_name = %[1]s AND NOT internal
		ORDER BY ALL`, literal(e.data)), maxRelations, &found)
	if err != nil {
		return nil, err
	}
	relations := make([]Relation, len(found.Rows))
	for i, row := range found.Rows {
		r := Relation{Database: e.data, Schema: *row[0], Name: *row[1], Kind: *row[2]}
		r.Columns, err = e.columns(ctx, "SELECT * FROM "+qualified(r.Database, r.Schema, r.Name))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil && asError(err).Kind == KindMemory {
			return nil, err
		}
		relations[i] = r // without columns, if it does not bind
	}
	return relations, nil
}
