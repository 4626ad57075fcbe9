package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// edit changes some documents at random: a text, a column, a parent, a name; takes some out and puts new ones in.
func edit(r *rand.Rand, docs []Document, more []Document) []Document {
	docs = slices.Clone(docs)
	for range 1 + r.IntN(5) {
		i := r.IntN(len(docs))
		d := docs[i]
		switch r.IntN(6) {
		case 0:
			d.Text = fmt.Sprintf("Now about %s and %s.", subjects[r.IntN(len(subjects))], aspects[r.IntN(len(aspects))])
		case 1:
			d.Columns = append(slices.Clone(d.Columns), Field{Name: fmt.Sprintf("%s_%d", aspects[r.IntN(len(aspects))], r.IntN(9)), Values: []string{"gold", "silver"}})
		case 2:
			d.Parents = []string{docs[r.IntN(len(docs))].Ref}
		case 3:
			d.Name += "_renamed"
		case 4:
			docs = slices.Delete(docs, i, i+1)
			continue
		case 5:
			d = more[r.IntN(len(more))]
			if !slices.ContainsFunc(docs, func(o Document) bool { return o.Ref == d.Ref }) {
				docs = append(docs, d)
			}
			continue
		}
		docs[i] = d
	}
	return docs
}

// What an index finds does not depend on how it came to hold its documents: after any edits, reopened in between or not, it answers
// like one built from nothing, score for score.
func TestIncrementalIsRebuilt(t *testing.T) {
	r := randomly(t)
	all := generated(300, 60)
	docs, more := slices.Clone(all[:200]), all[200:]
	dir := t.TempDir()
	x, err := Open(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	for round := range 25 {
		if _, err := x.Sync(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
		if round%8 == 3 {
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			if x, err = Open(Options{Dir: dir}); err != nil {
				t.Fatal(err)
			}
			if c, err := x.Sync(t.Context(), docs); err != nil || c != (Changes{}) {
				t.Fatalf("round %d: after opening it again: %+v, %v", round, c, err)
			}
		}
		if round%4 == 0 {
			fresh := open(t, "", slices.Clone(docs))
			for _, q := range append(questions(docs, 20), "gold", "renamed customer", "cutsomer") {
				got, want := find(t, x, Query{Words: q}), find(t, fresh, Query{Words: q})
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("round %d, %q:\n%v\nrebuilt:\n%v", round, q, lines(got), lines(want))
				}
			}
		}
		docs = edit(r, docs, more)
	}
}

func lines(hits []Hit) string {
	var b strings.Builder
	for _, h := range hits {
		fmt.Fprintf(&b, "%.6f %s: %s\n", h.Score, h.Ref, h.Why)
	}
	return b.String()
}

func TestOneChangeCostsOneDocument(t *testing.T) {
	docs := company()
	x := open(t, t.TempDir(), docs)
	docs = slices.Clone(docs)
	docs[4].SQL += " -- reworded\n"
	for _, want := range []Changes{{Indexed: 1}, {}} {
		if c, err := x.Sync(t.Context(), docs); err != nil || c != want { // the vector is of name, text and columns
			t.Errorf("%+v, %v, want %+v", c, err, want)
		}
	}
	docs = slices.Clone(docs)
	docs[4].Text = "Every order once."
	if c, err := x.Sync(t.Context(), docs[1:]); err != nil || c != (Changes{Indexed: 1, Removed: 1, Embedded: 1}) {
		t.Errorf("%+v, %v", c, err)
	}
	if hits := find(t, x, Query{Words: "churn rate", Kinds: []Kind{Term}}); len(hits) > 0 {
		t.Errorf("what was taken out is found: %v", lines(hits))
	}
}

// A folder that cannot be used is built anew, and nobody hears of it but the log.
func TestDamagedFolder(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"another version": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, formatFile), []byte(`{"version":99,"embedder":"x"}`), 0o600)
		},
		"no JSON":    func(dir string) error { return os.WriteFile(filepath.Join(dir, formatFile), []byte("{"), 0o600) },
		"no format":  func(dir string) error { return os.Remove(filepath.Join(dir, formatFile)) },
		"no words":   func(dir string) error { return os.RemoveAll(filepath.Join(dir, wordsFolder)) },
		"no vectors": func(dir string) error { return os.Remove(filepath.Join(dir, vectorsName)) },
		"no segments": func(dir string) error {
			files, err := filepath.Glob(filepath.Join(dir, wordsFolder, "store", "*.zap"))
			for _, f := range files {
				err = errors.Join(err, os.Remove(f))
			}
			return err
		},
		"segments of zeros": func(dir string) error {
			files, err := filepath.Glob(filepath.Join(dir, wordsFolder, "store", "*.zap"))
			for _, f := range files {
				err = errors.Join(err, os.WriteFile(f, make([]byte, 100), 0o600))
			}
			return err
		},
		"a root of nonsense": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, wordsFolder, "store", "root.bolt"), []byte("nonsense"), 0o600)
		},
		"half the vectors": func(dir string) error { return os.Truncate(filepath.Join(dir, vectorsName), 5000) },
		"vectors of noise": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, vectorsName), bytes.Repeat([]byte{7}, 9999), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			other := filepath.Join(dir, "somebody-elses.txt")
			if err := os.WriteFile(other, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			x := open(t, dir, company())
			want := find(t, x, Query{Words: "customer churn"})
			if err := x.Close(); err != nil {
				t.Fatal(err)
			}
			if err := damage(dir); err != nil {
				t.Fatal(err)
			}
			again, err := Open(Options{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = again.Close() }()
			if _, err := again.Sync(t.Context(), company()); err != nil {
				t.Fatal(err)
			}
			if got := find(t, again, Query{Words: "customer churn"}); !reflect.DeepEqual(got, want) {
				t.Errorf("%s\nwant\n%s", lines(got), lines(want))
			}
			if _, err := os.Stat(other); err != nil {
				t.Errorf("a file of somebody else is gone: %v", err)
			}
		})
	}
}

