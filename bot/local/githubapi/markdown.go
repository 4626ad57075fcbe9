package githubapi

import (
	"bytes"
	"fmt"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// site is what pages are made of.
//
// Markdown goes through two stages: goldmark renders it with GitHub's extensions and lets inline HTML
// (details, summary) pass; bluemonday then keeps only what is harmless. HTML comments, such as the
// marker by which a bot knows its own pull request, disappear. A mermaid block stays a code block: drawing
// it would need a script.
type site struct {
	pages    *template.Template
	style    template.CSS
	markdown goldmark.Markdown
	harmless *bluemonday.Policy
}

func newSite() (*site, error) {
	pages, err := template.New("").Funcs(template.FuncMap{
		"date": func(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") },
		"iso":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).ParseFS(web, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("reading the page templates: %w", err)
	}
	style, err := web.ReadFile("web/style.css")
	if err != nil {
		return nil, fmt.Errorf("reading the style sheet: %w", err)
	}
	p := bluemonday.UGCPolicy()
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[a-zA-Z0-9_-]+$`)).OnElements("code")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("open").OnElements("details")
	p.AllowElements("details", "summary")
	p.RequireNoReferrerOnLinks(true)
	return &site{pages: pages, style: template.CSS(style), harmless: p,
		markdown: goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))}, nil
}

// render turns untrusted Markdown into harmless HTML.
func (s *site) render(text string) template.HTML {
	var buf bytes.Buffer
	if err := s.markdown.Convert([]byte(text), &buf); err != nil {
		return template.HTML("<pre>" + template.HTMLEscapeString(text) + "</pre>")
	}
	return template.HTML(s.harmless.SanitizeBytes(buf.Bytes()))
}

// diffRows numbers the lines of a patch.
func diffRows(patch string) []diffRow {
	if patch == "" {
		return nil
	}
	var out []diffRow
	before, after := 0, 0
	for _, line := range strings.Split(patch, "\n") {
		switch {
		case strings.HasPrefix(line, "@@"):
			before, after = hunkStart(line)
			out = append(out, diffRow{Kind: "hunk", Text: line})
		case strings.HasPrefix(line, "+"):
			out = append(out, diffRow{Kind: "add", Sign: "+", Text: line[1:], New: after})
			after++
		case strings.HasPrefix(line, "-"):
			out = append(out, diffRow{Kind: "del", Sign: "−", Text: line[1:], Old: before})
			before++
		case strings.HasPrefix(line, `\`):
			out = append(out, diffRow{Kind: "hunk", Text: strings.TrimPrefix(line, `\ `)})
		default:
			out = append(out, diffRow{Kind: "same", Text: strings.TrimPrefix(line, " "), Old: before, New: after})
			before, after = before+1, after+1
		}
	}
	return out
}

// hunkStart reads the first line numbers from "@@ -a,b +c,d @@".
func hunkStart(line string) (before, after int) {
	for _, field := range strings.Fields(line) {
		number, _, _ := strings.Cut(strings.TrimLeft(field, "+-"), ",")
		n, err := strconv.Atoi(number)
		switch {
		case err != nil:
		case strings.HasPrefix(field, "-"):
			before = n
		case strings.HasPrefix(field, "+"):
			return before, n
		}
	}
	return before, after
}
