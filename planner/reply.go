package planner

import (
	"fmt"
	"slices"
	"strings"

	"firstmile/planner/plan"
)

// reply is what a text says about open questions.
type reply struct {
	answers []plan.Answer // without person and message
	rest    string        // a further wish in the same breath: "billing, and only enterprise"
	free    bool          // nothing was named: the text stands for the first question's answer in the person's own words
	unclear string        // what to say instead of taking anything
}

// readReply reads a text in the place of the open questions (at least one). "Not sure" takes every default; a line
// for each question answers them in order; a text that names an option of exactly one question answers that one; a
// list ("1 and billing") answers several. Anything else is free text for the first question.
func readReply(text string, open []plan.Question) reply {
	text = strings.TrimSpace(text)
	if isDefault(text) {
		return defaults(text, open)
	}
	if about := bothOf(text, open); len(about) > 0 {
		return both(text, about)
	}
	if lines := nonEmptyLines(text); len(open) > 1 && len(lines) == len(open) {
		var r reply
		for i, q := range open {
			r.answers = append(r.answers, inPlaceOf(q, stripNumber(lines[i])))
		}
		return r
	}
	text = stripNumber(text)
	if i, o, ok := onlyMatch(open, text); ok {
		return reply{answers: []plan.Answer{{Question: open[i].ID, Option: o.ID, Text: text}}}
	}
	if o, ok := open[0].MatchNumber(text); ok {
		return reply{answers: []plan.Answer{{Question: open[0].ID, Option: o.ID, Text: text}}}
	}
	l := &list{text: text, open: open, next: 0}
	if r, ok := l.read(); ok {
		return r
	}
	return reply{answers: []plan.Answer{{Question: open[0].ID, Text: text}}, free: true}
}

// inPlaceOf is a text as the answer to one question.
func inPlaceOf(q plan.Question, text string) plan.Answer {
	r := readReply(text, []plan.Question{q})
	if len(r.answers) == 1 && r.rest == "" {
		return r.answers[0]
	}
	return plan.Answer{Question: q.ID, Text: text}
}

// defaults answers every open question that has a default, and says which has none.
func defaults(text string, open []plan.Question) reply {
	var r reply
	var without []string
	for _, q := range open {
		if o, ok := q.DefaultOption(); ok {
			r.answers = append(r.answers, plan.Answer{Question: q.ID, Option: o.ID, Text: text, Assumed: true})
			continue
		}
		without = append(without, "“"+q.Subject+"”")
	}
	if len(r.answers) == 0 {
		r.unclear = "There is no usual answer to " + strings.Join(without, " and ") + " that I could take: please choose one, or say it in your own words."
	}
	return r
}

// bothOf are the questions that "both" speaks of: the ones it names ("both regions"), else all.
func bothOf(text string, open []plan.Question) []plan.Question {
	if isBoth(text) {
		return open
	}
	var out []plan.Question
	for _, q := range open {
		rest := strings.Fields(strings.ToLower(text))
		for _, subject := range strings.Fields(q.Subject) {
			rest = slices.DeleteFunc(rest, func(w string) bool { return strings.TrimSuffix(bare(w), "s") == strings.TrimSuffix(subject, "s") })
		}
		if isBoth(strings.Join(rest, " ")) {
			out = append(out, q)
		}
	}
	return out
}

// both takes all options of the one question that it can mean.
func both(text string, open []plan.Question) reply {
	fits := slices.DeleteFunc(slices.Clone(open), func(q plan.Question) bool { return len(q.Options) < plan.MinOptions })
	if pairs := slices.DeleteFunc(slices.Clone(fits), func(q plan.Question) bool { return len(q.Options) != 2 }); len(pairs) > 0 {
		fits = pairs
	}
	if len(fits) != 1 {
		subject := open[0].Subject
		return reply{unclear: fmt.Sprintf("“%s” can answer more than one question. Say for which, for example “%s: both”.", text, subject)}
	}
	return reply{answers: []plan.Answer{allOf(fits[0], text)}}
}

func allOf(q plan.Question, text string) plan.Answer {
	a := plan.Answer{Question: q.ID, Text: text}
	for i, o := range q.Options {
		if i == 0 {
			a.Option = o.ID
		} else {
			a.Also = append(a.Also, o.ID)
		}
	}
	return a
}

// onlyMatch finds the one question of which the text names an option.
func onlyMatch(questions []plan.Question, text string) (int, plan.Option, bool) {
	found, at := 0, 0
	var option plan.Option
	for i, q := range questions {
		if o, ok := q.MatchName(text); ok {
			found, at, option = found+1, i, o
		}
	}
	return at, option, found == 1
}

// list reads a text that answers piece by piece.
type list struct {
	text string
	open []plan.Question
	next int // the question that a number answers
	out  reply
}

// piece is a part of the text between separators.
type piece struct{ from, to int }

