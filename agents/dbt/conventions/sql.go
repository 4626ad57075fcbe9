package conventions

import (
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/jinja"
	"firstmile/agents/dbt/sqltext"
)

func isPython(path string) bool { return strings.HasSuffix(path, ".py") }

// keywords whose case is counted.
var keywords = []string{"select", "from", "where", "join", "left", "inner", "group", "order", "by", "as", "with", "on", "and", "case", "when", "then", "else", "end", "union", "all", "having", "limit"}

// jinjaName stands for a {{ … }} in the text that is looked at.
const jinjaName = "jinja"

// masked replaces Jinja by what does not disturb the layout: expressions by a name, statements and comments by white space.
func masked(src string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(src, '{')
		if i < 0 || i+1 >= len(src) {
			b.WriteString(src)
			return b.String()
		}
		closing, name := "", ""
		switch src[i+1] {
		case '{':
			closing, name = "}}", jinjaName
		case '%':
			closing = "%}"
		case '#':
			closing = "#}"
		default:
			b.WriteString(src[:i+1])
			src = src[i+1:]
			continue
		}
		b.WriteString(src[:i])
		end := strings.Index(src[i:], closing)
		if end < 0 {
			return b.String()
		}
		tag := src[i : i+end+2]
		b.WriteString(name)
		b.WriteString(strings.Repeat("\n", strings.Count(tag, "\n")))
		src = src[i+len(tag):]
	}
}

// model is one model's text with its tokens.
type model struct {
	text  string
	lines []string
	toks  []sqltext.Token
	first []bool // the token is the first of its line
}

func readModel(src string) *model {
	m := &model{text: masked(src)}
	m.lines = strings.Split(m.text, "\n")
	m.toks = code(m.text)
	m.first = make([]bool, len(m.toks))
	for i, t := range m.toks {
		m.first[i] = i == 0 || m.toks[i-1].Line < t.Line
	}
	return m
}

func (m *model) indent(line int) int {
	s := m.lines[line-1]
	return len(s) - len(strings.TrimLeft(s, " "))
}

// sql counts what a model shows. Each model has one vote per field, so that long models do not outvote the rest.
func (b *ballots) sql(n *dbt.Node) {
	m := readModel(n.RawSQL)
	upper, lower := 0, 0
	leading, trailing := 0, 0
	for i, t := range m.toks {
		switch {
		case t.Kind == sqltext.Word && slices.Contains(keywords, strings.ToLower(t.Text)):
			if t.Text == strings.ToUpper(t.Text) {
				upper++
			} else if t.Text == strings.ToLower(t.Text) {
				lower++
			}
		case t.Sym(",") && m.first[i]:
			leading++
		case t.Sym(",") && i+1 < len(m.toks) && m.first[i+1]:
			trailing++
		}
	}
	b.majority("keyword case", "upper", upper, "lower", lower)
	b.majority("commas", "leading", leading, "trailing", trailing)
	b.lines(m)
	b.shape(m, n.Layer)
	b.clauses(m)
	b.yes("config() in models", slices.ContainsFunc(n.Calls, func(c jinja.Call) bool { return c.Name == "config" }))
	single, double := 0, 0
	for _, c := range n.Calls {
		if c.Name == "ref" || c.Name == "source" {
			single += min(1, strings.Count(c.Text, "'"))
			double += min(1, strings.Count(c.Text, `"`))
		}
	}
	b.majority("quotes in ref()", "double", double, "single", single)
	b.majority("line ends of models", "CRLF", strings.Count(n.RawSQL, "\r\n"), "LF", strings.Count(n.RawSQL, "\n")-strings.Count(n.RawSQL, "\r\n"))
}

func (b *ballots) majority(field, a string, na int, z string, nz int) {
	switch {
	case na > nz:
		b.vote(field, a, 1)
	case nz > 0:
		b.vote(field, z, 1)
	}
}

// block is one CTE: its name and the tokens between its brackets.
type block struct {
	name  string
	open  int // index of "(" and ")"
	close int
}

// ctes lists the CTEs at the top of a model, and the index of the token behind them.
func (m *model) ctes() ([]block, int) {
	var out []block
	i := 0
	for i < len(m.toks) && !m.toks[i].Is("with") {
		if m.toks[i].Is("select") {
			return nil, i
		}
		i++
	}
	for i++; i+2 < len(m.toks); i++ {
		name := m.toks[i].Text
		if !m.toks[i+1].Is("as") || !m.toks[i+2].Sym("(") {
			break
		}
		end := m.closing(i + 2)
		if end < 0 {
			break
		}
		out = append(out, block{name, i + 2, end})
		i = end + 1
		if i >= len(m.toks) || !m.toks[i].Sym(",") {
			break
		}
	}
	return out, i
}

