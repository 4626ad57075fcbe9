package forge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Owners are the rules of a CODEOWNERS file, in the file's order.
type Owners []ownerRule

type ownerRule struct {
	pattern string
	owners  []string
}

// ReadOwners reads the CODEOWNERS file of a repository's folder from the places where GitHub looks, in its
// order. A repository without one has no owners.
func ReadOwners(root string) (Owners, error) {
	for _, name := range []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"} {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		return ParseOwners(string(data)), nil
	}
	return nil, nil
}

// ParseOwners reads the text of a CODEOWNERS file: a pattern and its owners on each line, # for comments, a
// backslash before a space or # that belongs to the pattern. Like GitHub, it skips lines that it cannot
// use: patterns with ! or [ ].
func ParseOwners(text string) Owners {
	var out Owners
	for _, line := range strings.Split(text, "\n") {
		fields := ownerFields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "!") || strings.ContainsAny(fields[0], "[]") {
			continue
		}
		out = append(out, ownerRule{fields[0], fields[1:]})
	}
	return out
}

// ownerFields splits a line at unescaped spaces and ends it at an unescaped #.
func ownerFields(line string) []string {
	var fields []string
	var field strings.Builder
	flush := func() {
		if field.Len() > 0 {
			fields = append(fields, field.String())
			field.Reset()
		}
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line) && strings.IndexByte(" #\\", line[i+1]) >= 0:
			i++
			field.WriteByte(line[i])
		case c == '#':
			i = len(line)
		case c == ' ' || c == '\t' || c == '\r':
			flush()
		default:
			field.WriteByte(c)
		}
	}
	flush()
	return fields
}

// For returns who owns the paths: logins, and teams as "org/team", each once, in the order found. For one
// path the last matching rule counts, also when it names nobody. E-mail addresses are left out: GitHub takes
// review requests for logins and teams only.
func (o Owners) For(paths []string) []string {
	var out []string
	for _, p := range paths {
		for _, rule := range slices.Backward(o) {
			if !rule.matches(p) {
				continue
			}
			for _, owner := range rule.owners {
				name, isLogin := strings.CutPrefix(owner, "@")
				if isLogin && name != "" && !slices.Contains(out, name) {
					out = append(out, name)
				}
			}
			break
		}
	}
	return out
}

// matches applies gitignore's rules: a pattern with a slash before its end counts from the root, any other
// matches in every folder; one that names a folder matches everything in it. GitHub adds that a pattern
// ending in /* matches no deeper files.
func (r ownerRule) matches(name string) bool {
	pattern, folder := strings.CutSuffix(r.pattern, "/")
	rooted := strings.Contains(pattern, "/")
	want := strings.Split(strings.TrimPrefix(pattern, "/"), "/")
	if !rooted {
		want = append([]string{"**"}, want...)
	}
	if pattern == "" {
		return false
	}
	have := strings.Split(name, "/")
	exact := rooted && want[len(want)-1] == "*"
	if !folder && matchParts(want, have) {
		return true
	}
	for n := 1; n < len(have) && !exact; n++ {
		if matchParts(want, have[:n]) {
			return true
		}
	}
	return false
}

// matchParts matches the parts of a path; ** stands for any number of them. It keeps the set of pattern
// positions that are possible after each part, so no pattern takes more than len(want)*len(have) steps.
func matchParts(want, have []string) bool {
	state := make([]bool, len(want)+1)
	state[0] = true
	skip := func(s []bool) {
		for i, w := range want {
			if s[i] && w == "**" {
				s[i+1] = true
			}
		}
	}
	skip(state)
	for _, part := range have {
		next := make([]bool, len(want)+1)
		for i, w := range want {
			if !state[i] {
				continue
			}
			if w == "**" {
				next[i] = true
				continue
			}
			if ok, err := path.Match(w, part); err == nil && ok {
				next[i+1] = true
			}
		}
		skip(next)
		state = next
	}
	return state[len(want)]
}
