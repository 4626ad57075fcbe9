package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// bind binds text against empty relations, in databases that hold nothing else. The relations stay until a call brings
// others, since many texts are bound against the same ones; binding cannot change them.
func (e *engine) bind(ctx context.Context, relations []Relation, text string) ([]Column, error) {
	if !reflect.DeepEqual(relations, e.bound) {
		// Whatever happens, the next call finds nothing of an earlier one.
		if err := e.unbind(context.WithoutCancel(ctx)); err != nil {
			return nil, err
		}
		if err := e.createAll(ctx, withDefaults(relations)); err != nil {
			return nil, errors.Join(err, e.unbind(context.WithoutCancel(ctx)))
		}
		e.bound = relations
	}
	return e.columns(ctx, text)
}

func (e *engine) unbind(ctx context.Context) error {
	e.bound = nil
	statements := []string{"USE " + mainName}
	for _, name := range e.made {
		statements = append(statements, "DETACH "+quote(name))
	}
	e.made = nil
	return e.exec(ctx, statements...)
}

// createAll makes the relations. Names without a database will be looked up in the first one's.
func (e *engine) createAll(ctx context.Context, relations []Relation) error {
	schemas := map[string]bool{}
	for _, r := range relations {
		var statements []string
		if !containsFold(e.made, r.Database) {
			statements = append(statements, "ATTACH ':memory:' AS "+quote(r.Database))
			if len(e.made) == 0 {
				statements = append(statements, "USE "+quote(r.Database))
			}
		}
		if schema := qualified(r.Database, "", r.Schema); !strings.EqualFold(r.Schema, "main") && !schemas[schema] {
			statements = append(statements, "CREATE SCHEMA IF NOT EXISTS "+schema)
			schemas[schema] = true
		}
		for _, s := range statements {
			if err := e.exec(ctx, s); err != nil {
				return inRelation(r, err)
			}
			if strings.HasPrefix(s, "ATTACH") {
				e.made = append(e.made, r.Database)
			}
		}
		if err := e.create(ctx, r); err != nil {
			return inRelation(r, err)
		}
	}
	return nil
}

// emptyDatabase stands in for a relation's database where none is named.
const emptyDatabase = "firstmile_relations"

func withDefaults(relations []Relation) []Relation {
	out := make([]Relation, len(relations))
	for i, r := range relations {
		if r.Database == "" {
			r.Database = emptyDatabase
		}
		if r.Schema == "" {
			r.Schema = "main"
		}
		out[i] = r
	}
	return out
}

func (e *engine) create(ctx context.Context, r Relation) error {
	if len(r.Columns) == 0 {
		return &Error{Kind: KindCatalog, Message: "it has no columns", Offset: -1}
	}
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		if err := e.checkType(ctx, c.Type); err != nil {
			return err
		}
		columns[i] = quote(c.Name) + " " + c.Type
	}
	return e.exec(ctx, "CREATE TABLE "+qualified(r.Database, r.Schema, r.Name)+" ("+strings.Join(columns, ", ")+")")
}

// checkType makes sure that a type is one, and not the end of the column list and a statement more: it must bind
// within a cast.
func (e *engine) checkType(ctx context.Context, name string) error {
	if _, known := plainTypes[strings.ToUpper(name)]; known {
		return nil
	}
	if _, err := e.prepare(ctx, "SELECT CAST(NULL AS "+name+")"); err != nil {
		return &Error{Kind: KindCatalog, Message: fmt.Sprintf("unknown type %q", name), Offset: -1}
	}
	return nil
}

// plainTypes need no check.
var plainTypes = map[string]bool{"BOOLEAN": true, "TINYINT": true, "SMALLINT": true, "INTEGER": true, "BIGINT": true, "HUGEINT": true,
	"FLOAT": true, "DOUBLE": true, "VARCHAR": true, "DATE": true, "TIME": true, "TIMESTAMP": true, "TIMESTAMP WITH TIME ZONE": true,
	"BLOB": true, "UUID": true, "JSON": true, "INTERVAL": true}

func inRelation(r Relation, err error) error {
	e := asError(err)
	e.Message = fmt.Sprintf("relation %s: %s", qualified(r.Database, r.Schema, r.Name), e.Message)
	e.Line, e.Column, e.Offset = 0, 0, -1 // the place is in our own statement
	return e
}

// query runs a SELECT on the data with its views. They stay for a next query with the same ones, since a check asks several
// things about one model, and are gone before anything else is done.
func (e *engine) query(ctx context.Context, r request, out *response) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, e.hide(context.WithoutCancel(ctx)))
		}
	}()
	if err := e.show(ctx, r.Today, r.Views); err != nil {
		return err
	}
	if out.Columns, err = e.columns(ctx, r.SQL); err != nil {
		return err
	}
	return e.rows(ctx, r.SQL, r.Limit, out)
}

