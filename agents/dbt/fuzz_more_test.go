package dbt

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// fuzzPatch reads the project of fsys as a change of another and compares it with a cold reading.
func fuzzPatch(t *testing.T, fsys fstest.MapFS, cold string) {
	t.Helper()
	c := NewCache()
	if _, err := c.Read(files(shop), "."); err != nil {
		t.Fatal(err)
	}
	p, err := c.Read(fsys, ".")
	if err != nil {
		t.Fatal(err)
	}
	if summary(p) != cold {
		t.Fatal("a second reading gives another project than a cold one")
	}
}

// everything is a file of the project that holds one of each kind.
func everything(f *testing.F, name string) []byte {
	f.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "everything", filepath.FromSlash(name)))
	if err != nil {
		f.Fatal(err)
	}
	return b
}

func FuzzSemantic(f *testing.F) {
	f.Add(everything(f, "models/marts/_semantic.yml"))
	f.Add([]byte(latestSpec))
	f.Add([]byte("semantic_models: [{name: a, model: 3, measures: [{name: a, create_metric: true}]}]\nmetrics: [{name: a, type: derived, type_params: {metrics: [a, {name: a}]}}]\n"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "models/marts/_semantic.yml", b) })
}

func FuzzMacros(f *testing.F) {
	f.Add(everything(f, "macros/parts.sql"))
	f.Add([]byte("{% macro cents(x) %}{{ return(cents(x)) }}{% endmacro %}{% macro generate_schema_name(a, b) %}{{ a }}{% endmacro %}"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "macros/more.sql", b) })
}

func FuzzPython(f *testing.F) {
	f.Add(everything(f, "models/marts/py_scores.py"))
	f.Add([]byte("dbt.ref(\"a\", 'b').x\ndbt.source('crm',\n  'people')\n# dbt.ref('c')\n'''dbt.ref('d')"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "models/marts/py.py", b) })
}

func FuzzDocs(f *testing.F) {
	f.Add(everything(f, "models/docs.md"))
	f.Add([]byte("{% docs a %}{% docs people %}{% enddocs %}{%enddocs-%}{% docs b"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "models/more.md", b) })
}

func FuzzSnapshot(f *testing.F) {
	f.Add(everything(f, "snapshots/people.sql"))
	f.Add([]byte("{% snapshot a %}select 1{% endsnapshot %}{% snapshot a %}{{ config(unique_key='x') }}select * from {{ ref('a') }}{% endsnapshot %}"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "snapshots/more.sql", b) })
}

func FuzzSingularTest(f *testing.F) {
	f.Add(everything(f, "tests/no_negative.sql"))
	f.Add([]byte("{{ config(enabled=false) }}{% test x(model) %}{{ ref('stg_orders') }}{% endtest %}"))
	f.Fuzz(func(t *testing.T, b []byte) { fuzzRead(t, "tests/more.sql", b) })
}
