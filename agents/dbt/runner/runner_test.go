package runner

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// installed finds dbt in the repository's .venv or in PATH. Without one the test is skipped, except in CI.
func installed(t *testing.T) *Runner {
	t.Helper()
	r, err := New(Options{Dir: filepath.Join("..", "..", "..")})
	if errors.Is(err, ErrNotInstalled) {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func project() fstest.MapFS {
	return fstest.MapFS{
		"dbt_project.yml":   file("name: shop\nversion: '1.0'\nprofile: shop\n"),
		"seeds/raw.csv":     file("id,region\n1,EMEA\n2,APAC\n2,APAC\n"),
		"models/orders.sql": file("select id,\n    region\nfrom {{ ref('raw') }}\n"),
		"models/schema.yml": file("models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests: [unique, not_null]\n"),
		"target/old.json":   file("{}"),
		".git/config":       file("x"),
	}
}

func TestBuild(t *testing.T) {
	r := installed(t)
	v, err := r.Version(t.Context())
	if err != nil || v.Core == "" || v.DuckDB == "" {
		t.Fatalf("version %+v, %v", v, err)
	}
	s := Scratch{Dir: t.TempDir(), Files: project(), Profile: "shop"}
	res, err := r.Build(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if res.OK() || res.Version != v.Core {
		t.Errorf("OK %v, version %q", res.OK(), res.Version)
	}
	got := map[string]string{}
	for _, n := range res.Nodes {
		got[n.Name] = n.Kind + " " + n.Status + " " + n.File
	}
	want := map[string]string{
		"raw":                "seed success seeds/raw.csv",
		"orders":             "model success models/orders.sql",
		"unique_orders_id":   "test fail models/schema.yml",
		"not_null_orders_id": "test pass models/schema.yml",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if f := res.Failures(); len(f) != 1 || f[0].Failures != 1 || f[0].Column != "id" || f[0].Model != "model.shop.orders" {
		t.Errorf("failures %+v", f)
	}
	if _, err := os.Stat(s.path("target", "partial_parse.msgpack")); err != nil {
		t.Error("the partial parse was not kept:", err)
	}

	t.Run("broken SQL", func(t *testing.T) {
		s.Changes = map[string][]byte{"models/orders.sql": []byte("select id,\n    regoin\nfrom {{ ref('raw') }}\n")}
		res, err := r.Build(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range res.Nodes {
			if n.Name == "orders" && (n.Status != "error" || n.Line != 2 || !strings.Contains(n.Message, "regoin")) {
				t.Errorf("%+v", n)
			}
		}
		if res.OK() {
			t.Error("a broken model is OK")
		}
	})
	t.Run("missing ref", func(t *testing.T) {
		s.Changes = map[string][]byte{"models/orders.sql": []byte("select * from {{ ref('nothing') }}\n")}
		res, err := r.Build(t.Context(), s, "orders")
		if err != nil || len(res.Problems) != 1 || res.Problems[0].File != "models/orders.sql" || res.OK() {
			t.Errorf("%+v %v", res, err)
		}
	})
	t.Run("a test beside what is built", func(t *testing.T) {
		s.Changes = map[string][]byte{
			"models/returns.sql": []byte("select id from {{ ref('orders') }}\n"),
			"models/counts.sql":  []byte("select region, count(*) as orders from {{ ref('orders') }} group by 1\n"),
			"models/beside.yml": []byte("models:\n  - name: returns\n    columns:\n      - name: id\n        data_tests:\n" +
				"          - relationships: {arguments: {to: ref('orders'), field: id}}\n"),
			"models/schema.yml": []byte("models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests: [not_null]\n"),
		}
		s.Dir = t.TempDir() // nothing is built yet, returns never will be
		res, err := r.Build(t.Context(), s, "+counts")
		if err != nil || !res.OK() || len(res.Nodes) != 4 {
			t.Errorf("%+v %v", res, err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := r.Build(ctx, s); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestSync(t *testing.T) {
	s := Scratch{Dir: t.TempDir(), Files: project(), Changes: map[string][]byte{"models/new.sql": []byte("select 1"), "seeds/raw.csv": nil}}
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	list := func() []string {
		var out []string
		err := fs.WalkDir(os.DirFS(s.path("project")), ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				out = append(out, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if diff := cmp.Diff([]string{"dbt_project.yml", "models/new.sql", "models/orders.sql", "models/schema.yml"}, list()); diff != "" {
		t.Error(diff)
	}
	before, err := os.Stat(s.path("project", "models", "orders.sql"))
	if err != nil {
		t.Fatal(err)
	}
	s.Changes = nil
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"dbt_project.yml", "models/orders.sql", "models/schema.yml", "seeds/raw.csv"}, list()); diff != "" {
		t.Error(diff)
	}
	after, err := os.Stat(s.path("project", "models", "orders.sql"))
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Error("an equal file was written again")
	}
	s.Changes = map[string][]byte{"../outside.sql": []byte("x")}
	if err := s.prepare(); err == nil {
		t.Error("a path outside the project was written")
	}
}

func TestDatabaseIsCopied(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "team's.duckdb")
	if err := os.WriteFile(db, []byte("data"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := Scratch{Dir: filepath.Join(dir, "scratch"), Files: project(), Database: db, Profile: "it's", Schema: "{{ env_var('X') }}"}
	if err := s.prepare(); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(s.path("data", "team's.duckdb")); err != nil || string(b) != "data" {
		t.Error(string(b), err)
	}
	b, err := os.ReadFile(s.path("profiles", "profiles.yml"))
	if err != nil || !strings.HasPrefix(string(b), "'it''s':\n  target: 'dev'\n") || !strings.Contains(string(b), "schema: 'main'") || !strings.Contains(string(b), "team''s.duckdb'") {
		t.Error(string(b), err)
	}
	s.Database = filepath.Join(dir, "missing.duckdb")
	if err := s.prepare(); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestNew(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := New(Options{Dir: dir}); !errors.Is(err, ErrNotInstalled) {
		t.Error(err)
	}
	bin := filepath.Join(dir, "x", ".venv", "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "dbt"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{{Dir: filepath.Join(dir, "x")}, {Python: filepath.Join(bin, "python")}, {Bin: filepath.Join(bin, "dbt")}} {
		if r, err := New(o); err != nil || r.Bin() != filepath.Join(bin, "dbt") {
			t.Error(o, err)
		}
	}
}

func TestMessages(t *testing.T) {
	p := problem("\x1b[31mCompilation Error\x1b[0m in model x (models/a b/x.sql)\n  (models/x.sql) line 12\n    syntax error")
	if p.File != "models/x.sql" || p.Line != 12 || strings.Contains(p.Message, "\x1b") {
		t.Errorf("%+v", p)
	}
	if p := problem("Error reading shop: models/x.yml - Runtime Error\n  Syntax error near line 3"); p.File != "models/x.yml" || p.Line != 3 {
		t.Errorf("%+v", p)
	}
	if v := parseVersion("Core:\n  - installed: 1.11.16\n  - latest:    1.12.6\n\nPlugins:\n  - duckdb: 1.11.1 - Up to date!\n"); v != (Version{"1.11.16", "1.11.1"}) {
		t.Error(v)
	}
}

func FuzzLog(f *testing.F) {
	f.Add([]byte(`{"data":{"exc":"x (a.sql) line 3"},"info":{"level":"error","name":"MainEncounteredError"}}`), "LINE 3: x")
	f.Add([]byte("not json\n{}"), "line line (")
	f.Fuzz(func(t *testing.T, log []byte, text string) {
		var r Results
		r.readLog(log)
		problem(text)
		parseVersion(text)
	})
}
