package jinja

import (
	"fmt"
)

// eval returns the value of an expression; what only dbt can tell is unknown. Parts of an unknown expression are
// evaluated too, so that every ref in them is seen.
func (m *machine) eval(x *expr) any {
	if m.steps++; m.steps > maxSteps {
		m.fail(x.line, "the template does too much to be rendered here")
		return unknown{x.line, "too much"}
	}
	switch x.kind {
	case literalExpr:
		return x.val
	case nameExpr:
		return m.name(x)
	case listExpr, tupleExpr:
		l := &list{}
		for _, k := range x.kids {
			l.items = append(l.items, m.eval(k))
		}
		return l
	case dictExpr:
		return m.dict(x)
	case unaryExpr:
		return m.unary(x)
	case binaryExpr:
		return m.binary(x)
	case condExpr:
		return m.cond(x)
	case attrExpr:
		return m.attr(x)
	case indexExpr:
		return m.index(x)
	case callExpr:
		return m.call(x)
	case filterExpr:
		return m.filter(x)
	case testExpr:
		return m.test(x)
	}
	return unknown{x.line, "this expression is not evaluated here"}
}

func (m *machine) lookup(name string) (any, bool) {
	for i := len(m.scopes) - 1; i >= 0; i-- {
		if v, ok := m.scopes[i][name]; ok {
			return v, true
		}
	}
	return nil, false
}

func (m *machine) name(x *expr) any {
	if v, ok := m.lookup(x.name); ok {
		return v
	}
	if x.name == "this" {
		sql, err := m.r.This()
		if err != nil {
			return unknown{x.line, err.Error()}
		}
		return sql
	}
	if x.name == "execute" && m.parsing {
		return false
	}
	return unknown{x.line, fmt.Sprintf("%s is only known to dbt", x.name)}
}

func (m *machine) dict(x *expr) any {
	d := newDict()
	for i := 0; i+1 < len(x.kids); i += 2 {
		k := m.eval(x.kids[i])
		v := m.eval(x.kids[i+1])
		if !hashable(k) {
			return unknown{x.line, "a key of the mapping is only known to dbt"}
		}
		d.set(k, v)
	}
	return d
}

func (m *machine) cond(x *expr) any {
	c := m.eval(x.kids[1])
	if u, ok := c.(unknown); ok {
		m.eval(x.kids[0])
		m.eval(x.kids[2])
		return u
	}
	if truth(c) {
		return m.eval(x.kids[0])
	}
	return m.eval(x.kids[2])
}

func (m *machine) attr(x *expr) any {
	base := x.kids[0]
	if base.kind == nameExpr && base.name == "target" {
		if v, ok := m.r.Target(x.name); ok {
			return fromGo(v)
		}
		return unknown{x.line, "target." + x.name + " is only known to dbt"}
	}
	if base.kind == nameExpr && base.name == "this" {
		return unknown{x.line, "this." + x.name + " is only known to dbt"}
	}
	switch v := m.eval(base).(type) {
	case *dict:
		if item, ok := v.vals[x.name]; ok {
			return item
		}
	case unknown:
		return v
	}
	return unknown{x.line, fmt.Sprintf("the attribute %s is only known to dbt", x.name)}
}

func (m *machine) index(x *expr) any {
	base := m.eval(x.kids[0])
	if len(x.kids) != 2 || x.kids[1].kind == sliceExpr {
		for _, k := range x.kids[1:] {
			m.eval(k)
		}
		return unknown{x.line, "slices are not evaluated here"}
	}
	key := m.eval(x.kids[1])
	switch v := base.(type) {
	case *dict:
		if hashable(key) {
			if item, ok := v.vals[key]; ok {
				return item
			}
		}
	case *list:
		if i, ok := key.(int64); ok {
			if i < 0 {
				i += int64(len(v.items))
			}
			if i >= 0 && i < int64(len(v.items)) {
				return v.items[i]
			}
		}
	}
	return unknown{x.line, "the index is not evaluated here"}
}

// args evaluates the positional and keyword arguments of a call.
func (m *machine) args(x *expr) ([]any, map[string]any) {
	var pos []any
	for _, k := range x.kids[1:] {
		pos = append(pos, m.eval(k))
	}
	if len(x.keys) == 0 {
		return pos, nil
	}
	named := map[string]any{}
	for _, k := range x.keys {
		named[k.name] = m.eval(k.val)
	}
	return pos, named
}

// call evaluates dbt's own functions, a macro of the template itself, or a method of a list, mapping or string.
func (m *machine) call(x *expr) any {
	fn := x.kids[0]
	if fn.kind == attrExpr {
		return m.method(x, fn)
	}
	pos, named := m.args(x)
	if fn.kind != nameExpr {
		if macro, ok := m.dispatched(fn); ok {
			return m.callMacro(x, macro, pos, named)
		}
		m.eval(fn)
		return unknown{x.line, "this call can only be made by dbt"}
	}
	if v, ok := m.lookup(fn.name); ok {
		if lm, ok := v.(*localMacro); ok {
			return m.callLocal(lm.def, pos, named)
		}
	}
	switch fn.name {
	case "ref":
		return m.ref(x, pos, named)
	case "source":
		return m.source(x, pos)
	case "config":
		return m.config(x, named)
	case "var":
		return m.variable(x, pos, named)
	case "is_incremental":
		return false
	case "range":
		return m.rangeCall(x, pos)
	case "namespace", "dict":
		d := newDict()
		for _, k := range x.keys {
			d.set(k.name, named[k.name])
		}
		return d
	case "log", "print":
		return ""
	case "return":
		return m.returns(x, pos)
	}
	if macro, ok := m.r.Macro(fn.name); ok {
		return m.callMacro(x, macro, pos, named)
	}
	m.macros[fn.name] = true
	return unknown{x.line, fn.name + "() can only be evaluated by dbt"}
}
