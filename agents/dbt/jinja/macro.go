package jinja

import "strings"

// Eval returns the value of a configuration text: of its one expression when it is nothing else ("{{ var('x') }}" may be a
// bool), otherwise the rendered text. ok is false when only dbt can tell.
func Eval(src string, r Resolver) (v any, ok bool) {
	t := Parse(strings.TrimSpace(src))
	if t.err != nil {
		return nil, false
	}
	if len(t.root) == 1 && t.root[0].kind == outputStmt {
		m := newMachine(r, true)
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

// CallMacro runs a macro that the template defines with these arguments, strings, numbers, bools or nil; others are
// unknown to it. ok is false when the result is only known to dbt or there is no such macro.
func (t *Template) CallMacro(name string, r Resolver, args map[string]any) (text string, ok bool) {
	if t.err != nil {
		return "", false
	}
	m := newMachine(r, true)
	var def *stmt
	for _, s := range t.root {
		if s.kind == macroStmt && s.word == "macro" {
			m.scopes[0][s.name] = &localMacro{s}
			if s.name == name {
				def = s
			}
		}
	}
	if def == nil {
		return "", false
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
