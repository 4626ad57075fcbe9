package eval

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"firstmile/agents/sandbox"
)

// Difference says how the rows got differ from those wanted; empty when they do not.
//
// Rows are compared as multisets over the columns of want. A column is found by its name, in any case; those that are
// not are matched by their values, so that another name is forgiven; the order of columns and extra columns are too.
// Numbers may differ by 1e-6 (or by a 1e-12 part, for sums in another order); a timestamp at midnight is its day.
func Difference(got, want *sandbox.Result) string {
	if len(got.Rows) != len(want.Rows) {
		return fmt.Sprintf("%d rows, expected %d", len(got.Rows), len(want.Rows))
	}
	if len(want.Columns) > len(got.Columns) {
		return fmt.Sprintf("%d columns, expected %d", len(got.Columns), len(want.Columns))
	}
	g, w := cellsOf(got), cellsOf(want)
	at := make([]int, len(want.Columns))
	taken := make([]bool, len(got.Columns))
	var open []int // columns of want without a namesake
	for i, c := range want.Columns {
		at[i] = slices.IndexFunc(got.Columns, func(g sandbox.Column) bool { return strings.EqualFold(g.Name, c.Name) })
		if at[i] < 0 {
			open = append(open, i)
		} else {
			taken[at[i]] = true
		}
	}
	candidates := make([][]int, len(at))
	for _, i := range open {
		for j := range got.Columns {
			if !taken[j] && mismatch(pick(g, []int{j}), pick(w, []int{i})) == "" {
				candidates[i] = append(candidates[i], j)
			}
		}
		if len(candidates[i]) == 0 {
			return fmt.Sprintf("no column with the values of %s, only %s", want.Columns[i].Name, names(got.Columns))
		}
	}
	m := matcher{got: g, want: w, at: at, candidates: candidates, tries: maxTries}
	m.assign(open, taken)
	return m.difference
}

// maxTries bounds how many ways to match columns are tried.
const maxTries = 500

// matcher looks for a way to pair the columns under which the rows are the same.
type matcher struct {
	got, want  [][]cell
	at         []int // column of got for each column of want
	candidates [][]int
	tries      int
	difference string
}

func (m *matcher) assign(open []int, taken []bool) bool {
	if len(open) == 0 {
		m.tries--
		m.difference = mismatch(pick(m.got, m.at), m.want)
		return m.difference == "" || m.tries == 0
	}
	for _, j := range m.candidates[open[0]] {
		if taken[j] {
			continue
		}
		taken[j], m.at[open[0]] = true, j
		if m.assign(open[1:], taken) {
			return true
		}
		taken[j] = false
	}
	if m.difference == "" && m.tries == maxTries {
		m.difference = "two columns are expected where there is one"
	}
	return false
}

// cell is a value ready to be compared.
type cell struct {
	text   string // everything but numbers, written so that kinds differ
	number float64
}

func (c cell) String() string {
	if c.text != "" {
		return c.text
	}
	return fmt.Sprintf("%.6g", c.number)
}

func cellsOf(r *sandbox.Result) [][]cell {
	out := make([][]cell, len(r.Rows))
	for i, row := range r.Rows {
		out[i] = make([]cell, len(row))
		for j, v := range row {
			out[i][j] = cellOf(v, r.Columns[j].Type)
		}
	}
	return out
}

func cellOf(v any, kind string) cell {
	switch x := v.(type) {
	case nil:
		return cell{text: "null"}
	case json.Number:
		if f, err := x.Float64(); err == nil {
			return cell{number: f}
		}
		return cell{text: x.String()}
	case string:
		if strings.HasPrefix(kind, "TIMESTAMP") {
			x = strings.TrimSuffix(strings.TrimSuffix(x, "Z"), "T00:00:00")
		}
		return cell{text: fmt.Sprintf("%q", x)}
	}
	return cell{text: fmt.Sprint(v)}
}

func pick(rows [][]cell, columns []int) [][]cell {
	out := make([][]cell, len(rows))
	for i, r := range rows {
		for _, j := range columns {
			out[i] = append(out[i], r[j])
		}
	}
	return out
}

// mismatch names a wanted row that is missing; empty when the multisets are the same. Rows of the same
// texts are paired; among them figures only have to be near each other.
func mismatch(got, want [][]cell) string {
	groups := map[string][][]cell{}
	for _, r := range got {
		groups[textKey(r)] = append(groups[textKey(r)], r)
	}
	wanted := map[string][][]cell{}
	for _, r := range want {
		wanted[textKey(r)] = append(wanted[textKey(r)], r)
	}
	for _, r := range want { // in order, so that the same row is named each time
		key := textKey(r)
		if len(groups[key]) != len(wanted[key]) {
			return fmt.Sprintf("%d rows such as %v, expected %d", len(groups[key]), r, len(wanted[key]))
		}
	}
	for _, r := range want {
		key := textKey(r)
		if missing := unpaired(groups[key], wanted[key]); missing != nil {
			return fmt.Sprintf("no row %v%s", missing, nearest(groups[key]))
		}
		delete(wanted, key)
		delete(groups, key)
	}
	return ""
}

func nearest(rows [][]cell) string {
	if len(rows) != 1 {
		return ""
	}
	return fmt.Sprintf(", but %v", rows[0])
}

func textKey(row []cell) string {
	var b strings.Builder
	for _, c := range row {
		b.WriteString(c.text)
		b.WriteByte(0)
	}
	return b.String()
}

// maxSwapped bounds in how many rows of the same texts swapped neighbours are looked for.
const maxSwapped = 2000

// unpaired returns a row of want that has no row of got to itself, nil when all have. Sorted rows are nearly always
// pairs already; where rounding has swapped neighbours, augmenting paths find the pairing if there is one.
func unpaired(got, want [][]cell) []cell {
	slices.SortFunc(got, byNumbers)
	slices.SortFunc(want, byNumbers)
	partner := make([]int, len(got)) // of each row of got; -1 is none
	for i := range partner {
		partner[i] = -1
	}
	for i := range want {
		if i < len(got) && near(got[i], want[i]) {
			partner[i] = i
		}
	}
	for i := range want {
		if partner[i] == i {
			continue
		}
		if len(got) > maxSwapped || !augment(got, want, partner, make([]bool, len(got)), i) {
			return want[i]
		}
	}
	return nil
}

// augment finds a partner for want[i], moving others where needed.
func augment(got, want [][]cell, partner []int, seen []bool, i int) bool {
	for j := range got {
		if seen[j] || !near(got[j], want[i]) {
			continue
		}
		seen[j] = true
		if partner[j] < 0 || augment(got, want, partner, seen, partner[j]) {
			partner[j] = i
			return true
		}
	}
	return false
}

func byNumbers(a, b []cell) int {
	for i := range a {
		if a[i].number != b[i].number {
			if a[i].number < b[i].number {
				return -1
			}
			return 1
		}
	}
	return 0
}

func near(a, b []cell) bool {
	for i := range a {
		x, y := a[i].number, b[i].number
		if math.Abs(x-y) > max(1e-6, 1e-12*max(math.Abs(x), math.Abs(y))) {
			return false
		}
	}
	return true
}

func names(columns []sandbox.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return strings.Join(out, ", ")
}
