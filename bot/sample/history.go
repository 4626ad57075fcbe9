package sample

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// author is who made a commit: a team, never a person.
type author struct{ name, email string }

var (
	dataTeam = author{"Data Team", "data@northpeak.example"}
	finance  = author{"Finance Analytics", "finance-analytics@northpeak.example"}
	product  = author{"Product Analytics", "product-analytics@northpeak.example"}
	support  = author{"Support Operations", "support-operations@northpeak.example"}
)

// step is one commit: the files below these paths that no earlier step brought.
type step struct {
	when    string // 2006-01-02 15:04, UTC
	by      author
	message string
	paths   []string // a file, or a folder with a slash at its end
}

// steps is how the project grew.
func steps() []step {
	return []step{
		{"2026-04-13 09:12", dataTeam, "Start the analytics project",
			[]string{"dbt_project.yml", "profiles.yml", ".gitignore", "README.md"}},
		{"2026-04-14 14:40", dataTeam, "Declare the exports as sources",
			[]string{"seeds/_seeds.yml", "seeds/raw_account_managers.csv", "seeds/raw_countries.csv", "seeds/raw_plans.csv",
				"models/staging/crm/_crm__sources.yml", "models/staging/billing/_billing__sources.yml",
				"models/staging/product/_product__sources.yml", "models/staging/support/_support__sources.yml"}},
		{"2026-04-16 10:05", dataTeam, "Stage customers and account managers", []string{"models/staging/crm/"}},
		{"2026-04-17 15:31", dataTeam, "Stage the billing system", []string{"models/staging/billing/"}},
		{"2026-04-21 11:20", product, "Stage users and product events", []string{"models/staging/product/"}},
		{"2026-04-22 16:02", support, "Stage support tickets", []string{"models/staging/support/"}},
		{"2026-04-28 13:48", dataTeam, "Add customers, plans and subscriptions\n\n" +
			"Subscriptions are validity intervals. A customer has two regions: where it is billed\nand where it works.",
			[]string{"models/intermediate/", "models/marts/core/"}},
		{"2026-05-06 09:55", finance, "Add invoices and monthly revenue",
			[]string{"models/marts/finance/", "tests/"}},
		{"2026-05-12 10:37", product, "Add users and events", []string{"models/marts/product/"}},
		{"2026-05-20 14:14", support, "Add support tickets", []string{"models/marts/support/"}},
		{"2026-06-02 11:03", dataTeam, "Write down what our words mean", []string{"glossary/"}},
		{"2026-06-03 09:26", dataTeam, "Say who reviews and who approves", []string{".github/", "firstmile.yml"}},
		{"2026-06-30 23:59", dataTeam, "Refresh the exports: data up to 2026-06-30", []string{"seeds/"}},
	}
}

// takes says whether the step brings the file at path, if no earlier one did.
func (s step) takes(path string) bool {
	return slices.ContainsFunc(s.paths, func(p string) bool {
		return p == path || strings.HasSuffix(p, "/") && strings.HasPrefix(path, p)
	})
}

// commitHistory makes dir, which holds the files, a git repository with the steps as its commits. Every file is
// part of exactly one step; one that none takes is an error.
func commitHistory(dir string, files []file) error {
	repo, err := git.PlainInitWithOptions(dir, &git.PlainInitOptions{
		InitOptions: git.InitOptions{DefaultBranch: plumbing.NewBranchReferenceName(Branch)},
	})
	if err != nil {
		return err
	}
	tree, err := repo.Worktree()
	if err != nil {
		return err
	}
	left := files
	for _, s := range steps() {
		var later []file
		for _, f := range left {
			if !s.takes(f.path) {
				later = append(later, f)
				continue
			}
			// SkipStatus: comparing the whole tree for every file would take most of the time.
			if err := tree.AddWithOptions(&git.AddOptions{Path: f.path, SkipStatus: true}); err != nil {
				return fmt.Errorf("adding %s: %w", f.path, err)
			}
		}
		left = later
		if err := s.commit(tree); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("no step of the history takes %s", left[0].path)
	}
	return nil
}

func (s step) commit(tree *git.Worktree) error {
	when, err := time.Parse("2006-01-02 15:04", s.when)
	if err != nil {
		return err
	}
	who := &object.Signature{Name: s.by.name, Email: s.by.email, When: when}
	if _, err := tree.Commit(s.message+"\n", &git.CommitOptions{Author: who, Committer: who}); err != nil {
		return fmt.Errorf("committing %q: %w", s.message, err)
	}
	return nil
}
