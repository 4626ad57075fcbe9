package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/sqltext"
)

// operators are the kinds of fault that are put into a model's SQL, each wherever it fits. They know SQL, nothing of how the
// product writes it or checks it.
var operators = []operator{
	{"inner join for left", swapWords([]string{"left", "join"}, []string{"inner", "join"})},
	{"left join for inner", swapWords([]string{"inner", "join"}, []string{"left", "join"})},
	{"wrong join key", wrongKey},
	{"inequality in a join", joinComparison},
	{"missing condition", (*mutant).conditionsDropped},
	{"condition turned around", (*mutant).conditionsTurned},
	{"or for and", (*mutant).orForAnd},
	{"another value", (*mutant).anotherValue},
	{"date off by one", (*mutant).dates},
	{"number off by one", (*mutant).numbers},
	{"edge in or out", (*mutant).edges},
	{"wrong grain", (*mutant).grains},
	{"wrong date column", columnsIn("date_trunc")},
	{"average for sum", swapCall("sum", "avg")},
	{"largest for sum", swapCall("sum", "max")},
	{"sum for average", swapCall("avg", "sum")},
	{"rows for things", (*mutant).distinctDropped},
	{"wrong column", columnsIn("sum", "avg", "count", "median", "max", "min")},
	{"double counting", importWith(" union all select * from {{ ref('%[1]s') }}")},
	{"rows lost", importWith(" limit 25")},
	{"wrong table", (*mutant).tables},
	{"division lost", swapSymbol("/", "*")},
	{"sign wrong", (*mutant).signs},
	{"best and worst", swapWords([]string{"desc"}, []string{"asc"})},
	{"group lost", (*mutant).groups},
}

// operator makes the faulty versions of one kind.
type operator struct {
	name  string
	apply func(m *mutant) []string
}

// mutant is a model's SQL cut into tokens, with the columns of what it reads.
type mutant struct {
	sql     string
	tokens  []sqltext.Token
	project *dbt.Project
}

func newMutant(project *dbt.Project, sql string) *mutant {
	return &mutant{sql: sql, tokens: sqltext.Code(sqltext.Tokenize(sql)), project: project}
}

// replace is the SQL with the tokens from i to j (exclusive) replaced.
func (m *mutant) replace(i, j int, text string) string {
	return m.sql[:m.tokens[i].Start] + text + m.sql[m.tokens[j-1].End:]
}

// each collects what f makes of the tokens at each place.
func (m *mutant) each(f func(i int) (string, bool)) []string {
	var out []string
	for i := range m.tokens {
		if sql, ok := f(i); ok {
			out = append(out, sql)
		}
	}
	return out
}

func (m *mutant) at(i int) sqltext.Token {
	if i < 0 || i >= len(m.tokens) {
		return sqltext.Token{}
	}
	return m.tokens[i]
}

func (m *mutant) words(i int, words []string) bool {
	for n, w := range words {
		if !m.at(i + n).Is(w) {
			return false
		}
	}
	return true
}

func swapWords(from, to []string) func(*mutant) []string {
	return func(m *mutant) []string {
		return m.each(func(i int) (string, bool) {
			if !m.words(i, from) {
				return "", false
			}
			return m.replace(i, i+len(from), strings.Join(to, " ")), true
		})
	}
}

func swapCall(from, to string) func(*mutant) []string {
	return func(m *mutant) []string {
		return m.each(func(i int) (string, bool) {
			if !m.at(i).Is(from) || !m.at(i+1).Sym("(") {
				return "", false
			}
			return m.replace(i, i+1, to), true
		})
	}
}

func swapSymbol(from, to string) func(*mutant) []string {
	return func(m *mutant) []string {
		return m.each(func(i int) (string, bool) {
			if !m.at(i).Sym(from) {
				return "", false
			}
			return m.replace(i, i+1, to), true
		})
	}
}

// inJoin says whether the token stands in the condition of a join.
func (m *mutant) inJoin(i int) bool {
	for ; i >= 0; i-- {
		for _, w := range []string{"where", "select", "group", "having", "from"} {
			if m.at(i).Is(w) {
				return false
			}
		}
		if m.at(i).Is("on") {
			return true
		}
	}
	return false
}

// wrongKey takes another column of the same table on one side of a join's equality.
func wrongKey(m *mutant) []string {
	return m.each(func(i int) (string, bool) {
		if !m.inJoin(i) || !m.at(i).Sym("=") || !m.at(i-2).Sym(".") {
			return "", false
		}
		other, ok := m.neighbour(m.at(i-3).Text, m.at(i-1).Text)
		return m.replace(i-1, i, other), ok
	})
}

func joinComparison(m *mutant) []string {
	return m.each(func(i int) (string, bool) {
		if !m.inJoin(i) || !m.at(i).Sym("=") {
			return "", false
		}
		return m.replace(i, i+1, "<>"), true
	})
}

