package githubapi

import (
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Edit is a commit made by someone else: it is how a test or a fault moves a branch.
type Edit struct {
	// Branch is moved; empty: the default branch. It is created from the default branch when missing.
	Branch string `json:"branch"`
	// Message and Author (a login) describe the commit; empty: a plain sentence, the repository's owner.
	Message string `json:"message"`
	Author  string `json:"author"`
	// Files maps paths to their new content; nil deletes.
	Files map[string]*string `json:"files"`
}

// Commit adds a commit to a branch and returns its SHA.
func (s *Server) Commit(e Edit) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	repo, err := s.repo.open()
	if err != nil {
		return "", err
	}
	if e.Branch == "" {
		e.Branch = s.opt.DefaultBranch
	}
	parent, ok := branchHead(repo, e.Branch)
	if !ok {
		if parent, ok = branchHead(repo, s.opt.DefaultBranch); !ok || !validRef("refs/heads/"+e.Branch) {
			return "", fmt.Errorf("no branch %s to commit to", e.Branch)
		}
	}
	all, err := filesOf(repo, parent)
	if err != nil {
		return "", err
	}
	for path, content := range e.Files {
		if !validPath(path) {
			return "", fmt.Errorf("%q is no path in a tree", path)
		}
		if content == nil {
			all.remove(path)
			continue
		}
		hash, err := storeBlob(repo, []byte(*content))
		if err != nil {
			return "", err
		}
		all.set(path, treeFile{filemode.Regular, hash})
	}
	tree, err := all.write(repo)
	if err != nil {
		return "", err
	}
	author := s.owner()
	if e.Author != "" {
		author = s.account(e.Author)
	}
	if e.Message == "" {
		e.Message = "Update the project"
	}
	sig := s.signature(author)
	hash, err := store(repo, &object.Commit{Author: sig, Committer: sig, Message: e.Message, TreeHash: tree,
		ParentHashes: []plumbing.Hash{parent}})
	if err != nil {
		return "", err
	}
	return hash.String(), s.moveBranch(repo, e.Branch, hash)
}
