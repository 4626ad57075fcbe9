// Package teach makes a change of a project's glossary out of a word and what somebody said it means: a synonym of a term, the
// default among terms that share the word, or a term of its own for a column, some values, or a measure that the interpreter
// can ground in what is there. It refuses, with a sentence, what it cannot ground; it never invents a meaning.
//
// The change holds glossary files only, and inserts: every other byte stays. It owns no files; what it makes goes
// through approval and the forge like any change.
package teach

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/documenter"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// Projects gives what is configured, as it stands at a base.
type Projects interface {
	Resolve(ctx context.Context, id plan.ProjectID) (plan.Base, plan.Rules, error)
	Read(ctx context.Context, base plan.Base) (*dbt.Project, fs.FS, error)
	Glossary(ctx context.Context, base plan.Base) (*glossary.Glossary, error)
}

// Reader reads words as a request.
type Reader interface {
	Interpret(ctx context.Context, request plan.Request) (plan.Reading, error)
}

// Lint lists the problems of a glossary in a project.
type Lint func(*glossary.Glossary, *dbt.Project) (glossary.Problems, error)

// Teacher implements the driver's port of that name.
type Teacher struct {
	projects Projects
	reader   Reader
	lint     Lint
}

// New makes a Teacher.
func New(p Projects, r Reader, l Lint) *Teacher { return &Teacher{projects: p, reader: r, lint: l} }

// folder of a project that holds its glossary.
const folder = "glossary"

// class is a lesson being made into a change.
type class struct {
	t        *Teacher
	lesson   plan.Lesson
	base     plan.Base
	project  *dbt.Project
	files    fs.FS
	glossary *glossary.Glossary

	edited map[string][]byte // new text by the path of a file, as the glossary knows it
	out    plan.Teaching
}

func refuse(format string, args ...any) error {
	return plan.NewFailure(plan.Refused, "not_grounded", fmt.Sprintf(format, args...), nil)
}

// Teach makes the change on the newest state of the project.
func (t *Teacher) Teach(ctx context.Context, id plan.ProjectID, lesson plan.Lesson) (plan.Teaching, error) {
	base, rules, err := t.projects.Resolve(ctx, id)
	if err != nil {
		return plan.Teaching{}, err
	}
	if base.Commit == "" {
		return plan.Teaching{}, refuse("The project is not in a git repository, so there is nothing to propose a change to.")
	}
	c := &class{t: t, lesson: lesson, base: base, edited: map[string][]byte{}, out: plan.Teaching{Rules: rules}}
	if c.project, c.files, err = t.projects.Read(ctx, base); err != nil {
		return plan.Teaching{}, err
	}
	if c.glossary, err = t.projects.Glossary(ctx, base); err != nil {
		return plan.Teaching{}, err
	}
	if err := c.ground(ctx); err != nil {
		return plan.Teaching{}, err
	}
	return c.finish()
}

// ground finds what the meaning is, and writes it down.
func (c *class) ground(ctx context.Context) error {
	kind, name, _ := strings.Cut(c.lesson.Ref, ":")
	switch {
	case kind == "term":
		return c.toTerm(name)
	case kind == "metric":
		return refuse("“%s” is a metric of the dbt project, not of the glossary. Its words stand beside it in YAML.", name)
	case kind == "column":
		return c.toColumn(name)
	case c.lesson.Ref != "":
		return refuse("“%s” is nothing that a glossary can hold.", c.lesson.Means)
	}
	if found := c.named(c.lesson.Means); len(found) == 1 {
		return c.toTerm(found[0].ID)
	}
	if relation, column, ok := strings.Cut(c.lesson.Means, "."); ok && !strings.ContainsAny(c.lesson.Means, " \n") {
		if n, known := c.project.Relation(relation); known {
			if _, has := n.Column(column); has {
				return c.toColumn(c.lesson.Means)
			}
		}
	}
	return c.toReading(ctx)
}

