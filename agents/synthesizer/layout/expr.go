package layout

import (
	"strconv"
	"strings"

	"firstmile/agents/synthesizer/sqltree"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Precedences, loosest first.
const (
	precOr = iota + 1
	precAnd
	precNot
	precCompare
	precAdd
	precMul
	precUnary
	precZone
	precAtom
)

func precedence(e sqltree.Expr) int {
	switch e := e.(type) {
	case sqltree.Binary:
		switch e.Op {
		case "or":
			return precOr
		case "and":
			return precAnd
		case "+", "-", "||":
			return precAdd
		case "*", "/", "%":
			return precMul
		case "at time zone":
			return precZone
		}
		return precCompare
	case sqltree.Unary:
		if e.Op == "not" {
			return precNot
		}
		return precUnary
	case sqltree.In, sqltree.InColumn, sqltree.Between, sqltree.IsNull:
		return precCompare
	case sqltree.Text:
		if strings.HasPrefix(e.SQL, "-") {
			return precUnary
		}
	}
	return precAtom
}

// expr writes an expression that starts in a block of the given level: on one line where it fits, else broken.
func (w *writer) expr(e sqltree.Expr, level int) string {
	one := w.flat(e, 0)
	if w.fits(one, level) {
		return one
	}
	switch e := e.(type) {
	case sqltree.Case:
		return w.tallCase(e, level)
	case sqltree.Call:
		switch {
		case e.Over != nil:
			over := *e.Over
			e.Over = nil
			return w.flat(e, 0) + w.key(" over ") + "(\n" + w.pad(level+1) + w.window(over, "\n"+w.pad(level+1)) + "\n" + w.pad(level) + ")"
		case e.Within == nil && !e.Star:
			return w.tallCall(e, level)
		}
	case sqltree.Binary:
		return w.tallBinary(e, level)
	case sqltree.Cast:
		inner := w.expr(e.Arg, level+1)
		return w.key("cast") + "(\n" + w.pad(level+1) + inner + " " + w.key("as") + " " + w.key(e.Type) + "\n" + w.pad(level) + ")"
	}
	return one
}

// fits leaves room for a name behind the expression.
func (w *writer) fits(text string, level int) bool {
	return len(text)+level*w.style.Indent <= width-10
}

func (w *writer) operand(e sqltree.Expr, outer, level int) string {
	if precedence(e) >= outer {
		return w.expr(e, level)
	}
	one := "(" + w.flat(e, 0) + ")"
	if w.fits(one, level) {
		return one
	}
	return "(\n" + w.pad(level+1) + w.expr(e, level+1) + "\n" + w.pad(level) + ")"
}

func (w *writer) tallCase(c sqltree.Case, level int) string {
	lines := []string{w.key("case")}
	for i := range c.When {
		when := w.pad(level+1) + w.key("when") + " " + w.flat(c.When[i], 0)
		then := w.key("then") + " " + w.flat(c.Then[i], 0)
		if len(when)+len(then) < width {
			lines = append(lines, when+" "+then)
		} else {
			lines = append(lines, when, w.pad(level+2)+then)
		}
	}
	if c.Else != nil {
		lines = append(lines, w.pad(level+1)+w.key("else")+" "+w.flat(c.Else, 0))
	}
	return strings.Join(append(lines, w.pad(level)+w.key("end")), "\n")
}

func (w *writer) tallCall(c sqltree.Call, level int) string {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		args[i] = w.pad(level+1) + w.expr(a, level+1)
	}
	sep, first := ",\n", ""
	if c.Distinct {
		first = w.pad(level+1) + w.key("distinct") + "\n"
	}
	return w.key(c.Name) + "(\n" + first + strings.Join(args, sep) + "\n" + w.pad(level) + ")"
}

func (w *writer) tallBinary(b sqltree.Binary, level int) string {
	p := precedence(b)
	left := w.operand(b.Left, p, level)
	right := w.operand(b.Right, p+1, level)
	return left + "\n" + w.pad(level) + w.key(b.Op) + " " + right
}

// flat writes an expression on one line, in parentheses where it binds looser than what is around it.
func (w *writer) flat(e sqltree.Expr, outer int) string {
	text := w.atom(e)
	if precedence(e) < outer {
		return "(" + text + ")"
	}
	return text
}

