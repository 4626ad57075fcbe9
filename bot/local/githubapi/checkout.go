package githubapi

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"
)

// syncCheckout brings the work tree and the index from a branch's commit to another, all touched files or
// none. It runs before the ref moves, and accepts files that hold the new bytes already, so that a
// crash in between is repaired by moving the ref again.
func (r repository) syncCheckout(repo *git.Repository, branch plumbing.ReferenceName, to plumbing.Hash) error {
	ref, err := repo.Reference(branch, true)
	if err != nil {
		return err
	}
	before, err := filesOf(repo, ref.Hash())
	if err != nil {
		return err
	}
	after, err := filesOf(repo, to)
	if err != nil {
		return err
	}
	idx, err := repo.Storer.Index()
	if err != nil {
		return fmt.Errorf("reading the index: %w", err)
	}
	touched := changedPaths(before, after)
	for _, path := range touched {
		if err := r.unmodified(repo, idx, path, before[path], after[path]); err != nil {
			return err
		}
	}
	for _, path := range touched {
		if err := r.replaceFile(repo, idx, path, after[path]); err != nil {
			return err
		}
	}
	var buf bytes.Buffer
	if err := index.NewEncoder(&buf).Encode(idx); err != nil {
		return fmt.Errorf("encoding the index: %w", err)
	}
	return writeFileAtomic(filepath.Join(r.gitDir(), "index"), buf.Bytes(), 0o644)
}

// unmodified reports an error if a file or its index entry holds anything but the old or the new bytes.
func (r repository) unmodified(repo *git.Repository, idx *index.Index, path string, before, after treeFile) error {
	staged := treeFile{}
	if e, err := idx.Entry(path); err == nil {
		staged = treeFile{mode: e.Mode, hash: e.Hash}
	}
	if staged != before && staged != after {
		return fmt.Errorf("%s has staged changes", path)
	}
	full := filepath.Join(r.dir, filepath.FromSlash(path))
	info, err := os.Lstat(full)
	if errors.Is(err, fs.ErrNotExist) {
		if before.there() && after.there() { // deleted by the person
			return fmt.Errorf("%s was deleted in the work tree", path)
		}
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	data, err := os.ReadFile(full)
	if err != nil {
		return err
	}
	hash := plumbing.ComputeHash(plumbing.BlobObject, data)
	if hash != before.hash && hash != after.hash {
		return fmt.Errorf("%s is modified in the work tree", path)
	}
	return nil
}

// replaceFile writes (or removes) one file and its index entry.
func (r repository) replaceFile(repo *git.Repository, idx *index.Index, path string, f treeFile) error {
	full := filepath.Join(r.dir, filepath.FromSlash(path))
	if !f.there() {
		_, _ = idx.Remove(path) // absent is fine
		if err := os.Remove(full); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_ = os.Remove(filepath.Dir(full)) // git keeps no empty folders; fails when it is not empty
		return nil
	}
	if f.mode != filemode.Regular && f.mode != filemode.Executable {
		return fmt.Errorf("%s is not a regular file", path)
	}
	data, err := blobBytes(repo, f.hash)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if f.mode == filemode.Executable {
		mode = 0o755
	}
	if err := writeFileAtomic(full, data, mode); err != nil {
		return err
	}
	info, err := os.Lstat(full)
	if err != nil {
		return err
	}
	e, err := idx.Entry(path)
	if err != nil {
		e = idx.Add(path)
	}
	*e = index.Entry{Name: path, Hash: f.hash, Mode: f.mode, ModifiedAt: info.ModTime(), Size: uint32(info.Size())}
	return nil
}
