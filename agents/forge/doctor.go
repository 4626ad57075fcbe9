package forge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// Finding is one line of a diagnosis.
type Finding struct {
	// Name is what was looked at: "GitHub credentials".
	Name string
	OK   bool
	// Text says what was found and, if it is not well, what to do.
	Text string
}

// Doctor checks whether this configuration can publish: credentials, repository, rights, target branch. It
// changes nothing and stops at the first line on which the others depend.
func (f *Forge) Doctor(ctx context.Context) []Finding {
	login, err := f.whoAmI(ctx)
	if err != nil {
		return []Finding{bad("GitHub credentials", err)}
	}
	out := []Finding{{"GitHub credentials", true, "accepted, as " + login}}
	repo, err := f.repository(ctx)
	if err != nil {
		return append(out, bad("GitHub repository", err))
	}
	out = append(out, Finding{"GitHub repository", true, repo.GetFullName()}, f.rights(ctx, repo))
	branch := f.cfg.Branch
	if branch == "" {
		branch = repo.GetDefaultBranch()
	}
	head, err := f.head(ctx, branch)
	if err != nil {
		return append(out, Finding{"GitHub target branch", false, "there is no branch " + branch + "; set the project's branch, or push one"})
	}
	return append(out, Finding{"GitHub target branch", true, fmt.Sprintf("%s at %.10s", branch, head)})
}

func bad(name string, err error) Finding {
	var fail *plan.Failure
	if errors.As(err, &fail) {
		return Finding{name, false, fail.Message}
	}
	return Finding{name, false, err.Error()}
}

// rights checks push access. A token's is in the repository's answer; an App's is what it was granted.
func (f *Forge) rights(ctx context.Context, repo *github.Repository) Finding {
	const name = "GitHub rights"
	if f.apps == nil {
		if !repo.GetPermissions()["push"] {
			return Finding{name, false, "the token may only read; give it write access to contents and pull requests"}
		}
		return Finding{name, true, "may push and open pull requests"}
	}
	installation, err := read(ctx, f, "reading the App's installation", func(ctx context.Context) (*github.Installation, *github.Response, error) {
		return f.apps.Apps.GetInstallation(ctx, f.cfg.App.InstallationID)
	})
	if err != nil {
		return bad(name, err)
	}
	var missing []string
	granted := installation.GetPermissions()
	if granted.GetContents() != "write" {
		missing = append(missing, "contents")
	}
	if granted.GetPullRequests() != "write" {
		missing = append(missing, "pull requests")
	}
	if len(missing) > 0 {
		return Finding{name, false, "the App's installation lacks write access to " + strings.Join(missing, " and ")}
	}
	return Finding{name, true, "the App may write contents and pull requests"}
}
