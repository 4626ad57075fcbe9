package interpreter

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"firstmile/agents/interpreter/compose"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/planner/plan"
)

// weighted is a question with how much it may change the number.
type weighted struct {
	plan.Question
	weight int
}

// differences makes questions of where rival readings differ: first the words that they understand as different things;
// where those are the same, how the words belong together.
func (s *session) differences(best draft, rivals []draft) []weighted {
	var out []weighted
	var choices []choice
	for _, span := range spansOf(best) {
		c := s.choiceAt(span, best, rivals)
		if len(c.options) < 2 || slices.ContainsFunc(choices, func(o choice) bool { return sameSplit(o, c) }) {
			continue
		}
		choices = append(choices, c)
		out = append(out, weighted{s.choiceQuestion(c), weightOf(c.kind)})
	}
	if len(out) > 0 {
		return out
	}
	if q, ok := s.structureQuestion(best, rivals); ok {
		out = append(out, weighted{q, 9})
	}
	return out
}

// choice is a span of words that rival readings understand differently.
type choice struct {
	grammar.Span
	kind    knowledge.Kind
	options []knowledge.Candidate
	picks   []int // option of each rival that reads the span, -1 for the others
}

func spansOf(d draft) []grammar.Span {
	var out []grammar.Span
	for _, c := range d.Chosen {
		if !slices.Contains(out, c.Span) {
			out = append(out, c.Span)
		}
	}
	return out
}

func (s *session) choiceAt(span grammar.Span, best draft, rivals []draft) choice {
	c := choice{Span: span}
	for _, ch := range best.Chosen {
		if ch.Span == span {
			c.kind = ch.Kind
		}
	}
	for _, r := range rivals {
		pick := -1
		for _, ch := range r.Chosen {
			if ch.Span != span || ch.Kind != c.kind {
				continue
			}
			at := slices.IndexFunc(c.options, func(o knowledge.Candidate) bool { return o.Key == ch.Candidate.Key })
			if at < 0 && len(c.options) < plan.MaxOptions {
				at = len(c.options)
				c.options = append(c.options, ch.Candidate)
			}
			pick = at
		}
		c.picks = append(c.picks, pick)
	}
	return c
}

// sameSplit reports whether one choice follows from the other: "region" and "EMEA" are settled by one answer.
func sameSplit(a, b choice) bool {
	to, back := map[int]int{}, map[int]int{}
	for i := range a.picks {
		x, y := a.picks[i], b.picks[i]
		if old, ok := to[x]; ok && old != y {
			return false
		}
		if old, ok := back[y]; ok && old != x {
			return false
		}
		to[x], back[y] = y, x
	}
	return true
}

func weightOf(k knowledge.Kind) int {
	switch k {
	case knowledge.Metric, knowledge.Number, knowledge.Entity:
		return 10
	case knowledge.Pop, knowledge.Value:
		return 6
	}
	return 5
}

func (s *session) choiceQuestion(c choice) plan.Question {
	words := s.words(c.Span)
	kind := plan.AskColumn
	text := fmt.Sprintf("Which column do you mean by %q?", words)
	if c.options[0].Term != "" {
		kind = plan.AskDefinition
		text = fmt.Sprintf("What do you mean by %q?", words)
	}
	why := "It changes every figure."
	if c.kind == knowledge.Dim {
		why = "It changes which group a row falls into, and with it the figures."
	}
	var options []plan.Option
	for i, o := range c.options {
		options = append(options, plan.Option{ID: o.Key, Label: o.Label, Default: i == 0, Detail: o.Detail})
	}
	return plan.NewQuestion(kind, words, text, why, options...)
}

// owners are whom the glossary names for the terms among the options.
func (s *session) owners(options []plan.Option) []string {
	var out []string
	for _, t := range s.k.Glossary.Terms {
		key := s.k.TermKey(t.ID)
		among := slices.ContainsFunc(options, func(o plan.Option) bool { return o.ID == key })
		if among && t.Owner != "" && !slices.Contains(out, t.Owner) {
			out = append(out, t.Owner)
		}
	}
	return out
}

// prefer makes the option the default that the glossary says is usually meant.
func (s *session) prefer(q *plan.Question) {
	t, ok := s.k.Glossary.DefaultFor(q.Subject)
	if !ok || !slices.ContainsFunc(q.Options, func(o plan.Option) bool { return o.ID == s.k.TermKey(t.ID) }) {
		return
	}
	for i, o := range q.Options {
		q.Options[i].Default = o.ID == s.k.TermKey(t.ID)
	}
}

