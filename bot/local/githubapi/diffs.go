package githubapi

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/diff"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// maxPatch is the size above which a file's patch is left out of answers, as GitHub leaves it out.
const maxPatch = 1 << 20

// fileChange is one file of a diff. Patch holds hunks only, from the first @@ on; empty for binary,
// huge and purely renamed files.
type fileChange struct {
	Name, Previous string
	Status         string // added, removed, modified, renamed
	Added, Deleted int
	Blob           plumbing.Hash // new content; of a removed file the old one
	Binary         bool
	Patch          string
}

// onePatch shows go-git's encoder a single file of a patch.
type onePatch struct{ file diff.FilePatch }

func (p onePatch) FilePatches() []diff.FilePatch { return []diff.FilePatch{p.file} }
func (p onePatch) Message() string               { return "" }

// diffTrees compares two trees, renames detected.
func diffTrees(repo *git.Repository, from, to plumbing.Hash) ([]fileChange, error) {
	a, err := repo.TreeObject(from)
	if err != nil {
		return nil, fmt.Errorf("reading tree %s: %w", from, err)
	}
	b, err := repo.TreeObject(to)
	if err != nil {
		return nil, fmt.Errorf("reading tree %s: %w", to, err)
	}
	changes, err := object.DiffTreeWithOptions(context.Background(), a, b, object.DefaultDiffTreeOptions)
	if err != nil {
		return nil, fmt.Errorf("comparing trees: %w", err)
	}
	patch, err := changes.Patch()
	if err != nil {
		return nil, fmt.Errorf("comparing files: %w", err)
	}
	out := []fileChange{}
	for _, fp := range patch.FilePatches() {
		out = append(out, describe(fp))
	}
	return out, nil
}

func describe(fp diff.FilePatch) fileChange {
	from, to := fp.Files()
	ch := fileChange{Binary: fp.IsBinary()}
	switch {
	case from == nil:
		ch.Status, ch.Name, ch.Blob = "added", to.Path(), to.Hash()
	case to == nil:
		ch.Status, ch.Name, ch.Blob = "removed", from.Path(), from.Hash()
	case from.Path() != to.Path():
		ch.Status, ch.Name, ch.Previous, ch.Blob = "renamed", to.Path(), from.Path(), to.Hash()
	default:
		ch.Status, ch.Name, ch.Blob = "modified", to.Path(), to.Hash()
	}
	for _, chunk := range fp.Chunks() {
		n := lineCount(chunk.Content())
		switch chunk.Type() {
		case diff.Add:
			ch.Added += n
		case diff.Delete:
			ch.Deleted += n
		}
	}
	if ch.Binary || ch.Added+ch.Deleted == 0 {
		return ch
	}
	var buf bytes.Buffer
	if err := diff.NewUnifiedEncoder(&buf, diff.DefaultContextLines).Encode(onePatch{fp}); err != nil || buf.Len() > maxPatch {
		return ch
	}
	if i := strings.Index(buf.String(), "\n@@"); i >= 0 {
		ch.Patch = strings.TrimSuffix(buf.String()[i+1:], "\n")
	}
	return ch
}

func lineCount(s string) int {
	n := strings.Count(s, "\n")
	if s != "" && !strings.HasSuffix(s, "\n") {
		n++
	}
	return n
}

// diffCommits compares a commit with another; a zero from means the empty tree.
func diffCommits(repo *git.Repository, from, to plumbing.Hash) ([]fileChange, error) {
	b, err := repo.CommitObject(to)
	if err != nil {
		return nil, fmt.Errorf("reading commit %s: %w", to, err)
	}
	var tree plumbing.Hash
	if from.IsZero() {
		if tree, err = store(repo, &object.Tree{}); err != nil {
			return nil, err
		}
	} else {
		a, err := repo.CommitObject(from)
		if err != nil {
			return nil, fmt.Errorf("reading commit %s: %w", from, err)
		}
		tree = a.TreeHash
	}
	return diffTrees(repo, tree, b.TreeHash)
}

// renderFile is a file of a diff as GitHub answers it; sha is the commit whose files the URLs show.
func (s *Server) renderFile(ch fileChange, sha string) fields {
	path := escapePath(ch.Name)
	o := fields{"sha": ch.Blob.String(), "filename": ch.Name, "status": ch.Status, "additions": ch.Added,
		"deletions": ch.Deleted, "changes": ch.Added + ch.Deleted,
		"blob_url":     s.repoHTML() + "/blob/" + sha + "/" + path,
		"raw_url":      s.repoHTML() + "/raw/" + sha + "/" + path,
		"contents_url": s.repoAPI() + "/contents/" + path + "?ref=" + sha}
	if ch.Previous != "" {
		o["previous_filename"] = ch.Previous
	}
	if ch.Patch != "" {
		o["patch"] = ch.Patch
	}
	return o
}
