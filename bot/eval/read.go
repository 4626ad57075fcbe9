package eval

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"firstmile/glossary"
)

// Suffix of a suite's file.
const Suffix = ".suite.yaml"

// Problem is a mistake in a suite.
type Problem struct {
	Path    string
	Line    int
	Message string
}

// Error is "path:line: message".
func (p Problem) Error() string { return fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Message) }

// Load reads suites: files, or folders with *.suite.yaml at any depth. The error joins all Problems.
func Load(paths ...string) ([]Suite, error) {
	var files []string
	for _, p := range paths {
		found, err := find(p)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	files = slices.Compact(files)
	var suites []Suite
	var errs []error
	seen := map[string]Case{}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("reading the suite: %w", err)
		}
		s, err := Parse(f, body)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, c := range s.Cases {
			if first, twice := seen[c.ID]; twice {
				errs = append(errs, Problem{f, c.Line, fmt.Sprintf("the id %q is taken by the case at %s:%d", c.ID, first.Suite, first.Line)})
			}
			seen[c.ID] = c
		}
		suites = append(suites, s)
	}
	return suites, errors.Join(errs...)
}

func find(p string) ([]string, error) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, fmt.Errorf("there is no suite at %s: %w", p, err)
	}
	if !info.IsDir() {
		return []string{filepath.Clean(p)}, nil
	}
	var files []string
	err = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, Suffix) {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for suites: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no *%s in %s", Suffix, p)
	}
	return files, nil
}

// Parse reads the bytes of one suite: a list of cases, or a map of thresholds and cases. The error joins Problems.
func Parse(name string, body []byte) (Suite, error) {
	r := &reader{suite: Suite{Path: name}}
	var doc yaml.Node
	if err := yaml.Unmarshal(body, &doc); err != nil {
		r.failed(1, strings.TrimPrefix(err.Error(), "yaml: "))
		return Suite{}, errors.Join(r.errs...)
	}
	if len(doc.Content) == 0 {
		return Suite{}, Problem{name, 1, "the suite is empty: write a list of cases"}
	}
	r.root(resolve(doc.Content[0]))
	return r.suite, errors.Join(r.errs...)
}

type reader struct {
	suite Suite
	errs  []error
}

func (r *reader) fail(line int, format string, args ...any) {
	r.errs = append(r.errs, Problem{r.suite.Path, line, fmt.Sprintf(format, args...)})
}

func (r *reader) root(n *yaml.Node) {
	switch n.Kind {
	case yaml.SequenceNode:
		r.cases(n)
	case yaml.MappingNode:
		r.unknownKeys(n, reflect.TypeFor[Suite]())
		for i := 0; i+1 < len(n.Content); i += 2 {
			switch value := resolve(n.Content[i+1]); n.Content[i].Value {
			case "thresholds":
				r.thresholds(value)
			case "cases":
				r.cases(value)
			}
		}
	default:
		r.fail(n.Line, "a suite is a list of cases, or a map of thresholds and cases")
	}
	if len(r.errs) == 0 && len(r.suite.Cases) == 0 {
		r.fail(n.Line, "the suite has no cases")
	}
}

func (r *reader) thresholds(n *yaml.Node) {
	r.unknownKeys(n, reflect.TypeFor[Thresholds]())
	t := &r.suite.Thresholds
	if err := n.Decode(t); err != nil {
		r.decoding(n.Line, err)
		return
	}
	for name, rate := range map[string]*float64{"right": t.Right, "clear": t.Clear, "ambiguity_recall": t.AmbiguityRecall,
		"false_questions": t.FalseQuestions, "unanswerable": t.Unanswerable, "reuse": t.Reuse, "chatter": t.Chatter,
		"same_meaning": t.SameMeaning, "modifiers": t.Modifiers} {
		if rate != nil && !(*rate >= 0 && *rate <= 1) {
			r.fail(n.Line, "the threshold %s is a share between 0 and 1, not %v", name, *rate)
		}
	}
	if t.UnaskedWrong != nil && *t.UnaskedWrong < 0 {
		r.fail(n.Line, "the threshold unasked_wrong is a number of cases, not %d", *t.UnaskedWrong)
	}
}

func (r *reader) cases(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		r.fail(n.Line, "cases are a list")
		return
	}
	seen := map[string]int{}
	for _, item := range n.Content {
		item = resolve(item)
		before := len(r.errs)
		r.unknownKeys(item, reflect.TypeFor[Case]())
		c := Case{Suite: r.suite.Path, Folder: filepath.Dir(r.suite.Path), Line: item.Line}
		if err := item.Decode(&c); err != nil {
			r.decoding(item.Line, err)
		}
		if len(r.errs) > before {
			continue
		}
		r.check(c)
		if line, twice := seen[c.ID]; twice {
			r.fail(c.Line, "the id %q is taken by the case in line %d", c.ID, line)
		}
		seen[c.ID] = c.Line
		r.suite.Cases = append(r.suite.Cases, c)
	}
	r.siblings()
}

