// Package settings reads firstmile.yml, the file beside dbt_project.yml in which
// a team says how Firstmile works in its project: calendar, approvers, and what is never shown.
// It owns that one file and only reads it.
package settings

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"firstmile/planner/plan"
)

// File is the name of the file, in the project's folder.
const File = "firstmile.yml"

//go:embed firstmile.schema.json
var schema []byte

// Schema is the JSON schema of the file, for editors.
func Schema() []byte { return bytes.Clone(schema) }

// Settings are a team's own. The zero value of each field is replaced by the default named at it.
type Settings struct {
	// TimeZone is an IANA name in which days, weeks and months begin. Default: UTC.
	TimeZone string
	// WeekStart is "monday" or "sunday". Default: monday.
	WeekStart string
	// FiscalStart is the month in which the fiscal year begins. Default: January.
	FiscalStart time.Month
	// Approvers. Default: the requester.
	Approvers plan.Approvers
	// Exclusions are columns, "relation.column" or "column", that are never shown or sent anywhere.
	Exclusions []string
	// Found is false when the project has no such file and everything is a default.
	Found bool
}

// Defaults are the settings of a project without the file.
func Defaults() Settings {
	return Settings{TimeZone: "UTC", WeekStart: "monday", FiscalStart: time.January, Approvers: plan.Approvers{Requester: true}}
}

// Excluded reports whether a column must not be shown.
func (s Settings) Excluded(relation, column string) bool {
	return slices.ContainsFunc(s.Exclusions, func(x string) bool {
		return strings.EqualFold(x, column) || strings.EqualFold(x, relation+"."+column)
	})
}

// file is the YAML as written.
type file struct {
	TimeZone    string `yaml:"time_zone"`
	WeekStart   string `yaml:"week_start"`
	FiscalStart string `yaml:"fiscal_start"`
	Approvers   *struct {
		Requester bool     `yaml:"requester"`
		People    []string `yaml:"people"`
		Groups    []string `yaml:"groups"`
		DataTeam  []string `yaml:"data_team"`
		Count     int      `yaml:"count"`
	} `yaml:"approvers"`
	Exclusions []string `yaml:"exclusions"`
}

// Read reads the file in the project folder dir of fsys. A missing file gives
// the defaults; an unknown key or a value outside its set is an error that names file and line.
func Read(fsys fs.FS, dir string) (Settings, error) {
	name := path.Join(dir, File)
	body, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return Defaults(), nil
	}
	if err != nil {
		return Settings{}, fmt.Errorf("reading %s: %w", name, err)
	}
	return Parse(name, body)
}

// Parse reads the bytes of the file; name is used in errors.
func Parse(name string, body []byte) (Settings, error) {
	s := Defaults()
	s.Found = true
	var f file
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return Settings{}, unreadable(name, err)
	}
	if err := f.apply(&s); err != nil {
		return Settings{}, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// unreadable says on one line where each mistake is.
func unreadable(name string, err error) error {
	var wrong *yaml.TypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("%s: %w", name, err)
	}
	var lines []string
	for _, e := range wrong.Errors { // "line 2: field weekstart not found in type settings.file"
		text, _, _ := strings.Cut(e, " in type ")
		lines = append(lines, text)
	}
	return fmt.Errorf("%s: %s", name, strings.Join(lines, "; "))
}

func (f file) apply(s *Settings) error {
	if f.TimeZone != "" {
		if _, err := time.LoadLocation(f.TimeZone); err != nil || f.TimeZone == "Local" {
			return fmt.Errorf("time_zone: %q is not an IANA time zone such as Europe/Berlin", f.TimeZone)
		}
		s.TimeZone = f.TimeZone
	}
	if f.WeekStart != "" {
		s.WeekStart = strings.ToLower(f.WeekStart)
		if s.WeekStart != "monday" && s.WeekStart != "sunday" {
			return fmt.Errorf("week_start: %q is neither monday nor sunday", f.WeekStart)
		}
	}
	if f.FiscalStart != "" {
		m, ok := month(f.FiscalStart)
		if !ok {
			return fmt.Errorf("fiscal_start: %q is not the English name of a month", f.FiscalStart)
		}
		s.FiscalStart = m
	}
	if a := f.Approvers; a != nil {
		if a.Count < 0 || a.Count > 2 {
			return fmt.Errorf("approvers.count: %d is not 1 or 2", a.Count)
		}
		s.Approvers = plan.Approvers{Requester: a.Requester, People: a.People, Groups: a.Groups, DataTeam: a.DataTeam, Count: a.Count}
	}
	s.Exclusions = f.Exclusions
	return nil
}

func month(name string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(m.String(), name) {
			return m, true
		}
	}
	return 0, false
}
