// Package workbench holds what the agents share about each configured project:
// where its files are at a commit, the dbt project read from them, its glossary and
// settings, and a sandbox on its data. The agents declare small interfaces
// (a repository to read, a glossary, a warehouse); a Workbench is all of them.
//
// Everything is read once per base and shared, because a design asks for the same
// project many times. Owned files: the scratch folder given in Options.
package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"firstmile/agents/dbt"
	"firstmile/agents/dbt/settings"
	"firstmile/glossary"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// Source gives a repository's files.
type Source interface {
	// Head is the target branch and its commit; both empty when there is no git.
	Head(ctx context.Context) (branch, commit string, err error)
	// Fetch is a folder with the repository's files at the commit.
	Fetch(ctx context.Context, commit string) (string, error)
}

// Project is one configured dbt project.
type Project struct {
	ID     plan.ProjectID
	Source Source
	// Dir is the project's folder in the repository, with slashes; "." for the root.
	Dir string
	// Glossary is a file or folder on this machine that takes the place of the project's glossary/.
	Glossary string
	// Warehouse is the path of the .duckdb file that holds the project's data.
	// With FindWarehouse it is looked for in the project's folder instead, and built from its seeds when it is not there.
	Warehouse     string
	FindWarehouse bool
	// DBT is true when the real dbt is to be part of the gate.
	DBT bool
	// AsOf fixes today for relative dates (2006-01-02); empty: the day of each request.
	AsOf string
	// Approvers take the place of those in firstmile.yml when not nil.
	Approvers *plan.Approvers
}

// Options configure a Workbench.
type Options struct {
	Projects []Project
	// Scratch is a folder for copies of databases.
	Scratch string
	// Index is a folder in which each project's index has one of its own; empty: indexes are in memory.
	Index string
	// Embedder makes the vectors of indexes; nil: the built-in one.
	Embedder search.Embedder
	// Log gets what an index has to say; nil: nothing.
	Log *slog.Logger
}

// Workbench serves all configured projects. Safe for concurrent use.
type Workbench struct {
	o     Options
	mu    sync.Mutex
	caps  map[plan.ProjectID]*dbt.Cache
	bases map[plan.Base]*lazy[*opened]
	order []plan.Base // oldest first
	boxes map[plan.ProjectID]*box

	libraries map[plan.ProjectID]*library
}

// keep bounds how many bases stay in memory for each project.
const keep = 8

// opened is a project at a base.
type opened struct {
	root     string // folder of the repository's files
	files    fs.FS
	project  *dbt.Project // as its files describe it
	glossary *glossary.Glossary
	settings settings.Settings
	typed    lazy[*dbt.Project] // with the types that its data have
	seeded   lazy[seeded]       // where no file holds the data
}

// New makes a Workbench. Nothing is read before it is asked for.
func New(o Options) *Workbench {
	return &Workbench{o: o, caps: map[plan.ProjectID]*dbt.Cache{}, bases: map[plan.Base]*lazy[*opened]{}, boxes: map[plan.ProjectID]*box{},
		libraries: map[plan.ProjectID]*library{}}
}

// Close ends the sandboxes and closes the indexes.
func (w *Workbench) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var errs []error
	for _, b := range w.boxes {
		errs = append(errs, b.close())
	}
	for _, l := range w.libraries {
		errs = append(errs, l.close())
	}
	return errors.Join(errs...)
}

