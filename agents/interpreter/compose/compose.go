// Package compose turns a structure of package grammar, with one candidate chosen for each ambiguous word, into a
// plan.Spec. It is where types, join paths and values are checked: what does not fit is refused with the words that are at
// fault, what is open but has a sensible default becomes an assumption or a [Need].
//
// measure.go, ratio.go and moving.go build measures, cond.go and values.go filters, dims.go and reach.go dimensions
// and join paths, grain.go and time.go the time axis and its columns, window.go calendar arithmetic, name.go
// the names of columns and of the model.
package compose

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/token"
	"firstmile/planner/plan"
)

// Context is what stays the same for all readings of a request.
type Context struct {
	K      *knowledge.Knowledge
	Tokens []token.Token
	// Today is the civil date that relative dates count from (2006-01-02); empty when nobody said.
	Today     string
	Zone      string
	WeekStart string
	// FiscalStart is the month that the fiscal year begins with; 0 or 1: January.
	FiscalStart int
	// Settled maps a question's id to the id of the chosen option.
	Settled map[string]string
	// Prefix of the model's name in the project's convention, such as "fct_".
	Prefix string
	Taken  func(model string) bool
}

// Pick chooses a candidate of each slot that has several.
type Pick map[*grammar.Slot]knowledge.Candidate

// Draft is one complete reading.
type Draft struct {
	Spec plan.Spec
	// Cost is what the chosen candidates cost beyond the structure.
	Cost        float64
	Assumptions []plan.Assumption
	Evidence    []plan.Evidence
	Needs       []Need
	// Undated lists what is read by a date that may be missing, as measures with Model, Time and TimePath only; rows without it are left out.
	Undated []plan.Measure
	// Chosen says which candidate stands for which words, in the order of the words.
	Chosen []Chosen
}

// Chosen is the decision for one span of words.
type Chosen struct {
	grammar.Span
	Kind      knowledge.Kind
	Candidate knowledge.Candidate
}

// Need is something left open by the words; the draft was made with the default, or with the first option.
type Need struct {
	Kind    plan.QuestionKind
	Subject string
	Text    string
	Why     string
	Options []plan.Option
	// Weight orders needs: how much the number may change.
	Weight int
}

// ID of the question that the need becomes.
func (n Need) ID() string { return plan.NewQuestion(n.Kind, n.Subject, "", "").ID }

// Refusal says why a structure means nothing, naming the words at fault.
type Refusal struct {
	grammar.Span
	Reason  string
	Nearest []string
}

func (r *Refusal) Error() string { return r.Reason }

// builder carries one draft while it grows.
type builder struct {
	Context
	s    grammar.Structure
	pick Pick
	d    Draft

	total  grammar.Span // words that ask for a share of a total
	apart  bool         // conditions belong to the part of a ratio that is being built
	across bool         // two periods stand side by side, without a time axis
	asOf   bool         // a column is looked at as of the time of each row
	beside string       // relation of the noun that the words being read belong to
}

// Compose builds the Spec of a structure. The error is a *Refusal.
func Compose(c Context, s grammar.Structure, pick Pick) (Draft, error) {
	b := &builder{Context: c, s: s, pick: pick}
	b.d.Spec.Version = plan.SpecVersion
	for _, step := range []func() error{b.measures, b.dimensions, b.filters, b.included, b.rank, b.time, b.wholes, b.recurring, b.omitted, b.window, b.compares, b.private, b.finish} {
		if err := step(); err != nil {
			return Draft{}, err
		}
	}
	return b.d, nil
}

func (b *builder) refuse(at grammar.Span, format string, args ...any) error {
	return &Refusal{Span: at, Reason: fmt.Sprintf(format, args...)}
}

func (b *builder) assume(major bool, format string, args ...any) {
	a := plan.Assumption{Text: fmt.Sprintf(format, args...), Major: major}
	if !slices.Contains(b.d.Assumptions, a) {
		b.d.Assumptions = append(b.d.Assumptions, a)
	}
}

// quote is the request's words over a span, as written.
func (b *builder) quote(from, to int) string {
	var parts []string
	for _, t := range b.Tokens[from:min(to, len(b.Tokens))] {
		parts = append(parts, t.Text)
	}
	return strings.Join(parts, " ")
}

// subject is the words over a span as questions name them.
func (b *builder) subject(from, to int) string { return strings.ToLower(b.quote(from, to)) }

// use records that a candidate stands for a slot's words.
func (b *builder) use(s *grammar.Slot, c knowledge.Candidate) {
	for _, old := range b.d.Chosen { // a measure may be built twice, as the rank's and as the request's
		if old.Span == (grammar.Span{From: s.From, To: s.To}) && old.Candidate.Key == c.Key {
			return
		}
	}
	b.d.Cost += c.Cost - s.MinCost()
	b.d.Chosen = append(b.d.Chosen, Chosen{grammar.Span{From: s.From, To: s.To}, s.Kind, c})
	words := b.quote(s.From, s.To)
	detail := c.Label
	if c.Detail != "" {
		detail += ": " + c.Detail
	}
	b.d.Evidence = append(b.d.Evidence, plan.Evidence{Words: words, Ref: c.Key, Detail: detail})
	if c.Partial {
		b.assume(true, "I read %q as the column %s.", words, c.Column)
	}
	if c.Note != "" {
		b.assume(true, "%s", c.Note)
	}
}

// chosen is the candidate of a slot: the picked one, else its cheapest.
func (b *builder) chosen(s *grammar.Slot) knowledge.Candidate {
	if c, ok := b.pick[s]; ok {
		return c
	}
	best := s.Cands[0]
	for _, c := range s.Cands {
		if c.Cost < best.Cost {
			best = c
		}
	}
	return best
}

// origin of what a slot's words ground, or of the answer that settled them.
func (b *builder) origin(s *grammar.Slot, c knowledge.Candidate) plan.Origin {
	words := b.subject(s.From, s.To)
	for _, kind := range []plan.QuestionKind{plan.AskDefinition, plan.AskColumn, plan.AskValue, plan.AskUnknown} {
		id := string(kind) + ":" + words
		if b.Settled[id] == c.Key {
			return plan.Origin{Kind: plan.FromAnswer, Ref: id, Quote: b.quote(s.From, s.To)}
		}
	}
	return c.Origin(b.quote(s.From, s.To))
}

// settle returns the chosen option of a need; without an answer the need is recorded and its default taken.
func (b *builder) settle(n Need) string {
	if v, ok := b.Settled[n.ID()]; ok {
		for _, o := range n.Options {
			if o.ID == v {
				return v
			}
		}
	}
	for _, old := range b.d.Needs {
		if old.ID() == n.ID() {
			return defaultOf(old)
		}
	}
	b.d.Needs = append(b.d.Needs, n)
	return defaultOf(n)
}

func defaultOf(n Need) string {
	for _, o := range n.Options {
		if o.Default {
			return o.ID
		}
	}
	return n.Options[0].ID
}
