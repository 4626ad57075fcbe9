package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"firstmile/agents/forge"
	"firstmile/planner/plan"
)

// Folder is a repository in a folder of this machine, read as it lies there:
// its work tree, whether committed or not.
type Folder struct {
	// Root is the top of the git repository, or the project's folder when there is no git.
	Root string
	// Git is false for a folder outside any repository.
	Git bool
}

// OpenFolder finds the repository around a dbt project's folder, and the project's place in it.
func OpenFolder(project string) (folder Folder, dir string, err error) {
	abs, err := filepath.Abs(project)
	if err != nil {
		return Folder{}, "", fmt.Errorf("finding %s: %w", project, err)
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return Folder{}, "", plan.NewFailure(plan.Permanent, "no_folder", fmt.Sprintf("There is no folder %s.", project), err)
	}
	if info, err := os.Stat(abs); err != nil || !info.IsDir() {
		return Folder{}, "", plan.NewFailure(plan.Permanent, "no_folder", fmt.Sprintf("%s is not a folder.", project), err)
	}
	for root := abs; ; root = filepath.Dir(root) {
		_, err := os.Stat(filepath.Join(root, ".git"))
		if err == nil {
			rel, err := filepath.Rel(root, abs)
			return Folder{Root: root, Git: true}, filepath.ToSlash(rel), err
		}
		if !errors.Is(err, fs.ErrNotExist) || root == filepath.Dir(root) {
			return Folder{Root: abs}, ".", nil
		}
	}
}

// Head is the branch checked out and its commit; empty without git.
func (f Folder) Head(context.Context) (branch, commit string, err error) {
	if !f.Git {
		return "", "", nil
	}
	branch, commit, err = forge.Local{Dir: f.Root}.Head()
	var failure *plan.Failure
	if errors.As(err, &failure) && failure.Code == forge.CodeNotARepository {
		return "", "", nil // a repository without a commit is a folder so far
	}
	return branch, commit, err
}

// Fetch is the folder itself.
func (f Folder) Fetch(context.Context, string) (string, error) { return f.Root, nil }
