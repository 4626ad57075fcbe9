// Package suggest asks a language model what words of a request may mean that
// glossary and project do not explain: the interpreter's Suggester.
//
// The model sees the request, the words, and for each of them a closed list of candidates; it answers with
// ids. What is not an id of that list, an answer for other words, two answers for the same words, or no usable answer
// at all, counts as "don't know". The interpreter then does what it does without a model.
package suggest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"firstmile/agents/interpreter"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/llm"
	"firstmile/planner/plan"
	"firstmile/prompts"
)

// patience bounds one question with everything that is tried again. It is well within the time that the planner gives
// to reading a request, so that a silent model never costs the reading itself.
const patience = 35 * time.Second

// maxKept is how many answers are remembered: a thread's later turns and answers ask the same again.
const maxKept = 256

// Suggester asks a model. Safe for use by several goroutines.
type Suggester struct {
	model   llm.Model
	library *prompts.Library
	log     *slog.Logger

	mu    sync.Mutex
	kept  map[string]interpreter.Suggestion // by prompt
	order []string                          // oldest first
}

// New returns a suggester. log may be nil.
func New(model llm.Model, log *slog.Logger) (*Suggester, error) {
	library, err := prompts.Load()
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Suggester{model: model, library: library, log: log, kept: map[string]interpreter.Suggestion{}}, nil
}

// Suggest implements interpreter.Suggester.
func (s *Suggester) Suggest(ctx context.Context, d interpreter.Doubt) (interpreter.Suggestion, error) {
	p, err := s.library.Settle(question(d))
	if err != nil {
		return interpreter.Suggestion{}, err
	}
	if known, ok := s.known(p); ok {
		return known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := llm.Ask(ctx, s.model, p)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return interpreter.Suggestion{Usage: answer.Usage}, err // nobody waits any more
		}
		f := plan.AsFailure(err)
		s.log.Warn("the language model was of no help", "task", p.Task, "prompt", p.Version, "code", f.Code, "cause", f.Cause)
		return interpreter.Suggestion{Usage: answer.Usage}, fmt.Errorf("asking what words mean: %w", err)
	}
	got := interpreter.Suggestion{Keys: read(answer.JSON, d.Words), Model: s.model.Name(), Answered: answer.Model, Prompt: answer.Prompt}
	s.keep(p, got)
	got.Usage = answer.Usage
	s.log.Info("asked the language model", "task", p.Task, "prompt", p.Version, "model", got.Answered, "calls", got.Usage.ModelCalls,
		"prompt_tokens", got.Usage.PromptTokens, "completion_tokens", got.Usage.CompletionTokens, "asked", len(d.Words), "chosen", len(got.Keys))
	return got, nil
}

func question(d interpreter.Doubt) prompts.Settle {
	in := prompts.Settle{Request: d.Request}
	for _, w := range d.Words {
		open := prompts.OpenWords{Words: w.Words}
		for _, o := range w.Candidates {
			open.Candidates = append(open.Candidates, prompts.Candidate{ID: o.Key, Kind: kinds(o.Kinds), Label: o.Label, Definition: o.Detail})
		}
		in.Words = append(in.Words, open)
	}
	return in
}

// kinds says what a candidate can be, in the prompt's words.
func kinds(list []knowledge.Kind) string {
	names := map[knowledge.Kind]string{knowledge.Metric: "measure", knowledge.Number: "measure", knowledge.Dim: "split",
		knowledge.Pop: "filter", knowledge.Value: "value", knowledge.Entity: "rows", knowledge.Time: "time"}
	var out []string
	for _, k := range list {
		if n := names[k]; n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return strings.Join(out, " or ")
}

// read takes the choices out of an answer of the right shape. Everything that was not offered is left out.
func read(answer []byte, words []interpreter.OpenWords) map[string]string {
	var said prompts.Settled
	if json.Unmarshal(answer, &said) != nil {
		return nil // its shape was checked; if we do not agree with the check, we don't know
	}
	keys, twice := map[string]string{}, map[string]bool{}
	for _, c := range said.Choices {
		n := slices.IndexFunc(words, func(w interpreter.OpenWords) bool { return w.Words == c.Words })
		if n < 0 {
			continue
		}
		if old, ok := keys[c.Words]; ok && old != c.Choice {
			twice[c.Words] = true
		}
		keys[c.Words] = c.Choice
	}
	for _, w := range words {
		offered := slices.ContainsFunc(w.Candidates, func(o interpreter.Offer) bool { return o.Key == keys[w.Words] })
		if !offered || twice[w.Words] {
			delete(keys, w.Words)
		}
	}
	return keys
}

func (s *Suggester) known(p prompts.Prompt) (interpreter.Suggestion, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	got, ok := s.kept[p.Version+p.Data]
	return got, ok
}

func (s *Suggester) keep(p prompts.Prompt, got interpreter.Suggestion) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := p.Version + p.Data
	if _, ok := s.kept[key]; !ok {
		s.order = append(s.order, key)
	}
	s.kept[key] = got
	if len(s.order) > maxKept {
		delete(s.kept, s.order[0])
		s.order = s.order[1:]
	}
}
