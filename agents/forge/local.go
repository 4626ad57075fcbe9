package forge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"

	"firstmile/planner/plan"
)

// Local publishes into a git repository on disk: objects and a branch, nothing else. HEAD, the index and the
// work tree stay as they are.
type Local struct {
	// Dir is a folder inside the repository, such as a dbt project that is a sub-folder of it.
	Dir string
	// AuthorName and AuthorEmail sign the commit; empty: as Config's.
	AuthorName, AuthorEmail string
}

func (l Local) open() (*git.Repository, error) {
	repo, err := git.PlainOpenWithOptions(l.Dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if errors.Is(err, git.ErrRepositoryNotExists) {
		return nil, plan.NewFailure(plan.Permanent, CodeNotARepository,
			l.Dir+" is not in a git repository, so there is no branch to write to. Run git init and commit the project first.", err)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the git repository of %s: %w", l.Dir, err)
	}
	return repo, nil
}

// Head is the branch that is checked out and its commit. A detached HEAD has no branch: the name is empty.
func (l Local) Head() (branch, commit string, err error) {
	repo, err := l.open()
	if err != nil {
		return "", "", err
	}
	head, err := repo.Head()
	if err != nil {
		return "", "", plan.NewFailure(plan.Permanent, CodeNotARepository,
			"The git repository of "+l.Dir+" has no commit yet. Commit the project first.", err)
	}
	if head.Name().IsBranch() {
		branch = head.Name().Short()
	}
	return branch, head.Hash().String(), nil
}

// Publish writes the change as one commit on a branch named like a pull request's. A second call for the
// same publication finds the branch; a revision adds a commit.
func (l Local) Publish(ctx context.Context, p plan.Publication) (plan.PR, error) {
	repo, err := l.open() // first: a folder without git has no base commit either, and this is the clearer word
	if err != nil {
		return plan.PR{}, err
	}
	if err := checkPublication(p); err != nil {
		return plan.PR{}, err
	}
	base, err := repo.CommitObject(plumbing.NewHash(p.Change.Base.Commit))
	if err != nil {
		return plan.PR{}, plan.NewFailure(plan.Permanent, CodeNotFound, "The commit that the design was made on is not in this repository.", err)
	}
	if err := l.unmoved(repo, base, p); err != nil {
		return plan.PR{}, err
	}
	for n := 1; n <= maxCandidates; n++ {
		if err := ctx.Err(); err != nil {
			return plan.PR{}, err
		}
		name := candidateName(p.Branch, n)
		commit, ours, err := l.branch(repo, base, p, name)
		if err != nil {
			return plan.PR{}, fmt.Errorf("writing branch %s: %w", name, err)
		}
		if ours {
			return plan.PR{Branch: name, Commit: commit.String()}, nil
		}
	}
	return plan.PR{}, plan.NewFailure(plan.Permanent, CodeInvalid,
		fmt.Sprintf("Too many branches are called %s already. Delete those that nobody needs.", p.Branch), nil)
}

// branch puts the change on a branch of this name, unless the branch belongs to someone else.
func (l Local) branch(repo *git.Repository, base *object.Commit, p plan.Publication, name string) (plumbing.Hash, bool, error) {
	ref := plumbing.NewBranchReferenceName(name)
	old, err := repo.Reference(ref, true)
	if err != nil && !errors.Is(err, plumbing.ErrReferenceNotFound) {
		return plumbing.ZeroHash, false, err
	}
	parents := []plumbing.Hash{base.Hash}
	if old != nil {
		head, err := repo.CommitObject(old.Hash())
		if err != nil || !ownCommit(head.Message, p) {
			return plumbing.ZeroHash, false, nil
		}
		if signedLine(head.Message, changeLine) == p.Change.Digest() {
			return old.Hash(), true, nil
		}
		parents[0] = old.Hash()
		if below, err := base.IsAncestor(head); err == nil && !below {
			parents = append(parents, base.Hash) // made again on a newer base
		}
	}
	commit, err := l.commit(repo, base, p, parents)
	if err != nil {
		return commit, false, err
	}
	return commit, true, repo.Storer.CheckAndSetReference(plumbing.NewHashReference(ref, commit), old)
}

// unmoved checks the files of the change against the commit they were made on and against the branch that
// the change is for, as Forge does.
func (l Local) unmoved(repo *git.Repository, base *object.Commit, p plan.Publication) error {
	head := base
	if name := p.Change.Base.Branch; name != "" {
		ref, err := repo.Reference(plumbing.NewBranchReferenceName(name), true)
		if err != nil {
			return plan.NewFailure(plan.Permanent, CodeNotFound, "There is no branch "+name+" in this repository.", err)
		}
		if head, err = repo.CommitObject(ref.Hash()); err != nil {
			return fmt.Errorf("reading branch %s: %w", name, err)
		}
	}
	for _, commit := range []*object.Commit{base, head} {
		tree, err := commit.Tree()
		if err != nil {
			return fmt.Errorf("reading commit %s: %w", commit.Hash, err)
		}
		for _, f := range p.Change.Files {
			have := ""
			if e, err := tree.FindEntry(f.Path); err == nil {
				have = e.Hash.String()
			}
			switch {
			case have == f.OriginalBlob:
			case commit != base:
				return baseMoved(head.Hash.String(), f.Path)
			default:
				return plan.NewFailure(plan.Permanent, CodeUncommitted,
					f.Path+" in the folder is not what the last commit holds. Commit or undo that first, then approve again.",
					fmt.Errorf("commit %s has %q, the change was made on %q", base.Hash, have, f.OriginalBlob))
			}
		}
	}
	return nil
}

func (l Local) commit(repo *git.Repository, base *object.Commit, p plan.Publication, parents []plumbing.Hash) (plumbing.Hash, error) {
	tree := base.TreeHash
	for _, f := range p.Change.Files {
		blob, err := storeBlob(repo, f.Content)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		mode := filemode.Regular
		if f.Mode == "100755" {
			mode = filemode.Executable
		}
		if tree, err = withEntry(repo, tree, strings.Split(f.Path, "/"), object.TreeEntry{Mode: mode, Hash: blob}); err != nil {
			return plumbing.ZeroHash, err
		}
	}
	name, email := l.AuthorName, l.AuthorEmail
	if name == "" {
		name, email = defaultAuthor, defaultEmail
	}
	who := object.Signature{Name: name, Email: email, When: commitTime(p)}
	return storeObject(repo, &object.Commit{Author: who, Committer: who, Message: commitMessage(p), TreeHash: tree, ParentHashes: parents})
}
