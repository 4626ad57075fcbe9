package yamledit

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// appendTo appends an entry to the list under key of the mapping n, whose own list has its dashes at indentation dash
// (-1: n is the root). value is what the entry must parse to.
func (f *file) appendTo(n *yaml.Node, dash int, key string, blank bool, write func(*writer), value any) ([]byte, error) {
	if n != nil && n.Kind == yaml.AliasNode {
		return nil, &Error{n.Line, "the entry is the alias *" + n.Value + ", which other places share"}
	}
	if n != nil && n.Style&yaml.FlowStyle != 0 {
		return nil, &Error{n.Line, "the entry is written in flow style ({…}); write it in block style first"}
	}
	k, list := lookup(n, key)
	w := &writer{style: f.style, nl: f.nl}
	var from int // the line (0-based) from which the end of the list or mapping is looked for
	var parent int
	switch {
	case k == nil:
		if n == nil || len(n.Content) == 0 {
			return f.wholeFile(key, write, value)
		}
		if n.Content[0].Line < n.Line {
			return nil, &Error{n.Line, "the entry's layout is not understood"}
		}
		w.indent = n.Content[0].Column - 1
		if blank = dash < 0; blank && f.endsBlank() {
			blank = false
		}
		w.key(key)
		w.nest()
		from, parent = n.Content[0].Line-1, dash
		if dash < 0 {
			from = len(f.lines) - 1 // a new top-level key goes to the very end
		}
	case list.Kind == yaml.AliasNode, list.Kind == yaml.ScalarNode && list.Tag != "!!null", list.Kind == yaml.MappingNode:
		return nil, &Error{list.Line, key + ": is not a list"}
	case list.Style&yaml.FlowStyle != 0:
		return nil, &Error{list.Line, key + ": is written in flow style ([…]); write it with a line for each entry first"}
	case list.Kind == yaml.ScalarNode || len(list.Content) == 0:
		if list.Value != "" {
			return nil, &Error{list.Line, key + ": holds " + list.Value + " instead of a list"}
		}
		w.indent, blank = k.Column-1, false
		w.nest()
		from, parent = k.Line-1, k.Column-1
	default:
		w.indent = list.Column - 1
		last := list.Content[len(list.Content)-1]
		from, parent = last.Line-1, list.Column-1
		w.keyOffset = offset(list)
	}
	w.item(write)
	return f.insert(from, parent, blank, w, func(v any) bool { return applied(v, f, n, key, value) })
}

// offset is the distance from dash to key of a list's entries, "- name" being 2.
func offset(list *yaml.Node) int {
	for _, x := range list.Content {
		if x.Kind == yaml.MappingNode && len(x.Content) > 0 && x.Content[0].Line == x.Line {
			if d := x.Content[0].Column - list.Column; d >= 2 && d <= 8 {
				return d
			}
		}
	}
	return 2
}

func (f *file) endsBlank() bool {
	return len(f.lines) > 0 && strings.TrimSpace(f.lines[len(f.lines)-1]) == ""
}

// wholeFile writes the list into a file that has no content yet but, perhaps, comments.
func (f *file) wholeFile(key string, write func(*writer), value any) ([]byte, error) {
	w := &writer{style: f.style, nl: f.nl}
	w.key(key)
	w.nest()
	w.item(write)
	out := f.spliced(len(f.lines), w.lines)
	if got, err := decode(out); err != nil || !reflect.DeepEqual(got, map[string]any{key: []any{value}}) {
		return nil, &Error{1, "the file cannot be extended without changing what is there"}
	}
	return out, nil
}

// insert puts the written lines behind the block that starts at line from and whose content is indented deeper than parent. The first
// place at which the result parses to exactly the intended change is taken.
func (f *file) insert(from, parent int, blank bool, w *writer, good func(any) bool) ([]byte, error) {
	end := f.blockEnd(from, parent)
	places := []int{end}
	if after := f.blanksAfter(end); after != end {
		places = append(places, after) // a block scalar may own the blank lines behind it
	}
	variants := [][]string{w.lines}
	if blank {
		variants = [][]string{append([]string{""}, w.lines...), w.lines}
	}
	for _, lines := range variants {
		for _, at := range places {
			out := f.spliced(at, lines)
			if v, err := decode(out); err == nil && good(v) {
				return out, nil
			}
		}
	}
	return nil, &Error{end, "nothing can be inserted behind this line without changing the meaning of the rest; an anchor or unusual layout is in the way"}
}

// blockEnd is the number of lines up to and including the last one of the block.
func (f *file) blockEnd(from, parent int) int {
	end := from + 1
	for i := from + 1; i < len(f.lines); i++ {
		line := strings.TrimRight(f.lines[i], " \t\r\n")
		if line == "" {
			continue
		}
		if len(line)-len(strings.TrimLeft(line, " ")) <= parent {
			break
		}
		end = i + 1
	}
	return end
}

func (f *file) blanksAfter(end int) int {
	for end < len(f.lines) && strings.TrimSpace(f.lines[end]) == "" {
		end++
	}
	return end
}

// spliced inserts whole lines after the first n lines of the file. Behind a last line without line end, they bring one for it.
func (f *file) spliced(n int, lines []string) []byte {
	head := strings.Join(f.lines[:n], "")
	text := strings.Join(lines, f.nl) + f.nl
	if n == len(f.lines) && head != "" && !strings.HasSuffix(head, "\n") {
		text = f.nl + text
	}
	return []byte(head + text + strings.Join(f.lines[n:], ""))
}

// applied says whether v is the file's content with value appended to the list under key of the mapping n. A last line without line
// end may have got one by the insertion, which a block scalar there then ends with.
func applied(v any, f *file, n *yaml.Node, key string, value any) bool {
	for _, src := range [][]byte{f.src, append(bytes.Clone(f.src), f.nl...)} {
		want, err := decode(src)
		if err != nil {
			return false
		}
		target := mirror(f.root, want, n)
		if target == nil {
			return false
		}
		list, _ := target[key].([]any)
		target[key] = append(list[:len(list):len(list)], value)
		if reflect.DeepEqual(v, want) {
			return true
		}
		if bytes.HasSuffix(f.src, []byte("\n")) {
			break
		}
	}
	return false
}

// mirror finds the decoded mapping that belongs to a node.
func mirror(at *yaml.Node, v any, want *yaml.Node) map[string]any {
	if at == want {
		m, _ := v.(map[string]any)
		return m
	}
	switch at.Kind {
	case yaml.MappingNode:
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		for i := 0; i+1 < len(at.Content); i += 2 {
			if found := mirror(at.Content[i+1], m[at.Content[i].Value], want); found != nil {
				return found
			}
		}
	case yaml.SequenceNode:
		l, ok := v.([]any)
		if !ok || len(l) != len(at.Content) {
			return nil
		}
		for i, x := range at.Content {
			if found := mirror(x, l[i], want); found != nil {
				return found
			}
		}
	}
	return nil
}

// decode reads YAML into Go values.
func decode(b []byte) (v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("decoding YAML: %v", r)
		}
	}()
	err = yaml.Unmarshal(b, &v)
	return v, err
}
