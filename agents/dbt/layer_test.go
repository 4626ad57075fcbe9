package dbt

import (
	"slices"
	"testing"
	"testing/fstest"
)

// TestMartsByLineage: where no name says which models are marts, those are that read models and that nothing else reads.
func TestMartsByLineage(t *testing.T) {
	ref := func(names ...string) string {
		out := "select 1 as id"
		for _, n := range names {
			out += " union all select id from {{ ref('" + n + "') }}"
		}
		return out
	}
	for name, c := range map[string]struct {
		files map[string]string
		marts []string
	}{
		"a folder of an own name": {map[string]string{
			"models/base/base_orders.sql": ref(), "models/base/base_lines.sql": ref(),
			"models/warehouse/orders.sql": ref("base_orders"), "models/warehouse/lines.sql": ref("base_lines", "base_orders"),
			"models/warehouse/places.sql": ref(), "models/warehouse/wk_sales.sql": ref("orders", "lines"),
		}, []string{"lines", "orders", "places", "wk_sales"}},
		"a folder between": {map[string]string{
			"models/in/a.sql": ref(), "models/in/b.sql": ref(), "models/mid/c.sql": ref("a"), "models/mid/d.sql": ref("b"),
			"models/out/e.sql": ref("c", "d"), "models/out/f.sql": ref("d"),
		}, []string{"e", "f"}},
		"one flat folder": {map[string]string{
			"models/a.sql": ref(), "models/b.sql": ref("a"), "models/c.sql": ref("a", "b"),
		}, []string{"b", "c"}},
		"names say it": {map[string]string{
			"models/in/a.sql": ref(), "models/out/b.sql": ref("a"), "models/marts/c.sql": ref("a"),
		}, []string{"c"}},
		"raw data only": {map[string]string{"models/in/a.sql": ref(), "models/in/b.sql": ref()}, nil},
	} {
		fsys := fstest.MapFS{"dbt_project.yml": {Data: []byte("name: x\n")}}
		for path, sql := range c.files {
			fsys[path] = &fstest.MapFile{Data: []byte(sql)}
		}
		p, err := Read(fsys, ".")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, n := range p.Models() {
			if n.Layer == Mart {
				got = append(got, n.Name)
			}
		}
		if !slices.Equal(got, c.marts) {
			t.Errorf("%s: marts %v, want %v", name, got, c.marts)
		}
	}
}
