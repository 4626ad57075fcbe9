package conventions

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"firstmile/agents/dbt"

	"gopkg.in/yaml.v3"
)

// propertiesFile is a YAML file that describes models.
type propertiesFile struct {
	path   string
	text   string
	models []*dbt.Node
}

// describing lists the files that describe models, in order of path.
func describing(p *dbt.Project) []propertiesFile {
	byPath := map[string][]*dbt.Node{}
	for _, n := range p.Models() {
		if n.YAMLPath != "" {
			byPath[n.YAMLPath] = append(byPath[n.YAMLPath], n)
		}
	}
	var out []propertiesFile
	for _, f := range p.Files {
		if models := byPath[f.Path]; models != nil {
			out = append(out, propertiesFile{f.Path, f.Text, models})
		}
	}
	return out
}

// yaml counts what a properties file shows.
func (b *ballots) yaml(f propertiesFile) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(f.text), &doc); err != nil || len(doc.Content) == 0 {
		return
	}
	b.majority("line ends of YAML files", "CRLF", strings.Count(f.text, "\r\n"), "LF", strings.Count(f.text, "\n")-strings.Count(f.text, "\r\n"))
	b.yes("version: 2 line", startsWithVersion(f.text))
	b.walk(doc.Content[0], strings.Split(f.text, "\n"), 0)
}

func startsWithVersion(text string) bool {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line == "---" || strings.HasPrefix(line, "#") {
			continue
		}
		return strings.HasPrefix(line, "version:")
	}
	return false
}

// walk counts in a mapping or list and what is below.
func (b *ballots) walk(n *yaml.Node, lines []string, depth int) {
	if depth > 30 {
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, x := range n.Content {
			b.walk(x, lines, depth+1)
		}
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		switch k.Value {
		case "tests", "data_tests":
			b.vote("key of tests", k.Value, 1)
			b.tests(v)
		case "description":
			b.description(v)
		case "values":
			b.values(v)
		}
		if v.Kind == yaml.SequenceNode && v.Style&yaml.FlowStyle == 0 && len(v.Content) > 0 {
			b.list(k, v, lines)
		}
		b.walk(v, lines, depth+1)
	}
}

// tests looks at where arguments stand.
func (b *ballots) tests(list *yaml.Node) {
	for _, t := range list.Content {
		if t.Kind != yaml.MappingNode || len(t.Content) < 2 || t.Content[1].Kind != yaml.MappingNode {
			continue
		}
		old, under := false, false
		body := t.Content[1]
		for i := 0; i < len(body.Content); i += 2 {
			switch body.Content[i].Value {
			case "arguments":
				under = true
			case "config", "name", "severity", "where", "description":
			default:
				old = true
			}
		}
		if old || under {
			b.yes("arguments: key of tests", under)
		}
	}
}

// longText is from how many characters on a description counts as long.
const longText = 80

func (b *ballots) description(v *yaml.Node) {
	if v.Kind != yaml.ScalarNode || v.Value == "" {
		return
	}
	doc := strings.Contains(v.Value, "{{ doc(") || strings.Contains(v.Value, "{{doc(")
	b.yes("docs blocks", doc)
	block := v.Style == yaml.FoldedStyle || v.Style == yaml.LiteralStyle
	if len(v.Value) >= longText {
		b.yes("long descriptions as blocks", block)
	}
	switch {
	case block:
		b.vote(blockMark, mark(v), 1)
	case doc:
	case v.Style == yaml.DoubleQuotedStyle:
		b.vote("quotes of descriptions", string(Double), 1)
	case v.Style == yaml.SingleQuotedStyle:
		b.vote("quotes of descriptions", string(Single), 1)
	default:
		b.vote("quotes of descriptions", string(Plain), 1)
	}
}

// blockMark is the field of what a block of text begins with.
const blockMark = "blocks of text begin with"

// mark is what a block of text begins with: ">" joins its lines, "|" keeps them, "-" drops the line end behind the last.
func mark(v *yaml.Node) string {
	out := ">"
	if v.Style == yaml.LiteralStyle {
		out = "|"
	}
	if !strings.HasSuffix(v.Value, "\n") {
		out += "-"
	}
	return out
}

