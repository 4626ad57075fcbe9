package plan

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// QuestionKind is a kind of ambiguity (or of absence).
type QuestionKind string

// Kinds of question.
const (
	AskDefinition QuestionKind = "definition" // two terms match the same words
	AskColumn     QuestionKind = "column"     // two columns or tables match
	AskTime       QuestionKind = "time"       // which time column
	AskPopulation QuestionKind = "population" // which population
	AskValue      QuestionKind = "value"      // which value of a column
	AskGrain      QuestionKind = "grain"      // which calendar grain
	AskWindow     QuestionKind = "window"     // which period
	AskPath       QuestionKind = "path"       // two join paths
	AskMeasure    QuestionKind = "measure"    // no measure was named, or what to aggregate
	AskReading    QuestionKind = "reading"    // the sentence itself has two readings
	AskUnknown    QuestionKind = "unknown"    // a word that nothing explains
	AskProject    QuestionKind = "project"    // several dbt projects serve the channel
)

// MaxOptions and MinOptions bound the options of a question; a question about
// an unknown word may have none. MaxQuestions is how many are asked at once.
const (
	MinOptions   = 2
	MaxOptions   = 5
	MaxQuestions = 3
)

// Question is asked in the thread. Its ID is Kind + ":" + Subject.
type Question struct {
	ID   string       `json:"id"`
	Kind QuestionKind `json:"kind"`
	// Subject is the requester's words that the readings differ on, in lower case.
	Subject string `json:"subject"`
	Text    string `json:"text"`
	// Why says what depends on it: "It changes the number: 352 or 312 customers in May 2026."
	Why     string   `json:"why"`
	Options []Option `json:"options"`
	// Owners are whom the glossary names for the terms among the options: who can tell when the requester cannot.
	Owners []string `json:"owners,omitempty"`
}

// NewQuestion makes a question with the ID that its kind and subject give.
func NewQuestion(kind QuestionKind, subject, text, why string, options ...Option) Question {
	subject = strings.ToLower(strings.Join(strings.Fields(subject), " "))
	return Question{ID: string(kind) + ":" + subject, Kind: kind, Subject: subject, Text: text, Why: why, Options: options}
}

// Option is one answer to choose.
type Option struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	Default bool   `json:"default"`
	Detail  string `json:"detail,omitempty"` // the definition behind the label
}

// Answer settles a question. Option is empty when Text is free text.
type Answer struct {
	Question string `json:"question"` // Question.ID
	Option   string `json:"option,omitempty"`
	// Also are further options: the readings shall stand side by side ("both").
	Also   []string `json:"also,omitempty"`
	Text   string   `json:"text,omitempty"`
	Person Person   `json:"person"`
	// Message is where it was said, so that an edit of that message corrects it; zero for a button.
	Message MessageRef `json:"message,omitzero"`
	// Assumed is true when a default was taken instead of asking.
	Assumed bool `json:"assumed,omitempty"`
}

// DefaultOption is the option marked as default.
func (q Question) DefaultOption() (Option, bool) {
	for _, o := range q.Options {
		if o.Default {
			return o, true
		}
	}
	return Option{}, false
}

// Memorable reports whether an answer says what a word of the request means, so that a glossary can hold it: one option, which
// a person chose.
func (q Question) Memorable(a Answer) bool {
	switch q.Kind {
	case AskDefinition, AskColumn, AskPopulation, AskUnknown:
		return a.Question == q.ID && a.Option != "" && len(a.Also) == 0 && !a.Assumed
	}
	return false
}

// Match finds the option that a text names: by number or by name.
func (q Question) Match(text string) (Option, bool) {
	if o, ok := q.MatchNumber(text); ok {
		return o, true
	}
	return q.MatchName(text)
}

// MatchNumber finds the option by its place: 1 is the first, also "the second one" or "the last".
func (q Question) MatchNumber(text string) (Option, bool) {
	if n, ok := ordinal(text, len(q.Options)); ok {
		return q.Options[n-1], true
	}
	return Option{}, false
}

// MatchName finds the option by id or label, case and surrounding punctuation ignored; else the only one whose label
// begins with the text; else the only one whose label or id holds all its words, in any order.
func (q Question) MatchName(text string) (Option, bool) {
	want := normal(text)
	if want == "" {
		return Option{}, false
	}
	for _, o := range q.Options {
		if normal(o.ID) == want || normal(o.Label) == want {
			return o, true
		}
	}
	var found []Option
	for _, o := range q.Options {
		if strings.HasPrefix(normal(o.Label)+" ", want+" ") {
			found = append(found, o)
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return q.byWords(want)
}

// besides are words of an answer that tell no option from another: "I think billing, please".
const besides = " a an the one ones option by per of for in as i i'd i'll we it is its be that this think guess mean meant want need would like should" +
	" say go with take use let's lets have prefer please pls thanks thx thank you yes ok okay "

func tells(word string) bool { return !strings.Contains(besides, " "+word+" ") }

// byWords finds the only option whose label or id holds all words that count. Those of the subject itself tell nothing.
func (q Question) byWords(text string) (Option, bool) {
	subject := wordsOf(q.Subject, nil)
	want := slices.DeleteFunc(wordsOf(text, tells), func(w string) bool { return slices.Contains(subject, w) })
	if len(want) == 0 {
		return Option{}, false
	}
	var found []Option
	for _, o := range q.Options {
		have := wordsOf(strings.ToLower(o.Label+" "+o.ID), nil)
		if !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) }) {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		return Option{}, false
	}
	return found[0], true
}

// wordsOf cuts a lower-case text into those words that keep is true of (nil: all), a plural "s" left off.
func wordsOf(text string, keep func(string) bool) []string {
	var out []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return r != '\'' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if keep != nil && !keep(w) {
			continue
		}
		if len(w) > 3 && !strings.HasSuffix(w, "ss") {
			w = strings.TrimSuffix(w, "s")
		}
		out = append(out, w)
	}
	return out
}

// ordinal reads "2", "2nd", "the second one, please", "the latter" of n options.
func ordinal(text string, n int) (int, bool) {
	var told []string
	for _, w := range strings.Fields(text) {
		if w = normal(w); w != "" && tells(w) {
			told = append(told, w)
		}
	}
	if len(told) != 1 {
		return 0, false
	}
	text = told[0]
	if i, err := strconv.Atoi(text); err == nil {
		return i, i >= 1 && i <= n
	}
	words := [][]string{{"first", "1st", "former"}, {"second", "2nd"}, {"third", "3rd"}, {"fourth", "4th"}, {"fifth", "5th"}}
	for i, w := range words {
		if i < n && slices.Contains(w, text) {
			return i + 1, true
		}
	}
	return n, n > 0 && (text == "last" || text == "latter")
}

func normal(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	return strings.Trim(s, " .,;:!?()[]\"'`*_")
}

// Assumption is something taken for granted, in words. A major one changes
// numbers and is repeated in the proposal and the pull request.
type Assumption struct {
	Text  string `json:"text"`
	Major bool   `json:"major"`
	// Empty is the dimension whose rows without a value it is about: an extended model has its own way with these.
	Empty string `json:"empty,omitempty"`
}
