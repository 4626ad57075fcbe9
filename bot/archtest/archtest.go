// Package archtest is the architecture as a test. It reads the source tree and says, one line each, where a
// file breaks a rule: who may import whom, which outside client lives where, what stays pure, how large a
// file or function may grow, which words never enter the tree.
//
// The rules are the tables of rules.go, in the order of design and README; Check applies them. It owns no
// files and needs no Go toolchain: it parses what it finds in an fs.FS, so that its own tests plant mistakes
// in a few lines of text.
package archtest

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Check returns one line per broken rule, sorted: "store/open.go:12: what is wrong". The error is for a tree that
// cannot be read at all. A file that does not parse is a broken rule.
func Check(tree fs.FS) ([]string, error) {
	c := &checker{files: token.NewFileSet(), comments: map[string]bool{}}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			if skippedFolder(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		case !entry.Type().IsRegular():
			return nil
		}
		return c.file(tree, name)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the source tree: %w", err)
	}
	if !c.code {
		return nil, errors.New("reading the source tree: it holds no Go files")
	}
	c.packageComments()
	slices.Sort(c.broken)
	return c.broken, nil
}

// skippedFolder is true for what git, tools and builds keep: dot folders, except the project's own .ci.
func skippedFolder(name string) bool {
	return name == "node_modules" || (strings.HasPrefix(name, ".") && name != "." && name != ".ci")
}

// checker collects broken rules. comments says for each package folder whether a file of it has a package comment.
type checker struct {
	files    *token.FileSet
	comments map[string]bool
	broken   []string
	code     bool
}

// source is one Go file: where it is and what it says.
type source struct {
	name   string // "store/open.go"
	folder string // "store"
	test   bool   // a _test.go file, or a file of a package that serves tests
	syntax *ast.File
}

// file applies every rule that concerns one file.
func (c *checker) file(tree fs.FS, name string) error {
	data, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	c.words(name, data)
	if path.Ext(name) != ".go" || strings.Contains("/"+name, "/testdata/") {
		return nil
	}
	c.code = true
	syntax, err := parser.ParseFile(c.files, name, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		c.fail(name, 1, "does not parse: %v", err)
		return nil
	}
	s := source{name: name, folder: path.Dir(name), syntax: syntax}
	s.test = strings.HasSuffix(name, "_test.go") || servesTests(s.folder)
	c.place(s)
	c.imports(s)
	c.purity(s)
	c.shape(s)
	return nil
}

// servesTests is true for packages such as store/storetest, which only tests import.
func servesTests(folder string) bool { return strings.HasSuffix(folder, "test") }

func (c *checker) fail(name string, line int, format string, args ...any) {
	c.broken = append(c.broken, fmt.Sprintf("%s:%d: %s", name, line, fmt.Sprintf(format, args...)))
}

func (c *checker) line(n ast.Node) int { return c.files.Position(n.Pos()).Line }
