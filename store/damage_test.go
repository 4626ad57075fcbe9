package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"firstmile/store"

	bolt "go.etcd.io/bbolt"
)

var background = context.Background()

// filled makes a store file of some size and returns its content.
func filled(t testing.TB) []byte {
	t.Helper()
	path := file(t)
	db := open(t, path, store.Options{})
	for i := range 60 {
		thread := fmt.Sprintf("t%d", i%7)
		if _, _, err := db.Append(background, thread, fmt.Sprint(i), bytes.Repeat([]byte("e"), 300)); err != nil {
			t.Fatal(err)
		}
		got, err := db.Load(background, thread)
		if err != nil {
			t.Fatal(err)
		}
		c := store.Commit{Thread: thread, Expected: got.Seq, Seq: got.Head, State: []byte("state"),
			Effects: []store.Effect{{ID: fmt.Sprint(i), Kind: "k"}}, Timers: []store.Timer{{Name: "w"}}, Listing: &store.Listing{Person: "p"}}
		if err := db.Commit(background, c); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// use opens a store and reads everything in it.
func use(path string) error {
	db, err := store.Open(path, store.Options{})
	if err != nil {
		return err
	}
	threads, err := db.Threads(background)
	for _, thread := range threads {
		_, err1 := db.Load(background, thread)
		_, err2 := db.Journal(background, thread)
		err = errors.Join(err, err1, err2)
	}
	_, err1 := db.Requests(background, "p", 0)
	_, err2 := db.Pending(background)
	_, _, err3 := db.Next(background)
	return errors.Join(err, err1, err2, err3, db.Close())
}

func TestDamagedFiles(t *testing.T) {
	content := filled(t)
	page := os.Getpagesize()
	with := func(offset int, b ...byte) []byte {
		c := bytes.Clone(content)
		copy(c[offset:], b)
		return c
	}
	for name, damaged := range map[string][]byte{
		"no store":         []byte(strings.Repeat("this is a text file\n", 1000)),
		"short":            content[:100],
		"cut off":          content[:3*page],
		"both heads":       with(0, make([]byte, 2*page)...),
		"everything else":  with(2*page, bytes.Repeat([]byte{0xff}, len(content)-2*page)...),
		"zeros after head": with(2*page, make([]byte, len(content)-2*page)...),
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t)
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			err := use(path)
			if !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "backup") {
				t.Errorf("got %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, damaged) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// TestRandomDamage overwrites bytes anywhere. Some of it cannot be noticed (a letter within an event), but nothing may crash.
func TestRandomDamage(t *testing.T) {
	content := filled(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	path := file(t)
	for range 150 {
		damaged := bytes.Clone(content)
		for range 1 + random.IntN(8) {
			at := random.IntN(len(damaged))
			for i := at; i < min(at+1+random.IntN(64), len(damaged)); i++ {
				damaged[i] = byte(random.Uint32())
			}
		}
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = use(path) // an error or not
	}
}

func TestForeignAndNewerFiles(t *testing.T) {
	change := func(fn func(*bolt.Tx) error) string {
		path := file(t)
		if err := os.WriteFile(path, filled(t), 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := bolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(fn), db.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	newer := change(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("meta")).Put([]byte("schema"), binary.BigEndian.AppendUint64(nil, 2))
	})
	if err := use(newer); !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), newer) {
		t.Errorf("newer: got %v", err)
	}
	for name, path := range map[string]string{
		"without a version": change(func(tx *bolt.Tx) error { return tx.Bucket([]byte("meta")).Delete([]byte("schema")) }),
		"without events":    change(func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("events")) }),
		"another program's": change(func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("meta")) }),
		"a broken record": change(func(tx *bolt.Tx) error {
			return tx.Bucket([]byte("threads")).Put([]byte("t0"), []byte("nonsense"))
		}),
	} {
		if err := use(path); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestFull limits the size of files, in a process of its own, which to the store is the same as a full disk.
func TestFull(t *testing.T) {
	path := file(t)
	out, err := exec.Command(self(t), "fill", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var stored int
	if _, err := fmt.Sscanf(string(out), "stored %d", &stored); err != nil || stored == 0 {
		t.Fatalf("%q: %v", out, err)
	}
	db := open(t, path, store.Options{})
	got, err := db.Load(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Inbox) != stored {
		t.Errorf("%d events, want the %d that were acknowledged", len(got.Inbox), stored)
	}
	if _, _, err := db.Append(t.Context(), "t", "after", []byte("e")); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

// FuzzOpen opens damaged files: whatever is in them, an error or a store comes back.
func FuzzOpen(f *testing.F) {
	path := file(f)
	db := open(f, path, store.Options{})
	if err := db.Commit(background, store.Commit{Thread: "t", State: []byte("s"), Effects: []store.Effect{{ID: "e"}}}); err != nil {
		f.Fatal(err)
	}
	if err := db.Close(); err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint(0), []byte{})
	f.Add(uint(3*os.Getpagesize()+10), []byte{0xff, 0xff})
	f.Fuzz(func(t *testing.T, at uint, with []byte) {
		damaged := bytes.Clone(content)
		copy(damaged[at%uint(len(damaged)):], with)
		path := file(t)
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		_ = use(path)
	})
}
