package sandbox

import (
	"os"
	"path/filepath"
	"testing"
)

func TestMain(m *testing.M) {
	ChildMain()
	os.Exit(m.Run())
}

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

func build(t testing.TB, name string, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := Build(t.Context(), path, "", statements); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSmoke(t *testing.T) {
	path := build(t, "shop.duckdb", "create table orders as select i as id, 'r'||(i%3) as region, i*1.5::decimal(10,2) as amount from range(10) t(i)", "create view v as select * from shop.main.orders")
	s := begin(t, Options{Database: path})
	t.Log(s.Confinement())
	r, err := s.Query(t.Context(), Untrusted("select region, sum(amount) as total, timestamptz '2024-01-01' at time zone 'UTC' as x from v group by region order by region"), QueryOptions{})
	t.Log(r, err)
	c, err := s.Bind(t.Context(), []Relation{{Database: "shop", Name: "orders", Columns: []Column{{"id", "BIGINT"}}}}, Untrusted("select id, null as x from shop.main.orders"))
	t.Log(c, err)
	st, err := s.Parse(t.Context(), "with a as (select * from b) select * from a join c.d using (x)")
	t.Logf("%+v %v", st, err)
	cat, err := s.Catalog(t.Context())
	t.Log(cat, err)
	v, m, err := s.Values(t.Context(), Relation{Name: "orders"}, "region", 2)
	t.Log(v, m, err)
	r, err = s.Query(t.Context(), Untrusted("select * from shop.marts.m"), QueryOptions{Views: []View{{Schema: "marts", Name: "m", SQL: "select count(*) n from orders"}}})
	t.Log(r, err)
}