// neighbour is another column of the relation that a CTE imports, of the same kind of name where there is one.
func (m *mutant) neighbour(cte, column string) (string, bool) {
	n, ok := m.project.Relation(m.imported(cte))
	if !ok {
		return "", false
	}
	at := slices.IndexFunc(n.Columns, func(c dbt.Column) bool { return c.Name == column })
	if at < 0 {
		return "", false
	}
	for k := range n.Columns {
		c := n.Columns[(at+1+k)%len(n.Columns)]
		if c.Name != column && c.Type == n.Columns[at].Type {
			return c.Name, true
		}
	}
	return "", false
}

// imported is the relation that a CTE is a plain copy of.
func (m *mutant) imported(cte string) string {
	for i := range m.tokens {
		if strings.EqualFold(m.at(i).Text, cte) && m.at(i+1).Is("as") && m.at(i+3).Is("select") && m.at(i+4).Sym("*") {
			return m.refAfter(i + 5)
		}
	}
	return ""
}

// refAfter is the argument of the next ref call, if it is near.
func (m *mutant) refAfter(i int) string {
	for ; i < len(m.tokens) && !m.at(i).Sym(")"); i++ {
		if m.at(i).Is("ref") {
			return strings.Trim(m.at(i+2).Text, `'"`)
		}
	}
	return ""
}

// conditionsDropped takes away one of several conditions that are joined by and.
func (m *mutant) conditionsDropped() []string {
	return m.each(func(i int) (string, bool) {
		if !m.at(i).Is("and") || m.between(i) {
			return "", false
		}
		return m.replace(i, m.conditionEnd(i+1), ""), true
	})
}

func (m *mutant) between(i int) bool { return m.at(i - 2).Is("between") }

// conditionEnd is the token after the condition that begins at i.
func (m *mutant) conditionEnd(i int) int {
	depth := 0
	for ; i < len(m.tokens); i++ {
		t := m.at(i)
		switch {
		case t.Sym("("):
			depth++
		case t.Sym(")"):
			if depth--; depth < 0 {
				return i
			}
		case depth == 0 && slices.ContainsFunc([]string{"and", "or", "group", "where", "left", "inner", "order"}, t.Is):
			return i
		}
	}
	return i
}

func (m *mutant) conditionsTurned() []string {
	return m.each(func(i int) (string, bool) {
		switch {
		case m.inJoin(i):
			return "", false
		case m.words(i, []string{"is", "not", "null"}):
			return m.replace(i, i+3, "is null"), true
		case m.words(i, []string{"is", "null"}):
			return m.replace(i, i+2, "is not null"), true
		case m.words(i, []string{"not", "in"}):
			return m.replace(i, i+2, "in"), true
		case m.at(i).Is("in") && !m.at(i-1).Is("not"):
			return m.replace(i, i+1, "not in"), true
		case m.at(i).Sym("="):
			return m.replace(i, i+1, "<>"), true
		case m.at(i).Sym("<>"):
			return m.replace(i, i+1, "="), true
		}
		return "", false
	})
}

func (m *mutant) orForAnd() []string {
	return m.each(func(i int) (string, bool) {
		if !m.at(i).Is("and") || m.between(i) {
			return "", false
		}
		return m.replace(i, i+1, "or"), true
	})
}

// quoted is the text of a string literal that is no argument of ref, source or a date function.
func (m *mutant) quoted(i int) (string, bool) {
	t := m.at(i)
	if t.Kind != sqltext.String || m.at(i-2).Is("ref") || m.at(i-2).Is("source") || m.at(i-2).Is("date_trunc") || m.at(i-1).Is("interval") {
		return "", false
	}
	return strings.Trim(t.Text, "'"), true
}

func (m *mutant) anotherValue() []string {
	return m.each(func(i int) (string, bool) {
		text, ok := m.quoted(i)
		if _, err := time.Parse(time.DateOnly, text); !ok || err == nil {
			return "", false
		}
		return m.replace(i, i+1, "'"+text+"x'"), true
	})
}

func (m *mutant) dates() []string {
	return m.each(func(i int) (string, bool) {
		text, _ := m.quoted(i)
		day, err := time.Parse(time.DateOnly, text)
		return m.replace(i, i+1, "'"+day.AddDate(0, 0, 1).Format(time.DateOnly)+"'"), err == nil
	})
}

// numbers adds one to numbers and to lengths of time; the zero of a division is none of them.
func (m *mutant) numbers() []string {
	return m.each(func(i int) (string, bool) {
		t := m.at(i)
		if count, unit, ok := strings.Cut(strings.Trim(t.Text, "'"), " "); ok && m.at(i-1).Is("interval") {
			n, err := strconv.Atoi(count)
			return m.replace(i, i+1, fmt.Sprintf("'%d %s'", n+1, unit)), err == nil
		}
		n, err := strconv.Atoi(t.Text)
		if t.Kind != sqltext.Number || err != nil || m.ordinal(i) {
			return "", false
		}
		return m.replace(i, i+1, strconv.Itoa(n+1)), true
	})
}

