package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strconv"
	"strings"
)

// place refuses Go outside the six folders and package names that say nothing.
func (c *checker) place(s source) {
	top, _, _ := strings.Cut(s.name, "/")
	if !slices.Contains(topFolders, top) {
		c.fail(s.name, 1, "Go lives in %s only", strings.Join(topFolders, ", "))
	}
	if name := path.Base(s.folder); slices.Contains(emptyNames, name) {
		c.fail(s.name, 1, "package %s: name it after what it is for", name)
	}
}

// imports holds every import of a file against rooms and homes.
func (c *checker) imports(s source) {
	for _, spec := range s.syntax.Imports {
		target := importPath(spec)
		if own, ok := strings.CutPrefix(target, module+"/"); ok {
			if why := refused(s, own); why != "" {
				c.fail(s.name, c.line(spec), "%s must not import %s: %s", s.folder, own, why)
			}
			continue
		}
		for _, h := range homes {
			if !s.test && within(target, h.client) && !within(s.folder, h.folder) {
				c.fail(s.name, c.line(spec), "%s must not import %s: its one home is %s", s.folder, target, h.folder)
			}
		}
	}
}

// refused says why a file must not import a package of the project; empty when it may.
func refused(s source, target string) string {
	if servesTests(target) && !s.test {
		return "it serves tests only"
	}
	from, may := roomOf(s.folder)
	to, _ := roomOf(target)
	switch {
	case from == to, matches(may, to), s.test && matches(doubles, to):
		return ""
	case len(may) == 0:
		return "it may see no other part of the project"
	}
	return "it may see " + strings.Join(may, ", ")
}

// roomOf is the name of the room that a package belongs to, and what the room may import. A package that has no
// room is its own.
func roomOf(folder string) (name string, may []string) {
	elements := strings.Split(folder, "/")
	for _, r := range rooms {
		n := strings.Count(r.name, "/") + 1
		if n > len(elements) {
			continue
		}
		if name := strings.Join(elements[:n], "/"); matches([]string{r.name}, name) {
			return name, r.may
		}
	}
	return folder, nil
}

// matches is true when one of the patterns matches the room's name. The patterns are this package's own and well formed.
func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return ok && err == nil
	})
}

// within is true for the folder itself, what is below it, and its major versions ("…/go-github/v62/github").
func within(name, folder string) bool {
	return name == folder || strings.HasPrefix(name, folder+"/")
}

// purity holds the pure packages to computing.
func (c *checker) purity(s source) {
	if s.test || !slices.Contains(pure, s.folder) {
		return
	}
	named := map[string][]string{} // what the file calls a package: what it must not use of it
	for _, spec := range s.syntax.Imports {
		target := importPath(spec)
		if !within(target, module) && !slices.Contains(pureImports, target) {
			c.fail(s.name, c.line(spec), "%s is pure and must not import %s", s.folder, target)
		}
		name := path.Base(target)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		named[name] = impure[target]
	}
	ast.Inspect(s.syntax, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := selector.X.(*ast.Ident); ok && slices.Contains(named[x.Name], selector.Sel.Name) {
				c.fail(s.name, c.line(n), "%s is pure and must not use %s.%s", s.folder, x.Name, selector.Sel.Name)
			}
		}
		return true
	})
}

// importPath is an import's path without its quotes, which the parser has seen to be right.
func importPath(spec *ast.ImportSpec) string {
	target, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return target
}
