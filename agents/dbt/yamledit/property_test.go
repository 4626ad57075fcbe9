package yamledit

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestInsertionsKeepEveryOtherByte writes files in random styles and edits them. Whatever the style, taking the inserted lines
// away gives the file back, and the result means the old content plus the entry.
func TestInsertionsKeepEveryOtherByte(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	refused := 0
	const runs = 1000
	for range runs {
		g := &generator{r: r}
		src := g.file()
		style := Style{Indent: 2 + 2*r.IntN(2), FlushLists: g.one(), ArgumentsKey: g.one(), BlockText: []string{"", ">-", ">", "|-", "|"}[r.IntN(5)], BlankBetween: g.one(), BlankColumns: g.one(),
			BlockValues: g.one(), Quotes: []string{"", "plain", "single", "double"}[r.IntN(4)], TestsKey: []string{"tests", "data_tests"}[r.IntN(2)]}
		before, err := decode(src)
		if err != nil {
			t.Fatalf("generator: %v\n%s", err, src)
		}
		var out []byte
		var check func(before, after map[string]any) error
		switch r.IntN(3) {
		case 0:
			m := g.model()
			out, err = AddModel(src, style, m)
			check = func(before, after map[string]any) error {
				return grown(list(before["models"]), list(after["models"]), m.Name)
			}
		case 1:
			c := g.column("new_column")
			out, err = AddColumn(src, style, "m0", c)
			check = func(before, after map[string]any) error {
				return grown(list(entry(before, "m0")["columns"]), list(entry(after, "m0")["columns"]), c.Name)
			}
		case 2:
			out, err = AddTests(src, style, "m0", "c0", Test{Name: "added", Args: []Pair{{"a", g.text()}}})
			check = func(before, after map[string]any) error { return nil }
		}
		if err != nil {
			if !strings.Contains(string(src), "&") && !strings.Contains(string(src), "{") {
				t.Fatalf("refused: %v\n%s", err, src)
			}
			refused++
			continue
		}
		inserted(t, src, out)
		after, err := decode(out)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if strings.Contains(string(src), "\r\n") && strings.Contains(strings.ReplaceAll(string(out), "\r\n", ""), "\n") {
			t.Fatalf("mixed line ends\n%q", out)
		}
		if err := check(before.(map[string]any), after.(map[string]any)); err != nil {
			t.Fatalf("%v\n%s\n---\n%s", err, src, out)
		}
	}
	if refused > runs/2 {
		t.Errorf("%d of %d files were refused", refused, runs)
	}
}

func list(v any) []any { l, _ := v.([]any); return l }

func entry(file map[string]any, name string) map[string]any {
	for _, m := range list(file["models"]) {
		if m.(map[string]any)["name"] == name {
			return m.(map[string]any)
		}
	}
	return nil
}

func grown(before, after []any, name string) error {
	same := func(a, b []any) bool { // a block scalar at the very end of a file may have got a line end
		return len(a) == 0 || strings.ReplaceAll(fmt.Sprint(a), "\n", "") == strings.ReplaceAll(fmt.Sprint(b), "\n", "")
	}
	if len(after) != len(before)+1 || !same(before, after[:len(before)]) {
		return fmt.Errorf("%d entries became %d", len(before), len(after))
	}
	if got := after[len(after)-1].(map[string]any)["name"]; got != name {
		return fmt.Errorf("the last entry is %v", got)
	}
	return nil
}

// generator writes properties files in random styles.
type generator struct {
	r *rand.Rand
	b strings.Builder
}

func (g *generator) one() bool  { return g.r.IntN(2) == 0 }
func (g *generator) rare() bool { return g.r.IntN(8) == 0 }

func (g *generator) text() string {
	return []string{"plain", "with: colon", "quote ' and \"", "# hash", "two\nlines", "yes", "12:30", "1e3", "", " edge ", "{{ doc('x') }}", "long " + strings.Repeat("word ", 30) + "end",
		"ümlaut – dash", "- item", "tab\there", "@at", "null", "2024-01-01", "a\n\nb"}[g.r.IntN(19)]
}

