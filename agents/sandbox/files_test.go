package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// patched copies a database file and overwrites bytes of the copy.
func patched(t *testing.T, path string, offset int64, with []byte) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(content[offset:], with)
	return written(t, content)
}

func written(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.duckdb")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUnusableFiles(t *testing.T) {
	good := shop(t)
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	unreadable := written(t, content)
	if err := os.Chmod(unreadable, 0); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, path string
		problem    FileProblem
		advice     string
	}{
		{"missing", filepath.Join(t.TempDir(), "none.duckdb"), FileMissing, "dbt build"},
		{"a folder", t.TempDir(), FileCorrupt, "folder"},
		{"empty", written(t, nil), FileCorrupt, "not a DuckDB file"},
		{"text", written(t, []byte(strings.Repeat("id,name\n1,x\n", 100))), FileCorrupt, "not a DuckDB file"},
		{"cut off", written(t, content[:5000]), FileCorrupt, "damaged"},
		{"damaged headers", patched(t, good, 4096, bytes.Repeat([]byte{0xff}, 8192)), FileCorrupt, "damaged"},
		{"storage version 69", patched(t, good, 12, []byte{69, 0}), FileNewer, "duckdb==1.5.6"},
		{"as DuckDB 2.0 marks it", patched(t, good, 12, []byte{0xe7, 3}), FileNewer, "storage_version"},
		{"unreadable", unreadable, FileAccess, "may not be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.path == unreadable && os.Getuid() == 0 {
				return // root may read everything
			}
			_, err := Start(t.Context(), Options{Scratch: t.TempDir(), Database: test.path})
			var file *FileError
			if !errors.As(err, &file) {
				t.Fatalf("got %v, want a *FileError", err)
			}
			if file.Problem != test.problem || !strings.Contains(err.Error(), test.advice) || !strings.Contains(err.Error(), test.path) {
				t.Errorf("got %s: %v", file.Problem, err)
			}
		})
	}
}

// TestDamagedBlocks overwrites a block of the data itself: nothing may pass as a result.
func TestDamagedBlocks(t *testing.T) {
	path := build(t, "big.duckdb", "CREATE TABLE t AS SELECT hash(i) AS h FROM range(100000) t(i)")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := patched(t, path, 3*4096+64, bytes.Repeat([]byte{0x5a}, int(info.Size())-3*4096-64))
	s, err := Start(t.Context(), Options{Scratch: t.TempDir(), Database: bad})
	if err == nil {
		defer s.Close()
		_, err = s.Query(t.Context(), Trusted("SELECT sum(h) FROM t"), QueryOptions{})
	}
	if err == nil {
		t.Error("a damaged file gave a result")
	}
}

func TestRefresh(t *testing.T) {
	path := shop(t)
	s := begin(t, Options{Database: path})
	process := s.data.process
	same(t, "before", one(t, s, "SELECT count(*) FROM orders"), any(number("10")))
	if s.data.process != process {
		t.Error("the child was restarted without a change")
	}
	if err := Build(t.Context(), path, "", []string{"CREATE TABLE orders AS SELECT 1 AS id"}); err != nil {
		t.Fatal(err)
	}
	same(t, "after", one(t, s, "SELECT count(*) FROM orders"), any(number("1")))
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	_, err := s.Query(t.Context(), Trusted("SELECT 1"), QueryOptions{})
	var file *FileError
	if !errors.As(err, &file) || file.Problem != FileMissing {
		t.Errorf("after the file went: got %v", err)
	}
}

