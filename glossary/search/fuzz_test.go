package search

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"unicode/utf8"
)

func FuzzManifest(f *testing.F) {
	f.Add(manifest{}.encode())
	f.Add(manifest{"term:a": {sum: sum{1}, lengths: lengths{1, 2, 3, 400}}, "model:b": {}}.encode())
	f.Add([]byte(manifestMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodeManifest(b)
		if err != nil {
			return
		}
		again, err := decodeManifest(m.encode())
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("%v became %v, %v", m, again, err)
		}
	})
}

func FuzzVectors(f *testing.F) {
	good := appendRecord(appendRecord(nil, sum{1}, []float32{1, 2}), sum{2}, []float32{3})
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add(append(bytes.Clone(good), 0xff, 0xff, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, b []byte) {
		vectors, n, size := readVectors(bytes.NewReader(b))
		if size > int64(len(b)) || len(vectors) > n {
			t.Fatalf("%d vectors of %d records in %d of %d bytes", len(vectors), n, size, len(b))
		}
		again, m, whole := readVectors(bytes.NewReader(b[:size]))
		if m != n || whole != size || len(again) != len(vectors) {
			t.Errorf("what was good reads as %d records of %d bytes, was %d of %d", m, whole, n, size)
		}
	})
}

// FuzzFolder opens a folder whose format and vectors are anything.
func FuzzFolder(f *testing.F) {
	f.Add([]byte(`{"version":1,"embedder":"hashed-384-v1"}`), appendRecord(nil, sum{1}, []float32{1, 2}))
	f.Add([]byte(`{"version":"1"}`), []byte{1})
	f.Fuzz(func(t *testing.T, form, vectors []byte) {
		dir := t.TempDir()
		x := open(t, dir, company()[:2])
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		for name, body := range map[string][]byte{formatFile: form, vectorsName: vectors} {
			if err := os.WriteFile(filepath.Join(dir, name), body, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		y := open(t, dir, company())
		if hits := find(t, y, Query{Words: "churn"}); len(hits) == 0 {
			t.Error("nothing is found")
		}
	})
}

// FuzzFind asks anything of documents of anything.
func FuzzFind(f *testing.F) {
	f.Add("customer churn", "select a from {{ ref('b') }} -- c", "fct_Orders")
	f.Add("\xff\x00 \"quoted\" +x -y /z/ a:b^3~2", "/* {# '", "\u0130stanbul")
	f.Fuzz(func(t *testing.T, query, sql, name string) {
		x := open(t, "", append(company(), Document{Ref: "model:fuzz", Kind: Model, Name: name, SQL: sql, Columns: []Field{{Name: name, Values: []string{sql}}}}))
		for _, h := range find(t, x, Query{Words: query, N: 50}) {
			if h.Ref == "" || h.Score <= 0 || utf8.ValidString(query+sql+name) && !utf8.ValidString(h.Why.String()) {
				t.Errorf("%+v", h)
			}
		}
	})
}
