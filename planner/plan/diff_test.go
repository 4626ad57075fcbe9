package plan

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	const before = "a\nb\nc\nd\ne\nf\n"
	for _, c := range []struct{ name, after, want string }{
		{"nothing", before, "…\n"},
		{"an insertion", "a\nb\nc\nx\n\nd\ne\nf\n", "…\n  b\n  c\n+ x\n+\n  d\n  e\n…\n"},
		{"a replacement at the end", "a\nb\nc\nd\ne\ng\n", "…\n  d\n  e\n- f\n+ g\n"},
		{"everything gone", "", "- a\n- b\n- c\n- d\n- e\n- f\n"},
		{"other line ends", "a\r\nb\r\nc\r\nd\r\ne\r\nf\r\n", "…\n"},
	} {
		if got := Diff([]byte(before), []byte(c.after)); got != c.want {
			t.Errorf("%s:\n%s", c.name, got)
		}
	}
}

// TestDiffIsWhole: the lines with "-" and " " are the text before, those with "+" and " " the text after.
func TestDiffIsWhole(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	text := func() []string {
		out := make([]string, r.IntN(12))
		for i := range out {
			out[i] = string(rune('a' + r.IntN(4)))
		}
		return out
	}
	for range 500 {
		a, b := text(), text()
		var before, after []string
		for _, l := range diff(a, b) {
			if l[0] != '+' {
				before = append(before, l[2:])
			}
			if l[0] != '-' {
				after = append(after, l[2:])
			}
		}
		if strings.Join(before, "|") != strings.Join(a, "|") || strings.Join(after, "|") != strings.Join(b, "|") {
			t.Fatalf("%v to %v: %v", a, b, diff(a, b))
		}
	}
}
