package eval

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"firstmile/agents/sandbox"
)

// table makes a result of columns such as "month DATE" and rows; numbers become json.Number as the sandbox gives them.
func table(columns string, rows ...[]any) *sandbox.Result {
	r := &sandbox.Result{Rows: [][]any{}}
	for _, c := range strings.Split(columns, ", ") {
		name, kind, _ := strings.Cut(c, " ")
		r.Columns = append(r.Columns, sandbox.Column{Name: name, Type: kind})
	}
	for _, row := range rows {
		var plain []any
		for _, v := range row {
			switch x := v.(type) {
			case int, float64:
				v = json.Number(fmt.Sprint(x))
			}
			plain = append(plain, v)
		}
		r.Rows = append(r.Rows, plain)
	}
	return r
}

func TestDifference(t *testing.T) {
	base := table("month DATE, n BIGINT", []any{"2026-01-01", 3}, []any{"2026-02-01", 5})
	for name, test := range map[string]struct {
		got, want *sandbox.Result
		says      string
	}{
		"the same":           {base, base, ""},
		"rows in any order":  {table("month DATE, n BIGINT", []any{"2026-02-01", 5}, []any{"2026-01-01", 3}), base, ""},
		"columns too":        {table("n BIGINT, month DATE", []any{3, "2026-01-01"}, []any{5, "2026-02-01"}), base, ""},
		"name in any case":   {table("MONTH DATE, N BIGINT", []any{"2026-01-01", 3}, []any{"2026-02-01", 5}), base, ""},
		"extra columns":      {table("id BIGINT, month DATE, n BIGINT", []any{1, "2026-01-01", 3}, []any{2, "2026-02-01", 5}), base, ""},
		"another name":       {table("period DATE, orders BIGINT", []any{"2026-01-01", 3}, []any{"2026-02-01", 5}), base, ""},
		"a day and midnight": {table("month TIMESTAMP, n BIGINT", []any{"2026-01-01T00:00:00", 3}, []any{"2026-02-01T00:00:00", 5}), base, ""},
		"nearly the same":    {table("month DATE, n DOUBLE", []any{"2026-01-01", 3.0000005}, []any{"2026-02-01", 5}), base, ""},
		"not near":           {table("month DATE, n DOUBLE", []any{"2026-01-01", 3.00001}, []any{"2026-02-01", 5}), base, `no row ["2026-01-01" 3], but ["2026-01-01" 3.00001]`},
		"a row less":         {table("month DATE, n BIGINT", []any{"2026-01-01", 3}), base, "1 rows, expected 2"},
		"a column less":      {table("n BIGINT", []any{3}, []any{5}), base, "1 columns, expected 2"},
		"another value":      {table("month DATE, n BIGINT", []any{"2026-01-01", 3}, []any{"2026-03-01", 5}), base, `0 rows such as ["2026-02-01" 5], expected 1`},
		"swapped figures":    {table("month DATE, n BIGINT", []any{"2026-01-01", 5}, []any{"2026-02-01", 3}), base, `no row ["2026-01-01" 3]`},
		"other names too":    {table("period DATE, orders BIGINT", []any{"2026-01-01", 5}, []any{"2026-02-01", 3}), base, `no row ["2026-01-01" 3]`},
		"a name with other values is no match": {table("month DATE, n BIGINT, m BIGINT", []any{"2026-01-01", 1, 3}, []any{"2026-02-01", 1, 5}), base,
			`no row ["2026-01-01" 3]`},
		"no such column":    {table("month DATE, orders BIGINT", []any{"2026-01-01", 3}, []any{"2026-02-01", 6}), base, "no column with the values of n, only month, orders"},
		"null is not empty": {table("a VARCHAR", []any{nil}), table("a VARCHAR", []any{""}), `0 rows such as [""], expected 1`},
		"null is null":      {table("a VARCHAR, n DOUBLE", []any{nil, nil}), table("a VARCHAR, n DOUBLE", []any{nil, nil}), ""},
		"null is not zero":  {table("n BIGINT", []any{0}), table("n BIGINT", []any{nil}), "0 rows such as [null], expected 1"},
		"text is no number": {table("a VARCHAR", []any{"3"}), table("a BIGINT", []any{3}), "0 rows such as [3], expected 1"},
		"true is no text":   {table("a BOOLEAN", []any{true}), table("a VARCHAR", []any{"true"}), `0 rows such as ["true"], expected 1`},
		"multisets": {table("a VARCHAR, n BIGINT", []any{"x", 1}, []any{"x", 1}, []any{"x", 2}), table("a VARCHAR, n BIGINT", []any{"x", 1}, []any{"x", 2}, []any{"x", 2}),
			`no row ["x" 2]`},
		"no rows": {table("a VARCHAR"), table("a VARCHAR"), ""},
		"one column cannot stand for two": {table("x BIGINT, y BIGINT", []any{1, 7}), table("a BIGINT, b BIGINT", []any{1, 1}),
			"two columns are expected where there is one"},
		"same values, other rows":        {table("x BIGINT, y BIGINT, z VARCHAR", []any{1, 2, "p"}, []any{2, 1, "q"}), table("a BIGINT, b BIGINT, z VARCHAR", []any{2, 1, "p"}, []any{1, 2, "q"}), ""},
		"neighbours that rounding swaps": {table("a DOUBLE, b BIGINT", []any{1.0000004, 1}, []any{1.0000002, 2}), table("a DOUBLE, b BIGINT", []any{1.0000001, 1}, []any{1.0000003, 2}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Difference(test.got, test.want); got != test.says && (test.says == "" || !strings.HasPrefix(got, test.says)) {
				t.Errorf("%q, expected %q", got, test.says)
			}
		})
	}
}

