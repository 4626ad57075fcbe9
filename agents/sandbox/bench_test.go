package sandbox

import (
	"fmt"
	"testing"
)

func BenchmarkStart(b *testing.B) {
	path := shop(b)
	for b.Loop() {
		s, err := Start(b.Context(), Options{Scratch: b.TempDir(), Database: path})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBind(b *testing.B) {
	s := begin(b, Options{})
	var relations []Relation
	for i := range 3 {
		r := Relation{Database: "prod", Schema: "staging", Name: fmt.Sprintf("stg_%d", i)}
		for c := range 10 {
			r.Columns = append(r.Columns, Column{fmt.Sprintf("c%d", c), "VARCHAR"})
		}
		relations = append(relations, r)
	}
	for b.Loop() {
		if _, err := s.Bind(b.Context(), relations, Untrusted("SELECT a.c1, count(*) AS n FROM prod.staging.stg_0 AS a JOIN prod.staging.stg_1 AS b USING (c2) GROUP BY ALL")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	s := begin(b, Options{})
	for b.Loop() {
		if _, err := s.Parse(b.Context(), "WITH a AS (SELECT * FROM b) SELECT x, count(*) FROM a GROUP BY x"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkQuery(b *testing.B) {
	s := begin(b, Options{Database: shop(b)})
	views := []View{{Schema: "marts", Name: "new_model", SQL: "SELECT region, sum(amount) AS total FROM orders GROUP BY region"}}
	for b.Loop() {
		if _, err := s.Query(b.Context(), Untrusted("SELECT * FROM marts.new_model"), QueryOptions{Views: views}); err != nil {
			b.Fatal(err)
		}
	}
}