// ordinal says whether a number is a place in group by or order by.
func (m *mutant) ordinal(i int) bool {
	for i--; m.at(i).Kind == sqltext.Number || m.at(i).Sym(","); i-- {
	}
	return m.at(i).Is("by")
}

func (m *mutant) edges() []string {
	turned := map[string]string{"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
	return m.each(func(i int) (string, bool) {
		to, ok := turned[m.at(i).Text]
		if !ok || m.at(i).Kind != sqltext.Symbol {
			return "", false
		}
		return m.replace(i, i+1, to), true
	})
}

// grains takes another unit everywhere, as somebody who misunderstood the request would.
func (m *mutant) grains() []string {
	var out []string
	for from, to := range map[string]string{"day": "week", "week": "month", "month": "quarter", "quarter": "year", "year": "quarter"} {
		sql := strings.ReplaceAll(m.sql, "date_trunc('"+from+"'", "date_trunc('"+to+"'")
		if sql != m.sql {
			out = append(out, sql)
		}
	}
	return out
}

// columnsIn takes another column of the same table and type as the argument of a function.
func columnsIn(functions ...string) func(*mutant) []string {
	return func(m *mutant) []string {
		return m.each(func(i int) (string, bool) {
			if !slices.ContainsFunc(functions, m.at(i).Is) || !m.at(i+1).Sym("(") {
				return "", false
			}
			for j := i + 2; j < len(m.tokens) && !m.at(j).Sym(")"); j++ {
				if m.at(j).Kind != sqltext.Word || m.at(j+1).Sym(".") {
					continue
				}
				tables := m.imports()
				if m.at(j - 1).Sym(".") {
					tables = []string{m.at(j - 2).Text}
				}
				for _, table := range tables {
					if other, ok := m.neighbour(table, m.at(j).Text); ok {
						return m.replace(j, j+1, other), true
					}
				}
			}
			return "", false
		})
	}
}

// imports are the CTEs that are a plain copy of a relation.
func (m *mutant) imports() []string {
	var out []string
	for i := range m.tokens {
		if m.at(i+1).Is("as") && m.at(i+2).Sym("(") && m.imported(m.at(i).Text) != "" {
			out = append(out, m.at(i).Text)
		}
	}
	return out
}

func (m *mutant) distinctDropped() []string {
	return m.each(func(i int) (string, bool) {
		if !m.at(i).Is("distinct") {
			return "", false
		}
		return m.replace(i, i+1, ""), true
	})
}

// importWith writes something behind the end of an import; %[1]s is the relation.
func importWith(text string) func(*mutant) []string {
	return func(m *mutant) []string {
		return m.each(func(i int) (string, bool) {
			if !m.at(i).Is("ref") {
				return "", false
			}
			end := i
			for end < len(m.tokens) && !m.at(end).Sym("}}") && !m.at(end).Sym("}") {
				end++
			}
			for m.at(end + 1).Sym("}") {
				end++
			}
			more := text
			if strings.Contains(text, "%") {
				more = fmt.Sprintf(text, strings.Trim(m.at(i+2).Text, `'"`))
			}
			return m.sql[:m.tokens[end].End] + more + m.sql[m.tokens[end].End:], true
		})
	}
}

// tables lets the model read the next of the relations that have the columns of the one it should read.
func (m *mutant) tables() []string {
	return m.each(func(i int) (string, bool) {
		if !m.at(i).Is("ref") {
			return "", false
		}
		n, ok := m.project.Relation(strings.Trim(m.at(i+2).Text, `'"`))
		if !ok {
			return "", false
		}
		for _, other := range m.project.Models() {
			if other.ID != n.ID && shared(n, other)*2 >= len(n.Columns) {
				return m.replace(i+2, i+3, "'"+other.Name+"'"), true
			}
		}
		return "", false
	})
}

func shared(a, b *dbt.Node) int {
	n := 0
	for _, c := range a.Columns {
		if _, ok := b.Column(c.Name); ok {
			n++
		}
	}
	return n
}

func (m *mutant) signs() []string {
	return m.each(func(i int) (string, bool) {
		switch {
		case m.at(i).Sym("-") && !m.at(i+1).Is("interval") && !m.at(i+1).Is("cast"):
			return m.replace(i, i+1, "+"), true
		case m.at(i).Is("sum") && m.at(i+1).Sym("("):
			return m.replace(i, i+1, "-sum"), true
		}
		return "", false
	})
}

// groups puts every row into one group of a dimension: the bucket for rows without a value.
func (m *mutant) groups() []string {
	return m.each(func(i int) (string, bool) {
		text, ok := m.quoted(i + 4) // coalesce(segment, 'unknown')
		if !ok {
			text, ok = m.quoted(i + 6) // coalesce(customers.segment, 'unknown')
		}
		for end := i; ok && m.at(i).Is("coalesce") && end < len(m.tokens); end++ {
			if m.at(end).Sym(")") {
				return m.replace(i, end+1, "'"+text+"'"), true
			}
		}
		return "", false
	})
}