// Projects lists the ids of the configured projects, sorted.
func (w *Workbench) Projects() []plan.ProjectID {
	var ids []plan.ProjectID
	for _, p := range w.o.Projects {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	return ids
}

func (w *Workbench) configured(id plan.ProjectID) (Project, error) {
	for _, p := range w.o.Projects {
		if p.ID == id {
			return p, nil
		}
	}
	return Project{}, plan.NewFailure(plan.Permanent, "no_project",
		fmt.Sprintf("The dbt project %q is not configured here. Ask whoever runs the bot.", id), nil)
}

// Resolve fixes the state of the repository that a design is made on, and the rules that hold there.
func (w *Workbench) Resolve(ctx context.Context, id plan.ProjectID) (plan.Base, plan.Rules, error) {
	p, err := w.configured(id)
	if err != nil {
		return plan.Base{}, plan.Rules{}, err
	}
	branch, commit, err := p.Source.Head(ctx)
	if err != nil {
		return plan.Base{}, plan.Rules{}, err
	}
	base := plan.Base{Project: id, Branch: branch, Commit: commit}
	if _, local := p.Source.(Folder); local {
		w.forget(base) // a work tree can change without its commit changing
	}
	o, err := w.open(ctx, base)
	if err != nil {
		return plan.Base{}, plan.Rules{}, err
	}
	rules := plan.Rules{Approvers: o.settings.Approvers, DBT: p.DBT, AsOf: p.AsOf}
	if p.Approvers != nil {
		rules.Approvers = *p.Approvers
	}
	path, _, err := w.warehouse(ctx, p, o)
	if err != nil {
		return plan.Base{}, plan.Rules{}, err
	}
	rules.DataSource = path != ""
	return base, rules, nil
}

// Read gives the dbt project at base, with the types that its data have, and the files of its repository.
func (w *Workbench) Read(ctx context.Context, base plan.Base) (*dbt.Project, fs.FS, error) {
	o, err := w.open(ctx, base)
	if err != nil {
		return nil, nil, err
	}
	project, err := w.typed(ctx, base, o)
	return project, o.files, err
}

// Root is the folder on this machine that holds the repository's files at base.
func (w *Workbench) Root(ctx context.Context, base plan.Base) (string, error) {
	o, err := w.open(ctx, base)
	if err != nil {
		return "", err
	}
	return o.root, nil
}

// Glossary gives the team's terms at base.
func (w *Workbench) Glossary(ctx context.Context, base plan.Base) (*glossary.Glossary, error) {
	o, err := w.open(ctx, base)
	if err != nil {
		return nil, err
	}
	return o.glossary, nil
}

// Settings gives firstmile.yml at base.
func (w *Workbench) Settings(ctx context.Context, base plan.Base) (settings.Settings, error) {
	o, err := w.open(ctx, base)
	if err != nil {
		return settings.Settings{}, err
	}
	return o.settings, nil
}

func (w *Workbench) forget(base plan.Base) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.bases, base)
	w.order = slices.DeleteFunc(w.order, func(b plan.Base) bool { return b == base })
}

// open reads a project at a base, once for everyone who asks.
func (w *Workbench) open(ctx context.Context, base plan.Base) (*opened, error) {
	p, err := w.configured(base.Project)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	o := w.bases[base]
	if o == nil {
		o = &lazy[*opened]{}
		w.bases[base] = o
		w.order = append(w.order, base)
		w.trim(base.Project)
	}
	cache := w.caps[base.Project]
	if cache == nil {
		cache = dbt.NewCache()
		w.caps[base.Project] = cache
	}
	w.mu.Unlock()
	return o.get(func() (*opened, error) { return read(ctx, p, base, cache) })
}

// trim drops the oldest bases of a project beyond keep.
func (w *Workbench) trim(id plan.ProjectID) {
	n := 0
	for i := len(w.order) - 1; i >= 0; i-- {
		if w.order[i].Project != id {
			continue
		}
		if n++; n > keep {
			delete(w.bases, w.order[i])
			w.order = slices.Delete(w.order, i, i+1)
		}
	}
}

func read(ctx context.Context, p Project, base plan.Base, cache *dbt.Cache) (*opened, error) {
	root, err := p.Source.Fetch(ctx, base.Commit)
	if err != nil {
		return nil, err
	}
	o := &opened{root: root, files: os.DirFS(root)}
	if o.project, err = cache.Read(o.files, p.Dir); err != nil {
		return nil, plan.NewFailure(plan.Permanent, "project_unreadable", "The dbt project cannot be read: "+err.Error()+".", err)
	}
	if len(o.project.Broken) > 0 {
		return nil, broken(o.project.Broken)
	}
	if o.settings, err = settings.Read(o.files, p.Dir); err != nil {
		return nil, plan.NewFailure(plan.Permanent, "settings_unreadable", "The project's settings cannot be read: "+err.Error()+".", err)
	}
	if o.glossary, err = readGlossary(o.files, p); err != nil {
		return nil, plan.NewFailure(plan.Permanent, "glossary_unreadable", "The glossary cannot be read: "+err.Error()+".", err)
	}
	return o, nil
}

// maxBroken bounds how many files a failure names.
const maxBroken = 3

// broken says which files keep dbt, and so us, from reading the project.
func broken(files []dbt.Problem) error {
	text := "The dbt project cannot be read: "
	for i, p := range files {
		if i == maxBroken {
			text += fmt.Sprintf("; and %d more", len(files)-i)
			break
		}
		if i > 0 {
			text += "; "
		}
		text += fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Reason)
	}
	return plan.NewFailure(plan.Permanent, "project_unreadable", text+". Repair the file and ask again; dbt refuses the project as it is, too.", nil)
}

// GlossaryFolder is where a project keeps its glossary.
const GlossaryFolder = "glossary"

func readGlossary(files fs.FS, p Project) (*glossary.Glossary, error) {
	if p.Glossary != "" {
		return glossary.Load(os.DirFS(filepath.Dir(p.Glossary)), filepath.Base(p.Glossary))
	}
	sub, err := fs.Sub(files, p.Dir)
	if err != nil {
		return nil, err
	}
	if _, err := fs.Stat(sub, GlossaryFolder); errors.Is(err, fs.ErrNotExist) {
		return &glossary.Glossary{}, nil // a project without a glossary still has columns to speak of
	}
	return glossary.Load(sub, GlossaryFolder)
}
