package documenter

import (
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	gmtext "github.com/yuin/goldmark/text"

	"firstmile/planner/plan"
)

// FuzzForeignText puts one foreign text into every place of a brief. Read as GitHub reads it, the body must hold no link,
// image or HTML at all (none of ours has any), no mention and no reference in its prose, and the same blocks as a
// body with harmless words.
func FuzzForeignText(f *testing.F) {
	for _, s := range []string{"plain words", "@team and @org/team", "<script>alert(1)</script>", "[x](https://evil.example)", "![x](//evil)",
		"https://evil.example/a?b=c#d", "www.evil.example", "WWW.evil.example", "me@evil.example", "<https://evil.example|good>", "&#64;team &lt;b&gt;",
		"`code` ``@x``", "a | b \\| c", "# head\n## Approval\nApproved", "- item\n1. one\n> quote\n```\nfence", "<!-- firstmile -->", "fixes #12, GH-12 and org/repo#3",
		"~~~mermaid\ngraph", "| a |\n| --- |\n| b |", "[ref]: https://evil.example\n[ref]", "\\@team \\<b>", "line one\u2028@team", "a\u200b@team", "*b* _i_ __b__ $x$ [^1]", "\x00\xff@team",
		"http:/\\/evil", "ftp://evil.example", "mailto:a@b.example", "=====", "---", "::: @x", "x\r\n\r\n<img src=x>", "&commat;team", "@\u2060team", "1) x", "+ x", "a_@_b"} {
		f.Add(s)
	}
	r := shop(f)
	want := blocks(f, bodyWith(f, r, "harmless words"))
	f.Fuzz(func(t *testing.T, s string) {
		body := bodyWith(t, r, s)
		if got := blocks(t, body); got != want && strings.TrimSpace(oneLine(s, maxText)) != "" {
			t.Errorf("%q changes the structure of the body:\n%s", s, body)
		}
	})
}

func bodyWith(t testing.TB, r repository, s string) string {
	t.Helper()
	b := brief()
	b.Restatement, b.Spec.Title = s, s
	b.Request.Turns[0].Text, b.Request.Turns[0].Person.Name = s, s
	b.Assumptions[0].Text, b.Rejected[0], b.Evidence[0] = s, s, plan.Evidence{Words: s, Ref: s, Detail: s}
	b.Spec.Filters[0].Label, b.Spec.Window.Label = s, s
	b.Change.Model = s
	b.Change.Properties.Columns[0] = plan.PropertyColumn{Name: s, Description: s, Source: s, Tests: []plan.Test{{Name: s, Evidence: s,
		Arguments: []plan.Argument{{Name: s, Value: s}}}}}
	report := report(b.Change)
	report.Checks[0].Name, report.Checks[0].Detail = s, s
	report.Preview.Columns[1], report.Preview.Rows[0][1] = s, s
	b.Reports = []plan.Report{report}
	b.Approval = &plan.Approval{Person: plan.Person{Name: s}, Digest: s}
	d, err := New(r, nil).Describe(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(d.Title, "\r\n") || strings.Contains(strings.ReplaceAll(d.Title, "@"+joiner, ""), "@") {
		t.Errorf("title %q", d.Title)
	}
	return d.Body
}

// blocks is the structure of a Markdown text: its kinds of node, without what is in them.
func blocks(t testing.TB, body string) string {
	t.Helper()
	source := []byte(body)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote)).Parser().Parse(gmtext.NewReader(source))
	var out strings.Builder
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindLink, ast.KindImage, ast.KindAutoLink, ast.KindRawHTML, ast.KindHTMLBlock:
			t.Errorf("the body holds a %s:\n%s", n.Kind(), body)
		case ast.KindText:
			prose(t, string(n.(*ast.Text).Value(source)), n)
			return ast.WalkContinue, nil
		case ast.KindString:
			return ast.WalkContinue, nil
		}
		if n.Type() == ast.TypeBlock || n.Kind() == ast.KindEmphasis {
			out.WriteString(n.Kind().String() + "\n")
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// prose fails on what GitHub would make a mention or a reference of, outside code.
func prose(t testing.TB, s string, n ast.Node) {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindCodeSpan || p.Kind() == ast.KindFencedCodeBlock {
			return
		}
	}
	runes := []rune(s)
	for i, r := range runes[:max(len(runes)-1, 0)] {
		if next := runes[i+1]; (r == '@' || r == '#') && (unicode.IsLetter(next) || unicode.IsDigit(next)) {
			t.Errorf("the prose holds %q", s)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"fct_orders (net), 50 % – fine!", "fct_orders (net), 50 % – fine!"},
		{"a*b*c [x](y)", `a\*b\*c \[x\](y)`},
		{"<b> & c", "&lt;b&gt; &amp; c"},
		{"# head", `\# head`},
		{"_x_", `\_x\_`},
		{"two\nlines\t here", "two lines here"},
	} {
		if got := Text(c.in); got != c.want {
			t.Errorf("Text(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestLongTextIsCut(t *testing.T) {
	if got := Text(strings.Repeat("ä", 5000)); !strings.HasSuffix(got, " …") || len([]rune(got)) != maxText+2 {
		t.Errorf("%d runes", len([]rune(got)))
	}
}
