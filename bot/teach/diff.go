package teach

import (
	"bytes"
	"strings"
)

// around is how many lines are shown before and after what is new.
const around = 2

// diff shows the lines that differ, with some around them. The files differ in one stretch or a few near each other, so that what they share
// at both ends is all that has to be found.
func diff(name string, old, now []byte) string {
	a, b := lines(old), lines(now)
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	end := 0
	for end < len(a)-from && end < len(b)-from && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	out := []string{"--- " + name, "+++ " + name}
	put := func(mark string, ls []string) {
		for _, l := range ls {
			out = append(out, strings.TrimRight(mark+l, " \r"))
		}
	}
	put("  ", a[max(0, from-around):from])
	put("- ", a[from:len(a)-end])
	put("+ ", b[from:len(b)-end])
	put("  ", a[len(a)-end:min(len(a), len(a)-end+around)])
	return strings.Join(out, "\n") + "\n"
}

func lines(b []byte) []string {
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}
