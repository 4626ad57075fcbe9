package githubapi

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// repository is the git repository on disk. It is opened anew for each call: go-git caches the list of
// pack files, and a person may run any git command in the folder meanwhile, `git gc` included.
type repository struct {
	dir string
	log *slog.Logger
}

func newRepository(dir string, log *slog.Logger) (repository, error) {
	r := repository{dir: dir, log: log}
	info, err := os.Stat(r.gitDir())
	if err != nil || !info.IsDir() {
		return r, fmt.Errorf("%s is no git repository: it has no folder .git", dir)
	}
	repo, err := r.open()
	if err != nil {
		return r, err
	}
	if _, err := repo.Head(); err != nil {
		return r, fmt.Errorf("the git repository %s has no commit yet: %w", dir, err)
	}
	return r, nil
}

func (r repository) gitDir() string { return filepath.Join(r.dir, ".git") }

func (r repository) open() (*git.Repository, error) {
	repo, err := git.PlainOpen(r.dir)
	if err != nil {
		return nil, fmt.Errorf("opening the git repository %s: %w", r.dir, err)
	}
	return repo, nil
}

// headBranch is the branch that is checked out; an error when HEAD is detached.
func (r repository) headBranch() (string, error) {
	repo, err := r.open()
	if err != nil {
		return "", err
	}
	head, err := repo.Reference(plumbing.HEAD, false)
	if err != nil {
		return "", fmt.Errorf("reading HEAD of %s: %w", r.dir, err)
	}
	if head.Type() != plumbing.SymbolicReference || !head.Target().IsBranch() {
		return "", fmt.Errorf("%s has no branch checked out; set the default branch or check one out", r.dir)
	}
	return head.Target().Short(), nil
}

// setRef points a ref at an object. If it is the checked-out branch the work tree follows (see the
// package comment). Written by rename, so that a crash never leaves an empty ref.
func (r repository) setRef(repo *git.Repository, name plumbing.ReferenceName, to plumbing.Hash) error {
	if head, err := repo.Reference(plumbing.HEAD, false); err == nil && head.Target() == name {
		if err := r.syncCheckout(repo, name, to); err != nil {
			r.log.Warn("the work tree stays as it was; git status will show the difference", "branch", name.Short(), "err", err)
		}
	}
	path := filepath.Join(r.gitDir(), filepath.FromSlash(name.String()))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return unprocessable("Reference already exists as a prefix of '%s'", name)
	}
	if err := removeEmptyDirs(path); err != nil {
		return unprocessable("There are references below '%s'", name)
	}
	if err := writeFileAtomic(path, []byte(to.String()+"\n"), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// removeEmptyDirs clears what deleted refs leave behind: feature/ must not keep a branch "feature" out.
func removeEmptyDirs(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := removeEmptyDirs(filepath.Join(path, e.Name())); err != nil {
			return err
		}
	}
	return os.Remove(path) // fails when a ref is in it
}

// validRef accepts full ref names that git accepts and that stay inside refs/.
func validRef(name string) bool {
	if !strings.HasPrefix(name, "refs/") || strings.Count(name, "/") < 2 || len(name) > 250 {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") || strings.HasSuffix(part, ".") {
			return false
		}
	}
	if strings.Contains(name, "..") || strings.Contains(name, "@{") || strings.HasPrefix(name, "refs/pull/") {
		return false
	}
	for _, c := range name {
		if c <= ' ' || c == 0x7f || strings.ContainsRune(`~^:?*[\`, c) {
			return false
		}
	}
	return true
}

// branchHead returns a branch's commit; ok is false when there is no such branch.
func branchHead(repo *git.Repository, branch string) (plumbing.Hash, bool) {
	if !validRef("refs/heads/" + branch) {
		return plumbing.ZeroHash, false
	}
	ref, err := repo.Reference(plumbing.NewBranchReferenceName(branch), true)
	if err != nil {
		return plumbing.ZeroHash, false
	}
	return ref.Hash(), true
}

// resolve finds the commit that a name means: a branch, tag, full ref, or (abbreviated) SHA.
func resolve(repo *git.Repository, name string) (*object.Commit, bool) {
	for _, full := range []string{"refs/heads/" + name, "refs/tags/" + name, "refs/" + name, name} {
		if !validRef(full) {
			continue
		}
		ref, err := repo.Reference(plumbing.ReferenceName(full), true)
		if err != nil {
			continue
		}
		if c, err := peel(repo, ref.Hash()); err == nil {
			return c, true
		}
	}
	if name == "HEAD" {
		if ref, err := repo.Head(); err == nil {
			c, err := repo.CommitObject(ref.Hash())
			return c, err == nil
		}
	}
	if len(name) >= 7 && isHex(name) {
		if h, err := repo.ResolveRevision(plumbing.Revision(name)); err == nil {
			c, err := peel(repo, *h)
			return c, err == nil
		}
	}
	return nil, false
}

// peel follows annotated tags to their commit.
func peel(repo *git.Repository, h plumbing.Hash) (*object.Commit, error) {
	if tag, err := repo.TagObject(h); err == nil {
		return tag.Commit()
	}
	return repo.CommitObject(h)
}

func isHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}

// parseSHA reads a full object name.
func parseSHA(s string) (plumbing.Hash, bool) {
	if len(s) != 40 || !isHex(s) {
		return plumbing.ZeroHash, false
	}
	return plumbing.NewHash(s), true
}

// mergeBase is the best common ancestor of two commits; ok is false for unrelated histories.
func mergeBase(a, b *object.Commit) (*object.Commit, bool, error) {
	bases, err := a.MergeBase(b)
	if err != nil {
		return nil, false, fmt.Errorf("finding the merge base: %w", err)
	}
	if len(bases) == 0 {
		return nil, false, nil
	}
	return bases[0], true, nil
}

// between lists the commits reachable from head but not from base, oldest first.
func between(repo *git.Repository, base, head plumbing.Hash) ([]*object.Commit, error) {
	seen := map[plumbing.Hash]bool{}
	it, err := repo.Log(&git.LogOptions{From: base})
	if err != nil {
		return nil, err
	}
	if err := it.ForEach(func(c *object.Commit) error { seen[c.Hash] = true; return nil }); err != nil {
		return nil, err
	}
	var out []*object.Commit
	if it, err = repo.Log(&git.LogOptions{From: head, Order: git.LogOrderCommitterTime}); err != nil {
		return nil, err
	}
	err = it.ForEach(func(c *object.Commit) error {
		if !seen[c.Hash] {
			out = append(out, c)
		}
		return nil
	})
	if err != nil && !errors.Is(err, plumbing.ErrObjectNotFound) { // a shallow clone ends early
		return nil, err
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out, nil
}
