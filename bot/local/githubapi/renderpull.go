package githubapi

import (
	"fmt"
	"strconv"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// standing is where an open or closed pull request stands in git.
type standing struct {
	base, head, common plumbing.Hash
	commits            []*object.Commit
	changes            []fileChange
	mergeable          bool
}

// stand computes a pull request's commits and files. Closed ones are compared as they were closed.
func (s *Server) stand(repo *git.Repository, p pull) (standing, error) {
	st := standing{base: plumbing.NewHash(p.BaseSHA), head: plumbing.NewHash(p.HeadSHA), common: plumbing.NewHash(p.MergeBase)}
	var err error
	if st.commits, err = between(repo, st.common, st.head); err != nil {
		return st, fmt.Errorf("reading the commits of pull request %d: %w", p.Number, err)
	}
	if st.changes, err = diffCommits(repo, st.common, st.head); err != nil {
		return st, fmt.Errorf("reading the files of pull request %d: %w", p.Number, err)
	}
	if p.State == stateOpen {
		_, st.mergeable, err = mergeTree(repo, st.common, st.base, st.head)
	}
	return st, err
}

// mergeTree merges head into base; ok is false when they conflict.
func mergeTree(repo *git.Repository, common, base, head plumbing.Hash) (merged files, ok bool, err error) {
	var all [3]files
	for i, commit := range []plumbing.Hash{common, base, head} {
		var err error
		if all[i], err = filesOf(repo, commit); err != nil {
			return nil, false, err
		}
	}
	return mergeFiles(repo, all[0], all[1], all[2])
}

func (s *Server) renderSide(branch, sha string) fields {
	return fields{"label": s.opt.Owner + ":" + branch, "ref": branch, "sha": sha,
		"repo": s.renderRepository("write"), "user": s.renderUser(s.owner())}
}

func (s *Server) pullHTML(number int64) string {
	return s.repoHTML() + "/pull/" + strconv.FormatInt(number, 10)
}

// renderPull is a pull request as lists answer it.
func (s *Server) renderPull(p pull) fields {
	n := strconv.FormatInt(p.Number, 10)
	self, issue, html := s.repoAPI()+"/pulls/"+n, s.repoAPI()+"/issues/"+n, s.pullHTML(p.Number)
	commits, comments := self+"/commits", issue+"/comments"
	reviewComments, reviewComment := self+"/comments", s.repoAPI()+"/pulls/comments{/number}"
	statuses := s.repoAPI() + "/statuses/" + p.HeadSHA
	link := func(href string) fields { return fields{"href": href} }
	reviewers := []fields{}
	for _, login := range p.Reviewers {
		reviewers = append(reviewers, s.renderUser(s.account(login)))
	}
	o := fields{"id": p.Number + 10_000, "node_id": nodeID("PullRequest", p.Number), "number": p.Number, "url": self,
		"html_url": html, "diff_url": html + ".diff", "patch_url": html + ".patch", "issue_url": issue,
		"commits_url": commits, "comments_url": comments, "statuses_url": statuses,
		"review_comments_url": reviewComments, "review_comment_url": reviewComment,
		"_links": fields{"self": link(self), "html": link(html), "issue": link(issue), "comments": link(comments),
			"commits": link(commits), "statuses": link(statuses), "review_comments": link(reviewComments),
			"review_comment": link(reviewComment)},
		"state": p.State, "locked": false, "title": p.Title, "body": nullable(p.Body), "draft": p.Draft,
		"user": s.renderUser(s.account(p.Author)), "author_association": "COLLABORATOR", "auto_merge": nil,
		"labels": s.renderLabels(p.Labels), "milestone": nil, "active_lock_reason": nil,
		"requested_reviewers": reviewers, "requested_teams": s.renderTeams(p.Teams),
		"created_at": stamp(p.Created), "updated_at": stamp(p.Updated), "closed_at": stamp(p.Closed),
		"merged_at": stamp(p.MergedAt), "merge_commit_sha": nullable(p.MergeSHA),
		"head": s.renderSide(p.Head, p.HeadSHA), "base": s.renderSide(p.Base, p.BaseSHA)}
	s.addAssignees(o, p)
	return o
}

func (s *Server) addAssignees(o fields, p pull) {
	list := []fields{}
	for _, login := range p.Assignees {
		list = append(list, s.renderUser(s.account(login)))
	}
	o["assignees"], o["assignee"] = list, nil
	if len(list) > 0 {
		o["assignee"] = list[0]
	}
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// renderWholePull is one pull request with its figures.
func (s *Server) renderWholePull(repo *git.Repository, p pull) (fields, error) {
	st, err := s.stand(repo, p)
	if err != nil {
		return nil, err
	}
	o := s.renderPull(p)
	added, deleted := 0, 0
	for _, ch := range st.changes {
		added, deleted = added+ch.Added, deleted+ch.Deleted
	}
	o["commits"], o["changed_files"], o["additions"], o["deletions"] = len(st.commits), len(st.changes), added, deleted
	o["comments"] = len(s.commentsOf(p.Number))
	o["review_comments"] = len(s.reviewCommentsOf(p.Number))
	o["merged"], o["merged_by"] = !p.MergedAt.IsZero(), nil
	if p.MergedBy != "" {
		o["merged_by"] = s.renderUser(s.account(p.MergedBy))
	}
	o["mergeable"], o["rebaseable"], o["mergeable_state"] = nil, nil, "unknown"
	if p.State == stateOpen {
		o["mergeable"], o["rebaseable"], o["mergeable_state"] = st.mergeable, st.mergeable, "dirty"
		if st.mergeable {
			o["mergeable_state"] = "clean"
		}
	}
	o["maintainer_can_modify"] = false
	return o, nil
}

func (s *Server) renderLabels(names []string) []fields {
	out := []fields{}
	for i, name := range names {
		out = append(out, fields{"id": i + 1, "node_id": nodeID("Label", name), "name": name,
			"url": s.repoAPI() + "/labels/" + escapePath(name), "description": nil, "color": "ededed", "default": false})
	}
	return out
}

func (s *Server) renderTeams(slugs []string) []fields {
	out := []fields{}
	for i, slug := range slugs {
		self := s.api() + "/organizations/1000/team/" + strconv.Itoa(i+1)
		out = append(out, fields{"id": i + 1, "node_id": nodeID("Team", slug), "name": slug, "slug": slug, "url": self,
			"html_url": s.opt.BaseURL() + "/orgs/" + s.opt.Owner + "/teams/" + slug, "members_url": self + "/members{/member}",
			"repositories_url": self + "/repos", "description": nil, "permission": "push", "privacy": "closed",
			"type": "organization", "organization_id": 1000, "parent": nil})
	}
	return out
}

func (s *Server) renderComment(m comment) fields {
	issue := s.repoAPI() + "/issues/" + strconv.FormatInt(m.Pull, 10)
	id := strconv.FormatInt(m.ID, 10)
	return fields{"id": m.ID, "node_id": nodeID("IssueComment", m.ID), "body": m.Body,
		"url": s.repoAPI() + "/issues/comments/" + id, "html_url": s.pullHTML(m.Pull) + "#issuecomment-" + id,
		"issue_url": issue, "user": s.renderUser(s.account(m.Author)), "author_association": "COLLABORATOR",
		"created_at": stamp(m.Created), "updated_at": stamp(m.Updated)}
}

func (s *Server) renderReview(v review) fields {
	html := s.pullHTML(v.Pull) + "#pullrequestreview-" + strconv.FormatInt(v.ID, 10)
	pr := s.repoAPI() + "/pulls/" + strconv.FormatInt(v.Pull, 10)
	return fields{"id": v.ID, "node_id": nodeID("PullRequestReview", v.ID), "user": s.renderUser(s.account(v.Author)),
		"body": v.Body, "state": v.State, "commit_id": v.CommitSHA, "submitted_at": stamp(v.Submitted), "html_url": html,
		"pull_request_url": pr, "author_association": "COLLABORATOR",
		"_links": fields{"html": fields{"href": html}, "pull_request": fields{"href": pr}}}
}

func (s *Server) renderReviewComment(m reviewComment) fields {
	id := strconv.FormatInt(m.ID, 10)
	self, html := s.repoAPI()+"/pulls/comments/"+id, s.pullHTML(m.Pull)+"#discussion_r"+id
	pr := s.repoAPI() + "/pulls/" + strconv.FormatInt(m.Pull, 10)
	o := fields{"id": m.ID, "node_id": nodeID("PullRequestReviewComment", m.ID), "url": self, "html_url": html,
		"pull_request_url": pr, "pull_request_review_id": nil, "diff_hunk": m.Hunk, "path": m.Path,
		"commit_id": m.CommitSHA, "original_commit_id": m.CommitSHA, "user": s.renderUser(s.account(m.Author)),
		"body": m.Body, "created_at": stamp(m.Created), "updated_at": stamp(m.Created), "author_association": "COLLABORATOR",
		"_links": fields{"self": fields{"href": self}, "html": fields{"href": html}, "pull_request": fields{"href": pr}}}
	if m.Review != 0 {
		o["pull_request_review_id"] = m.Review
	}
	if m.ReplyTo != 0 {
		o["in_reply_to_id"] = m.ReplyTo
	}
	if m.Line != 0 {
		o["line"], o["original_line"], o["side"] = m.Line, m.Line, m.Side
	}
	return o
}
