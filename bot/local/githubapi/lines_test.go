package githubapi

import "testing"

func TestMergeLines(t *testing.T) {
	base := "a\nb\nc\nd\ne\n"
	for name, tc := range map[string]struct {
		ours, theirs, want string
		ok                 bool
	}{
		"apart":          {"A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n", true},
		"both insert":    {"x\na\nb\nc\nd\ne\n", "a\nb\nc\ny\nd\ne\n", "x\na\nb\nc\ny\nd\ne\n", true},
		"same":           {"a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n", true},
		"same and other": {"a\nB\nc\nd\ne\n", "a\nB\nc\nd\nE\n", "a\nB\nc\nd\nE\n", true},
		"clash":          {"a\nB\nc\nd\ne\n", "a\nX\nc\nd\ne\n", "", false},
		"neighbours":     {"a\nB\nc\nd\ne\n", "a\nb\nC\nd\ne\n", "", false},
		"both at end":    {base + "x\n", base + "y\n", "", false},
		"delete, edit":   {"a\nd\ne\n", "a\nb\nC\nd\ne\n", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := mergeLines(base, tc.ours, tc.theirs); got != tc.want || ok != tc.ok {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
}

// FuzzMergeLines: a side that changed nothing gives the other side's text, and the order of the sides does not matter.
func FuzzMergeLines(f *testing.F) {
	f.Add("a\nb\nc\n", "a\nB\nc\n", "a\nb\nc\nd")
	f.Add("", "x", "y\n")
	f.Add("a", "a\n", "a\na")
	f.Fuzz(func(t *testing.T, base, x, y string) {
		if got, ok := mergeLines(base, x, base); !ok || got != x {
			t.Errorf("only ours changed: %q, %v", got, ok)
		}
		if got, ok := mergeLines(base, base, y); !ok || got != y {
			t.Errorf("only theirs changed: %q, %v", got, ok)
		}
		one, ok1 := mergeLines(base, x, y)
		two, ok2 := mergeLines(base, y, x)
		if one != two || ok1 != ok2 {
			t.Errorf("%q %v and %q %v", one, ok1, two, ok2)
		}
	})
}
