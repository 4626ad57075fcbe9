package interpreter

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstmile/agents/interpreter/compose"
	"firstmile/planner/plan"
)

// comparison of the rows of a Spec with those of a model. The first keys columns of both are period and dimensions.
type comparison struct {
	spec plan.Spec
	keys int
}

// onEdges reports whether a window begins and ends with a period of the axis, so that the rows of a table by periods can tell
// what is in it.
func onEdges(w plan.Window, axis *plan.TimeAxis) bool {
	if axis == nil {
		return false
	}
	for _, edge := range []string{w.From, w.To} {
		if edge == "" {
			continue
		}
		d, err := time.Parse(time.DateOnly, edge)
		if err != nil || !d.Equal(compose.StartOf(d, axis.Grain, axis.WeekStart)) {
			return false
		}
	}
	return true
}

// same reports whether a column of one table has the same values as a column of the other in the same rows, as multisets; numbers
// agree within 1e-6, relative to their size. The period that has not ended, which the Spec leaves out, is forgiven.
func (c comparison) same(want plan.Preview, wantColumn int, have plan.Preview, haveColumn int) bool {
	if len(want.Columns) <= wantColumn || len(have.Columns) <= haveColumn {
		return false
	}
	last := ""
	if c.spec.Time != nil && c.spec.Time.Complete {
		for _, r := range want.Rows {
			last = max(last, cell(r[0]))
		}
	}
	a, b := c.lines(want, wantColumn, ""), c.lines(have, haveColumn, last)
	if len(a) != len(b) || len(a) == 0 {
		return false
	}
	for i := range a {
		if a[i].key != b[i].key || !sameNumber(a[i].value, b[i].value) {
			return false
		}
	}
	return true
}

type line struct {
	key   string
	value any
}

// lines are the rows as key and value, sorted; rows after the last period are left out.
func (c comparison) lines(p plan.Preview, column int, last string) []line {
	var out []line
	for _, r := range p.Rows {
		if last != "" && cell(r[0]) > last {
			continue
		}
		out = append(out, line{c.key(r), r[column]})
	}
	slices.SortFunc(out, func(a, b line) int {
		if a.key != b.key {
			return strings.Compare(a.key, b.key)
		}
		x, _ := number(a.value)
		y, _ := number(b.value)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return out
}

// key is the group of a row as text.
func (c comparison) key(row []any) string {
	var key []string
	for i, v := range row[:c.keys] {
		key = append(key, c.group(v, i))
	}
	return strings.Join(key, "\x00")
}

// group writes a key value; an empty one is the Spec's bucket for rows without a value.
func (c comparison) group(v any, column int) string {
	if c.spec.Time != nil {
		column--
	}
	text := cell(v)
	if text == "" && column >= 0 && column < len(c.spec.Dimensions) {
		return c.spec.Dimensions[column].NullAs
	}
	return text
}

// cell writes a value so that a date and the first instant of that day are the same.
func cell(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case time.Time:
		return x.Format(time.DateOnly)
	case float64:
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	text := fmt.Sprint(v)
	if len(text) > 10 {
		if _, err := time.Parse(time.DateOnly, text[:10]); err == nil {
			return text[:10]
		}
	}
	return text
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case nil:
		return math.Inf(-1), false
	case float64:
		return x, true
	}
	f, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	return f, err == nil
}

func sameNumber(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	x, ok := number(a)
	y, ok2 := number(b)
	if !ok || !ok2 {
		return cell(a) == cell(b)
	}
	return math.Abs(x-y) <= 1e-6*math.Max(1, math.Max(math.Abs(x), math.Abs(y)))
}
