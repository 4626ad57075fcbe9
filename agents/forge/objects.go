package forge

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// storeBlob writes a file's content as a git object.
func storeBlob(repo *git.Repository, content []byte) (plumbing.Hash, error) {
	obj := repo.Storer.NewEncodedObject()
	obj.SetType(plumbing.BlobObject)
	w, err := obj.Writer()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	_, err = w.Write(content)
	if err = errors.Join(err, w.(io.Closer).Close()); err != nil {
		return plumbing.ZeroHash, err
	}
	return repo.Storer.SetEncodedObject(obj)
}

// storeObject writes a tree or a commit.
func storeObject(repo *git.Repository, o interface {
	Encode(plumbing.EncodedObject) error
}) (plumbing.Hash, error) {
	obj := repo.Storer.NewEncodedObject()
	if err := o.Encode(obj); err != nil {
		return plumbing.ZeroHash, fmt.Errorf("encoding a git object: %w", err)
	}
	return repo.Storer.SetEncodedObject(obj)
}

// withEntry returns a tree that differs from another in one path. Only the folders on the way are written anew.
func withEntry(repo *git.Repository, tree plumbing.Hash, path []string, entry object.TreeEntry) (plumbing.Hash, error) {
	t := &object.Tree{}
	if !tree.IsZero() {
		old, err := repo.TreeObject(tree)
		if err != nil {
			return plumbing.ZeroHash, fmt.Errorf("reading tree %s: %w", tree, err)
		}
		t.Entries = slices.Clone(old.Entries)
	}
	at := slices.IndexFunc(t.Entries, func(e object.TreeEntry) bool { return e.Name == path[0] })
	if len(path) > 1 {
		below := plumbing.ZeroHash
		if at >= 0 && t.Entries[at].Mode == filemode.Dir {
			below = t.Entries[at].Hash
		}
		hash, err := withEntry(repo, below, path[1:], entry)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		entry = object.TreeEntry{Mode: filemode.Dir, Hash: hash}
	}
	entry.Name = path[0]
	if at >= 0 {
		t.Entries[at] = entry
	} else {
		t.Entries = append(t.Entries, entry)
	}
	sort.Sort(object.TreeEntrySorter(t.Entries))
	return storeObject(repo, t)
}
