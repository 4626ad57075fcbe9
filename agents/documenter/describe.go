package documenter

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/conventions"
	"firstmile/planner/plan"
)

// maxBody is what GitHub takes for a pull request's text, in bytes, less room for the publisher's marker.
const maxBody = 65536 - 1024

// Describe words the pull request: everything a reviewer needs to decide, and no link to a private message.
func (d *Documenter) Describe(ctx context.Context, brief plan.Brief) (plan.Description, error) {
	p, _, err := d.repository.Read(ctx, brief.Change.Base)
	if err != nil {
		return plan.Description{}, err
	}
	out := plan.Description{Title: title(brief), Body: body(p, brief)}
	if d.owners != nil {
		var paths []string
		for _, f := range brief.Change.Files {
			paths = append(paths, f.Path)
		}
		sort.Strings(paths)
		out.Reviewers = d.owners(ctx, brief.Change.Base, paths)
	}
	return out, nil
}

func title(brief plan.Brief) string {
	verb := "Add"
	if edits(brief.Change) {
		verb = "Extend"
	}
	out := verb + " " + oneLine(brief.Change.Model, 120)
	if t := oneLine(brief.Spec.Title, 120); t != "" {
		out += ": " + t
	}
	return strings.ReplaceAll(out, "@", "@"+joiner)
}

// edits reports whether the change extends a model instead of adding one.
func edits(c plan.Change) bool {
	f, ok := c.File(c.ModelPath)
	return ok && f.Action == plan.Edit
}

type section struct {
	head string
	text string
}

