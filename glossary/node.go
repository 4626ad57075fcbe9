package glossary

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// mapping reads a mapping, key by key. It reports whether the node was one.
func (d *decoder) mapping(n *yaml.Node, what string, f fields) bool {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s must be a mapping with keys (%s)", what, strings.Join(f.keys(), ", "))
		return false
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read, ok := f[key.Value]
		switch {
		case !ok:
			d.fail(key, "unknown key %q in %s%s", key.Value, what, suggest(key.Value, f.keys()))
		case slices.Contains(seen, key.Value):
			d.fail(key, "the key %q stands twice in %s", key.Value, what)
		case resolve(value).Tag != "!!null":
			read(value)
		}
		seen = append(seen, key.Value)
	}
	return true
}

func (d *decoder) sequence(n *yaml.Node, what string) []*yaml.Node {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "%s must be a list", what)
		return nil
	}
	return n.Content
}

func (d *decoder) text(to *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		n = resolve(n)
		if n.Kind != yaml.ScalarNode {
			d.fail(n, "expected text")
			return
		}
		*to = strings.TrimSpace(n.Value)
	}
}

// texts reads a list of texts; one text stands for a list of one.
func (d *decoder) texts(to *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		items := []*yaml.Node{n}
		if resolve(n).Kind == yaml.SequenceNode {
			items = resolve(n).Content
		}
		for _, item := range items {
			var s string
			if d.text(&s)(item); s != "" {
				*to = append(*to, s)
			}
		}
	}
}

func (d *decoder) fraction(to *float64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		f, err := strconv.ParseFloat(resolve(n).Value, 64)
		if err != nil || !(f > 0 && f < 1) {
			d.fail(n, "expected a number between 0 and 1")
			return
		}
		*to = f
	}
}

func oneOf[T ~string](d *decoder, to *T, allowed ...T) func(*yaml.Node) {
	return func(n *yaml.Node) {
		v := T(resolve(n).Value)
		if !slices.Contains(allowed, v) {
			names := make([]string, len(allowed))
			for i, a := range allowed {
				names[i] = string(a)
			}
			d.fail(n, "%q is none of %s%s", v, strings.Join(names, ", "), suggest(string(v), names))
			return
		}
		*to = v
	}
}

func (d *decoder) fail(n *yaml.Node, format string, args ...any) {
	d.problems = append(d.problems, Problem{Path: d.path, Line: n.Line, Term: d.term, Message: fmt.Sprintf(format, args...)})
}

// resolve follows an alias (*name) to its node. Chains are bounded, so that a hostile file cannot loop.
func resolve(n *yaml.Node) *yaml.Node {
	for i := 0; n.Kind == yaml.AliasNode && n.Alias != nil && i < maxDepth; i++ {
		n = n.Alias
	}
	return n
}

// scalarAt is the text under a key, before the mapping is read for good.
func scalarAt(n *yaml.Node, key string) string {
	n = resolve(n)
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return resolve(n.Content[i+1]).Value
		}
	}
	return ""
}

func isIdentifier(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && s[0] != '_'
}

// suggest is `; did you mean "x"?`, or nothing when no candidate is near.
func suggest(word string, candidates []string) string {
	if near := Nearest(word, candidates, 1); len(near) > 0 {
		return fmt.Sprintf("; did you mean %q?", near[0])
	}
	return ""
}
