package dialect

import (
	"slices"
	"strings"
	"testing"

	"firstmile/planner/plan"
)

func TestReservedWordsAreSorted(t *testing.T) {
	if !slices.IsSorted(reservedWords) {
		t.Error("the binary search needs a sorted list")
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct{ adapter, name, want string }{
		{"duckdb", "region", "region"},
		{"duckdb", "order", `"order"`},
		{"duckdb", "at", `"at"`},
		{"postgres", "Region", `"Region"`},
		{"postgres", "a b", `"a b"`},
		{"postgres", `x"y`, `"x""y"`},
		{"postgres", "2nd", `"2nd"`},
		{"snowflake", "REGION", "region"},
		{"snowflake", "order", `"ORDER"`},
		{"snowflake", "Region", `"Region"`},
		{"bigquery", "order", "`order`"},
		{"bigquery", "", "``"},
	} {
		d, err := For(c.adapter)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.name(c.name); got != c.want {
			t.Errorf("%s: %q is written %s, want %s", c.adapter, c.name, got, c.want)
		}
	}
}

func TestUnknownAdapter(t *testing.T) {
	for _, adapter := range []string{"", "sqlserver"} {
		_, err := For(adapter)
		if f := plan.AsFailure(err); f.Class != plan.Refused || f.Code != "unknown_adapter" || strings.Contains(f.Message, `""`) {
			t.Errorf("%q: %v", adapter, err)
		}
	}
}
