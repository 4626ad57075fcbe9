package dbt

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// yamlError is a broken YAML file: where and why.
type yamlError struct {
	line int
	msg  string
}

func (e *yamlError) Error() string {
	if e.line > 0 {
		return fmt.Sprintf("line %d: %s", e.line, e.msg)
	}
	return e.msg
}

// parseYAML returns the root mapping of a file; nil for an empty file.
func parseYAML(b []byte) (root *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil { // yaml.v3 is known to panic on some malformed documents
			err = &yamlError{msg: fmt.Sprint("the YAML cannot be read: ", r)}
		}
	}()
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, located(b, err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root = deref(doc.Content[0])
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, &yamlError{root.Line, "the file must be a mapping of keys"}
	}
	return root, nil
}

// located gives yaml.v3's message ("yaml: line 3: …") the line at fault. The one in the message is that of the construct around it,
// often far above; the first line with which the file stops being readable says more.
func located(b []byte, err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		_, msg, _ = strings.Cut(rest, ": ")
	}
	ends := []int{}
	for i, c := range b {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	ends = append(ends, len(b))
	line := sort.Search(len(ends)-1, func(k int) bool {
		var n yaml.Node
		return yaml.Unmarshal(b[:ends[k]], &n) != nil
	})
	return &yamlError{line + 1, msg}
}

func yamlProblem(path string, err error) Problem {
	var ye *yamlError
	if errors.As(err, &ye) {
		return Problem{path, ye.line, "the YAML cannot be read: " + ye.msg}
	}
	return Problem{Path: path, Reason: err.Error()}
}

func deref(n *yaml.Node) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.AliasNode && i < 100; i++ {
		n = n.Alias
	}
	return n
}

// get returns the value of key in a mapping, looking into merged (<<) mappings last; nil when there is none.
func get(n *yaml.Node, key string) *yaml.Node { return getDeep(n, key, 0) }

func getDeep(n *yaml.Node, key string, depth int) *yaml.Node {
	if n = deref(n); n == nil || n.Kind != yaml.MappingNode || depth > 20 {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return deref(n.Content[i+1])
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag != "!!merge" {
			continue
		}
		m := deref(n.Content[i+1])
		if m.Kind == yaml.SequenceNode {
			for _, x := range m.Content {
				if v := getDeep(x, key, depth+1); v != nil {
					return v
				}
			}
		} else if v := getDeep(m, key, depth+1); v != nil {
			return v
		}
	}
	return nil
}

// str is the text of a scalar value; empty for null and for anything that is not a scalar.
func str(n *yaml.Node, key string) string {
	v := get(n, key)
	if v == nil || v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
		return ""
	}
	return v.Value
}

// items lists the entries of a sequence; a single scalar or mapping counts as one entry.
func items(n *yaml.Node) []*yaml.Node {
	n = deref(n)
	switch {
	case n == nil, n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		return nil
	case n.Kind == yaml.SequenceNode:
		out := make([]*yaml.Node, 0, len(n.Content))
		for _, x := range n.Content {
			out = append(out, deref(x))
		}
		return out
	}
	return []*yaml.Node{n}
}

// maxNodes bounds how much one entry may expand to, against aliases that multiply.
const maxNodes = 20_000

// value turns a node into Go values: string, int, float64, bool, nil, []any, map[string]any.
func value(n *yaml.Node) any {
	left := maxNodes
	return valueN(n, &left, 0)
}

func valueN(n *yaml.Node, left *int, depth int) any {
	n = deref(n)
	if *left--; n == nil || *left < 0 || depth > 50 {
		return nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		out := make([]any, 0, len(n.Content))
		for _, x := range n.Content {
			out = append(out, valueN(x, left, depth+1))
		}
		return out
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag == "!!merge" {
				merge(out, valueN(n.Content[i+1], left, depth+1))
			}
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag != "!!merge" {
				out[n.Content[i].Value] = valueN(n.Content[i+1], left, depth+1)
			}
		}
		return out
	case yaml.ScalarNode:
		return scalar(n)
	}
	return nil
}

func merge(into map[string]any, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			into[k] = x
		}
	case []any:
		for _, x := range slices.Backward(v) { // earlier mappings win
			merge(into, x)
		}
	}
}

func scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true") || strings.EqualFold(n.Value, "yes") || strings.EqualFold(n.Value, "on")
	case "!!int":
		if i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 64); err == nil {
			return int(i)
		}
	case "!!float":
		if f, err := strconv.ParseFloat(strings.ReplaceAll(n.Value, "_", ""), 64); err == nil {
			return f
		}
	}
	return n.Value
}

// mapping is value for a mapping; an absent one is nil.
func mapping(n *yaml.Node) map[string]any {
	m, _ := value(n).(map[string]any)
	return m
}

// texts is a list of texts from a text or a list.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case []string:
		return v
	case []any:
		var out []string
		for _, x := range v {
			switch x := x.(type) {
			case nil, []any, map[string]any:
			case string:
				out = append(out, x)
			default:
				out = append(out, fmt.Sprint(x))
			}
		}
		return out
	}
	return nil
}
