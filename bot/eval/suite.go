package eval

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// Suite is one file of requests with what must come of each.
type Suite struct {
	// Path of the file as it was given; paths in the suite are relative to its folder.
	Path string `yaml:"-"`
	// Thresholds below which the suite fails. A suite that is a plain list of cases has none.
	Thresholds Thresholds `yaml:"thresholds"`
	Cases      []Case     `yaml:"cases"`
}

// Thresholds are bounds on the figures of a suite's own cases. Nil means no bound. Rates are between 0 and 1.
type Thresholds struct {
	UnaskedWrong    *int     `yaml:"unasked_wrong"`    // at most this many cases proposed unasked and wrong
	Right           *float64 `yaml:"right"`            // at least this share of all cases right
	Clear           *float64 `yaml:"clear"`            // at least this share of clear requests right
	AmbiguityRecall *float64 `yaml:"ambiguity_recall"` // at least this share of ambiguous requests asked about
	FalseQuestions  *float64 `yaml:"false_questions"`  // at most this share of clear requests asked about
	Unanswerable    *float64 `yaml:"unanswerable"`     // at least this share declined for the right reason
	Reuse           *float64 `yaml:"reuse"`            // at least this share of existing models found
	Chatter         *float64 `yaml:"chatter"`          // at least this share of messages that are no request taken as such
	SameMeaning     *float64 `yaml:"same_meaning"`     // at least this share of other words read as the same Spec
	Modifiers       *float64 `yaml:"modifiers"`        // at least this share of additions not ignored
}

// Case is one request and what must come of it.
type Case struct {
	// ID is unique among all suites of a run.
	ID string `yaml:"id"`
	// Project is the folder of a dbt project, relative to the suite; empty or "sample" is the sample company.
	// A project without a .duckdb file is built from its seeds.
	Project string `yaml:"project"`
	// Glossary is a file or folder that takes the place of the project's glossary/.
	Glossary string `yaml:"glossary"`
	// AsOf is today for relative dates (2006-01-02). Empty: the last day of the sample's data there, else the day of the run.
	AsOf    string `yaml:"as_of"`
	Request string `yaml:"request"`
	// Answers are given when questions come: a list in order, or a map from a question's id or subject.
	Answers yaml.Node `yaml:"answers"`
	// SameAs is the id of a case of this suite that says the same in other words: both must have the same Spec.
	SameAs string `yaml:"same_as"`
	Expect Expect `yaml:"expect"`
	// Kind groups cases in the table; it follows from Expect when empty. "chatter" is no request at all.
	Kind string `yaml:"kind"`
	// Held is true for a case whose author saw only the project and its glossary, and which nothing was tuned on.
	Held bool `yaml:"held"`

	// Suite and Line say where the case stands; Folder is what its paths are relative to.
	Suite  string `yaml:"-"`
	Line   int    `yaml:"-"`
	Folder string `yaml:"-"`
	// same is the case that SameAs names.
	same *Case `yaml:"-"`
}

// Expect is what must come of a request. What is left empty is not looked at.
type Expect struct {
	// Status is one of Statuses, or a list of which each will do.
	Status OneOf `yaml:"status"`
	// Asks are subjects: for each there must be a question about it.
	Asks []string `yaml:"asks"`
	// MustNotAsk is true when any question at all is one too many.
	MustNotAsk bool `yaml:"must_not_ask"`
	// Model is the existing model that answers the request or is extended.
	Model string `yaml:"model"`
	// ResultSQL is SQL on the project's data, written without the product's own, whose rows the model must return: see
	// Difference. Rows without a value may be NULL or have the model's label for them ("unknown").
	ResultSQL string `yaml:"result_sql"`
	// Uses are relations that the model must read.
	Uses []string `yaml:"uses"`
	// Columns are names that the result must have.
	Columns []string `yaml:"columns"`
	// Names are words that the answer must say: a refusal's reason, the word that nobody knows.
	Names []string `yaml:"names"`
}

// Statuses of an answer. They are those of `firstmile design --json`.
const (
	Proposed     = "proposed"
	Approved     = "approved"
	NeedsAnswers = "needs_answers"
	Exists       = "exists"
	Extend       = "extend"
	Escalated    = "escalated"
	Declined     = "declined"
	Failed       = "failed" // the request could not be run at all; never expected
)

// Statuses that a case may expect.
var statuses = []string{Proposed, Approved, NeedsAnswers, Exists, Extend, Escalated, Declined}

// OneOf is a value or a list of values of which each will do.
type OneOf []string

// UnmarshalYAML takes "proposed" as well as [proposed, exists].
func (o *OneOf) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		var list []string
		err := n.Decode(&list)
		*o = list
		return err
	}
	var one string
	err := n.Decode(&one)
	*o = OneOf{one}
	return err
}

// Class is what a case measures. It follows from what is expected, whatever the case's kind is called.
type Class string

// Classes.
const (
	Clear        Class = "clear"        // to be answered without a question
	Ambiguous    Class = "ambiguous"    // to be asked about
	Unanswerable Class = "unanswerable" // to be declined, with the reason
	Reuse        Class = "existing"     // there is a model already, to be named or extended
	Chatter      Class = "chatter"      // no request
)

// Class of the case.
func (c Case) Class() Class {
	e := c.Expect
	switch {
	case c.Kind == string(Chatter):
		return Chatter
	case e.onlyOf(Exists, Extend), e.Model != "" && len(e.Status) == 0:
		return Reuse
	case len(e.Status) > 0 && !e.answers() && !e.onlyOf(NeedsAnswers):
		return Unanswerable
	case len(e.Asks) > 0 || e.onlyOf(NeedsAnswers):
		return Ambiguous
	}
	return Clear
}

// kind is the case's kind, or its class where it has none.
func (c Case) kind() string {
	if c.Kind != "" {
		return c.Kind
	}
	return string(c.Class())
}

// onlyOf reports whether a status is expected and it is one of these.
func (e Expect) onlyOf(these ...string) bool {
	for _, s := range e.Status {
		if !slices.Contains(these, s) {
			return false
		}
	}
	return len(e.Status) > 0
}

// answers reports whether figures may come of the request, with or without questions first.
func (e Expect) answers() bool {
	return len(e.Status) == 0 || slices.ContainsFunc(e.Status, givesFigures)
}

// namesSource reports whether the case says where the figures come from.
func (e Expect) namesSource() bool { return e.Model != "" || len(e.Uses) > 0 }

func givesFigures(status string) bool {
	return status == Proposed || status == Approved || status == Exists || status == Extend
}

// Is reports whether the case has this id or kind; "held" are the held-out cases, "dev" the others.
func (c Case) Is(name string) bool {
	return name == c.ID || name == c.kind() || name == "held" && c.Held || name == "dev" && !c.Held
}
