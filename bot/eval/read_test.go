package eval

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

const good = `
thresholds: {unasked_wrong: 0, clear: 0.95}
cases:
  - id: a
    project: ../shop
    glossary: words.yml
    as_of: "2026-06-30"
    request: Orders per month
    answers: {orders: placed}
    kind: clear
    held: true
    expect: {status: [proposed, exists], must_not_ask: true, uses: [orders], columns: [month], result_sql: select 1}
  - id: b
    request: Weekly churn
    answers: [first, 2]
    expect: {status: needs_answers, asks: [churn]}
  - id: c
    request: Orders by moon phase
    expect: {status: declined, names: [moon phase]}
  - id: d
    request: Revenue per month
    expect: {model: fct_revenue}
  - id: e
    request: ""
    kind: chatter
    expect: {status: declined}
`

func TestParse(t *testing.T) {
	s, err := Parse("suites/good.suite.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	if *s.Thresholds.UnaskedWrong != 0 || *s.Thresholds.Clear != 0.95 || s.Thresholds.Reuse != nil {
		t.Errorf("thresholds %+v", s.Thresholds)
	}
	var got []string
	for _, c := range s.Cases {
		got = append(got, c.ID+" "+string(c.Class())+" "+c.kind())
	}
	want := []string{"a clear clear", "b ambiguous ambiguous", "c unanswerable unanswerable", "d existing existing", "e chatter chatter"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	a := s.Cases[0]
	if a.Line != 4 || a.Suite != "suites/good.suite.yaml" || a.Folder != "suites" || !a.Held {
		t.Errorf("%+v", a)
	}
	if diff := cmp.Diff(OneOf{Proposed, Exists}, a.Expect.Status); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(OneOf{NeedsAnswers}, s.Cases[1].Expect.Status); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]bool{"a": true, "clear": true, "held": true, "dev": false, "b": false} {
		if a.Is(name) != want {
			t.Errorf("Is(%q) is %v", name, !want)
		}
	}
}

func TestParseList(t *testing.T) {
	s, err := Parse("x", []byte("- &one\n  id: a\n  request: Orders\n  expect: &e {status: proposed}\n- id: b\n  request: Sales\n  expect: *e\n"))
	if err != nil || len(s.Cases) != 2 || s.Cases[1].Expect.Status[0] != Proposed {
		t.Fatalf("%+v %v", s, err)
	}
}