// body joins the sections that have something to say; those at the end give way when the whole is too long.
func body(p *dbt.Project, brief plan.Brief) string {
	sections := []section{
		{"Request", request(brief)},
		{"Reading", reading(brief)},
		{"Why this model", whyThis(brief)},
		{"Assumptions", assumptions(brief.Assumptions)},
		{"Checks", checks(brief)},
		{"Preview", preview(brief)},
		{"Impact", impact(p, brief.Change)},
		{"Lineage", lineage(p, brief)},
		{"Tests added", tests(brief.Change.Properties)},
		{"Evidence", evidence(brief.Evidence)},
		{"Alternatives not taken", bullets(brief.Rejected)},
		{"House style", house(conventions.Infer(p), brief.Change)},
		{"How to roll back", rollback(brief.Change)},
		{"Approval", approval(brief)},
	}
	var b strings.Builder
	for _, s := range sections {
		if s.text == "" {
			continue
		}
		part := "## " + s.head + "\n\n" + strings.TrimRight(s.text, "\n") + "\n\n"
		if b.Len()+len(part) > maxBody {
			part = "## " + s.head + "\n\nToo long to be shown here.\n\n"
		}
		b.WriteString(part)
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func request(brief plan.Brief) string {
	var b strings.Builder
	for _, t := range brief.Request.Turns {
		who := nameOr(t.Person.Name, brief.Requester.Name)
		fmt.Fprintf(&b, "> %s\n", Text(t.Text))
		if who != "" {
			fmt.Fprintf(&b, ">\n> — %s\n", Text(who))
		}
		b.WriteString("\n")
	}
	if b.Len() == 0 && brief.Requester.Name != "" {
		fmt.Fprintf(&b, "Asked for by %s.\n", Text(brief.Requester.Name))
	}
	return b.String()
}

// reading says what is computed, column by column.
func reading(brief plan.Brief) string {
	var b strings.Builder
	if brief.Restatement != "" {
		b.WriteString(Text(brief.Restatement) + "\n\n")
	}
	var rows [][]string
	for _, c := range brief.Change.Properties.Columns {
		meaning := strings.Replace(c.Description, taken(c.Source), "", 1) // it has a column of its own
		rows = append(rows, []string{code(c.Name), Text(meaning), Text(nameOr(c.Source, "what was written before"))})
	}
	if len(rows) > 0 {
		table(&b, []string{"Column", "Meaning", "Known from"}, rows)
	}
	if len(brief.Spec.Filters) > 0 {
		b.WriteString("\nOnly rows where:\n\n")
		for _, f := range brief.Spec.Filters {
			b.WriteString("- " + Text(filterWords(f)) + "\n")
		}
	}
	if w := brief.Spec.Window; w != nil {
		b.WriteString("\n" + Text(window(w)) + "\n")
	}
	return b.String()
}

func window(w *plan.Window) string {
	var parts []string
	if w.From != "" {
		parts = append(parts, "from "+w.From)
	}
	if w.To != "" {
		parts = append(parts, "until "+w.To+" (not included)")
	}
	out := "Time: " + strings.Join(parts, " ")
	if w.Label != "" {
		out += ", as in \"" + w.Label + "\""
	}
	return out + "."
}

// assumptions lists those that change numbers first.
func assumptions(list []plan.Assumption) string {
	var b strings.Builder
	for _, major := range []bool{true, false} {
		for _, a := range list {
			switch {
			case a.Major != major:
			case major:
				b.WriteString("- **Changes numbers:** " + Text(a.Text) + "\n")
			default:
				b.WriteString("- " + Text(a.Text) + "\n")
			}
		}
	}
	return b.String()
}

func bullets(items []string) string {
	var b strings.Builder
	for _, s := range items {
		b.WriteString("- " + Text(s) + "\n")
	}
	return b.String()
}

// maxEvidence bounds the table of evidence, in rows.
const maxEvidence = 40

func evidence(list []plan.Evidence) string {
	var rows [][]string
	for i, e := range list {
		if i == maxEvidence {
			rows = append(rows, []string{"…", fmt.Sprintf("%d more", len(list)-i), ""})
			break
		}
		rows = append(rows, []string{Text(e.Words), code(e.Ref), Text(e.Detail)})
	}
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	table(&b, []string{"Words", "Grounded in", "Why"}, rows)
	return b.String()
}

// whyThis is the evidence that an existing model is the one to extend, and that the requester did not ask for a new one.
func whyThis(brief plan.Brief) string {
	if brief.Reuse == nil || brief.Reuse.Verdict != plan.Extend || !edits(brief.Change) {
		return ""
	}
	how := "Nobody named it: it has the rows that were asked for already.\n\n"
	if brief.Reuse.Asked {
		how = "The requester named it.\n\n"
	}
	return how + bullets(brief.Reuse.Evidence)
}

// impact says what reads the model already.
func impact(p *dbt.Project, c plan.Change) string {
	if !edits(c) {
		return "Class: **none**. The model is new, nothing reads it yet.\n"
	}
	node, ok := p.Relation(c.Model)
	if !ok {
		return "Not known: the project does not list the model.\n"
	}
	var b strings.Builder
	for _, child := range p.Children(node.ID) {
		b.WriteString("- " + string(child.Kind) + " " + code(child.Name) + "\n")
	}
	for _, e := range p.Exposures {
		for _, id := range e.DependsOn {
			if id == node.ID {
				b.WriteString("- exposure " + code(e.Name) + "\n")
			}
		}
	}
	for _, u := range p.UnitTests {
		if u.Model == node.ID || u.Model == node.Name {
			b.WriteString("- unit test " + code(u.Name) + "\n")
		}
	}
	if b.Len() == 0 {
		return "Class: **additive**. Columns are added, and nothing reads the model yet.\n"
	}
	return "Class: **additive**. Columns are added, none is changed. These read the model:\n\n" + b.String()
}

func rollback(c plan.Change) string {
	if edits(c) {
		return "Revert this pull request and build " + code(c.Model) + " again.\n"
	}
	return "Revert this pull request, then drop the relation " + code(c.Model) + " from the warehouse: nothing else was touched.\n"
}

// approval names the person and the bytes; the first digits of the digest are enough to recognise them.
func approval(brief plan.Brief) string {
	a := brief.Approval
	if a == nil {
		return ""
	}
	who := nameOr(a.Person.Name, a.Person.ID)
	return fmt.Sprintf("Approved by %s on %s, for exactly these bytes: %s.\n", Text(who), a.At.UTC().Format("2006-01-02 15:04 UTC"), code(short(a.Digest)))
}

func short(digest string) string { return digest[:min(12, len(digest))] }
