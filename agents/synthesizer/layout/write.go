package layout

import (
	"slices"
	"strings"

	"firstmile/agents/dbt/conventions"
	"firstmile/agents/synthesizer/sqltree"
)

// cte is a named query about to be written: an import or a step.
type cte struct {
	name, comment string
	ref           string // imports
	query         sqltree.Query
}

func (w *writer) statement(st *sqltree.Statement) {
	if w.style.Config != "" {
		w.line(0, w.style.Config)
		w.line(0, "")
	}
	for _, c := range st.Comments {
		w.line(0, "-- "+c)
	}
	ctes := w.ctes(st)
	final := st.Final
	if w.style.FinalSelect == conventions.StarFromCTE && (len(ctes) > 0 || w.style.ImportCTEs) {
		name := w.finalName(ctes)
		ctes = append(ctes, cte{name: name, query: final})
		final = sqltree.Select{Items: []sqltree.Item{{Star: true}}, From: sqltree.Table{Name: name}}
	}
	w.with(ctes)
	w.selectBlock(0, final)
}

// ctes lists the imports, where the house has them, and the steps.
func (w *writer) ctes(st *sqltree.Statement) []cte {
	var ctes []cte
	for _, i := range st.Imports {
		if w.style.ImportCTEs {
			ctes = append(ctes, cte{name: i.Name, ref: w.ref(i.Ref)})
		} else {
			w.imports[i.Name] = w.ref(i.Ref)
		}
	}
	for _, c := range st.CTEs {
		ctes = append(ctes, cte{name: c.Name, comment: c.Comment, query: c.Query})
	}
	return ctes
}

// finalName is the style's name of the last CTE, or the next free one.
func (w *writer) finalName(ctes []cte) string {
	name := w.style.FinalCTE
	if name == "" {
		name = w.style.Holds
	}
	if name == "" {
		name = "final"
	}
	for slices.ContainsFunc(ctes, func(c cte) bool { return c.name == name }) {
		name += "_rows"
	}
	return name
}

func (w *writer) with(ctes []cte) {
	for i, c := range ctes {
		before, after := "", ""
		switch {
		case i == 0 && w.style.WithAlone:
			w.line(0, w.key("with"))
			if !w.style.TightCTEs {
				w.line(0, "")
			}
		case i == 0:
			before = w.key("with") + " "
		case w.style.JoinedCTEs:
			before = w.reopened()
		case w.style.LeadingCTEs:
			before = ", "
		}
		last := i == len(ctes)-1
		if !last && (w.style.JoinedCTEs || !w.style.LeadingCTEs) {
			after = ","
		}
		w.cte(before, c, after)
		if last || !w.style.TightCTEs {
			w.line(0, "")
		}
	}
}

// reopened takes the line back that closed the CTE before, for the next one to begin on.
func (w *writer) reopened() string {
	last := len(w.lines) - 1
	line := w.lines[last]
	w.lines = w.lines[:last]
	return line + " "
}

func (w *writer) cte(before string, c cte, after string) {
	w.line(0, before+w.foreign(c.name)+" "+w.key("as")+" (")
	w.blank()
	if c.comment != "" {
		w.line(1, "-- "+c.comment)
	}
	if c.ref != "" {
		w.star(1, w.key("select"), c.ref)
	} else {
		w.query(1, c.query)
	}
	w.blank()
	w.line(0, ")"+after)
}

func (w *writer) blank() {
	if w.style.BlankLineInCTE {
		w.line(0, "")
	}
}

func (w *writer) query(level int, q sqltree.Query) {
	switch q := q.(type) {
	case sqltree.Select:
		w.selectBlock(level, q)
	case sqltree.Union:
		word := "union"
		if q.All {
			word = "union all"
		}
		for i, p := range q.Parts {
			if i > 0 {
				w.line(0, "")
				w.line(level, w.key(word))
				w.line(0, "")
			}
			w.selectBlock(level, p)
		}
	}
}

func (w *writer) selectBlock(level int, s sqltree.Select) {
	head := w.key("select")
	if s.Distinct {
		head += " " + w.key("distinct")
	}
	if len(s.Items) == 1 && s.Items[0].Star && len(s.Joins) == 0 && len(s.Where) == 0 {
		w.star(level, head, w.table(s.From))
		return
	}
	w.line(level, head)
	items := make([]string, len(s.Items))
	for i, item := range s.Items {
		items[i] = w.item(level+1, item)
	}
	w.columns(level, items)
	from := len(w.lines)
	if s.From.Name != "" {
		w.line(level, w.key("from")+" "+w.table(s.From))
	}
	for _, j := range s.Joins {
		w.join(level, j)
	}
	w.conditions(level, "where", s.Where)
	if len(s.GroupBy) > 0 {
		w.groupBy(level, s.GroupBy)
	}
	w.conditions(level, "qualify", s.Qualify)
	if ref, ok := w.imports[s.From.Name]; ok && s.From.Alias == "" && len(s.Joins) == 0 && !w.qualified(items, from+1, s.From.Name) {
		w.lines[from] = w.pad(level) + w.key("from") + " " + ref
	}
}