func TestParseMistakes(t *testing.T) {
	const head = "- id: a\n  request: Orders\n"
	for text, want := range map[string]string{
		"":                                "x:1: the suite is empty",
		"# nothing\n":                     "x:1: the suite is empty",
		"[]":                              "x:1: the suite has no cases",
		"cases: []":                       "x:1: the suite has no cases",
		"text":                            "x:1: a suite is a list of cases, or a map",
		"- id: [":                         "x:1: did not find expected node content",
		"\n- 5":                           "x:2: cannot unmarshal !!int `5` into eval.Case",
		"treshold: {}\ncases: []":         `x:1: unknown key "treshold"; did you mean thresholds?`,
		"thresholds: {clear: 95}":         "x:1: the threshold clear is a share between 0 and 1, not 95",
		"thresholds: {clear: .nan}":       "x:1: the threshold clear is a share between 0 and 1, not NaN",
		"thresholds: {unasked_wrong: -1}": "x:1: the threshold unasked_wrong is a number of cases, not -1",
		"thresholds: {recall: 1}":         `x:1: unknown key "recall"; did you mean ambiguity_recall?`,
		"cases: {id: a}":                  "x:1: cases are a list",
		head + "  answer: [b]\n":          `x:3: unknown key "answer"; did you mean answers?`,
		head + "  expect:\n    state: ok": `x:4: unknown key "state"; did you mean status?`,
		head + "  expect: {status: done}": `x:1: case a: the status "done" is none of proposed`,
		head + "  expect: {asks: churn}":  "x:3: cannot unmarshal !!str `churn` into []string",
		head + "  expect: {}":             "x:1: case a: it expects nothing",
		head:                              "x:1: case a: it expects nothing",
		head + "  id: b":                  `x:3: mapping key "id" already defined at line 1`,
		head + "  same_as: b\n  expect: {status: proposed}":                                                                `x:1: case a: same_as: there is no case "b" in this suite`,
		head + "  same_as: a\n  expect: {status: proposed}":                                                                "x:1: case a: it cannot be the same as itself",
		head + "  same_as: b\n  expect: {status: proposed}\n- {id: b, project: p, request: c, expect: {status: proposed}}": "x:1: case a: same_as: case b is about another project, glossary or day",
		head + "  as_of: May\n  expect: {status: proposed}":                                                                `x:1: case a: as_of "May" is not a date such as 2026-06-30`,
		head + "  answers: yes please\n  expect: {status: proposed}":                                                       "x:3: case a: answers are a list in order",
		head + "  answers:\n    - {b: c}\n  expect: {status: proposed}":                                                    "x:4: case a: an answer must be text",
		head + "  expect: {must_not_ask: true, asks: [b]}":                                                                 `x:1: case a: it must ask about "b" and must not ask`,
		head + "  expect: {status: declined, result_sql: select 1}":                                                        "x:1: case a: there are no rows to compare with result_sql when the status is declined",
		"- id: ' '\n  request: Orders\n  expect: {status: proposed}":                                                       "x:1: a case needs an id",
		"- id: a\n  request: ' '\n  expect: {status: proposed}":                                                            "x:1: case a: the request is empty",
		head + "  expect: {status: proposed}\n" + head + "  expect: {asks: [c]}":                                           `x:4: the id "a" is taken by the case in line 1`,
	} {
		_, err := Parse("x", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, expected %q", text, err, want)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first := write("a/one.suite.yaml", good)
	write("a/b/two.suite.yaml", "- id: z\n  request: Orders\n  expect: {status: proposed}\n")
	write("a/notes.yaml", "not a suite")
	suites, err := Load(filepath.Join(dir, "a"), first)
	if err != nil || len(suites) != 2 {
		t.Fatalf("%d suites, %v", len(suites), err)
	}
	write("a/three.suite.yaml", "- id: z\n  request: Orders\n  expect: {status: proposed}\n- id: y\n")
	_, err = Load(filepath.Join(dir, "a"))
	if err == nil || !strings.Contains(err.Error(), "three.suite.yaml:4: case y: the request is empty") {
		t.Errorf("%v", err)
	}
	write("a/three.suite.yaml", "- id: z\n  request: Orders\n  expect: {status: proposed}\n")
	if _, err = Load(filepath.Join(dir, "a")); err == nil || !strings.Contains(err.Error(), `the id "z" is taken by the case at `) {
		t.Errorf("%v", err)
	}
	if _, err := Load(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
	empty := t.TempDir()
	if _, err := Load(empty); err == nil || !strings.Contains(err.Error(), "there is no *.suite.yaml in ") {
		t.Errorf("%v", err)
	}
}

func compiledSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("suite.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("suite.schema.json")
}

// The schema and the structs are two statements of one format.
func TestSchemaHasTheStructsKeys(t *testing.T) {
	var doc struct {
		OneOf []struct{ Properties map[string]any }
		Defs  map[string]struct {
			Properties map[string]any
			Enum       []string
		} `json:"$defs" yaml:"$defs"`
	}
	if err := yaml.Unmarshal(Schema(), &doc); err != nil { // JSON is YAML
		t.Fatal(err)
	}
	for name, t2 := range map[string]reflect.Type{"case": reflect.TypeFor[Case](), "expect": reflect.TypeFor[Expect](), "thresholds": reflect.TypeFor[Thresholds]()} {
		want := slices.Sorted(maps.Keys(fields(t2)))
		got := slices.Sorted(maps.Keys(doc.Defs[name].Properties))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-struct +schema):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff(statuses, doc.Defs["status"].Enum); diff != "" {
		t.Errorf("statuses (-code +schema):\n%s", diff)
	}
}

func TestSchemaAgreesWithReader(t *testing.T) {
	s := compiledSchema(t)
	const head = "- id: a\n  request: Orders\n"
	for text, want := range map[string]bool{
		good:                                  true,
		head + "  expect: {status: proposed}": true,
		head + "  expect: {status: [proposed, exists]}":      true,
		head + "  answers: [1, b]\n  expect: {asks: [c]}":    true,
		head + "  answers: {b: c}\n  expect: {asks: [c]}":    true,
		"cases:\n- {id: a, request: b, expect: {asks: [c]}}": true,
		"[]":                                   false,
		"text":                                 false,
		head:                                   false,
		head + "  expect: {}":                  false,
		head + "  expect: {status: done}":      false,
		head + "  expect: {state: proposed}":   false,
		head + "  expects: {status: proposed}": false,
		head + "  answers: [[b]]\n  expect: {asks: [c]}":             false,
		head + "  as_of: May\n  expect: {asks: [c]}":                 false,
		"thresholds: {clear: 2}\ncases:\n" + head:                    false,
		"thresholds: {x: 1}\ncases:\n" + head:                        false,
		"thresholds: {}\ncases: []":                                  false,
		"- request: Orders\n  expect: {status: proposed}":            false,
		"- id: a\n  request: [b]\n  expect: {status: proposed}":      false,
		"- id: a\n  request: b\n  held: 3\n  expect: {asks: [c]}":    false,
		"- id: a\n  request: b\n  expect: {must_not_ask: perhaps}":   false,
		"- id: a\n  request: b\n  expect: {uses: {a: b}}":            false,
		"- id: a\n  request: b\n  expect: {asks: [c]}\n  held: true": true,
	} {
		_, err := Parse("x", []byte(text))
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		schemaErr := s.Validate(v)
		if (err == nil) != want || (schemaErr == nil) != want {
			t.Errorf("%q: good = %v, the reader says %v, the schema says %v", text, want, err, schemaErr)
		}
	}
}

// FuzzParse: whatever is read has cases that can be run, or an error that names the file.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("- &a {id: x, request: y, expect: {status: proposed}, answers: *a}"))
	f.Add([]byte("cases: &c [*c]"))
	f.Add([]byte("- {<<: {id: a}, request: b}"))
	for _, name := range []string{"suites/sample.suite.yaml", "suites/velo.suite.yaml"} {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := Parse("x.suite.yaml", body)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.suite.yaml:") {
				t.Errorf("%q", err)
			}
			return
		}
		if len(s.Cases) == 0 {
			t.Error("neither cases nor an error")
		}
		for _, c := range s.Cases {
			if c.ID == "" || c.Line < 1 || c.Class() == "" {
				t.Errorf("%+v", c)
			}
		}
	})
}
