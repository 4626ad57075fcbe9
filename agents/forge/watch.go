package forge

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// Bounds on what is kept of a pull request's discussion.
const (
	maxComments    = 100
	maxCommentText = 4_000 // characters
)

// Watch looks how a pull request stands and what people wrote on it: reviews, remarks on lines, the conversation. The
// bot's own words and those of other bots are left out. Four calls, each for one page of a hundred; it changes nothing.
func (f *Forge) Watch(ctx context.Context, pr plan.PR) (plan.PRStatus, error) {
	if pr.Number == 0 {
		return plan.PRStatus{State: plan.PROpen}, nil // a branch without a pull request stays a branch
	}
	now, err := read(ctx, f, "reading the pull request", func(ctx context.Context) (*github.PullRequest, *github.Response, error) {
		return f.github.PullRequests.Get(ctx, f.cfg.Owner, f.cfg.Name, pr.Number)
	})
	if err != nil {
		return plan.PRStatus{}, err
	}
	out := plan.PRStatus{State: plan.PROpen}
	switch {
	case now.GetMerged() || !now.GetMergedAt().IsZero():
		out.State = plan.PRMerged
	case now.GetState() == "closed":
		out.State = plan.PRClosed
	}
	out.Comments, err = f.comments(ctx, pr.Number)
	return out, err
}

func (f *Forge) comments(ctx context.Context, number int) ([]plan.Comment, error) {
	login, err := f.whoAmI(ctx)
	if err != nil {
		return nil, err
	}
	var out []plan.Comment
	add := func(by *github.User, at time.Time, path, text string) {
		own := by == nil || by.GetType() == "Bot" || strings.EqualFold(by.GetLogin(), login)
		if text = strings.TrimSpace(text); !own && text != "" {
			if runes := []rune(text); len(runes) > maxCommentText {
				text = string(runes[:maxCommentText])
			}
			out = append(out, plan.Comment{Author: by.GetLogin(), At: at.UTC(), Path: path, Text: text})
		}
	}
	page := github.ListOptions{PerPage: maxComments}
	reviews, err := read(ctx, f, "reading the reviews", func(ctx context.Context) ([]*github.PullRequestReview, *github.Response, error) {
		return f.github.PullRequests.ListReviews(ctx, f.cfg.Owner, f.cfg.Name, number, &page)
	})
	if err != nil {
		return nil, err
	}
	for _, r := range reviews {
		add(r.User, r.GetSubmittedAt().Time, "", r.GetBody())
	}
	lines, err := read(ctx, f, "reading the remarks on the pull request", func(ctx context.Context) ([]*github.PullRequestComment, *github.Response, error) {
		return f.github.PullRequests.ListComments(ctx, f.cfg.Owner, f.cfg.Name, number, &github.PullRequestListCommentsOptions{ListOptions: page})
	})
	if err != nil {
		return nil, err
	}
	for _, c := range lines {
		add(c.User, c.GetCreatedAt().Time, c.GetPath(), c.GetBody())
	}
	talk, err := read(ctx, f, "reading the conversation of the pull request", func(ctx context.Context) ([]*github.IssueComment, *github.Response, error) {
		return f.github.Issues.ListComments(ctx, f.cfg.Owner, f.cfg.Name, number, &github.IssueListCommentsOptions{ListOptions: page})
	})
	if err != nil {
		return nil, err
	}
	for _, c := range talk {
		add(c.User, c.GetCreatedAt().Time, "", c.GetBody())
	}
	slices.SortStableFunc(out, func(a, b plan.Comment) int { return a.At.Compare(b.At) })
	return out[max(0, len(out)-maxComments):], nil
}