// qualified reports whether select items, or a line from the index on, name a column of the relation by the relation's name, or
// may do so. Where nothing does, a relation that is not imported needs no alias.
func (w *writer) qualified(items []string, from int, relation string) bool {
	names := func(text string) bool { return strings.Contains(text, relation+".") }
	return slices.ContainsFunc(items, names) || slices.ContainsFunc(w.lines[from:], names)
}

// star writes select * from a table.
func (w *writer) star(level int, head, from string) {
	if w.style.BrokenStar {
		w.line(level, head+" *")
		w.line(level, w.key("from")+" "+from)
		return
	}
	w.line(level, head+" * "+w.key("from")+" "+from)
}

func (w *writer) item(level int, item sqltree.Item) string {
	switch {
	case item.Star && item.Name != "":
		return item.Name + ".*"
	case item.Star:
		return "*"
	}
	text := w.expr(item.Expr, level)
	if id, ok := item.Expr.(sqltree.Ident); ok && id.Parts[len(id.Parts)-1] == item.Name {
		return text
	}
	return w.as(text, w.foreign(item.Name))
}

// columns writes one entry a line below a select or group by of the level; the lines of an entry that holds line
// breaks move with it.
func (w *writer) columns(level int, entries []string) {
	pad := func(spaces int) string { return w.pad(level) + strings.Repeat(" ", max(0, w.style.Indent+spaces)) }
	first := pad(w.style.ColumnInset)
	for i, e := range entries {
		e = strings.ReplaceAll(e, "\n", "\n"+strings.Repeat(" ", max(0, w.style.ColumnInset)))
		switch {
		case w.style.LeadingCommas && i > 0:
			e = pad(-w.style.CommaBack) + ", " + e
		case !w.style.LeadingCommas && i < len(entries)-1:
			e = first + e + ","
		default:
			e = first + e
		}
		w.line(0, e)
	}
}

func (w *writer) table(t sqltree.Table) string {
	if t.Call != nil {
		text := w.flat(t.Call, 0)
		alias := t.Alias
		if len(t.Columns) > 0 {
			alias += "(" + strings.Join(t.Columns, ", ") + ")"
		}
		return w.as(text, alias)
	}
	if ref, ok := w.imports[t.Name]; ok {
		alias := t.Alias
		if alias == "" {
			alias = t.Name
		}
		return w.as(ref, alias)
	}
	return w.as(w.foreign(t.Name), w.foreign(t.Alias))
}

func (w *writer) join(level int, j sqltree.Join) {
	kind := j.Kind
	if w.style.BareJoin && kind == "inner join" {
		kind = "join"
	}
	head := w.key(kind) + " " + w.table(j.Table)
	switch {
	case len(j.Using) > 0:
		w.line(level, head+" "+w.key("using")+" ("+strings.Join(j.Using, ", ")+")")
	case w.style.OnBelow && len(j.On) > 0:
		w.line(level, head)
		w.chain(level+1, "on", j.On)
	case len(j.On) == 1 && len(head)+len(w.flat(j.On[0], 0))+len(w.pad(level)) < width:
		w.line(level, head+" "+w.key("on")+" "+w.expr(j.On[0], level+1))
	default:
		w.line(level, head)
		w.chain(level+1, "on", j.On)
	}
}

// conditions writes where a and b, one condition a line.
func (w *writer) conditions(level int, word string, list []sqltree.Expr) {
	switch len(list) {
	case 0:
	case 1:
		w.line(level, w.key(word)+" "+w.expr(list[0], level+1))
	default:
		w.line(level, w.key(word))
		w.chain(level+1, "", list)
	}
}

// chain writes conditions that are combined with and, each on a line, the first after the word.
func (w *writer) chain(level int, word string, list []sqltree.Expr) {
	for i, e := range list {
		text := ""
		if precedence(e) < precAnd {
			text = w.operand(e, precAnd, level)
		} else {
			text = w.expr(e, level+1)
		}
		switch {
		case i > 0:
			text = w.key("and") + " " + text
		case word != "":
			text = w.key(word) + " " + text
		}
		w.line(level, text)
	}
}

// groupBy names columns where the house does so; an expression would have to be repeated and is always numbered.
func (w *writer) groupBy(level int, keys []sqltree.Expr) {
	numbers := w.style.GroupByNumber
	for _, k := range keys {
		_, plain := k.(sqltree.Ident)
		numbers = numbers || !plain
	}
	texts := make([]string, len(keys))
	for i, k := range keys {
		if texts[i] = itoa(i + 1); !numbers {
			texts[i] = w.expr(k, level+1)
		}
	}
	one := w.key("group by") + " " + strings.Join(texts, ", ")
	if len(one)+len(w.pad(level)) <= width && !strings.Contains(one, "\n") {
		w.line(level, one)
		return
	}
	w.line(level, w.key("group by"))
	w.columns(level, texts)
}
