package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/llm/openai"
	"firstmile/bot/config"
	"firstmile/bot/workbench"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// indexFolder is where the data folder has the indexes of projects.
const indexFolder = "index"

// indexes gives the interpreter each project's index on the workbench, with what past designs used.
type indexes struct {
	w *workbench.Workbench
	// past lists the designs of a project; nil where nobody remembers any.
	past func(ctx context.Context, project plan.ProjectID) ([]plan.PastDesign, error)
}

func (i indexes) Index(ctx context.Context, base plan.Base, docs []search.Document) (knowledge.Finder, error) {
	x, err := i.w.Index(ctx, base, docs)
	if err != nil {
		return nil, err
	}
	return finder{x, i, base.Project}, nil
}

// finder finds with a project's past designs in mind.
type finder struct {
	index   *search.Index
	from    indexes
	project plan.ProjectID
}

// recallPatience bounds the look at past designs: a better order of hits is worth no wait.
const recallPatience = time.Second

func (f finder) Find(ctx context.Context, q search.Query) ([]search.Hit, error) {
	if f.from.past != nil && q.Usage == nil {
		short, cancel := context.WithTimeout(ctx, recallPatience)
		defer cancel()
		if designs, err := f.from.past(short, f.project); err == nil { // without them the order is by the rest
			q.Usage = usage(designs)
		}
	}
	return f.index.Find(ctx, q)
}

// usage counts the designs that used each term and relation, by ref.
func usage(designs []plan.PastDesign) map[string]int {
	uses := map[string]int{}
	for _, d := range designs {
		mine := map[string]bool{}
		if d.Model != "" {
			mine["model:"+d.Model] = true
		}
		for _, ref := range d.Refs {
			mine[ref] = true
			if kind, name, ok := strings.Cut(ref, ":"); ok && (kind == "column" || kind == "value") { // of a relation
				name, _, _ = strings.Cut(name, "=")
				if at := strings.LastIndexByte(name, '.'); at > 0 {
					mine["model:"+name[:at]] = true
				}
			}
		}
		for ref := range mine {
			uses[ref]++
		}
	}
	return uses
}

// embedder is the configured embedding model, nil where none is: then the index uses its own.
func embedder(c config.Embeddings, log *slog.Logger) (search.Embedder, error) {
	if !c.Configured() {
		return nil, nil
	}
	return openai.NewEmbeddings(openai.Config{Model: c.Name, Key: openai.Key(c.Key.Reveal()), BaseURL: c.BaseURL, AzureVersion: c.AzureVersion, Log: log}, c.Size)
}
