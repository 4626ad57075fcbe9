package dbt

import (
	"testing"
	"testing/fstest"
)

// fuzzRead reads a small project with one file replaced and uses what comes out. Bad input may become a problem or an error,
// never a panic.
func fuzzRead(t *testing.T, name string, content []byte) {
	fsys := files(shop)
	fsys[name] = &fstest.MapFile{Data: content}
	p, err := Read(fsys, ".")
	if err != nil {
		if name != ProjectFile {
			t.Fatal(err)
		}
		return
	}
	for _, n := range p.Nodes {
		n.UniqueKeys()
		p.Parents(n.ID)
		_ = n.Relation.SQL()
		if _, err := p.CompileNode(n); err != nil {
			_ = err.Error()
		}
	}
	p.WithColumns(func(*Node) ([]Column, bool) { return nil, false })
	fuzzPatch(t, fsys, summary(p))
}

func FuzzProperties(f *testing.F) {
	f.Add(files(shop)["models/marts/finance/_finance.yml"].Data)
	f.Add(files(shop)["models/sources.yml"].Data)
	f.Add([]byte("models: &a\n  - name: stg_orders\n    columns: &c [{name: x}]\n    <<: *a\n  - *a\n"))
	f.Add([]byte("models:\n  - {name: a, versions: [{v: 1, columns: [{include: all}]}], tests: [unique, {x: 1}, {accepted_values: {values: 3}}]}\n"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "models/marts/finance/_finance.yml", b) })
}

func FuzzProjectFile(f *testing.F) {
	f.Add(files(shop)[ProjectFile].Data)
	f.Add([]byte("name: x\nmodel-paths: [../.., /, a]\nvars: [1]\nmodels: {x: {+tags: {a: 1}, +meta: 3}}\nprofile: 3\n"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, ProjectFile, b) })
}

func FuzzProfile(f *testing.F) {
	f.Add(files(shop)["profiles.yml"].Data)
	f.Add([]byte("shop:\n  target: \"{{ env_var('T') }}\"\n  outputs: {only: {type: postgres, dbname: d}}\n"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "profiles.yml", b) })
}

func FuzzModel(f *testing.F) {
	f.Add(files(shop)["models/marts/finance/fct_orders.sql"].Data)
	f.Add([]byte("select * from {{ ref('fct_orders') }}"))
	f.Add([]byte("{{ config(materialized='ephemeral') }} select * exclude (a) from {{ ref('stg_orders') }} natural join {{ source('crm','people') }}"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "models/staging/stg_orders.sql", b) })
}

func FuzzSeed(f *testing.F) {
	f.Add(files(shop)["seeds/raw_orders.csv"].Data)
	f.Add([]byte("\xef\xbb\xbfa,a,\n\"x\"\"\",1e5,\n"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "seeds/raw_orders.csv", b) })
}

func FuzzArtifacts(f *testing.F) {
	f.Add([]byte(`{"nodes":{"model.shop.fct_orders":{"schema":"s","alias":"a","depends_on":{"nodes":["model.shop.fct_orders"]}}}}`),
		[]byte(`{"nodes":{"seed.shop.raw_orders":{"columns":{"x":{"index":1}}}}}`))
	f.Fuzz(func(t *testing.T, manifest, catalog []byte) {
		fsys := files(shop)
		fsys["target/manifest.json"] = &fstest.MapFile{Data: manifest}
		fsys["target/catalog.json"] = &fstest.MapFile{Data: catalog}
		if _, err := Read(fsys, "."); err != nil {
			t.Fatal(err)
		}
	})
}
