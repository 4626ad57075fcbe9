package dbt

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Packages. What dbt has installed lies in dbt_packages (or packages-install-path); a package of the same repository may also be named
// by "local:" in packages.yml. Each is read as a project of its own, under the variables and folder settings that the project gives
// it. Its nodes are no nodes of the project (they are not listed, searched or edited) but can be referred to and have columns.

// packageFiles are where a project says which packages it uses.
var packageFiles = []string{"packages.yml", "dependencies.yml"}

// override is what a project sets for a package that it uses.
type override struct {
	project string // blob of its dbt_project.yml
	config  Config
	profile Profile
}

// packageDirs lists the folders of a project's packages, sorted.
func packageDirs(fsys fs.FS, dir string, c Config) []string {
	var out []string
	add := func(d string) {
		if _, err := fs.Stat(fsys, path.Join(d, ProjectFile)); err == nil && !slices.Contains(out, d) && path.Clean(d) != dir {
			out = append(out, d)
		}
	}
	installed := path.Join(dir, c.PackagesPath)
	if entries, err := fs.ReadDir(fsys, installed); err == nil {
		for _, e := range entries {
			add(path.Join(installed, e.Name()))
		}
	}
	for _, name := range packageFiles {
		b, err := fs.ReadFile(fsys, path.Join(dir, name))
		if err != nil || len(b) > maxTextSize {
			continue
		}
		root, err := parseYAML(b)
		if err != nil {
			continue // dbt says so when it installs; the project's own files are readable all the same
		}
		for _, p := range items(get(root, "packages")) {
			if local := str(p, "local"); local != "" && !strings.HasPrefix(local, "/") {
				add(path.Join(dir, local))
			}
		}
	}
	slices.Sort(out)
	return out
}

// packages reads the packages of a project. One that cannot be read is a problem of the project.
func (c *Cache) packages(fsys fs.FS, dir string, over *override, l *linker) []*Project {
	var out []*Project
	for _, d := range packageDirs(fsys, dir, over.config) {
		p, err := c.of(d).read(fsys, d, over)
		if err != nil {
			l.problem(relative(dir, d), 0, "the package cannot be read: "+err.Error())
			continue
		}
		if !slices.ContainsFunc(out, func(o *Project) bool { return o.Name == p.Name }) {
			out = append(out, p)
		}
	}
	return out
}

// of is the cache for a package's folder.
func (c *Cache) of(dir string) *Cache {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.parts == nil {
		c.parts = map[string]*Cache{}
	}
	if c.parts[dir] == nil {
		c.parts[dir] = NewCache()
	}
	return c.parts[dir]
}

// vars are the variables that files of the package see: its own, then the project's, which may set some for this package alone.
func (o *override) vars(own map[string]any, name string) map[string]any {
	if o == nil {
		return own
	}
	out := map[string]any{}
	mergeVars(out, own)
	mergeVars(out, o.config.Vars)
	if mine, ok := o.config.Vars[name].(map[string]any); ok {
		mergeVars(out, mine)
	}
	return out
}

func mergeVars(into, vars map[string]any) {
	for k, v := range vars {
		into[k] = v
	}
}

// HasPackage reports whether a package is installed among the project's files, so that its macros and tests can be used.
func (p *Project) HasPackage(name string) bool {
	return slices.ContainsFunc(p.packages, func(o *Project) bool { return o.Name == name })
}

// adoptPackages makes the nodes of packages known to the project, with the package's folder in front of their files.
func (p *Project) adoptPackages(dir string, packages []*Project) {
	if len(packages) == 0 {
		return
	}
	p.packages, p.foreign = packages, map[string]*Node{}
	for _, o := range packages {
		at := func(name string) string {
			if name == "" {
				return ""
			}
			return relative(dir, path.Join(o.Dir, name))
		}
		for _, n := range o.Nodes {
			m := *n
			m.Path, m.YAMLPath = at(n.Path), at(n.YAMLPath)
			p.foreign[m.ID] = &m
		}
	}
}
