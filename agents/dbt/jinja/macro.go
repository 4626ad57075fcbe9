package jinja

import (
	"fmt"
	"slices"
	"strings"
)

// Macro is a macro that a project defines.
type Macro struct {
	Name string
	def  *stmt
}

// Macros lists the macros that a template defines at its top level.
func (t *Template) Macros() []Macro {
	var out []Macro
	for _, s := range t.root {
		if s.kind == macroStmt && s.word == "macro" {
			out = append(out, Macro{s.name, s})
		}
	}
	return out
}

// maxCalls bounds how deeply macros call each other.
const maxCalls = 50

// callMacro runs a macro of the project. It sees its arguments only, not the template's own names.
func (m *machine) callMacro(x *expr, macro Macro, pos []any, named map[string]any) any {
	if m.depth == 0 {
		m.outer = x.line
	}
	scopes, seg := m.scopes, m.seg
	m.scopes = []map[string]any{{}}
	v := m.callLocal(macro.def, pos, named)
	m.scopes, m.seg = scopes, seg
	if e, ok := m.err.(*SyntaxError); ok && m.depth == 0 {
		m.err = &SyntaxError{Line: x.line, Text: seg.text, Msg: fmt.Sprintf("in the macro %s, %v", macro.Name, e)}
	}
	return v
}

// callLocal runs a macro and returns its text, or what it returns by return().
func (m *machine) callLocal(def *stmt, pos []any, named map[string]any) any {
	if m.depth++; m.depth > maxCalls {
		m.depth--
		return unknown{def.seg.line, "macros call each other too deeply"}
	}
	out, scopes, result := m.out, m.scopes, m.result
	m.out, m.result = &strings.Builder{}, nil
	m.scopes = []map[string]any{scopes[0], {}}
	for i, p := range def.params {
		v, given := named[p.name]
		switch {
		case i < len(pos):
			v = pos[i]
		case !given && p.val != nil:
			v = m.eval(p.val)
		}
		m.scopes[1][p.name] = v
	}
	m.run(def.body)
	var v any = m.out.String()
	if m.result != nil {
		v = m.result.value
	}
	m.out, m.scopes, m.result, m.depth = out, scopes, result, m.depth-1
	return v
}

// returned is the value of a return() that ended a macro.
type returned struct{ value any }

func (m *machine) returns(x *expr, pos []any) any {
	var v any
	if len(pos) > 0 {
		v = pos[0]
	}
	if m.depth == 0 {
		return v
	}
	if m.guessing > 0 { // nobody knows whether this return is reached
		v = unknown{x.line, "what the macro returns depends on a condition that only dbt can evaluate"}
	}
	m.result = &returned{v}
	return ""
}

// dispatched finds the macro that adapter.dispatch('name') stands for: the adapter's own, else the default one.
func (m *machine) dispatched(fn *expr) (Macro, bool) {
	if fn.kind != callExpr || len(fn.kids) < 2 || fn.kids[0].kind != attrExpr || fn.kids[0].name != "dispatch" {
		return Macro{}, false
	}
	base := fn.kids[0].kids[0]
	name, ok := fn.kids[1].val.(string)
	adapter, known := m.r.Target("type")
	if base.kind != nameExpr || base.name != "adapter" || !ok || !known {
		return Macro{}, false
	}
	for _, prefix := range []string{text(fromGo(adapter)), "default"} {
		if macro, ok := m.r.Macro(prefix + "__" + name); ok {
			return macro, true
		}
	}
	return Macro{}, false
}

// line is where an expression stands in the template itself, also when a macro is being run.
func (m *machine) line(x *expr) int {
	if m.depth > 0 && m.outer > 0 {
		return m.outer
	}
	return x.line
}

// Eval returns the value of a configuration text: of its one expression when it is nothing else ("{{ var('x') }}" may be a
// bool), otherwise the rendered text. ok is false when only dbt can tell.
func Eval(src string, r Resolver) (v any, ok bool) {
	t := Parse(strings.TrimSpace(src))
	if t.err != nil {
		return nil, false
	}
	if len(t.root) == 1 && t.root[0].kind == outputStmt {
		m := newMachine(r, true)
		m.seg = t.root[0].seg
		v := m.eval(t.root[0].x)
		if m.err != nil || isUnknown(v) {
			return nil, false
		}
		p := plain(v, src)
		_, deferred := p.(Deferred)
		return p, !deferred
	}
	s, err := t.Render(r)
	return s, err == nil
}

// CallMacro runs a macro that the template defines with these arguments: strings, numbers, bools or nil; others are
// unknown to it. ok is false when the result is only known to dbt or there is no such macro.
func (t *Template) CallMacro(name string, r Resolver, args map[string]any) (text string, ok bool) {
	macros := t.Macros()
	i := slices.IndexFunc(macros, func(c Macro) bool { return c.Name == name })
	if t.err != nil || i < 0 {
		return "", false
	}
	def := macros[i].def
	m := newMachine(r, true)
	for _, c := range macros {
		m.scopes[0][c.Name] = &localMacro{c.def}
	}
	named := map[string]any{}
	for _, p := range def.params {
		v, given := args[p.name]
		switch {
		case given:
			named[p.name] = fromGo(v)
		case p.val == nil:
			named[p.name] = unknown{def.seg.line, p.name + " is only known to dbt"}
		}
	}
	out, isText := m.callLocal(def, nil, named).(string)
	return out, isText && m.err == nil
}
