package githubapi

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"
)

// rateLimit is what the headers report. The embedded workspace does not count; a test that needs a limit injects it.
const rateLimit = 5000

func getUser(c *call) (answer, error) {
	return ok(c.s.renderAccount(c.who.user))
}

func getUserByName(c *call) (answer, error) {
	u, found := c.s.find(c.r.PathValue("username"))
	if !found {
		return answer{}, notFound()
	}
	return ok(c.s.renderAccount(u))
}

func getRateLimit(c *call) (answer, error) {
	rate := fields{"limit": rateLimit, "remaining": rateLimit - 1, "used": 1, "reset": c.now.Add(time.Hour).Unix()}
	return ok(fields{"rate": rate, "resources": fields{"core": rate, "search": rate}})
}

func getRepository(c *call) (answer, error) {
	permission := c.who.user.permission
	if c.who.rights != nil {
		permission = map[bool]string{true: "write", false: "read"}[c.who.rights["contents"] == "write"]
	}
	return ok(c.s.renderRepository(permission))
}

func listCollaborators(c *call) (answer, error) {
	return paged(c, c.s.users(), func(u user) any { return c.s.renderCollaborator(u) })
}

func checkCollaborator(c *call) (answer, error) {
	if _, found := c.s.find(c.r.PathValue("username")); !found {
		return answer{}, notFound()
	}
	return noContent()
}

func getPermission(c *call) (answer, error) {
	u, found := c.s.find(c.r.PathValue("username"))
	if !found {
		return answer{}, notFound()
	}
	return ok(fields{"permission": u.permission, "role_name": u.permission, "user": c.s.renderCollaborator(u)})
}

func listBranches(c *call) (answer, error) {
	it, err := c.repo.Branches()
	if err != nil {
		return answer{}, fmt.Errorf("listing branches: %w", err)
	}
	var refs []*plumbing.Reference
	if err := it.ForEach(func(r *plumbing.Reference) error { refs = append(refs, r); return nil }); err != nil {
		return answer{}, fmt.Errorf("listing branches: %w", err)
	}
	slices.SortFunc(refs, func(a, b *plumbing.Reference) int { return strings.Compare(a.Name().String(), b.Name().String()) })
	return paged(c, refs, func(r *plumbing.Reference) any {
		return fields{"name": r.Name().Short(), "protected": false,
			"commit": fields{"sha": r.Hash().String(), "url": c.s.repoAPI() + "/commits/" + r.Hash().String()}}
	})
}

func getBranch(c *call) (answer, error) {
	name := c.r.PathValue("branch")
	hash, found := branchHead(c.repo, name)
	if !found {
		return answer{}, &apiError{Status: http.StatusNotFound, Message: "Branch not found"}
	}
	commit, err := c.repo.CommitObject(hash)
	if err != nil {
		return answer{}, err
	}
	self := c.s.repoAPI() + "/branches/" + escapePath(name)
	return ok(fields{"name": name, "commit": c.s.renderCommit(commit), "protected": false,
		"protection":     fields{"enabled": false},
		"protection_url": self + "/protection",
		"_links":         fields{"self": self, "html": c.s.repoHTML() + "/tree/" + escapePath(name)}})
}

func listCommits(c *call) (answer, error) {
	q := c.r.URL.Query()
	name := q.Get("sha")
	if name == "" {
		name = c.s.opt.DefaultBranch
	}
	from, found := resolve(c.repo, name)
	if !found {
		return answer{}, notFound()
	}
	opt := &git.LogOptions{From: from.Hash, Order: git.LogOrderCommitterTime}
	if p := strings.Trim(q.Get("path"), "/"); p != "" {
		opt.PathFilter = func(name string) bool { return name == p || strings.HasPrefix(name, p+"/") }
	}
	it, err := c.repo.Log(opt)
	if err != nil {
		return answer{}, fmt.Errorf("reading the history: %w", err)
	}
	// One more than the pages so far is enough to know whether there is a next page.
	limit := min(intOr(q.Get("page"), 1), 1000)*min(intOr(q.Get("per_page"), 30), 100) + 1
	var commits []*object.Commit
	err = it.ForEach(func(commit *object.Commit) error {
		if commits = append(commits, commit); len(commits) >= limit {
			return storer.ErrStop
		}
		return nil
	})
	if err != nil && !errors.Is(err, io.EOF) {
		return answer{}, fmt.Errorf("reading the history: %w", err)
	}
	return paged(c, commits, func(commit *object.Commit) any { return c.s.renderCommit(commit) })
}

