package archtest

import (
	"bytes"
	"go/ast"
	"maps"
	"slices"
	"strings"
)

// shape holds a file to its size, its functions to theirs, and notes whether it has the package's comment.
func (c *checker) shape(s source) {
	if !strings.HasSuffix(s.name, "_test.go") {
		c.comments[s.folder] = c.comments[s.folder] || s.syntax.Doc.Text() != ""
	}
	if s.test {
		return
	}
	if lines := c.files.Position(s.syntax.FileEnd).Line; lines > maxFileLines {
		c.fail(s.name, 1, "%d lines, at most %d: split it by what it is about", lines, maxFileLines)
	}
	for _, decl := range s.syntax.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if lines := c.files.Position(f.End()).Line - c.line(f) + 1; lines > maxFuncLines {
			c.fail(s.name, c.line(f), "func %s has %d lines, at most %d: it hides two", f.Name.Name, lines, maxFuncLines)
		}
		if f.Recv == nil && f.Name.Name == "init" {
			c.fail(s.name, c.line(f), "no func init: wiring is plain code in bot")
		}
	}
}

// packageComments asks every package for the comment a newcomer starts from.
func (c *checker) packageComments() {
	for _, folder := range slices.Sorted(maps.Keys(c.comments)) {
		if !c.comments[folder] {
			c.fail(folder, 1, "package %s has no package comment", folder)
		}
	}
}

// words refuses what never enters the tree, in text of any kind.
func (c *checker) words(name string, data []byte) {
	if bytes.IndexByte(data, 0) >= 0 {
		return // not text
	}
	for _, word := range words {
		if at := bytes.Index(data, []byte(word)); at >= 0 {
			c.fail(name, 1+bytes.Count(data[:at], []byte("\n")), "%q does not belong in the tree", word)
		}
	}
}
