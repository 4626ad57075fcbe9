package eval

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"firstmile/agents/sandbox"
	"firstmile/planner/plan"
)

// Answer is what came of a request, as far as it is judged.
type Answer struct {
	Status  string
	Message string          // the last thing said
	Asked   []plan.Question // every question of the conversation, each once, in order
	Unknown []plan.Unknown
	Model   string   // existing model that answers or is extended, else the new model
	SQL     string   // gives the figures on the project's data; empty when there are none
	Spec    string   // what the request was read as, in its canonical form; empty when it has no meaning yet
	Uses    []string // relations that the model reads
	// NullAs is the label that stands in a column of the result where the data has no value, by column.
	NullAs  map[string]string
	Outcome any // everything, for the record
}

// Verdict is an answer held against what its case expects.
type Verdict struct {
	Right    bool     `json:"right"`
	Problems []string `json:"problems,omitempty"` // what is not as expected, a sentence each
	// UnaskedWrong is the worst: figures were given that are not the ones wanted, or that could have meant
	// something else, without asking.
	UnaskedWrong bool     `json:"unasked_wrong"`
	Figures      bool     `json:"figures"` // figures were given: proposed, extend, exists
	Asked        bool     `json:"asked"`   // at least one question came
	Declined     bool     `json:"declined"`
	Missed       []string `json:"missed,omitempty"` // subjects that were not asked about
	// Source says whether the relations or the model that the case names were found; nil when it names none.
	Source *bool `json:"source,omitempty"`
}

// rows are what is compared: those of the answer and those of the case's own SQL. Both nil when nothing is.
type rows struct{ got, want *sandbox.Result }

// judge holds an answer against its case.
func judge(c Case, a Answer, r rows) Verdict {
	e := c.Expect
	v := Verdict{Figures: givesFigures(a.Status), Asked: len(a.Asked) > 0,
		Declined: a.Status == Declined || a.Status == Escalated, Missed: missed(e.Asks, a.Asked)}
	say := func(format string, args ...any) { v.Problems = append(v.Problems, fmt.Sprintf(format, args...)) }

	if len(e.Status) > 0 && !slices.Contains(e.Status, a.Status) || a.Status == Failed {
		say("status %s, expected %s", a.Status, strings.Join(e.Status, " or "))
	}
	for _, s := range v.Missed {
		say("not asked about %q", s)
	}
	if e.MustNotAsk && v.Asked {
		say("asked about %s", subjects(a.Asked))
	}
	for _, w := range e.Names {
		if !says(a, w) {
			say("the answer does not say %q", w)
		}
	}
	wrong := v.Figures && !e.answers()
	if v.Figures {
		wrong = v.figures(e, a, r, say) || wrong
	} else {
		if e.ResultSQL != "" && len(e.Status) == 0 {
			say("status %s, without figures", a.Status)
		}
		if e.namesSource() && e.answers() {
			v.Source = new(bool) // not found, so that declining the hard ones does not look like finding all
		}
	}
	v.UnaskedWrong = v.Figures && (len(v.Missed) > 0 || wrong && !v.Asked)
	v.Right = len(v.Problems) == 0
	return v
}

// figures judges an answer that has some, and reports whether they are wrong. Where rows are compared they decide
// that alone: the right rows from another model are not a wrong number.
func (v *Verdict) figures(e Expect, a Answer, r rows, say func(string, ...any)) (wrong bool) {
	problems := len(v.Problems)
	if e.namesSource() {
		found := e.Model == "" || strings.EqualFold(e.Model, a.Model)
		if !found {
			say("model %s, expected %s", a.Model, e.Model)
			if a.Status == Proposed || a.Status == Approved {
				problems++ // a new model beside an existing one is one too many, not a wrong number
			}
		}
		for _, u := range e.Uses {
			if !contains(a.Uses, u) {
				say("does not read %s, only %s", u, strings.Join(a.Uses, ", "))
				found = false
			}
		}
		v.Source = &found
	}
	if r.got != nil {
		for _, c := range e.Columns {
			if !slices.ContainsFunc(r.got.Columns, func(g sandbox.Column) bool { return strings.EqualFold(g.Name, c) }) {
				say("no column %s, only %s", c, names(r.got.Columns))
			}
		}
	}
	if r.want == nil {
		return len(v.Problems) > problems
	}
	difference := "no SQL that could be run"
	if r.got != nil {
		difference = Difference(unlabelled(r.got, a.NullAs), unlabelled(r.want, a.NullAs))
	}
	if difference != "" {
		say("rows: %s", difference)
	}
	return difference != ""
}

// unlabelled gives the table with NULL where a label stands for it, so that a case need not know the label: in the
// label's own column, and in a table without that column (a case's own SQL calls it something else) anywhere.
func unlabelled(r *sandbox.Result, labels map[string]string) *sandbox.Result {
	if len(labels) == 0 {
		return r
	}
	out := &sandbox.Result{Columns: r.Columns, Rows: make([][]any, len(r.Rows))}
	for i, row := range r.Rows {
		out.Rows[i] = slices.Clone(row)
		for j, v := range row {
			for column, label := range labels {
				own := slices.ContainsFunc(r.Columns, func(c sandbox.Column) bool { return strings.EqualFold(c.Name, column) })
				if v == label && (!own || strings.EqualFold(r.Columns[j].Name, column)) {
					out.Rows[i][j] = nil
				}
			}
		}
	}
	return out
}

// missed lists the subjects that no question is about.
func missed(want []string, asked []plan.Question) []string {
	var out []string
	for _, s := range want {
		if !slices.ContainsFunc(asked, func(q plan.Question) bool { return sameSubject(q.Subject, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// sameSubject reports whether two subjects are about the same words: one is part of the other.
func sameSubject(a, b string) bool {
	x, y := words(a), words(b)
	return x != "" && y != "" && (strings.Contains(x, y) || strings.Contains(y, x))
}

// words is the text as lower-case words between blanks, so that only whole words are part of it.
func words(text string) string {
	parts := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(parts) == 0 {
		return ""
	}
	return " " + strings.Join(parts, " ") + " "
}

// says reports whether the answer, or a question in it, has the words.
func says(a Answer, want string) bool {
	texts := []string{a.Message}
	for _, u := range a.Unknown {
		texts = append(texts, u.Words, u.Reason)
	}
	for _, q := range a.Asked {
		texts = append(texts, q.Subject, q.Text)
	}
	return strings.Contains(strings.ToLower(strings.Join(texts, "\n")), strings.ToLower(want))
}

func subjects(qs []plan.Question) string {
	var out []string
	for _, q := range qs {
		out = append(out, fmt.Sprintf("%q", q.Subject))
	}
	return strings.Join(out, ", ")
}

func contains(list []string, name string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
}
