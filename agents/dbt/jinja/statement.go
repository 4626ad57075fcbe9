package jinja

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// aside runs statements only to see what they use. Names that they set are unknown afterwards, since
// nobody can tell whether they would have been run.
func (m *machine) aside(lists ...[]*stmt) {
	out, result := m.out, m.result
	m.out = &strings.Builder{}
	m.guessing++
	for _, l := range lists {
		m.push()
		m.result = nil
		m.run(l)
		if m.result != nil {
			result = m.result
		}
		set := m.scopes[len(m.scopes)-1]
		m.pop()
		for name := range set {
			m.scopes[len(m.scopes)-1][name] = unknown{m.seg.line, name + " depends on a condition that only dbt can evaluate"}
		}
	}
	m.guessing--
	m.out, m.result = out, result
}

func (m *machine) ifStmt(s *stmt) {
	cond := m.eval(s.x)
	if u, ok := cond.(unknown); ok {
		if m.strict {
			m.fail(u.line, u.why)
			return
		}
		m.undecided(s)
		m.out.WriteString(" " + OpaqueBlock + " ")
		return
	}
	if truth(cond) {
		m.run(s.body)
	} else {
		m.run(s.els)
	}
}

// undecided looks into the branches of an if whose condition is not known. Where it hangs on execute, dbt sees only the branch that is
// taken while it parses, and what the other one refers to is no dependency.
func (m *machine) undecided(s *stmt) {
	uses, macros, parsing := m.uses, maps.Clone(m.macros), m.parsing
	m.parsing = true
	cond := m.eval(s.x)
	m.uses, m.macros, m.parsing = uses, macros, parsing
	if _, ok := cond.(unknown); ok {
		m.aside(s.body, s.els)
		return
	}
	taken, other := s.els, s.body
	if truth(cond) {
		taken, other = other, taken
	}
	m.aside(taken)
	uses, macros = m.uses, maps.Clone(m.macros)
	m.aside(other)
	m.uses, m.macros = uses, macros
}

func (m *machine) forStmt(s *stmt) {
	items, ok := iterate(m.eval(s.x))
	if !ok {
		if m.strict {
			m.fail(s.seg.line, "what the loop runs over is only known to dbt")
			return
		}
		m.push()
		for _, n := range s.names {
			m.assign(n, unknown{s.seg.line, "loop variable"})
		}
		m.assign(&expr{kind: nameExpr, name: "loop"}, unknown{s.seg.line, "loop"})
		m.aside(s.body, s.els)
		m.pop()
		m.out.WriteString(" " + OpaqueBlock + " ")
		return
	}
	for i, item := range items {
		m.push()
		m.bind(s.names, item)
		m.assign(&expr{kind: nameExpr, name: "loop"}, loopVar(i, len(items)))
		m.run(s.body)
		m.pop()
		if m.err != nil || m.result != nil {
			return
		}
	}
	if len(items) == 0 {
		m.run(s.els)
	}
}

func loopVar(i, n int) *dict {
	d := newDict()
	d.set("index", int64(i+1))
	d.set("index0", int64(i))
	d.set("revindex", int64(n-i))
	d.set("revindex0", int64(n-i-1))
	d.set("length", int64(n))
	d.set("first", i == 0)
	d.set("last", i == n-1)
	return d
}

// iterate lists what a loop over v visits.
func iterate(v any) ([]any, bool) {
	switch v := v.(type) {
	case *list:
		return slices.Clone(v.items), true
	case *dict:
		return slices.Clone(v.keys), true
	case string:
		var out []any
		for _, r := range v {
			out = append(out, string(r))
		}
		return out, true
	}
	return nil, false
}

func (m *machine) setStmt(s *stmt) {
	if s.block {
		out := m.out
		m.out = &strings.Builder{}
		m.run(s.body)
		var v any = m.out.String()
		m.out = out
		if strings.Contains(v.(string), Opaque) || strings.Contains(v.(string), OpaqueBlock) {
			v = unknown{s.seg.line, "the block is only known to dbt"}
		}
		m.bind(s.names, v)
		return
	}
	m.bind(s.names, m.eval(s.x))
}

// bind assigns a value to one name, or its items to several.
func (m *machine) bind(names []*expr, v any) {
	if len(names) == 1 {
		m.assign(names[0], v)
		return
	}
	l, ok := v.(*list)
	for i, n := range names {
		if ok && i < len(l.items) {
			m.assign(n, l.items[i])
		} else {
			m.assign(n, unknown{n.line, "the value is only known to dbt"})
		}
	}
}

// blockStmt runs the body of a snapshot; other blocks only dbt can run.
func (m *machine) blockStmt(s *stmt) {
	switch s.word {
	case "snapshot":
		m.run(s.body)
	case "docs":
	default:
		if m.strict {
			m.fail(s.seg.line, fmt.Sprintf("{%% %s %%} cannot be rendered without dbt", s.word))
			return
		}
		if s.x != nil {
			m.eval(s.x)
		}
		m.aside(s.body)
		m.out.WriteString(" " + OpaqueBlock + " ")
	}
}

func (m *machine) push() { m.scopes = append(m.scopes, map[string]any{}) }
func (m *machine) pop()  { m.scopes = m.scopes[:len(m.scopes)-1] }

func (m *machine) assign(target *expr, v any) {
	switch target.kind {
	case nameExpr:
		m.scopes[len(m.scopes)-1][target.name] = v
	case attrExpr:
		if d, ok := m.eval(target.kids[0]).(*dict); ok {
			d.set(target.name, v)
		}
	}
}
