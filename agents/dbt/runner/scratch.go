package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Scratch says what to run dbt on. Dir and Files are required.
type Scratch struct {
	// Dir is the folder that is kept between runs of one project; it is made when it is not there. Nothing else may use it.
	Dir string
	// Files are the project's files, with dbt_project.yml at the root.
	Files fs.FS
	// Changes are laid over Files: path → content; nil content removes the file.
	Changes map[string][]byte
	// Database is the project's DuckDB file; it is copied. Empty: an empty database is used and
	// everything that is needed must be built.
	Database string
	// Profile is the name under profile: in dbt_project.yml; Target and Schema are those of the project's profile. Empty:
	// "dev" and "main".
	Profile, Target, Schema string
}

// maxDatabase is up to which size a database is copied for a check, in bytes.
const maxDatabase = 8 << 30

func (s Scratch) path(parts ...string) string {
	return filepath.Join(append([]string{s.Dir}, parts...)...)
}

// prepare brings the scratch folder up to date.
func (s Scratch) prepare() error {
	for _, dir := range []string{"project", "profiles", "data", "target", "logs", "home"} {
		if err := os.MkdirAll(s.path(dir), 0o700); err != nil {
			return fmt.Errorf("making the scratch folder for dbt: %w", err)
		}
	}
	if err := s.sync(); err != nil {
		return fmt.Errorf("copying the project for dbt: %w", err)
	}
	db, err := s.copyDatabase()
	if err != nil {
		return fmt.Errorf("copying the database for dbt: %w", err)
	}
	if err := writeIfChanged(s.path("profiles", "profiles.yml"), []byte(s.profile(db))); err != nil {
		return fmt.Errorf("writing the profile for dbt: %w", err)
	}
	err = os.Remove(s.path("target", "run_results.json")) // so that an old result is never taken for a new one
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing old results of dbt: %w", err)
	}
	return nil
}

// profile is a profiles.yml for DuckDB. YAML takes Go's quoted strings of plain paths.
func (s Scratch) profile(db string) string {
	or := func(a, b string) string {
		if a == "" || strings.Contains(a, "{{") {
			return b
		}
		return a
	}
	name, target := or(s.Profile, "default"), or(s.Target, "dev")
	return fmt.Sprintf("%s:\n  target: %s\n  outputs:\n    %s:\n      type: duckdb\n      path: %s\n      schema: %s\n      threads: 2\n",
		quoted(name), quoted(target), quoted(target), quoted(db), quoted(or(s.Schema, "main")))
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// skipped folders are never copied: build output, version control and environments.
var skipped = []string{"target", "logs", ".git", ".venv", "venv", "node_modules", "__pycache__"}

// sync makes project/ equal to Files with Changes. A file that is equal already is not touched, so that dbt's partial parse
// and seeds' time stamps stay valid.
func (s Scratch) sync() error {
	root := s.path("project")
	keep := map[string]bool{}
	err := fs.WalkDir(s.Files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && slices.Contains(skipped, path.Base(name)):
			return fs.SkipDir
		case d.IsDir() || !d.Type().IsRegular() || isDatabase(name):
			return nil
		}
		if _, changed := s.Changes[name]; changed {
			return nil
		}
		b, err := fs.ReadFile(s.Files, name)
		if err != nil {
			return err
		}
		keep[name] = true
		return writeIfChanged(filepath.Join(root, filepath.FromSlash(name)), b)
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(s.Changes)) {
		if s.Changes[name] == nil {
			continue
		}
		if !fs.ValidPath(name) {
			return fmt.Errorf("the change holds the path %q, which is not inside the project", name)
		}
		keep[name] = true
		if err := writeIfChanged(filepath.Join(root, filepath.FromSlash(name)), s.Changes[name]); err != nil {
			return err
		}
	}
	return prune(root, keep)
}

func isDatabase(name string) bool {
	switch path.Ext(name) {
	case ".duckdb", ".wal", ".db":
		return true
	}
	return false
}

func writeIfChanged(name string, b []byte) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, b) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	return os.WriteFile(name, b, 0o600)
}

// prune removes files that the project no longer has.
func prune(root string, keep map[string]bool) error {
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if rel = filepath.ToSlash(rel); !keep[rel] {
			return os.Remove(name)
		}
		return nil
	})
}

// copyDatabase makes a fresh copy of the database and returns its path. An earlier copy is gone afterwards.
func (s Scratch) copyDatabase() (string, error) {
	if err := os.RemoveAll(s.path("data")); err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.path("data"), 0o700); err != nil {
		return "", err
	}
	if s.Database == "" {
		return s.path("data", "scratch.duckdb"), nil
	}
	to := s.path("data", filepath.Base(s.Database))
	if err := copyFile(to, s.Database); err != nil {
		return "", err
	}
	if err := copyFile(to+".wal", s.Database+".wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return to, nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil {
		return err
	} else if info.Size() > maxDatabase {
		return fmt.Errorf("%s is larger than %d GB", filepath.Base(from), maxDatabase>>30)
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