func (b *ballots) values(v *yaml.Node) {
	if v.Kind == yaml.SequenceNode && len(v.Content) > 0 {
		b.yes("values with a line each", v.Style&yaml.FlowStyle == 0)
	}
}

// list looks at the dashes of a block list and at the blank lines between its entries.
func (b *ballots) list(k, v *yaml.Node, lines []string) {
	offset := v.Column - k.Column
	b.yes("dashes under their key", offset == 0)
	if offset > 0 && offset <= 8 {
		b.vote("indentation of YAML", strconv.Itoa(offset), 1)
	}
	field := map[string]string{"models": "blank line between models", "columns": "blank line between columns"}[k.Value]
	if field == "" || len(v.Content) < 2 {
		return
	}
	for _, x := range v.Content[1:] {
		at := x.Line - 2
		for at > 0 && at < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[at]), "#") {
			at--
		}
		b.yes(field, at >= 0 && at < len(lines) && strings.TrimSpace(lines[at]) == "")
	}
}

func (b *ballots) decideYAML() YAML {
	y := YAML{
		Scheme:       Scheme(b.decide("YAML files", string(PerFolder))),
		Pattern:      b.decide("name of YAML files", "_{folder}__models.yml"),
		TestsKey:     b.decide("key of tests", "data_tests"),
		ArgumentsKey: b.flag("arguments: key of tests", true),
		Indent:       b.number("indentation of YAML", 2),
		FlushLists:   b.flag("dashes under their key", false),
		Version2:     b.flag("version: 2 line", false),
		Quotes:       Quotes(b.decide("quotes of descriptions", string(Plain))),
		BlockValues:  b.flag("values with a line each", false),
		DocsBlocks:   b.flag("docs blocks", false),
		BlankBetween: b.flag("blank line between models", true),
		BlankColumns: b.flag("blank line between columns", false),
		CRLF:         b.decide("line ends of YAML files", "LF") == "CRLF",
	}
	if b.flag("long descriptions as blocks", false) {
		y.BlockText = b.decide(blockMark, ">-")
	}
	return y
}

// scheme looks at which models share a file and how files are named.
func (b *ballots) scheme(files []propertiesFile) {
	for _, f := range files {
		base := path.Base(f.path)
		stem := strings.TrimSuffix(base, path.Ext(base))
		name := f.models[0].Name
		if len(f.models) == 1 && (stem == name || stem == "_"+name) {
			b.vote("YAML files", string(PerModel), 1)
			b.vote("name of YAML files", replaceWord(base, name, "{model}"), 1)
			continue
		}
		b.vote("YAML files", string(PerFolder), len(f.models))
		b.vote("name of YAML files", pattern(f.path), len(f.models))
	}
}

// pattern generalises a file's name by the names of its folders.
func pattern(p string) string {
	dir, base := path.Split(p)
	dirs := strings.Split(strings.Trim(dir, "/"), "/")
	slices.Reverse(dirs)
	for i, d := range dirs {
		hole := []string{"{folder}", "{parent}"}
		if i < len(hole) && d != "models" && d != "" {
			base = replaceWord(base, d, hole[i])
		}
	}
	return base
}

// replaceWord replaces the first occurrence of word that is not part of a longer word.
func replaceWord(s, word, by string) string {
	edge := func(b byte) bool { return b == '_' || b == '-' || b == '.' }
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return s
		}
		i += from
		end := i + len(word)
		if (i == 0 || edge(s[i-1])) && (end == len(s) || edge(s[end])) {
			return s[:i] + by + s[end:]
		}
		from = i + 1
	}
}

// named fills a pattern for a model in a folder.
func named(pattern, dir, model string) string {
	parent := path.Base(path.Dir(dir))
	return strings.NewReplacer("{folder}", path.Base(dir), "{parent}", parent, "{model}", model).Replace(pattern)
}
