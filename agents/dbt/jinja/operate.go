package jinja

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
func sortedSet(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }

func (m *machine) unary(x *expr) any {
	v := m.eval(x.kids[0])
	if _, ok := v.(unknown); ok {
		return v
	}
	if x.name == "not" {
		return !truth(v)
	}
	sign := int64(1)
	if x.name == "-" {
		sign = -1
	}
	switch v := v.(type) {
	case int64:
		return sign * v
	case float64:
		return float64(sign) * v
	}
	return unknown{x.line, "the sign does not apply"}
}

func (m *machine) binary(x *expr) any {
	a := m.eval(x.kids[0])
	if x.name == "and" || x.name == "or" {
		return m.logic(x, a)
	}
	b := m.eval(x.kids[1])
	for _, v := range []any{a, b} {
		if u, ok := v.(unknown); ok {
			return u
		}
	}
	switch x.name {
	case "==":
		return same(a, b)
	case "!=":
		return !same(a, b)
	case "<", ">", "<=", ">=":
		return compare(x, a, b)
	case "in", "not in":
		found, ok := contains(b, a)
		if !ok {
			return unknown{x.line, "membership is only known to dbt"}
		}
		return found == (x.name == "in")
	case "~":
		return m.bounded(x, text(a)+text(b))
	}
	return m.bounded(x, arithmetic(x, a, b))
}

// bounded refuses values that grew beyond what a model can need, as by doubling in a loop.
func (m *machine) bounded(x *expr, v any) any {
	size := 0
	switch v := v.(type) {
	case string:
		size = len(v)
	case *list:
		size = len(v.items)
	}
	if size > maxValueSize {
		return unknown{x.line, "the value is too large"}
	}
	return v
}

// logic is Python's and/or with a third truth value: a known operand that decides wins over an unknown one.
func (m *machine) logic(x *expr, a any) any {
	decides := func(v any) bool { return truth(v) == (x.name == "or") }
	ua, unknownA := a.(unknown)
	if !unknownA && decides(a) {
		return a
	}
	b := m.eval(x.kids[1])
	if _, ok := b.(unknown); !ok && decides(b) {
		return b
	}
	if unknownA {
		return ua
	}
	return b
}

func same(a, b any) bool {
	if x, ok := asFloat(a); ok {
		if y, ok := asFloat(b); ok {
			return x == y
		}
	}
	switch a := a.(type) {
	case *list:
		b, ok := b.(*list)
		return ok && slices.EqualFunc(a.items, b.items, shallowSame)
	case string, bool, nil:
		return a == b
	}
	return false
}

// shallowSame compares items of a list; lists inside lists compare by identity, which bounds the work.
func shallowSame(a, b any) bool {
	if la, ok := a.(*list); ok {
		lb, ok := b.(*list)
		return ok && la == lb
	}
	return same(a, b)
}

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func compare(x *expr, a, b any) any {
	var c int
	fa, oka := asFloat(a)
	fb, okb := asFloat(b)
	sa, okc := a.(string)
	sb, okd := b.(string)
	switch {
	case oka && okb:
		c = cmpFloat(fa, fb)
	case okc && okd:
		c = strings.Compare(sa, sb)
	default:
		return unknown{x.line, "the comparison is only known to dbt"}
	}
	switch x.name {
	case "<":
		return c < 0
	case ">":
		return c > 0
	case "<=":
		return c <= 0
	}
	return c >= 0
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func contains(box, v any) (found, ok bool) {
	switch box := box.(type) {
	case *list:
		for _, item := range box.items {
			if _, un := item.(unknown); un {
				return false, false
			}
			if same(item, v) {
				return true, true
			}
		}
		return false, true
	case *dict:
		if !hashable(v) {
			return false, false
		}
		_, found = box.vals[v]
		return found, true
	case string:
		s, isText := v.(string)
		return isText && strings.Contains(box, s), isText
	}
	return false, false
}

func arithmetic(x *expr, a, b any) any {
	if s, ok := a.(string); ok && x.name == "+" {
		if t, ok := b.(string); ok {
			return s + t
		}
	}
	if l, ok := a.(*list); ok && x.name == "+" {
		if r, ok := b.(*list); ok {
			return &list{items: slices.Concat(l.items, r.items)}
		}
	}
	ia, oka := a.(int64)
	ib, okb := b.(int64)
	if oka && okb {
		switch x.name {
		case "+":
			return ia + ib
		case "-":
			return ia - ib
		case "*":
			return ia * ib
		case "//", "%":
			if ib > 0 { // Python floors; for a negative divisor nobody needs it
				q := ia / ib
				if ia%ib < 0 {
					q--
				}
				if x.name == "//" {
					return q
				}
				return ia - q*ib
			}
		}
	}
	fa, oka := asFloat(a)
	fb, okb := asFloat(b)
	if oka && okb {
		switch {
		case x.name == "+":
			return fa + fb
		case x.name == "-":
			return fa - fb
		case x.name == "*":
			return fa * fb
		case x.name == "/" && fb != 0:
			return fa / fb
		case x.name == "**":
			return math.Pow(fa, fb)
		}
	}
	return unknown{x.line, fmt.Sprintf("the operator %s is not evaluated here", x.name)}
}

func (m *machine) test(x *expr) any {
	v := m.eval(x.kids[0])
	_, un := v.(unknown)
	if un {
		return v
	}
	switch x.name {
	case "none":
		return v == nil
	case "defined":
		return true
	case "string":
		_, ok := v.(string)
		return ok
	case "number":
		_, ok := asFloat(v)
		return ok
	case "mapping":
		_, ok := v.(*dict)
		return ok
	case "true", "false":
		return v == (x.name == "true")
	}
	return unknown{x.line, "the test \"is " + x.name + "\" is not evaluated here"}
}
