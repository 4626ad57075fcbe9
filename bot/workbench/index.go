package workbench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"

	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// library is a project's index, opened when first needed. All bases share it: it holds the documents of the one that was read last.
type library struct {
	mu    sync.Mutex
	index *search.Index
}

// Index makes the project's index hold the documents and gives it. With Options.Index it is kept in a folder of its own below that;
// where another process has the folder open it is in memory, as without the option.
func (w *Workbench) Index(ctx context.Context, base plan.Base, docs []search.Document) (*search.Index, error) {
	if _, err := w.configured(base.Project); err != nil {
		return nil, err
	}
	w.mu.Lock()
	l := w.libraries[base.Project]
	if l == nil {
		l = &library{}
		w.libraries[base.Project] = l
	}
	w.mu.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.index == nil {
		var err error
		if l.index, err = w.openIndex(base.Project); err != nil {
			return nil, fmt.Errorf("opening the index: %w", err)
		}
	}
	if _, err := l.index.Sync(ctx, docs); err != nil {
		return nil, fmt.Errorf("indexing the project %s: %w", base.Project, err)
	}
	return l.index, nil
}

func (w *Workbench) openIndex(id plan.ProjectID) (*search.Index, error) {
	o := search.Options{Embedder: w.o.Embedder, Log: w.o.Log}
	if w.o.Index != "" {
		o.Dir = filepath.Join(w.o.Index, filepath.Base(string(id)))
	}
	x, err := search.Open(o)
	if errors.Is(err, search.ErrInUse) {
		if o.Log != nil {
			o.Log.Debug("the index is in memory", slog.String("why", err.Error()))
		}
		o.Dir = ""
		return search.Open(o)
	}
	return x, err
}

func (l *library) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.index == nil {
		return nil
	}
	err := l.index.Close()
	l.index = nil
	return err
}