func TestFolderInUse(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, company())
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrInUse) {
		t.Errorf("%v, want ErrInUse", err)
	}
}

// Searches go on while documents change.
func TestConcurrency(t *testing.T) {
	docs := generated(200, 40)
	x := open(t, t.TempDir(), docs)
	asked := questions(docs, 30)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, q := range asked {
				if _, err := x.Find(t.Context(), Query{Words: q}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 10 {
			mine := slices.Clone(docs[:len(docs)-i])
			mine[i].Text = "Changed."
			if _, err := x.Sync(t.Context(), mine); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
}

// failing is an embedder that answers n times and then no more.
type failing struct {
	mu   sync.Mutex
	left int
	real Embedder
}

func (f *failing) Name() string { return "failing" }

func (f *failing) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left < 0 {
		return nil, errors.New("no answer")
	}
	return f.real.Embed(ctx, texts)
}

// An embedder that fails costs vectors, not hits; what it missed it gets again.
func TestEmbedderFails(t *testing.T) {
	h, err := NewHashed()
	if err != nil {
		t.Fatal(err)
	}
	f := &failing{real: h}
	var log bytes.Buffer
	x, err := Open(Options{Dir: t.TempDir(), Embedder: f, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	docs := company()
	if c, err := x.Sync(t.Context(), docs); err != nil || c.Missing != len(docs) || c.Indexed != len(docs) {
		t.Fatalf("%+v, %v", c, err)
	}
	if hits := find(t, x, Query{Words: "customer churn"}); len(hits) == 0 || hits[0].Why.Cosine != 0 || !strings.Contains(log.String(), "no answer") {
		t.Errorf("%s\n%s", lines(hits), log.String())
	}
	f.left = 2
	if c, err := x.Sync(t.Context(), docs); err != nil || c != (Changes{Embedded: len(docs)}) {
		t.Errorf("%+v, %v", c, err)
	}
	if hits := find(t, x, Query{Words: "customer churn"}); len(hits) == 0 || hits[0].Why.Cosine == 0 {
		t.Error(lines(hits))
	}
}

// wild answers with vectors that nobody asked for.
type wild struct{ vectors [][]float32 }

func (wild) Name() string                                           { return "wild" }
func (w wild) Embed(context.Context, []string) ([][]float32, error) { return w.vectors, nil }

func TestEmbedderIsWild(t *testing.T) {
	nan := float32(0)
	nan /= nan
	for _, w := range []wild{{}, {[][]float32{{1}}}, {make([][]float32, 7)}, {[][]float32{{1}, {1, 2}, {1}, {1}, {1}, {1}, {1}}}, {[][]float32{{nan}, {1}, {0}, {1}, {1}, {1}, {1}}}} {
		x, err := Open(Options{Embedder: w})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.Sync(t.Context(), company()); err != nil {
			t.Fatal(err)
		}
		if hits := find(t, x, Query{Words: "churn"}); len(hits) == 0 {
			t.Error("nothing is found")
		}
		_ = x.Close()
	}
}