func (m *model) closing(open int) int {
	depth := 0
	for i := open; i < len(m.toks); i++ {
		if m.toks[i].Sym("(") {
			depth++
		} else if m.toks[i].Sym(")") {
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// shape looks at import CTEs and at the end of a model. Staging models have names of their own for their last CTE
// ("renamed"), which count only where there are no others.
func (b *ballots) shape(m *model, layer dbt.Layer) {
	ctes, end := m.ctes()
	if len(ctes) == 0 {
		return
	}
	imports := false
	for _, c := range ctes {
		imports = imports || c.imports(m)
		inner := m.toks[c.open+1 : c.close]
		if len(inner) == 0 || inner[0].Line == m.toks[c.open].Line {
			continue
		}
		b.yes("blank lines inside CTEs", inner[0].Line > m.toks[c.open].Line+1)
	}
	b.yes("import CTEs", imports)
	last := ctes[len(ctes)-1].name
	rest := m.toks[min(end, len(m.toks)):]
	star := len(rest) >= 4 && rest[0].Is("select") && rest[1].Sym("*") && rest[2].Is("from") && strings.EqualFold(rest[3].Text, last)
	if star {
		b.vote("end of a model", string(StarFromCTE), 1)
		field := lastCTE
		if layer == dbt.Staging {
			field += stagingOnly
		}
		b.vote(field, strings.ToLower(last), 1)
	} else {
		b.vote("end of a model", string(Explicit), 1)
	}
}

// lastCTE is the field of the last CTE's name; with stagingOnly behind it, of staging models.
const (
	lastCTE     = "name of the last CTE"
	stagingOnly = " (staging)"
)

// imports says whether the CTE is select * from {{ … }} and, at most, a filter.
func (c block) imports(m *model) bool {
	in := m.toks[c.open+1 : c.close]
	return len(in) >= 4 && in[0].Is("select") && in[2].Is("from") && in[1].Sym("*") && in[3].Is(jinjaName)
}

// clauses looks at joins and GROUP BY.
func (b *ballots) clauses(m *model) {
	bare, inner, number, named := 0, 0, 0, 0
	for i, t := range m.toks {
		switch {
		case t.Is("join") && i > 0 && m.toks[i-1].Is("inner"):
			inner++
		case t.Is("join") && i > 0 && !slices.ContainsFunc([]string{"left", "right", "full", "outer", "cross", "semi", "anti", "natural", "asof"}, m.toks[i-1].Is):
			bare++
		case t.Is("by") && i > 0 && m.toks[i-1].Is("group") && i+1 < len(m.toks):
			if m.toks[i+1].Kind == sqltext.Number {
				number++
			} else {
				named++
			}
		}
	}
	as, implied := m.aliases()
	b.majority("aliases", "implied", implied, "as", as)
	b.majority("inner joins", "join", bare, "inner join", inner)
	b.majority("group by", "number", number, "name", named)
}

// aliases counts select items named with and without AS.
func (m *model) aliases() (as, implied int) {
	noAlias := append([]string{"end", "desc", "asc", "first", "last", "null", "true", "false"}, keywords...)
	for i := 1; i+1 < len(m.toks); i++ {
		t, prev, next := m.toks[i], m.toks[i-1], m.toks[i+1]
		if t.Kind != sqltext.Word || slices.ContainsFunc(noAlias, t.Is) || !next.Sym(",") && !next.Is("from") {
			continue
		}
		switch {
		case prev.Is("as"):
			as++
		case prev.Sym(")"), prev.Is("end"), prev.Kind == sqltext.Word && !slices.ContainsFunc(noAlias, prev.Is):
			implied++
		}
	}
	return as, implied
}

func (b *ballots) decideSQL() SQL {
	if b.m[lastCTE] == nil {
		b.m[lastCTE] = b.m[lastCTE+stagingOnly]
	}
	s := SQL{
		UpperKeywords:  b.decide("keyword case", "lower") == "upper",
		LeadingCommas:  b.decide("commas", "trailing") == "leading",
		ImportCTEs:     b.flag("import CTEs", true),
		FinalSelect:    Final(b.decide("end of a model", string(StarFromCTE))),
		FinalCTE:       b.decide(lastCTE, "final"),
		DoubleQuotes:   b.decide("quotes in ref()", "single") == "double",
		ConfigBlock:    b.flag("config() in models", false),
		BareJoin:       b.decide("inner joins", "inner join") == "join",
		GroupByNumber:  b.decide("group by", "number") == "number",
		BlankLineInCTE: b.flag("blank lines inside CTEs", true),
		ExplicitAs:     b.decide("aliases", "as") == "as",
		CRLF:           b.decide("line ends of models", "LF") == "CRLF",
	}
	b.decideLines(&s)
	if e := b.last(lastCTE); e.Of > 0 && e.For*2 < e.Of {
		s.FinalCTE = "" // no name is usual: the last CTE says what it holds
	}
	return s
}

func (b *ballots) last(field string) Evidence {
	for _, e := range b.evidence {
		if e.Field == field {
			return e
		}
	}
	return Evidence{}
}
