package githubapi

import (
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/utils/diff"
	"github.com/sergi/go-diff/diffmatchpatch"
)

// hunk replaces the lines [from, to) of a base text.
type hunk struct {
	from, to int
	lines    []string
}

// hunks lists the differences between a base text and another, in order, unchanged lines between any two.
func hunks(base, other string) []hunk {
	var out []hunk
	at, open := 0, false
	for _, d := range diff.Do(base, other) {
		lines := strings.SplitAfter(d.Text, "\n")
		if lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		if d.Type == diffmatchpatch.DiffEqual {
			at, open = at+len(lines), false
			continue
		}
		if !open {
			out, open = append(out, hunk{from: at, to: at}), true
		}
		h := &out[len(out)-1]
		if d.Type == diffmatchpatch.DiffDelete {
			at += len(lines)
			h.to = at
		} else {
			h.lines = append(h.lines, lines...)
		}
	}
	return out
}

// mergeLines applies the changes of both sides to a base text. ok is false when they touch: as in git,
// changes conflict unless an unchanged line lies between them or they are the same.
func mergeLines(base, ours, theirs string) (merged string, ok bool) {
	a, b := hunks(base, ours), hunks(base, theirs)
	lines := strings.SplitAfter(base, "\n")
	var out strings.Builder
	at := 0
	apply := func(h hunk) {
		for _, line := range slices.Concat(lines[at:h.from], h.lines) {
			out.WriteString(line)
		}
		at = h.to
	}
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || (len(a) > 0 && a[0].to < b[0].from):
			apply(a[0])
			a = a[1:]
		case len(a) == 0 || b[0].to < a[0].from:
			apply(b[0])
			b = b[1:]
		case a[0].from == b[0].from && a[0].to == b[0].to && slices.Equal(a[0].lines, b[0].lines):
			apply(a[0])
			a, b = a[1:], b[1:]
		default:
			return "", false
		}
	}
	for _, line := range lines[at:] {
		out.WriteString(line)
	}
	return out.String(), true
}
