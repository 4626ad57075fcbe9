package dbt

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// editor makes random changes to a project on disk.
type editor struct {
	t     *testing.T
	dir   string
	r     *rand.Rand
	clock time.Time
	names int
}

// TestIncrementalIsCold changes a project in random ways, a few at a time, and compares what a cache reads with a cold reading.
func TestIncrementalIsCold(t *testing.T) {
	seed, patched := uint64(time.Now().UnixNano()), 0
	for _, start := range []fs.FS{os.DirFS("testdata/everything"), files(shop), generated(40)} {
		seed++
		t.Logf("seed %d", seed)
		e := &editor{t: t, dir: t.TempDir(), r: rand.New(rand.NewPCG(seed, 0)), clock: time.Now().Add(-time.Hour)}
		if err := os.CopyFS(e.dir, start); err != nil {
			t.Fatal(err)
		}
		for _, f := range e.files("") {
			e.touch(f)
		}
		fsys := os.DirFS(e.dir)
		cache := NewCache()
		for round := range 100 {
			var done []string
			for range 1 + e.r.IntN(3) {
				done = append(done, e.change())
			}
			before := cache.last()
			got, err := cache.Read(fsys, ".")
			want, werr := Read(fsys, ".")
			if fmt.Sprint(err) != fmt.Sprint(werr) {
				t.Fatalf("seed %d, round %d, after %v: %v, cold %v", seed, round, done, err, werr)
			}
			if err != nil {
				continue
			}
			if before != nil && before.linker.p.at != nil && sameIndex(before.linker.p, got) {
				patched++
			}
			if diff := cmp.Diff(summary(want), summary(got)); diff != "" {
				t.Fatalf("seed %d, round %d, after %v:\n%s", seed, round, done, diff)
			}
			if diff := cmp.Diff(columnsAfterwards(want), columnsAfterwards(got)); diff != "" {
				t.Fatalf("seed %d, round %d, after %v, with a warehouse:\n%s", seed, round, done, diff)
			}
		}
	}
	t.Logf("%d of 300 readings were patches", patched)
	if patched == 0 {
		t.Errorf("seed %d: no reading was a patch of the one before", seed)
	}
}

// sameIndex says whether two snapshots share their index, which only a patch does.
func sameIndex(a, b *Project) bool {
	if len(a.at) != len(b.at) {
		return false
	}
	a.at["probe"] = 0
	_, shared := b.at["probe"]
	delete(a.at, "probe")
	return shared
}

// columnsAfterwards is what becomes of a project when its database is asked, which works on the inner state of its nodes.
func columnsAfterwards(p *Project) string {
	return summary(p.WithColumns(func(n *Node) ([]Column, bool) {
		if n.Kind != Source {
			return nil, false
		}
		return []Column{{Name: "id", Type: "integer"}, {Name: "name", Type: "varchar"}}, true
	}))
}

// files lists the project's files whose names end so.
func (e *editor) files(end string) []string {
	var out []string
	err := filepath.WalkDir(e.dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, end) {
			out = append(out, name)
		}
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return out
}

// touch gives a file a time of its own, long ago, as a file has that nobody is writing.
func (e *editor) touch(name string) {
	e.clock = e.clock.Add(time.Millisecond)
	if err := os.Chtimes(name, e.clock, e.clock); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) write(name, text string) {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		e.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		e.t.Fatal(err)
	}
	e.touch(name)
}

func pick[T any](e *editor, from ...T) T { return from[e.r.IntN(len(from))] }

// model is the name of some model.
func (e *editor) model() string {
	all := e.files(".sql")
	name := filepath.Base(pick(e, all...))
	return strings.TrimSuffix(name, ".sql")
}