// citeGlossary says where such a default comes from.
func (s *session) citeGlossary(q *plan.Question) {
	t, ok := s.k.Glossary.DefaultFor(q.Subject)
	if o, marked := q.DefaultOption(); ok && marked && o.ID == s.k.TermKey(t.ID) {
		q.Why += " The glossary says that “" + t.Name + "” is usually meant."
	}
}

// words is a span of the request as the requester wrote it.
func (s *session) words(span grammar.Span) string {
	return grammar.Subject(s.tokens[span.From:span.To])
}

// structureQuestion asks how the words belong together.
func (s *session) structureQuestion(best draft, rivals []draft) (plan.Question, bool) {
	for _, r := range rivals[1:] {
		span, ok := differing(best.division, r.division)
		if !ok {
			continue
		}
		var options []plan.Option
		for _, x := range rivals {
			id := signature(x.division, span)
			if !slices.ContainsFunc(options, func(o plan.Option) bool { return o.ID == id }) && len(options) < plan.MaxOptions {
				options = append(options, plan.Option{ID: id, Label: x.Spec.Title, Default: len(options) == 0, Detail: x.Spec.Measures[0].Description})
			}
		}
		if len(options) >= plan.MinOptions {
			words := s.words(span)
			return plan.NewQuestion(plan.AskReading, words, fmt.Sprintf("How do you mean %q?", words), "The two are different tables.", options...), true
		}
	}
	return plan.Question{}, false
}

// differing is the shortest span that holds every constituent which only one of the divisions has.
func differing(a, b grammar.Division) (grammar.Span, bool) {
	span := grammar.Span{From: -1}
	extend := func(x, y grammar.Division) {
		for _, p := range x.Parts {
			if slices.Contains(y.Parts, p) {
				continue
			}
			if span.From < 0 || p.From < span.From {
				span.From = p.From
			}
			span.To = max(span.To, p.To)
		}
	}
	extend(a, b)
	extend(b, a)
	return span, span.From >= 0
}

// signature names the constituents within a span, for the id of an option.
func signature(d grammar.Division, span grammar.Span) string {
	h := fnv.New32a()
	for _, p := range d.Parts {
		if p.From < span.To && p.To > span.From {
			fmt.Fprintf(h, "%s %d-%d %s|", p.Category, p.From-span.From, p.To-span.From, relativeKey(p, span))
		}
	}
	return fmt.Sprintf("reading-%08x", h.Sum32())
}

// relativeKey is the key of a constituent with its token positions counted from the span, so that it stays when words before it
// change. Two that are put together differently have different ones.
func relativeKey(p grammar.Part, span grammar.Span) string {
	var out strings.Builder
	number := -1 // being read, behind "@" or "-"
	flush := func() {
		if number >= 0 {
			fmt.Fprint(&out, number-span.From)
		}
		number = -1
	}
	at := false
	for _, r := range p.Key {
		switch {
		case at && r >= '0' && r <= '9':
			number = 10*max(number, 0) + int(r-'0')
			continue
		case at && r == '-' && number >= 0:
			flush()
		default:
			flush()
			at = r == '@'
		}
		out.WriteRune(r)
	}
	flush()
	return out.String()
}

// agrees drops divisions that an answer about the reading rules out.
func (s *session) agrees(d grammar.Division) bool {
	for id, option := range s.settled {
		subject, ok := strings.CutPrefix(id, string(plan.AskReading)+":")
		if !ok || !strings.HasPrefix(option, "reading-") {
			continue
		}
		if span, ok := s.find(subject); ok && signature(d, span) != option {
			return false
		}
	}
	return true
}

// find looks for a question's subject in the request.
func (s *session) find(subject string) (grammar.Span, bool) {
	for from := range s.tokens {
		for to := from + 1; to <= len(s.tokens); to++ {
			words := s.words(grammar.Span{From: from, To: to})
			if words == subject {
				return grammar.Span{From: from, To: to}, true
			}
			if len(words) > len(subject) {
				break
			}
		}
	}
	return grammar.Span{}, false
}

// needQuestions are what the best reading leaves open. While it is undecided among rivals, only what all of them leave open.
func needQuestions(d draft, rivals []draft, undecided bool) []weighted {
	var out []weighted
	for _, n := range d.Needs {
		lacks := func(r draft) bool {
			return !slices.ContainsFunc(r.Needs, func(o compose.Need) bool { return o.ID() == n.ID() })
		}
		if undecided && slices.ContainsFunc(rivals, lacks) {
			continue
		}
		out = append(out, weighted{plan.NewQuestion(n.Kind, n.Subject, n.Text, n.Why, n.Options...), n.Weight})
	}
	return out
}
