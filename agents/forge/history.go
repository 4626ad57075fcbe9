package forge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/google/go-github/v62/github"
)

// Touch is a commit that changed a file.
type Touch struct {
	When    time.Time
	Subject string // first line of the commit's message
}

// maxHistory bounds how many commits of a repository on disk are looked through: what has not changed for so long is not said.
const maxHistory = 1000

// LastTouch is the newest commit, at or before the given one, that changed the file. ok is false when none was found.
func (s *Source) LastTouch(ctx context.Context, commit, path string) (touch Touch, ok bool, err error) {
	list, err := read(ctx, s.forge, "reading the history of "+path, func(ctx context.Context) ([]*github.RepositoryCommit, *github.Response, error) {
		return s.forge.github.Repositories.ListCommits(ctx, s.forge.cfg.Owner, s.forge.cfg.Name,
			&github.CommitsListOptions{SHA: commit, Path: path, ListOptions: github.ListOptions{PerPage: 1}})
	})
	if err != nil || len(list) == 0 {
		return Touch{}, false, err
	}
	c := list[0].GetCommit()
	return Touch{When: c.GetCommitter().GetDate().Time, Subject: firstLine(c.GetMessage())}, true, nil
}

// LastTouch is Source's for a repository on disk; a folder without git has no history.
func (l Local) LastTouch(ctx context.Context, commit, path string) (touch Touch, ok bool, err error) {
	repo, err := l.open()
	if err != nil {
		return Touch{}, false, err
	}
	last, err := repo.CommitObject(plumbing.NewHash(commit))
	if err != nil {
		return Touch{}, false, fmt.Errorf("reading commit %s: %w", commit, err)
	}
	all, err := repo.Log(&git.LogOptions{From: last.Hash, Order: git.LogOrderCommitterTime})
	if err != nil {
		return Touch{}, false, fmt.Errorf("reading the history of %s: %w", path, err)
	}
	defer all.Close()
	seen := 0
	err = all.ForEach(func(c *object.Commit) error {
		if seen++; seen > maxHistory || ctx.Err() != nil {
			return storer.ErrStop
		}
		changed, err := changes(c, path)
		if err != nil {
			return err
		}
		if changed {
			touch, ok = Touch{When: c.Committer.When, Subject: firstLine(c.Message)}, true
			return storer.ErrStop
		}
		return nil
	})
	if err != nil && !errors.Is(err, io.EOF) {
		return Touch{}, false, fmt.Errorf("reading the history of %s: %w", path, err)
	}
	return touch, ok, ctx.Err()
}

// changes reports whether a commit's file is another than that of every parent; a merge that took one side's file as it was is no change.
func changes(c *object.Commit, path string) (bool, error) {
	own, err := fileAt(c, path)
	if err != nil {
		return false, err
	}
	if c.NumParents() == 0 {
		return own != plumbing.ZeroHash, nil
	}
	changed := true
	err = c.Parents().ForEach(func(p *object.Commit) error {
		old, err := fileAt(p, path)
		changed = changed && old != own
		return err
	})
	if errors.Is(err, plumbing.ErrObjectNotFound) { // a shallow clone ends here
		return false, nil
	}
	return changed, err
}

// fileAt is the blob at a path; the zero hash where there is none.
func fileAt(c *object.Commit, path string) (plumbing.Hash, error) {
	tree, err := c.Tree()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	e, err := tree.FindEntry(path)
	if errors.Is(err, object.ErrEntryNotFound) || errors.Is(err, object.ErrDirectoryNotFound) {
		return plumbing.ZeroHash, nil
	}
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return e.Hash, nil
}

func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return strings.TrimSpace(line)
}
