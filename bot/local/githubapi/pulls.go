package githubapi

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
)

// pull finds the pull request a path names, by either of the names GitHub gives the number.
func (c *call) pull() (pull, error) {
	if err := c.s.settle(c.repo); err != nil {
		return pull{}, err
	}
	name := "pull_number"
	if c.r.PathValue(name) == "" {
		name = "issue_number"
	}
	n, err := c.number(name)
	if err != nil {
		return pull{}, err
	}
	p, found := c.s.book.pulls[n]
	if !found {
		return pull{}, notFound()
	}
	return p, nil
}

func listPulls(c *call) (answer, error) {
	if err := c.s.settle(c.repo); err != nil {
		return answer{}, err
	}
	q := c.r.URL.Query()
	state := cmp.Or(q.Get("state"), stateOpen)
	if !slices.Contains([]string{stateOpen, stateClosed, "all"}, state) {
		return answer{}, invalid("PullRequest", "state", "invalid", "")
	}
	list := ordered(c.s.book.pulls, func(p pull) bool {
		return (state == "all" || p.State == state) &&
			(q.Get("base") == "" || p.Base == q.Get("base")) && headMatches(c.s.opt.Owner, q.Get("head"), p.Head)
	})
	key := func(p pull) int64 { return p.Created.UnixNano() }
	if q.Get("sort") == "updated" {
		key = func(p pull) int64 { return p.Updated.UnixNano() }
	}
	slices.SortStableFunc(list, func(a, b pull) int { return cmp.Compare(key(a), key(b)) })
	if q.Get("direction") == "desc" || (q.Get("direction") == "" && (q.Get("sort") == "" || q.Get("sort") == "created")) {
		slices.Reverse(list)
	}
	return paged(c, list, func(p pull) any { return c.s.renderPull(p) })
}

// headMatches applies the filter head=owner:branch. Like GitHub, a filter without an owner filters nothing.
func headMatches(owner, filter, branch string) bool {
	who, name, ok := strings.Cut(filter, ":")
	return !ok || (strings.EqualFold(who, owner) && name == branch)
}

func createPull(c *call) (answer, error) {
	var body struct {
		Title string `json:"title"`
		Body  string `json:"body"`
		Head  string `json:"head"`
		Base  string `json:"base"`
		Draft bool   `json:"draft"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if err := checkTexts(body.Title, body.Body); err != nil {
		return answer{}, err
	}
	if err := c.s.settle(c.repo); err != nil {
		return answer{}, err
	}
	p := pull{Number: c.s.book.nextNumber(), Title: body.Title, Body: body.Body, Author: c.who.user.login,
		Head: withoutOwner(body.Head), Base: body.Base, State: stateOpen, Draft: body.Draft, Created: c.now, Updated: c.now}
	head, okHead := branchHead(c.repo, p.Head)
	base, okBase := branchHead(c.repo, p.Base)
	switch {
	case !okHead:
		return answer{}, invalid("PullRequest", "head", "invalid", "")
	case !okBase:
		return answer{}, invalid("PullRequest", "base", "invalid", "")
	}
	for _, other := range c.s.book.pulls {
		if other.State == stateOpen && other.Head == p.Head && other.Base == p.Base {
			return answer{}, invalid("PullRequest", "", "custom", fmt.Sprintf("A pull request already exists for %s:%s.", c.s.opt.Owner, p.Head))
		}
	}
	nothing, err := isAncestor(c.repo, head, base)
	if err != nil {
		return answer{}, err
	}
	if nothing {
		return answer{}, invalid("PullRequest", "", "custom", fmt.Sprintf("No commits between %s and %s", p.Base, p.Head))
	}
	common, err := commonOf(c.repo, base, head)
	if err != nil {
		return answer{}, err
	}
	if common.IsZero() {
		return answer{}, invalid("PullRequest", "", "custom", fmt.Sprintf("The %s branch has no history in common with %s", p.Head, p.Base))
	}
	p.HeadSHA, p.BaseSHA, p.MergeBase = head.String(), base.String(), common.String()
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	o, err := c.s.renderWholePull(c.repo, p)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusCreated, body: o, header: map[string]string{"Location": c.s.repoAPI() + fmt.Sprintf("/pulls/%d", p.Number)}}, nil
}

// checkTexts applies GitHub's limits on a title (256 characters) and a body (65,536).
func checkTexts(title, body string) error {
	switch {
	case strings.TrimSpace(title) == "":
		return invalid("PullRequest", "title", "missing_field", "")
	case utf8.RuneCountInString(title) > 256:
		return invalid("PullRequest", "title", "custom", "title is too long (maximum is 256 characters)")
	case utf8.RuneCountInString(body) > 65_536:
		return invalid("PullRequest", "body", "custom", "body is too long (maximum is 65536 characters)")
	}
	return nil
}

func getPull(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	o, err := c.s.renderWholePull(c.repo, p)
	if err != nil {
		return answer{}, err
	}
	return ok(o)
}

func editPull(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	var body struct {
		Title *string `json:"title"`
		Body  *string `json:"body"`
		State *string `json:"state"`
		Base  *string `json:"base"`
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Title != nil {
		p.Title = *body.Title
	}
	if body.Body != nil {
		p.Body = *body.Body
	}
	if err := checkTexts(p.Title, p.Body); err != nil {
		return answer{}, err
	}
	if body.Base != nil {
		if _, there := branchHead(c.repo, *body.Base); !there {
			return answer{}, invalid("PullRequest", "base", "invalid", "")
		}
		p.Base = *body.Base
	}
	if body.State != nil && *body.State != p.State {
		if err := changeState(c, &p, *body.State); err != nil {
			return answer{}, err
		}
	}
	p.Updated = c.now
	if err := c.s.putPull(c.repo, p); err != nil {
		return answer{}, err
	}
	return getPull(c)
}

// changeState closes or reopens; what was merged stays merged, and a head that is gone cannot reopen.
func changeState(c *call, p *pull, state string) error {
	_, there := branchHead(c.repo, p.Head)
	switch {
	case state == stateClosed:
		p.State, p.Closed = stateClosed, c.now
		return nil
	case state == stateOpen && p.MergedAt.IsZero() && there:
		p.State, p.Closed = stateOpen, p.MergedAt
		return nil
	}
	return invalid("PullRequest", "state", "invalid", "state cannot be changed. The pull request is merged or its branch was deleted.")
}

func pullFiles(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	st, err := c.s.stand(c.repo, p)
	if err != nil {
		return answer{}, err
	}
	return paged(c, st.changes, func(ch fileChange) any { return c.s.renderFile(ch, p.HeadSHA) })
}

func pullCommits(c *call) (answer, error) {
	p, err := c.pull()
	if err != nil {
		return answer{}, err
	}
	commits, err := between(c.repo, plumbing.NewHash(p.MergeBase), plumbing.NewHash(p.HeadSHA))
	if err != nil {
		return answer{}, err
	}
	out := make([]fields, 0, len(commits))
	for _, commit := range commits {
		out = append(out, c.s.renderCommit(commit))
	}
	return paged(c, out, func(o fields) any { return o })
}
