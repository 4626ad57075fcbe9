package githubapi

import (
	"strings"

	"github.com/go-git/go-git/v5/plumbing/object"
)

// compareCommits answers base...head: the commits and files of head since the merge base.
func compareCommits(c *call) (answer, error) {
	basehead := c.r.PathValue("basehead")
	from, to, found := strings.Cut(basehead, "...")
	if !found {
		return answer{}, notFound()
	}
	base, okBase := resolve(c.repo, withoutOwner(from))
	head, okHead := resolve(c.repo, withoutOwner(to))
	if !okBase || !okHead {
		return answer{}, notFound()
	}
	common, related, err := mergeBase(base, head)
	if err != nil {
		return answer{}, err
	}
	if !related {
		return answer{}, &apiError{Status: 404, Message: "No common ancestor between " + from + " and " + to + "."}
	}
	ahead, err := between(c.repo, base.Hash, head.Hash)
	if err != nil {
		return answer{}, err
	}
	behind, err := between(c.repo, head.Hash, base.Hash)
	if err != nil {
		return answer{}, err
	}
	changes, err := diffCommits(c.repo, common.Hash, head.Hash)
	if err != nil {
		return answer{}, err
	}
	return ok(c.s.renderComparison(basehead, base, common, head, ahead, len(behind), changes))
}

func (s *Server) renderComparison(basehead string, base, common, head *object.Commit, ahead []*object.Commit, behind int, changes []fileChange) fields {
	status := "identical"
	switch {
	case len(ahead) > 0 && behind > 0:
		status = "diverged"
	case len(ahead) > 0:
		status = "ahead"
	case behind > 0:
		status = "behind"
	}
	commits, list := []fields{}, []fields{}
	for _, commit := range ahead {
		commits = append(commits, s.renderCommit(commit))
	}
	for _, ch := range changes {
		list = append(list, s.renderFile(ch, head.Hash.String()))
	}
	html := s.repoHTML() + "/compare/" + escapePath(basehead)
	return fields{"url": s.repoAPI() + "/compare/" + escapePath(basehead), "html_url": html,
		"permalink_url": s.repoHTML() + "/compare/" + base.Hash.String() + "..." + head.Hash.String(),
		"diff_url":      html + ".diff", "patch_url": html + ".patch",
		"base_commit": s.renderCommit(base), "merge_base_commit": s.renderCommit(common),
		"status": status, "ahead_by": len(ahead), "behind_by": behind, "total_commits": len(ahead),
		"commits": commits, "files": list}
}

// withoutOwner drops the "owner:" that GitHub allows before a branch. A branch name holds no colon.
func withoutOwner(s string) string {
	if _, rest, ok := strings.Cut(s, ":"); ok {
		return rest
	}
	return s
}
