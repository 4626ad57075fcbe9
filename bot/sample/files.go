package sample

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"firstmile/bot/sample/seed"
)

// handwritten holds the files of the project that people wrote. Names that start with a dot or an underscore
// are wanted too, hence all:. The folders are named one by one, so that what dbt leaves behind in project/ stays
// out.
//
//go:embed project/.gitignore project/README.md project/dbt_project.yml project/firstmile.yml project/profiles.yml
//go:embed all:project/.github all:project/glossary all:project/models all:project/seeds all:project/tests
var handwritten embed.FS

// file is a file of the project; path is relative to the project's folder, with slashes.
type file struct {
	path    string
	content []byte
}

// projectFiles returns every file of the project that git knows, by path.
func projectFiles() ([]file, error) {
	var files []file
	err := fs.WalkDir(handwritten, "project", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := handwritten.ReadFile(path)
		files = append(files, file{strings.TrimPrefix(path, "project/"), content})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the embedded project: %w", err)
	}
	seeds, err := seed.Files()
	if err != nil {
		return nil, fmt.Errorf("generating the sample's data: %w", err)
	}
	for _, s := range seeds {
		files = append(files, file{"seeds/" + s.Name, s.Content})
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return files, nil
}

// writeFiles puts files below dir.
func writeFiles(dir string, files []file) error {
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
