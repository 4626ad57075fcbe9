package dbt

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxDistinct is up to how many distinct values a seed column counts as a list of values.
const maxDistinct = 50

// seedFile is a CSV as parsed.
type seedFile struct {
	columns  []Column
	rows     int64
	problems []Problem
}

// parseSeed reads a CSV with a header: names, types as dbt would guess them, values where they are few, and the number of
// rows. A row that is broken is named and reading stops there.
func parseSeed(b []byte, delimiter rune) *seedFile {
	s := &seedFile{}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	r.Comma = delimiter
	r.ReuseRecord = true
	r.FieldsPerRecord = -1 // dbt takes a short row's missing values for empty ones, and refuses a long row
	header, err := r.Read()
	if err != nil {
		reason := "the seed has no header"
		if !errors.Is(err, io.EOF) {
			reason = "the seed cannot be read: " + err.Error()
		}
		s.problems = append(s.problems, Problem{Line: 1, Reason: reason})
		s.rows = -1
		return s
	}
	sniffers := make([]sniffer, len(header))
	for _, name := range header {
		s.columns = append(s.columns, Column{Name: strings.TrimSpace(name), From: FromSeed})
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line := 0
			var pe *csv.ParseError
			if errors.As(err, &pe) {
				line = pe.Line
			}
			s.problems = append(s.problems, Problem{Line: line, Reason: "the row cannot be read: " + err.Error()})
			s.rows = -1
			break
		}
		if len(row) > len(sniffers) {
			line, _ := r.FieldPos(0)
			s.problems = append(s.problems, Problem{Line: line, Reason: fmt.Sprintf("the row cannot be read: it has %d values for %d columns", len(row), len(s.columns))})
			s.rows = -1
			break
		}
		s.rows++
		for i := range row {
			sniffers[i].see(row[i])
		}
	}
	for i := range sniffers {
		s.columns[i].Type = sniffers[i].name()
		s.columns[i].Values = sniffers[i].list()
	}
	return s
}

// sniffer guesses a column's type as dbt's agate does: the narrowest that fits every value.
type sniffer struct {
	notInt, notFloat, notBool, notDate, notTime bool
	seen                                        bool
	values                                      map[string]bool
	many                                        bool
}

func (s *sniffer) see(v string) {
	if v == "" {
		return
	}
	s.seen = true
	if !s.many {
		if s.values == nil {
			s.values = map[string]bool{}
		}
		if !s.values[v] {
			s.values[strings.Clone(v)] = true
		}
		s.many = len(s.values) > maxDistinct
	}
	if !s.notInt {
		_, err := strconv.ParseInt(v, 10, 64)
		s.notInt = err != nil
	}
	if !s.notFloat && s.notInt {
		_, err := strconv.ParseFloat(v, 64)
		s.notFloat = err != nil || strings.ContainsAny(v, "xXpP") // Go's hexadecimal floats are no numbers in CSV
	}
	if !s.notBool {
		s.notBool = !strings.EqualFold(v, "true") && !strings.EqualFold(v, "false")
	}
	if !s.notDate {
		_, err := time.Parse(time.DateOnly, v)
		s.notDate = err != nil
	}
	if !s.notTime && s.notDate {
		s.notTime = !isTimestamp(v)
	}
}

func isTimestamp(v string) bool {
	for _, layout := range []string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04", time.DateOnly} {
		if _, err := time.Parse(layout, v); err == nil {
			return true
		}
	}
	return false
}

func (s *sniffer) name() string {
	switch {
	case !s.seen:
		return ""
	case !s.notInt:
		return "bigint"
	case !s.notFloat:
		return "double"
	case !s.notBool:
		return "boolean"
	case !s.notDate:
		return "date"
	case !s.notTime:
		return "timestamp"
	}
	return "varchar"
}

// list is the distinct values where they are few and of a kind that people name.
func (s *sniffer) list() []string {
	switch s.name() {
	case "bigint", "boolean", "varchar":
	default:
		return nil
	}
	if s.many {
		return nil
	}
	out := make([]string, 0, len(s.values))
	for v := range s.values {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}