// TestLocked has another process hold the file open for writing, as a running dbt does.
func TestLocked(t *testing.T) {
	path := shop(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	holder := exec.Command(self, "hold", path)
	stdin, err1 := holder.StdinPipe()
	stdout, err2 := holder.StdoutPipe()
	if err := errors.Join(err1, err2, holder.Start()); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "open\n" {
		t.Fatalf("the holder said %q, %v", line, err)
	}
	_, err = Start(t.Context(), Options{Scratch: t.TempDir(), Database: path})
	var file *FileError
	if !errors.As(err, &file) || file.Problem != FileLocked {
		t.Errorf("got %v, want a locked file", err)
	}
	if err := errors.Join(stdin.Close(), holder.Wait()); err != nil {
		t.Fatal(err)
	}
	begin(t, Options{Database: path})
}

// holdMain, in a process started by TestLocked, holds a database open until its input ends.
func holdMain() {
	if len(os.Args) != 3 || os.Args[1] != "hold" {
		return
	}
	e, err := openEngine(context.Background(), openRequest{Scratch: os.TempDir(), Database: os.Args[2], Build: true, MemoryMB: 64, Threads: 1})
	if err != nil {
		os.Stdout.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString("open\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	e.close()
	os.Exit(0)
}

// TestUncheckpointed copies what is still in the write-ahead log.
func TestUncheckpointed(t *testing.T) {
	path := shop(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(self, "abandon", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if info, err := os.Stat(path + ".wal"); err != nil || info.Size() == 0 {
		t.Fatalf("no log was left: %v", err)
	}
	s := begin(t, Options{Database: path})
	same(t, "rows", one(t, s, "SELECT count(*) FROM orders"), any(number("11")))
}

// abandonMain, in a process started by TestUncheckpointed, writes to a database and ends without closing it.
func abandonMain() {
	if len(os.Args) != 3 || os.Args[1] != "abandon" {
		return
	}
	e, err := openEngine(context.Background(), openRequest{Scratch: os.TempDir(), Database: os.Args[2], Build: true, MemoryMB: 64, Threads: 1})
	if err == nil {
		err = e.exec(context.Background(), "INSERT INTO orders VALUES (99, 'r9', 1)")
	}
	if err != nil {
		os.Stdout.WriteString(err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

func TestBuild(t *testing.T) {
	files := t.TempDir()
	if err := os.WriteFile(filepath.Join(files, "customers.csv"), []byte("id,name\n1,Ada\n2,\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	statements := []string{
		"CREATE SCHEMA raw",
		"CREATE TABLE raw.customers AS SELECT * FROM read_csv('customers.csv')",
		`CREATE VIEW "sample"."main"."named" AS SELECT * FROM "sample"."raw"."customers" WHERE name IS NOT NULL`,
		"CREATE TABLE numbers AS SELECT i, hash(i) AS h FROM range(50000) t(i)",
	}
	path := filepath.Join(t.TempDir(), "sample.duckdb")
	digest := func() string {
		t.Helper()
		if err := Build(t.Context(), path, files, statements); err != nil {
			t.Fatal(err)
		}
		s := begin(t, Options{Database: path})
		same(t, "rows", one(t, s, "SELECT count(*) || ' ' || (SELECT count(*) FROM raw.customers) FROM named"), any("1 2"))
		return one(t, s, "SELECT md5(string_agg(i || ':' || h, ',')) FROM numbers").(string)
	}
	if first, second := digest(), digest(); first != second {
		t.Error("the rows are stored in another order")
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = Build(t.Context(), path, files, []string{"CREATE TABLE x (a INTEGER)", "CREATE TABLE y AS SELECT nope"})
	if KindOf(err) != KindBinder || !strings.Contains(err.Error(), "statement 2") {
		t.Errorf("got %v, want a binder error in statement 2", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("a failed build touched the file: %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := Build(t.Context(), filepath.Join(files, "none", "x.duckdb"), "", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: got %v", err)
	}
}

func FuzzHeader(f *testing.F) {
	f.Add([]byte("12345678DUCK\x40\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("12345678DUCK\x45\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("short"))
	f.Fuzz(func(t *testing.T, header []byte) {
		var file *FileError
		if err := headerError("x", header); err != nil && !errors.As(err, &file) {
			t.Errorf("got %v", err)
		}
	})
}
