// Package layout writes a syntax tree in a team's house style: the third room of the synthesizer. It decides about
// white space, case, commas and the shape of the last select, and about nothing that changes a number.
//
// Short things stay on one line; what does not fit into the line is broken where a person would break it
// (write.go for blocks, expr.go for expressions).
package layout

import (
	"fmt"
	"strings"

	"firstmile/agents/dbt/conventions"
	"firstmile/agents/synthesizer/sqltree"
	"firstmile/planner/plan"
)

// Style is what the layout follows.
type Style struct {
	conventions.SQL
	// Config is the line that sets the materialization, such as {{ config(materialized='table') }}; empty: none.
	Config string
	// Holds says what the model holds: the name of the last CTE in a house that has no usual name for it.
	Holds string
}

// Default is dbt's published style guide.
func Default() Style {
	return Style{SQL: conventions.SQL{Indent: 4, ImportCTEs: true, FinalSelect: conventions.StarFromCTE, FinalCTE: "final",
		ExplicitAs: true}}
}

// width is the number of characters that a line should not exceed.
const width = 100

// Render writes the statement. A name or value that a template engine would read as its own syntax is
// refused: it could do anything there.
func Render(st *sqltree.Statement, style Style) (string, error) {
	if style.Indent <= 0 {
		style.Indent = 4
	}
	w := &writer{style: style, imports: map[string]string{}}
	w.statement(st)
	out, err := w.finish()
	return out + w.newline(), err // also where the team's files lack a last line end: nobody means that as style
}

// RenderInside writes the statement as a continuation of a list of CTEs that a file has already, behind the bracket that
// closes the last of them. name is the CTE that holds the final select.
func RenderInside(st *sqltree.Statement, style Style, name string) (string, error) {
	w := newInside(style)
	w.continued(append(w.ctes(st), cte{name: name, query: st.Final}))
	return w.finish()
}

// RenderBehind is RenderInside with the final select behind the CTEs: as it is, or from the CTE name where that is the
// house's shape.
func RenderBehind(st *sqltree.Statement, style Style, name string) (string, error) {
	w := newInside(style)
	ctes, final := w.ctes(st), st.Final
	if w.style.FinalSelect == conventions.StarFromCTE {
		ctes = append(ctes, cte{name: name, query: final})
		final = sqltree.Select{Items: []sqltree.Item{{Star: true}}, From: sqltree.Table{Name: name}}
	}
	w.continued(ctes)
	w.line(0, "")
	w.selectBlock(0, final)
	return w.finish()
}

func newInside(style Style) *writer {
	if style.Indent <= 0 {
		style.Indent = 4
	}
	return &writer{style: style, imports: map[string]string{}}
}

// continued writes CTEs behind one that is closed already.
func (w *writer) continued(ctes []cte) {
	first, before, after := ",", "", ","
	if w.style.LeadingCTEs && !w.style.JoinedCTEs {
		first, before, after = "", ", ", ""
	}
	w.line(0, first)
	for i, c := range ctes {
		if i == len(ctes)-1 {
			after = ""
		}
		switch {
		case w.style.JoinedCTEs:
			before = w.reopened()
		case i == 0 || !w.style.TightCTEs:
			w.line(0, "")
		}
		w.cte(before, c, after)
	}
}

// Brackets are what stands before and behind a query that is to become a CTE without being written anew.
func Brackets(name string, style Style) (before, behind string) {
	w := newInside(style)
	gap := w.newline()
	if style.BlankLineInCTE {
		gap += w.newline()
	}
	return name + " " + w.key("as") + " (" + gap, gap + ")"
}

// With is the beginning of a list of CTEs.
func With(style Style) string {
	w := newInside(style)
	switch {
	case !style.WithAlone:
		return w.key("with") + " "
	case style.TightCTEs:
		return w.key("with") + w.newline()
	}
	return w.key("with") + w.newline() + w.newline()
}

// finish joins the lines, without a line end behind the last.
func (w *writer) finish() (string, error) {
	if w.template != "" {
		return "", plan.NewFailure(plan.Refused, "template_marks",
			fmt.Sprintf("The value %q holds marks of dbt's template language, which I do not write into a model.", w.template), nil)
	}
	out := strings.Join(w.lines, "\n")
	return strings.ReplaceAll(strings.ReplaceAll(out, "\n", w.newline()), lineInside, "\n"), nil
}

func (w *writer) newline() string {
	if w.style.CRLF {
		return "\r\n"
	}
	return "\n"
}

type writer struct {
	style    Style
	lines    []string
	imports  map[string]string // name -> Jinja, where relations are not imported first
	template string            // the first text that holds template marks
}

func (w *writer) line(level int, text string) {
	if text != "" {
		text = w.pad(level) + text
	}
	w.lines = append(w.lines, text)
}

func (w *writer) pad(level int) string { return strings.Repeat(" ", level*w.style.Indent) }

// key writes keywords in the style's case.
func (w *writer) key(words string) string {
	if w.style.UpperKeywords {
		return strings.ToUpper(words)
	}
	return words
}

// fn writes the name of a function in the style's case.
func (w *writer) fn(name string) string {
	if w.style.UpperFunctions {
		return strings.ToUpper(name)
	}
	return name
}

// as joins an expression and its name.
func (w *writer) as(text, name string) string {
	if name == "" {
		return text
	}
	if w.style.ExplicitAs {
		return text + " " + w.key("as") + " " + name
	}
	return text + " " + name
}

// relation is a table without an alias.
func (w *writer) relation(name string) string {
	if ref, ok := w.imports[name]; ok {
		return ref
	}
	return name
}

func (w *writer) ref(call string) string {
	if w.style.DoubleQuotes {
		call = strings.ReplaceAll(call, "'", `"`)
	}
	return "{{ " + call + " }}"
}

// lineInside stands for a line end within a value, which must not be moved with the lines around it.
const lineInside = "\x00"

// foreign remembers the first text that dbt would read as a template.
func (w *writer) foreign(text string) string {
	for _, mark := range []string{"{{", "}}", "{%", "%}", "{#", "#}"} {
		if strings.Contains(text, mark) && w.template == "" {
			w.template = text
		}
	}
	return strings.ReplaceAll(text, "\n", lineInside)
}
