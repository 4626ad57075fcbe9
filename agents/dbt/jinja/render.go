package jinja

import "strings"

// Resolver tells the renderer what the project knows. Its methods must be safe for concurrent use when a Template is shared.
type Resolver interface {
	// Ref returns the SQL that ref() stands for; pkg and version are empty when not given.
	Ref(pkg, name, version string) (string, error)
	// Source returns the SQL that source() stands for.
	Source(source, table string) (string, error)
	// Var returns a project variable.
	Var(name string) (any, bool)
	// This returns the SQL of {{ this }}.
	This() (string, error)
	// Target returns target.name, target.schema, target.type, …
	Target(key string) (any, bool)
	// Macro returns a macro of the project that may be run by the renderer.
	Macro(name string) (Macro, bool)
}

// Uses is what a template refers to, in the order of the text.
type Uses struct {
	Refs    []Ref
	Sources []SourceRef
	Configs []ConfigCall
	Macros  []string // names of macros called: "cents_to_dollars", "dbt_utils.star"; sorted, each once
}

// Ref is one ref() with literal arguments.
type Ref struct {
	Package, Name, Version string
	Line                   int
}

// SourceRef is one source() with literal arguments.
type SourceRef struct {
	Source, Table string
	Line          int
}

// ConfigCall is one config(). A value that cannot be evaluated is Deferred.
type ConfigCall struct {
	Line   int
	Values map[string]any
}

// Bounds of a rendering, far above any real model.
const (
	maxSteps  = 200_000
	maxOutput = 8 << 20
)

// Render returns the SQL of a template. Anything that cannot be evaluated without dbt is an error that names line and
// construct. Literal control flow (set, for, if) is evaluated; is_incremental() is false.
func Render(src string, r Resolver) (string, error) { return Parse(src).Render(r) }

// Render is like the function Render for a template that is parsed already.
func (t *Template) Render(r Resolver) (string, error) {
	if t.err != nil {
		return "", t.err
	}
	m := newMachine(r, true)
	m.run(t.root)
	if m.err != nil {
		return "", m.err
	}
	return m.out.String(), nil
}

// Sketch renders as far as it goes, with Opaque in place of what cannot be evaluated, and lists what the template uses. Branches
// whose condition is unknown are searched for uses, all of them, and leave one Opaque. It never fails;
// for a template with a syntax error the sketch is empty.
func (t *Template) Sketch(r Resolver) (string, Uses) {
	m := newMachine(r, false)
	m.run(t.root)
	if t.err != nil || m.err != nil {
		m.out.Reset()
	}
	m.uses.Macros = sortedSet(m.macros)
	return m.out.String(), m.uses
}

// machine evaluates a template's tree.
type machine struct {
	r      Resolver
	strict bool
	out    *strings.Builder
	scopes []map[string]any
	uses   Uses
	macros map[string]bool
	steps  int
	depth  int
	err    error
	seg    *segment // the tag at hand, for messages

	outer    int       // line of the outermost call of a macro
	result   *returned // set when a macro has returned
	guessing int       // how many branches deep the run is that may never be taken
	vars     int       // how many variables deep the run is
	parsing  bool      // execute is false, as it is while dbt parses
}

func newMachine(r Resolver, strict bool) *machine {
	return &machine{r: r, strict: strict, out: &strings.Builder{}, scopes: []map[string]any{{}}, macros: map[string]bool{}}
}

// fail stops the rendering.
func (m *machine) fail(line int, msg string) {
	if m.err == nil {
		e := &SyntaxError{Line: line, Msg: msg}
		if m.seg != nil {
			e.Text = m.seg.text
		}
		m.err = e
	}
}

func (m *machine) run(list []*stmt) {
	for _, s := range list {
		if m.steps++; m.steps > maxSteps || m.out.Len() > maxOutput {
			m.fail(s.seg.line, "the template does too much to be rendered here")
		}
		if m.err != nil || m.result != nil {
			return
		}
		m.seg = s.seg
		m.stmt(s)
	}
}

func (m *machine) stmt(s *stmt) {
	switch s.kind {
	case textStmt:
		m.out.WriteString(s.seg.text)
	case outputStmt:
		m.write(m.eval(s.x), s.seg.line)
	case doStmt:
		if u, ok := m.eval(s.x).(unknown); ok && m.strict {
			m.fail(u.line, u.why)
		}
	case ifStmt:
		m.ifStmt(s)
	case forStmt:
		m.forStmt(s)
	case setStmt:
		m.setStmt(s)
	case macroStmt:
		if s.word == "macro" {
			m.scopes[0][s.name] = &localMacro{s}
		}
	case blockStmt:
		m.blockStmt(s)
	case otherStmt:
		if m.strict && s.word != "raw" && s.word != "endraw" {
			m.fail(s.seg.line, "cannot be rendered without dbt")
		}
	}
}

// write puts a value into the output.
func (m *machine) write(v any, line int) {
	if u, ok := v.(unknown); ok {
		if m.strict {
			m.fail(u.line, u.why)
			return
		}
		m.out.WriteString(Opaque)
		return
	}
	if isUnknown(v) {
		m.write(unknown{line, "part of the list is only known to dbt"}, line)
		return
	}
	m.out.WriteString(text(v))
}
