package sample

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"firstmile/agents/sandbox"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	sandbox.ChildMain() // Write and the queries of these tests start this binary again
	os.Exit(m.Run())
}

// newSample writes the sample into a new folder.
func newSample(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), Name)
	if err := Write(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// commits returns "hash author: subject" of every commit on HEAD, the first one first.
func commits(t *testing.T, dir string) []string {
	t.Helper()
	repo, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	log, err := repo.Log(&git.LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	err = log.ForEach(func(c *object.Commit) error {
		subject, _, _ := strings.Cut(c.Message, "\n")
		lines = append(lines, c.Hash.String()+" "+c.Author.Name+": "+subject)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(lines)
	return lines
}

func TestWriteIsDeterministic(t *testing.T) {
	one, two := commits(t, newSample(t)), commits(t, newSample(t))
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("two samples have different histories (-one +two):\n%s", diff)
	}
	if len(one) != len(steps()) {
		t.Errorf("%d commits for %d steps", len(one), len(steps()))
	}
}

func TestWorkTreeIsClean(t *testing.T) {
	repo, err := git.PlainOpen(newSample(t))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	status, err := tree.Status()
	if err != nil {
		t.Fatal(err)
	}
	if !status.IsClean() {
		t.Errorf("git status is not clean:\n%s", status)
	}
}

// TestEveryStepBringsFiles guards the history against paths that no longer exist.
func TestEveryStepBringsFiles(t *testing.T) {
	files, err := projectFiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range steps() {
		for _, path := range s.paths {
			if !slices.ContainsFunc(files, func(f file) bool { return step{paths: []string{path}}.takes(f.path) }) {
				t.Errorf("%q names %s, which the project does not have", s.message, path)
			}
		}
	}
}

func TestWriteKeepsWhatIsThere(t *testing.T) {
	dir := newSample(t)
	note := filepath.Join(dir, "notes.md")
	if err := os.WriteFile(note, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	database := filepath.Join(dir, Database)
	if err := os.Remove(database); err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if body, err := os.ReadFile(note); err != nil || string(body) != "mine" {
		t.Errorf("the note is %q, %v", body, err)
	}
	if _, err := os.Stat(database); err != nil {
		t.Errorf("the database was not built again: %v", err)
	}
}

func TestWriteIntoAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	if err := Write(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if !complete(dir) {
		t.Error("the sample is not complete")
	}
	left, err := filepath.Glob(filepath.Join(dir, ".sample-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWriteRefusesForeignFolders(t *testing.T) {
	for name, prepare := range map[string]func(dir string) error{
		"another file": func(dir string) error { return os.WriteFile(filepath.Join(dir, "a.txt"), nil, 0o644) },
		"another repository": func(dir string) error {
			_, err := git.PlainInit(dir, false)
			return err
		},
		"a sample without its end": func(dir string) error {
			files, err := projectFiles()
			if err != nil {
				return err
			}
			return writeFiles(dir, files)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := prepare(dir); err != nil {
				t.Fatal(err)
			}
			before := listing(t, dir)
			var foreign *ForeignError
			if err := Write(t.Context(), dir); !errors.As(err, &foreign) {
				t.Errorf("Write returned %v", err)
			}
			if diff := cmp.Diff(before, listing(t, dir)); diff != "" {
				t.Errorf("the folder was changed:\n%s", diff)
			}
		})
	}
}

// TestConcurrentWrites lets several writers race for the same missing folder: all succeed, one sample is there.
func TestConcurrentWrites(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, Name)
	done := make(chan error)
	for range 3 {
		go func() { done <- Write(t.Context(), dir) }()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 || !complete(dir) {
		t.Errorf("beside the sample: %v, %v", entries, err)
	}
}

func listing(t *testing.T, dir string) []string {
	t.Helper()
	var paths []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		paths = append(paths, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestCancelledWriteLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if Write(ctx, filepath.Join(parent, Name)) == nil {
		t.Error("Write was cancelled and returned no error")
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}
