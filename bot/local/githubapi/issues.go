package githubapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// getIssue answers the issue half of a pull request: what clients that speak of issues see.
func getIssue(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	return ok(c.s.renderIssue(p))
}

func (s *Server) renderIssue(p pull) fields {
	n := strconv.FormatInt(p.Number, 10)
	self := s.repoAPI() + "/issues/" + n
	o := fields{"id": p.Number + 20_000, "node_id": nodeID("Issue", p.Number), "number": p.Number, "url": self,
		"repository_url": s.repoAPI(), "labels_url": self + "/labels{/name}", "comments_url": self + "/comments",
		"events_url": self + "/events", "html_url": s.pullHTML(p.Number), "state": p.State, "title": p.Title,
		"body": nullable(p.Body), "user": s.renderUser(s.account(p.Author)), "labels": s.renderLabels(p.Labels),
		"milestone": nil, "locked": false, "comments": len(s.commentsOf(p.Number)), "author_association": "COLLABORATOR",
		"created_at": stamp(p.Created), "updated_at": stamp(p.Updated), "closed_at": stamp(p.Closed),
		"pull_request": fields{"url": s.repoAPI() + "/pulls/" + n, "html_url": s.pullHTML(p.Number),
			"diff_url": s.pullHTML(p.Number) + ".diff", "patch_url": s.pullHTML(p.Number) + ".patch"}}
	s.addAssignees(o, p)
	return o
}

func (s *Server) commentsOf(number int64) []comment {
	return ordered(s.book.comments, func(m comment) bool { return m.Pull == number })
}

func listComments(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	return paged(c, c.s.commentsOf(p.Number), func(m comment) any { return c.s.renderComment(m) })
}

// commentBody reads the body of the calls that write a comment.
func commentBody(c *call) (string, error) {
	var body struct {
		Body string `json:"body"`
	}
	if err := c.decode(&body); err != nil {
		return "", err
	}
	if strings.TrimSpace(body.Body) == "" {
		return "", invalid("IssueComment", "body", "missing_field", "")
	}
	return body.Body, nil
}

func createComment(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	text, err := commentBody(c)
	if err != nil {
		return answer{}, err
	}
	m := comment{ID: c.s.book.nextID(), Pull: p.Number, Author: c.who.user.login, Body: text, Created: c.now, Updated: c.now}
	if err := c.s.book.put(record{Comment: &m}); err != nil {
		return answer{}, err
	}
	return created(c.s.renderComment(m))
}

func (c *call) comment() (comment, error) {
	id, err := c.number("comment_id")
	if err != nil {
		return comment{}, err
	}
	m, found := c.s.book.comments[id]
	if !found {
		return comment{}, notFound()
	}
	return m, nil
}

func getComment(c *call) (answer, error) {
	m, err := c.comment()
	if err != nil {
		return answer{}, err
	}
	return ok(c.s.renderComment(m))
}

func editComment(c *call) (answer, error) {
	m, err := c.comment()
	if err != nil {
		return answer{}, err
	}
	if m.Body, err = commentBody(c); err != nil {
		return answer{}, err
	}
	m.Updated = c.now
	if err := c.s.book.put(record{Comment: &m}); err != nil {
		return answer{}, err
	}
	return ok(c.s.renderComment(m))
}

func listLabels(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	return paged(c, c.s.renderLabels(p.Labels), func(o fields) any { return o })
}

// addLabels takes the object form {"labels":[…]}, or the bare list that go-github sends.
func addLabels(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var raw json.RawMessage
	if err := c.decode(&raw); err != nil {
		return answer{}, err
	}
	var body struct {
		Labels []string `json:"labels"`
	}
	if json.Unmarshal(raw, &body) != nil && json.Unmarshal(raw, &body.Labels) != nil {
		return answer{}, unprocessable("Invalid request.\n\nlabels must be a list of names.")
	}
	labels := slices.Clone(p.Labels)
	for _, name := range body.Labels {
		if name = strings.TrimSpace(name); name == "" {
			return answer{}, invalid("Label", "name", "missing_field", "")
		}
		if !slices.Contains(labels, name) {
			labels = append(labels, name)
		}
	}
	p.Labels, p.Updated = labels, c.now
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	return ok(c.s.renderLabels(p.Labels))
}

// addAssignees ignores people who are no collaborators, as GitHub does.
func addAssignees(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var body struct {
		Assignees []string `json:"assignees"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	list := slices.Clone(p.Assignees)
	for _, login := range body.Assignees {
		if u, found := c.s.find(login); found && !slices.Contains(list, u.login) {
			list = append(list, u.login)
		}
	}
	p.Assignees, p.Updated = list, c.now
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	return created(c.s.renderIssue(p))
}
