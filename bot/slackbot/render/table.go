package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"firstmile/planner/plan"
)

// preview shows rows of the result: as a table where Slack has room for one, else as text.
func preview(p *page, d *plan.Proposal) {
	v := d.Preview
	if v == nil || len(v.Columns) == 0 {
		return
	}
	p.text("*Preview* " + p.item(previewNote(v), maxLine))
	if len(v.Rows) == 0 {
		return
	}
	if len(v.Columns) <= maxColumns {
		if table, chars := tableBlock(v, d.Spec); chars <= p.left && p.add(chars, table) {
			return
		}
	}
	block, cut := fence(textTable(v, d.Spec), maxSQL/2)
	p.cut = p.cut || cut || len(v.Columns) > maxColumns
	p.section(block)
}

func previewNote(v *plan.Preview) string {
	n := min(len(v.Rows), shownRows)
	total := max(v.RowCount, len(v.Rows))
	switch {
	case total == 0:
		return "The result has no rows."
	case n == 1 && total == 1:
		return "(the only row)"
	case n == total && !v.Truncated:
		return fmt.Sprintf("(all %d rows)", n)
	case v.RowCount == 0 && v.Truncated:
		return fmt.Sprintf("(the first %d rows)", n)
	}
	return fmt.Sprintf("(%d of %d rows)", n, total)
}

// tableBlock is the preview as a table block with its number of characters.
func tableBlock(v *plan.Preview, spec *plan.Spec) (*slack.TableBlock, int) {
	chars := 0
	cell := func(s string) slack.TableCell {
		s, _ = clip(line(s), maxCell)
		if s == "" {
			s = " "
		}
		chars += count(s)
		return slack.NewTableRawTextCell(s)
	}
	t := slack.NewTableBlock("")
	var head []slack.TableCell
	for i, c := range v.Columns {
		head = append(head, cell(c))
		align := slack.ColumnAlignmentLeft
		if numeric(v, i) {
			align = slack.ColumnAlignmentRight
		}
		t.ColumnSettings = append(t.ColumnSettings, slack.ColumnSetting{Align: align})
	}
	t.AddRow(head...)
	for _, row := range v.Rows[:min(len(v.Rows), shownRows, maxRows-1)] {
		var cells []slack.TableCell
		for i, c := range v.Columns {
			cells = append(cells, cell(Value(at(row, i), formatOf(spec, c))))
		}
		t.AddRow(cells...)
	}
	return t, chars
}

// textTable is the preview as aligned text, as many columns as are readable.
func textTable(v *plan.Preview, spec *plan.Spec) string {
	const most = 8
	cols := min(len(v.Columns), most)
	lines := make([][]string, 0, shownRows+1)
	widths := make([]int, cols)
	put := func(cells []string) {
		for i, c := range cells {
			widths[i] = max(widths[i], count(c))
		}
		lines = append(lines, cells)
	}
	cell := func(s string) string { s, _ = clip(line(s), maxCell/3); return s }
	head := make([]string, cols)
	for i := range head {
		head[i] = cell(v.Columns[i])
	}
	put(head)
	for _, row := range v.Rows[:min(len(v.Rows), shownRows)] {
		cells := make([]string, cols)
		for i := range cells {
			cells[i] = cell(Value(at(row, i), formatOf(spec, v.Columns[i])))
		}
		put(cells)
	}
	var b strings.Builder
	for _, cells := range lines {
		for i, c := range cells {
			b.WriteString(c + strings.Repeat(" ", widths[i]-count(c)+2))
		}
		b.WriteString("\n")
	}
	if more := len(v.Columns) - cols; more > 0 {
		fmt.Fprintf(&b, "… and %d more columns", more)
	}
	return b.String()
}

func at(row []any, i int) any {
	if i < len(row) {
		return row[i]
	}
	return nil
}

func numeric(v *plan.Preview, col int) bool {
	seen := false
	for _, row := range v.Rows {
		if x := at(row, col); x != nil {
			if _, ok := number(x); !ok {
				return false
			}
			seen = true
		}
	}
	return seen
}

// number reads a value of a preview as a number.
func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, !math.IsNaN(x) && !math.IsInf(x, 0)
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	}
	return 0, false
}

// formatOf is how a column of the result is read: the format of the measure of that name.
func formatOf(spec *plan.Spec, column string) plan.Format {
	if spec != nil {
		for _, m := range spec.Measures {
			if m.Name == column {
				return m.Format
			}
		}
	}
	return ""
}

// Value is a value of a result as people read it: a rate as a percentage, NULL as a dash.
func Value(v any, f plan.Format) string {
	if x, ok := number(v); ok {
		switch f {
		case plan.Rate:
			return strconv.FormatFloat(x*100, 'f', 1, 64) + "%"
		case plan.Currency:
			return grouped(strconv.FormatFloat(x, 'f', 2, 64))
		}
		return decimal(x)
	}
	switch x := v.(type) {
	case nil:
		return "–"
	case string:
		return x
	}
	return fmt.Sprint(v)
}

// decimal is a number as short as it stays exact enough: whole numbers in full, others with two digits after the point,
// small ones with four significant digits.
func decimal(x float64) string {
	switch {
	case math.Abs(x) >= 1e15:
		return strconv.FormatFloat(x, 'g', 6, 64)
	case x == math.Trunc(x):
		return strconv.FormatFloat(x, 'f', -1, 64)
	case math.Abs(x) >= 1:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// grouped puts commas between thousands.
func grouped(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return sign + whole + "." + rest
}
