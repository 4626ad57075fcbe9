package interpreter

import (
	"slices"
	"strings"
	"unicode"

	"firstmile/agents/dbt"
	"firstmile/agents/interpreter/grammar"
	"firstmile/agents/interpreter/knowledge"
	"firstmile/agents/interpreter/lexicon"
	"firstmile/agents/interpreter/token"
	"firstmile/glossary"
	"firstmile/planner/plan"
)

// aim is what a request says about the model that the figures go into: an existing one, or one of their own. Its
// words say nothing about the figures, so they are taken out before the rest is read.
type aim struct {
	node     *dbt.Node
	separate bool
	absent   string                  // what stands in the place of a model's name and is none
	dims     map[string]grammar.Span // words of the model's dimensions, which no turn holds
}

// QuestionID is the question what to do when the measures do not fit into the model.
func (a aim) questionID() string {
	if a.node == nil {
		return ""
	}
	return plan.NewQuestion(plan.AskReading, strings.ToLower(a.node.Name), "", "").ID
}

// Options of that question.
const (
	optionNew   = "new"
	optionAsIs  = "as-it-is"
	optionLeave = "leave"
)

// take finds the words of a turn that say which model is meant, and returns the others. A model is meant by its technical
// name as it is written, with an underscore or in quotes, which nobody uses for the model's rows.
func (a *aim) take(s *session, text string, tokens []token.Token) []token.Token {
	matches := s.i.lexicon.Find(tokens)
	gone := make([]bool, len(tokens))
	drop := func(from, to int) {
		for i := from; i < to; i++ {
			gone[i] = true
		}
	}
	for _, m := range matches {
		if m.Category == lexicon.Own {
			a.separate = true // what the model said about periods and groups still holds
			drop(m.From, m.To)
		}
	}
	adds := func(m lexicon.Match) bool {
		return m.Category == lexicon.Change && m.Value == "add" || m.Category == "also"
	}
	if from, to, node := s.modelIn(text, tokens); node != nil && slices.ContainsFunc(matches, adds) {
		a.node, a.separate, a.absent = node, false, ""
		dropAround(matches, from, to, gone, drop)
	} else if from, to, name := s.absentModel(text, tokens, matches); name != "" && slices.ContainsFunc(matches, adds) {
		a.absent = name
		dropAround(matches, from, to, gone, drop)
	}
	var out []token.Token
	for i, t := range tokens {
		if !gone[i] {
			out = append(out, t)
		}
	}
	return out
}

// dropAround drops a model's name and the words that say that something is put into it.
func dropAround(matches []lexicon.Match, from, to int, gone []bool, drop func(from, to int)) {
	drop(from, to)
	for _, m := range matches {
		switch {
		case m.Category == lexicon.Change && m.Value == "add", m.Category == lexicon.Into && m.To == from, m.Category == lexicon.Adding && (m.From == to || m.To == from):
			drop(m.From, m.To)
		}
	}
	for _, m := range matches { // "add a column for …"
		if m.Category == lexicon.Adding && m.From > 0 && gone[m.From-1] {
			drop(m.From, m.To)
		}
	}
}

// absentModel finds what looks like a model's technical name behind a word such as "to" or "into", and means nothing in the
// project.
func (s *session) absentModel(text string, tokens []token.Token, matches []lexicon.Match) (from, to int, name string) {
	for _, m := range matches {
		if m.Category != lexicon.Into || m.To >= len(tokens) || tokens[m.To].Kind != token.Word {
			continue
		}
		name = text[tokens[m.To].From:]
		if end := strings.IndexFunc(name, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }); end >= 0 {
			name = name[:end]
		}
		for to = m.To; to < len(tokens) && tokens[to].From < tokens[m.To].From+len(name); to++ {
		}
		exact, _ := s.k.Lookup(tokens[m.To:to])
		if strings.Contains(name, "_") && len(exact) == 0 {
			return m.To, to, name
		}
	}
	return 0, 0, ""
}

// modelIn finds the technical name of a model.
func (s *session) modelIn(text string, tokens []token.Token) (from, to int, node *dbt.Node) {
	model := func(name string) *dbt.Node {
		if n, ok := s.k.Project.Relation(name); ok && n.Kind == dbt.Model {
			return n
		}
		return nil
	}
	for from = range tokens {
		if tokens[from].Kind == token.Quoted {
			if n := model(tokens[from].Text); n != nil {
				return from, from + 1, n
			}
			continue
		}
		for to = len(tokens); to > from; to-- {
			name := text[tokens[from].From:tokens[to-1].To]
			if strings.Contains(name, "_") && !strings.ContainsAny(name, " \n\t") {
				if n := model(strings.ToLower(name)); n != nil {
					return from, to, n
				}
			}
		}
	}
	return 0, 0, nil
}

// name adds the words of the model's dimensions behind the request, where none of its turns ends, so that evidence and questions
// can speak of them.
func (a *aim) name(s *session) {
	a.dims = map[string]grammar.Span{}
	if a.node == nil {
		return
	}
	for _, d := range modelDims(s.k, a.node) {
		s.tokens = append(s.tokens, between())
		from := len(s.tokens)
		s.tokens = append(s.tokens, s.i.lexicon.Tokenizer().Words(strings.Join(glossary.Split(d), " "))...)
		a.dims[d] = grammar.Span{From: from, To: len(s.tokens)}
	}
}

