package dbt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
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

// BenchmarkColdRead10000 reads a project of 10,000 models from disk: 20,000 files and as many again to link.
func BenchmarkColdRead10000(b *testing.B) {
	const n = 10_000
	fsys := onDisk(b, generated(n))
	for b.Loop() {
		if p, err := Read(fsys, "."); err != nil || len(p.Models()) != n {
			b.Fatal(err)
		}
	}
}

// BenchmarkListing10000 is what every reading must do: look which files there are and whether they may have changed.
func BenchmarkListing10000(b *testing.B) {
	fsys := onDisk(b, generated(10_000))
	pf, _, err := readConfig(fsys, ".")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if files, problems := list(fsys, ".", pf.config); len(files) != 20_001 || len(problems) > 0 {
			b.Fatal(len(files), problems)
		}
	}
}

// BenchmarkOneFileChanged10000 changes one model of 10,000 and reads the project again. "beyond-ns/op" is what the reading took
// longer than the listing.
func BenchmarkOneFileChanged10000(b *testing.B) {
	dir := b.TempDir()
	if err := os.CopyFS(dir, generated(10_000)); err != nil {
		b.Fatal(err)
	}
	past := time.Now().Add(-time.Hour)
	if err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(name, past, past))
	}); err != nil {
		b.Fatal(err)
	}
	c, fsys := NewCache(), os.DirFS(dir)
	p, err := c.Read(fsys, ".")
	if err != nil {
		b.Fatal(err)
	}
	var listing, reading time.Duration
	for i := 0; b.Loop(); i++ {
		sql := fmt.Sprintf("select %d as x, amount from {{ ref('stg_m0') }}", i)
		if err := os.WriteFile(dir+"/models/marts/area1/fct_m1.sql", []byte(sql), 0o600); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		list(fsys, ".", p.Config)
		listing += time.Since(start)
		start = time.Now()
		got, err := c.Read(fsys, ".")
		if err != nil || !sameIndex(p, got) {
			b.Fatal("not a patch", err)
		}
		reading += time.Since(start)
	}
	b.ReportMetric(float64(reading-listing)/float64(b.N), "beyond-ns/op")
	b.ReportMetric(float64(listing)/float64(b.N), "listing-ns/op")
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
