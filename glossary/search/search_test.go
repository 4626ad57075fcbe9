package search

import (
	"strings"
	"testing"
)

// company is a small project.
func company() []Document {
	return []Document{
		{Ref: "term:churn", Kind: Term, Name: "Customer churn rate", Aliases: []string{"logo churn"}, Text: "Share of customers who left.", Parents: []string{"model:fct_churn"}},
		{Ref: "term:revenue", Kind: Term, Name: "Net revenue", Aliases: []string{"sales", "turnover"}, Text: "Invoiced amounts without tax.", Parents: []string{"model:fct_orders"}},
		{Ref: "metric:active_seats", Kind: Metric, Name: "active seats"},
		{Ref: "model:dim_customers", Kind: Model, Name: "dim_customers", Where: "models/dim_customers.sql", Text: "One row per company that ever paid.", Columns: []Field{
			{Name: "customer_id"}, {Name: "billing_region", Text: "Region of the invoice address."}, {Name: "segment", Values: []string{"Enterprise", "Mid market"}}}},
		{Ref: "model:fct_orders", Kind: Model, Name: "fct_orders", Parents: []string{"model:stg_orders", "model:dim_customers"}, Columns: []Field{{Name: "order_id"}, {Name: "mrrAmount"}, {Name: "ordered_at"}},
			SQL: "-- secret remark\nselect order_id, mrrAmount from {{ ref('stg_orders') }} where channel = 'wholesale'"},
		{Ref: "model:stg_orders", Kind: Model, Name: "stg_orders", Columns: []Field{{Name: "order_id"}, {Name: "qty"}}},
		{Ref: "model:fct_churn", Kind: Model, Name: "fct_churn", Parents: []string{"model:dim_customers"}, Columns: []Field{{Name: "customer_id"}, {Name: "left_on"}}},
	}
}

func open(t testing.TB, dir string, docs []Document) *Index {
	t.Helper()
	x, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	if _, err := x.Sync(t.Context(), docs); err != nil {
		t.Fatal(err)
	}
	return x
}

func find(t testing.TB, x *Index, q Query) []Hit {
	t.Helper()
	hits, err := x.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func TestFind(t *testing.T) {
	for _, dir := range []string{"", t.TempDir()} {
		x := open(t, dir, company())
		for _, c := range []struct {
			query, first, why string
			kinds             []Kind
		}{
			{query: "churned customers", first: "term:churn", why: "name: customer, churn"},
			{query: "regions", first: "column:dim_customers.billing_region", why: "column: region; text: region"},
			{query: "billing region", first: "column:dim_customers.billing_region", why: "column: billing, region"},
			{query: "amount of mrr", first: "column:fct_orders.mrrAmount", why: "column: mrr, amount"},
			{query: "turnover", first: "term:revenue", why: "name: turnover"},
			{query: "net reveneu", first: "term:revenue", why: `"reveneu" read as revenue`},
			{query: "enterprize", first: "value:dim_customers.segment=Enterprise", why: `"enterprize" read as enterprise`},
			{query: "clients", first: "model:dim_customers", why: "customers is said for clients", kinds: []Kind{Model}},
			{query: "quantity ordered", first: "column:stg_orders.qty", why: "column: qty", kinds: []Kind{Column}},
			{query: "wholesale", first: "model:fct_orders", why: "sql: wholesale"},
			{query: "customer churn", first: "model:fct_churn", why: "built on dim_customers", kinds: []Kind{Model}},
		} {
			hits := find(t, x, Query{Words: c.query, N: 3, Kinds: c.kinds})
			if len(hits) == 0 || hits[0].Ref != c.first || !strings.Contains(hits[0].Why.String(), c.why) {
				t.Errorf("%q: not %s because of %q first:", c.query, c.first, c.why)
				for _, h := range hits {
					t.Errorf("\t%.4f %s: %s", h.Score, h.Ref, h.Why)
				}
			}
		}
		for _, q := range []string{"", "the of", "zodiac", "remark", "???", "\x00\xff"} {
			if hits := find(t, x, Query{Words: q}); len(hits) > 0 {
				t.Errorf("%q: %v", q, hits)
			}
		}
	}
}

func TestUsageCounts(t *testing.T) {
	x := open(t, "", []Document{{Ref: "model:north_sales", Kind: Model, Name: "north_sales"}, {Ref: "model:south_sales", Kind: Model, Name: "south_sales"}})
	hits := find(t, x, Query{Words: "sales", Usage: map[string]int{"model:south_sales": 3}})
	if len(hits) != 2 || hits[0].Ref != "model:south_sales" || !strings.Contains(hits[0].Why.String(), "used in 3 designs") {
		t.Errorf("%+v", hits)
	}
	if hits := find(t, x, Query{Words: "sales", Without: []string{"model:north_sales"}}); len(hits) != 1 || hits[0].Ref != "model:south_sales" {
		t.Errorf("%+v", hits)
	}
}
