package dbt

import "testing"

// TestSeedRows reads rows as dbt does: short ones are filled up, a long one ends the seed.
func TestSeedRows(t *testing.T) {
	for _, c := range []struct {
		csv  string
		rows int64
		line int // of the problem, 0 when there is none
	}{
		{"a,b\n1,2\n3,4\n", 2, 0},
		{"a,b\n1\n\"x\ny\",4\n", 2, 0},
		{"a,b\n1,2\n3,4,5\n6,7\n", -1, 3},
		{"a,b\n1,\"2\n", -1, 2},
		{"", -1, 1},
		{"\xef\xbb\xbfa\n\n1\n", 1, 0},
	} {
		s := parseSeed([]byte(c.csv), ',')
		line := 0
		if len(s.problems) > 0 {
			line = s.problems[0].Line
		}
		if s.rows != c.rows || line != c.line {
			t.Errorf("%q: %d rows, problems %v", c.csv, s.rows, s.problems)
		}
	}
}
