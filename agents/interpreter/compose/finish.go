package compose

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/token"
	"firstmile/planner/plan"
)

// rank keeps the best or worst groups.
func (b *builder) rank() error {
	if len(b.s.Ranks) == 0 {
		return nil
	}
	if len(b.s.Ranks) > 1 {
		r := b.s.Ranks[1]
		return b.refuse(grammar.Span{From: r.From, To: r.To}, "you named two ranks; I can follow one")
	}
	r := b.s.Ranks[0]
	at := grammar.Span{From: r.From, To: r.To}
	if r.Grain != "" && len(b.d.Spec.Dimensions) > 0 {
		return b.refuse(at, "I can rank the %ss of the whole table, not those of each %s", r.Grain, lowerFirst(b.d.Spec.Dimensions[0].Label))
	}
	if r.Grain != "" && r.Rest {
		return b.refuse(at, "I can put groups into a rest, not %ss", r.Grain)
	}
	if len(b.d.Spec.Dimensions) == 0 && r.Grain == "" {
		return b.refuse(at, "a rank needs groups to compare, such as \"top 5 … by …\"")
	}
	if len(b.d.Spec.Dimensions) > 1 {
		other := b.d.Spec.Dimensions[0]
		for _, d := range b.d.Spec.Dimensions {
			if r.Dim == nil || !slices.ContainsFunc(r.Dim.Cands, func(c knowledge.Candidate) bool { return c.Column == d.Column }) {
				other = d
			}
		}
		return b.refuse(at, "I can rank one kind of group over the whole table, not within each %s; leave out that split or restrict the request to one %s", lowerFirst(other.Label), lowerFirst(other.Label))
	}
	by := b.d.Spec.Measures[0].Name
	if r.By != nil {
		m, err := b.measure(r.By)
		if err != nil {
			return err
		}
		by = m.Name
	}
	n := r.N
	if n == 0 && (r.Dim != nil && b.singular(r.Dim) || r.Grain != "" && b.onePeriod(r)) {
		n = 1 // "top customer" is one
	}
	if n == 0 {
		id := b.settle(Need{Kind: plan.AskReading, Subject: b.subject(r.From, r.To), Weight: 2, Text: "How many of them shall I keep?", Why: "The others are left out.",
			Options: []plan.Option{{ID: "5", Label: "5"}, {ID: "10", Label: "10", Default: true}, {ID: "20", Label: "20"}}})
		if _, err := fmt.Sscanf(id, "%d", &n); err != nil {
			return b.refuse(at, "%q is not a number", id)
		}
	}
	if r.Rest {
		b.assume(false, "Everything outside the %d is one group, %q, computed from its own rows.", n, "other")
	}
	b.d.Spec.Rank = &plan.Rank{N: n, By: by, Rest: r.Rest, Descending: b.descending(r, by), Origin: plan.Origin{Kind: plan.FromQuote, Quote: b.quote(r.From, r.To)}}
	return nil
}

// singular reports whether the words of a slot name one thing.
func (b *builder) singular(s *grammar.Slot) bool {
	last := b.Tokens[s.To-1]
	return last.Kind == token.Word && last.Norm == last.Light
}

// descending is whether the largest come first. "best" and "worst" depend on which way is good: high for revenue, low for churn.
func (b *builder) descending(r *grammar.Rank, by string) bool {
	if !r.Judged {
		return r.Top
	}
	label := ""
	for _, m := range b.d.Spec.Measures {
		if m.Name == by {
			label = m.Label
		}
	}
	best, side := "best", "highest"
	way := b.K.Better(label)
	if !r.Top {
		best = "worst"
	}
	if way == "" {
		return b.settle(Need{Kind: plan.AskReading, Subject: best, Weight: 7,
			Text: fmt.Sprintf("Which are the %s: those with the highest or with the lowest %s?", best, lowerFirst(label)), Why: "Other groups are left out.",
			Options: []plan.Option{
				{ID: "highest", Label: "The highest", Default: r.Top, Detail: "Those with the largest figure."},
				{ID: "lowest", Label: "The lowest", Default: !r.Top, Detail: "Those with the smallest figure."},
			}}) == "highest"
	}
	if (way == "high") != r.Top {
		side = "lowest"
	}
	b.assume(true, "The %s are those with the %s %s.", best, side, lowerFirst(label))
	return side == "highest"
}