// TestDifferenceForgivesOrder: any order of rows and columns is the same table, and one changed figure is not.
func TestDifferenceForgivesOrder(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		width, height := 1+r.IntN(5), 1+r.IntN(30)
		want := &sandbox.Result{}
		for i := range width {
			want.Columns = append(want.Columns, sandbox.Column{Name: fmt.Sprintf("c%d", i), Type: "BIGINT"})
		}
		for range height {
			row := make([]any, width)
			for j := range row {
				row[j] = json.Number(fmt.Sprint(r.IntN(4)))
			}
			want.Rows = append(want.Rows, row)
		}
		columns, rows := r.Perm(width), r.Perm(height)
		got := &sandbox.Result{Columns: make([]sandbox.Column, width)}
		renamed := r.IntN(2) == 0
		for to, from := range columns {
			got.Columns[to] = want.Columns[from]
			if renamed {
				got.Columns[to].Name = fmt.Sprintf("d%d", to)
			}
		}
		for _, from := range rows {
			row := make([]any, width)
			for to, c := range columns {
				row[to] = want.Rows[from][c]
			}
			got.Rows = append(got.Rows, row)
		}
		if d := Difference(got, want); d != "" {
			t.Fatalf("seed %d: %s\n%v\n%v", seed, d, got, want)
		}
		got.Rows[r.IntN(height)][r.IntN(width)] = json.Number("9")
		if Difference(got, want) == "" {
			t.Fatalf("seed %d: a changed figure is not seen", seed)
		}
	}
}

// TestDifferenceIsFast: many equal rows and many equal columns do not take long.
func TestDifferenceIsFast(t *testing.T) {
	got, want := &sandbox.Result{}, &sandbox.Result{}
	for i := range 8 {
		got.Columns = append(got.Columns, sandbox.Column{Name: fmt.Sprintf("g%d", i), Type: "BIGINT"})
		want.Columns = append(want.Columns, sandbox.Column{Name: fmt.Sprintf("w%d", i), Type: "BIGINT"})
	}
	for i := range 3000 {
		row := make([]any, 8)
		for j := range row {
			row[j] = json.Number(fmt.Sprint((i + j) % 2))
		}
		got.Rows, want.Rows = append(got.Rows, row), append(want.Rows, row)
	}
	want.Rows[0] = []any{json.Number("1"), json.Number("1"), json.Number("0"), json.Number("1"), json.Number("0"), json.Number("1"), json.Number("0"), json.Number("0")}
	began := time.Now()
	if Difference(got, want) == "" {
		t.Error("the difference is not seen")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}
