package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstmile/bot/sample"
)

// ownProject is a copy of the sample company's project that a test may spoil.
func ownProject(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), sample.Name)
	if err := os.CopyFS(dir, os.DirFS(theCompany(t).dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// spoil rewrites one file of a folder.
func spoil(t testing.TB, dir, name string, change func([]byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	content, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(content), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// with gives what a file becomes whatever it was.
func with(text string) func([]byte) []byte { return func([]byte) []byte { return []byte(text) } }

func appended(text string) func([]byte) []byte {
	return func(old []byte) []byte { return append(old, text...) }
}

// newerDuckDB sets the storage version in the file's header: 8 bytes checksum, "DUCK", then the version as 8 bytes.
func newerDuckDB(old []byte) []byte {
	binary.LittleEndian.PutUint64(old[12:], 69)
	return old
}

const shoes = `
  - id: shoe_size
    name: Shoe size
    definition: Total size of the shoes of those who wrote to us.
    owner: support-operations
    metric:
      type: simple
      model: fct_support_tickets
      agg: sum
      expr: shoe_size
      agg_time_dimension: opened_at
`

// TestBadInput: a project that cannot be used gives exit code 1 (or an answer that names what is
// wrong) with the file and what to do, and not one byte of it is changed.
func TestBadInput(t *testing.T) {
	for _, tt := range []struct {
		name    string
		spoil   func(t *testing.T, dir string)
		request string
		code    int
		says    []string
	}{
		{"an empty folder", func(t *testing.T, dir string) { removeAll(t, dir); makeDir(t, dir) }, "", exitError,
			[]string{"dbt_project.yml is missing", "point to the folder of a dbt project"}},
		{"no folder", removeAll, "", exitError, []string{"There is no folder", sample.Name}},
		{"dbt_project.yml is broken", func(t *testing.T, dir string) { spoil(t, dir, "dbt_project.yml", with("name: x\n  y: [")) }, "", exitError,
			[]string{"dbt_project.yml: line 2", "repair the file"}},
		{"a properties file is broken", func(t *testing.T, dir string) {
			spoil(t, dir, "models/marts/core/_core__models.yml", with("models:\n  - name: a\n   bad: indent\n"))
		}, "", exitError, []string{"models/marts/core/_core__models.yml:3", "YAML"}},
		{"firstmile.yml has an unknown key", func(t *testing.T, dir string) {
			spoil(t, dir, "firstmile.yml", with("week_start: monday\nweekstart: sunday\n"))
		}, "", exitError,
			[]string{"firstmile.yml: line 2", "weekstart"}},
		{"the glossary is broken", func(t *testing.T, dir string) {
			spoil(t, dir, "glossary/revenue.yml", with("terms:\n  - id: x\n   name: [\n"))
		}, "", exitError,
			[]string{"glossary/revenue.yml:", "not valid YAML"}},
		{"a term has an unknown key", func(t *testing.T, dir string) {
			spoil(t, dir, "glossary/revenue.yml", with("terms:\n  - id: x\n    nam: y\n"))
		}, "", exitError,
			[]string{"glossary/revenue.yml:3", `unknown key "nam"`}},
		{"a term points to a missing column", func(t *testing.T, dir string) { spoil(t, dir, "glossary/support.yml", appended(shoes)) },
			"Shoe size per month", 4, []string{"shoe size", "glossary/support.yml:", "fct_support_tickets has no column", "shoe_size"}},
		{"a term of that name is not replaced by a column", func(t *testing.T, dir string) {
			spoil(t, dir, "glossary/revenue.yml", func(old []byte) []byte {
				return bytes.Replace(old, []byte("expr: net_amount"), []byte("expr: nett_amount"), 1)
			})
		}, "Net revenue per month", 4, []string{"net revenue", "glossary/revenue.yml:", "nett_amount"}},
		{"other terms beside it still work", func(t *testing.T, dir string) { spoil(t, dir, "glossary/support.yml", appended(shoes)) },
			"Net revenue per month", 0, []string{"fct_monthly_net_revenue"}},
		{"the data is of a newer DuckDB", func(t *testing.T, dir string) { spoil(t, dir, sample.Database, newerDuckDB) }, "", exitError,
			[]string{sample.Database, "newer DuckDB", "storage version 69", "duckdb==1.5.6"}},
		{"the data is no DuckDB file", func(t *testing.T, dir string) { spoil(t, dir, sample.Database, with(strings.Repeat("no data ", 4096))) }, "", exitError,
			[]string{sample.Database, "not a DuckDB file"}},
		{"the data is cut short", func(t *testing.T, dir string) {
			spoil(t, dir, sample.Database, func(old []byte) []byte { return old[:len(old)/3] })
		}, "", exitError, []string{sample.Database, "damaged"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := ownProject(t)
			tt.spoil(t, dir)
			before := contents(t, dir)
			if tt.request == "" {
				tt.request = "Can we track weekly churn by region?"
			}
			got := command(t.Context(), nil, "design", tt.request, "--project", dir, "--gate", "embedded", "--assume")
			if got.code != tt.code {
				t.Errorf("exit code %d, want %d", got.code, tt.code)
			}
			said := got.stdout
			if tt.code == exitError {
				said = got.stderr
				if !strings.HasPrefix(said, "firstmile: ") {
					t.Errorf("standard error has more than the message:\n%s", said)
				}
			}
			for _, part := range tt.says {
				if !strings.Contains(said, part) {
					t.Errorf("it does not say %q:\n%s%s", part, got.stdout, got.stderr)
				}
			}
			if strings.Contains(got.stdout+got.stderr, "goroutine") {
				t.Errorf("a stack trace:\n%s%s", got.stdout, got.stderr)
			}
			if !bytes.Equal(before, contents(t, dir)) {
				t.Error("the project's files were changed")
			}
		})
	}
}

func removeAll(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}

func makeDir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// contents is every file of a folder, names and bytes; empty for a folder that is not there.
func contents(t *testing.T, dir string) []byte {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		all.WriteString(path)
		all.Write(content)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return all.Bytes()
}
