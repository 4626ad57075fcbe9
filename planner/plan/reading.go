package plan

// Outcome is what the interpreter made of a request.
type Outcome string

// Outcomes of interpreting.
const (
	OutcomeSpec      Outcome = "spec"      // Spec is complete
	OutcomeQuestions Outcome = "questions" // Questions must be answered first
	OutcomeDeclined  Outcome = "declined"  // Unknown says which words stop it, Message what to do
	OutcomeOutside   Outcome = "outside"   // understood, but beyond the algebra; Message says why
	OutcomeChatter   Outcome = "chatter"   // no data request; Message is a short helpful answer
)

// Reading is the interpreter's result.
type Reading struct {
	Outcome     Outcome      `json:"outcome"`
	Spec        *Spec        `json:"spec,omitempty"`
	Questions   []Question   `json:"questions,omitempty"`
	Assumptions []Assumption `json:"assumptions,omitempty"`
	Unknown     []Unknown    `json:"unknown,omitempty"`
	// Restatement is one sentence that says the request back as understood so far.
	Restatement string `json:"restatement,omitempty"`
	Message     string `json:"message,omitempty"`
	// Rejected lists readings that were considered and left, for the pull request.
	Rejected []string `json:"rejected,omitempty"`
	// Evidence says which term, column or value grounds which words.
	Evidence []Evidence `json:"evidence,omitempty"`
	// Suggestions say which words a language model found a candidate for.
	Suggestions []Suggestion `json:"suggestions,omitempty"`
	// Usage is what the reading cost; nil when no language model was asked.
	Usage *Usage `json:"usage,omitempty"`
}

// Suggestion is a candidate that a language model chose, from a closed list, for words that nothing explains.
type Suggestion struct {
	Words  string `json:"words"`
	Ref    string `json:"ref"` // "term:enterprise_customers"
	Model  string `json:"model"`
	Prompt string `json:"prompt"` // version of the question it was asked
}

// Unknown is a word or phrase that nothing in the project or glossary explains.
type Unknown struct {
	Words   string   `json:"words"`
	Reason  string   `json:"reason"`
	Nearest []string `json:"nearest,omitempty"` // names of what comes nearest
}

// Evidence ties words to what they were grounded in.
type Evidence struct {
	Words  string `json:"words"`
	Ref    string `json:"ref"`    // "term:revenue_net", "column:dim_customers.region"
	Detail string `json:"detail"` // one sentence
}

// ReuseVerdict says whether something new is needed.
type ReuseVerdict string

// Verdicts of the look for reuse.
const (
	Exists ReuseVerdict = "exists"
	Extend ReuseVerdict = "extend"
	New    ReuseVerdict = "new"
)

// AsNewModel are words that turn an extension into a model of its own.
const AsNewModel = "as a new model"

// Reuse is the result of looking for an existing model, by measure, grain and
// dimensions rather than by name.
type Reuse struct {
	Verdict ReuseVerdict `json:"verdict"`
	Model   string       `json:"model,omitempty"`
	Path    string       `json:"path,omitempty"`
	// Query is SQL that answers the request from the existing model (Exists only).
	Query    string   `json:"query,omitempty"`
	Evidence []string `json:"evidence,omitempty"`
	// Spec is what an extension adds, in the model's own words: its columns for period and dimensions, and only the
	// measures that it lacks (Extend only).
	Spec *Spec `json:"spec,omitempty"`
	// Asked is true when the requester named the model (Extend only).
	Asked bool `json:"asked,omitempty"`
	// Readers name what is built on the model, "model fct_x" or "exposure board" (Extend only).
	Readers []string `json:"readers,omitempty"`
}