// sql is a random model.
func (e *editor) sql() string {
	m := e.model()
	return pick(e, "", "", "", "{{ config(materialized='table') }}\n", "{{ config(tags=['a'], meta={'owner': 'me'}) }}\n", "{{ config(enabled=false) }}\n",
		"{{ config(alias='other') }}\n", "{{ config(enabled=env_var('X')) }}\n") +
		pick(e, "select * from {{ ref('"+m+"') }}", "with a as (select * from {{ ref('"+m+"') }}) select * from a",
			"select id, amount, 1 as x"+fmt.Sprint(e.r.IntN(3))+" from {{ ref('"+m+"') }}", "select a.*, b.id as other from {{ ref('"+m+"') }} a join {{ ref('"+e.model()+"') }} b using (id)",
			"select * from {{ source('crm', 'people') }}", "select * from {{ source('raw', 't1') }}", "select * from {{ ref('nowhere') }}", "select {{ unknown_macro() }} from {{ ref('"+m+"') }}",
			"select 1 as id, {% if x %}", "select id, nick from {{ source('crm', 'people') }}", "select 1 as id, 'a' as name", "{{ cents('a') }}")
}

// change makes one random change and says which.
func (e *editor) change() string {
	models := slices.DeleteFunc(e.files(".sql"), func(name string) bool {
		return !strings.Contains(name, string(filepath.Separator)+"models"+string(filepath.Separator))
	})
	some := pick(e, models...)
	rel := strings.TrimPrefix(some, e.dir)
	switch k := e.r.IntN(21); {
	case k < 11:
		text := e.sql()
		e.write(some, text)
		return "edit " + rel + ": " + text
	case k == 11 && len(models) > 3:
		if err := os.Remove(some); err != nil {
			e.t.Fatal(err)
		}
		return "delete " + rel
	case k == 12:
		e.names++
		to := filepath.Join(filepath.Dir(some), fmt.Sprintf("renamed_%d.sql", e.names))
		if err := os.Rename(some, to); err != nil {
			e.t.Fatal(err)
		}
		return "rename " + rel + " to " + filepath.Base(to)
	case k == 13:
		e.names++
		e.write(filepath.Join(filepath.Dir(some), fmt.Sprintf("new_%d.sql", e.names)), e.sql())
		return "add a model"
	case k == 14:
		e.write(filepath.Join(e.dir, "models", "extra.yml"), fmt.Sprintf("models:\n  - name: %s\n    description: d%d\n    columns:\n      - name: id\n        data_tests: [unique]\n      - {name: stray%d}\n",
			e.model(), e.r.IntN(9), e.r.IntN(3)))
		return "describe a model"
	case k == 15:
		e.write(filepath.Join(e.dir, "macros", "extra.sql"), fmt.Sprintf("{%% macro unknown_macro() %%}%s{%% endmacro %%}", pick(e, "1 as one", "{{ ref('"+e.model()+"') }}", "2")))
		return "change a macro"
	case k == 16:
		e.write(filepath.Join(e.dir, "seeds", "extra.csv"), pick(e, "id,name\n1,a\n", "id,amount\n1,2\n", "x\n1\n"))
		return "change a seed"
	case k == 17:
		text := pick(e, "models: [", "sources:\n  - name: raw\n    tables: [{name: t1, columns: [{name: id}]}]\n", "groups:\n  - name: g\n    owner: {name: x}\n")
		e.write(filepath.Join(e.dir, "models", "more.yml"), text)
		return "YAML " + text
	case k == 18 || k == 19: // a word of a description, a column's name, a test
		ymls := e.files(".yml")
		name := pick(e, ymls...)
		b, err := os.ReadFile(name)
		if err != nil {
			e.t.Fatal(err)
		}
		from := pick(e, "unique", "order_id", "description", "- name: id", "not_null", "thing", "total")
		e.write(name, strings.Replace(string(b), from, pick(e, from+"x", "not_null", "id", "description", "- name: id"), 1+e.r.IntN(2)))
		return "change " + from + " in " + strings.TrimPrefix(name, e.dir)
	default: // the same bytes again
		b, err := os.ReadFile(some)
		if err != nil {
			e.t.Fatal(err)
		}
		e.write(some, string(b))
		return "touch " + rel
	}
}
