package githubapi

import (
	"net/http"
	"slices"
	"strings"
)

func listReviewers(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	users := []fields{}
	for _, login := range p.Reviewers {
		users = append(users, c.s.renderUser(c.s.account(login)))
	}
	return ok(fields{"users": users, "teams": c.s.renderTeams(p.Teams)})
}

// reviewersBody is the body of both requested_reviewers calls.
type reviewersBody struct {
	Reviewers []string `json:"reviewers"`
	Teams     []string `json:"team_reviewers"`
}

// requestReviewers adds all of them or, like GitHub, none.
func requestReviewers(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var body reviewersBody
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	stranger := unprocessable("Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the %s/%s repository.", c.s.opt.Owner, c.s.opt.Name)
	users, teams := slices.Clone(p.Reviewers), slices.Clone(p.Teams)
	for _, login := range body.Reviewers {
		u, found := c.s.find(login)
		if !found {
			return answer{}, stranger
		}
		if u.login == p.Author {
			return answer{}, unprocessable("Review cannot be requested from pull request author.")
		}
		if !slices.Contains(users, u.login) {
			users = append(users, u.login)
		}
	}
	for _, slug := range body.Teams {
		if !slices.Contains(c.s.opt.Teams, slug) {
			return answer{}, stranger
		}
		if !slices.Contains(teams, slug) {
			teams = append(teams, slug)
		}
	}
	p.Reviewers, p.Teams, p.Updated = users, teams, c.now
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	return created(c.s.renderPull(p))
}

func removeReviewers(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var body reviewersBody
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	p.Reviewers = without(p.Reviewers, body.Reviewers)
	p.Teams = without(p.Teams, body.Teams)
	p.Updated = c.now
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	return ok(c.s.renderPull(p))
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(v string) bool {
		return slices.ContainsFunc(gone, func(g string) bool { return strings.EqualFold(g, v) })
	})
}

func (s *Server) reviewsOf(number int64) []review {
	return ordered(s.book.reviews, func(v review) bool { return v.Pull == number })
}

func (s *Server) reviewCommentsOf(number int64) []reviewComment {
	return ordered(s.book.reviewComments, func(m reviewComment) bool { return m.Pull == number })
}

func listReviews(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	return paged(c, c.s.reviewsOf(p.Number), func(v review) any { return c.s.renderReview(v) })
}

// lineComment is a comment on the diff, alone or as a part of a review.
type lineComment struct {
	Body      string `json:"body"`
	Path      string `json:"path"`
	Line      int    `json:"line"`
	Side      string `json:"side"`
	CommitID  string `json:"commit_id"`
	InReplyTo int64  `json:"in_reply_to"`
}

// createReview submits a review at once; pending reviews are not kept.
func createReview(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var body struct {
		Body     string        `json:"body"`
		Event    string        `json:"event"`
		CommitID string        `json:"commit_id"`
		Comments []lineComment `json:"comments"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	state := map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}[body.Event]
	switch {
	case state == "":
		return answer{}, unprocessable("Unprocessable Entity: event must be APPROVE, REQUEST_CHANGES or COMMENT")
	case state == "APPROVED" && c.who.user.login == p.Author:
		return answer{}, unprocessable("Unprocessable Entity: Can not approve your own pull request")
	case state != "APPROVED" && body.Body == "" && len(body.Comments) == 0:
		return answer{}, unprocessable("Unprocessable Entity: body is missing")
	}
	v := review{ID: c.s.book.nextID(), Pull: p.Number, Author: c.who.user.login, Body: body.Body, State: state,
		CommitSHA: p.HeadSHA, Submitted: c.now}
	comments := make([]reviewComment, 0, len(body.Comments))
	for i, lc := range body.Comments {
		m, err := placeComment(c, p, lc)
		if err != nil {
			return answer{}, err
		}
		m.ID, m.Review = v.ID+int64(i)+1, v.ID
		comments = append(comments, m)
	}
	if err := c.s.book.put(record{Review: &v}); err != nil {
		return answer{}, err
	}
	for i := range comments {
		if err := c.s.book.put(record{ReviewComment: &comments[i]}); err != nil {
			return answer{}, err
		}
	}
	p.Reviewers, p.Updated = without(p.Reviewers, []string{v.Author}), c.now // who has reviewed is no longer asked to
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	return ok(c.s.renderReview(v))
}

func listReviewComments(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	return paged(c, c.s.reviewCommentsOf(p.Number), func(m reviewComment) any { return c.s.renderReviewComment(m) })
}

func createReviewComment(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var body lineComment
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	m, err := placeComment(c, p, body)
	if err != nil {
		return answer{}, err
	}
	if err := c.s.book.put(record{ReviewComment: &m}); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: c.s.renderReviewComment(m)}, nil
}

// placeComment checks that a line comment belongs to a file of the pull request, and keeps the hunk it is about.
func placeComment(c *call, p pull, lc lineComment) (reviewComment, error) {
	m := reviewComment{ID: c.s.book.nextID(), Pull: p.Number, Author: c.who.user.login, Body: lc.Body, Path: lc.Path,
		Line: lc.Line, Side: lc.Side, ReplyTo: lc.InReplyTo, CommitSHA: p.HeadSHA, Created: c.now}
	if strings.TrimSpace(m.Body) == "" {
		return m, invalid("PullRequestReviewComment", "body", "missing_field", "")
	}
	if m.ReplyTo != 0 {
		to, found := c.s.book.reviewComments[m.ReplyTo]
		if !found || to.Pull != p.Number {
			return m, notFound()
		}
		m.Path, m.Line, m.Side, m.Hunk = to.Path, to.Line, to.Side, to.Hunk
		return m, nil
	}
	if m.Side == "" {
		m.Side = "RIGHT"
	}
	st, err := c.s.stand(c.repo, p)
	if err != nil {
		return m, err
	}
	for _, ch := range st.changes {
		if ch.Name == m.Path {
			m.Hunk = ch.Patch
			return m, nil
		}
	}
	return m, invalid("PullRequestReviewComment", "path", "invalid", "path is not part of the pull request")
}