func getCommit(c *call) (answer, error) {
	commit, found := resolve(c.repo, c.r.PathValue("ref"))
	if !found {
		return answer{}, unprocessable("No commit found for SHA: %s", c.r.PathValue("ref"))
	}
	parent := plumbing.ZeroHash
	if len(commit.ParentHashes) > 0 {
		parent = commit.ParentHashes[0]
	}
	changes, err := diffCommits(c.repo, parent, commit.Hash)
	if err != nil {
		return answer{}, err
	}
	o := c.s.renderCommit(commit)
	list, added, deleted := []fields{}, 0, 0
	for _, ch := range changes {
		list = append(list, c.s.renderFile(ch, commit.Hash.String()))
		added, deleted = added+ch.Added, deleted+ch.Deleted
	}
	o["files"] = list
	o["stats"] = fields{"additions": added, "deletions": deleted, "total": added + deleted}
	return ok(o)
}

// getContents answers a file with its content or a folder with its entries.
func getContents(c *call) (answer, error) {
	ref := c.r.URL.Query().Get("ref")
	if ref == "" {
		ref = c.s.opt.DefaultBranch
	}
	commit, found := resolve(c.repo, ref)
	if !found {
		return answer{}, &apiError{Status: http.StatusNotFound, Message: "No commit found for the ref " + ref}
	}
	tree, err := commit.Tree()
	if err != nil {
		return answer{}, err
	}
	name := strings.Trim(c.r.PathValue("path"), "/")
	if name != "" {
		entry, err := tree.FindEntry(name)
		if err != nil {
			return answer{}, notFound()
		}
		if entry.Mode != filemode.Dir {
			return fileContents(c, name, ref, *entry)
		}
		if tree, err = c.repo.TreeObject(entry.Hash); err != nil {
			return answer{}, err
		}
	}
	out := []fields{}
	for _, e := range tree.Entries {
		out = append(out, renderContent(c, path.Join(name, e.Name), ref, e))
	}
	return ok(out)
}

func fileContents(c *call, name, ref string, e object.TreeEntry) (answer, error) {
	o := renderContent(c, name, ref, e)
	if e.Mode == filemode.Submodule {
		o["submodule_git_url"] = nil
		return ok(o)
	}
	data, err := blobBytes(c.repo, e.Hash)
	if err != nil {
		return answer{}, err
	}
	if c.wantsRaw() {
		return answer{status: http.StatusOK, raw: data}, nil
	}
	if e.Mode == filemode.Symlink {
		o["target"] = string(data)
		return ok(o)
	}
	o["encoding"], o["content"] = "base64", base64.StdEncoding.EncodeToString(data)
	return ok(o)
}

func renderContent(c *call, name, ref string, e object.TreeEntry) fields {
	kind, api := "file", "/git/blobs/"
	switch e.Mode {
	case filemode.Dir:
		kind, api = "dir", "/git/trees/"
	case filemode.Symlink:
		kind = "symlink"
	case filemode.Submodule:
		kind, api = "submodule", "/git/trees/"
	}
	size, _ := c.repo.Storer.EncodedObjectSize(e.Hash) // zero for folders and submodules
	if kind == "dir" {
		size = 0
	}
	self := c.s.repoAPI() + "/contents/" + escapePath(name) + "?ref=" + ref
	html := c.s.repoHTML() + "/blob/" + ref + "/" + escapePath(name)
	git := c.s.repoAPI() + api + e.Hash.String()
	o := fields{"type": kind, "name": path.Base(name), "path": name, "sha": e.Hash.String(), "size": size,
		"url": self, "html_url": html, "git_url": git, "download_url": nil,
		"_links": fields{"self": self, "html": html, "git": git}}
	if kind == "file" {
		o["download_url"] = c.s.repoHTML() + "/raw/" + ref + "/" + escapePath(name)
	}
	return o
}
