package plan

import (
	"bytes"
	"strings"
)

// diffContext is how many unchanged lines are shown around a change.
const diffContext = 2

// maxDiff bounds the lines between the first and the last difference that are compared one by one.
const maxDiff = 2000

// Diff is what changes between two texts, line by line: "+ " and "- " before lines that come and go, two blanks before some
// lines around them, "…" where others are left out. It is for people; what is published are the bytes of a File.
func Diff(before, after []byte) string {
	a, b := diffLines(before), diffLines(after)
	lines := diff(a, b)
	shown := make([]bool, len(lines))
	for i, l := range lines {
		if l[0] == ' ' {
			continue
		}
		for j := max(0, i-diffContext); j < min(len(lines), i+diffContext+1); j++ {
			shown[j] = true
		}
	}
	var out strings.Builder
	for i, l := range lines {
		switch {
		case shown[i]:
			out.WriteString(strings.TrimRight(l, " ") + "\n")
		case i == 0 || shown[i-1]:
			out.WriteString("…\n")
		}
	}
	return out.String()
}

func diffLines(text []byte) []string {
	var out []string
	for line := range bytes.Lines(text) {
		out = append(out, string(bytes.TrimRight(line, "\r\n")))
	}
	return out
}

// diff marks the lines of both texts, by their longest common subsequence.
func diff(a, b []string) []string {
	var head, tail []string
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, "  "+a[0])
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append([]string{"  " + a[len(a)-1]}, tail...)
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) > maxDiff || len(b) > maxDiff {
		return append(append(head, replaced(a, b)...), tail...)
	}
	common := make([][]int, len(a)+1) // common[i][j]: longest common subsequence of a[i:] and b[j:]
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	middle := head
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			middle = append(middle, "  "+a[i])
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			middle = append(middle, "- "+a[i])
			i++
		default:
			middle = append(middle, "+ "+b[j])
			j++
		}
	}
	return append(append(middle, replaced(a[i:], b[j:])...), tail...)
}

func replaced(a, b []string) []string {
	var out []string
	for _, l := range a {
		out = append(out, "- "+l)
	}
	for _, l := range b {
		out = append(out, "+ "+l)
	}
	return out
}