// siblings finds the cases that others say again in other words.
func (r *reader) siblings() {
	cases := r.suite.Cases
	for i, c := range cases {
		if c.SameAs == "" {
			continue
		}
		at := slices.IndexFunc(cases, func(o Case) bool { return o.ID == c.SameAs })
		switch {
		case at < 0:
			r.fail(c.Line, "case %s: same_as: there is no case %q in this suite", c.ID, c.SameAs)
		case at == i:
			r.fail(c.Line, "case %s: it cannot be the same as itself", c.ID)
		case cases[at].Project != c.Project || cases[at].Glossary != c.Glossary || cases[at].AsOf != c.AsOf:
			r.fail(c.Line, "case %s: same_as: case %s is about another project, glossary or day", c.ID, c.SameAs)
		default:
			other := cases[at]
			cases[i].same = &other
		}
	}
}

// check looks at what the types do not say.
func (r *reader) check(c Case) {
	e := c.Expect
	if strings.TrimSpace(c.ID) == "" {
		r.fail(c.Line, "a case needs an id")
	}
	if strings.TrimSpace(c.Request) == "" && c.Kind != string(Chatter) {
		r.fail(c.Line, "case %s: the request is empty", c.ID)
	}
	if _, err := time.Parse(time.DateOnly, c.AsOf); c.AsOf != "" && err != nil {
		r.fail(c.Line, "case %s: as_of %q is not a date such as 2026-06-30", c.ID, c.AsOf)
	}
	for _, s := range e.Status {
		if !slices.Contains(statuses, s) {
			r.fail(c.Line, "case %s: the status %q is none of %s", c.ID, s, strings.Join(statuses, ", "))
		}
	}
	if e.MustNotAsk && len(e.Asks) > 0 {
		r.fail(c.Line, "case %s: it must ask about %q and must not ask", c.ID, e.Asks[0])
	}
	if len(e.Status) == 0 && len(e.Asks) == 0 && !e.MustNotAsk && e.Model == "" && e.ResultSQL == "" && len(e.Uses)+len(e.Columns)+len(e.Names) == 0 {
		r.fail(c.Line, "case %s: it expects nothing", c.ID)
	}
	if e.ResultSQL != "" && !e.answers() {
		r.fail(c.Line, "case %s: there are no rows to compare with result_sql when the status is %s", c.ID, strings.Join(e.Status, " or "))
	}
	r.answers(c)
}

// answers must be texts, in a list or by question.
func (r *reader) answers(c Case) {
	n := resolve(&c.Answers)
	items := n.Content
	switch n.Kind {
	case 0, yaml.SequenceNode:
	case yaml.MappingNode:
		items = nil
		for i := 1; i < len(n.Content); i += 2 {
			items = append(items, n.Content[i])
		}
	case yaml.ScalarNode:
		if n.Tag != "!!null" {
			r.fail(n.Line, "case %s: answers are a list in order, or a map from a question's id or subject", c.ID)
		}
	}
	for _, item := range items {
		if resolve(item).Kind != yaml.ScalarNode {
			r.fail(item.Line, "case %s: an answer must be text", c.ID)
		}
	}
}

// decoding reports what yaml says of values of the wrong type.
func (r *reader) decoding(line int, err error) {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		r.failed(line, err.Error())
		return
	}
	for _, e := range typed.Errors {
		r.failed(line, e)
	}
}

// failed reports what yaml says, in the line that it names itself ("line 3: …"), else in the one given.
func (r *reader) failed(line int, text string) {
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		if number, after, ok := strings.Cut(rest, ": "); ok {
			if n, err := strconv.Atoi(number); err == nil {
				line, text = n, after
			}
		}
	}
	r.fail(line, "%s", text)
}

// unknownKeys reports the keys of a mapping that the type, or the types in its fields, do not have.
func (r *reader) unknownKeys(n *yaml.Node, t reflect.Type) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		return // decoding complains
	}
	known := fields(t)
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		field, ok := known[key.Value]
		if !ok {
			hint := ""
			if near := glossary.Nearest(key.Value, names, 1); len(near) > 0 {
				hint = fmt.Sprintf("; did you mean %s?", near[0])
			}
			r.fail(key.Line, "unknown key %q%s", key.Value, hint)
			continue
		}
		if field == reflect.TypeFor[Expect]() {
			r.unknownKeys(n.Content[i+1], field)
		}
	}
}

// fields are the YAML keys of a struct with the types behind them.
func fields(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "-" {
			out[name] = t.Field(i).Type
		}
	}
	return out
}

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}