// supplied is a structure with what the request left out and the model says: its period and its dimensions.
func (s *session) supplied(out grammar.Structure) grammar.Structure {
	if s.aim.node == nil {
		return out
	}
	asIs := s.settled[s.aim.questionID()] == optionAsIs
	if asIs {
		out.Splits, out.Windows, out.Ranks = nil, nil, nil
	}
	out.Splits = slices.Clone(out.Splits)
	if g, _ := modelPeriod(s.k, s.aim.node); g != "" && !slices.ContainsFunc(out.Splits, func(sp *grammar.Split) bool { return sp.Grain != "" }) {
		out.Splits = append(out.Splits, &grammar.Split{Grain: g, Marked: true})
	}
	for _, name := range modelDims(s.k, s.aim.node) {
		cands := s.upstream(name)
		has := func(sp *grammar.Split) bool {
			return slices.ContainsFunc(sp.Dims, func(d *grammar.Slot) bool {
				return slices.ContainsFunc(d.Cands, func(c knowledge.Candidate) bool {
					return strings.EqualFold(c.Column.Column, name) || slices.ContainsFunc(cands, func(u knowledge.Candidate) bool { return u.Column == c.Column })
				})
			})
		}
		if len(cands) == 0 || slices.ContainsFunc(out.Splits, has) {
			continue
		}
		at := s.aim.dims[name]
		slot := &grammar.Slot{From: at.From, To: at.To, Kind: knowledge.Dim, Cands: cands}
		out.Splits = append(out.Splits, &grammar.Split{Dims: []*grammar.Slot{slot}, Marked: true, From: at.From, To: at.To})
	}
	return out
}

// upstream finds what a dimension of the model is, where the rows for new figures come from: the column that it is a copy of,
// else columns of its name.
func (s *session) upstream(name string) []knowledge.Candidate {
	c, ok := s.aim.node.Column(name)
	if !ok {
		return nil
	}
	from := c.MadeOf
	if c.CopyOf.Node != "" {
		from = []dbt.ColumnOf{c.CopyOf}
	}
	var out []knowledge.Candidate
	for _, o := range from {
		if n, ok := s.k.Project.Node(o.Node); ok {
			out = append(out, dimOf(s.k.ByKey("column:"+n.RelationName()+"."+o.Column))...)
		}
	}
	if len(out) > 0 {
		return out
	}
	at := s.aim.dims[name]
	exact, _ := s.k.Lookup(s.tokens[at.From:at.To])
	own := s.aim.node.RelationName()
	return slices.DeleteFunc(dimOf(exact), func(c knowledge.Candidate) bool { return c.Column.Relation == own })
}

func dimOf(cands []knowledge.Candidate) []knowledge.Candidate {
	return slices.DeleteFunc(slices.Clone(cands), func(c knowledge.Candidate) bool { return c.Kind != knowledge.Dim })
}

// modelPeriod is the period that a model has one row for, and its column: the one that is named after a period.
func modelPeriod(k *base, n *dbt.Node) (plan.Grain, string) {
	r, ok := k.Relation(n.RelationName())
	if !ok {
		return "", ""
	}
	for _, g := range []plan.Grain{plan.Hour, plan.Day, plan.Week, plan.Month, plan.Quarter, plan.Year} {
		if c := periodColumn(r, g); c != "" && slices.Contains(glossary.Split(c), string(g)) {
			return g, c
		}
	}
	return "", ""
}

// modelDims are the columns that an aggregated model is split by: texts and flags that are not its key.
func modelDims(k *base, n *dbt.Node) []string {
	r, ok := k.Relation(n.RelationName())
	_, period := modelPeriod(k, n)
	if !ok || period == "" {
		return nil
	}
	var out []string
	for _, c := range n.Columns {
		_, unique := c.Test("unique")
		copied := c.CopyOf.Node != ""
		switch r.Type(c.Name) {
		case knowledge.NumberType, knowledge.TimeType:
			continue
		case knowledge.AnyType:
			if !copied {
				continue
			}
		}
		if c.Name != period && !unique && (copied || !strings.HasSuffix(c.Name, "_id")) {
			out = append(out, c.Name)
		}
	}
	return out
}

// between is the token that stands between two turns and belongs to none.
func between() token.Token {
	return token.Token{Kind: token.Symbol, Text: "¶", Norm: "¶", Light: "¶", Stem: "¶"}
}

// retarget puts another model's name in the place of the one that does not fit.
func (s *session) retarget(q plan.Question, text string) bool {
	if s.aim.node == nil || q.ID != s.aim.questionID() {
		return false
	}
	tokens, _ := s.i.lexicon.Tokenizer().Tokens(text)
	_, _, node := s.modelIn(text, tokens)
	if node == nil || node == s.aim.node {
		return false
	}
	for n, old := range s.texts {
		at := strings.Index(strings.ToLower(old), strings.ToLower(s.aim.node.Name))
		if at >= 0 {
			s.texts[n] = old[:at] + node.Name + old[at+len(s.aim.node.Name):]
			return true
		}
	}
	return false
}
