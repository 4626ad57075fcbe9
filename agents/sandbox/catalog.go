package sandbox

import (
	"context"
)

// catalog lists the data's relations. Columns are asked for one relation at a time: duckdb_columns fails as a whole if a
// single view no longer binds.
func (e *engine) catalog(ctx context.Context) ([]Relation, error) {
	relations, err := e.relations(ctx)
	if err != nil {
		return nil, err
	}
	for i, r := range relations {
		columns, err := e.columns(ctx, "SELECT * FROM "+qualified(r.Database, r.Schema, r.Name))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			relations[i].Columns = columns
		}
	}
	return relations, nil
}

func (e *engine) relations(ctx context.Context) ([]Relation, error) {
	rows, err := e.conn.QueryContext(ctx, `
		SELECT database_name, schema_name, table_name, 'table' FROM duckdb_tables() WHERE database_name = $1 AND NOT internal
		UNION ALL
		SELECT database_name, schema_name, view_name, 'view' FROM duckdb_views() WHERE database_name = $1 AND NOT internal
		ORDER BY ALL`, e.data)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var relations []Relation
	for rows.Next() {
		var r Relation
		if err := rows.Scan(&r.Database, &r.Schema, &r.Name, &r.Kind); err != nil {
			return nil, err
		}
		relations = append(relations, r)
	}
	return relations, rows.Err()
}
