package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type jsonNumber = json.Number

func number(text string) json.Number { return json.Number(text) }

// endless is a query that runs for hours in little memory.
const endless = "SELECT count(*) FROM range(10000000000) a, range(10000000000) b"

// busy waits until a call has the worker's turn.
func busy(t *testing.T, w *worker) {
	t.Helper()
	for len(w.turn) > 0 {
		if t.Context().Err() != nil {
			t.Fatal("nobody took the turn")
		}
	}
}

// TestRefused tries to get out of the sandbox by SQL.
func TestRefused(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.csv")
	if err := os.WriteFile(outside, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := begin(t, Options{Database: shop(t)})
	orders := []Relation{{Name: "orders", Columns: []Column{{"id", "BIGINT"}, {"region", "VARCHAR"}, {"amount", "DOUBLE"}}}}
	for _, test := range []struct {
		sql  string
		kind Kind
	}{
		{"SELECT * FROM read_csv('" + outside + "')", KindPermission},
		{"SELECT * FROM read_text('/etc/passwd')", KindPermission},
		{"SELECT * FROM read_blob('/proc/self/environ')", KindPermission},
		{"SELECT * FROM '" + outside + "'", KindPermission},
		{"SELECT * FROM glob('/*')", KindPermission},
		{"SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')", KindPermission},
		{"SELECT * FROM read_csv('https://example.com/x.csv')", KindPermission},
		{"SELECT * FROM read_parquet('s3://bucket/x')", KindPermission},
		{"SELECT * FROM sniff_csv('" + outside + "')", KindPermission},
		{"SELECT getenv('HOME')", KindCatalog},
		{"SELECT * FROM duckdb_secrets()", ""}, // there are none
		{"COPY (SELECT 1) TO '" + outside + "'", KindPermission},
		{"COPY orders FROM '" + outside + "'", KindPermission},
		{"EXPORT DATABASE '" + t.TempDir() + "'", KindPermission},
		{"ATTACH '" + outside + "' AS x", KindPermission},
		{"INSTALL httpfs", KindPermission},
		{"LOAD httpfs", KindPermission},
		{"SET enable_external_access = true", KindPermission},
		{"SET lock_configuration = false", KindPermission},
		{"RESET memory_limit", KindPermission},
		{"PRAGMA enable_profiling", KindPermission},
		{"PRAGMA database_list", KindPermission},
		{"CALL pragma_version()", KindPermission},
		{"DROP TABLE orders", KindPermission},
		{"INSERT INTO orders VALUES (1, 'x', 1)", KindPermission},
		{"CREATE TABLE x AS SELECT 1", KindPermission},
		{"EXPLAIN ANALYZE SELECT 1", KindPermission},
		{"BEGIN", KindPermission},
		{"SELECT 1; DROP TABLE orders", KindPermission},
		{"PREPARE p AS SELECT 1", KindPermission},
		{"USE memory", KindPermission},
		{"DETACH shop", KindPermission},
		{"CHECKPOINT", KindPermission},
	} {
		if _, err := s.Query(t.Context(), Untrusted(test.sql), QueryOptions{}); KindOf(err) != test.kind {
			t.Errorf("query %s: got %v, want kind %q", test.sql, err, test.kind)
		}
		// Binding reads nothing, so some of these bind; no other statement does.
		if _, err := s.Bind(t.Context(), orders, Untrusted(test.sql)); err == nil && !strings.HasPrefix(test.sql, "SELECT") {
			t.Errorf("bind %s: no error", test.sql)
		}
	}
	if got, err := os.ReadFile(outside); err != nil || string(got) != "secret\n" {
		t.Errorf("the file outside: %q, %v", got, err)
	}
	same(t, "the data afterwards", one(t, s, "SELECT count(*) FROM orders"), any(number("10")))
}

// TestTrustedSQLIsConfinedToo runs the same kind of statement where DuckDB itself would allow it: what stops it here is
// the operating system.
func TestTrustedSQLIsConfinedToo(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside.csv")
	if err := os.WriteFile(outside, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"CREATE TABLE t AS SELECT * FROM read_text('/etc/passwd')",
		"CREATE TABLE t AS SELECT * FROM read_csv('" + outside + "')",
		"COPY (SELECT 1) TO '" + filepath.Join(dir, "new.csv") + "'",
		"ATTACH '" + filepath.Join(dir, "new.duckdb") + "' AS x",
		"INSTALL httpfs",
	} {
		path := filepath.Join(t.TempDir(), "x.duckdb")
		if err := Build(t.Context(), path, "", []string{sql}); err == nil {
			t.Errorf("%s: no error", sql)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: the file appeared", sql)
		}
	}
}

func TestTimeout(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	for name, sql := range map[string]string{
		"recursion": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
		"join":      endless,
	} {
		began := time.Now()
		_, err := s.Query(t.Context(), Untrusted(sql), QueryOptions{Timeout: 200 * time.Millisecond})
		if k := KindOf(err); k != KindTimeout {
			t.Errorf("%s: got %v, want kind %q", name, err, KindTimeout)
		}
		if took := time.Since(began); took > grace {
			t.Errorf("%s: interrupted after %v", name, took)
		}
		same(t, "the next query", one(t, s, "SELECT count(*) FROM orders"), any(number("10")))
	}
}

func TestCancel(t *testing.T) {
	s := begin(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := s.Query(ctx, Untrusted(endless), QueryOptions{Timeout: time.Minute})
		done <- err
	}()
	busy(t, s.data)
	waiting, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	if _, err := s.Query(waiting, Untrusted("SELECT 1"), QueryOptions{}); KindOf(err) != KindTimeout {
		t.Errorf("waiting in the queue: got %v", err)
	}
	cancel()
	if err := <-done; KindOf(err) != KindTimeout {
		t.Errorf("got %v, want kind %q", err, KindTimeout)
	}
	same(t, "the next query", one(t, s, "SELECT 1"), any(number("1")))
}

func TestMemoryLimit(t *testing.T) {
	s := begin(t, Options{MemoryMB: 64, Threads: 1})
	for _, sql := range []string{
		"SELECT list(a.range) FROM range(10000) a, range(1000000) b",         // 10 GB in one value
		"SELECT repeat('x', 6000000) FROM range(4)",                          // more than a result may hold
		"SELECT count(DISTINCT md5(i::VARCHAR)) FROM range(4000000000) t(i)", // grows until it is stopped
	} {
		r, err := s.Query(t.Context(), Untrusted(sql), QueryOptions{Timeout: 20 * time.Second})
		if k := KindOf(err); k != KindMemory {
			t.Errorf("%s: got %v, %v, want kind %q", sql, r, err, KindMemory)
		}
		one(t, s, "SELECT 1")
	}
}

func TestCrash(t *testing.T) {
	s := begin(t, Options{Database: shop(t)})
	done := make(chan error)
	go func() {
		_, err := s.Query(t.Context(), Untrusted(endless), QueryOptions{Timeout: time.Minute})
		done <- err
	}()
	busy(t, s.data)
	s.data.running.Load().Kill()
	if err := <-done; KindOf(err) != KindCrash {
		t.Errorf("got %v, want kind %q", err, KindCrash)
	}
	same(t, "the next query", one(t, s, "SELECT count(*) FROM orders"), any(number("10")))
	// A child that dies between two calls is not even noticed.
	s.data.process.Kill()
	<-s.data.process.Done()
	same(t, "the query after that", one(t, s, "SELECT count(*) FROM orders"), any(number("10")))
}

// probeMain, in a process started by TestConfine, confines the process and then tries what must not work.
func probeMain() {
	if len(os.Args) != 4 || os.Args[1] != "probe" {
		return
	}
	scratch, address := os.Args[2], os.Args[3]
	c, err := confine(openRequest{Scratch: scratch, MemoryMB: 64})
	if err != nil || !c.Landlock {
		os.Stdout.WriteString("not confined: " + c.Detail)
		os.Exit(1)
	}
	report := func(what string, err error) {
		if err == nil {
			os.Stdout.WriteString(what + " works\n")
		}
	}
	_, err = os.ReadFile("/etc/hostname")
	report("reading a file", err)
	_, err = os.ReadDir("/")
	report("listing a folder", err)
	report("writing beside scratch", os.WriteFile(scratch+".x", nil, 0o600))
	report("running a program", exec.Command("/bin/true").Run())
	for _, network := range []string{"tcp", "udp"} {
		conn, err := net.Dial(network, address)
		if err == nil {
			_, err = conn.Write([]byte("x"))
		}
		report(network, err)
	}
	_, err = net.Listen("tcp", "127.0.0.1:0")
	report("listening", err)
	if err := os.WriteFile(filepath.Join(scratch, "x"), []byte("x"), 0o600); err != nil {
		os.Stdout.WriteString("writing to scratch: " + err.Error())
	}
	os.Exit(0)
}

func TestConfine(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(self, "probe", t.TempDir(), listener.Addr().String()).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestChildMainIsNeeded(t *testing.T) {
	args := os.Args
	defer func() { os.Args = args }()
	os.Args = []string{"x", childArgument}
	if _, err := Start(t.Context(), Options{Scratch: t.TempDir()}); !errors.Is(err, errNoChildMain) {
		t.Errorf("got %v", err)
	}
	if err := Build(t.Context(), filepath.Join(t.TempDir(), "x.duckdb"), "", nil); !errors.Is(err, errNoChildMain) {
		t.Errorf("got %v", err)
	}
}

func TestServeRefusesNonsense(t *testing.T) {
	for _, input := range []string{"", "\x00\x00", "\x00\x00\x00\x02{}", "\xff\xff\xff\xff"} {
		var out bytes.Buffer
		if err := serve(strings.NewReader(input), &out); err == nil || out.Len() > 0 {
			t.Errorf("%q: %v, answered %q", input, err, out.String())
		}
	}
}
