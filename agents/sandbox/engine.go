package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// engine is DuckDB inside the child, on one connection. Its main database is empty; the copy of the data is attached beside
// it, or, for bind, one empty database in memory per catalog that the relations name.
type engine struct {
	db   *sql.DB
	conn *sql.Conn
	raw  *duckdb.Conn
	data string // name of the attached data; empty if there is none
	open bool   // opened for Build: statements of any kind
}

// mainName is the main database's name. DuckDB calls it "memory" at first, but that name must be free: it is
// what a dbt project without a file calls its catalog.
const mainName = "firstmile_sandbox"

func openEngine(ctx context.Context, o openRequest) (*engine, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	e := &engine{db: sql.OpenDB(connector), open: o.Build}
	if e.conn, err = e.db.Conn(ctx); err == nil {
		err = e.conn.Raw(func(c any) error { e.raw = c.(*duckdb.Conn); return nil })
	}
	if err == nil {
		err = e.setUp(ctx, o)
	}
	if err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// setUp attaches the data and then closes the engine for everything else. The order matters: a database is attached
// before external access ends, and the configuration is locked last.
func (e *engine) setUp(ctx context.Context, o openRequest) error {
	settings := []string{
		"SET errors_as_json=true",
		fmt.Sprintf("SET memory_limit='%dMB'", o.MemoryMB),
		fmt.Sprintf("SET threads=%d", o.Threads),
		"SET TimeZone='UTC'",
		"SET temp_directory=" + literal(filepath.Join(o.Scratch, spillDir)),
		"SET max_temp_directory_size='2GB'",
		"SET autoinstall_known_extensions=false",
		"SET autoload_known_extensions=false",
		"SET allow_community_extensions=false",
		"SET allow_persistent_secrets=false",
		"ATTACH ':memory:' AS " + mainName,
		"USE " + mainName,
		"DETACH memory",
	}
	if err := e.exec(ctx, settings...); err != nil {
		return err
	}
	if o.Database != "" {
		if err := e.attach(ctx, o.Database); err != nil {
			return err
		}
	}
	if o.Build {
		return e.exec(ctx, "SET file_search_path="+literal(o.ReadDir))
	}
	return e.exec(ctx, "SET enable_external_access=false", "SET lock_configuration=true")
}

// attach opens a database file under the name DuckDB gives it and makes it the default.
func (e *engine) attach(ctx context.Context, path string) error {
	if err := e.exec(ctx, "ATTACH "+literal(path)); err != nil {
		return err
	}
	row := e.conn.QueryRowContext(ctx, "SELECT database_name FROM duckdb_databases() WHERE path = ? ORDER BY database_oid DESC", path)
	if err := row.Scan(&e.data); err != nil {
		return fmt.Errorf("finding the attached database: %w", err)
	}
	return e.exec(ctx, "USE "+quote(e.data))
}

func (e *engine) close() {
	if e.conn != nil {
		_ = e.conn.Close() // the process ends; the copy is thrown away
	}
	_ = e.db.Close()
}

// exec runs statements of our own.
func (e *engine) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := e.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// prepare binds a text that must be one SELECT, and returns its columns' names. Errors have places in text. It
// does not run anything: Conn.PrepareContext would run all but the last of several statements, Conn.Prepare refuses them.
func (e *engine) prepare(text string) ([]string, error) {
	prepared, err := e.raw.Prepare(text)
	if err != nil {
		return nil, refusal(err, text)
	}
	stmt := prepared.(*duckdb.Stmt)
	names, err := selectColumns(stmt)
	return names, errors.Join(err, stmt.Close())
}

func selectColumns(stmt *duckdb.Stmt) ([]string, error) {
	kind, err := stmt.StatementType()
	switch {
	case err != nil:
		return nil, err
	case kind != duckdb.STATEMENT_TYPE_SELECT:
		return nil, &Error{Kind: KindPermission, Offset: -1,
			Message: fmt.Sprintf("only a single SELECT is run here, not %s", statementKinds[kind])}
	case stmt.NumInput() > 0:
		return nil, &Error{Kind: KindPermission, Offset: -1, Message: "parameters ($1, ?) have no value here"}
	}
	n, err := stmt.ColumnCount()
	if err != nil {
		return nil, err
	}
	names := make([]string, n)
	for i := range names {
		if names[i], err = stmt.ColumnName(i); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// columns binds a SELECT and returns its columns with their types.
func (e *engine) columns(ctx context.Context, text string) ([]Column, error) {
	names, err := e.prepare(text)
	if err != nil {
		return nil, err
	}
	rows, err := e.conn.QueryContext(ctx, "SELECT column_type FROM (DESCRIBE SELECT * FROM query("+literal(text)+"))")
	if err != nil {
		if e := asError(err); e.Kind != KindParser {
			return nil, e
		}
		// A statement that DuckDB prepares as a SELECT, but is not written as one, such as PRAGMA database_list.
		return nil, &Error{Kind: KindPermission, Message: "only a single SELECT is run here", Offset: -1}
	}
	defer rows.Close()
	columns := make([]Column, 0, len(names))
	for rows.Next() {
		c := Column{}
		if err := rows.Scan(&c.Type); err != nil {
			return nil, err
		}
		if len(columns) < len(names) {
			c.Name = names[len(columns)]
		}
		columns = append(columns, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(columns) != len(names) {
		return nil, fmt.Errorf("%d columns described, %d prepared", len(columns), len(names))
	}
	return columns, nil
}

// quote makes an identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal makes a string constant.
func literal(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` }

// qualified names a relation for SQL; parts that are empty are left out.
func qualified(database, schema, name string) string {
	var parts []string
	for _, p := range []string{database, schema, name} {
		if p != "" {
			parts = append(parts, quote(p))
		}
	}
	return strings.Join(parts, ".")
}
