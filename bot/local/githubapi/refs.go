package githubapi

import (
	"fmt"
	"sort"
	"strings"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
)

func renderRef(c *call, name string, hash plumbing.Hash) fields {
	kind := "commit"
	if obj, err := c.repo.Storer.EncodedObject(plumbing.AnyObject, hash); err == nil {
		kind = obj.Type().String()
	}
	return fields{"ref": name, "node_id": nodeID("Ref", name), "url": c.s.repoAPI() + "/git/" + name,
		"object": fields{"type": kind, "sha": hash.String(), "url": c.s.repoAPI() + "/git/" + kind + "s/" + hash.String()}}
}

func getRef(c *call) (answer, error) {
	name := "refs/" + c.r.PathValue("ref")
	if !validRef(name) {
		return answer{}, notFound()
	}
	ref, err := c.repo.Reference(plumbing.ReferenceName(name), true)
	if err != nil {
		return answer{}, notFound()
	}
	return ok(renderRef(c, name, ref.Hash()))
}

func matchingRefs(c *call) (answer, error) {
	prefix := "refs/" + c.r.PathValue("ref")
	it, err := c.repo.References()
	if err != nil {
		return answer{}, fmt.Errorf("listing refs: %w", err)
	}
	var found []*plumbing.Reference
	err = it.ForEach(func(r *plumbing.Reference) error {
		if r.Type() == plumbing.HashReference && strings.HasPrefix(r.Name().String(), prefix) {
			found = append(found, r)
		}
		return nil
	})
	if err != nil {
		return answer{}, fmt.Errorf("listing refs: %w", err)
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Name() < found[j].Name() })
	return paged(c, found, func(r *plumbing.Reference) any { return renderRef(c, r.Name().String(), r.Hash()) })
}

func createRef(c *call) (answer, error) {
	var body struct {
		Ref string `json:"ref"`
		SHA string `json:"sha"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if !validRef(body.Ref) {
		return answer{}, unprocessable("Reference name must start with 'refs/' and contain at least two slashes; %s is not a valid ref name", body.Ref)
	}
	hash, err := refTarget(c, body.Ref, body.SHA)
	if err != nil {
		return answer{}, err
	}
	name := plumbing.ReferenceName(body.Ref)
	if _, err := c.repo.Reference(name, false); err == nil {
		return answer{}, unprocessable("Reference already exists")
	}
	if err := c.s.repo.setRef(c.repo, name, hash); err != nil {
		return answer{}, err
	}
	a, err := created(renderRef(c, body.Ref, hash))
	a.header = map[string]string{"Location": c.s.repoAPI() + "/git/" + body.Ref}
	return a, err
}

// refTarget checks that a ref may point at an object: a branch only at a commit.
func refTarget(c *call, ref, sha string) (plumbing.Hash, error) {
	hash, valid := parseSHA(sha)
	if !valid {
		return hash, unprocessable("The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
	}
	obj, err := c.repo.Storer.EncodedObject(plumbing.AnyObject, hash)
	if err != nil || (strings.HasPrefix(ref, "refs/heads/") && obj.Type() != plumbing.CommitObject) {
		return hash, unprocessable("Object does not exist")
	}
	return hash, nil
}

func updateRef(c *call) (answer, error) {
	var body struct {
		SHA   string `json:"sha"`
		Force bool   `json:"force"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	name := "refs/" + c.r.PathValue("ref")
	if !validRef(name) {
		return answer{}, unprocessable("Reference does not exist")
	}
	ref, err := c.repo.Reference(plumbing.ReferenceName(name), true)
	if err != nil {
		return answer{}, unprocessable("Reference does not exist")
	}
	hash, err := refTarget(c, name, body.SHA)
	if err != nil {
		return answer{}, err
	}
	if !body.Force {
		forward, err := isAncestor(c.repo, ref.Hash(), hash)
		if err != nil {
			return answer{}, err
		}
		if !forward {
			return answer{}, unprocessable("Update is not a fast forward")
		}
	}
	if err := c.s.repo.setRef(c.repo, ref.Name(), hash); err != nil {
		return answer{}, err
	}
	return ok(renderRef(c, name, hash))
}

// isAncestor reports whether a is b or is reachable from it.
func isAncestor(repo *git.Repository, a, b plumbing.Hash) (bool, error) {
	if a == b {
		return true, nil
	}
	old, err := repo.CommitObject(a)
	if err != nil {
		return false, nil // a tag object: not comparable, hence no fast forward
	}
	young, err := repo.CommitObject(b)
	if err != nil {
		return false, nil
	}
	yes, err := old.IsAncestor(young)
	if err != nil {
		return false, fmt.Errorf("walking the history: %w", err)
	}
	return yes, nil
}

func deleteRef(c *call) (answer, error) {
	name := "refs/" + c.r.PathValue("ref")
	if !validRef(name) {
		return answer{}, unprocessable("Reference does not exist")
	}
	if _, err := c.repo.Reference(plumbing.ReferenceName(name), false); err != nil {
		return answer{}, unprocessable("Reference does not exist")
	}
	head, err := c.repo.Reference(plumbing.HEAD, false)
	if name == "refs/heads/"+c.s.opt.DefaultBranch || (err == nil && head.Target().String() == name) {
		return answer{}, unprocessable("Cannot delete the default branch or the branch that is checked out")
	}
	if err := c.s.settle(c.repo); err != nil { // remembers where pull requests stood
		return answer{}, err
	}
	if err := c.repo.Storer.RemoveReference(plumbing.ReferenceName(name)); err != nil {
		return answer{}, fmt.Errorf("deleting %s: %w", name, err)
	}
	return noContent()
}
