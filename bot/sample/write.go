package sample

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// marker is a file inside .git that only a complete sample has. git and dbt do not see it, a clone does not
// have it.
const marker = ".git/firstmile-sample"

// ForeignError says that a folder holds something else than the sample.
type ForeignError struct{ Dir string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%s is not empty and does not hold the sample company: choose another folder, or empty this one", e.Dir)
}

// Write puts the sample company into dir: a dbt project that is a git repository on its branch main, and its
// built .duckdb file (which git ignores). dir may be missing or empty. A dir that holds the sample already, of
// this version or an earlier one, stays as it is, with everything that was done in it since; only a missing
// .duckdb file is built again. Anything else in dir is a *ForeignError.
//
// A folder without its last file is never taken for a sample, whenever the program was killed. Two calls
// at the same time for the same missing dir are safe.
func Write(ctx context.Context, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("writing the sample company: %w", err)
	}
	if err := write(ctx, dir); err != nil {
		var foreign *ForeignError
		if errors.As(err, &foreign) {
			return foreign
		}
		return fmt.Errorf("writing the sample company to %s: %w", dir, err)
	}
	return nil
}

func write(ctx context.Context, dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return writeNew(ctx, dir)
	case err != nil:
		return err
	case complete(dir):
		return restoreDatabase(ctx, dir)
	case len(entries) > 0:
		return &ForeignError{Dir: dir}
	}
	return writeInto(ctx, dir)
}

// complete says whether dir holds the sample.
func complete(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(marker)))
	return err == nil
}

func restoreDatabase(ctx context.Context, dir string) error {
	_, err := os.Stat(filepath.Join(dir, Database))
	if errors.Is(err, fs.ErrNotExist) {
		return buildDatabase(ctx, dir)
	}
	return err
}

// writeNew builds the sample beside dir, which does not exist, and gives it its name at the end.
func writeNew(ctx context.Context, dir string) error {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	scratch, err := assemble(ctx, parent, "."+filepath.Base(dir)+"-*")
	defer os.RemoveAll(scratch)
	if err != nil {
		return err
	}
	if err := os.Rename(scratch, dir); err != nil {
		if complete(dir) { // somebody else was faster
			return nil
		}
		return err
	}
	return nil
}

// writeInto fills dir, which exists and is empty: it may be a mount point or somebody's working directory, so it
// cannot be replaced. .git moves last, because it holds the marker.
func writeInto(ctx context.Context, dir string) error {
	scratch, err := assemble(ctx, dir, ".sample-*")
	defer os.RemoveAll(scratch)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(scratch)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == ".git" {
			continue
		}
		if err := os.Rename(filepath.Join(scratch, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return os.Rename(filepath.Join(scratch, ".git"), filepath.Join(dir, ".git"))
}

// assemble builds a complete sample in a new folder below parent and returns it, even with an error, if it
// was created.
func assemble(ctx context.Context, parent, pattern string) (string, error) {
	files, err := projectFiles()
	if err != nil {
		return "", err
	}
	scratch, err := os.MkdirTemp(parent, pattern)
	if err != nil {
		return "", err
	}
	if err := os.Chmod(scratch, 0o755); err != nil { // MkdirTemp keeps others out; a project is for everybody
		return scratch, err
	}
	if err := writeFiles(scratch, files); err != nil {
		return scratch, err
	}
	var both errgroup.Group // the two do not touch each other's files
	both.Go(func() error {
		if err := commitHistory(scratch, files); err != nil {
			return fmt.Errorf("writing its git history: %w", err)
		}
		return nil
	})
	both.Go(func() error {
		if err := buildDatabase(ctx, scratch); err != nil {
			return fmt.Errorf("building %s: %w", Database, err)
		}
		return nil
	})
	if err := both.Wait(); err != nil {
		return scratch, err
	}
	return scratch, os.WriteFile(filepath.Join(scratch, filepath.FromSlash(marker)), []byte("1\n"), 0o644)
}
