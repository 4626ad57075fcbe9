package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// PastDesign is what is remembered of one design beyond its thread: what was asked, how it was understood and what
// became of it. It holds no row of data, no SQL and no secret.
type PastDesign struct {
	Thread    ThreadID   `json:"thread"`
	Project   ProjectID  `json:"project"`
	Root      MessageRef `json:"root,omitzero"` // the message that opened the thread
	Requester Person     `json:"requester,omitzero"`
	At        time.Time  `json:"at"` // when it was asked
	// State says what became of it.
	State PastState `json:"state"`
	// Words are the turns of the request, as people said them.
	Words []string `json:"words"`
	Title string   `json:"title"`
	// Meaning is Spec.Meaning: two designs with the same one ask for the same numbers.
	Meaning string `json:"meaning"`
	// Refs are what the request was grounded in: "term:net_revenue", "column:dim_customers.region".
	Refs    []string `json:"refs,omitempty"`
	Choices []Choice `json:"choices,omitempty"`
	Model   string   `json:"model,omitempty"` // made, extended, or found to exist
	// Revisions counts how often the request was changed after it was first understood.
	Revisions int       `json:"revisions,omitempty"`
	Approvals []string  `json:"approvals,omitempty"` // ids of who approved what was published
	PR        *PR       `json:"pr,omitempty"`
	Comments  []Comment `json:"comments,omitempty"` // of reviewers

	// Where and Link are filled in for whoever is told of it, never stored: the channel's name and the thread's address.
	Where string `json:"where,omitempty"`
	Link  string `json:"link,omitempty"`
}

// PastState is what became of a design.
type PastState string

// States. Open ones may still become a pull request or be merged.
const (
	PastOpen      PastState = "open"      // being worked on, asked about, or proposed
	PastPublished PastState = "published" // the pull request is open
	PastMerged    PastState = "merged"
	PastClosed    PastState = "closed" // the pull request was closed without merging
	PastExists    PastState = "exists" // answered by an existing model
	PastGivenUp   PastState = "given_up"
)

// Open reports whether the design is still under way.
func (s PastState) Open() bool { return s == PastOpen || s == PastPublished }

// Choice is an answer to a question about words.
type Choice struct {
	Question string `json:"question"` // Question.ID
	Option   string `json:"option"`
	Label    string `json:"label"`
	// Assumed: nobody chose it, the default was taken.
	Assumed bool `json:"assumed,omitempty"`
}

// Comment is what somebody wrote on a pull request of ours.
type Comment struct {
	Author string    `json:"author"`
	At     time.Time `json:"at"`
	Path   string    `json:"path,omitempty"` // of the file; empty for the pull request as a whole
	Text   string    `json:"text"`
}

// PRState is where a pull request stands.
type PRState string

// States of a pull request.
const (
	PROpen   PRState = "open"
	PRMerged PRState = "merged"
	PRClosed PRState = "closed"
)

// PRStatus is a look at a pull request: how it stands and what people other than the bot wrote, oldest first.
type PRStatus struct {
	State    PRState   `json:"state"`
	Comments []Comment `json:"comments,omitempty"`
}

// Meaning is a short name for Canonical: the SHA-256 of it, in hex.
func (s Spec) Meaning() string {
	sum := sha256.Sum256([]byte(s.Canonical()))
	return hex.EncodeToString(sum[:])
}