func (l *list) read() (reply, bool) {
	pieces := cut(l.text)
	if len(pieces) > maxPieces {
		return reply{}, false
	}
	for i := 0; i < len(pieces); {
		taken := 0
		for j := len(pieces); j > i && taken == 0; j-- {
			if l.take(l.text[pieces[i].from:pieces[j-1].to]) {
				taken = j - i
			}
		}
		if taken == 0 {
			l.out.rest = strings.TrimSpace(l.text[pieces[i].from:])
			break
		}
		i += taken
	}
	if len(l.out.answers) == 0 {
		return reply{}, false
	}
	if q := l.open[len(l.open)-1]; l.out.rest != "" && len(q.Options) > 0 {
		if _, number := q.MatchNumber(l.out.rest); number {
			return reply{unclear: "I cannot tell which answer belongs to which question. One line for each question is clear, or “" + l.open[0].Subject + ": …”."}, true
		}
	}
	return l.out, true
}

// maxPieces bounds what is read as a list; a longer text is a description.
const maxPieces = 12

// take reads one piece: a "thanks", "churn: revenue", an option's name, or a number, "both" or "not sure" for the next question.
func (l *list) take(text string) bool {
	if slices.Contains(closers, bare(text)) {
		return true
	}
	for i, q := range l.open {
		if about, ok := subjectOf(q, text); ok {
			if a := inPlaceOf(q, about); a.Option != "" {
				l.add(i, a)
				return true
			}
		}
	}
	if without, ok := cutWords(text, "not"); ok { // "revenue, not customers"
		for _, q := range l.open {
			_, named := q.MatchName(without)
			if named && slices.ContainsFunc(l.out.answers, func(a plan.Answer) bool { return a.Question == q.ID }) {
				return true
			}
		}
	}
	if i, o, ok := onlyMatch(l.open, text); ok {
		l.add(i, plan.Answer{Question: l.open[i].ID, Option: o.ID, Text: text})
		return true
	}
	i := l.next
	if len(l.open) == 1 {
		i = 0
	}
	if i >= len(l.open) {
		return false
	}
	q := l.open[i]
	if o, ok := q.MatchNumber(text); ok {
		l.add(i, plan.Answer{Question: q.ID, Option: o.ID, Text: text})
		return true
	}
	if o, ok := q.DefaultOption(); ok && isDefault(text) {
		l.add(i, plan.Answer{Question: q.ID, Option: o.ID, Text: text, Assumed: true})
		return true
	}
	if about := bothOf(text, []plan.Question{q}); len(about) > 0 && len(q.Options) >= plan.MinOptions {
		l.add(i, allOf(q, text))
		return true
	}
	return false
}

// add takes an answer, beside an earlier one to the same question.
func (l *list) add(i int, a plan.Answer) {
	l.next = i + 1
	for n, old := range l.out.answers {
		if old.Question != a.Question {
			continue
		}
		if old.Option != a.Option && !slices.Contains(old.Also, a.Option) {
			l.out.answers[n].Also = append(l.out.answers[n].Also, a.Option)
			l.out.answers[n].Text += " and " + a.Text
		}
		return
	}
	l.out.answers = append(l.out.answers, a)
}

// subjectOf is what a text says of a question by its subject: "churn: revenue", "churn is revenue".
func subjectOf(q plan.Question, text string) (string, bool) {
	about, ok := cutWords(text, q.Subject)
	if !ok || about == "" {
		return "", false
	}
	for _, link := range []string{"is", "means", "=", "by"} {
		if rest, ok := cutWords(about, link); ok && rest != "" {
			return rest, true
		}
	}
	return about, strings.HasPrefix(strings.TrimSpace(text[len(q.Subject):]), ":")
}

// separators cut a text into pieces; the longest that fits counts.
var separators = []string{", and ", ", but ", " and ", " but ", " & ", " + ", ", ", "; ", ". ", "\n", ",", ";"}

func cut(text string) []piece {
	var out []piece
	from := 0
	for at := 0; at < len(text); {
		step := 0
		for _, s := range separators {
			if len(text)-at >= len(s) && strings.EqualFold(text[at:at+len(s)], s) {
				step = max(step, len(s))
			}
		}
		if step == 0 {
			at++
			continue
		}
		if strings.TrimSpace(text[from:at]) != "" {
			out = append(out, piece{from, at})
		}
		at += step
		from = at
	}
	if strings.TrimSpace(text[from:]) != "" {
		out = append(out, piece{from, len(text)})
	}
	return out
}

func nonEmptyLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// stripNumber takes "2. " or "2) " off the front of a line that holds more.
func stripNumber(line string) string {
	i := 0
	for i < len(line) && line[i] >= '0' && line[i] <= '9' {
		i++
	}
	if i > 0 && i+1 < len(line) && (line[i] == '.' || line[i] == ')') && line[i+1] == ' ' {
		return strings.TrimSpace(line[i+1:])
	}
	return line
}
