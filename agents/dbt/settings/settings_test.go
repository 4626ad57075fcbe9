package settings

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"firstmile/planner/plan"
)

const full = `time_zone: Europe/Berlin
week_start: Sunday
fiscal_start: february
approvers:
  requester: false
  people: [U1]
  groups: [analysts]
  data_team: [data]
  count: 2
exclusions: [email, dim_customers.phone]
`

func TestRead(t *testing.T) {
	got, err := Read(fstest.MapFS{"sub/firstmile.yml": {Data: []byte(full)}}, "sub")
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{TimeZone: "Europe/Berlin", WeekStart: "sunday", FiscalStart: time.February, Found: true,
		Approvers:  plan.Approvers{People: []string{"U1"}, Groups: []string{"analysts"}, DataTeam: []string{"data"}, Count: 2},
		Exclusions: []string{"email", "dim_customers.phone"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for column, excluded := range map[string]bool{"dim_customers.phone": true, "x.EMAIL": true, "x.phone": false} {
		relation, name, _ := strings.Cut(column, ".")
		if got.Excluded(relation, name) != excluded {
			t.Errorf("%s excluded: %v", column, !excluded)
		}
	}
	if got, err := Read(fstest.MapFS{}, "."); err != nil || cmp.Diff(Defaults(), got) != "" {
		t.Errorf("without the file: %+v, %v", got, err)
	}
}

func TestErrorsNameFileAndPlace(t *testing.T) {
	for text, want := range map[string]string{
		"timezone: UTC":          "line 1: field timezone not found",
		"a: [":                   "firstmile.yml: yaml:",
		"time_zone: Mars/Phobos": "not an IANA time zone",
		"week_start: friday":     "neither monday nor sunday",
		"fiscal_start: 13":       "month",
		"approvers: {count: 3}":  "approvers.count",
		"approvers: [ana]":       "line 1",
	} {
		_, err := Parse("firstmile.yml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "firstmile.yml: ") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestSchema: the schema knows exactly the keys that the reader knows.
func TestSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	check := func(text string) error {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		inst, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(inst)
	}
	if err := check(strings.ReplaceAll(full, "Sunday", "sunday")); err != nil {
		t.Error(err)
	}
	if check("timezone: UTC") == nil {
		t.Error("an unknown key is valid")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("approvers: {count: 1}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := Parse("firstmile.yml", body)
		if err != nil {
			return
		}
		if _, err := time.LoadLocation(s.TimeZone); err != nil || s.WeekStart != "monday" && s.WeekStart != "sunday" ||
			s.FiscalStart < time.January || s.FiscalStart > time.December {
			t.Errorf("accepted %+v", s)
		}
	})
}
