package dbt

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// generated is a project of n models in three layers, each described in YAML, over n/10 source tables.
func generated(n int) fstest.MapFS {
	files := fstest.MapFS{
		"dbt_project.yml": {Data: []byte("name: big\nprofile: big\nmodels:\n  big:\n    marts:\n      +materialized: table\n")},
		"profiles.yml":    {Data: []byte("big:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: big.duckdb}\n")},
	}
	var sources strings.Builder
	sources.WriteString("sources:\n  - name: raw\n    tables:\n")
	for i := range max(1, n/10) {
		fmt.Fprintf(&sources, "      - name: t%d\n        columns:\n          - name: id\n          - name: amount\n", i)
	}
	files["models/staging/_sources.yml"] = &fstest.MapFile{Data: []byte(sources.String())}
	for i := range n {
		folder, name, from := "staging", fmt.Sprintf("stg_m%d", i), fmt.Sprintf("{{ source('raw', 't%d') }}", i%max(1, n/10))
		if i%3 != 0 {
			folder, name, from = "marts", fmt.Sprintf("fct_m%d", i), fmt.Sprintf("{{ ref('stg_m%d') }}", i/3*3)
		}
		dir := fmt.Sprintf("models/%s/area%d/", folder, i%20)
		files[dir+name+".sql"] = &fstest.MapFile{Data: []byte(fmt.Sprintf(`with source as (
    select * from %s
),
final as (
    select
        id as m%d_id,
        sum(amount) as total,
        count(*) as rows_seen,
        max(case when amount > 10 then 1 else 0 end) as is_large,
        min(amount) as smallest
    from source
    group by 1
)
select * from final
`, from, i))}
		files[dir+name+".yml"] = &fstest.MapFile{Data: []byte(fmt.Sprintf(`models:
  - name: %s
    description: One row per thing %d.
    columns:
      - name: m%d_id
        description: The key.
        data_tests: [unique, not_null]
      - name: total
        description: Sum of amounts.
`, name, i, i))}
	}
	return files
}

func BenchmarkColdRead(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		files := onDisk(b, generated(n))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if p, err := Read(files, "."); err != nil || len(p.Models()) != n {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOneFileChanged(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		dir := b.TempDir()
		if err := os.CopyFS(dir, generated(n)); err != nil {
			b.Fatal(err)
		}
		c := NewCache()
		if _, err := c.Read(os.DirFS(dir), "."); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				sql := fmt.Sprintf("select %d as x from {{ ref('stg_m0') }}", i)
				if err := os.WriteFile(dir+"/models/marts/area1/fct_m1.sql", []byte(sql), 0o600); err != nil {
					b.Fatal(err)
				}
				if _, err := c.Read(os.DirFS(dir), "."); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// onDisk writes the files, so that the benchmark pays for the file system.
func onDisk(tb testing.TB, files fs.FS) fs.FS {
	tb.Helper()
	dir := tb.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		tb.Fatal(err)
	}
	return os.DirFS(dir)
}
