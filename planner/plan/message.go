package plan

// MessageKind says what a message of the bot is about. Adapters render it:
// Block Kit in Slack, text in a terminal.
type MessageKind string

// Kinds of message and the fields they use beside Text.
const (
	SayHelp      MessageKind = "help"      // what I can do, with examples
	SayRestate   MessageKind = "restate"   // the request as understood
	SayProgress  MessageKind = "progress"  // Steps
	SayQuestions MessageKind = "questions" // Questions
	SayProposal  MessageKind = "proposal"  // Proposal
	SayExists    MessageKind = "exists"    // Reuse
	SayPublished MessageKind = "published" // PR
	SayRefused   MessageKind = "refused"   // an approval that does not count, and why (only to To)
	SayDeclined  MessageKind = "declined"  // Unknown
	SayEscalated MessageKind = "escalated" // a person is needed; Text says who and why
	SayCancelled MessageKind = "cancelled"
	SayFailed    MessageKind = "failed" // an error in the person's words
	SayAlike     MessageKind = "alike"  // Past: others ask for the same
	SayLesson    MessageKind = "lesson" // Lesson: a change of the glossary
	SayNote      MessageKind = "note"   // anything short
)

// Message is what the thread is to show. All text is plain: the adapter escapes it.
type Message struct {
	Kind      MessageKind    `json:"kind"`
	Text      string         `json:"text"`
	To        *Person        `json:"to,omitempty"` // only this person sees it
	Questions []Question     `json:"questions,omitempty"`
	Answers   []Answer       `json:"answers,omitempty"` // answers so far, to mark what was chosen
	Steps     []ProgressStep `json:"steps,omitempty"`
	Proposal  *Proposal      `json:"proposal,omitempty"`
	Reuse     *Reuse         `json:"reuse,omitempty"`
	PR        *PR            `json:"pr,omitempty"`
	Unknown   []Unknown      `json:"unknown,omitempty"`
	Examples  []string       `json:"examples,omitempty"`
	// Call are people and groups to call in, as glossary and configuration name them: the adapter mentions those it knows.
	Call   []string    `json:"call,omitempty"`
	Lesson *LessonCard `json:"lesson,omitempty"`
	// Past are designs of other threads that are spoken of.
	Past []PastDesign `json:"past,omitempty"`
}

// ProgressStep is one line of the progress message.
type ProgressStep struct {
	Name  string        `json:"name"`
	State ProgressState `json:"state"`
	Note  string        `json:"note,omitempty"`
}

// ProgressState of a step.
type ProgressState string

// States of a step.
const (
	StepWaiting ProgressState = "waiting"
	StepRunning ProgressState = "running"
	StepDone    ProgressState = "done"
	StepFailed  ProgressState = "failed"
)

// Proposal is everything a person needs to decide.
type Proposal struct {
	Digest      string `json:"digest"`
	Title       string `json:"title"`
	Restatement string `json:"restatement"`
	Model       string `json:"model"`
	Path        string `json:"path"`
	SQL         string `json:"sql"` // the file's text
	// Diff is SQL against the file as it is, where it edits one.
	Diff        string       `json:"diff,omitempty"`
	Spec        *Spec        `json:"spec,omitempty"`
	Files       []string     `json:"files"`
	Assumptions []Assumption `json:"assumptions,omitempty"`
	Checks      []Check      `json:"checks"`
	Preview     *Preview     `json:"preview,omitempty"`
	Reuse       *Reuse       `json:"reuse,omitempty"`
	// State is the verdict on Checks: waiting while dbt runs.
	State VerdictState `json:"state"`
	// Reasons says what is missing or red.
	Reasons []string `json:"reasons,omitempty"`
	// Approvers says in words who may approve.
	Approvers string `json:"approvers"`
	// Emoji are the names of the reactions that approve, without colons.
	Emoji []string `json:"emoji"`
	// Stale is true once a newer proposal or a cancellation has taken its place;
	// Approved and PR once it was approved and published.
	Stale    bool    `json:"stale,omitempty"`
	Approved *Person `json:"approved,omitempty"`
	PR       *PR     `json:"pr,omitempty"`
}

// VerdictState is the gate's word about one digest.
type VerdictState string

// Verdicts.
const (
	Green   VerdictState = "green"   // everything required passed
	Waiting VerdictState = "waiting" // nothing red, but required checks still run
	Red     VerdictState = "red"     // something failed
	Partial VerdictState = "partial" // nothing red, but something required could not run: only the data team may approve
)
