package glossary

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// csvColumns are the columns that FromCSV knows, each with the headings that teams give it, in lower case and
// without spaces, underscores and hyphens.
var csvColumns = map[string][]string{
	"id":                  {"id", "key", "code"},
	"name":                {"name", "term", "metric", "kpi", "businessterm"},
	"synonyms":            {"synonyms", "synonym", "aliases", "alias", "alsoknownas", "aka"},
	"definition":          {"definition", "description", "meaning"},
	"owner":               {"owner", "steward", "team", "dataowner"},
	"status":              {"status"},
	"model":               {"model", "table", "relation"},
	"agg":                 {"agg", "aggregation", "aggregate"},
	"expr":                {"expr", "expression", "column", "field", "formula"},
	"filter":              {"filter", "filters", "where", "condition"},
	"time":                {"time", "date", "timecolumn", "datecolumn", "aggtimedimension"},
	"numerator":           {"numerator"},
	"denominator":         {"denominator"},
	"caveats":             {"caveats", "caveat", "notes", "note"},
	"not_to_confuse_with": {"nottoconfusewith", "nottobeconfusedwith", "differsfrom"},
}

// FromCSV turns a team's list of terms into the text of a glossary file. The first line names the columns (see csvColumns; commas,
// semicolons or tabs between them); several synonyms, caveats or terms in one cell are separated by ; or |. A row with model and
// agg is a simple metric, one with numerator and denominator (ids) a ratio, one with model and expr a dimension, and one with model
// and filter the rows that its words mean.
//
// Rows that do not make a term are left out and named in the Problems, with the line of the CSV file, beside those
// that do. Any other error means that nothing could be read.
func FromCSV(path string, in io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", path, err)
	case len(body) > maxFile:
		return nil, fmt.Errorf("%s is larger than %d MB", path, maxFile>>20)
	}
	body = bytes.TrimPrefix(body, []byte("\uFEFF")) // spreadsheets put a mark in front
	r := csv.NewReader(bytes.NewReader(body))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = separator(body), -1, true
	headings, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s has no line that names its columns: %w", path, err)
	}
	columns, err := csvHeadings(headings)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", path, err)
	}
	var out bytes.Buffer
	var problems Problems
	ids := map[string]bool{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out.Bytes(), problems.err()
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		row := csvRow{}
		for i, cell := range record {
			if i < len(columns) && columns[i] != "" {
				row[columns[i]] = strings.TrimSpace(cell)
			}
		}
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			continue
		}
		id := row.id()
		entry, err := row.term(path)
		if err == nil && ids[id] {
			err = errors.New("an earlier row has this id")
		}
		if err != nil {
			problems = append(problems, Problem{Path: path, Line: line, Term: id, Message: err.Error()})
			continue
		}
		ids[id] = true
		out.WriteString(map[bool]string{true: "terms:\n", false: "\n"}[out.Len() == 0] + entry)
	}
}

// separator is the one that the first line has most of.
func separator(body []byte) rune {
	first, _, _ := bytes.Cut(body, []byte("\n"))
	best := ','
	for _, s := range ";\t" {
		if bytes.Count(first, []byte(string(s))) > bytes.Count(first, []byte(string(best))) {
			best = s
		}
	}
	return best
}

// csvHeadings says what each column is; one that is nothing of ours is "".
func csvHeadings(headings []string) ([]string, error) {
	out := make([]string, len(headings))
	for i, h := range headings {
		plain := strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || r == '_' || r == '-' {
				return -1
			}
			return unicode.ToLower(r)
		}, h)
		for column, names := range csvColumns {
			if !slices.Contains(names, plain) {
				continue
			}
			if slices.Contains(out, column) {
				return nil, fmt.Errorf("two columns are the %s of a term: %q is the second", column, h)
			}
			out[i] = column
		}
	}
	if !slices.Contains(out, "name") {
		return nil, fmt.Errorf("no column is called name or term, but %s", strings.Join(headings, ", "))
	}
	return out, nil
}

// csvRow is one term, by column.
type csvRow map[string]string

// list are the values of a cell that holds several.
func (r csvRow) list(column string) []string {
	var out []string
	for _, v := range strings.FieldsFunc(r[column], func(c rune) bool { return c == ';' || c == '|' }) {
		if v = strings.TrimSpace(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// id is the row's own, else the name in lower snake case.
func (r csvRow) id() string {
	if r["id"] != "" {
		return r["id"]
	}
	return strings.Join(Split(strings.ToLower(r["name"])), "_")
}

// term is the row as an item of the list of terms.
func (r csvRow) term(path string) (string, error) {
	e := NewEntry(r.id(), r["name"], r["definition"], r["owner"])
	e.Put(0, "status", strings.ToLower(r["status"]))
	e.List("synonyms", r.list("synonyms"))
	if err := r.meaning(e); err != nil {
		return "", err
	}
	e.List("caveats", r.list("caveats"))
	e.List("not_to_confuse_with", r.list("not_to_confuse_with"))
	text := item(e.String(), 2)
	_, err := Parse(path, []byte("terms:\n"+text))
	var problems Problems
	if errors.As(err, &problems) {
		return "", errors.New(problems[0].Message) // its line is that of a file that does not exist yet
	}
	return text, err
}

// meaning writes what the term computes, splits by or restricts to.
func (r csvRow) meaning(e *Entry) error {
	switch {
	case r["numerator"] != "" && r["denominator"] != "":
		e.Open(0, "metric")
		e.Put(1, "type", string(Ratio))
		e.Put(1, "numerator", r["numerator"])
		e.Put(1, "denominator", r["denominator"])
	case r["model"] != "" && r["agg"] != "":
		e.Open(0, "metric")
		e.Put(1, "type", string(Simple))
		e.Put(1, "model", r["model"])
		e.Put(1, "agg", strings.ToLower(r["agg"]))
		e.Put(1, "expr", r["expr"])
		e.Put(1, "agg_time_dimension", r["time"])
		e.Put(1, "filter", r["filter"])
	case r["model"] != "" && r["expr"] != "":
		e.List("dimensions", []string{r["model"] + "." + r["expr"]})
	case r["model"] != "" && r["filter"] != "":
		e.Open(0, "filters")
		e.lines = append(e.lines, "  - model: "+quoted(r["model"]), "    where: "+quoted(r["filter"]))
	default:
		return errors.New("nothing says what it means in the data: fill in model and agg (a figure), numerator and denominator (a ratio), " +
			"model and expr (a column) or model and filter (rows)")
	}
	return nil
}