func (g *generator) model() Model {
	m := Model{Name: "new_model", Description: g.text()}
	for i := range g.r.IntN(4) {
		m.Columns = append(m.Columns, g.column(fmt.Sprint("n", i)))
	}
	if g.one() {
		m.Config = []Pair{{"materialized", "table"}, {"meta", []Pair{{"owner", g.text()}, {"n", 3}}}}
	}
	return m
}

func (g *generator) column(name string) Column {
	c := Column{Name: name, Description: g.text()}
	if g.one() {
		c.Tests = []Test{{Name: "not_null"}, {Name: "accepted_values", Args: []Pair{{"values", []string{g.text(), g.text()}}, {"quote", true}}}}
	}
	return c
}

func (g *generator) file() []byte {
	indent, flush, blank := 2+2*g.r.IntN(2), g.one(), g.one()
	if g.rare() {
		g.line(0, "# a comment on top")
	}
	if g.one() {
		g.line(0, "version: 2")
		g.line(0, "")
	}
	anchors := g.rare()
	if anchors {
		g.line(0, "x-common: &common")
		g.line(indent, "tags: [a, b] # flow: {x}")
	}
	g.line(0, "models:"+[]string{"", " # the models"}[g.r.IntN(2)])
	dash := indent
	if flush {
		dash = 0
	}
	for i := range 1 + g.r.IntN(3) {
		if i > 0 && blank {
			g.line(0, "")
		}
		if g.rare() {
			g.line(dash, "# - name: commented_out")
		}
		g.line(dash, fmt.Sprintf("- name: m%d", i))
		at := dash + 2
		g.description(at, indent)
		if anchors && g.one() {
			g.line(at, "<<: *common")
		}
		if i == 0 || g.one() {
			g.columns(at, indent, flush, blank && g.one())
		}
		if g.rare() {
			g.line(at, "config: {materialized: table} # kept")
		}
	}
	if g.one() {
		g.line(0, "")
		g.line(0, "# sources below")
		g.line(0, "sources:")
		g.line(dash, "- name: s")
	}
	out := g.b.String()
	if g.rare() {
		out = strings.TrimRight(out, "\n")
	} else if g.rare() {
		out += "\n\n"
	}
	if g.rare() {
		out = strings.ReplaceAll(out, "\n", "\r\n")
	}
	return []byte(out)
}

func (g *generator) columns(at, indent int, flush, blank bool) {
	g.line(at, "columns:")
	dash := at + indent
	if flush {
		dash = at
	}
	for i := range 1 + g.r.IntN(3) {
		if i > 0 && blank {
			g.line(0, "")
		}
		g.line(dash, fmt.Sprintf("- name: c%d", i))
		g.description(dash+2, indent)
		switch g.r.IntN(4) {
		case 0:
			g.line(dash+2, "tests:")
			inner := dash + 2 + indent
			if flush {
				inner = dash + 2
			}
			g.line(inner, "- unique")
			g.line(inner, "- not_null   # a must")
		case 1:
			g.line(dash+2, "data_type: \"text\"")
		}
	}
}

func (g *generator) description(at, indent int) {
	switch g.r.IntN(7) {
	case 0:
		g.line(at, "description: plain text")
	case 1:
		g.line(at, "description: 'it''s # no comment'")
	case 2:
		g.line(at, "description: |")
		g.line(at+indent, "# looks like a comment")
		g.line(0, "")
		g.line(at+indent, "- looks like a list")
	case 3:
		g.line(at, "description: >-")
		g.line(at+indent, "folded")
		g.line(at+indent, "text")
	case 4:
		g.line(at, "description: \"several")
		g.line(at+indent, "lines\"")
	case 5:
		g.line(at, "description: |+")
		g.line(at+indent, "keeps its end")
		g.line(0, "")
	}
}

func (g *generator) line(indent int, s string) {
	if s != "" {
		g.b.WriteString(strings.Repeat(" ", indent))
	}
	g.b.WriteString(s + "\n")
}
