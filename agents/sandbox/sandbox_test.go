package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	ChildMain()
	probeMain()
	holdMain()
	abandonMain()
	os.Exit(m.Run())
}

// begin starts a sandbox that ends with the test.
func begin(t testing.TB, o Options) *Sandbox {
	t.Helper()
	if o.Scratch == "" {
		o.Scratch = t.TempDir()
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

// build makes a database file.
func build(t testing.TB, name string, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := Build(t.Context(), path, "", statements); err != nil {
		t.Fatal(err)
	}
	return path
}

func shop(t testing.TB) string {
	return build(t, "shop.duckdb",
		"CREATE TABLE orders AS SELECT i AS id, 'r' || (i % 3) AS region, (i * 1.5)::DECIMAL(10, 2) AS amount FROM range(10) t(i)",
		"CREATE SCHEMA marts",
		"CREATE VIEW marts.totals AS SELECT region, sum(amount) AS total FROM shop.main.orders GROUP BY region")
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// one runs a query of one cell.
func one(t *testing.T, s *Sandbox, sql string) any {
	t.Helper()
	r, err := s.Query(t.Context(), Trusted(sql), QueryOptions{})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return r.Rows[0][0]
}

func TestQuery(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	if !s.Confinement().Landlock {
		t.Errorf("not confined: %s", s.Confinement().Detail)
	}
	got, err := s.Query(t.Context(), Untrusted("SELECT * FROM marts.totals ORDER BY region DESC; -- done"), QueryOptions{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "result", got, &Result{
		Columns:   []Column{{"region", "VARCHAR"}, {"total", "DECIMAL(38,2)"}},
		Rows:      [][]any{{"r2", number("22.50")}, {"r1", number("18.00")}},
		Truncated: true,
	})
	got, err = s.Query(t.Context(), Untrusted("SELECT 1 AS a, 2 AS a, 3 AS \"A b\" WHERE false"), QueryOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "repeated names, no rows", got, &Result{Columns: []Column{{"a", "INTEGER"}, {"a", "INTEGER"}, {"A b", "INTEGER"}}, Rows: [][]any{}})
}

func TestQueryKeepsOrder(t *testing.T) {
	s := begin(t, Options{})
	r, err := s.Query(t.Context(), Trusted("SELECT i FROM range(200000) t(i) ORDER BY hash(i)"), QueryOptions{Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.Query(t.Context(), Trusted("SELECT arg_min(i, hash(i), 3) FROM range(200000) t(i)"), QueryOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range r.Rows {
		got = append(got, string(row[0].(jsonNumber)))
	}
	same(t, "first rows", "["+strings.Join(got, ", ")+"]", want.Rows[0][0])
}

func TestViews(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	query := func(sql string, views ...View) (*Result, error) {
		return s.Query(t.Context(), Untrusted(sql), QueryOptions{Views: views})
	}
	staged := View{Schema: "staging", Name: "big", SQL: "SELECT * FROM orders WHERE amount > 3"}
	model := View{Database: "SHOP", Schema: "marts", Name: "totals", SQL: "SELECT count(*) AS n FROM staging.big"}
	table := View{Name: "orders", SQL: "SELECT 1 AS id, 'x' AS region, 100 AS amount"}
	r, err := query("SELECT n FROM shop.marts.totals", staged, model)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "a view in place of a view", r.Rows, [][]any{{number("7")}})
	if r, err = query("SELECT n FROM shop.marts.totals", table, staged, model); err != nil {
		t.Fatal(err)
	}
	same(t, "a view in place of a table", r.Rows, [][]any{{number("1")}})
	same(t, "the data afterwards", one(t, s, "SELECT sum(total) FROM marts.totals"), any(number("67.50")))
	for name, test := range map[string]struct {
		views []View
		kind  Kind
	}{
		"a view's mistake":          {[]View{{Name: "v", SQL: "SELECT nope FROM orders"}}, KindBinder},
		"more than a SELECT":        {[]View{{Name: "v", SQL: "SELECT 1; DROP TABLE orders"}}, KindPermission},
		"no SELECT":                 {[]View{{Name: "v", SQL: "DROP TABLE orders"}}, KindPermission},
		"another database":          {[]View{{Database: "other", Name: "v", SQL: "SELECT 1"}}, KindCatalog},
		"a parent that comes later": {[]View{model, staged}, KindCatalog},
	} {
		_, err := query("SELECT 1", test.views...)
		if KindOf(err) != test.kind {
			t.Errorf("%s: got %v, want kind %q", name, err, test.kind)
		}
	}
	same(t, "the data after mistakes", one(t, s, "SELECT count(*) FROM orders"), any(number("10")))
}

func TestBind(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	relations := []Relation{
		{Database: "prod", Schema: "staging", Name: "stg_orders", Columns: []Column{{"id", "BIGINT"}, {"ts", "TIMESTAMP WITH TIME ZONE"}, {"amount", "DECIMAL(18,2)"}}},
		{Database: "raw", Schema: "crm", Name: "customers", Columns: []Column{{"id", "BIGINT"}, {"tier", "ENUM('low', 'high')"}, {"tags", "STRUCT(k VARCHAR, v INTEGER)[]"}}},
		{Database: "memory", Name: "m", Columns: []Column{{"x", "UUID"}}},
	}
	columns, err := s.Bind(t.Context(), relations, Untrusted(`
		SELECT date_trunc('week', o.ts) AS week, c.tier, sum(o.amount) / nullif(count(*), 0) AS average, NULL AS nothing, c.tags
		FROM prod.staging.stg_orders AS o LEFT JOIN raw.crm.customers AS c USING (id) GROUP BY ALL`))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "columns", columns, []Column{{"week", "TIMESTAMP WITH TIME ZONE"}, {"tier", "ENUM('low', 'high')"}, {"average", "DOUBLE"},
		{"nothing", "INTEGER"}, {"tags", "STRUCT(k VARCHAR, v INTEGER)[]"}})
	columns, err = s.Bind(t.Context(), relations, Untrusted("SELECT x FROM memory.m, staging.stg_orders"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "columns", columns, []Column{{"x", "UUID"}})
	for _, test := range []struct {
		name, sql string
		relations []Relation
		want      Error
	}{
		{"unknown column", "SELECT o.id,\n  'é', o.nope FROM staging.stg_orders AS o", relations, Error{Kind: KindBinder, Line: 2, Column: 8, Offset: 21}},
		{"unknown table", "SELECT 1 FROM orders", relations, Error{Kind: KindCatalog, Line: 1, Column: 15, Offset: 14}},
		{"unknown function", "SELECT nope(1)", nil, Error{Kind: KindCatalog, Line: 1, Column: 8, Offset: 7}},
		{"wrong types", "SELECT sum(ts) FROM staging.stg_orders", relations, Error{Kind: KindBinder, Line: 1, Column: 8, Offset: 7}},
		{"no SQL", "SELECT 1 +", nil, Error{Kind: KindParser, Line: 1, Column: 11, Offset: 10}},
		{"two statements", "SELECT 1; SELECT 2", nil, Error{Kind: KindPermission, Offset: -1}},
		{"nothing", " -- nothing", nil, Error{Kind: KindPermission, Offset: -1}},
		{"no SELECT", "CREATE TABLE x (a INTEGER)", nil, Error{Kind: KindPermission, Offset: -1}},
		{"a parameter", "SELECT $1", nil, Error{Kind: KindPermission, Offset: -1}},
		{"a type that is none", "SELECT 1", []Relation{{Name: "t", Columns: []Column{{"a", "NOPE"}}}}, Error{Kind: KindCatalog, Offset: -1}},
		{"a type that is more", "SELECT 1", []Relation{{Name: "t", Columns: []Column{{"a", "INTEGER); DROP TABLE t; --"}}}}, Error{Kind: KindCatalog, Offset: -1}},
		{"no columns", "SELECT 1", []Relation{{Name: "t"}}, Error{Kind: KindCatalog, Offset: -1}},
		{"a relation twice", "SELECT 1", []Relation{relations[0], relations[0]}, Error{Kind: KindCatalog, Offset: -1}},
		{"a reserved database", "SELECT 1", []Relation{{Database: "system", Name: "t", Columns: []Column{{"a", "INTEGER"}}}}, Error{Kind: KindBinder, Offset: -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.Bind(t.Context(), test.relations, Untrusted(test.sql))
			var got *Error
			if !errors.As(err, &got) {
				t.Fatalf("got %v, want an *Error", err)
			}
			if got.Message == "" {
				t.Error("no message")
			}
			message := got.Message
			got.Message = ""
			same(t, message, *got, test.want)
		})
	}
	if columns, err = s.Bind(t.Context(), nil, Untrusted("SELECT 1 AS n")); err != nil || len(columns) != 1 {
		t.Errorf("after all that: %v, %v", columns, err)
	}
}

func TestParse(t *testing.T) {
	s := begin(t, Options{})
	for _, test := range []struct {
		sql  string
		want Statement
	}{
		{"SELECT 1", Statement{Count: 1, Kind: "SELECT"}},
		{"VALUES (1)", Statement{Count: 1, Kind: "SELECT"}},
		{"FROM a SELECT x", Statement{Count: 1, Kind: "SELECT", Tables: []TableRef{{Name: "a"}}}},
		{"WITH a AS (SELECT * FROM b), c AS (SELECT * FROM a, a.b) SELECT * FROM C JOIN d.e.f USING (x) WHERE y IN (SELECT z FROM g)",
			Statement{Count: 1, Kind: "SELECT", Tables: []TableRef{{Name: "b"}, {Schema: "a", Name: "b"}, {Database: "d", Schema: "e", Name: "f"}, {Name: "g"}}}},
		{"WITH a AS (SELECT * FROM a) SELECT * FROM a", Statement{Count: 1, Kind: "SELECT", Tables: []TableRef{{Name: "a"}}}},
		{"WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT * FROM r", Statement{Count: 1, Kind: "SELECT"}},
		{"SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a), a", Statement{Count: 1, Kind: "SELECT", Tables: []TableRef{{Name: "a"}}}},
		{"SELECT * FROM read_csv('x.csv'), range(3), 'y.parquet'", Statement{Count: 1, Kind: "SELECT",
			Tables: []TableRef{{Name: "y.parquet"}}, Functions: []string{"read_csv", "range"}}},
		{"SELECT 1; SELECT 2; SELECT 3", Statement{Count: 2, Kind: "SELECT"}},
		{"SELECT 1; DROP TABLE x", Statement{Count: 2, Kind: "OTHER"}},
		{"COPY (SELECT 1) TO 'x'", Statement{Count: 1, Kind: "OTHER"}},
		{"INSERT INTO t VALUES (1)", Statement{Count: 1, Kind: "OTHER"}},
		{"CREATE TABLE t (a INTEGER)", Statement{Count: 1, Kind: "CREATE"}},
		{"ATTACH 'x'", Statement{Count: 1, Kind: "ATTACH"}},
		{"SET threads = 1", Statement{Count: 1, Kind: "SET"}},
		{"", Statement{}},
		{"-- nothing", Statement{}},
	} {
		got, err := s.Parse(t.Context(), test.sql)
		if err != nil {
			t.Errorf("%s: %v", test.sql, err)
			continue
		}
		if wantTree := test.want.Kind == "SELECT" && test.want.Count == 1; wantTree != (got.Tree != nil) {
			t.Errorf("%s: tree %s", test.sql, got.Tree)
		}
		got.Tree = nil
		same(t, test.sql, got, test.want)
	}
	_, err := s.Parse(t.Context(), "SELECT 'é',\n 'è', a FROM WHERE")
	var e *Error
	if !errors.As(err, &e) || e.Kind != KindParser || e.Line != 2 || e.Column != 14 {
		t.Errorf("got %#v, want a parser error at line 2, column 14", err)
	}
}

func TestCatalogAndValues(t *testing.T) {
	path := build(t, "a b.c.duckdb", "CREATE TABLE t AS SELECT * FROM (VALUES (1, 'x'), (2, 'y'), (3, 'y'), (4, NULL)) v(id, \"the kind\")",
		"CREATE TABLE gone (a INTEGER)", "CREATE VIEW broken AS SELECT * FROM gone", "CREATE VIEW fine AS SELECT \"the kind\" FROM t", "DROP TABLE gone")
	s := begin(t, Options{Database: path})
	got, err := s.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	name := one(t, s, "SELECT current_database()").(string)
	same(t, "catalog", got, []Relation{
		{Database: name, Schema: "main", Name: "broken", Kind: "view"},
		{Database: name, Schema: "main", Name: "fine", Kind: "view", Columns: []Column{{"the kind", "VARCHAR"}}},
		{Database: name, Schema: "main", Name: "t", Kind: "table", Columns: []Column{{"id", "INTEGER"}, {"the kind", "VARCHAR"}}},
	})
	values, more, err := s.Values(t.Context(), got[2], "the kind", 5)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "values", values, []any{"y", "x"})
	same(t, "more", more, false)
	values, more, err = s.Values(t.Context(), Relation{Name: "t"}, "id", 2)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "values", values, []any{number("1"), number("2")})
	same(t, "more", more, true)
	if _, _, err := s.Values(t.Context(), Relation{Name: "t"}, "nope", 2); KindOf(err) != KindBinder {
		t.Errorf("got %v, want a binder error", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				if _, err := s.Query(t.Context(), Untrusted("SELECT count(*) FROM m"), QueryOptions{Views: []View{{Name: "m", SQL: "SELECT * FROM orders"}}}); err != nil {
					t.Errorf("worker %d: %v", i, err)
				}
				if _, err := s.Bind(t.Context(), []Relation{{Name: "t", Columns: []Column{{"a", "DATE"}}}}, Untrusted("SELECT a FROM t")); err != nil {
					t.Errorf("worker %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestClose(t *testing.T) {
	s := begin(t, Options{})
	running := make(chan error)
	go func() {
		_, err := s.Query(context.Background(), Trusted(endless), QueryOptions{Timeout: time.Minute})
		running <- err
	}()
	busy(t, s.data)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-running; !errors.Is(err, ErrClosed) {
		t.Errorf("the query under way: got %v, want ErrClosed", err)
	}
	if _, err := s.Parse(t.Context(), "SELECT 1"); !errors.Is(err, ErrClosed) {
		t.Errorf("after closing: got %v, want ErrClosed", err)
	}
}

func TestUnconfined(t *testing.T) {
	s := begin(t, Options{})
	s.confined = Confinement{}
	if _, err := s.Query(t.Context(), Untrusted("SELECT 1"), QueryOptions{}); !errors.Is(err, ErrUnconfined) {
		t.Errorf("untrusted query: got %v", err)
	}
	if _, err := s.Bind(t.Context(), nil, Untrusted("SELECT 1")); !errors.Is(err, ErrUnconfined) {
		t.Errorf("untrusted bind: got %v", err)
	}
	if _, err := s.Query(t.Context(), Trusted("SELECT 1"), QueryOptions{}); err != nil {
		t.Errorf("trusted query: %v", err)
	}
}

// TestViewsStayAndGo: the same views are made once for queries in a row, a stored one is computed once, and
// neither an error nor another call leaves anything of them behind.
func TestViewsStayAndGo(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	views := []View{{Name: "m", SQL: "SELECT random() AS x", Stored: true}}
	ask := func(sql string, v []View) string {
		t.Helper()
		got, err := s.Query(t.Context(), Untrusted(sql), QueryOptions{Views: v})
		if err != nil {
			return "error"
		}
		return fmt.Sprint(got.Rows)
	}
	first := ask("SELECT x FROM m", views)
	if again := ask("SELECT x FROM m", views); again != first || first == "error" {
		t.Errorf("a stored view was computed twice: %s, %s", first, again)
	}
	if got := ask("SELECT nonsense FROM m", views); got != "error" {
		t.Errorf("nonsense gives %s", got)
	}
	if got := ask("SELECT count(*) FROM m", views); got != "[[1]]" {
		t.Errorf("after an error: %s", got)
	}
	if _, err := s.Catalog(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask("SELECT x FROM m", nil); got != "error" {
		t.Errorf("a view outlived its query: %s", got)
	}
}
