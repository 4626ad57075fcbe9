package workbench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// box is a project's sandbox, started when first needed.
type box struct {
	mu      sync.Mutex
	sandbox *sandbox.Sandbox
	path    string
}

func (b *box) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sandbox == nil {
		return nil
	}
	err := b.sandbox.Close()
	b.sandbox = nil
	return err
}

// Sandbox gives the project's sandbox, and why it does not hold the project's data ("" when it does).
func (w *Workbench) Sandbox(ctx context.Context, base plan.Base) (*sandbox.Sandbox, string, error) {
	p, err := w.configured(base.Project)
	if err != nil {
		return nil, "", err
	}
	o, err := w.open(ctx, base)
	if err != nil {
		return nil, "", err
	}
	path, missing, err := w.warehouse(ctx, p, o)
	if err != nil {
		return nil, "", err
	}
	w.mu.Lock()
	b := w.boxes[p.ID]
	if b == nil {
		b = &box{}
		w.boxes[p.ID] = b
	}
	w.mu.Unlock()
	box, err := b.start(ctx, w.o.Scratch, p.ID, path)
	return box, missing, err
}

// relations lists what the project's data hold.
func (w *Workbench) relations(ctx context.Context, base plan.Base) ([]sandbox.Relation, error) {
	box, missing, err := w.Sandbox(ctx, base)
	if err != nil {
		return nil, err
	}
	if missing != "" {
		return nil, errors.New(missing)
	}
	return box.Catalog(ctx)
}

func (b *box) start(ctx context.Context, scratch string, id plan.ProjectID, path string) (*sandbox.Sandbox, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sandbox != nil && b.path == path {
		return b.sandbox, nil
	}
	if b.sandbox != nil {
		if err := b.sandbox.Close(); err != nil {
			return nil, fmt.Errorf("closing the sandbox: %w", err)
		}
		b.sandbox = nil
	}
	dir := filepath.Join(scratch, "sandbox-"+filepath.Base(string(id)))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the sandbox's folder: %w", err)
	}
	s, err := sandbox.Start(ctx, sandbox.Options{Scratch: dir, Database: path})
	if err != nil {
		return nil, dataFailure(err)
	}
	b.sandbox, b.path = s, path
	return s, nil
}

// dataFailure says what is wrong with a database file and what to do about it.
func dataFailure(err error) error {
	var f *sandbox.FileError
	if errors.As(err, &f) {
		return plan.NewFailure(plan.Permanent, "data_unreadable", "The data file cannot be used. "+f.Error()+".", err)
	}
	return fmt.Errorf("starting the sandbox: %w", err)
}

// warehouse is the path of the project's .duckdb file, or why there is none.
func (w *Workbench) warehouse(ctx context.Context, p Project, o *opened) (path, missing string, err error) {
	if p.Warehouse != "" {
		if _, err := os.Stat(p.Warehouse); err != nil {
			return "", "", plan.NewFailure(plan.Permanent, "data_missing",
				fmt.Sprintf("The data file %s of project %s cannot be read. Build it, or take warehouse out of the configuration.", p.Warehouse, p.ID), err)
		}
		return p.Warehouse, "", nil
	}
	if !p.FindWarehouse {
		return "", "no data source is configured for this project", nil
	}
	path, err = findDatabase(filepath.Join(o.root, filepath.FromSlash(p.Dir)), o.project.Profile.Path, o.project.Name, o.project.Config.Profile)
	if path != "" || err != nil {
		return path, "", err
	}
	built, err := w.fromSeeds(ctx, p, o)
	return built.path, built.missing, err
}

// findDatabase looks for a dbt-duckdb project's file: where its profile says,
// under the project's or profile's name, or the only one there is.
func findDatabase(dir, profile string, names ...string) (string, error) {
	candidates := []string{}
	if profile != "" {
		if !filepath.IsAbs(profile) {
			profile = filepath.Join(dir, filepath.FromSlash(profile))
		}
		candidates = append(candidates, profile)
	}
	for _, n := range names {
		if n != "" {
			candidates = append(candidates, filepath.Join(dir, filepath.Base(n)+".duckdb"))
		}
	}
	for _, c := range candidates {
		info, err := os.Stat(c)
		switch {
		case err == nil && info.Mode().IsRegular():
			return c, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("looking for the data file: %w", err)
		}
	}
	found, err := filepath.Glob(filepath.Join(escape(dir), "*.duckdb"))
	if err != nil || len(found) != 1 {
		return "", err
	}
	return found[0], nil
}

// escape keeps a folder's name from being read as a pattern.
func escape(dir string) string {
	var out []rune
	for _, r := range dir {
		if r == '*' || r == '?' || r == '[' || r == '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}
