// Package interpreter turns the words of a request into a plan.Spec, or into the
// questions that have to be answered first. It is a semantic parser over typed
// candidates; no regular expression sees the request, and a language model only
// where words run out.
//
// A request travels through these rooms:
//
//	token      words, numbers, dates, quotes
//	lexicon    what words mean in any project (lexicon.yml)
//	knowledge  what words mean in this project: terms, models, columns, values
//	grammar    Link: all candidates of every span; Parse: how the spans fit together (chart)
//	compose    a structure and its candidates -> plan.Spec, or why not
//	interpret.go, decide.go, questions.go, unknown.go   which reading it is, or what is asked
//	suggest.go, offers.go   where words run out: a model may choose among candidates
//	revise.go  how a later turn changes an earlier one
//	reuse.go   whether a model answers the Spec already
//
// The rule that everything here serves: a word that nothing explains is never
// dropped. It is asked about, or the request is declined naming it.
package interpreter

import (
	"context"
	"fmt"
	"sync"

	"firstmile/agents/dbt/conventions"
	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/glossary/search"
	"firstmile/planner/plan"
)

// Interpreter reads requests. Safe for use by several goroutines.
type Interpreter struct {
	projects   Projects
	glossaries Glossaries
	calendars  Calendars
	exclusions Exclusions
	indexes    Indexes
	figures    Figures
	histories  Histories
	suggester  Suggester

	lexicon *lexicon.Lexicon
	rules   []chart.Rule

	mu     sync.Mutex
	known  map[plan.Base]*base
	recent []plan.Base // oldest first
}

// Option sets an optional port.
type Option func(*Interpreter)

// WithCalendars sets where time zone and week start come from.
func WithCalendars(c Calendars) Option { return func(i *Interpreter) { i.calendars = c } }

// WithExclusions sets where a team's excluded columns come from.
func WithExclusions(e Exclusions) Option { return func(i *Interpreter) { i.exclusions = e } }

// WithIndexes sets where it is kept what can be found by words.
func WithIndexes(x Indexes) Option { return func(i *Interpreter) { i.indexes = x } }

// WithFigures sets where figures from data come from.
func WithFigures(f Figures) Option { return func(i *Interpreter) { i.figures = f } }

// WithHistories sets where it is known when a model was last changed.
func WithHistories(h Histories) Option { return func(i *Interpreter) { i.histories = h } }

// New returns an interpreter over the given projects and glossaries.
func New(projects Projects, glossaries Glossaries, options ...Option) (*Interpreter, error) {
	lex, err := lexicon.Load()
	if err != nil {
		return nil, err
	}
	i := &Interpreter{projects: projects, glossaries: glossaries, lexicon: lex, rules: grammar.Rules(), known: map[plan.Base]*base{}}
	for _, o := range options {
		o(i)
	}
	return i, nil
}

// base is what is known at one commit.
type base struct {
	*knowledge.Knowledge
	calendar Calendar
	prefix   string // of new models

	undated map[string]gap            // rows without a date, counted once; guarded by the interpreter's mutex
	extents map[plan.ColumnRef]extent // first and last dates, likewise

	own *search.Index // when nobody else keeps one

	uses    int  // calls that read it now
	dropped bool // no longer kept; closed when the last call is done
}

// maxKnown is how many commits are kept in memory.
const maxKnown = 8

// at returns what is known at a base, building it once per commit, and a function that must be called when it is no longer
// read. A base without commit is a folder that may change at any time, so it is read anew each time.
func (i *Interpreter) at(ctx context.Context, b plan.Base) (*base, func(), error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	k, ok := i.known[b]
	if !ok {
		var err error
		if k, err = i.build(ctx, b); err != nil {
			return nil, nil, err
		}
		i.keep(b, k)
	}
	k.uses++
	return k, func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		k.uses--
		i.free(k)
	}, nil
}

// keep remembers what is known of a commit, and forgets the oldest when there are too many.
func (i *Interpreter) keep(b plan.Base, k *base) {
	if b.Commit == "" {
		k.dropped = true
		return
	}
	i.known[b] = k
	if i.recent = append(i.recent, b); len(i.recent) > maxKnown {
		old := i.known[i.recent[0]]
		delete(i.known, i.recent[0])
		i.recent = i.recent[1:]
		old.dropped = true
		i.free(old)
	}
}

// free closes what nobody keeps or reads.
func (i *Interpreter) free(k *base) {
	if k.dropped && k.uses == 0 {
		k.close()
	}
}

func (i *Interpreter) build(ctx context.Context, b plan.Base) (*base, error) {
	project, err := i.projects.Project(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("reading the project: %w", err)
	}
	terms, err := i.glossaries.Glossary(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("reading the glossary: %w", err)
	}
	out := &base{calendar: Calendar{Zone: "UTC", WeekStart: "monday"}, prefix: prefix(conventions.Infer(project))}
	if i.calendars != nil {
		c, err := i.calendars.Calendar(ctx, b)
		if err != nil {
			return nil, fmt.Errorf("reading the project's calendar: %w", err)
		}
		if c.Zone != "" {
			out.calendar.Zone = c.Zone
		}
		if c.WeekStart != "" {
			out.calendar.WeekStart = c.WeekStart
		}
		out.calendar.FiscalStart = c.FiscalStart
	}
	var excluded knowledge.Excluded
	if i.exclusions != nil {
		if excluded, err = i.exclusions.Excluded(ctx, b); err != nil {
			return nil, fmt.Errorf("reading which columns are excluded: %w", err)
		}
	}
	if out.Knowledge, err = knowledge.Build(project, terms, i.lexicon, i.values(ctx, b, project, excluded), excluded); err != nil {
		return nil, err
	}
	return out, i.index(ctx, b, out)
}

// prefix of fact models in the project's marts. Dimensions have their own, which no request makes.
func prefix(c conventions.Conventions) string {
	const usual = "fct_"
	for _, l := range c.Layers {
		if l.Layer != "mart" || len(l.Prefixes) == 0 {
			continue
		}
		for _, p := range l.Prefixes {
			if p.Text == "fct_" || p.Text == "fact_" {
				return p.Text
			}
		}
		if p := l.Prefixes[0].Text; p != "dim_" {
			return p
		}
	}
	return usual
}
