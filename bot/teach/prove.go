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
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// Prove checks a change of the glossary by reading the files at its base anew: only glossary files, only insertions, and no problem
// that was not there before. It knows nothing of how the change was made.
func (t *Teacher) Prove(ctx context.Context, change plan.Change) (plan.Report, error) {
	project, files, err := t.projects.Read(ctx, change.Base)
	if err != nil {
		return plan.Report{}, err
	}
	now, err := t.projects.Glossary(ctx, change.Base)
	if err != nil {
		return plan.Report{}, err
	}
	r := plan.Report{Digest: change.Digest(), Level: plan.LevelEmbedded}
	add := func(name string, problem, fine string) bool {
		c := plan.Check{Name: name, Status: plan.Passed, Detail: fine}
		if problem != "" {
			c.Status, c.Detail = plan.Failed, problem
		}
		r.Checks = append(r.Checks, c)
		return problem == ""
	}
	ok := add(plan.CheckPaths, wrongPath(project.Dir, change), fmt.Sprintf("%d glossary files", len(change.Files)))
	ok = add(plan.CheckYAML, notInserted(files, change), "lines added, existing bytes kept") && ok
	if !ok {
		add(plan.CheckGlossary, "not looked at, because of the above", "")
		return r, nil
	}
	problem, err := t.worse(project, now, change)
	if err != nil {
		return plan.Report{}, err
	}
	add(plan.CheckGlossary, problem, "no new problems")
	return r, nil
}

// wrongPath names a file that is no part of the project's glossary.
func wrongPath(dir string, change plan.Change) string {
	for _, f := range change.Files {
		rel, inside := strings.CutPrefix(f.Path, path.Join(dir, folder)+"/")
		ext := strings.ToLower(path.Ext(rel))
		if !inside || path.Clean(f.Path) != f.Path || ext != ".yml" && ext != ".yaml" || f.Mode != "100644" {
			return f.Path + " is no file of the project's glossary"
		}
	}
	if len(change.Files) == 0 {
		return "nothing is changed"
	}
	return ""
}

// notInserted names a file in which more happened than that text was put in.
func notInserted(files fs.FS, change plan.Change) string {
	for _, f := range change.Files {
		old, err := fs.ReadFile(files, f.Path)
		switch {
		case err != nil && f.Action != plan.Create, err == nil && f.Action != plan.Edit:
			return f.Path + " is not there as it should be"
		case f.Action == plan.Edit && f.OriginalBlob != dbt.Blob(old):
			return f.Path + " was made from other bytes"
		case !subsequence(old, f.Content):
			return f.Path + " loses something that was there"
		}
	}
	return ""
}

// subsequence reports whether now is old with bytes put in. That no value grew by it is the glossary's check.
func subsequence(old, now []byte) bool {
	for _, c := range old {
		i := bytes.IndexByte(now, c)
		if i < 0 {
			return false
		}
		now = now[i+1:]
	}
	return true
}

// worse names the first problem that the glossary would have with the change and has not without it.
func (t *Teacher) worse(project *dbt.Project, now *glossary.Glossary, change plan.Change) (string, error) {
	next := &glossary.Glossary{Terms: slices.Clone(now.Terms)}
	for _, f := range change.Files {
		name := strings.TrimPrefix(strings.TrimPrefix(f.Path, path.Clean(project.Dir)), "/")
		parsed, err := glossary.Parse(name, f.Content)
		if err != nil {
			return err.Error(), nil
		}
		next.Terms = slices.DeleteFunc(next.Terms, func(x glossary.Term) bool { return x.Path == name })
		next.Terms = append(next.Terms, parsed.Terms...)
	}
	before, err := t.lint(now, project)
	if err != nil {
		return "", err
	}
	after, err := t.lint(next, project)
	if err != nil {
		return "", err
	}
	for _, p := range after {
		known := slices.ContainsFunc(before, func(q glossary.Problem) bool { return p.Term == q.Term && p.Message == q.Message })
		if !known {
			return p.Error(), nil
		}
	}
	for _, old := range now.Terms {
		if grown, ok := next.Term(old.ID); !ok || !glossary.Grown(old, grown) {
			return "the term " + old.ID + " would be lost or mean something else", nil
		}
	}
	return "", nil
}
