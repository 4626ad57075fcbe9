package forge

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// What GitHub accepts as title and body, in characters; the body's less room for the marker.
const (
	maxTitle = 256
	maxBody  = 65_000
)

// marker is the invisible end of our pull requests' bodies.
func marker(p plan.Publication) string {
	return fmt.Sprintf("<!-- firstmile thread=%s change=%s -->", threadKey(p.Thread), p.Change.Digest())
}

// readMarker finds the last marker in a body.
func readMarker(body string) (thread, change string) {
	at := strings.LastIndex(body, "<!-- firstmile ")
	if at < 0 {
		return "", ""
	}
	text, _, closed := strings.Cut(body[at:], "-->")
	if !closed {
		return "", ""
	}
	for _, word := range strings.Fields(text) {
		if value, ok := strings.CutPrefix(word, "thread="); ok {
			thread = value
		}
		if value, ok := strings.CutPrefix(word, "change="); ok {
			change = value
		}
	}
	return thread, change
}

// bodyOf is the description with the marker. A description that GitHub would refuse for its length is cut.
func bodyOf(p plan.Publication) string {
	text := p.Description.Body
	if runes := []rune(text); len(runes) > maxBody {
		text = string(runes[:maxBody]) + "\n\n*(cut: the description is longer than GitHub allows)*"
	}
	return strings.TrimRight(text, "\n") + "\n\n" + marker(p) + "\n"
}

// titleOf is the title, cut to what GitHub accepts.
func titleOf(p plan.Publication) string {
	if runes := []rune(p.Description.Title); len(runes) > maxTitle {
		return string(runes[:maxTitle-1]) + "…"
	}
	return p.Description.Title
}

// candidate is a branch name that may be ours: the thread's own, or one with a number behind it.
type candidate struct {
	name string
	head string // commit; empty while the branch does not exist
}

// branches lists the candidates that exist, by name.
func (f *Forge) branches(ctx context.Context, branch string) (map[string]candidate, error) {
	out := map[string]candidate{}
	for page := 1; page != 0; {
		opt := &github.ReferenceListOptions{Ref: "heads/" + branch, ListOptions: github.ListOptions{Page: page, PerPage: 100}}
		next := 0
		refs, err := read(ctx, f, "looking for branch "+branch, func(ctx context.Context) ([]*github.Reference, *github.Response, error) {
			refs, resp, err := f.github.Git.ListMatchingRefs(ctx, f.cfg.Owner, f.cfg.Name, opt)
			if resp != nil {
				next = resp.NextPage
			}
			return refs, resp, err
		})
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			name := strings.TrimPrefix(ref.GetRef(), "refs/heads/")
			out[name] = candidate{name, ref.GetObject().GetSHA()}
		}
		page = next
	}
	return out, nil
}

// candidateName is the n-th name, counted from one: the branch itself, then "-2", "-3" …
func candidateName(branch string, n int) string {
	if n == 1 {
		return branch
	}
	return branch + "-" + strconv.Itoa(n)
}

// pulls lists the pull requests from a branch of this repository.
func (f *Forge) pulls(ctx context.Context, branch, state string) ([]*github.PullRequest, error) {
	return read(ctx, f, "looking for pull requests of "+branch, func(ctx context.Context) ([]*github.PullRequest, *github.Response, error) {
		return f.github.PullRequests.List(ctx, f.cfg.Owner, f.cfg.Name, &github.PullRequestListOptions{
			State: state, Head: f.cfg.Owner + ":" + branch, ListOptions: github.ListOptions{PerPage: 100}})
	})
}

// isOurs: the marker names the thread, and the author is this bot. The marker alone can be copied by anyone.
func isOurs(pr *github.PullRequest, p plan.Publication, login string) bool {
	thread, _ := readMarker(pr.GetBody())
	return thread == threadKey(p.Thread) && strings.EqualFold(pr.GetUser().GetLogin(), login)
}

// ownCommit reports whether a commit message is one of this thread's.
func ownCommit(message string, p plan.Publication) bool {
	return signedLine(message, threadLine) == threadKey(p.Thread)
}

// history is what a branch has beyond a base commit.
type history struct {
	lastChange string // digest of our last commit
	foreign    bool   // someone else has commits there
	behind     bool   // the base has commits that the branch has not
}

// historyOf compares a branch's head with the commit that a change was made on.
func (f *Forge) historyOf(ctx context.Context, p plan.Publication, head string) (history, error) {
	var h history
	for page := 1; page != 0; {
		next := 0
		cmp, err := read(ctx, f, "comparing the branch with its base", func(ctx context.Context) (*github.CommitsComparison, *github.Response, error) {
			cmp, resp, err := f.github.Repositories.CompareCommits(ctx, f.cfg.Owner, f.cfg.Name, p.Change.Base.Commit, head, &github.ListOptions{Page: page, PerPage: 100})
			if resp != nil {
				next = resp.NextPage
			}
			return cmp, resp, err
		})
		if err != nil {
			return h, err
		}
		h.behind = cmp.GetBehindBy() > 0
		for _, c := range cmp.Commits {
			if message := c.GetCommit().GetMessage(); ownCommit(message, p) {
				h.lastChange = signedLine(message, changeLine)
			} else {
				h.foreign = true
			}
		}
		page = next
	}
	return h, nil
}