// rankPeriod asks whether the best are chosen in each period or once: the rows differ.
func (b *builder) rankPeriod() {
	r, grain := b.s.Ranks[0], b.d.Spec.Time.Grain
	each := b.settle(Need{Kind: plan.AskWindow, Subject: b.subject(r.From, r.To), Weight: 6,
		Text: fmt.Sprintf("Do you want %q of each %s, or of the whole time?", b.quote(r.From, r.To), grain), Why: "Other groups are left out.",
		Options: []plan.Option{
			{ID: "each", Label: fmt.Sprintf("Of each %s", grain), Default: true, Detail: fmt.Sprintf("Chosen anew in each %s.", grain)},
			{ID: "whole", Label: "Of the whole time", Detail: fmt.Sprintf("The same groups in every %s.", grain)},
		}}) == "each"
	b.d.Spec.Rank.PerPeriod = each
}

// finish names what the Spec makes and says it back.
func (b *builder) finish() error {
	if err := b.everyWord(); err != nil {
		return err
	}
	b.asOfToday()
	s := &b.d.Spec
	if s.Rank != nil && s.Time != nil && !b.ranksPeriods() {
		b.rankPeriod()
	}
	sort.SliceStable(b.d.Chosen, func(i, j int) bool { return b.d.Chosen[i].From < b.d.Chosen[j].From })
	slices.SortStableFunc(b.d.Needs, func(x, y Need) int { return y.Weight - x.Weight })
	s.Title = Title(*s)
	s.Owner = b.owner()
	s.Target = plan.Target{Name: b.name(*s), Origin: plan.Origin{Kind: plan.FromDefault}}
	return nil
}

// owner is who the glossary names for the first measure.
func (b *builder) owner() string {
	for _, c := range b.d.Chosen {
		if t, ok := b.K.Glossary.Term(c.Candidate.Term); ok && t.Metric != nil && t.Owner != "" {
			return t.Owner
		}
	}
	return ""
}

// everyWord checks the promise that no word is dropped: whatever the structure is made of has become part of the Spec.
func (b *builder) everyWord() error {
	for _, slot := range b.s.Slots() {
		used := slices.ContainsFunc(b.d.Chosen, func(c Chosen) bool { return c.From <= slot.From && slot.To <= c.To })
		if !used {
			return b.refuse(grammar.Span{From: slot.From, To: slot.To}, "it has no effect on the figures")
		}
	}
	return nil
}

// Title is the Spec in one line: "Weekly customer churn rate by billing region".
func Title(s plan.Spec) string {
	var parts, names, dims []string
	for _, m := range s.Measures {
		names = append(names, lowerFirst(m.Label))
	}
	for _, d := range s.Dimensions {
		dims = append(dims, lowerFirst(d.Label))
	}
	best := s.Rank != nil && s.Time != nil && len(dims) == 0
	if s.Time != nil && !best {
		parts = append(parts, axisWord(*s.Time))
	}
	switch r := s.Rank; {
	case best:
		parts = append(parts, bestPeriods(*r, *s.Time), join(names))
	case r != nil && len(dims) > 0:
		dims[0] = plural(dims[0])
		parts = append(parts, rankWord(*r), strconv.Itoa(r.N), join(dims))
		if r.Rest {
			parts = append(parts, "and the rest")
		}
		parts = append(parts, "by", join(names))
	case len(dims) > 0:
		parts = append(parts, join(names), "by", join(dims))
	default:
		parts = append(parts, join(names))
	}
	if len(s.Filters) > 0 {
		var labels []string
		for _, f := range s.Filters {
			labels = append(labels, f.Label)
		}
		parts = append(parts, "where", join(labels))
	}
	if s.Window != nil && s.Window.Label != "" {
		parts = append(parts, "("+s.Window.Label+")")
	}
	return sentence(strings.Join(parts, " "))
}

// Restate says the Spec back in one sentence.
func Restate(s plan.Spec) string {
	return "You want " + lowerFirst(Title(s)) + "."
}

func join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// a puts the article before a word: "an order", "a user".
func a(word string) string {
	if word != "" && strings.ContainsRune("aeio", unicode.ToLower(rune(word[0]))) || word == "hour" || strings.HasPrefix(word, "un") && !strings.HasPrefix(word, "uni") {
		return "an " + word
	}
	return "a " + word
}

func adverb(g plan.Grain) string {
	switch g {
	case plan.Day:
		return "daily"
	default:
		return string(g) + "ly"
	}
}
