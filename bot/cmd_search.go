package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/bot/config"
	"firstmile/bot/workbench"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

type searchCommand struct {
	Words    string   `arg:"" help:"What to look for."`
	Project  string   `help:"Folder of a dbt project (default: the sample company)." type:"path"`
	Glossary string   `help:"Glossary file or folder (default: the project's glossary/)." type:"path"`
	Kind     []string `help:"Only term, metric, model, column or value." enum:"term,metric,model,column,value"`
	Limit    int      `short:"n" help:"How many hits at most." default:"10"`
	JSON     bool     `help:"Print a JSON array."`
	Verbose  bool     `short:"v" help:"Log what happens to standard error."`
}

// Run prints what the index finds by the words, the best first, each with the reason.
func (c *searchCommand) Run(ctx context.Context, p program) error {
	if strings.TrimSpace(c.Words) == "" || c.Limit < 1 {
		return usageError{errors.New("say in words what to look for, and --limit as a number above 0")}
	}
	vectors, err := config.LoadEmbeddings(p.getenv)
	if err != nil {
		return usageError{err}
	}
	log := logger(p.stderr, c.Verbose)
	d := designCommand{Project: c.Project, Glossary: c.Glossary}
	bench, id, err := d.workbench(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = bench.Close() }() // scratch only
	docs, err := documents(ctx, bench.Workbench, id)
	if err != nil {
		return err
	}
	o := search.Options{Dir: searchFolder(d.Project), Log: log}
	if o.Embedder, err = embedder(vectors, log); err != nil {
		return err
	}
	q := search.Query{Words: c.Words, N: c.Limit}
	for _, k := range c.Kind {
		q.Kinds = append(q.Kinds, search.Kind(k))
	}
	hits, err := findOnce(ctx, o, docs, q)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeHits(p.stdout, hits)
	}
	return printHits(p.stdout, hits)
}

// documents are what a design of the project could find; values that only its data has are not among them.
func documents(ctx context.Context, bench *workbench.Workbench, id plan.ProjectID) ([]search.Document, error) {
	base, _, err := bench.Resolve(ctx, id)
	if err != nil {
		return nil, err
	}
	project, _, err := bench.Read(ctx, base)
	if err != nil {
		return nil, err
	}
	terms, err := bench.Glossary(ctx, base)
	if err != nil {
		return nil, err
	}
	settings, err := bench.Settings(ctx, base)
	if err != nil {
		return nil, err
	}
	words, err := lexicon.Load()
	if err != nil {
		return nil, err
	}
	known, err := knowledge.Build(project, terms, words, nil, settings.Excluded)
	if err != nil {
		return nil, fmt.Errorf("reading the project: %w", err)
	}
	return known.Documents(), nil
}

// searchFolder is where a project's index is kept between two searches, in the user's cache; empty where there is none.
func searchFolder(project string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	full, err := filepath.Abs(project)
	if err != nil {
		return ""
	}
	name := sha256.Sum256([]byte(full))
	return filepath.Join(cache, "firstmile", "search", hex.EncodeToString(name[:8]))
}

// findOnce opens the index, in memory where its folder cannot be used, and asks it one question.
func findOnce(ctx context.Context, o search.Options, docs []search.Document, q search.Query) (hits []search.Hit, err error) {
	x, err := search.Open(o)
	if err != nil {
		o.Log.Debug("the index is in memory", "why", err.Error())
		o.Dir = ""
		if x, err = search.Open(o); err != nil {
			return nil, err
		}
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	changes, err := x.Sync(ctx, docs)
	if err != nil {
		return nil, err
	}
	o.Log.Debug("index", "documents", x.Len(), "indexed", changes.Indexed, "removed", changes.Removed, "embedded", changes.Embedded, "missing", changes.Missing)
	return x.Find(ctx, q)
}

func printHits(out io.Writer, hits []search.Hit) error {
	var b strings.Builder
	if len(hits) == 0 {
		b.WriteString("Nothing is found.\n")
	}
	for i, h := range hits {
		name := h.Name
		if h.Of != "" {
			name += " of " + h.Of
		}
		fmt.Fprintf(&b, "%2d. %-7s %s", i+1, h.Kind, name)
		if h.Where != "" {
			fmt.Fprintf(&b, "  (%s)", h.Where)
		}
		fmt.Fprintf(&b, "\n            %s\n", h.Why)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// hitJSON is a hit as --json prints it; keys are only ever added.
type hitJSON struct {
	Ref     string      `json:"ref"`
	Kind    search.Kind `json:"kind"`
	Name    string      `json:"name"`
	Of      string      `json:"of,omitempty"`
	Where   string      `json:"where,omitempty"`
	Text    string      `json:"text,omitempty"`
	Score   float64     `json:"score"`
	Because string      `json:"because"`
	Why     search.Why  `json:"why"`
}

func writeHits(out io.Writer, hits []search.Hit) error {
	list := make([]hitJSON, len(hits))
	for i, h := range hits {
		list[i] = hitJSON{h.Ref, h.Kind, h.Name, h.Of, h.Where, h.Text, h.Score, h.Why.String(), h.Why}
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(list)
}
