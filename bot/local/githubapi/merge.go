package githubapi

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

func checkMerged(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	if p.MergedAt.IsZero() {
		return answer{}, notFound()
	}
	return noContent()
}

// mergeRequest is the body of PUT pulls/N/merge.
type mergeRequest struct {
	Title   string `json:"commit_title"`
	Message string `json:"commit_message"`
	SHA     string `json:"sha"`
	Method  string `json:"merge_method"`
}

func mergePull(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var body mergeRequest
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if p.State != stateOpen || p.Draft {
		return answer{}, &apiError{Status: http.StatusMethodNotAllowed, Message: "Pull Request is not mergeable"}
	}
	if body.SHA != "" && body.SHA != p.HeadSHA {
		return answer{}, &apiError{Status: http.StatusConflict, Message: "Head branch was modified. Review and try the merge again."}
	}
	var tip plumbing.Hash
	switch cmp.Or(body.Method, "merge") {
	case "merge":
		tip, err = mergeCommit(c, p, body, true)
	case "squash":
		tip, err = mergeCommit(c, p, body, false)
	case "rebase":
		tip, err = rebase(c, p)
	default:
		err = unprocessable("Invalid request.\n\nmerge_method must be merge, squash or rebase.")
	}
	if err != nil {
		return answer{}, err
	}
	// The record is written last. A crash in between leaves a base that holds the work: for a merge commit
	// settle finds that out; squash and rebase then stay open, as when someone had applied the change by hand.
	if err := c.s.repo.setRef(c.repo, plumbing.NewBranchReferenceName(p.Base), tip); err != nil {
		return answer{}, err
	}
	p.State, p.MergedAt, p.Closed, p.Updated = stateClosed, c.now, c.now, c.now
	p.MergedBy, p.MergeSHA = c.who.user.login, tip.String()
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	if err := c.s.settle(c.repo); err != nil {
		return answer{}, err
	}
	return ok(fields{"merged": true, "message": "Pull Request successfully merged", "sha": tip.String()})
}

// mergeCommit writes one commit onto the base, with the head as second parent or (squash) without.
func mergeCommit(c *call, p pull, body mergeRequest, second bool) (plumbing.Hash, error) {
	base, head := plumbing.NewHash(p.BaseSHA), plumbing.NewHash(p.HeadSHA)
	tree, err := mergedTree(c, plumbing.NewHash(p.MergeBase), base, head)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	sig := c.s.signature(c.who.user)
	commit := &object.Commit{Author: sig, Committer: sig, TreeHash: tree, ParentHashes: []plumbing.Hash{base}}
	title, message := fmt.Sprintf("%s (#%d)", p.Title, p.Number), ""
	if second {
		commit.ParentHashes = append(commit.ParentHashes, head)
		title, message = fmt.Sprintf("Merge pull request #%d from %s/%s", p.Number, c.s.opt.Owner, p.Head), p.Title
	} else if h, err := c.repo.CommitObject(head); err == nil {
		commit.Author = h.Author
	}
	commit.Message = strings.TrimSpace(cmp.Or(body.Title, title)+"\n\n"+cmp.Or(body.Message, message)) + "\n"
	return store(c.repo, commit)
}

// rebase writes each commit of the head again, on top of the base.
func rebase(c *call, p pull) (plumbing.Hash, error) {
	tip := plumbing.NewHash(p.BaseSHA)
	commits, err := between(c.repo, plumbing.NewHash(p.MergeBase), plumbing.NewHash(p.HeadSHA))
	if err != nil {
		return tip, err
	}
	for _, old := range commits {
		if len(old.ParentHashes) != 1 {
			return tip, &apiError{Status: http.StatusMethodNotAllowed, Message: "This branch can't be rebased"}
		}
		tree, err := mergedTree(c, old.ParentHashes[0], tip, old.Hash)
		if err != nil {
			return tip, err
		}
		tip, err = store(c.repo, &object.Commit{Author: old.Author, Committer: c.s.signature(c.who.user),
			Message: old.Message, TreeHash: tree, ParentHashes: []plumbing.Hash{tip}})
		if err != nil {
			return tip, err
		}
	}
	return tip, nil
}

func mergedTree(c *call, common, base, head plumbing.Hash) (plumbing.Hash, error) {
	merged, clean, err := mergeTree(c.repo, common, base, head)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if !clean {
		return plumbing.ZeroHash, &apiError{Status: http.StatusMethodNotAllowed, Message: "Pull Request is not mergeable"}
	}
	return merged.write(c.repo)
}