func (w *writer) atom(e sqltree.Expr) string {
	switch e := e.(type) {
	case sqltree.Ident:
		return w.foreign(strings.Join(e.Parts, "."))
	case sqltree.Text:
		return w.text(e.SQL)
	case sqltree.Keyword:
		return w.key(e.Word)
	case sqltree.Call:
		return w.call(e)
	case sqltree.Binary:
		return w.binary(e)
	case sqltree.Unary:
		if e.Op == "not" {
			return w.key("not") + " " + w.flat(e.Arg, precNot)
		}
		return e.Op + w.flat(e.Arg, precAtom)
	case sqltree.Case:
		return w.flatCase(e)
	case sqltree.In:
		return w.flat(e.Arg, precAdd) + w.not(e.Not) + w.key(" in ") + "(" + w.commas(e.List) + ")"
	case sqltree.InColumn:
		return w.flat(e.Arg, precAdd) + w.key(" in ") + "(" + w.key("select ") + e.Column + w.key(" from ") + w.relation(e.Table) + ")"
	case sqltree.Between:
		return w.flat(e.Arg, precAdd) + w.not(e.Not) + w.key(" between ") + w.flat(e.Low, precAdd) + w.key(" and ") + w.flat(e.High, precAdd)
	case sqltree.IsNull:
		return w.flat(e.Arg, precAdd) + w.key(" is") + w.not(e.Not) + w.key(" null")
	case sqltree.Cast:
		return w.fn("cast") + "(" + w.flat(e.Arg, 0) + w.key(" as "+e.Type) + ")"
	case sqltree.Interval:
		return w.key("interval") + " " + e.SQL
	case sqltree.Sub:
		return "(" + w.key("select ") + w.flat(e.Query.Items[0].Expr, 0) + w.key(" from ") + w.relation(e.Query.From.Name) + ")"
	}
	return ""
}

// text writes a literal; the keyword of a date literal follows the style's case.
func (w *writer) text(sql string) string {
	sql = w.foreign(sql)
	if rest, ok := strings.CutPrefix(sql, "date "); ok {
		return w.key("date") + " " + rest
	}
	return sql
}

func (w *writer) not(not bool) string {
	if not {
		return w.key(" not")
	}
	return ""
}

func (w *writer) commas(list []sqltree.Expr) string {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = w.flat(e, 0)
	}
	return strings.Join(texts, ", ")
}

func (w *writer) binary(b sqltree.Binary) string {
	p := precedence(b)
	right := p + 1
	if b.Op == "and" || b.Op == "or" {
		right = p
	}
	left := p
	if p == precCompare {
		left = p + 1
	}
	return w.flat(b.Left, left) + " " + w.key(b.Op) + " " + w.flat(b.Right, right)
}

func (w *writer) flatCase(c sqltree.Case) string {
	var b strings.Builder
	b.WriteString(w.key("case"))
	for i := range c.When {
		b.WriteString(w.key(" when ") + w.flat(c.When[i], 0) + w.key(" then ") + w.flat(c.Then[i], 0))
	}
	if c.Else != nil {
		b.WriteString(w.key(" else ") + w.flat(c.Else, 0))
	}
	return b.String() + w.key(" end")
}

func (w *writer) call(c sqltree.Call) string {
	args := w.commas(c.Args)
	if c.Star {
		args = "*"
	}
	if c.Distinct {
		args = w.key("distinct ") + args
	}
	out := w.fn(c.Name) + "(" + args + ")"
	if len(c.Within) > 0 {
		out += w.key(" within group ") + "(" + w.key("order by ") + w.orders(c.Within) + ")"
	}
	if c.Over != nil {
		out += w.key(" over ") + "(" + w.window(*c.Over, " ") + ")"
	}
	return out
}

func (w *writer) window(o sqltree.Over, between string) string {
	var parts []string
	if len(o.Partition) > 0 {
		parts = append(parts, w.key("partition by ")+w.commas(o.Partition))
	}
	if len(o.Order) > 0 {
		parts = append(parts, w.key("order by ")+w.orders(o.Order))
	}
	return strings.Join(parts, between)
}

func (w *writer) orders(list []sqltree.Order) string {
	texts := make([]string, len(list))
	for i, o := range list {
		texts[i] = w.flat(o.Expr, 0)
		if o.Desc {
			texts[i] += w.key(" desc")
		}
		if o.NullsLast {
			texts[i] += w.key(" nulls last")
		}
	}
	return strings.Join(texts, ", ")
}
