package forge

import (
	"context"
	"fmt"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// start takes the first name that is free, or that an earlier call has taken, and opens the pull request.
func (j *publication) start(ctx context.Context, commit string) (plan.PR, error) {
	for n := 1; n <= maxCandidates; n++ {
		name := candidateName(j.Branch, n)
		ours, err := j.claim(ctx, name, commit)
		if err != nil {
			return plan.PR{}, err
		}
		if ours {
			return j.open(ctx, name)
		}
	}
	return plan.PR{}, plan.NewFailure(plan.Permanent, CodeInvalid,
		fmt.Sprintf("Too many branches are called %s already. Delete those that nobody needs.", j.Branch), nil)
}

// claim makes a branch name ours, or reports that it belongs to someone or something else.
func (j *publication) claim(ctx context.Context, name, commit string) (bool, error) {
	c, exists := j.existing[name]
	switch {
	case !exists:
		return j.createBranch(ctx, name, commit)
	case j.spent[name]:
		return false, nil
	}
	// A branch of ours without a pull request is left from an earlier try or design of this thread: go on there.
	h, err := j.f.historyOf(ctx, j.Publication, c.head)
	if hasCode(err, CodeNotFound) { // no common history
		return false, nil
	}
	if err != nil || h.foreign || h.lastChange == "" {
		return false, err
	}
	_, err = j.extend(ctx, name, c.head, h)
	return err == nil, err
}

// createBranch creates the ref. "Exists already" may be our own lost answer, so the branch is read again.
func (j *publication) createBranch(ctx context.Context, name, commit string) (bool, error) {
	ref := &github.Reference{Ref: github.String("refs/heads/" + name), Object: &github.GitObject{SHA: &commit}}
	_, err := write(ctx, j.f, "creating branch "+name, func(ctx context.Context) (*github.Reference, *github.Response, error) {
		return j.f.github.Git.CreateRef(ctx, j.f.cfg.Owner, j.f.cfg.Name, ref)
	})
	if !hasCode(err, CodeInvalid) {
		return err == nil, err
	}
	head, readErr := j.f.head(ctx, name)
	if readErr != nil {
		return false, err // it does not exist: GitHub has something against the name
	}
	return head == commit, nil
}

// extend adds a commit to a branch of ours and returns it. Where only we have commits, the branch then
// holds exactly the checked files on their base; where others have, their other files stay.
func (j *publication) extend(ctx context.Context, name, head string, h history) (string, error) {
	if h.lastChange == j.Change.Digest() {
		return head, nil
	}
	below, parents := j.Change.Base.Commit, []string{head}
	if h.foreign {
		below = head
		j.warnings = append(j.warnings, "the branch has commits by someone else; the files of this design were written over theirs")
	} else if h.behind {
		parents = append(parents, j.Change.Base.Commit) // the design was made again on a newer base
	}
	base, err := j.f.treeOf(ctx, below)
	if err != nil {
		return "", err
	}
	tree, err := j.f.writeTree(ctx, base, j.Change.Files)
	if err != nil {
		return "", err
	}
	commit, err := j.f.writeCommit(ctx, j.Publication, tree, parents)
	if err != nil {
		return "", err
	}
	ref := &github.Reference{Ref: github.String("refs/heads/" + name), Object: &github.GitObject{SHA: &commit}}
	_, err = write(ctx, j.f, "adding to branch "+name, func(ctx context.Context) (*github.Reference, *github.Response, error) {
		return j.f.github.Git.UpdateRef(ctx, j.f.cfg.Owner, j.f.cfg.Name, ref, false)
	})
	if hasCode(err, CodeInvalid) { // not a fast forward: someone pushed between reading and writing
		err = plan.NewFailure(plan.Transient, CodeConflict, "Someone pushed to the branch in the same moment. I will try again.", err)
	}
	return commit, err
}
