package documenter

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"firstmile/planner/plan"
)

// checks counts and lists what ran on these bytes: what did not pass first, the rest in the usual order. A check that is in
// several reports counts with its last result.
func checks(brief plan.Brief) string {
	digest := brief.Change.Digest()
	found := map[string]plan.Check{}
	for _, r := range brief.Reports {
		if r.Digest != digest {
			continue
		}
		for _, c := range r.Checks {
			found[c.Name] = c
		}
	}
	var all []plan.Check
	add := func(c plan.Check) {
		all = append(all, c)
		delete(found, c.Name)
	}
	for _, name := range plan.CheckNames() {
		if c, ok := found[name]; ok {
			add(c)
		}
	}
	for _, r := range brief.Reports {
		for _, c := range r.Checks {
			if last, ok := found[c.Name]; ok {
				add(last)
			}
		}
	}
	if len(all) == 0 {
		return "None has run on these bytes.\n"
	}
	return checkTable(all)
}

func checkTable(all []plan.Check) string {
	var rows [][]string
	var counts []string
	for _, s := range []plan.CheckStatus{plan.Failed, plan.NotRun, plan.Passed} {
		n := len(rows)
		for _, c := range all {
			if c.Status == s {
				rows = append(rows, []string{code(c.Name), status(s), Text(c.Detail)})
			}
		}
		if n = len(rows) - n; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(string(s), "_", " ")))
		}
	}
	var b strings.Builder
	b.WriteString(capital(list(counts)) + ".\n\n")
	table(&b, []string{"Check", "Result", "Detail"}, rows)
	return b.String()
}

func status(s plan.CheckStatus) string {
	switch s {
	case plan.Passed:
		return "✅ passed"
	case plan.Failed:
		return "❌ failed"
	}
	return "➖ not run"
}

// Bounds of the preview.
const (
	maxPreviewRows    = 10
	maxPreviewColumns = 8
	maxPreviewCell    = 60 // runes
)

// preview is the last report's look at the rows.
func preview(brief plan.Brief) string {
	digest := brief.Change.Digest()
	var p *plan.Preview
	for _, r := range brief.Reports {
		if r.Digest == digest && r.Preview != nil {
			p = r.Preview
		}
	}
	if p == nil || len(p.Rows) == 0 || len(p.Columns) == 0 {
		return ""
	}
	columns := min(len(p.Columns), maxPreviewColumns)
	var head []string
	for _, c := range p.Columns[:columns] {
		head = append(head, code(c))
	}
	var rows [][]string
	for _, r := range p.Rows[:min(len(p.Rows), maxPreviewRows)] {
		cells := make([]string, columns)
		for i := range cells {
			if i < len(r) {
				cells[i] = Text(oneLine(value(r[i]), maxPreviewCell))
			}
		}
		rows = append(rows, cells)
	}
	var b strings.Builder
	table(&b, head, rows)
	if note := cut(p, len(rows), columns); note != "" {
		b.WriteString("\n" + note + "\n")
	}
	return b.String()
}

func cut(p *plan.Preview, rows, columns int) string {
	total := max(p.RowCount, len(p.Rows))
	var parts []string
	switch {
	case p.RowCount > 0 && total > rows:
		parts = append(parts, fmt.Sprintf("%d of %d rows", rows, total))
	case p.Truncated || total > rows:
		parts = append(parts, fmt.Sprintf("the first %d rows", rows))
	}
	if columns < len(p.Columns) {
		parts = append(parts, fmt.Sprintf("%d of %d columns", columns, len(p.Columns)))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Shown: " + strings.Join(parts, ", ") + "."
}

// value writes a cell the same way every time: numbers with at most four decimals, no thousands separators.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "–"
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.FormatFloat(v, 'f', 0, 64)
		}
		return strings.TrimRight(strconv.FormatFloat(v, 'f', 4, 64), "0")
	case bool:
		return strconv.FormatBool(v)
	case string:
		return strings.TrimSuffix(v, "T00:00:00")
	}
	return fmt.Sprint(v)
}

// tests lists the tests of the entry with the reason for each.
func tests(p plan.Properties) string {
	var rows [][]string
	add := func(where string, list []plan.Test) {
		for _, t := range list {
			rows = append(rows, []string{where, code(testName(t)), Text(t.Evidence)})
		}
	}
	add("the model", p.Tests)
	for _, c := range p.Columns {
		add(code(c.Name), c.Tests)
	}
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	table(&b, []string{"On", "Test", "Because"}, rows)
	return b.String()
}

// testName is the test with its arguments: relationships(to: ref('dim_customers'), field: customer_id).
func testName(t plan.Test) string {
	var args []string
	for _, a := range t.Arguments {
		args = append(args, fmt.Sprintf("%s: %v", a.Name, a.Value))
	}
	if len(args) == 0 {
		return t.Name
	}
	return t.Name + "(" + strings.Join(args, ", ") + ")"
}
