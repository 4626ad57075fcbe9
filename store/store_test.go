package store_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"firstmile/store"
	"firstmile/store/storetest"
)

// TestMain makes the test binary the process that is killed, or limited, by some tests.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 {
		switch os.Args[1] {
		case "append":
			appendForEver(os.Args[2])
		case "fill":
			fill(os.Args[2])
		case "hold":
			hold(os.Args[2])
		}
	}
	os.Exit(m.Run())
}

func open(t testing.TB, path string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return db
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "firstmile.db") }

func TestConformanceBolt(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Backend {
		return open(t, file(t), store.Options{Now: clock.Now})
	})
}

func TestConformanceMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T, clock *storetest.Clock) storetest.Backend {
		return store.NewMemory(store.Options{Now: clock.Now})
	})
}

func TestRandomBolt(t *testing.T) {
	path := file(t)
	var now func() time.Time
	storetest.RunRandom(t, rand.Uint64(), 1500, func(t *testing.T, clock *storetest.Clock) storetest.Backend {
		now = clock.Now
		return open(t, path, store.Options{Now: now})
	}, func(b storetest.Backend) storetest.Backend {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		return open(t, path, store.Options{Now: now})
	})
}

func TestRandomMemory(t *testing.T) {
	storetest.RunRandom(t, rand.Uint64(), 4000, func(t *testing.T, clock *storetest.Clock) storetest.Backend {
		return store.NewMemory(store.Options{Now: clock.Now})
	}, nil)
}

// TestLeaseEndsWithItsProcess: a claim of a process that is gone does not make the next one wait.
func TestLeaseEndsWithItsProcess(t *testing.T) {
	path := file(t)
	db := open(t, path, store.Options{})
	fence, err := db.Claim(t.Context(), "t", time.Hour, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, path, store.Options{})
	next, err := db.Claim(t.Context(), "t", time.Hour, 0)
	if err != nil || next <= fence {
		t.Errorf("got fence %d, %v after %d", next, err, fence)
	}
}

func TestManyWriters(t *testing.T) {
	db := open(t, file(t), store.Options{})
	var wg sync.WaitGroup
	var fresh atomic.Int64
	for w := range 16 {
		wg.Go(func() {
			for i := range 50 {
				// Each event is delivered by two writers; each writer also has one of its own that fails.
				_, isFresh, err := db.Append(t.Context(), "t", fmt.Sprintf("%d-%d", w/2, i), []byte("x"))
				if err != nil {
					t.Error(err)
				}
				if isFresh {
					fresh.Add(1)
				}
				if err := db.Commit(t.Context(), store.Commit{Thread: "t", Expected: 1 << 40, Seq: 1 << 40}); !errors.Is(err, store.ErrConflict) {
					t.Errorf("got %v, want ErrConflict", err)
				}
			}
		})
	}
	wg.Wait()
	got, err := db.Load(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	if fresh.Load() != 400 || len(got.Inbox) != 400 || got.Head != 400 {
		t.Errorf("%d fresh, %d in the inbox, head %d, want 400", fresh.Load(), len(got.Inbox), got.Head)
	}
	for i, e := range got.Inbox {
		if e.Seq != uint64(i+1) {
			t.Fatalf("event %d has position %d", i, e.Seq)
		}
	}
}

// TestKilled kills a process that appends, again and again, and looks for what it had been promised.
func TestKilled(t *testing.T) {
	path := file(t)
	for round := range 5 {
		command := exec.Command(self(t), "append", path)
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := map[string]bool{}
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			acknowledged[lines.Text()] = true
			if len(acknowledged) == 20+30*round {
				if err := command.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := command.Wait(); err == nil {
			t.Fatal("it was not killed")
		}
		db, err := store.Open(path, store.Options{})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		got, err := db.Load(t.Context(), "t")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range got.Inbox {
			delete(acknowledged, e.Key)
		}
		if len(acknowledged) > 0 {
			t.Errorf("round %d: lost %v", round, acknowledged)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// appendForEver is the process that TestKilled kills: it prints each key after it was stored.
func appendForEver(path string) {
	db, err := store.Open(path, store.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				if _, _, err := db.Append(background, "t", key, []byte(strings.Repeat("x", 200))); err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
				os.Stdout.WriteString(key + "\n")
			}
		}()
	}
	select {}
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLocked(t *testing.T) {
	path := file(t)
	command := exec.Command(self(t), "hold", path)
	in, err1 := command.StdinPipe()
	out, err2 := command.StdoutPipe()
	if err := errors.Join(err1, err2, command.Start()); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "open\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_, err := store.Open(path, store.Options{Timeout: 10 * time.Millisecond})
	if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), "another Firstmile process holds "+path) {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(in.Close(), command.Wait()); err != nil {
		t.Fatal(err)
	}
	open(t, path, store.Options{})
}

// hold is the process of TestLocked.
func hold(path string) {
	db, err := store.Open(path, store.Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("open")
	_, _ = os.Stdin.Read(make([]byte, 1)) // returns when the test closes it
	if err := db.Close(); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

func TestOpenErrors(t *testing.T) {
	_, err := store.Open(filepath.Join(t.TempDir(), "none", "x.db"), store.Options{})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "folder does not exist") {
		t.Errorf("a missing folder: got %v", err)
	}
	if _, err = store.Open(t.TempDir(), store.Options{}); err == nil {
		t.Error("a folder: no error")
	}
}

func TestBackup(t *testing.T) {
	db := open(t, file(t), store.Options{})
	if _, _, err := db.Append(t.Context(), "t", "k", []byte("e")); err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	if _, err := db.WriteTo(&copied); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Append(t.Context(), "t", "later", nil); err != nil {
		t.Fatal(err)
	}
	path := file(t)
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path, store.Options{}).Load(t.Context(), "t")
	if err != nil || got.Head != 1 || string(got.Inbox[0].Data) != "e" {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := store.NewMemory(store.Options{}).WriteTo(&copied); err == nil {
		t.Error("a store in memory wrote a backup")
	}
}