// named lists the terms that a text names.
func (c *class) named(text string) []glossary.Term {
	want := key(text)
	return slices.DeleteFunc(slices.Clone(c.glossary.Terms), func(t glossary.Term) bool {
		return t.Status == glossary.Deprecated || !slices.ContainsFunc(t.Words(), func(w string) bool { return key(w) == want })
	})
}

// key makes words comparable: lower case, without an article or a plural "s" at the end.
func key(text string) string {
	words := glossary.Split(text)
	if len(words) > 1 && slices.Contains([]string{"the", "a", "an", "our"}, words[0]) {
		words = words[1:]
	}
	joined := strings.Join(words, " ")
	if strings.HasSuffix(joined, "s") && !strings.HasSuffix(joined, "ss") && len(joined) > 3 {
		joined = strings.TrimSuffix(joined, "s")
	}
	return joined
}

// toTerm makes the word one of the term's, and the term its default where others have it too.
func (c *class) toTerm(id string) error {
	t, ok := c.glossary.Term(id)
	if !ok {
		return refuse("There is no term %s in the glossary any more.", id)
	}
	word := c.lesson.Word
	var others []glossary.Term
	own := false
	for _, o := range c.named(word) {
		if o.ID == id {
			own = true
		} else {
			others = append(others, o)
		}
	}
	if usual, ok := c.glossary.DefaultFor(word); ok {
		if usual.ID == id {
			return refuse("The glossary says already that “%s” usually means %s (%s:%d).", word, t.Name, t.Path, t.Line)
		}
		return refuse("The glossary says that “%s” usually means %s (%s:%d). Whoever owns it has to change that there.", word, usual.Name, usual.Path, usual.Line)
	}
	if own && len(others) == 0 {
		return refuse("“%s” means %s already (%s:%d); nothing has to change.", word, t.Name, t.Path, t.Line)
	}
	add := func(list, text string) error {
		return c.edit(t.Path, func(src []byte) ([]byte, error) { return glossary.AddWord(t.Path, src, id, list, text) })
	}
	if !own {
		if err := add("synonyms", word); err != nil {
			return err
		}
	}
	for _, o := range others {
		if !own && !slices.Contains(t.NotToConfuseWith, o.ID) && !slices.Contains(o.NotToConfuseWith, id) {
			if err := add("not_to_confuse_with", o.ID); err != nil {
				return err
			}
		}
	}
	c.out.Term, c.out.Owner = id, t.Owner
	if len(others) == 0 {
		c.out.Title = fmt.Sprintf("“%s” means %s", word, t.Name)
		c.out.Text = fmt.Sprintf("Shall the glossary know “%s” as another word for %s?", word, t.Name)
		return nil
	}
	c.out.Title = fmt.Sprintf("“%s” usually means %s", word, t.Name)
	c.out.Text = fmt.Sprintf("Shall the glossary say that “%s” usually means %s? It can also mean %s: I will still ask, with this as the default.", word, t.Name, names(others))
	return add("default_for", word)
}

func names(terms []glossary.Term) string {
	var out []string
	for _, t := range terms {
		out = append(out, t.Name)
	}
	return strings.Join(out, " or ")
}

// toColumn makes a term of its own for a column.
func (c *class) toColumn(ref string) error {
	e, err := c.begin()
	if err != nil {
		return err
	}
	relation, _, _ := strings.Cut(ref, ".")
	e.Open(0, "dimensions")
	e.Put(1, "- model", relation)
	e.Put(1, "  column", ref[len(relation)+1:])
	return c.addTerm(e, relation)
}

