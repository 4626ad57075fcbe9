package yamledit

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

var churn = Model{
	Name:        "fct_churn",
	Description: "One row per week: lost customers.",
	Tests:       []Test{{Name: "dbt_utils.unique_combination_of_columns", Args: []Pair{{"combination_of_columns", []string{"week", "region"}}}}},
	Columns: []Column{
		{Name: "week", Description: "Monday of the week", Tests: []Test{{Name: "not_null"}}},
		{Name: "region", Tests: []Test{
			{Name: "accepted_values", Args: []Pair{{"values", []string{"EMEA", "no"}}}, Config: []Pair{{"severity", "warn"}}},
			{Name: "relationships", Args: []Pair{{"to", "ref('dim_regions')"}, {"field", "region"}}}}},
		{Name: "rate", DataType: "double", Meta: []Pair{{"owner", "data"}, {"unit", 1.0}}},
	},
}

func TestNew(t *testing.T) {
	got, err := New(Style{Version2: true, ArgumentsKey: true, BlankBetween: true}, churn, Model{Name: "b"})
	want := `version: 2

models:
  - name: fct_churn
    description: 'One row per week: lost customers.'
    data_tests:
      - dbt_utils.unique_combination_of_columns:
          arguments:
            combination_of_columns:
              - week
              - region
    columns:
      - name: week
        description: Monday of the week
        data_tests:
          - not_null
      - name: region
        data_tests:
          - accepted_values:
              arguments:
                values: ['EMEA', 'no']
              config:
                severity: warn
          - relationships:
              arguments:
                to: ref('dim_regions')
                field: region
      - name: rate
        data_type: double
        meta:
          owner: data
          unit: 1.0

  - name: b
`
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Error(err, diff)
	}
	got, err = New(Style{TestsKey: "tests", FlushLists: true, Quotes: "double", BlockText: ">-", BlankColumns: true, BlockValues: true},
		Model{Name: "m", Description: strings.Repeat("long text ", 14) + "end", Columns: []Column{
			{Name: "a", Description: "two\nlines", Tests: []Test{{Name: "accepted_values", Args: []Pair{{"values", []string{"x"}}}}}},
			{Name: "on", Description: `say "hi"`}}})
	want = `models:
- name: m
  description: >-
    long text long text long text long text long text long text long text long text
    long text long text long text long text long text long text end
  columns:
  - name: a
    description: |-
      two
      lines
    tests:
    - accepted_values:
        values:
        - "x"

  - name: 'on'
    description: "say \"hi\""
`
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// TestScalar: dbt reads YAML 1.1, in which more words mean something else than text than for our own reader.
func TestScalar(t *testing.T) {
	for text, want := range map[string]string{"plain text": "plain text", "yes": "'yes'", "12:30": "'12:30'", "0o7": "'0o7'", "1e3": "'1e3'", "2024-01-01": "'2024-01-01'",
		"2024-01-01 10:00:00+1": "'2024-01-01 10:00:00+1'", "a: b": "'a: b'", "it's": "it's", "'": "''''", "": "''", "a\tb\x00": `"a\tb\u0000"`,
		"{{ x }}": "'{{ x }}'", "-": "'-'", "- a": "'- a'", "a #b": "'a #b'", "ref('x')": "ref('x')"} {
		if got := scalar(text, "plain"); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestEdit shows where entries land. The inserted lines start with "+" in want.
func TestEdit(t *testing.T) {
	column := func(src []byte) ([]byte, error) {
		return AddColumn(src, Style{}, "a", Column{Name: "x", Tests: []Test{{Name: "unique"}}})
	}
	model := func(src []byte) ([]byte, error) { return AddModel(src, Style{}, Model{Name: "z"}) }
	test := func(src []byte) ([]byte, error) {
		return AddTests(src, Style{TestsKey: "tests"}, "a", "id", Test{Name: "unique"})
	}
	tests := []struct {
		name string
		edit func([]byte) ([]byte, error)
		want string
	}{
		{"model behind the last", model, "models:\n  - name: a\n    # kept\n+  - name: z\n\n# end\nsources: []\n"},
		{"blank line as the file does", model, "models:\n  - name: a\n\n  # comment of b\n  - name: b\n+\n+  - name: z\n"},
		{"flush", model, "models:\n- name: a\n  columns:\n  - name: id\n+- name: z\nseeds:\n- name: s\n"},
		{"wide dashes", model, "models:\n    -   name: a\n+    -   name: z\n"},
		{"CRLF", model, "models:\r\n  - name: a\r\n+  - name: z\r\n"},
		{"no list yet", model, "version: 2\n\nsources:\n  - name: s\n+\n+models:\n+  - name: z\n"},
		{"empty list", model, "models: # none yet\n+  - name: z\nseeds:\n  - name: a\n"},
		{"empty file", model, "+models:\n+  - name: z\n"},
		{"comments only", model, "# nothing yet\n+models:\n+  - name: z\n"},
		{"behind a block scalar", model, "models:\n  - name: a\n    description: |\n      text\n\n      # no comment\n+  - name: z\n"},
		{"column", column, "models:\n  - name: a\n    columns:\n      - name: id\n        tests: [unique]\n+      - name: x\n+        data_tests:\n+          - unique\n    tests:\n      - t\n"},
		{"column without list", column, "models:\n  - name: a\n    description: d\n+    columns:\n+      - name: x\n+        data_tests:\n+          - unique\n  - name: b\n"},
		{"column with blank lines", column, "models:\n  - name: a\n    columns:\n      - name: id\n\n      - name: ie\n+\n+      - name: x\n+        data_tests:\n+          - unique\n"},
		{"test", test, "models:\n  - name: a\n    columns:\n      - name: id\n        data_tests:\n          - not_null # k\n+          - unique\n      - name: b\n"},
		{"test without list", test, "models:\n  - name: a\n    columns:\n      - name: id\n        description: \"d\"\n+        tests:\n+          - unique\n"},
		{"test is there", test, "models:\n  - name: a\n    columns:\n      - name: id\n        tests:\n          - unique\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var src, want strings.Builder
			for _, line := range strings.SplitAfter(tt.want, "\n") {
				if plus, ok := strings.CutPrefix(line, "+"); ok {
					want.WriteString(plus)
				} else {
					src.WriteString(line)
					want.WriteString(line)
				}
			}
			got, err := tt.edit([]byte(src.String()))
			if diff := cmp.Diff(want.String(), string(got)); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
	got, err := model([]byte("models:\n  - name: a"))
	if want := "models:\n  - name: a\n  - name: z\n"; string(got) != want || err != nil {
		t.Errorf("without a line end: %q %v", got, err)
	}
	got, err = model([]byte("models:\n  - name: a\n    description: |\n      open end"))
	if want := "models:\n  - name: a\n    description: |\n      open end\n  - name: z\n"; string(got) != want || err != nil {
		t.Errorf("block without a line end: %q %v", got, err)
	}
	src := []byte("models:\n  - name: a\n    description: |+\n      keep\n\n\nseeds: []\n") // blank lines belong to the text
	got, err = model(src)
	if want := "models:\n  - name: a\n    description: |+\n      keep\n\n\n  - name: z\nseeds: []\n"; string(got) != want || err != nil {
		t.Errorf("keep: %q %v", got, err)
	}
}

func TestRefuse(t *testing.T) {
	column := func(src string) error { _, err := AddColumn([]byte(src), Style{}, "a", Column{Name: "x"}); return err }
	model := func(src string) error { _, err := AddModel([]byte(src), Style{}, Model{Name: "z"}); return err }
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"flow file", model("{models: []}"), "line 1: the file is written in flow style"},
		{"flow list", model("version: 2\nmodels: [{name: a}]\n"), "line 2: models: is written in flow style"},
		{"empty flow list", model("models: []\n"), "flow style"},
		{"flow entry", column("models:\n  - {name: a}\n"), "line 2: the entry is written in flow style"},
		{"documents", model("a: 1\n---\nb: 2\n"), "line 2: the file holds several YAML documents"},
		{"broken", model("models:\n - name: a\n  x: 1\n"), "not valid YAML"},
		{"tabs", model("models:\n\t- name: a\n"), "not valid YAML"},
		{"not a list", model("models: text\n"), "models: is not a list"},
		{"not a mapping", model("- a\n"), "not a mapping"},
		{"alias", column("x: &c\n  - name: id\nmodels:\n  - name: a\n    columns: *c\n"), "columns: is not a list"},
		{"shared anchor", column("models:\n  - name: a\n    columns: &c\n      - name: id\n  - name: b\n    columns: *c\n"), "anchor"},
		{"aliased column", addTests("models:\n  - name: b\n    columns:\n      - &id\n        name: id\n  - name: a\n    columns:\n      - *id\n", "id"), "line 8: the entry is the alias *id"},
		{"aliased column again", column("models:\n  - name: b\n    columns:\n      - &x\n        name: x\n  - name: a\n    columns:\n      - *x\n"), "line 8: the column x is described already"},
		{"no such model", column("models:\n  - name: b\n"), "does not describe the model a"},
		{"model twice", model("models:\n  - name: z\n"), "line 2: the file describes the model z already"},
		{"column twice", column("models:\n  - name: a\n    columns:\n      - name: x\n"), "line 4: the column x is described already"},
	}
	for _, tt := range tests {
		if tt.err == nil || !strings.Contains(tt.err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, tt.err, tt.want)
		}
	}
}

func addTests(src, column string) error {
	_, err := AddTests([]byte(src), Style{}, "a", column, Test{Name: "unique"})
	return err
}

func FuzzEdit(f *testing.F) {
	for _, s := range []string{"", "models:\n- name: a\n", "models:\n  - name: a\n    columns:\n      - name: id # x\n", "version: 2\r\nmodels:\r\n", "# c\n---\nmodels:\n  - &x\n    name: a\n",
		"models:\n  - name: a\n    description: >\n      b\n\n  # c\n", "a: 'x\n\n  y'\n", "models:\n  - name: a\n    columns: !!seq\n    - name: id\n"} {
		f.Add([]byte(s), "text: with #\nlines", "no")
	}
	f.Fuzz(func(t *testing.T, src []byte, description, value string) {
		m := Model{Name: "zz_" + value, Description: description, Columns: []Column{{Name: value + "x", Description: value,
			Tests: []Test{{Name: "accepted_values", Args: []Pair{{"values", []string{value, description}}}}}}}}
		for _, style := range []Style{{}, {FlushLists: true, Quotes: "double", BlockText: ">-"}} {
			out, err := AddModel(src, style, m)
			if err == nil {
				inserted(t, src, out)
			}
			if out, err = AddColumn(src, style, "a", Column{Name: value + "x"}); err == nil {
				inserted(t, src, out)
			}
			if out, err = AddTests(src, style, "a", "id", Test{Name: "unique"}); err == nil {
				inserted(t, src, out)
			}
		}
	})
}

// inserted checks that out is src with one stretch of bytes put in.
func inserted(t *testing.T, src, out []byte) {
	t.Helper()
	n := 0
	for n < len(src) && n < len(out) && src[n] == out[n] {
		n++
	}
	if len(out) < len(src) || !bytes.HasSuffix(out, src[n:]) {
		// The stretch may start with bytes that src has too; then an earlier cut fits.
		for ; n >= 0; n-- {
			if bytes.HasSuffix(out, src[n:]) {
				return
			}
		}
		t.Fatalf("bytes were lost:\n%q\n%q", src, out)
	}
}

// TestBlocks: a long description begins as the project's do, and reads back with the line ends that its kind of block brings.
func TestBlocks(t *testing.T) {
	long := strings.Repeat("word ", 18) + "end"
	first, rest := strings.Repeat("word ", 16)[:79], "word word end"
	for mark, value := range map[string]string{">-": long, ">": long + "\n", "|-": first + "\n" + rest, "|": first + "\n" + rest + "\n"} {
		got, err := New(Style{BlockText: mark}, Model{Name: "m", Description: long})
		if want := "models:\n  - name: m\n    description: " + mark + "\n      " + first + "\n      " + rest + "\n"; string(got) != want || err != nil {
			t.Errorf("%s: %q %v", mark, got, err)
		}
		var file struct {
			Models []struct{ Description string }
		}
		if err := yaml.Unmarshal(got, &file); err != nil || file.Models[0].Description != value {
			t.Errorf("%s: %+v %v", mark, file, err)
		}
	}
}
