package jinja

import (
	"fmt"
	"strconv"
	"strings"
)

// Values of expressions are string, int64, float64, bool, nil, *list, *dict, *localMacro and these:

// unknown is a value that cannot be told without running dbt.
type unknown struct {
	line int
	why  string
}

// list is a Jinja list or tuple. It is shared by reference, as in Python, so that append works.
type list struct{ items []any }

// dict is a Jinja mapping or namespace in insertion order.
type dict struct {
	keys []any
	vals map[any]any
}

func newDict() *dict { return &dict{vals: map[any]any{}} }

// hashable says whether a value can be a dict key here.
func hashable(v any) bool {
	switch v.(type) {
	case string, int64, float64, bool, nil:
		return true
	}
	return false
}

func (d *dict) set(k, v any) {
	if _, ok := d.vals[k]; !ok {
		d.keys = append(d.keys, k)
	}
	d.vals[k] = v
}

// localMacro is a macro defined in the template itself.
type localMacro struct{ def *stmt }

// Deferred is the text of a config argument that only dbt can evaluate, such as env_var('X').
type Deferred string

func isUnknown(v any) bool {
	switch v := v.(type) {
	case unknown:
		return true
	case *list:
		for _, x := range v.items {
			if _, ok := x.(unknown); ok {
				return true
			}
		}
	}
	return false
}

// truth is Python's truth value.
func truth(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int64:
		return v != 0
	case float64:
		return v != 0
	case *list:
		return len(v.items) > 0
	case *dict:
		return len(v.keys) > 0
	}
	return true
}

// text is what {{ v }} writes.
func text(v any) string {
	var b strings.Builder
	writeText(&b, v, 0)
	return b.String()
}

// maxValueDepth and maxValueSize bound what is written of a value: a template can build lists that hold themselves.
const (
	maxValueDepth = 20
	maxValueSize  = 1 << 20
)

func writeText(b *strings.Builder, v any, depth int) {
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case string:
		b.WriteString(v)
	case bool:
		if v {
			b.WriteString("True")
		} else {
			b.WriteString("False")
		}
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") {
			s += ".0"
		}
		b.WriteString(s)
	case *list:
		b.WriteByte('[')
		for i, x := range v.items {
			if i > 0 {
				b.WriteString(", ")
			}
			writeRepr(b, x, depth+1)
		}
		b.WriteByte(']')
	case *dict:
		b.WriteByte('{')
		for i, k := range v.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			writeRepr(b, k, depth+1)
			b.WriteString(": ")
			writeRepr(b, v.vals[k], depth+1)
		}
		b.WriteByte('}')
	}
}

func writeRepr(b *strings.Builder, v any, depth int) {
	if depth > maxValueDepth || b.Len() > maxValueSize {
		b.WriteString("...")
		return
	}
	if s, ok := v.(string); ok {
		b.WriteString("'" + strings.ReplaceAll(s, "'", `\'`) + "'")
		return
	}
	writeText(b, v, depth)
}

// plain turns a value into Go's own types for callers: lists into []any, dicts into map[string]any, what is unknown
// into Deferred.
func plain(v any, src string) any {
	left := 10_000
	return plainN(v, src, 0, &left)
}

func plainN(v any, src string, depth int, left *int) any {
	if *left--; *left < 0 || depth > maxValueDepth {
		return Deferred(src)
	}
	switch v := v.(type) {
	case unknown, *localMacro:
		return Deferred(src)
	case *list:
		out := make([]any, len(v.items))
		for i, x := range v.items {
			out[i] = plainN(x, src, depth+1, left)
		}
		return out
	case *dict:
		out := map[string]any{}
		for _, k := range v.keys {
			out[text(k)] = plainN(v.vals[k], src, depth+1, left)
		}
		return out
	}
	return v
}

// fromGo turns a variable's value as YAML gives it into a template value.
func fromGo(v any) any {
	switch v := v.(type) {
	case int:
		return int64(v)
	case []any:
		l := &list{}
		for _, x := range v {
			l.items = append(l.items, fromGo(x))
		}
		return l
	case map[string]any:
		d := newDict()
		for _, k := range sortedKeys(v) {
			d.set(k, fromGo(v[k]))
		}
		return d
	case string, bool, int64, float64, nil:
		return v
	}
	return fmt.Sprint(v)
}
