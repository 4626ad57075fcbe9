package dbt

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Read reads the dbt project whose dbt_project.yml lies in dir of fsys. The error, if any, says which
// file and line is at fault and what to do; anything less than a missing or broken dbt_project.yml is
// a Problem of the project instead.
func Read(fsys fs.FS, dir string) (*Project, error) { return NewCache().Read(fsys, dir) }

// ProjectFile is the file that makes a folder a dbt project.
const ProjectFile = "dbt_project.yml"

// Bounds of one file, in bytes, so that a stray dump cannot exhaust memory.
const (
	maxTextSize     = 4 << 20
	maxSeedSize     = 64 << 20
	maxArtifactSize = 512 << 20
)

// Find returns the folders of fsys that hold a dbt_project.yml, sorted, without those inside installed
// packages (dbt_packages, dbt_modules) and hidden folders.
func Find(fsys fs.FS) ([]string, error) {
	var out []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipDir(name) {
				return fs.SkipDir
			}
			return nil
		}
		if d.Name() == ProjectFile {
			out = append(out, path.Dir(name))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for dbt projects: %w", err)
	}
	slices.Sort(out)
	return out, nil
}

func skipDir(name string) bool {
	base := path.Base(name)
	switch base {
	case "dbt_packages", "dbt_modules", "node_modules", "venv", "target":
		return true
	}
	return base != "." && strings.HasPrefix(base, ".")
}

// Blob is git's blob hash of these bytes.
func Blob(b []byte) string {
	h := sha1.New()
	h.Write([]byte("blob " + strconv.Itoa(len(b)) + "\x00"))
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil))
}

// readConfig reads dbt_project.yml, without which there is no project.
func readConfig(fsys fs.FS, dir string) (*projectFile, File, error) {
	name := path.Join(dir, ProjectFile)
	b, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		hint := ""
		if found, ferr := Find(fsys); ferr == nil && len(found) > 0 {
			hint = fmt.Sprintf(" (there is one in %s)", strings.Join(found[:min(3, len(found))], ", "))
		}
		return nil, File{}, fmt.Errorf("%s is missing: point to the folder of a dbt project%s", name, hint)
	}
	if err != nil {
		return nil, File{}, fmt.Errorf("reading %s: %w", name, err)
	}
	pf, err := parseProjectFile(b)
	if err != nil {
		return nil, File{}, fmt.Errorf("%s: %w; repair the file and try again", name, err)
	}
	return pf, File{Path: ProjectFile, Blob: Blob(b), Size: int64(len(b))}, nil
}

// role is how a file is read.
type role int

const (
	roleModel role = iota
	roleSnapshot
	roleTest
	roleAnalysis
	roleMacro
	roleSeed
	roleYAML
	roleDocs
)

// found is a file to read.
type found struct {
	path  string // relative to the project
	root  string // the path of dbt_project.yml under which it was found
	role  role
	stamp stamp
	sure  bool // stamp can be relied on
}

// list walks the project's paths and returns its files in order of path.
func list(fsys fs.FS, dir string, c Config) ([]found, []Problem) {
	var out []found
	var problems []Problem
	walk := func(roots []string, ext map[string]role) {
		for _, root := range roots {
			root = path.Clean(root)
			err := fs.WalkDir(fsys, path.Join(dir, root), func(name string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				rel := relative(dir, name)
				if d.IsDir() {
					if rel != root && skipDir(name) {
						return fs.SkipDir
					}
					return nil
				}
				if r, ok := ext[strings.ToLower(path.Ext(name))]; ok {
					f := found{path: rel, root: root, role: r}
					if info, err := d.Info(); err == nil {
						f.stamp, f.sure = stampOf(info)
					}
					out = append(out, f)
				}
				return nil
			})
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				problems = append(problems, Problem{Path: root, Reason: "the folder cannot be read: " + err.Error()})
			}
		}
	}
	with := func(r role, exts ...string) map[string]role {
		m := map[string]role{".yml": roleYAML, ".yaml": roleYAML, ".md": roleDocs}
		for _, e := range exts {
			m[e] = r
		}
		return m
	}
	walk(c.ModelPaths, with(roleModel, ".sql", ".py"))
	walk(c.SeedPaths, with(roleSeed, ".csv"))
	walk(c.SnapshotPaths, with(roleSnapshot, ".sql"))
	walk(c.TestPaths, with(roleTest, ".sql"))
	walk(c.MacroPaths, with(roleMacro, ".sql"))
	walk(c.AnalysisPaths, with(roleAnalysis, ".sql"))
	walk(c.DocsPaths, map[string]role{".md": roleDocs})
	slices.SortStableFunc(out, func(a, b found) int { return strings.Compare(a.path, b.path) })
	out = slices.CompactFunc(out, func(a, b found) bool { return a.path == b.path }) // folders may lie within each other: the first counts
	return out, problems
}

func relative(dir, name string) string {
	if dir == "." || dir == "" {
		return name
	}
	return strings.TrimPrefix(name, dir+"/")
}
