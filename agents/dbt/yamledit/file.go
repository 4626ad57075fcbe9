package yamledit

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// file is a properties file that is being edited.
type file struct {
	src   []byte
	lines []string // with their line ends
	nl    string
	style Style
	root  *yaml.Node // the root mapping; nil for a file without content
}

// open parses a file and takes over its own style. nl is used where the file shows no line end.
func open(src []byte, style Style, nl string) (*file, error) {
	if len(src) > 8<<20 {
		return nil, &Error{Reason: "the file is larger than 8 MB"}
	}
	f := &file{src: src, nl: nl, style: style}
	f.lines = strings.SplitAfter(string(src), "\n")
	if last := len(f.lines) - 1; f.lines[last] == "" {
		f.lines = f.lines[:last]
	}
	if f.nl == "" {
		f.nl = "\n"
	}
	if len(f.lines) > 0 {
		if strings.HasSuffix(f.lines[0], "\r\n") {
			f.nl = "\r\n"
		} else if strings.HasSuffix(f.lines[0], "\n") {
			f.nl = "\n"
		}
	}
	doc, err := document(src)
	if err != nil {
		return nil, err
	}
	if doc != nil {
		if f.root, err = rootMapping(doc); err != nil {
			return nil, err
		}
	}
	f.adopt()
	return f, nil
}

// document parses the only document of a file; nil when there is none.
func document(src []byte) (doc *yaml.Node, err error) {
	defer func() {
		if recover() != nil { // yaml.v3 panics on some malformed documents
			err = &Error{Reason: "the file is not valid YAML"}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(src))
	var first, second yaml.Node
	if err := dec.Decode(&first); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, &Error{Reason: "the file is not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, &Error{second.Line, "the file holds several YAML documents"}
	}
	return &first, nil
}

func rootMapping(doc *yaml.Node) (*yaml.Node, error) {
	if len(doc.Content) == 0 {
		return nil, nil
	}
	n := doc.Content[0]
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null" && n.Value == "":
		return nil, nil
	case n.Kind != yaml.MappingNode:
		return nil, &Error{n.Line, "the file is not a mapping of keys"}
	case n.Style&yaml.FlowStyle != 0:
		return nil, &Error{n.Line, "the file is written in flow style ({…})"}
	}
	return n, nil
}

// adopt replaces parts of the style by what the file itself shows.
func (f *file) adopt() {
	if f.style.Indent <= 0 || f.style.Indent > 8 {
		f.style.Indent = 2
	}
	if f.style.TestsKey == "" {
		f.style.TestsKey = "data_tests"
	}
	for _, key := range []string{"models", "sources", "columns", "data_tests", "tests"} {
		if list, keyNode := f.findList(f.root, key, 0); list != nil {
			offset := list.Column - keyNode.Column
			f.style.FlushLists = offset == 0
			if offset > 0 {
				f.style.Indent = offset
			}
			return
		}
	}
}

// findList returns the first block list under a key of this name, anywhere.
func (f *file) findList(n *yaml.Node, key string, depth int) (list, keyNode *yaml.Node) {
	if n == nil || depth > 30 {
		return nil, nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			if k.Value == key && v.Kind == yaml.SequenceNode && v.Style&yaml.FlowStyle == 0 && len(v.Content) > 0 {
				return v, k
			}
			if list, keyNode := f.findList(v, key, depth+1); list != nil {
				return list, keyNode
			}
		}
	case yaml.SequenceNode:
		for _, x := range n.Content {
			if list, keyNode := f.findList(x, key, depth+1); list != nil {
				return list, keyNode
			}
		}
	}
	return nil, nil
}

// lookup returns the key and value nodes of a key in a mapping.
func lookup(n *yaml.Node, key string) (k, v *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// model finds a model's mapping and the indentation of its list's dashes.
func (f *file) model(name string) (*yaml.Node, int) { return f.item(f.root, "models", name) }

// item finds the entry with this name in the list under key, and the indentation of the list's dashes. The entry may be an
// alias of one that is written elsewhere.
func (f *file) item(n *yaml.Node, key, name string) (*yaml.Node, int) {
	_, list := lookup(n, key)
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil, 0
	}
	for _, x := range list.Content {
		entry := x
		if x.Kind == yaml.AliasNode {
			entry = x.Alias
		}
		if _, v := lookup(entry, "name"); v != nil && v.Value == name {
			return x, list.Column - 1
		}
	}
	return nil, 0
}

// testsKey is the key under which the mapping keeps its tests, or should.
func (f *file) testsKey(n *yaml.Node) string {
	for _, key := range []string{"data_tests", "tests"} {
		if k, _ := lookup(n, key); k != nil {
			return key
		}
	}
	return f.style.TestsKey
}

// hasTest says whether the list under key holds the test already, whichever way its arguments are written.
func (f *file) hasTest(n *yaml.Node, key string, t Test) bool {
	_, list := lookup(n, key)
	if list == nil {
		return false
	}
	old, new := f.style, f.style
	old.ArgumentsKey, new.ArgumentsKey = false, true
	for _, x := range list.Content {
		var v any
		if x.Decode(&v) == nil && (reflect.DeepEqual(v, testValue(t, old)) || reflect.DeepEqual(v, testValue(t, new))) {
			return true
		}
	}
	return false
}

// blank says whether a blank line stands between the entries of lists under key: as the file does it where it shows two
// entries, else as the style says.
func (f *file) blank(key string, style bool) bool {
	list, _ := f.findList(f.root, key, 0)
	if list == nil || len(list.Content) < 2 {
		return style
	}
	line := list.Content[1].Line - 2 // the line before the second entry
	for line >= 0 && line < len(f.lines) && strings.HasPrefix(strings.TrimSpace(f.lines[line]), "#") {
		line--
	}
	return line >= 0 && line < len(f.lines) && strings.TrimSpace(f.lines[line]) == ""
}
