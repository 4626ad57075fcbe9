package jinja

import (
	"strings"
)

// method evaluates a call on something: obj.name(args).
func (m *machine) method(x, fn *expr) any {
	pos, named := m.args(x)
	base := fn.kids[0]
	if base.kind == nameExpr {
		if _, ok := m.lookup(base.name); !ok {
			if macro, ok := m.r.Macro(base.name + "." + fn.name); ok {
				return m.callMacro(x, macro, pos, named)
			}
			m.macros[base.name+"."+fn.name] = true
			return unknown{x.line, base.name + "." + fn.name + "() can only be evaluated by dbt"}
		}
	}
	no := unknown{x.line, "the method " + fn.name + "() is not evaluated here"}
	switch v := m.eval(base).(type) {
	case unknown:
		return v
	case *list:
		return listMethod(v, fn.name, pos, no)
	case *dict:
		return dictMethod(v, fn.name, pos, no)
	case string:
		return stringMethod(v, fn.name, pos, no)
	}
	return no
}

func listMethod(l *list, name string, pos []any, no unknown) any {
	switch {
	case name == "append" && len(pos) == 1:
		l.items = append(l.items, pos[0])
		return nil
	case name == "extend" && len(pos) == 1:
		if more, ok := iterate(pos[0]); ok {
			l.items = append(l.items, more...)
			return nil
		}
	}
	return no
}

func dictMethod(d *dict, name string, pos []any, no unknown) any {
	out := &list{}
	switch name {
	case "items":
		for _, k := range d.keys {
			out.items = append(out.items, &list{items: []any{k, d.vals[k]}})
		}
		return out
	case "keys":
		out.items = append(out.items, d.keys...)
		return out
	case "values":
		for _, k := range d.keys {
			out.items = append(out.items, d.vals[k])
		}
		return out
	case "get":
		if len(pos) == 0 || !hashable(pos[0]) {
			return no
		}
		if v, ok := d.vals[pos[0]]; ok {
			return v
		}
		if len(pos) > 1 {
			return pos[1]
		}
		return nil
	}
	return no
}

func stringMethod(s, name string, pos []any, no unknown) any {
	args := make([]string, len(pos))
	for i, v := range pos {
		t, ok := v.(string)
		if !ok && name != "join" {
			return no
		}
		args[i] = t
	}
	switch {
	case name == "upper" && len(args) == 0:
		return strings.ToUpper(s)
	case name == "lower" && len(args) == 0:
		return strings.ToLower(s)
	case name == "strip" && len(args) == 0:
		return strings.TrimSpace(s)
	case name == "replace" && len(args) == 2:
		return strings.ReplaceAll(s, args[0], args[1])
	case name == "startswith" && len(args) == 1:
		return strings.HasPrefix(s, args[0])
	case name == "endswith" && len(args) == 1:
		return strings.HasSuffix(s, args[0])
	case name == "join" && len(pos) == 1:
		return join(pos[0], s, no)
	case name == "split" && len(args) == 1 && args[0] != "":
		l := &list{}
		for _, part := range strings.Split(s, args[0]) {
			l.items = append(l.items, part)
		}
		return l
	}
	return no
}

func join(v any, sep string, no unknown) any {
	items, ok := iterate(v)
	if !ok {
		return no
	}
	parts := make([]string, len(items))
	for i, item := range items {
		if u, ok := item.(unknown); ok {
			return u
		}
		parts[i] = text(item)
	}
	return strings.Join(parts, sep)
}

// filter evaluates the filters that models use on literals.
func (m *machine) filter(x *expr) any {
	v := m.eval(x.kids[0])
	pos, _ := m.args(x)
	no := unknown{x.line, "the filter " + x.name + " is not evaluated here"}
	if _, ok := v.(unknown); ok {
		return v
	}
	switch x.name {
	case "upper", "lower":
		return stringMethod(text(v), x.name, nil, no)
	case "trim":
		return strings.TrimSpace(text(v))
	case "string", "safe":
		return text(v)
	case "as_bool", "as_native", "as_number", "as_text":
		return v
	case "replace":
		return stringMethod(text(v), "replace", pos, no)
	case "join":
		sep := ""
		if len(pos) > 0 {
			sep = text(pos[0])
		}
		return join(v, sep, no)
	case "list", "unique":
		return listFilter(x.name, v, no)
	case "length", "count":
		if items, ok := iterate(v); ok {
			return int64(len(items))
		}
	case "first", "last":
		if items, ok := iterate(v); ok && len(items) > 0 {
			if x.name == "first" {
				return items[0]
			}
			return items[len(items)-1]
		}
	case "default", "d":
		return v
	}
	return no
}

func listFilter(name string, v any, no unknown) any {
	items, ok := iterate(v)
	if !ok {
		return no
	}
	out := &list{}
	for _, item := range items {
		if name == "unique" {
			if found, ok := contains(out, item); !ok || found {
				continue
			}
		}
		out.items = append(out.items, item)
	}
	return out
}
