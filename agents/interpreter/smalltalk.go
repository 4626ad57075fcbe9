package interpreter

import (
	"slices"
	"strings"
	"unicode"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter/chart"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
	"firstmile/planner/plan"
)

// helpText is the answer to what is no request.
const helpText = "I turn a question about your data into a dbt model. Tell me what to measure, by what, and for which period, for example \"monthly revenue by region\"."

// smallTalk recognises a message in which no word asks for data.
func (s *session) smallTalk(l grammar.Linked) (plan.Reading, bool) {
	talk := make([]bool, len(l.Tokens))
	for _, m := range l.Matches {
		switch m.Category {
		case lexicon.Chatter, lexicon.Harmless, lexicon.Glue, lexicon.Unsure:
			for i := m.From; i < m.To; i++ {
				talk[i] = true
			}
		}
	}
	for i, t := range l.Tokens {
		grounded := l.Grounded[i] && !talk[i]
		if grounded || !talk[i] && (t.Kind != token.Symbol || t.Norm == "%") {
			return plan.Reading{}, false
		}
	}
	text := helpText
	if s.thanks(l) {
		text = "You're welcome. " + text
	}
	return plan.Reading{Outcome: plan.OutcomeChatter, Message: text}, true
}

func (s *session) thanks(l grammar.Linked) bool {
	for _, t := range l.Tokens {
		if strings.HasPrefix(t.Norm, "thank") || t.Norm == "thx" {
			return true
		}
	}
	return false
}

// outside recognises a request that measures by dimensions and time cannot say. A word that the project itself uses is no sign of it.
func (s *session) outside(l grammar.Linked) (plan.Reading, bool) {
	if model, ok := s.alters(l); ok {
		text := "I add columns to an existing model, but I do not change those that " + model + " has. Ask for the figures as a new column, or without naming a model."
		return plan.Reading{Outcome: plan.OutcomeOutside, Message: text, Unknown: []plan.Unknown{{Words: model, Reason: text}}}, true
	}
	for _, m := range l.Matches {
		if m.Category != lexicon.Outside && !(m.Category == lexicon.Listing && listsRows(l, m)) {
			continue
		}
		own := true
		for i := m.From; i < m.To; i++ {
			own = own && l.Grounded[i]
		}
		if own {
			continue
		}
		words := grammar.Subject(l.Tokens[m.From:m.To])
		return plan.Reading{Outcome: plan.OutcomeOutside, Message: m.Value,
			Unknown: []plan.Unknown{{Words: words, Reason: m.Value}}}, true
	}
	return plan.Reading{}, false
}

// listsRows reports whether a request begins with the wish for a list of things: "list all orders", not "list orders placed" where that
// is a figure.
func listsRows(l grammar.Linked, m lexicon.Match) bool {
	for i := range m.From {
		if !l.Harmless[i] {
			return false
		}
	}
	next := m.To
	for next < len(l.Tokens) && l.Harmless[next] && !l.Grounded[next] {
		next++
	}
	rows := false
	for _, t := range l.Terminals {
		switch {
		case t.From == m.From && t.To > m.To, t.From == next && t.Category == chart.Category(knowledge.Metric), t.From == next && t.Category == "count":
			return false
		case t.From == next && t.Category == chart.Category(knowledge.Entity):
			rows = true
		}
	}
	return rows
}

// alters recognises the wish to change what a model has: a word for changing together with a model's technical name as it
// is written, with underscores, which nobody uses for the model's rows.
func (s *session) alters(l grammar.Linked) (model string, ok bool) {
	if !slices.ContainsFunc(l.Matches, func(m lexicon.Match) bool { return m.Category == lexicon.Change && m.Value == "alter" }) {
		return "", false
	}
	for _, word := range strings.FieldsFunc(strings.Join(s.texts, " "), func(r rune) bool {
		return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		if n, known := s.k.Project.Relation(word); known && n.Kind == dbt.Model && strings.Contains(word, "_") {
			return n.Name, true
		}
	}
	return "", false
}

// correct reads words that nobody knows as the one known word that they are a typing error of, and says so. It reports whether
// any word changed. A word with several near ones stays, and is asked about.
func (s *session) correct(l grammar.Linked) bool {
	changed := false
	for i, t := range l.Tokens {
		own := l.Exact[i] || l.Worded[i] || l.Harmless[i] || l.Glue[i] || l.Known[i] && !l.Grounded[i]
		if own || t.Kind != token.Word {
			continue // only another form of a known word may be a typing error of a third
		}
		word, _ := s.k.Correction(t)
		if word == "" && !l.Known[i] {
			word = s.k.Beside(t, s.tokenAt(i-1), s.tokenAt(i+1))
		}
		if word == "" {
			continue
		}
		fixed := s.i.lexicon.Tokenizer().Words(word)
		if len(fixed) != 1 {
			continue
		}
		s.tokens[i].Norm, s.tokens[i].Light, s.tokens[i].Stem = fixed[0].Norm, fixed[0].Light, fixed[0].Stem
		s.note(plan.Assumption{Text: "I read \"" + t.Text + "\" as \"" + word + "\".", Major: true})
		changed = true
	}
	return changed
}

// tokenAt is the token at a place, none beyond the ends.
func (s *session) tokenAt(i int) token.Token {
	if i < 0 || i >= len(s.tokens) {
		return token.Token{}
	}
	return s.tokens[i]
}

// note records an assumption of the session, once.
func (s *session) note(a plan.Assumption) {
	for _, old := range s.assumed {
		if old.Text == a.Text {
			return
		}
	}
	s.assumed = append(s.assumed, a)
}
