package forge

import (
	"context"
	"fmt"
	"path"

	"github.com/google/go-github/v62/github"

	"firstmile/planner/plan"
)

// baseMoved is the failure after which the Planner makes the files again on the new head.
func baseMoved(head, file string) *plan.Failure {
	fail := plan.NewFailure(plan.Refused, plan.CodeBaseMoved, "The target branch moved since the files were made.",
		fmt.Errorf("%s is another file at %s", file, head))
	fail.Moved = head
	return fail
}

// unmoved checks that every file of the change is, at the head of the target branch, what it was when the
// change was made. Where only other files moved, the change still applies as it was checked.
func (f *Forge) unmoved(ctx context.Context, target string, change plan.Change) error {
	head, err := f.head(ctx, target)
	if err != nil {
		return err
	}
	at := snapshot{f: f, commit: head, folders: map[string]map[string]string{}}
	for _, file := range change.Files {
		blob, err := at.blob(ctx, file.Path)
		if err != nil {
			return err
		}
		if blob == file.OriginalBlob { // both empty for a new file
			continue
		}
		if head != change.Base.Commit {
			return baseMoved(head, file.Path)
		}
		return plan.NewFailure(plan.Permanent, CodeUncommitted, "The project's files are not what the repository holds at the commit I worked on.",
			fmt.Errorf("%s at %s is %q, the change was made on %q", file.Path, head, blob, file.OriginalBlob))
	}
	return nil
}

// snapshot looks up files at a commit, folder by folder: the calls that answer for a whole repository or for
// a folder's contents leave out what is beyond their limits.
type snapshot struct {
	f       *Forge
	commit  string
	folders map[string]map[string]string // path of a folder → name in it → object
}

// blob is the object at a path; empty when nothing is there.
func (s snapshot) blob(ctx context.Context, name string) (string, error) {
	entries, err := s.folder(ctx, path.Dir(name))
	return entries[path.Base(name)], err
}

// folder lists a folder; one that is not there is empty. A file that stands in a folder's place has no tree
// of its name, hence is empty too, and then differs from what the change expects.
func (s snapshot) folder(ctx context.Context, dir string) (map[string]string, error) {
	if known, ok := s.folders[dir]; ok {
		return known, nil
	}
	tree := s.commit
	if dir != "." {
		parent, err := s.folder(ctx, path.Dir(dir))
		if err != nil {
			return nil, err
		}
		tree = parent[path.Base(dir)]
	}
	out := map[string]string{}
	s.folders[dir] = out
	if tree == "" {
		return out, nil
	}
	list, err := read(ctx, s.f, "listing "+dir, func(ctx context.Context) (*github.Tree, *github.Response, error) {
		return s.f.github.Git.GetTree(ctx, s.f.cfg.Owner, s.f.cfg.Name, tree, false)
	})
	if err != nil && !(dir != "." && hasCode(err, CodeNotFound)) {
		delete(s.folders, dir)
		return nil, err
	}
	if err != nil {
		return out, nil
	}
	for _, entry := range list.Entries {
		out[entry.GetPath()] = entry.GetSHA()
	}
	return out, nil
}
