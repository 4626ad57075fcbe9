package conventions

import (
	"slices"
	"strconv"
	"strings"

	"firstmile/agents/dbt/sqltext"
)

// functions whose case is counted: those that models of any kind use.
var functions = []string{"sum", "count", "avg", "min", "max", "coalesce", "cast", "date_trunc", "round", "row_number", "lower", "upper", "nullif", "concat",
	"datediff", "dateadd", "lag", "lead", "trim", "abs"}

// maxInset is how far right of its select a column may stand, in spaces, to count as indented on purpose.
const maxInset = 12

// Fields about where lines begin and end.
const (
	indentation  = "indentation"
	firstColumn  = "first column, right of select"
	leadingComma = "leading commas, right of select"
)

// lines looks at how a model is spread over lines.
func (b *ballots) lines(m *model) {
	for i, t := range m.toks {
		if t.Is("with") {
			b.yes("with on a line of its own", i+1 < len(m.toks) && m.first[i+1])
			break
		}
	}
	b.indentation(m)
	b.separators(m)
	broken, whole, below, beside, upper, lower := 0, 0, 0, 0, 0, 0
	for i, t := range m.toks {
		switch {
		case t.Is("select") && i+2 < len(m.toks) && m.toks[i+1].Sym("*") && m.toks[i+2].Is("from"):
			count(m.first[i+2], &broken, &whole)
		case t.Is("on") && i > 0:
			count(m.first[i], &below, &beside)
		case i+1 < len(m.toks) && m.toks[i+1].Sym("(") && slices.ContainsFunc(functions, t.Is):
			if t.Text == strings.ToUpper(t.Text) {
				upper++
			} else if t.Text == strings.ToLower(t.Text) {
				lower++
			}
		}
	}
	b.majority("select * from x", "two lines", broken, "one line", whole)
	b.majority("on of a join", "next line", below, "same line", beside)
	b.majority("function case", "upper", upper, "lower", lower)
}

func count(yes bool, a, z *int) {
	if yes {
		*a++
	} else {
		*z++
	}
}

// separators looks at what stands between CTEs.
func (b *ballots) separators(m *model) {
	leading, trailing := 0, 0
	gaps := map[string]int{}
	ctes, _ := m.ctes()
	for _, c := range ctes {
		comma := c.close + 1
		if comma+1 >= len(m.toks) || !m.toks[comma].Sym(",") {
			continue
		}
		count(m.first[comma], &leading, &trailing)
		switch m.toks[comma+1].Line - m.toks[c.close].Line {
		case 0:
			gaps["same line"]++
		case 1:
			gaps["next line"]++
		default:
			gaps["blank line"]++
		}
	}
	b.majority("commas between CTEs", "leading", leading, "trailing", trailing)
	if most := sorted(gaps); len(most) > 0 {
		b.vote("between CTEs", most[0].Text, 1)
	}
}

// indentation looks at the body of CTEs and at the columns below a line that holds only "select". A level is what a
// CTE's body is indented by; where there is none, what columns are, or the commas in front of them.
func (b *ballots) indentation(m *model) {
	bodies, firsts, commas := map[string]int{}, map[string]int{}, map[string]int{}
	ctes, _ := m.ctes()
	for _, c := range ctes {
		if c.open+1 < c.close && m.first[c.open+1] {
			inset(bodies, m.indent(m.toks[c.open+1].Line)-m.indent(m.toks[c.close].Line))
		}
	}
	for i, t := range m.toks {
		if !t.Is("select") || !m.first[i] || i+1 >= len(m.toks) || !m.first[i+1] {
			continue
		}
		base := m.indent(t.Line)
		inset(firsts, m.indent(m.toks[i+1].Line)-base)
		if at := m.nextComma(i + 1); at > 0 && m.first[at] {
			inset(commas, m.indent(m.toks[at].Line)-base)
		}
	}
	for _, votes := range []map[string]int{bodies, commas, firsts} {
		if b.usual(indentation, votes, 1) {
			break
		}
	}
	b.usual(firstColumn, firsts, 1)
	b.usual(leadingComma, commas, 0)
}

func inset(votes map[string]int, spaces int) {
	if spaces >= 0 && spaces <= maxInset {
		votes[strconv.Itoa(spaces)]++
	}
}

// usual votes for the most frequent number, unless it is below least.
func (b *ballots) usual(field string, votes map[string]int, least int) bool {
	for _, v := range sorted(votes) {
		if n, err := strconv.Atoi(v.Text); err == nil && n >= least {
			b.vote(field, v.Text, 1)
			return true
		}
	}
	return false
}

// nextComma is the comma behind the select item that begins at a token, or 0.
func (m *model) nextComma(from int) int {
	depth := 0
	for i := from; i < len(m.toks); i++ {
		switch t := m.toks[i]; {
		case t.Sym("("):
			depth++
		case t.Sym(")"):
			if depth--; depth < 0 {
				return 0
			}
		case t.Sym(",") && depth == 0:
			return i
		case t.Is("from") && depth == 0:
			return 0
		}
	}
	return 0
}

// decideLines fills in what lines looked at.
func (b *ballots) decideLines(s *SQL) {
	s.Indent = b.number(indentation, 4)
	if s.LeadingCommas {
		s.CommaBack = s.Indent - b.number(leadingComma, s.Indent)
	}
	s.ColumnInset = b.number(firstColumn, s.Indent) - s.Indent
	s.WithAlone = b.flag("with on a line of its own", false)
	s.LeadingCTEs = b.decide("commas between CTEs", word(s.LeadingCommas, "leading", "trailing")) == "leading"
	between := b.decide("between CTEs", "blank line")
	s.TightCTEs, s.JoinedCTEs = between != "blank line", between == "same line"
	s.BrokenStar = b.decide("select * from x", "one line") == "two lines"
	s.OnBelow = b.decide("on of a join", "same line") == "next line"
	s.UpperFunctions = b.decide("function case", word(s.UpperKeywords, "upper", "lower")) == "upper"
}

func word(yes bool, a, z string) string {
	if yes {
		return a
	}
	return z
}

// code is the tokens of masked text that are no comments.
func code(text string) []sqltext.Token { return sqltext.Code(sqltext.Tokenize(text)) }
