package glossary

import (
	"fmt"
	"sort"
	"strings"
)

// Problem is something wrong in a glossary file.
type Problem struct {
	Path    string
	Line    int    // 0 when it concerns the whole file
	Term    string // id of the term, where it is known
	Message string
	// Minor is true for a problem that changes no figure: the term can be used all the same.
	Minor bool
}

// Error is "path:line: term x: message".
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Path)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Term != "" {
		b.WriteString("term " + p.Term + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems are the problems of one or more files, by path and line. As an error it has one line each.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted returns the problems by path and line, the same one only once.
func (ps Problems) sorted() Problems {
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].Path != ps[j].Path {
			return ps[i].Path < ps[j].Path
		}
		return ps[i].Line < ps[j].Line
	})
	var out Problems
	for i, p := range ps {
		if i == 0 || p != ps[i-1] {
			out = append(out, p)
		}
	}
	return out
}

// err is the problems as an error, nil when there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
