package jinja

import (
	"fmt"
	"strings"
)

// The functions that dbt adds to Jinja and that can be evaluated without it.

func (m *machine) ref(x *expr, pos []any, named map[string]any) any {
	r := Ref{Line: m.line(x)}
	var ok bool
	switch len(pos) {
	case 1:
		r.Name, ok = pos[0].(string)
	case 2:
		var ok2 bool
		r.Package, ok = pos[0].(string)
		r.Name, ok2 = pos[1].(string)
		ok = ok && ok2
	}
	for _, key := range []string{"v", "version"} {
		if v, given := named[key]; given {
			r.Version = text(v)
		}
	}
	if !ok {
		return unknown{x.line, "ref() needs one or two names"}
	}
	m.uses.Refs = append(m.uses.Refs, r)
	sql, err := m.r.Ref(r.Package, r.Name, r.Version)
	if err != nil {
		return unknown{x.line, err.Error()}
	}
	return sql
}

func (m *machine) source(x *expr, pos []any) any {
	s := SourceRef{Line: m.line(x)}
	var ok, ok2 bool
	if len(pos) == 2 {
		s.Source, ok = pos[0].(string)
		s.Table, ok2 = pos[1].(string)
	}
	if !ok || !ok2 {
		return unknown{x.line, "source() needs two names"}
	}
	m.uses.Sources = append(m.uses.Sources, s)
	sql, err := m.r.Source(s.Source, s.Table)
	if err != nil {
		return unknown{x.line, err.Error()}
	}
	return sql
}

func (m *machine) config(x *expr, named map[string]any) any {
	c := ConfigCall{Line: m.line(x), Values: map[string]any{}}
	src := ""
	if m.seg != nil {
		src = m.seg.text
	}
	for k, v := range named {
		c.Values[k] = plain(v, src)
	}
	if len(x.kids) == 2 { // config({...})
		if d, ok := plain(m.eval(x.kids[1]), src).(map[string]any); ok {
			for k, v := range d {
				c.Values[k] = v
			}
		}
	}
	m.uses.Configs = append(m.uses.Configs, c)
	return ""
}

func (m *machine) variable(x *expr, pos []any, named map[string]any) any {
	if len(pos) == 0 {
		return unknown{x.line, "var() needs a name"}
	}
	name, ok := pos[0].(string)
	if !ok {
		return unknown{x.line, "the name of the variable is only known to dbt"}
	}
	if v, ok := m.r.Var(name); ok {
		if text, ok := v.(string); ok && (strings.Contains(text, "{{") || strings.Contains(text, "{%")) {
			return m.rendered(x, name, text)
		}
		return fromGo(v)
	}
	if len(pos) > 1 {
		return pos[1]
	}
	if v, ok := named["default"]; ok {
		return v
	}
	return unknown{x.line, fmt.Sprintf("the variable %q has no value in dbt_project.yml and no default here", name)}
}

// maxVars bounds how deeply variables hold each other.
const maxVars = 10

// rendered is the value of a variable that holds Jinja of its own, such as "{{ source('crm', 'people') }}", which dbt renders where the
// variable is read.
func (m *machine) rendered(x *expr, name, src string) any {
	t := Parse(src)
	if m.vars >= maxVars || t.err != nil {
		return unknown{x.line, fmt.Sprintf("the variable %q cannot be rendered", name)}
	}
	inner := newMachine(m.r, m.strict)
	inner.vars, inner.parsing, inner.steps = m.vars+1, m.parsing, m.steps
	inner.depth, inner.outer = max(m.depth, 1), m.line(x) // what it refers to is read on the line at hand
	inner.run(t.root)
	m.steps = inner.steps
	m.uses.Refs = append(m.uses.Refs, inner.uses.Refs...)
	m.uses.Sources = append(m.uses.Sources, inner.uses.Sources...)
	for name := range inner.macros {
		m.macros[name] = true
	}
	out := inner.out.String()
	if inner.err != nil || strings.Contains(out, Opaque) || strings.Contains(out, OpaqueBlock) {
		return unknown{x.line, fmt.Sprintf("the variable %q holds what only dbt can evaluate", name)}
	}
	return out
}

func (m *machine) rangeCall(x *expr, pos []any) any {
	from, step := int64(0), int64(1)
	var to int64
	nums := make([]int64, len(pos))
	for i, v := range pos {
		n, ok := v.(int64)
		if !ok {
			return unknown{x.line, "the range is only known to dbt"}
		}
		nums[i] = n
	}
	switch len(nums) {
	case 1:
		to = nums[0]
	case 2:
		from, to = nums[0], nums[1]
	case 3:
		from, to, step = nums[0], nums[1], nums[2]
	default:
		return unknown{x.line, "range() needs one to three numbers"}
	}
	l := &list{}
	for i := from; step > 0 && i < to || step < 0 && i > to; i += step {
		if len(l.items) >= 10_000 {
			return unknown{x.line, "the range is too long"}
		}
		l.items = append(l.items, i)
	}
	return l
}
