package forge

import (
	"context"
	"slices"
	"strings"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// maxCandidates bounds how many names beside a foreign branch are tried.
const maxCandidates = 20

// Publish puts the change on a branch and opens (or renews) its pull request. It may be called again after
// any failure and after any crash: it finds what is there and goes on. Its errors are *plan.Failure;
// plan.CodeBaseMoved asks the Planner to make the files again.
func (f *Forge) Publish(ctx context.Context, p plan.Publication) (plan.PR, error) {
	if err := checkPublication(p); err != nil {
		return plan.PR{}, err
	}
	login, err := f.whoAmI(ctx)
	if err != nil {
		return plan.PR{}, err
	}
	target := p.Change.Base.Branch
	if target == "" {
		if target, err = f.target(ctx); err != nil {
			return plan.PR{}, err
		}
	}
	job := &publication{Publication: p, f: f, login: login, target: target, spent: map[string]bool{}}
	return job.run(ctx)
}

// publication is one call of Publish under way.
type publication struct {
	plan.Publication
	f        *Forge
	login    string
	target   string
	existing map[string]candidate
	spent    map[string]bool // names whose pull request is merged or closed
	warnings []string
}

func (j *publication) run(ctx context.Context) (plan.PR, error) {
	found, err := j.ownPull(ctx)
	switch {
	case err != nil:
		return plan.PR{}, err
	case found != nil && found.GetState() == "open":
		return j.renew(ctx, found)
	case found != nil:
		j.warnings = append(j.warnings, "someone closed or merged the pull request already")
		return j.result(found, found.GetHead().GetSHA()), nil
	}
	if err := j.f.unmoved(ctx, j.target, j.Change); err != nil {
		return plan.PR{}, err
	}
	commit, err := j.firstCommit(ctx)
	if err != nil {
		return plan.PR{}, err
	}
	return j.start(ctx, commit)
}

// ownPull finds what there is of this publication: the thread's open pull request, or one that an earlier
// call opened and that was merged or closed before its answer arrived. It also looks at the names that may be ours.
func (j *publication) ownPull(ctx context.Context) (*github.PullRequest, error) {
	if j.Prior != nil && j.Prior.Number != 0 {
		pr, err := read(ctx, j.f, "reading the pull request", func(ctx context.Context) (*github.PullRequest, *github.Response, error) {
			return j.f.github.PullRequests.Get(ctx, j.f.cfg.Owner, j.f.cfg.Name, j.Prior.Number)
		})
		if err != nil && !hasCode(err, CodeNotFound) {
			return nil, err
		}
		if err == nil && pr.GetState() == "open" && isOurs(pr, j.Publication, j.login) {
			return pr, nil
		}
	}
	var err error
	if j.existing, err = j.f.branches(ctx, j.Branch); err != nil {
		return nil, err
	}
	var finished *github.PullRequest
	for n := 1; n <= maxCandidates; n++ {
		name := candidateName(j.Branch, n)
		if _, exists := j.existing[name]; !exists && n > 1 {
			continue
		}
		list, err := j.f.pulls(ctx, name, "all")
		if err != nil {
			return nil, err
		}
		for _, pr := range list {
			switch {
			case !isOurs(pr, j.Publication, j.login):
			case pr.GetState() == "open":
				return pr, nil
			default:
				j.spent[name] = true // what comes after a merged or closed one gets a branch of its own
				if _, change := readMarker(pr.GetBody()); change == j.Change.Digest() && !pr.GetCreatedAt().Before(commitTime(j.Publication)) {
					finished = pr // opened since the approval: by an earlier call of this publication
				}
			}
		}
	}
	return finished, nil
}

// firstCommit makes the commit of a new branch: the checked files on the commit they were checked on.
func (j *publication) firstCommit(ctx context.Context) (string, error) {
	base, err := j.f.treeOf(ctx, j.Change.Base.Commit)
	if err != nil {
		return "", err
	}
	tree, err := j.f.writeTree(ctx, base, j.Change.Files)
	if err != nil {
		return "", err
	}
	return j.f.writeCommit(ctx, j.Publication, tree, []string{j.Change.Base.Commit})
}

// open opens the pull request of a branch that is ours.
func (j *publication) open(ctx context.Context, branch string) (plan.PR, error) {
	title, body := titleOf(j.Publication), bodyOf(j.Publication)
	pr, err := write(ctx, j.f, "opening the pull request", func(ctx context.Context) (*github.PullRequest, *github.Response, error) {
		return j.f.github.PullRequests.Create(ctx, j.f.cfg.Owner, j.f.cfg.Name, &github.NewPullRequest{
			Title: &title, Head: &branch, Base: &j.target, Body: &body})
	})
	if hasCode(err, CodeInvalid) { // perhaps it exists already: another call was faster
		list, listErr := j.f.pulls(ctx, branch, "open")
		if listErr != nil {
			return plan.PR{}, err
		}
		for _, other := range list {
			if isOurs(other, j.Publication, j.login) {
				return j.renew(ctx, other)
			}
		}
	}
	if err != nil {
		return plan.PR{}, err
	}
	j.askForReview(ctx, pr)
	return j.result(pr, pr.GetHead().GetSHA()), nil
}

// renew brings an open pull request of ours to this change: its branch, then its text, then reviewers. A
// text that belongs to this change already is left as it is, for a person may have edited it.
func (j *publication) renew(ctx context.Context, pr *github.PullRequest) (plan.PR, error) {
	branch, head := pr.GetHead().GetRef(), pr.GetHead().GetSHA()
	h, err := j.f.historyOf(ctx, j.Publication, head)
	if err != nil {
		return plan.PR{}, err
	}
	commit := head
	if h.lastChange != j.Change.Digest() {
		if err := j.f.unmoved(ctx, j.target, j.Change); err != nil {
			return plan.PR{}, err
		}
		if commit, err = j.extend(ctx, branch, head, h); err != nil {
			return plan.PR{}, err
		}
	}
	if _, change := readMarker(pr.GetBody()); change != j.Change.Digest() {
		title, body := titleOf(j.Publication), bodyOf(j.Publication)
		_, err := write(ctx, j.f, "updating the pull request", func(ctx context.Context) (*github.PullRequest, *github.Response, error) {
			return j.f.github.PullRequests.Edit(ctx, j.f.cfg.Owner, j.f.cfg.Name, pr.GetNumber(),
				&github.PullRequest{Title: &title, Body: &body})
		})
		if err != nil {
			return plan.PR{}, err
		}
	}
	j.askForReview(ctx, pr)
	return j.result(pr, commit), nil
}

// askForReview requests the reviewers that are not asked yet. What fails is a warning: the change is out.
func (j *publication) askForReview(ctx context.Context, pr *github.PullRequest) {
	var missing github.ReviewersRequest
	for _, name := range j.Description.Reviewers {
		owner, team, isTeam := strings.Cut(strings.TrimPrefix(name, "@"), "/")
		switch {
		case isTeam && !slices.ContainsFunc(pr.RequestedTeams, func(t *github.Team) bool { return strings.EqualFold(t.GetSlug(), team) }):
			missing.TeamReviewers = append(missing.TeamReviewers, team)
		case !isTeam && !strings.EqualFold(owner, j.login) &&
			!slices.ContainsFunc(pr.RequestedReviewers, func(u *github.User) bool { return strings.EqualFold(u.GetLogin(), owner) }):
			missing.Reviewers = append(missing.Reviewers, owner)
		}
	}
	all := append(slices.Clone(missing.Reviewers), missing.TeamReviewers...)
	if len(all) == 0 || j.request(ctx, pr, missing) == nil {
		return
	}
	var failed []string // GitHub refuses the whole list for one name: ask for each alone
	for _, login := range missing.Reviewers {
		if len(all) == 1 || j.request(ctx, pr, github.ReviewersRequest{Reviewers: []string{login}}) != nil {
			failed = append(failed, login)
		}
	}
	for _, team := range missing.TeamReviewers {
		if len(all) == 1 || j.request(ctx, pr, github.ReviewersRequest{TeamReviewers: []string{team}}) != nil {
			failed = append(failed, team)
		}
	}
	if len(failed) > 0 {
		j.warnings = append(j.warnings, "could not request a review from "+strings.Join(failed, ", "))
	}
}

func (j *publication) request(ctx context.Context, pr *github.PullRequest, who github.ReviewersRequest) error {
	_, err := write(ctx, j.f, "requesting reviews", func(ctx context.Context) (*github.PullRequest, *github.Response, error) {
		return j.f.github.PullRequests.RequestReviewers(ctx, j.f.cfg.Owner, j.f.cfg.Name, pr.GetNumber(), who)
	})
	return err
}

func (j *publication) result(pr *github.PullRequest, commit string) plan.PR {
	return plan.PR{Number: pr.GetNumber(), URL: pr.GetHTMLURL(), Branch: pr.GetHead().GetRef(), Commit: commit,
		Warning: strings.Join(j.warnings, "; ")}
}
