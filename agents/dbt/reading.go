package dbt

import (
	"io/fs"
	"path"
	"slices"
	"sync"
	"time"

	"firstmile/agents/dbt/jinja"
)

// reading is what a cache keeps of its last reading, for the next one to start from.
type reading struct {
	fsys    fs.FS
	dir     string
	config  string // blobs of dbt_project.yml and profiles.yml
	profile string
	target  [2]targetFile // manifest.json and catalog.json
	files   []parsed
	env     environment
	key     string // of env
	linker  *linker
	parts   []*Project // packages
}

// targetFile says which file dbt has left, so far as its stamp tells.
type targetFile struct {
	there bool
	sure  bool // stamp can be relied on
	stamp stamp
}

// Read reads like the function Read, parsing only files whose bytes the cache has not seen. Where nothing but the SQL of models and their descriptions has
// changed since the last reading, only these models and what hangs on them are worked out anew.
func (c *Cache) Read(fsys fs.FS, dir string) (*Project, error) {
	return c.read(fsys, path.Clean(dir), nil)
}

// read reads a project or, with over, a package that a project uses.
func (c *Cache) read(fsys fs.FS, dir string, over *override) (*Project, error) {
	now := time.Now()
	pf, configFile, err := readConfig(fsys, dir)
	if err != nil {
		return nil, err
	}
	p := &Project{Name: pf.name, Version: pf.version, Dir: dir, Config: pf.config, Files: []File{configFile},
		at: map[string]int{}, byName: map[string][]string{}, memo: &sync.Map{}}
	l := &linker{p: p, entries: map[string]*described{}, macros: map[string]*jinja.Block{}, disabled: map[string]bool{},
		schemas: map[string]*jinja.Template{}, made: map[string]*Node{}, lent: map[string]bool{}}
	r := &reading{fsys: fsys, dir: dir, config: configFile.Blob, linker: l}
	l.over = over
	if over != nil {
		r.config += over.project
		p.Profile, p.Config.Vars = over.profile, over.vars(pf.config.Vars, pf.name)
	} else if b, err := fs.ReadFile(fsys, path.Join(dir, "profiles.yml")); err == nil {
		var problems []Problem
		p.Profile, problems = parseProfile(b, pf.config.Profile)
		l.before(problems)
		r.profile = Blob(b)
		p.Files = append(p.Files, File{Path: "profiles.yml", Blob: r.profile, Size: int64(len(b))})
	}
	files, problems := list(fsys, dir, pf.config)
	l.before(problems)
	if over == nil {
		r.parts = c.packages(fsys, dir, &override{configFile.Blob + r.profile, pf.config, p.Profile}, l)
		p.adoptPackages(dir, r.parts)
	}
	for i, name := range []string{"manifest.json", "catalog.json"} {
		r.target[i] = targetAt(fsys, path.Join(dir, pf.config.TargetPath, name), now)
	}
	r.env = environment{project: pf.name, vars: p.Config.Vars, profile: p.Profile}
	last := c.last()
	c.parseAll(r, last, files, now)
	if next, ok := last.patched(r, len(l.problems) > 0); ok {
		c.remember(next)
		return next.linker.p, nil
	}
	l.env, p.macros = r.env, r.env.macros
	l.link(fsys, dir, r.files)
	c.keep(r)
	return p, nil
}

// link puts all files together.
func (l *linker) link(fsys fs.FS, dir string, files []parsed) {
	l.collect(files)
	l.build()
	l.relations()
	l.artifacts(fsys, dir)
	l.marts = l.p.martsByLineage()
	l.p.indexRelations()
	cols := l.p.resolveColumns(l.catalog, nil)
	l.problems = append(l.problems, cols.problems...)
	l.finish()
}

func targetAt(fsys fs.FS, name string, now time.Time) targetFile {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return targetFile{}
	}
	s, ok := stampOf(info)
	return targetFile{there: true, sure: ok && s.settled(now), stamp: s}
}

// same says whether dbt has left nothing new.
func (t targetFile) same(o targetFile) bool {
	return !t.there && !o.there || t.there && o.there && t.sure && o.sure && t.stamp == o.stamp
}

// before takes over problems that were found before the files were linked.
func (l *linker) before(ps []Problem) {
	for _, p := range ps {
		l.problem(p.Path, p.Line, p.Reason)
	}
}

// known pairs each file with what the last reading made of it, for those that cannot have changed since.
func (r *reading) known(last *reading, files []found) []*parsed {
	out := make([]*parsed, len(files))
	if last == nil || last.dir != r.dir || !sameFiles(last.fsys, r.fsys) {
		return out
	}
	j := 0
	for i, f := range files { // both are in order of path
		for j < len(last.files) && last.files[j].path < f.path {
			j++
		}
		if j == len(last.files) {
			break
		}
		if o := &last.files[j]; o.path == f.path && o.root == f.root && o.role == f.role && o.settled && f.sure && o.stamp == f.stamp {
			out[i] = o
		}
	}
	return out
}

// changed lists the files of r that are not as in last; ok is false when others than models and their
// descriptions have changed, or files have come or gone.
func (r *reading) changed(last *reading) (out []int, ok bool) {
	if last == nil || last.dir != r.dir || last.config != r.config || last.profile != r.profile || len(last.files) != len(r.files) || !slices.Equal(last.parts, r.parts) ||
		!last.target[0].same(r.target[0]) || !last.target[1].same(r.target[1]) || last.env.hash != r.env.hash {
		return nil, false
	}
	for i := range r.files {
		f, o := &r.files[i], &last.files[i]
		if f.path != o.path || f.root != o.root || f.role != o.role {
			return nil, false
		}
		if f.blob != "" && f.blob == o.blob { // the same bytes, readable or not
			continue
		}
		if f.role != roleModel && f.role != roleYAML || f.err != nil || o.err != nil {
			return nil, false
		}
		out = append(out, i)
	}
	return out, len(out) <= maxPatched
}

// maxPatched is up to how many changed models are worked out one by one; beyond it everything is.
const maxPatched = 100

// problemsWithout are the problems of all owners but these.
func problemsWithout(all []owned, owners map[string]bool) []owned {
	return slices.DeleteFunc(slices.Clone(all), func(o owned) bool { return owners[o.owner] })
}
