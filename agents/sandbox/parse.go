package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// parse reads a text without looking at any catalog.
func (e *engine) parse(ctx context.Context, text string) (*Statement, error) {
	var tree string
	if err := e.conn.QueryRowContext(ctx, "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", text).Scan(&tree); err != nil {
		return nil, err
	}
	var head struct {
		Error    bool   `json:"error"`
		Type     string `json:"error_type"`
		Message  string `json:"error_message"`
		Position any    `json:"position"`
		Stmts    []struct {
			Node json.RawMessage `json:"node"`
		} `json:"statements"`
	}
	if err := json.Unmarshal([]byte(tree), &head); err != nil {
		return nil, fmt.Errorf("reading the syntax tree: %w", err)
	}
	switch {
	case head.Error && head.Type == "parser":
		return nil, placed(&Error{Kind: KindParser, Message: head.Message, Offset: -1}, fmt.Sprint(head.Position), text)
	case head.Error:
		return e.otherStatement(text)
	case len(head.Stmts) == 0:
		return &Statement{}, nil
	case len(head.Stmts) > 1:
		return &Statement{Count: 2, Kind: "SELECT"}, nil
	}
	return summarize(head.Stmts[0].Node)
}

// otherStatement finds the kind of what json_serialize_sql does not take. Preparing needs a catalog, which is empty
// here, so it may fail for a good statement.
func (e *engine) otherStatement(text string) (*Statement, error) {
	prepared, err := e.raw.Prepare(text)
	if err != nil {
		var known *duckdb.Error
		if errors.As(err, &known) {
			return &Statement{Count: 1, Kind: otherKind}, nil
		}
		return &Statement{Count: 2, Kind: otherKind}, nil
	}
	stmt := prepared.(*duckdb.Stmt)
	kind, err := stmt.StatementType()
	if err := errors.Join(err, stmt.Close()); err != nil {
		return nil, err
	}
	if kind == duckdb.STATEMENT_TYPE_SELECT {
		return &Statement{Count: 1, Kind: otherKind}, nil // prepared as one, but not written as one: PRAGMA database_list
	}
	return &Statement{Count: 1, Kind: statementKinds[kind]}, nil
}

const otherKind = "OTHER"

var statementKinds = map[duckdb.StmtType]string{
	duckdb.STATEMENT_TYPE_INVALID: otherKind, duckdb.STATEMENT_TYPE_SELECT: "SELECT", duckdb.STATEMENT_TYPE_INSERT: "INSERT",
	duckdb.STATEMENT_TYPE_UPDATE: "UPDATE", duckdb.STATEMENT_TYPE_EXPLAIN: "EXPLAIN", duckdb.STATEMENT_TYPE_DELETE: "DELETE",
	duckdb.STATEMENT_TYPE_PREPARE: "PREPARE", duckdb.STATEMENT_TYPE_CREATE: "CREATE", duckdb.STATEMENT_TYPE_EXECUTE: "EXECUTE",
	duckdb.STATEMENT_TYPE_ALTER: "ALTER", duckdb.STATEMENT_TYPE_TRANSACTION: "TRANSACTION", duckdb.STATEMENT_TYPE_COPY: "COPY",
	duckdb.STATEMENT_TYPE_ANALYZE: "ANALYZE", duckdb.STATEMENT_TYPE_VARIABLE_SET: "SET VARIABLE",
	duckdb.STATEMENT_TYPE_CREATE_FUNC: "CREATE FUNCTION", duckdb.STATEMENT_TYPE_DROP: "DROP", duckdb.STATEMENT_TYPE_EXPORT: "EXPORT",
	duckdb.STATEMENT_TYPE_PRAGMA: "PRAGMA", duckdb.STATEMENT_TYPE_VACUUM: "VACUUM", duckdb.STATEMENT_TYPE_CALL: "CALL",
	duckdb.STATEMENT_TYPE_SET: "SET", duckdb.STATEMENT_TYPE_LOAD: "LOAD", duckdb.STATEMENT_TYPE_RELATION: otherKind,
	duckdb.STATEMENT_TYPE_EXTENSION: otherKind, duckdb.STATEMENT_TYPE_LOGICAL_PLAN: otherKind, duckdb.STATEMENT_TYPE_ATTACH: "ATTACH",
	duckdb.STATEMENT_TYPE_DETACH: "DETACH", duckdb.STATEMENT_TYPE_MULTI: otherKind,
}
