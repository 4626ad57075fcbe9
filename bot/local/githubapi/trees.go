package githubapi

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// treeFile is what a tree holds at a path: anything but a folder. The zero value means nothing is there.
type treeFile struct {
	mode filemode.FileMode
	hash plumbing.Hash
}

func (f treeFile) there() bool { return f.mode != 0 }

// files maps slash-separated paths to what is there.
type files map[string]treeFile

// filesOf flattens the tree of a commit.
func filesOf(repo *git.Repository, commit plumbing.Hash) (files, error) {
	c, err := repo.CommitObject(commit)
	if err != nil {
		return nil, fmt.Errorf("reading commit %s: %w", commit, err)
	}
	return flatten(repo, c.TreeHash)
}

// flatten lists a tree with all its folders.
func flatten(repo *git.Repository, tree plumbing.Hash) (files, error) {
	out := files{}
	t, err := repo.TreeObject(tree)
	if err != nil {
		return nil, fmt.Errorf("reading tree %s: %w", tree, err)
	}
	w := object.NewTreeWalker(t, true, nil)
	defer w.Close()
	for {
		path, entry, err := w.Next()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading tree %s: %w", tree, err)
		}
		if entry.Mode != filemode.Dir {
			out[path] = treeFile{entry.Mode, entry.Hash}
		}
	}
}

// set puts something at a path, replacing a file that stands where a folder is needed and a folder that
// stands where the file goes.
func (fs files) set(path string, f treeFile) {
	for i := range path {
		if path[i] == '/' {
			delete(fs, path[:i])
		}
	}
	fs.remove(path)
	fs[path] = f
}

// remove deletes a file or a whole folder and reports whether anything was there.
func (fs files) remove(path string) bool {
	n := len(fs)
	maps.DeleteFunc(fs, func(p string, _ treeFile) bool { return p == path || strings.HasPrefix(p, path+"/") })
	return len(fs) < n
}

// write stores the files as tree objects and returns the root's name.
func (fs files) write(repo *git.Repository) (plumbing.Hash, error) {
	root := &folder{entries: map[string]object.TreeEntry{}, folders: map[string]*folder{}}
	for path, f := range fs {
		dir, parts := root, strings.Split(path, "/")
		for _, name := range parts[:len(parts)-1] {
			if dir.folders[name] == nil {
				dir.folders[name] = &folder{entries: map[string]object.TreeEntry{}, folders: map[string]*folder{}}
			}
			dir = dir.folders[name]
		}
		name := parts[len(parts)-1]
		dir.entries[name] = object.TreeEntry{Name: name, Mode: f.mode, Hash: f.hash}
	}
	return root.write(repo)
}

type folder struct {
	entries map[string]object.TreeEntry
	folders map[string]*folder
}

func (d *folder) write(repo *git.Repository) (plumbing.Hash, error) {
	tree := &object.Tree{Entries: slices.Collect(maps.Values(d.entries))}
	for name, sub := range d.folders {
		hash, err := sub.write(repo)
		if err != nil {
			return plumbing.ZeroHash, err
		}
		tree.Entries = append(tree.Entries, object.TreeEntry{Name: name, Mode: filemode.Dir, Hash: hash})
	}
	sort.Sort(object.TreeEntrySorter(tree.Entries)) // git's order: a folder sorts as if its name ended in a slash
	return store(repo, tree)
}

// encoder is a git object that can be written.
type encoder interface {
	Encode(plumbing.EncodedObject) error
}

// store writes an object unless the repository has it.
func store(repo *git.Repository, e encoder) (plumbing.Hash, error) {
	obj := repo.Storer.NewEncodedObject()
	if err := e.Encode(obj); err != nil {
		return plumbing.ZeroHash, fmt.Errorf("encoding a git object: %w", err)
	}
	return storeObject(repo, obj)
}

func storeObject(repo *git.Repository, obj plumbing.EncodedObject) (plumbing.Hash, error) {
	if repo.Storer.HasEncodedObject(obj.Hash()) == nil {
		return obj.Hash(), nil
	}
	hash, err := repo.Storer.SetEncodedObject(obj)
	if err != nil {
		return plumbing.ZeroHash, fmt.Errorf("writing a git object: %w", err)
	}
	return hash, nil
}

func storeBlob(repo *git.Repository, data []byte) (plumbing.Hash, error) {
	obj := repo.Storer.NewEncodedObject()
	obj.SetType(plumbing.BlobObject)
	w, err := obj.Writer()
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if _, err := w.Write(data); err != nil {
		return plumbing.ZeroHash, err
	}
	if err := w.Close(); err != nil {
		return plumbing.ZeroHash, err
	}
	return storeObject(repo, obj)
}

func blobBytes(repo *git.Repository, hash plumbing.Hash) ([]byte, error) {
	blob, err := repo.BlobObject(hash)
	if err != nil {
		return nil, fmt.Errorf("reading blob %s: %w", hash, err)
	}
	r, err := blob.Reader()
	if err != nil {
		return nil, fmt.Errorf("reading blob %s: %w", hash, err)
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}

// changedPaths lists the paths at which two trees differ, sorted.
func changedPaths(a, b files) []string {
	var out []string
	for path, f := range a {
		if b[path] != f {
			out = append(out, path)
		}
	}
	for path := range b {
		if !a[path].there() {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// mergeFiles applies the changes base→theirs to ours. ok is false when a file was changed on both sides in
// lines that touch, or when a file would stand where a folder is needed.
func mergeFiles(repo *git.Repository, base, ours, theirs files) (merged files, ok bool, err error) {
	merged = maps.Clone(ours)
	for _, path := range changedPaths(base, theirs) {
		switch {
		case ours[path] == theirs[path]:
			continue
		case ours[path] != base[path]:
			f, ok, err := mergeFile(repo, base[path], ours[path], theirs[path])
			if err != nil || !ok {
				return nil, false, err
			}
			merged[path] = f
		case theirs[path].there():
			merged[path] = theirs[path]
		default:
			delete(merged, path)
		}
	}
	for path := range merged {
		for i := range path {
			if path[i] == '/' && merged[path[:i]].there() {
				return nil, false, nil
			}
		}
	}
	return merged, true, nil
}

// mergeFile merges a text file that both sides edited.
func mergeFile(repo *git.Repository, base, ours, theirs treeFile) (treeFile, bool, error) {
	if base.mode != ours.mode || base.mode != theirs.mode || (base.mode != filemode.Regular && base.mode != filemode.Executable) {
		return treeFile{}, false, nil
	}
	var texts [3]string
	for i, f := range []treeFile{base, ours, theirs} {
		data, err := blobBytes(repo, f.hash)
		if err != nil {
			return treeFile{}, false, err
		}
		if texts[i] = string(data); strings.ContainsRune(texts[i], 0) {
			return treeFile{}, false, nil
		}
	}
	text, ok := mergeLines(texts[0], texts[1], texts[2])
	if !ok {
		return treeFile{}, false, nil
	}
	hash, err := storeBlob(repo, []byte(text))
	return treeFile{base.mode, hash}, err == nil, err
}

// validPath accepts slash-separated relative paths without empty, dot or .git parts.
func validPath(path string) bool {
	if path == "" || len(path) > 4096 || strings.ContainsAny(path, "\x00\\") {
		return false
	}
	for _, part := range strings.Split(path, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") {
			return false
		}
	}
	return true
}