// begin is the head of a new term.
func (c *class) begin() (*glossary.Entry, error) {
	if taken := c.named(c.lesson.Word); len(taken) > 0 {
		return nil, refuse("“%s” names the term %s already (%s:%d). Whoever owns it has to change that there.", c.lesson.Word, taken[0].Name, taken[0].Path, taken[0].Line)
	}
	id := strings.Join(glossary.Split(c.lesson.Word), "_")
	if _, taken := c.glossary.Term(id); taken || id == "" {
		return nil, refuse("I find no free name for the term “%s”.", c.lesson.Word)
	}
	c.out.Term = id
	c.out.Title = fmt.Sprintf("“%s” means %s", c.lesson.Word, c.lesson.Means)
	c.out.Text = fmt.Sprintf("Shall the glossary get a term “%s”: %s?", c.lesson.Word, strings.TrimSuffix(c.lesson.Means, "."))
	return glossary.NewEntry(id, sentence(c.lesson.Word), sentence(strings.TrimSuffix(c.lesson.Means, "."))+".", ""), nil
}

func sentence(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// addTerm puts a new term into the file that speaks of the same relation, else into the first one.
func (c *class) addTerm(e *glossary.Entry, relation string) error {
	file := path.Join(folder, "terms.yml")
	if len(c.glossary.Terms) > 0 {
		file = c.glossary.Terms[0].Path
	}
	for _, t := range c.glossary.Terms {
		same := t.Metric != nil && t.Metric.Model == relation || slices.ContainsFunc(t.Dimensions, func(d glossary.Column) bool { return d.Model == relation }) ||
			slices.ContainsFunc(t.Filters, func(w glossary.Where) bool { return w.Model == relation })
		if same {
			file = t.Path
			break
		}
	}
	return c.edit(file, func(src []byte) ([]byte, error) { return glossary.AddTerm(file, src, e.String()) })
}

// edit changes a glossary file, on top of earlier edits.
func (c *class) edit(file string, change func([]byte) ([]byte, error)) error {
	src, ok := c.edited[file]
	if !ok {
		var err error
		if src, err = fs.ReadFile(c.files, c.repoPath(file)); err != nil && !(len(c.glossary.Terms) == 0) {
			return refuse("The glossary file %s is not part of the repository, so I cannot propose a change of it.", file)
		}
	}
	out, err := change(src)
	if err != nil {
		return plan.NewFailure(plan.Refused, "not_writable", "The glossary cannot be changed without touching what is there: "+err.Error()+".", err)
	}
	if !bytes.Equal(out, src) {
		c.edited[file] = out
	}
	return nil
}

func (c *class) repoPath(file string) string { return path.Join(c.project.Dir, file) }

// finish is the change with its texts.
func (c *class) finish() (plan.Teaching, error) {
	out := c.out
	out.Change = plan.Change{Base: c.base, Model: out.Term}
	var diffs []string
	for file, body := range c.edited {
		name := c.repoPath(file)
		f := plan.File{Path: name, Action: plan.Create, Mode: "100644", Content: body}
		old, err := fs.ReadFile(c.files, name)
		if err == nil {
			f.Action, f.OriginalBlob = plan.Edit, dbt.Blob(old)
		}
		out.Change.Files = append(out.Change.Files, f)
		out.Change.ModelPath = name
		diffs = append(diffs, "--- "+name+"\n+++ "+name+"\n"+plan.Diff(old, body))
	}
	if len(out.Change.Files) == 0 {
		return plan.Teaching{}, refuse("The glossary says that already.")
	}
	slices.Sort(diffs)
	out.Diff = strings.Join(diffs, "\n")
	who := c.lesson.Person.Name
	if who == "" {
		who = "someone"
	}
	out.Description = plan.Description{Title: "glossary: " + strings.NewReplacer("“", "", "”", "").Replace(out.Title),
		Body: fmt.Sprintf("%s said what “%s” means: %s.\n\n```diff\n%s```\n\nOnly these lines are new; every other byte of the file is as it was. The glossary has no new problems with them.\n",
			documenter.Text(who), documenter.Text(c.lesson.Word), documenter.Text(c.lesson.Means), strings.ReplaceAll(out.Diff, "```", "'''"))}
	return out, nil
}
