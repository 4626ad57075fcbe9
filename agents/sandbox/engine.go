package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// engine is DuckDB inside the child, on one connection. Its main database is empty; the copy of the data is attached beside
// it, or, for bind, one empty database in memory per catalog that the relations name.
type engine struct {
	db    *sql.DB
	conn  *sql.Conn
	raw   *duckdb.Conn
	data  string // name of the attached data; empty if there is none
	build bool   // opened for Build

	shown []View // of the last query; nil if there were none
	today string // what stands for current_date beside them; empty if nothing does

	bound []Relation // what bind made last
	made  []string   // and the databases it is in
}

// mainName is the main database's name. DuckDB calls it "memory" at first, but that name must be free: it is
// what a dbt project without a file calls its catalog.
const mainName = "firstmile_sandbox"

// spillFactor is how many times its memory a query may put on disk.
const spillFactor = 4

func openEngine(ctx context.Context, o openRequest) (*engine, error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	e := &engine{db: sql.OpenDB(connector), build: o.Build}
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
		fmt.Sprintf("SET max_temp_directory_size='%dMB'", spillFactor*o.MemoryMB),
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

// columns binds a text that must be one SELECT and returns its columns. Nothing is run: Conn.PrepareContext would run all
// but the last of several statements, Conn.Prepare refuses them.
//
// Bound as a subquery first: that takes nothing but a plain SELECT. (PRAGMA database_list, for one, DuckDB prepares as a
// SELECT.) The text is bound by itself only for what the subquery does not tell: the place of an error, and names that repeat.
func (e *engine) columns(ctx context.Context, text string) ([]Column, error) {
	columns, err := e.prepare(ctx, "SELECT * FROM query("+literal(text)+")")
	if err == nil && !slices.ContainsFunc(columns, numbered) {
		return columns, nil
	}
	named, refused := e.prepare(ctx, text)
	switch {
	case refused != nil:
		return nil, refusal(refused, text)
	case err != nil && asError(err).Kind == KindParser:
		return nil, &Error{Kind: KindPermission, Message: "only a single SELECT is run here", Offset: -1}
	case err != nil:
		return nil, unplaced(err)
	}
	return named, nil
}

// numbered says whether a name may have been made different from an earlier one by a number.
func numbered(c Column) bool {
	i := strings.LastIndexByte(c.Name, '_')
	return i >= 0 && strings.Trim(c.Name[i+1:], "0123456789") == ""
}

// prepare binds one SELECT.
func (e *engine) prepare(ctx context.Context, text string) ([]Column, error) {
	prepared, err := e.raw.Prepare(text)
	if err != nil {
		return nil, err
	}
	stmt := prepared.(*duckdb.Stmt)
	columns, simple, err := selectColumns(stmt)
	if err := errors.Join(err, stmt.Close()); err != nil || simple {
		return columns, err
	}
	return columns, e.spell(ctx, text, columns)
}

// selectColumns reads the columns of a prepared SELECT; simple is false if a type has to be spelled by DuckDB.
func selectColumns(stmt *duckdb.Stmt) (columns []Column, simple bool, err error) {
	kind, err := stmt.StatementType()
	switch {
	case err != nil:
		return nil, false, err
	case kind != duckdb.STATEMENT_TYPE_SELECT:
		return nil, false, &Error{Kind: KindPermission, Offset: -1,
			Message: fmt.Sprintf("only a single SELECT is run here, not %s", statementKinds[kind])}
	case stmt.NumInput() > 0:
		return nil, false, &Error{Kind: KindPermission, Offset: -1, Message: "parameters ($1, ?) have no value here"}
	}
	n, err := stmt.ColumnCount()
	if err != nil {
		return nil, false, err
	}
	columns, simple = make([]Column, n), true
	for i := range columns {
		name, err := stmt.ColumnName(i)
		if err != nil {
			return nil, false, err
		}
		info, err := stmt.ColumnTypeInfo(i)
		if err != nil {
			return nil, false, err
		}
		columns[i] = Column{Name: name, Type: spelling(info)}
		simple = simple && columns[i].Type != ""
	}
	return columns, simple, nil
}

// spell has DuckDB write the types of a SELECT.
func (e *engine) spell(ctx context.Context, text string, columns []Column) error {
	rows, err := e.conn.QueryContext(ctx, "SELECT column_type FROM (DESCRIBE SELECT * FROM query("+literal(text)+"))")
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next() && n < len(columns); n++ {
		if err := rows.Scan(&columns[n].Type); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(columns) {
		return fmt.Errorf("%d types for %d columns", n, len(columns))
	}
	return nil
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