// show makes the views, in a transaction that hide rolls back, unless they are there already. With a day for today, a macro
// takes the place of current_date for as long.
func (e *engine) show(ctx context.Context, today string, views []View) error {
	if slices.Equal(views, e.shown) && today == e.today {
		return nil
	}
	if err := e.hide(ctx); err != nil || len(views) == 0 && today == "" {
		return err
	}
	if err := e.exec(ctx, "BEGIN"); err != nil {
		return err
	}
	e.shown, e.today = views, today
	if today != "" {
		day, err := time.Parse(time.DateOnly, today)
		if err != nil {
			return fmt.Errorf("the day that stands for today: %w", err)
		}
		if err := e.exec(ctx, "CREATE TEMP MACRO current_date() AS DATE '"+day.Format(time.DateOnly)+"'"); err != nil {
			return err
		}
	}
	for _, v := range views {
		if err := e.createView(ctx, v); err != nil {
			return inView(v, err)
		}
	}
	return nil
}

// hide takes the views of the last query away.
func (e *engine) hide(ctx context.Context) error {
	if e.shown == nil && e.today == "" {
		return nil
	}
	e.shown, e.today = nil, ""
	return e.exec(ctx, "ROLLBACK")
}

func (e *engine) createView(ctx context.Context, v View) error {
	if v.Database != "" && !strings.EqualFold(v.Database, e.data) {
		return &Error{Kind: KindCatalog, Message: fmt.Sprintf("the data's database is %q, not %q", e.data, v.Database), Offset: -1}
	}
	if v.Schema == "" {
		v.Schema = "main"
	}
	if _, err := e.columns(ctx, v.SQL); err != nil { // one SELECT; and errors with places in its own text
		return err
	}
	database := e.data
	if database == "" {
		database = mainName
	}
	name := qualified(database, v.Schema, v.Name)
	if err := e.exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+qualified(database, "", v.Schema)); err != nil {
		return err
	}
	// What is there under the name makes way; that it is a table shows in a catalog error, after which a transaction goes on.
	if err := e.exec(ctx, "DROP VIEW IF EXISTS "+name); err != nil {
		if err := e.exec(ctx, "DROP TABLE "+name); err != nil {
			return err
		}
	}
	if v.Stored {
		return e.exec(ctx, "CREATE TABLE "+name+" AS "+v.SQL)
	}
	return e.exec(ctx, "CREATE VIEW "+name+" AS "+v.SQL)
}

func inView(v View, err error) error {
	e := asError(err)
	e.Message = fmt.Sprintf("view %s: %s", qualified(v.Database, v.Schema, v.Name), e.Message)
	return e
}

// rows runs text and collects up to limit rows as text. The outer SELECT has DuckDB stop early and print the values
// itself; columns are named by position, since names may repeat. The last row, marked in the first column, proves that the result is
// whole: when memory runs out while a result is fetched, DuckDB's C interface ends it as if there were no more rows.
func (e *engine) rows(ctx context.Context, text string, limit int, out *response) error {
	names := make([]string, len(out.Columns))
	casts := make([]string, len(out.Columns))
	for i := range names {
		names[i] = fmt.Sprintf("c%d", i)
		casts[i] = names[i] + "::VARCHAR"
	}
	rows, err := e.conn.QueryContext(ctx, fmt.Sprintf("(SELECT false, %s FROM query(%s) AS q(%s) LIMIT %d) UNION ALL SELECT true%s",
		strings.Join(casts, ", "), literal(text), strings.Join(names, ", "), limit+1, strings.Repeat(", NULL", len(names))))
	if err != nil {
		return unplaced(err)
	}
	defer rows.Close()
	whole, err := collect(rows, limit, out)
	switch {
	case err != nil:
		return unplaced(err)
	case !whole:
		return &Error{Kind: KindMemory, Message: "memory ran out while the result was read", Offset: -1}
	}
	return nil
}

// collect reads rows up to the marked last one, which whole says was there, or up to the limit.
func collect(rows *sql.Rows, limit int, out *response) (whole bool, err error) {
	out.Rows = [][]*string{}
	for size := 0; rows.Next(); {
		var last bool
		row := make([]*string, len(out.Columns))
		targets := []any{&last}
		for i := range row {
			targets = append(targets, &row[i])
		}
		if err := rows.Scan(targets...); err != nil {
			return false, err
		}
		if last {
			return true, nil
		}
		if len(out.Rows) == limit {
			out.Truncated = true
			return true, nil
		}
		for _, cell := range row {
			if cell != nil {
				size += len(*cell)
			}
		}
		if size > maxResult {
			return false, &Error{Kind: KindMemory, Message: fmt.Sprintf("the result is larger than %d MB", maxResult>>20), Offset: -1}
		}
		out.Rows = append(out.Rows, row)
	}
	return false, rows.Err()
}
