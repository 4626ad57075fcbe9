//go:build unix

package synthesizer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"firstmile/agents/synthesizer/dialect"
	"firstmile/agents/synthesizer/layout"
	"firstmile/agents/synthesizer/metric"
	"firstmile/planner/plan"
)

// TestPostgres runs random designs, compiled for PostgreSQL, on a real server and compares them with the naive evaluator.
func TestPostgres(t *testing.T) {
	pg := startPostgres(t)
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with: go test -run TestPostgres -args -seed=%d", *seed)
	p, _ := shopProject(t, ".", "postgres")
	engine, err := dialect.For("postgres")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(*seed, 2))
	compile := func(spec plan.Spec) string {
		logical, err := metric.Build(p, spec)
		if err != nil {
			t.Fatal(err, spec.Canonical())
		}
		sql, err := render(logical, engine, layout.Default(), nil)
		if err != nil {
			t.Fatal(err, spec.Canonical())
		}
		if sql, err = p.Compile(sql); err != nil {
			t.Fatal(err)
		}
		return sql
	}
	for batch := range 4 {
		tables := randomTables(r)
		var specs []plan.Spec
		var queries []string
		for range casesPerWarehouse {
			spec := randomSpec(r)
			specs, queries = append(specs, spec), append(queries, compile(spec))
		}
		for i, got := range pg.rows(t, fmt.Sprintf("shop_%d", batch), inserts(tables), queries) {
			if problem := differ(got, dated(tables, specs[i]).rows()); problem != "" {
				t.Fatalf("%s\n%s\n%s\n%s", problem, specs[i].Canonical(), queries[i], strings.Join(inserts(tables), "\n"))
			}
		}
	}
}

// TestPostgresDesigns runs every design of the goldens, so that what random designs seldom hold is run too.
func TestPostgresDesigns(t *testing.T) {
	pg := startPostgres(t)
	p, _ := shopProject(t, ".", "postgres")
	engine, err := dialect.For("postgres")
	if err != nil {
		t.Fatal(err)
	}
	duck, _ := shopProject(t, ".", "duckdb")
	tables := randomTables(rand.New(rand.NewPCG(7, 3)))
	s := warehouse(t, inserts(tables)...)
	var names, queries []string
	for name, spec := range designs(t) {
		logical, err := metric.Build(p, spec)
		if err != nil {
			t.Fatal(err)
		}
		sql, err := render(logical, engine, layout.Default(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if sql, err = p.Compile(sql); err != nil {
			t.Fatal(err)
		}
		names, queries = append(names, name), append(queries, sql)
	}
	for i, got := range pg.rows(t, "designs", inserts(tables), queries) {
		c, err := Compile(duck, designs(t)[names[i]])
		if err != nil {
			t.Fatal(err)
		}
		if problem := differ(got, rows(t, s, c.SQL)); problem != "" {
			t.Errorf("%s differs from DuckDB: %s\n%s", names[i], problem, queries[i])
		}
	}
}

// postgres is a server of its own in a temporary folder, reached by a socket in it.
type postgres struct {
	dir        string
	bin        string
	credential *syscall.SysProcAttr
}

// postgresTimeout bounds one command.
const postgresTimeout = 20 * time.Second

func startPostgres(t *testing.T) *postgres {
	t.Helper()
	pg := &postgres{bin: postgresBin()}
	if pg.bin == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("PostgreSQL is not installed (Debian package postgresql)")
		}
		t.Skip("PostgreSQL is not installed")
	}
	var err error
	if pg.dir, err = os.MkdirTemp("", "firstmile-pg"); err != nil { // t.TempDir is closed to other users
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(pg.dir) })
	if os.Getuid() == 0 { // the server refuses to run as root
		pg.lower(t)
	}
	data := filepath.Join(pg.dir, "data")
	pg.run(t, "", "initdb", "-D", data, "-A", "trust", "-U", "shop", "-E", "UTF8", "--locale=C", "--no-sync")
	pg.run(t, "", "pg_ctl", "-D", data, "-w", "-l", filepath.Join(pg.dir, "log"), "-o", "-c listen_addresses='' -c fsync=off -k "+pg.dir, "start")
	t.Cleanup(func() { pg.run(t, "", "pg_ctl", "-D", data, "-m", "immediate", "stop") })
	return pg
}

// lower makes the server run as the user postgres.
func (pg *postgres) lower(t *testing.T) {
	t.Helper()
	who, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, err1 := strconv.Atoi(who.Uid)
	gid, err2 := strconv.Atoi(who.Gid)
	if err := errors.Join(err1, err2, os.Chown(pg.dir, uid, gid)); err != nil {
		t.Fatal(err)
	}
	pg.credential = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}

// postgresBin is the folder of the server's programs; Debian keeps them beside the path, by version.
func postgresBin() string {
	if found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb"); err == nil && len(found) > 0 {
		return filepath.Dir(slices.Max(found))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

func (pg *postgres) run(t *testing.T, input, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), postgresTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(pg.bin, program), args...)
	cmd.Dir, cmd.SysProcAttr, cmd.Stdin = pg.dir, pg.credential, strings.NewReader(input)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "PGTZ=UTC", "LC_ALL=C", "PGCLIENTENCODING=UTF8"}
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", program, err, trouble.String(), around(input, trouble.String()))
	}
	return out.String()
}

// around is the query that psql complains about: "psql:<stdin>:123: ERROR: …" names its last line.
func around(script, trouble string) string {
	lines := strings.Split(script, "\n")
	_, rest, _ := strings.Cut(trouble, ":<stdin>:")
	number, _, _ := strings.Cut(rest, ":")
	last, err := strconv.Atoi(number)
	if err != nil || last > len(lines) {
		return script
	}
	first := last
	for first > 1 && !strings.HasPrefix(lines[first-1], "select row_to_json") {
		first--
	}
	return strings.Join(lines[first-1:last], "\n")
}

// rows runs queries in a new schema main of a new database that holds the shop's rows, and gives each query's rows as text, sorted.
func (pg *postgres) rows(t *testing.T, database string, inserts, queries []string) [][]string {
	t.Helper()
	const mark = "--next--"
	script := []string{"create schema main;", "set search_path to main;", "set jit to off;", "set statement_timeout to '5s';"}
	for _, table := range sortedTables() {
		columns := strings.ReplaceAll(strings.Join(shopTables[table], ", "), " double", " double precision")
		script = append(script, "create table "+table+" ("+columns+");")
	}
	for _, insert := range inserts {
		script = append(script, insert+";")
	}
	script = append(script, "analyze;")
	for _, query := range queries {
		script = append(script, "select row_to_json(one) from (", query, ") as one;", `\echo `+mark)
	}
	pg.run(t, "", "createdb", "-h", pg.dir, "-U", "shop", database)
	text := pg.run(t, strings.Join(script, "\n"), "psql", "-h", pg.dir, "-U", "shop", "-d", database, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
	out := [][]string{nil}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if lines.Text() == mark {
			slices.Sort(out[len(out)-1])
			out = append(out, nil)
			continue
		}
		out[len(out)-1] = append(out[len(out)-1], cells(t, lines.Text()))
	}
	return out[:len(out)-1]
}

// cells are the values of a JSON object in their order.
func cells(t *testing.T, object string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	d.UseNumber()
	var out []string
	for i := 0; ; i++ {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(out, " | ")
		}
		if err != nil {
			t.Fatalf("%v in %s", err, object)
		}
		if _, brace := token.(json.Delim); !brace && i%2 == 0 { // brace, key, value, key, value, …
			out = append(out, cell(token))
		}
	}
}
